"""Hugging Face's imagefolder beyond the conformance suite: where pictures lie, and what is wrong with lines."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from labelwright.exchange.splits import Splits
from labelwright.formats import FORMATS
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Rectangle
from tests.formats.opening import faults, opened
from tests.formats.test_conformance import export

HUGGING_FACE = FORMATS["hugging-face"]


def test_every_column_of_objects_has_one_type_in_all_lines() -> None:
    with zipfile.ZipFile(io.BytesIO(export(HUGGING_FACE)[0])) as archive:
        lines = [json.loads(line) for line in archive.read("data/metadata.jsonl").splitlines()]
    types = {name: {type(v) for line in lines for v in line["objects"][name]} for name in lines[0]["objects"]}
    assert types.pop("area") <= {int, float}
    assert {name: len(found) for name, found in types.items()} == dict.fromkeys(types, 1)
    assert {type(line["answers"]) for line in lines} == {str}


def test_splits_are_folders_with_the_names_that_the_library_knows() -> None:
    with zipfile.ZipFile(io.BytesIO(export(HUGGING_FACE, splits=Splits(shares=(50, 30, 20)))[0])) as archive:
        paths = {name for name in archive.namelist() if name.endswith(".jsonl")}
    assert paths == {"train/metadata.jsonl", "validation/metadata.jsonl", "test/metadata.jsonl"}


def test_boxes_of_others_need_nothing_but_categories(tmp_path: Path) -> None:
    line = '{"file_name": "0001.png", "objects": {"bbox": [[302.0, 109.0, 73.0, 52.0]], "categories": [0]}}'
    _, (medium,) = opened(HUGGING_FACE, tmp_path, {"validation/metadata.jsonl": line})
    assert (medium.path, medium.split) == ("validation/0001.png", "val")
    assert (medium.objects[0].class_name, medium.objects[0].geometry) == ("0", Rectangle(302, 109, 73, 52))


def test_each_fault_has_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    objects = (
        '"bbox": [[1, 2, 3, 4]], "category": []',
        '"bbox": [[1, 2, 3]], "category": ["car"]',
        '"bbox": [[1, 2, 3, 4], [1, 2, 3, 4]], "category": ["car", "car"], "segmentation": [[[1, 2, 3]], []]',
    )
    text = "\n".join(f'{{"file_name": "a.png", "objects": {{{one}}}}}' for one in objects)
    found, media = opened(HUGGING_FACE, tmp_path, {"train/metadata.jsonl": text})
    assert faults(found) == [
        ("train/metadata.jsonl line 1", "uneven_columns"),
        ("train/metadata.jsonl line 2", "invalid_line"),
        ("train/metadata.jsonl line 3 /objects/bbox/0", "invalid_shape"),
    ]
    assert [len(medium.objects) for medium in media] == [0, 1]


def test_a_folder_without_metadata_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"holds no metadata\.jsonl"):
        opened(HUGGING_FACE, tmp_path, {"train/other.jsonl": "{}"})
