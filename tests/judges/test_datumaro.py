"""Datumaro reads what we write: every object, of its class, where it is, in its split."""

import json
from collections import Counter
from typing import Any, NamedTuple

import pytest

from labelwright.exchange.areas import area_of
from labelwright.exchange.flat import plain
from labelwright.exchange.source import Labelled
from labelwright.formats import coco_keypoints
from labelwright.judges import datumaro
from labelwright.model.geometry import ImageSegmentation, Point, kind_of
from tests.formats.corpus import SIZE_WH
from tests.judges.environment import judge, run
from tests.judges.exports import AREAS, SPLITS, Laid, assert_counted, assert_same, box_of, lay_out

# It keeps two decimals of a corner, in 32 bits; a width is the difference of two.
TWO_DECIMALS = 0.011
AS_THEY_NAME_THEM = {
    "coco": "coco",
    "coco_panoptic": "coco_panoptic",
    "cvat": "cvat",
    "datumaro": "datumaro",
    "kitti": "kitti",
    "voc": "voc",
    "voc_segmentation": "voc_segmentation",
    "yolo": "yolo",
}
KINDS = {
    "rectangle": "bbox",
    "polygon": "polygon",
    "image_segmentation": "polygon",
    "line": "polyline",
    "point": "points",
}
SPLIT = ("coco", "datumaro", "voc", "yolo")

READ = """
import json, os, runpy, sys, warnings
import datumaro as dm
warnings.filterwarnings("ignore")
found, tool = {}, runpy.run_path(sys.argv[3])
for name, form in json.loads(sys.argv[2]).items():
    dataset = dm.Dataset.import_from(f"{sys.argv[1]}/{name}", form.removesuffix("_split"))
    labels = dataset.categories()[dm.AnnotationType.label].items
    found[name] = [
        {
            "id": item.id,
            "split": item.subset,
            "objects": [
                {
                    "kind": one.type.name,
                    "id": one.id,
                    "name": labels[one.label].name,
                    "box": [] if one.type.name == "label" else [float(value) for value in one.get_bbox()],
                    "area": 0 if one.type.name == "label" else float(one.get_area()),
                    "answers": {
                        key: str(value).lower() if isinstance(value, bool) else str(value)
                        for key, value in one.attributes.items()
                    },
                }
                for one in item.annotations
            ],
        }
        for item in dataset
    ]
seen = {}
for name, form in json.loads(sys.argv[2]).items():
    if form in tool["FILES"]:
        os.chdir(f"{sys.argv[1]}/{name}")
        seen[name] = list(tool["read"](form))
print(json.dumps({"found": found, "seen": seen}))
"""


class Judged(NamedTuple):
    """What was written, and what Datumaro reads in it: objects by the stem of the picture, splits by stem.

    `seen` is what our own program for it sees, of the formats that it judges when people export.
    """

    laid: Laid
    objects: dict[str, list[dict[str, Any]]]
    splits: dict[str, str]
    seen: list[Any] | None


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Judged]:
    python = judge("datumaro", "datumaro==1.13.12")
    folder = tmp_path_factory.mktemp("datumaro")
    laid = {form: lay_out(form, folder / form) for form in AS_THEY_NAME_THEM}
    laid |= {f"{form}_split": lay_out(form, folder / f"{form}_split", splits=SPLITS) for form in SPLIT}
    asked = {name: AS_THEY_NAME_THEM[name.removesuffix("_split")] for name in laid}
    read = json.loads(run(python, READ, str(folder), json.dumps(asked), str(datumaro.__file__)).splitlines()[-1])
    return {name: _judged(laid[name], items, read["seen"].get(name)) for name, items in read["found"].items()}


def _judged(laid: Laid, items: list[dict[str, Any]], seen: list[Any] | None) -> Judged:
    paths = {path.rpartition(".")[0]: path for path in laid.truth(box_of)}
    objects = {paths[item["id"]]: item["objects"] for item in items}
    return Judged(laid, objects, {paths[item["id"]]: item["split"] for item in items}, seen)


def test_what_it_counts_when_people_export_is_what_is_there(judged: dict[str, Judged]) -> None:
    asked = {name: found for name, found in judged.items() if found.seen is not None}
    assert {name.removesuffix("_split") for name in asked} == set(datumaro.FILES)
    for name, found in asked.items():
        assert_counted(datumaro, name.removesuffix("_split"), found.laid.folder, found.seen)


def boxes(found: Judged, *kinds: str) -> dict[str, list[tuple[Any, ...]]]:
    return {
        path: [(one["name"], *one["box"]) for one in objects if one["kind"] in kinds]
        for path, objects in found.objects.items()
    }


@pytest.mark.parametrize("form", ["yolo", "voc", "kitti", "yolo_split", "voc_split"])
def test_boxes_are_where_they_were(judged: dict[str, Judged], form: str) -> None:
    found = judged[form]
    assert_same(boxes(found, "bbox"), found.laid.truth(AREAS), TWO_DECIMALS)


