"""Boxes of Pascal VOC beyond the conformance suite: what corners mean, and what is wrong with files of others."""

import io
import zipfile
from pathlib import Path

import pytest

from labelwright.exchange.manifest import PATH, decode
from labelwright.formats import FORMATS
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Rectangle
from tests.formats.opening import faults, opened
from tests.formats.test_conformance import export

VOC = FORMATS["voc"]


def file_of(*boxes: str, more: str = "") -> str:
    objects = "\n".join(f"<object><name>car</name><bndbox>{box}</bndbox></object>" for box in boxes)
    return f"<annotation><source><annotation>PASCAL</annotation></source>{more}\n{objects}\n</annotation>"


def box(*edges: float) -> str:
    return "".join(f"<{n}>{e}</{n}>" for n, e in zip(("xmin", "ymin", "xmax", "ymax"), edges, strict=True))


def test_corners_of_others_count_from_one_unless_a_box_begins_at_zero(tmp_path: Path) -> None:
    found, (medium,) = opened(VOC, tmp_path / "one", {"Annotations/a.xml": file_of(box(1, 1, 160, 120))})
    assert medium.objects[0].geometry == Rectangle(0, 0, 160, 120)
    assert "from 1" in found.notes[0]

    files = {"a.xml": file_of(box(3, 4, 10, 12)), "b.xml": file_of(box(0, 4, 10, 12))}
    found, media = opened(VOC, tmp_path / "zero", files)
    assert [m.objects[0].geometry for m in media] == [Rectangle(3, 4, 7, 8), Rectangle(0, 4, 10, 8)]
    assert "from 0" in found.notes[0]


def test_a_file_that_says_what_its_corners_are_is_believed(tmp_path: Path) -> None:
    files = {"a.xml": file_of(box(1, 1, 8.5, 9), more="<corners>exact</corners>")}
    found, (medium,) = opened(VOC, tmp_path, files)
    assert medium.objects[0].geometry == Rectangle(1, 1, 7.5, 8)
    assert found.notes == ()


def test_whole_pixels_are_counted_as_a_loss_and_stay_within_one_pixel(tmp_path: Path) -> None:
    content, report = export(VOC, settings={"corners": "devkit"})
    loss = next(entry for entry in report.balance.losses if entry.measure == "pixels")
    assert 0 < (loss.largest_loss or 0) <= 1
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        path = next(m.path for m in decode(archive.read(PATH)).media if m.name == "everything.png")
        text = archive.read(f"Annotations/{path.removesuffix('.png')}.xml").decode()
    # 5, 6, 70.5 x 40.25: the edges are at 5, 6, 75.5 and 46.25.
    assert "<xmin>6</xmin><ymin>7</ymin><xmax>76</xmax><ymax>46</ymax>" in text
    _, (medium,) = opened(VOC, tmp_path, {"Annotations/everything.xml": text})
    assert medium.objects[0].geometry == Rectangle(5, 6, 71, 40)
    assert [part.class_name for part in medium.objects[0].nested] == ["car.plate"]


def test_each_fault_has_its_place_and_the_rest_is_read(tmp_path: Path) -> None:
    boxes = [box(9, 9, 3, 3), "<xmin>1</xmin>", box(1, 1, 5, 5)]
    files = {"a.xml": file_of(*boxes, "<xmin>x</xmin>"), "b.xml": "<annotation><obj", "c.xml": file_of(box(2, 2, 3, 3))}
    found, media = opened(VOC, tmp_path, files)
    expected = [("a.xml line 2", "invalid_box"), ("a.xml line 3", "invalid_box"), ("a.xml line 5", "invalid_box")]
    assert faults(found) == [*expected, ("b.xml", "invalid_xml")]
    assert [len(medium.objects) for medium in media] == [1, 1]


def test_files_that_are_no_voc_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no XML file begins with <annotation>"):
        opened(VOC, tmp_path, {"a.xml": "<annotations/>"})


def test_pictures_in_one_file_are_read_and_what_stands_around_them_is_told(tmp_path: Path) -> None:
    one, other = (file_of(box(x, 1, 160, 120), more=f"<filename>{x}.jpg</filename>") for x in (0, 5))
    files = {"all.xml": f"<all by='ana'>{one}<note>two</note>{other}</all>"}
    found, media = opened(VOC, tmp_path, files)
    assert [(medium.path, len(medium.objects)) for medium in media] == [("0.jpg", 1), ("5.jpg", 1)]
    assert [(aside.name, aside.value) for aside in media[1].asides] == [("source.annotation", "PASCAL")]
    assert [(line.name, line.value) for line in found.faults.not_kept.lines()] == [
        ("all.note", "two"),
        ("all.by", "ana"),
    ]
    assert faults(found) == []
