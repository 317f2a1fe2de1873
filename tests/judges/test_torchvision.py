"""torchvision's datasets give our COCO and Pascal VOC to a training loop: boxes, labels and masks as tensors.

PyTorch is several gigabytes, so that this is run by `make judges` and not with every other test.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from labelwright.exchange.areas import area_of
from labelwright.model.geometry import kind_of
from tests.judges.environment import judge, run
from tests.judges.exports import AREAS, Laid, assert_same, lay_out, whole_box_of

pytestmark = pytest.mark.heavy

READ = """
import json, os, sys
import torch
from torchvision import datasets
folder = sys.argv[1]
coco = datasets.CocoDetection(f"{folder}/coco/images", f"{folder}/coco/annotations/instances_default.json")
names = {c["id"]: c["name"] for c in coco.coco.dataset["categories"]}
paths = {i: coco.coco.imgs[i]["file_name"] for i in coco.ids}
wrapped = datasets.wrap_dataset_for_transforms_v2(coco, target_keys=("image_id", "boxes", "labels", "masks"))
found = {}
for picture, target in wrapped:
    path = paths[target["image_id"]]
    found[path] = []
    if "boxes" in target:
        for box, label, mask in zip(target["boxes"], target["labels"], target["masks"]):
            left, top, right, bottom = box.tolist()
            found[path].append([names[int(label)], left, top, right - left, bottom - top, int(mask.sum())])
voc = {}
for _, target in datasets.VOCDetection(folder, year="2012", image_set="trainval"):
    annotation = target["annotation"]
    voc[annotation["filename"]] = [
        [one["name"], *(float(one["bndbox"][edge]) for edge in ("xmin", "ymin", "xmax", "ymax"))]
        for one in annotation["object"]
    ]
print(json.dumps({"coco": found, "voc": voc}))
"""


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Laid]:
    folder = tmp_path_factory.mktemp("torchvision")
    found = {"coco": lay_out("coco", folder / "coco"), "voc": lay_out("voc", folder / "voc", corners="devkit")}
    # It knows the folders of the devkit only.
    shutil.copytree(folder / "voc", folder / "VOCdevkit" / "VOC2012")
    for picture in (folder / "VOCdevkit" / "VOC2012" / "JPEGImages").iterdir():
        picture.rename(picture.with_suffix(".jpg"))
    return found


@pytest.fixture(scope="module")
def read(laid: dict[str, Laid]) -> dict[str, Any]:
    python = judge("torchvision", "torchvision==0.29.2", "pycocotools==2.0.11")
    folder: Path = laid["coco"].folder.parent
    return json.loads(run(python, READ, str(folder)).splitlines()[-1])


def test_boxes_labels_and_masks_of_coco_are_what_was_drawn(laid: dict[str, Laid], read: dict[str, Any]) -> None:
    found = {path: [one[:5] for one in objects if one[0] != "light"] for path, objects in read["coco"].items()}
    assert_same(found, laid["coco"].truth(AREAS), 2e-5)
    areas = {path: sum(one[5] for one in objects if one[0] != "light") for path, objects in read["coco"].items()}
    wanted = laid["coco"].truth(lambda name, one: (name, area_of(one.annotation.geometry)))
    borders = laid["coco"].truth(
        lambda name, one: (name, *kind_of(one.annotation.geometry).bounds(one.annotation.geometry))
    )
    for path, objects in wanted.items():
        slack = sum(w + h for _, _, _, w, h in borders[path])
        assert abs(areas[path] - sum(area for _, area in objects)) <= 0.5 * slack, path


def test_boxes_of_pascal_voc_are_whole_pixels_from_1(laid: dict[str, Laid], read: dict[str, Any]) -> None:
    found = {
        path: [(name, x - 1, y - 1, right - x + 1, bottom - y + 1) for name, x, y, right, bottom in objects]
        for path, objects in read["voc"].items()
    }
    assert_same(found, laid["voc"].truth(whole_box_of))
