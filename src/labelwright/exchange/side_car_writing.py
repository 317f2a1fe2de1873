"""Make the side-car of an archive: read the archive as an import does, and pair what is found with what was written."""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

import msgspec

from labelwright.exchange.archive import Archive
from labelwright.exchange.chains import Chains
from labelwright.exchange.checking import Differs
from labelwright.exchange.files import open_files
from labelwright.exchange.format import Format
from labelwright.exchange.found import FoundAnswer, FoundMedium, FoundObject
from labelwright.exchange.index import Index
from labelwright.exchange.manifest import configuration_digest
from labelwright.exchange.reading import identified
from labelwright.exchange.side_car import (
    EVERYTHING,
    PATH,
    VERSION,
    Head,
    Kept,
    Line,
    Said,
    Trace,
    class_paths,
    encoded,
    flattened,
    open_side_car,
    said_digest,
    shape_digest,
)
from labelwright.exchange.side_car_restoring import Restorer
from labelwright.exchange.source import Scheme, TaskLabels
from labelwright.exchange.zip_file import ZipWriter
from labelwright.model.document import Annotation, Answers
from labelwright.model.geometry import Geometry, kind_of

NEAR_PX: Final = 2.0
_MOST_COMPARED: Final = 300
_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(FoundMedium).decode


class Pairer:
    """Pairs the tasks of one archive. `refused` are the ids of tasks and annotations that the format did not take."""

    def __init__(self, form: Format, scheme: Scheme, refused: Index) -> None:
        self._form, self._scheme, self._refused = form, scheme, refused
        names = scheme.names()
        self._by_name = {name: class_id for class_id, name in names.items()}
        self._by_key: dict[str, list[str]] = defaultdict(list)
        for label_class in scheme.geometry_classes:
            self._by_key[label_class.key].append(str(label_class.id))

    def line(self, task: TaskLabels, parts: Sequence[FoundMedium]) -> Line:
        """The line of a task that the archive speaks of in some parts."""
        found = [one for medium in parts for one, _ in flattened(medium.objects)]
        takes = bool(parts) and task.task_id not in self._refused
        held = {a.id: a for a in task.document.annotations if takes and a.id not in self._refused}
        classes = [self._class_of(one) for one in found]
        pairs = self._paired(found, classes, held)
        traces = tuple(
            Trace(
                one.class_name,
                shape_digest(one.geometry),
                said_digest(one.answers, one.comment, one.z),
                one.id,
                kept,
            )
            for one, kept in zip(found, pairs, strict=True)
        )
        groups = self._groups(traces, classes, held)
        medium = task.medium
        return Line(
            medium=medium.id,
            name=medium.name,
            path=medium.path,
            sha256=medium.sha256,
            width=medium.width,
            height=medium.height,
            parts=len(parts),
            said=said_digest(answer for part in parts for answer in part.answers),
            answers=self._answers(task.document.answers, None),
            objects=tuple(self._kept(_by_parent(task), None, held, groups)),
            traces=traces,
        )

    def _class_of(self, one: FoundObject) -> str | None:
        """The class that an object of the archive is of, None where its name does not tell."""
        named = self._by_name.get(one.class_name)
        keyed = self._by_key.get(one.class_name, ())
        return named or (keyed[0] if len(keyed) == 1 else None)

    # --- pairing ---

    def _paired(
        self, found: Sequence[FoundObject], classes: Sequence[str | None], held: Mapping[str, Annotation]
    ) -> list[str | None]:
        """The annotation of every object: by id, else by its order or place among those of its class."""
        pairs: list[str | None] = []
        seen: set[str | None] = set()
        for one in found:
            pairs.append(one.id if one.id in held and one.id not in seen else None)
            seen.add(one.id)
        if not self._form.keeps_objects:
            return pairs
        left: dict[str | None, list[int]] = defaultdict(list)
        for at, class_id in enumerate(classes):
            if pairs[at] is None:
                left[class_id].append(at)
        taken = set(pairs)
        free: dict[str, list[Annotation]] = defaultdict(list)
        for annotation in held.values():
            if annotation.id not in taken:
                free[annotation.class_id].append(annotation)
        for class_id, places in left.items():
            own = free.get(class_id or "", [])
            if len(own) == len(places):
                matched = self._matched([found[at].geometry for at in places], own)
                for at, annotation in zip(places, matched, strict=False):
                    pairs[at] = annotation.id
        return pairs

    def _matched(self, found: list[Geometry], own: list[Annotation]) -> list[Annotation]:
        """The annotations in the order of what was found; none where one of them cannot be told."""
        if self._form.keeps_order and all(_is_about(g, a.geometry) for g, a in zip(found, own, strict=True)):
            return own
        if len(own) > _MOST_COMPARED:
            return []
        distances = sorted(
            (_distance(geometry, annotation.geometry), i, j)
            for i, geometry in enumerate(found)
            for j, annotation in enumerate(own)
        )
        chosen: dict[int, int] = {}
        for distance, i, j in distances:
            if i not in chosen and j not in chosen.values() and distance <= NEAR_PX:
                chosen[i] = j
        return [own[chosen[i]] for i in range(len(found))] if len(chosen) == len(found) else []

    def _groups(
        self, traces: Sequence[Trace], classes: Sequence[str | None], held: Mapping[str, Annotation]
    ) -> dict[str, str]:
        """Among which objects each annotation without a trace is."""
        traced = {trace.kept for trace in traces}
        names = {c: trace.group for c, trace in zip(classes, traces, strict=True) if trace.kept is None}
        unknown = None in names
        return {
            annotation.id: EVERYTHING if unknown else names.get(annotation.class_id, EVERYTHING)
            for annotation in held.values()
            if annotation.id not in traced
        }

    # --- native objects ---

    def _kept(
        self,
        by_parent: Mapping[str | None, list[Annotation]],
        parent_id: str | None,
        held: Mapping[str, Annotation],
        groups: Mapping[str, str],
    ) -> Iterator[Kept]:
        by_id = self._scheme.configuration.by_id
        for annotation in by_parent.get(parent_id, ()):
            yield Kept(
                id=annotation.id,
                name=by_id[annotation.class_id].label_class.key,
                geometry=annotation.geometry,
                answers=self._answers(annotation.answers, annotation.class_id),
                comment=annotation.comment,
                z=annotation.z,
                is_held=annotation.id in held,
                group=groups.get(annotation.id),
                nested=tuple(self._kept(by_parent, annotation.id, held, groups)),
            )

    def _answers(self, answers: Answers, owner: str | None) -> dict[str, Said]:
        return {question.name: answer for question, answer in self._scheme.answered(answers, owner)} if answers else {}


