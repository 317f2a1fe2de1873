"""COCO as pycocotools and hotcoco see it: found again as it was by every evaluation, without a warning.

What is evaluated is what the files hold, taken for detections, so that each score has to be 1.
"""

import json
from typing import Any

import pytest

from labelwright.exchange.areas import area_of
from labelwright.exchange.source import Labelled
from labelwright.model.geometry import kind_of
from tests.judges.environment import judge, run
from tests.judges.exports import SPLITS, Laid, assert_same, box_of, lay_out, whole_box_of

# A mean of precisions, each of which is tp / (tp + fp + eps).
ONE = pytest.approx(1, abs=1e-12)

EVALUATE = """
import json, sys
import numpy as np
from pycocotools import mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

truth = COCO(sys.argv[1])
scores, read = {}, {}
empty = set()
for one in truth.loadAnns(truth.getAnnIds()):
    rle = truth.annToRLE(one)
    path, name = truth.imgs[one["image_id"]]["file_name"], truth.cats[one["category_id"]]["name"]
    read.setdefault(path, []).append([name, *one["bbox"], one["area"], float(mask.area(rle))])
    if not mask.area(rle):
        empty.add(one["image_id"])
with_keypoints = [c["id"] for c in truth.dataset["categories"] if c.get("keypoints")]
for kind in ("bbox", "segm", "keypoints"):
    detections = []
    for one in truth.loadAnns(truth.getAnnIds()):
        found = {"image_id": one["image_id"], "category_id": one["category_id"], "score": 1.0}
        if kind == "bbox":
            found["bbox"] = one["bbox"]
        elif kind == "segm":
            found["segmentation"] = truth.annToRLE(one)
        elif one.get("num_keypoints"):
            found["keypoints"] = one["keypoints"]
        else:
            continue
        detections.append(found)
    of = []
    # Keypoints are as many as the category has, so that each category is evaluated by itself.
    for category in with_keypoints if kind == "keypoints" else [None]:
        some = [d for d in detections if category in {None, d["category_id"]}]
        evaluation = COCOeval(truth, truth.loadRes(some), kind)
        if category is not None:
            evaluation.params.catIds = [category]
            count = len(truth.cats[category]["keypoints"])
            evaluation.params.kpt_oks_sigmas = np.full(count, 0.05)
        if kind == "segm":
            evaluation.params.imgIds = sorted(set(truth.imgs) - empty)
        evaluation.params.maxDets = [20] if kind == "keypoints" else [1, 10, 1000]
        evaluation.evaluate()
        evaluation.accumulate()
        precision, recall = evaluation.eval["precision"], evaluation.eval["recall"]
        for at, number in enumerate(evaluation.params.catIds):
            found, seen = precision[:, :, at, 0, -1], recall[:, at, 0, -1]
            if (found > -1).any():
                of.append([truth.cats[number]["name"], float(found.min()), float(seen.min())])
    scores[kind] = of
print(json.dumps({"scores": scores, "read": read, "empty": [truth.imgs[i]["file_name"] for i in empty]}))
"""


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Laid:
    return lay_out("coco", tmp_path_factory.mktemp("coco") / "whole")


@pytest.fixture(scope="module")
def evaluated(laid: Laid) -> dict[str, Any]:
    python = judge("pycocotools", "pycocotools==2.0.11")
    output = run(python, EVALUATE, str(laid.folder / "annotations" / "instances_default.json"))
    return json.loads(output.splitlines()[-1])


def test_labels_against_themselves_have_the_average_precision_1(laid: Laid, evaluated: dict[str, Any]) -> None:
    """Boxes, masks and keypoints of every category. A shape that no pixel's centre lies in has no mask to find."""
    categories = json.loads((laid.folder / "annotations" / "instances_default.json").read_text())["categories"]
    names = {category["name"] for category in categories}
    scores = evaluated["scores"]
    assert {name for name, *_ in scores["bbox"]} == names
    assert {name for name, *_ in scores["segm"]} == names
    assert {name for name, *_ in scores["keypoints"]} == {c["name"] for c in categories if c.get("keypoints")}
    for kind, found in scores.items():
        assert all(precision == ONE and recall == ONE for _, precision, recall in found), (kind, found)
    assert evaluated["empty"] == ["thin.png"]


