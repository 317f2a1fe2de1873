"""An archive is found right when it is, and not when something in it was lost or moved."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from labelwright.exchange.archive import Archive
from labelwright.exchange.checking import Differs, check_archive
from labelwright.exchange.exporting import Exporting
from labelwright.exchange.format import Format, chosen
from labelwright.exchange.ledger import Balance
from labelwright.exchange.plain import Content, stored
from labelwright.exchange.requesting import Request
from labelwright.exchange.source import TaskLabels
from labelwright.exchange.zip_file import ZipWriter
from labelwright.formats import FORMATS
from labelwright.model.document import Annotation, Document
from labelwright.model.geometry import Geometry, Polygon, Rectangle
from tests.formats import corpus

MOVED = {
    "rectangle": lambda x: Rectangle(x, 10, 50, 40),
    "polygon": lambda x: Polygon(((x, 10.0), (x + 50, 10.0), (x + 40, 45.0), (x + 20, 30.0))),
}
BOTH_WAYS = [form for form in FORMATS.values() if form.write is not None and form.read is not None]


def drawn(number: int, shape: Geometry) -> Annotation:
    class_id = corpus.class_id("car" if isinstance(shape, Rectangle) else "tree")
    return Annotation(id=f"0190b0b4-0000-7000-8000-{number:012}", class_id=class_id, geometry=shape)


def tasks_of(*shapes: Geometry, width: int | None = 640, is_stored: bool = False) -> list[TaskLabels]:
    """Three tasks with the same shapes, perhaps as they are stored; the second one's size may be unknown."""
    document: Content = Document(annotations=tuple(drawn(number, shape) for number, shape in enumerate(shapes)))
    document = bytes(stored(document)) if is_stored else document
    three = list(corpus.tasks())[:3]
    media = [msgspec.structs.replace(task.medium, width=640, height=480) for task in three]
    media[1] = msgspec.structs.replace(media[1], width=width, height=width and 480)
    made = [msgspec.structs.replace(t, content=document, medium=m) for t, m in zip(three, media, strict=True)]
    return sorted(made, key=lambda task: task.medium.name)


def written(form: Format, tasks: list[TaskLabels], path: Path) -> tuple[Balance, Iterator[TaskLabels]]:
    request = Request(format=form.id, states=corpus.ALL_STATES, settings=chosen(form.settings, {}))
    exporting = Exporting(form, request, corpus.SCHEME, lambda: iter(tasks), project="Checked")
    with path.open("wb") as file:
        sink = ZipWriter(file)
        report = exporting.write(Archive(sink), {})
        sink.close()
    return report.balance, exporting.tasks(None)


@pytest.mark.parametrize("form", BOTH_WAYS, ids=lambda form: form.id)
def test_pictures_that_nobody_has_read_yet_are_no_fault(form: Format, tmp_path: Path) -> None:
    balance, again = written(form, tasks_of(Rectangle(10, 10, 50, 40), width=None), tmp_path / "archive.zip")
    check_archive(form, tmp_path / "archive.zip", balance, again)


@pytest.mark.parametrize("form", BOTH_WAYS, ids=lambda form: form.id)
def test_archives_of_no_task_and_of_tasks_without_labels_are_no_fault(form: Format, tmp_path: Path) -> None:
    for tasks in ([], tasks_of()):
        balance, again = written(form, tasks, tmp_path / "archive.zip")
        assert check_archive(form, tmp_path / "archive.zip", balance, again) == 0


@pytest.mark.parametrize("form", ["coco", "yolo", "yolo-seg", "voc", "open-images"])
def test_boxes_beyond_the_border_are_no_fault(form: str, tmp_path: Path) -> None:
    tasks = tasks_of(Rectangle(10, 10, 50, 40), Rectangle(600, 440, 40.5, 40.25))
    balance, again = written(FORMATS[form], tasks, tmp_path / "archive.zip")
    assert check_archive(FORMATS[form], tmp_path / "archive.zip", balance, again) == 6


@pytest.mark.parametrize(
    ("form", "kind"),
    [(f, kind) for f in BOTH_WAYS for kind in MOVED if f.supports[kind].level == "carries"],
    ids=lambda one: one if isinstance(one, str) else one.id,
)
@pytest.mark.parametrize("is_stored", [False, True], ids=["decoded", "stored"])
def test_a_moved_shape_is_found_whatever_the_order(form: Format, kind: str, tmp_path: Path, *, is_stored: bool) -> None:
    shapes = [MOVED[kind](x) for x in (10, 100, 200, 203)]

    def check(*others: Geometry, **fields: Any) -> int:
        _, again = written(form, tasks_of(*others, is_stored=is_stored, **fields), tmp_path / "other.zip")
        return check_archive(form, tmp_path / "archive.zip", balance, again)

    balance, _ = written(form, tasks_of(*shapes[:3], is_stored=is_stored), tmp_path / "archive.zip")
    assert check(*shapes[:3]) == check(*shapes[2::-1]) == 9
    for wrong in ((*shapes[:2], shapes[3]), (shapes[3], *shapes[1:3]), shapes):
        with pytest.raises(Differs, match=f"lost or moved a {kind}"):
            check(*wrong)


@pytest.mark.parametrize("form", ["coco", "yolo-seg", "datumaro", "cityscapes"])
def test_pictures_in_another_order_wait_for_their_tasks(form: str, tmp_path: Path) -> None:
    def check(place: float) -> int:
        tasks = tasks_of(MOVED["polygon"](10))
        moved = msgspec.structs.replace(tasks[0], content=tasks_of(MOVED["polygon"](place))[0].content)
        balance, again = written(FORMATS[form], tasks, tmp_path / "archive.zip")
        backwards = list(again)[::-1]
        backwards[-1] = msgspec.structs.replace(backwards[-1], content=moved.content)
        return check_archive(FORMATS[form], tmp_path / "archive.zip", balance, iter(backwards))

    assert check(10) == 3
    with pytest.raises(Differs, match="lost or moved a polygon"):
        check(15)
