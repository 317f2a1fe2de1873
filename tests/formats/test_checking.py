"""An archive is found right when it is, and not when something in it was lost or moved."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from labelwright.exchange.archive import Archive
from labelwright.exchange.checking import Differs, check_archive
from labelwright.exchange.exporting import Exporting
from labelwright.exchange.format import Format, chosen
from labelwright.exchange.ledger import Balance
from labelwright.exchange.requesting import Request
from labelwright.exchange.source import TaskLabels
from labelwright.exchange.zip_file import ZipWriter
from labelwright.formats import FORMATS
from labelwright.model.document import Annotation, Document
from labelwright.model.geometry import Rectangle
from tests.formats import corpus

BOTH_WAYS = [form for form in FORMATS.values() if form.write is not None and form.read is not None]


def car(number: int, box: Rectangle) -> Annotation:
    return Annotation(id=f"0190b0b4-0000-7000-8000-{number:012}", class_id=corpus.class_id("car"), geometry=box)


def tasks_of(*boxes: Rectangle, width: int | None = 640) -> list[TaskLabels]:
    """Three tasks with the same boxes; the size of the second one's picture may be unknown."""
    document = Document(annotations=tuple(car(number, box) for number, box in enumerate(boxes)))
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
    check_archive(form, tmp_path / "archive.zip", balance, corpus.SCHEME, again)


@pytest.mark.parametrize("form", ["coco", "yolo", "yolo-seg", "voc", "open-images"])
def test_boxes_beyond_the_border_are_no_fault(form: str, tmp_path: Path) -> None:
    tasks = tasks_of(Rectangle(10, 10, 50, 40), Rectangle(600, 440, 40.5, 40.25))
    balance, again = written(FORMATS[form], tasks, tmp_path / "archive.zip")
    assert check_archive(FORMATS[form], tmp_path / "archive.zip", balance, corpus.SCHEME, again) == 6


@pytest.mark.parametrize(
    "form", [f for f in BOTH_WAYS if f.supports["rectangle"].level == "carries"], ids=lambda f: f.id
)
def test_a_moved_box_is_found_whatever_the_order(form: Format, tmp_path: Path) -> None:
    boxes = [Rectangle(10, 10, 50, 40), Rectangle(100, 10, 50, 40), Rectangle(200, 10, 50, 40)]
    balance, _ = written(form, tasks_of(*boxes), tmp_path / "archive.zip")
    _, others = written(form, tasks_of(*boxes[:2], Rectangle(203, 10, 50, 40)), tmp_path / "other.zip")
    with pytest.raises(Differs, match="lost or moved a rectangle"):
        check_archive(form, tmp_path / "archive.zip", balance, corpus.SCHEME, others)
    _, turned = written(form, tasks_of(*boxes[::-1]), tmp_path / "other.zip")
    check_archive(form, tmp_path / "archive.zip", balance, corpus.SCHEME, turned)