def test_an_area_is_the_one_of_the_pixels_that_pycocotools_paints(evaluated: dict[str, Any]) -> None:
    """But for what fractions of pixels along the border make."""
    for path, objects in evaluated["read"].items():
        for name, x, y, w, h, area, painted in objects:
            assert abs(area - painted) <= 0.5 * (w + h) + 1e-9, (path, name, x, y, area, painted)


HOTCOCO = """
import json, sys, warnings
from hotcoco import COCO
warnings.simplefilter("ignore")
def read(coco):
    names = {c["id"]: c["name"] for c in coco.dataset["categories"]}
    paths = {i["id"]: i["file_name"] for i in coco.dataset["images"]}
    found = {path: [] for path in paths.values()}
    for one in coco.dataset["annotations"]:
        found[paths[one["image_id"]]].append([names[one["category_id"]], *one["bbox"]])
    return found
folder = sys.argv[1]
whole = COCO(folder + "/coco/annotations/instances_default.json")
splits = {split: COCO(f"{folder}/split/annotations/instances_{split}.json") for split in ("train", "val", "test")}
ids = [a["id"] for one in splits.values() for a in one.dataset["annotations"]]
print(json.dumps({
    "health": [one.healthcheck() for one in (whole, *splits.values())],
    "warnings": [list(one.load_warnings) for one in (whole, *splits.values())],
    "images": {split: [i["file_name"] for i in one.dataset["images"]] for split, one in splits.items()},
    "ids": sorted(ids),
    "merged": read(COCO.merge(list(splits.values()))),
    "whole": read(whole),
    "cvat": read(COCO.from_cvat(folder + "/cvat/annotations.xml")),
    "voc": read(COCO.from_voc(folder + "/voc")),
}))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Laid]:
    place = tmp_path_factory.mktemp("hotcoco")
    return {
        "coco": lay_out("coco", place / "coco"),
        "split": lay_out("coco", place / "split", splits=SPLITS),
        "cvat": lay_out("cvat", place / "cvat"),
        "voc": lay_out("voc", place / "voc", corners="devkit"),
    }


@pytest.fixture(scope="module")
def read_by_hotcoco(folder: dict[str, Laid]) -> dict[str, Any]:
    python = judge("hotcoco", "hotcoco==1.3.0")
    return json.loads(run(python, HOTCOCO, str(folder["coco"].folder.parent)).splitlines()[-1])


def test_hotcoco_finds_no_fault_but_what_the_corpus_is_about(read_by_hotcoco: dict[str, Any]) -> None:
    """Thin shapes, twins and classes of few objects or none are meant."""
    assert read_by_hotcoco["warnings"] == [[]] * 4
    for health in read_by_hotcoco["health"]:
        assert health["errors"] == []
        codes = {warning["code"] for warning in health["warnings"]}
        assert codes <= {"extreme_aspect_ratio", "near_duplicate", "low_instance_category", "zero_instance_category"}


def test_hotcoco_finds_the_splits_and_they_are_the_whole(
    folder: dict[str, Laid], read_by_hotcoco: dict[str, Any]
) -> None:
    splits = {split: paths for split, paths in folder["split"].splits.items() if split}
    assert {split: set(paths) for split, paths in read_by_hotcoco["images"].items()} == splits
    assert read_by_hotcoco["ids"] == list(range(1, len(read_by_hotcoco["ids"]) + 1))
    assert_same(read_by_hotcoco["merged"], read_by_hotcoco["whole"])


def test_hotcoco_finds_the_boxes_and_outlines_of_cvat(folder: dict[str, Laid], read_by_hotcoco: dict[str, Any]) -> None:
    """It has no word for points, lines and masks."""
    wanted = folder["cvat"].truth(lambda name, one: box_of(name, one) if _is_box_or_outline(one) else None)
    assert_same(read_by_hotcoco["cvat"], wanted, 1e-9)


def _is_box_or_outline(one: Labelled) -> bool:
    geometry = one.annotation.geometry
    holes = len(getattr(geometry, "rings", ())) > 1
    return kind_of(geometry).name not in {"point", "line"} and (not holes or area_of(geometry) < 1)


def test_hotcoco_finds_the_boxes_of_pascal_voc(folder: dict[str, Laid], read_by_hotcoco: dict[str, Any]) -> None:
    """It counts as the devkit, and takes the last name in an object for its class, be it the one of an attribute."""

    found = {path: [("", *one[1:]) for one in objects] for path, objects in read_by_hotcoco["voc"].items()}
    assert_same(found, folder["voc"].truth(lambda _, one: whole_box_of("", one)))
