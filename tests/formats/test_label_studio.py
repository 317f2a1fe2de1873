"""Tasks of Label Studio as its own servers write them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.writing import opened

REGION: dict[str, Any] = {
    "id": "a",
    "type": "rectanglelabels",
    "original_width": 100,
    "original_height": 100,
    "value": {"x": 10, "y": 10, "width": 20, "height": 20, "rectanglelabels": ["car"]},
}


def tasks(image: str = "a.png", **more: Any) -> dict[str, str]:
    return {"tasks.json": json.dumps([{"data": {"image": image}, "annotations": [{"result": [REGION]}]} | more])}


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/data/local-files/?d=set%20a/b.jpg", "set a/b.jpg"),
        ("/data/upload/3/1a2b3c4d-my%20image.jpg", "my image.jpg"),
        ("https://labels.example/data/upload/3/1a2b3c4d-z.jpg?token=1", "z.jpg"),
        ("/data/upload/3/name.jpg", "/data/upload/3/name.jpg"),
        ("s3://bucket/a.jpg", "s3://bucket/a.jpg"),
        ("images/100%25.jpg", "100%25.jpg"),
    ],
)
def test_a_picture_is_found_by_the_name_that_people_gave_it(tmp_path: Path, address: str, path: str) -> None:
    _, (medium,) = opened(tasks(address), tmp_path)
    assert medium.path == path


def test_a_region_with_several_labels_says_which_is_read(tmp_path: Path) -> None:
    region = REGION | {"value": REGION["value"] | {"rectanglelabels": ["car", "tree"]}}
    labels, (medium,) = opened(tasks(annotations=[{"result": [region]}]), tmp_path)
    assert [one.class_name for one in medium.objects] == ["car"]
    assert [fault.code for fault in labels.faults.kept] == ["several_labels"]


def test_predictions_without_an_annotation_are_told(tmp_path: Path) -> None:
    labels, _ = opened(tasks(annotations=[], predictions=[{"result": [REGION]}]), tmp_path)
    assert [(str(fault.place), fault.code) for fault in labels.faults.kept] == [
        ("tasks.json /0/predictions", "predictions")
    ]