@pytest.mark.parametrize("form", ["datumaro", "datumaro_split", "cvat"])
def test_every_kind_is_read_as_what_it_is_with_its_answers(judged: dict[str, Judged], form: str) -> None:
    found, scheme = judged[form], judged[form].laid.one.scheme
    assert_same(boxes(found, *KINDS.values(), "mask"), found.laid.truth(_box_as_written), TWO_DECIMALS)
    kinds = Counter(one["kind"] for objects in found.objects.values() for one in objects if one["box"])
    wanted = Counter(_kind_as_written(one) for task in found.laid.tasks for one in scheme.labelled(task))
    assert kinds == wanted
    answers = Counter(
        item for o in found.objects.values() for one in o if one["box"] for item in one["answers"].items()
    )
    given = Counter(
        (question.name, plain(answer))
        for task in found.laid.tasks
        for annotation in task.document.annotations
        for question, answer in scheme.answered(annotation.answers, annotation.class_id)
        if answer
    )
    assert dict(given - answers) == {}


def _box_as_written(name: str, one: Labelled) -> tuple[Any, ...]:
    """A segment with holes is written as its pixels."""
    found = box_of(name, one)
    return (name, *map(round, found[1:])) if _kind_as_written(one) == "mask" else found


def _kind_as_written(one: Labelled) -> str:
    geometry = one.annotation.geometry
    has_holes = isinstance(geometry, ImageSegmentation) and len(geometry.rings) > 1
    return "mask" if has_holes and area_of(geometry) >= 1 else KINDS[kind_of(geometry).name]


@pytest.mark.parametrize("form", ["coco", "coco_split"])
def test_objects_of_coco_have_their_boxes_and_ids_that_are_theirs_alone(judged: dict[str, Judged], form: str) -> None:
    """It makes a box and an outline or a mask of each annotation."""
    found = judged[form]
    assert_same(boxes(found, "bbox"), found.laid.truth(_coco_box), TWO_DECIMALS)
    ids = [one["id"] for objects in found.objects.values() for one in objects if one["kind"] == "bbox"]
    assert sorted(ids) == list(range(1, len(ids) + 1))
    shapes = Counter(one["id"] for objects in found.objects.values() for one in objects if one["kind"] != "bbox")
    assert shapes == Counter(ids)


def _coco_box(name: str, one: Labelled) -> tuple[Any, ...] | None:
    """Of what COCO has as an object of its own: nested points of these classes are keypoints, lines are refused."""
    geometry = one.annotation.geometry
    if isinstance(geometry, Point):
        is_keypoint = one.parent is not None and kind_of(one.parent.geometry).name in coco_keypoints.WITH_KEYPOINTS
        corner = (min(max(at - 0.5, 0), side - 1) for at, side in zip((geometry.x, geometry.y), SIZE_WH, strict=True))
        return None if is_keypoint else (name, *corner, 1, 1)
    return None if kind_of(geometry).name == "line" else _box_as_written(name, one)


def test_masks_of_coco_have_all_their_pixels_and_no_hole_is_filled(judged: dict[str, Judged]) -> None:
    found = judged["coco"]
    masks = {
        path: [(o["name"], o["area"]) for o in all_ if o["kind"] == "mask"] for path, all_ in found.objects.items()
    }
    wanted = found.laid.truth(
        lambda name, one: (name, area_of(one.annotation.geometry)) if _kind_as_written(one) == "mask" else None
    )
    assert any(wanted.values())
    assert_same(masks, wanted, 1)


@pytest.mark.parametrize("form", [f"{form}_split" for form in SPLIT])
def test_each_picture_is_in_its_split(judged: dict[str, Judged], form: str) -> None:
    found = judged[form]
    assert found.splits == {task.medium.path: task.medium.split for task in found.laid.tasks}


def test_panoptic_segments_have_their_classes_and_their_pixels(judged: dict[str, Judged]) -> None:
    found = judged["coco_panoptic"]
    content = json.loads((found.laid.folder / "annotations" / "panoptic_default.json").read_text())
    names = {category["id"]: category["name"] for category in content["categories"]}
    paths = {image["id"]: image["file_name"] for image in content["images"]}
    wanted = {
        paths[annotation["image_id"]]: [(names[s["category_id"]], s["area"]) for s in annotation["segments_info"]]
        for annotation in content["annotations"]
    }
    assert sum(map(len, wanted.values())) > 60
    assert_same({path: [(o["name"], o["area"]) for o in all_] for path, all_ in found.objects.items()}, wanted)


def test_masks_of_pascal_voc_have_the_classes_of_their_list(judged: dict[str, Judged]) -> None:
    """Every pixel of an object is of its class or of its border, which is ignored."""
    found = judged["voc_segmentation"]
    names = found.laid.truth(lambda name, one: (name,) if area_of(one.annotation.geometry) else None)
    for path, objects in found.objects.items():
        assert {one["name"] for one in objects} - {"ignored"} <= {name for (name,) in names[path]}
    count = sum(one["name"] != "ignored" for objects in found.objects.values() for one in objects)
    written = found.laid.written
    assert 0.8 * written < count <= written
