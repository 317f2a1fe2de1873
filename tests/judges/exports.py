"""The corpus written out with its pictures, as a judge finds it, and the truth that the judge has to read in it."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from labelwright.exchange.archive import Archive, FolderWriter
from labelwright.exchange.exporting import Exporting, Report
from labelwright.exchange.files import open_files
from labelwright.exchange.format import chosen
from labelwright.exchange.requesting import Request
from labelwright.exchange.source import Labelled, Medium, TaskLabels
from labelwright.exchange.splits import Splits
from labelwright.formats import FORMATS
from labelwright.judges.inside import totals_of
from labelwright.judges.judging import differences, wanted_of
from labelwright.judges.tool import Tool
from labelwright.judges.totals import Totals
from labelwright.model.geometry import kind_of
from tests.formats import corpus
from tests.formats.corpus.sets import CorpusSet

SPLITS = Splits(shares=(50, 30, 20))
Readings = Mapping[str, Iterable[tuple[Any, ...]]]
"""What is in each picture: a name, then numbers."""


class Laid(NamedTuple):
    """An unpacked export. `tasks` are those that were written, with the places of their pictures."""

    folder: Path
    report: Report
    tasks: tuple[TaskLabels, ...]
    one: CorpusSet

    def truth(self, read: Callable[[str, Labelled], tuple[Any, ...] | None]) -> dict[str, list[tuple[Any, ...]]]:
        """What `read` makes of each annotation and the name of its class, by the path of the picture."""
        names = self.one.scheme.names()
        found: dict[str, list[tuple[Any, ...]]] = {}
        for task in self.tasks:
            labelled = self.one.scheme.labelled(task)
            each = (read(names[one.annotation.class_id], one) for one in labelled)
            found[task.medium.path] = [one for one in each if one is not None]
        return found

    @property
    def written(self) -> int:
        """How many geometries the ledger says are in the files."""
        return self.report.balance.exported["geometries"] + self.report.balance.converted["geometries"]

    @property
    def splits(self) -> dict[str, set[str]]:
        """The paths of the pictures of each split."""
        return {s: {t.medium.path for t in self.tasks if t.medium.split == s} for s in (*SPLITS.names, "")}


def lay_out(
    form: str, folder: Path, *, splits: Splits | None = None, one: CorpusSet = corpus.SHAPES, **settings: str
) -> Laid:
    """Export a set of the corpus with its pictures. Pictures that nobody has read yet are left out."""
    pictures = {one.task(case.id).medium.id: one.picture(case) for case in one.cases}

    def open_picture(medium: Medium) -> BinaryIO | None:
        path = pictures[medium.id]
        return path.open("rb") if path is not None else None

    request = Request(
        format=form,
        states=tuple(state for state in corpus.ALL_STATES if state != "backlog"),
        pictures="pack",
        splits=splits,
        settings=chosen(FORMATS[form].settings, settings),
    )
    exporting = Exporting(FORMATS[form], request, one.scheme, one.tasks, project=one.name, open_picture=open_picture)
    exporting.plan()
    folder.mkdir(parents=True)
    report = exporting.write(Archive(FolderWriter(folder)), {})
    return Laid(folder, report, tuple(exporting.tasks(None)), one)


def box_of(name: str, one: Labelled) -> tuple[Any, ...]:
    """The name of a class and the box, as x, y, width and height."""
    return name, *kind_of(one.annotation.geometry).bounds(one.annotation.geometry)


def box_if(*kinds: str) -> Callable[[str, Labelled], tuple[Any, ...] | None]:
    """Boxes of geometries of these kinds only."""
    return lambda name, one: box_of(name, one) if kind_of(one.annotation.geometry).name in kinds else None


AREAS = box_if("rectangle", "polygon", "image_segmentation")
"""Boxes of what has an area: what detection formats hold."""


def whole_box_of(name: str, one: Labelled) -> tuple[Any, ...] | None:
    """The box as the devkit of Pascal VOC has it: whole pixels, one at least; what is nested is a part."""
    if one.parent is not None or AREAS(name, one) is None:
        return None
    x, y, w, h = box_of(name, one)[1:]
    sides = []
    for low, high in ((x, x + w), (y, y + h)):
        first, last = int(low + 0.5), int(high + 0.5)
        sides.append((first, last - first) if first < last else (int((low + high) / 2), 1))
    (left, width), (top, height) = sides
    return name, left, top, width, height


def assert_same(found: Readings, wanted: Readings, tolerance: float = 0.0) -> None:
    """Every reading has one of the same name whose numbers are as near as that, and nothing is left over."""
    assert {path: len(list(all_)) for path, all_ in found.items()} == {path: len(list(w)) for path, w in wanted.items()}
    for path, all_ in wanted.items():
        left = [tuple(one) for one in found[path]]
        for one in all_:
            near = next((other for other in left if is_near(one, other, tolerance)), None)
            assert near is not None, (path, one, left)
            left.remove(near)


def assert_counted(tool: Tool, form: str, folder: Path, seen: Iterable[Any]) -> None:
    """What a tool sees in an export is what it has to count for the export to be handed out."""
    found = Totals(**totals_of(seen))
    wanted = wanted_of(FORMATS[form], open_files(folder))
    assert list(differences(found, wanted, tool.OFF_PX[form])) == []


def is_near(one: tuple[Any, ...], other: tuple[Any, ...], tolerance: float) -> bool:
    name, *numbers = one
    other_name, *others = other
    return name == other_name and all(abs(a - b) <= tolerance for a, b in zip(numbers, others, strict=True))
