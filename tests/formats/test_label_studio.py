"""Tasks of Label Studio as its own servers write them."""

import base64
import io
import json
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Polygon, Rectangle
from tests.exchange.writing import opened, pack, task, unpack

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


def region(kind: str, **value: Any) -> dict[str, Any]:
    size = {"original_width": 8, "original_height": 4}
    return {"id": kind, "type": kind, "from_name": kind, **size, "value": {kind: ["road"], **value}}


def read_region(tmp_path: Path, *regions: dict[str, Any]) -> tuple[list[Geometry], list[str]]:
    labels, (medium,) = opened(tasks(annotations=[{"result": list(regions)}]), tmp_path)
    return [one.geometry for one in medium.objects], [fault.message for fault in labels.faults.kept]


VERTICES = [{"x": 25, "y": 25}, {"x": 75, "y": 25}, {"x": 75, "y": 100}]


def test_vectors_are_lines_or_closed_outlines(tmp_path: Path) -> None:
    found = read_region(
        tmp_path,
        region("vectorlabels", vertices=VERTICES, closed=False),
        region("vectorlabels", vertices=VERTICES, closed=True) | {"id": "b"},
        region("vectorlabels", vertices=[VERTICES[0] | {"isBezier": True}, VERTICES[1]]) | {"id": "c"},
    )
    points = ((2, 1), (6, 1), (6, 4))
    told = "The vectorlabels cannot be read: it has curves, and lines here are straight."
    assert found == ([Line(points), Polygon(points)], [told])


# An L of three pixels in a picture of 8 x 4; its last pixel is less than half opaque, which is none.
PAINTED = np.zeros((4, 8, 4), dtype=np.uint8)
PAINTED[[1, 2, 2, 2], [1, 1, 2, 3], 3] = (255, 255, 128, 127)
OUTLINE = ((1, 1), (2, 1), (2, 2), (3, 2), (3, 3), (1, 3))


