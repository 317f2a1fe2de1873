"""Uploads that several formats claim: the one that leaves nothing out and carries the most is taken."""

import json
import zipfile
from functools import cache
from pathlib import Path

import pytest

from labelwright.exchange.files import open_files
from labelwright.exchange.recognising import recognise, richness
from labelwright.formats import FORMATS
from labelwright.model.errors import Invalid
from tests.formats.test_conformance import export

PAIRS = [
    *(("voc", "voc_segmentation"), ("voc", "cvat"), ("coco", "coco_panoptic"), ("coco", "datumaro")),
    *(("coco", "labelme"), ("coco", "label-studio"), ("coco", "native"), ("native", "ndjson")),
    *(("geojson", "labelme"), ("geojson", "coco"), ("csv", "open-images"), ("kitti", "yolo")),
    *(("masks_index", "masks_class"), ("masks_index", "masks_instance"), ("masks_class", "masks_instance")),
    *(("cityscapes", "coco"), ("cityscapes", "labelme"), ("hugging-face", "coco"), ("hugging-face", "ndjson")),
    *(("parquet", "hugging-face"), ("voc_segmentation", "masks_index"), ("yolo", "coco")),
]


@cache
def archive(form: str) -> bytes:
    return export(FORMATS[form])[0]


def together(tmp_path: Path, *forms: str) -> Path:
    """One archive with the files of several; where they have files of one name, the first one's."""
    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as both:
        names: set[str] = set()
        for form in forms:
            (tmp_path / form).write_bytes(archive(form))
            with zipfile.ZipFile(tmp_path / form) as one:
                for name in one.namelist():
                    if name not in names and name != "manifest.json":
                        both.writestr(name, one.read(name))
                        names.add(name)
    return path


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_of_two_formats_in_one_upload_the_richer_is_read(tmp_path: Path, one: str, other: str) -> None:
    found = recognise(open_files(together(tmp_path, one, other)), FORMATS)
    assert {form.id for form in found} == {one, other}
    first, second = found
    assert richness(first) >= richness(second)


def test_the_format_that_leaves_pictures_out_comes_second(tmp_path: Path) -> None:
    """Masks say more than boxes, but there are masks of one picture alone."""
    path = tmp_path / "labels.zip"
    (tmp_path / "a.zip").write_bytes(archive("masks_index"))
    (tmp_path / "b.zip").write_bytes(archive("csv"))
    with zipfile.ZipFile(path, "w") as both:
        with zipfile.ZipFile(tmp_path / "a.zip") as masks:
            names = [name for name in masks.namelist() if name.endswith(".png")][:1]
            names += [name for name in masks.namelist() if not name.endswith(".png") and name != "manifest.json"]
            for name in names:
                both.writestr(name, masks.read(name))
        with zipfile.ZipFile(tmp_path / "b.zip") as boxes:
            both.writestr("annotations.csv", boxes.read(FORMATS["csv"].main or ""))
    assert [form.id for form in recognise(open_files(path), FORMATS)] == ["csv", "masks_index"]


def test_what_somebody_wants_comes_first(tmp_path: Path) -> None:
    files = open_files(together(tmp_path, "voc", "voc_segmentation"))
    for wanted in ("voc", "voc_segmentation"):
        assert recognise(files, FORMATS, wanted)[0].id == wanted
        assert len(recognise(files, FORMATS, wanted)) == 2


def test_what_is_in_no_format_is_refused_with_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(Invalid, match=r"in no format that is known here: .*COCO"):
        recognise(open_files(tmp_path), FORMATS)


def test_a_file_of_labelme_with_many_shapes_is_known_before_the_path_of_its_picture(tmp_path: Path) -> None:
    square = [[1.0, 1.0], [9.0, 1.0], [9.0, 9.0]]
    shape = {"label": "car", "points": square, "group_id": None, "shape_type": "polygon", "flags": {}}
    file = {"version": "5.4.1", "flags": {}, "shapes": [shape] * 1000, "imagePath": "a.png", "imageData": None}
    (tmp_path / "a.json").write_text(json.dumps(file | {"imageHeight": 10, "imageWidth": 10}))
    files = open_files(tmp_path / "a.json")
    assert recognise(files, FORMATS)[0].id == "labelme"
    (medium,) = FORMATS["labelme"].read(files).media()
    assert (medium.path, len(medium.objects)) == ("a.png", 1000)