def _by_parent(task: TaskLabels) -> dict[str | None, list[Annotation]]:
    found: dict[str | None, list[Annotation]] = defaultdict(list)
    for annotation in task.document.annotations:
        found[annotation.parent_id].append(annotation)
    return found


def _distance(one: Geometry, other: Geometry) -> float:
    """How far apart the sides of two boxes are at most."""
    (x, y, w, h), (u, v, q, r) = kind_of(one).bounds(one), kind_of(other).bounds(other)
    return max(abs(x - u), abs(y - v), abs(x + w - u - q), abs(y + h - v - r))


def _is_about(one: Geometry, other: Geometry) -> bool:
    """Whether two geometries are in one place, more or less: their boxes meet."""
    (x, y, w, h), (u, v, q, r) = kind_of(one).bounds(one), kind_of(other).bounds(other)
    return x <= u + q + NEAR_PX and u <= x + w + NEAR_PX and y <= v + r + NEAR_PX and v <= y + h + NEAR_PX


class Spool:
    """What was found in an archive, laid aside in a file and found again by the id of its medium."""

    def __init__(self, file: IO[bytes]) -> None:
        self._media = Chains(file)

    def fill(self, media: Iterable[FoundMedium]) -> None:
        """Lay media aside."""
        for medium in media:
            if medium.id is not None:
                self._media.add(medium.id, _ENCODE(medium))

    def parts(self, medium_id: str) -> list[FoundMedium]:
        """All that the archive says about a medium."""
        number = self._media.find(medium_id)
        return [] if number is None else list(map(_DECODE, self._media.all(number)))


def add_side_car(  # noqa: PLR0913 - what it is made of
    archive: Archive,
    draft: Callable[[Archive], Index],
    form: Format,
    scheme: Scheme,
    tasks: Iterable[TaskLabels],
    *,
    project: str,
    folder: Path | None = None,
) -> None:
    """Put the side-car of an archive into it.

    `draft` writes the same archive without one, and returns the ids of what the format refused; `tasks` are those of
    the archive in the displayed frame; `folder` takes temporary files. Raises Differs when the draft cannot be read.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix="side-car-") as scratch:
        place = Path(scratch) / "draft.zip"
        with place.open("wb") as file:
            sink = ZipWriter(file, place.parent)
            refused = draft(Archive(sink, place.parent))
            sink.close()
        with (Path(scratch) / "found").open("w+b") as spooled:
            spool = Spool(spooled)
            if form.read is not None:
                files = open_files(place, is_ours=True)
                labels = form.read(files)
                spool.fill(identified(labels.media(), files))
                if labels.faults.count:
                    raise Differs(f"{form.name} reads a fault in its own archive: {labels.faults.kept[0].message}")
            place.unlink()
            pairer = Pairer(form, scheme, refused)
            lines = (pairer.line(task, spool.parts(task.medium.id)) for task in tasks)
            head = Head(
                version=VERSION,
                format=form.id,
                project=project,
                configuration_sha256=configuration_digest(scheme),
                classes=class_paths(scheme),
            )
            with archive.file(PATH) as put:
                for portion in encoded(head, lines):
                    put(portion)


def check_side_car(form: Format, path: Path) -> None:
    """Read an archive with its side-car: everything has to come back as it was. Raises Differs."""
    if form.read is None:
        return
    files = open_files(path, is_ours=True)
    side_car = open_side_car(files)
    assert side_car is not None
    if not len(side_car):
        return
    back = Index()
    for medium in Restorer(side_car).media(identified(form.read(files).media(), files)):
        known = side_car.find(medium.id)
        if known is not None:
            _, line = known
            if not _is_back(medium.objects, line.objects) or said_of(medium.answers) != line.answers:
                raise Differs(f"The side-car of {form.name} does not bring back {line.name}.")
            back.add(line.medium)
    if len(back) != len(side_car):
        raise Differs(f"The side-car of {form.name} brings back {len(back)} of {len(side_car)} pictures.")


def said_of(answers: Iterable[FoundAnswer]) -> dict[str, Said]:
    """Answers by name."""
    return {answer.name: answer.value for answer in answers}


def _is_back(found: Sequence[FoundObject], kept: Sequence[Kept]) -> bool:
    return len(found) == len(kept) and all(
        (one.id, one.class_name, one.geometry) == (was.id, was.name, was.geometry)
        and (one.comment, one.z, said_of(one.answers)) == (was.comment, was.z, was.answers)
        and _is_back(one.nested, was.nested)
        for one, was in zip(found, kept, strict=False)
    )
