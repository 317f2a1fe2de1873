"""Open Images beyond the conformance suite: its own tables, and what is wrong with rows."""

from pathlib import Path

import pytest

from labelwright.exchange.checking import check_archive, is_near
from labelwright.exchange.files import open_files
from labelwright.exchange.flat import CUT
from labelwright.exchange.found import scaled
from labelwright.formats import FORMATS
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Rectangle
from tests.formats.opening import faults, opened
from tests.formats.test_checking import tasks_of, written

OPEN_IMAGES = FORMATS["open-images"]
HEAD = "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside\n"
PATH = "validation-annotations-bbox.csv"


def row(image: str, label: str, *edges: object) -> str:
    return f"{image},xclick,{label},1,{','.join(map(str, edges))},0,0,0,0,0\n"


def test_tables_of_open_images_have_names_of_classes_and_pictures_without_boxes(tmp_path: Path) -> None:
    files = {
        PATH: HEAD + row("0001", "/m/0k4j", 0.25, 0.75, 0.5, 1),
        "class-descriptions-boxable.csv": '/m/0k4j,Car\n/m/0abc,"Saw, hand"\n',
        "validation-images-with-rotation.csv": "ImageID,Subset,OriginalURL\n0001,validation,u\n0002,validation,u\n",
    }
    found, (first, second) = opened(OPEN_IMAGES, tmp_path, files)
    assert [c.name for c in found.classes] == ["Car", "Saw, hand"]
    assert (first.path, first.split, second.path, second.objects) == ("0001", "val", "0002", ())
    assert scaled(first, (100, 200)).objects[0].geometry == Rectangle(25, 100, 50, 100)


def test_each_fault_has_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    rows = ((0.1, "x", 0, 1), (0.1, 20, 0, 1), (0.3, 0.2, 0, 1), (0, 1, 0, 1))
    found, (medium,) = opened(OPEN_IMAGES, tmp_path, {PATH: HEAD + "".join(row("a", "/m/1", *r) for r in rows)})
    assert faults(found) == [(f"{PATH} line {line}", "invalid_box") for line in (2, 3, 4)]
    assert [one.class_name for one in medium.objects] == ["/m/1"]


def test_rows_of_a_picture_may_be_anywhere_and_its_size_is_in_another_table(tmp_path: Path) -> None:
    rows = [row(name, "/m/1", 0, share, 0, 1) for name, share in (("b", 0.5), ("a", 0.25), ("", 1), ("b", 1))]
    pictures = "ImageID,Subset,Width,Height,Rotation\na,test,10,20,\nc,,3,4,\n,test,,,\nb,train,100,200,90.0\n"
    files = {PATH: HEAD + "".join(rows), "class-descriptions.csv": '/m/1,"A ""b"""\n', "images.csv": pictures}
    found, media = opened(OPEN_IMAGES, tmp_path, files)
    assert [(one.path, one.split, one.width, one.height) for one in media] == [
        ("b", "train", 100, 200),
        ("a", "test", 10, 20),
        ("c", "", 3, 4),
    ]
    assert [[(o.class_name, o.geometry.w, o.place.line) for o in one.objects] for one in media] == [
        [('A "b"', 0.5, 2), ('A "b"', 1, 5)],
        [('A "b"', 0.25, 3)],
        [],
    ]
    assert faults(found) == [("images.csv line 4", "no_picture"), (f"{PATH} line 4", "no_picture")]
    assert [(one.name, one.value, one.place.line) for one in media[0].asides] == [("Rotation", "90.0", 2)]


def test_a_box_around_a_group_is_no_object(tmp_path: Path) -> None:
    """As crowds of COCO: what stands for several would be one to whoever trains on it."""
    alone = row("a", "/m/1", 0, 1, 0, 1)
    lines = HEAD + alone + alone.replace(",0,0,0,0,0\n", ",0,0,1,0,0\n")
    found, (medium,) = opened(OPEN_IMAGES, tmp_path, {PATH: lines})
    assert (len(medium.objects), faults(found)) == (1, [(f"{PATH} line 3", "crowd")])


def test_other_tables_are_refused_with_the_columns_that_are_needed(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="ImageID, LabelName, XMax"):
        opened(OPEN_IMAGES, tmp_path, {PATH: "ImageID,LabelName\n"})


def test_a_box_that_leaves_its_picture_ends_at_the_border_and_is_counted(tmp_path: Path) -> None:
    boxes = Rectangle(0, 0, 640, 480), Rectangle(-10, 20, 40, 20), Rectangle(600, 470, 80, 20), Rectangle(700, 0, 9, 9)
    path = tmp_path / "out.zip"
    balance, tasks = written(OPEN_IMAGES, tasks_of(*boxes)[:1], path)
    assert balance.exported["geometries"] == 1
    (entry,) = [entry for entry in balance.losses if entry.unit == "geometries"]
    assert (entry.bucket, entry.reason, entry.count, entry.largest_loss) == ("converted", CUT, 3, 1.0)
    assert check_archive(OPEN_IMAGES, path, balance, tasks) == 4
    (medium,) = OPEN_IMAGES.read(open_files(path)).media()
    found = [one.geometry for one in scaled(medium, (640, 480)).objects]
    wanted = Rectangle(0, 0, 640, 480), Rectangle(0, 20, 30, 20), Rectangle(600, 470, 40, 10), Rectangle(640, 0, 0, 9)
    assert all(is_near(a, b, 1e-6) for a, b in zip(found, wanted, strict=True))
