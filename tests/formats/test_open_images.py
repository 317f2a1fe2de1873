"""Open Images beyond the conformance suite: its own tables, and what is wrong with rows."""

from pathlib import Path

import pytest

from labelwright.exchange.found import scaled
from labelwright.formats import FORMATS
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Rectangle
from tests.formats.opening import faults, opened

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


def test_other_tables_are_refused_with_the_columns_that_are_needed(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="ImageID, LabelName, XMax"):
        opened(OPEN_IMAGES, tmp_path, {PATH: "ImageID,LabelName\n"})