def brushed(values: bytes) -> list[int]:
    """What a brush writes: runs of one value, and now and then values as they are."""
    bits = f"{len(values):032b}{7:05b}" + "".join(f"{count - 1:04b}" for count in (2, 4, 8, 16))
    for at, (value, run) in enumerate((value, len(list(run))) for value, run in groupby(values)):
        kind, length = (1, f"{run - 1:04b}") if run <= 16 else (2, f"{run - 1:08b}")
        is_repeated = run > 1 or at % 2
        bits += f"{1 if is_repeated else 0}{kind:02b}{length}{value:08b}"
    return list(int(bits + "0" * (-len(bits) % 8), 2).to_bytes(-(-len(bits) // 8), "big"))


def data_url(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


@pytest.mark.parametrize(
    "painted",
    [
        region("brushlabels", format="rle", rle=brushed(PAINTED.tobytes())),
        region("bitmasklabels", imageDataURL=data_url(Image.fromarray(PAINTED, "RGBA"))),
        region("bitmasklabels", imageDataURL=data_url(Image.fromarray(PAINTED[..., 3] // 128 * 255))),
    ],
    ids=["brush", "bitmask", "bitmask without alpha"],
)
def test_what_was_painted_is_a_segment_of_its_opaque_pixels(tmp_path: Path, painted: dict[str, Any]) -> None:
    (segment,), faults = read_region(tmp_path, painted)
    assert isinstance(segment, ImageSegmentation)
    assert (set(segment.rings[0]), faults) == (set(OUTLINE), [])


@pytest.mark.parametrize(
    ("painted", "told"),
    [
        ({"rle": brushed(PAINTED.tobytes())[:-3]}, "it ends too soon"),
        ({"rle": brushed(PAINTED.tobytes()[4:])}, "it is not of 8 x 4 pixels of 4 bytes"),
        ({"rle": [300]}, "bytes must be in range"),
        ({"rle": []}, "it ends too soon"),
        ({"rle": brushed(bytes(128))}, "it has no pixels"),
        ({"imageDataURL": "data:image/png;base64,AAAA"}, "it is no PNG"),
        ({"imageDataURL": data_url(Image.new("L", (9, 4)))}, "it has 9 x 4 pixels, more than its box"),
    ],
)
def test_a_painted_mask_that_is_broken_is_told(tmp_path: Path, painted: dict[str, Any], told: str) -> None:
    found, (fault,) = read_region(tmp_path, region("brushlabels", **painted))
    assert (found, told in fault) == ([], True)


def test_answers_of_every_kind_are_read(tmp_path: Path) -> None:
    """Of a branch of a taxonomy the last word is the answer."""
    kinds = {"number": 4, "rating": 3, "datetime": "2026-01-02", "taxonomy": [["car", "van"]], "textarea": ["a"]}
    results = [
        {"id": kind, "type": kind, "from_name": kind, "value": {"text" if kind == "textarea" else kind: value}}
        for kind, value in kinds.items()
    ]
    labels, (medium,) = opened(tasks(annotations=[{"result": results}]), tmp_path)
    found = {answer.name: answer.value for answer in medium.answers}
    assert found == {"number": "4", "rating": "3", "datetime": "2026-01-02", "taxonomy": "van", "textarea": "a"}
    assert labels.faults.kept == []


def test_our_tasks_name_pictures_where_label_studio_serves_them() -> None:
    shape = ("lane", Line(((0, 0), (80, 30))))
    files = unpack(pack("label-studio", task(1, shape, name="a #1.png"))[0])
    (written,) = json.loads(files["tasks.json"])
    assert written["data"]["image"] == "/data/local-files/?d=images/a%20%231.png"
    assert written["annotations"][0]["result"][0]["value"] == {
        "vertices": [
            {"id": "p0", "x": 0.0, "y": 0.0, "isBezier": False},
            {"id": "p1", "x": 50.0, "y": 25.0, "isBezier": False, "prevPointId": "p0"},
        ],
        "closed": False,
        "vectorlabels": ["lane"],
    }


def record(**more: Any) -> dict[str, Any]:
    """A record as JSON-MIN has it: what the task was of, then what was said, by the tags of the configuration."""
    size = {"original_width": 100, "original_height": 50}
    box = {"x": 10, "y": 10, "width": 20, "height": 20, "rotation": 0}
    outline = {"points": [[10, 10], [50, 10], [50, 90]]}
    said: dict[str, Any] = {
        "image": "/data/upload/3/1a2b3c4d-a.jpg",
        "taken": "2020",
        "id": 7,
        "label": [{**box, "rectanglelabels": ["car"], **size}, {**box, "rectanglelabels": ["bus"], **size}],
        "outline": [{**outline, "closed": True, "polygonlabels": ["tree"], **size}],
        "nose": [{"x": 50, "y": 50, "width": 0.5, "labels": ["nose"], **size}],
        "kind": [{**outline, "choices": ["oak"], **size}],
        "weather": {"choices": ["rain", "wind"]},
        "quality": [{"rating": 4}],
        "light": "dim",
    }
    whose = {
        "annotator": 1,
        "annotation_id": 9,
        "created_at": "2024-01-01",
        "updated_at": "2024-01-02",
        "lead_time": 3.2,
    }
    return said | whose | more


def test_json_min_is_read_as_far_as_it_can_be_told(tmp_path: Path) -> None:
    labels, (medium,) = opened({"export.json": json.dumps([record()])}, tmp_path)
    assert labels.faults.kept == []
    assert (medium.path, medium.width, medium.height) == ("a.jpg", 100, 50)
    box = Rectangle(10, 5, 20, 10)
    assert [(one.class_name, one.geometry) for one in medium.objects] == [
        ("car", box),
        ("bus", box),
        ("tree", Polygon(((10, 5), (50, 5), (50, 45)))),
        ("nose", Point(50, 25)),
    ]
    (tree,) = medium.objects[2].answers
    assert (tree.name, tree.value, tree.place.pointer) == ("kind", "oak", "/0/kind/0")
    assert [(one.name, one.value) for one in medium.answers] == [("weather", ("rain", "wind")), ("quality", "4")]
    # A text may have been there before anybody said anything: it becomes an answer where a question asks for it.
    assert [(one.name, one.value) for one in medium.asides] == [("taken", "2020"), ("light", "dim")]


def test_of_several_records_of_a_task_the_latest_is_read_and_what_is_none_is_told(tmp_path: Path) -> None:
    later = record(updated_at="2024-02-02", label=[], light="bright", annotation_id=10)
    records = [record(id=6), record(), "none", later, record(id=8, updated_at=None), later | {"light": "the same time"}]
    labels, media = opened({"export.json": json.dumps(records)}, tmp_path)
    assert [str(medium.place.pointer) for medium in media] == ["/0", "/3", "/4"]
    assert {one.name: one.value for one in media[1].asides}["light"] == "bright"
    assert [(str(fault.place), fault.code) for fault in labels.faults.kept] == [
        ("export.json /2", "invalid_record"),
        ("export.json /3", "several_annotations"),
    ]
    assert labels.faults.kept[1].message.startswith("3 people")
