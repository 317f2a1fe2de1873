"""panopticapi, the reference of COCO panoptic: it meets every segment in the JSON and in the PNG of its picture.

https://github.com/cocodataset/panopticapi
"""

import glob
import json
from collections.abc import Iterator, Sequence

PACKAGE = "panopticapi-lite"
FILES = {"coco_panoptic": ("annotations/*.json", "annotations/*.png")}
OFF_PX = {"coco_panoptic": 0.0}


def read(_form: str) -> Iterator[tuple[str, list[tuple[str, Sequence[float]]]]]:
    """Every picture with those of its segments that are found again when they are evaluated against themselves."""
    from panopticapi.evaluation import pq_compute_single_core  # noqa: PLC0415 - only in its own interpreter

    for path in sorted(glob.glob("annotations/*.json")):  # noqa: PTH207 - as short
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as short
            content = json.load(file)
        categories = {one["id"]: one for one in content["categories"]}
        segments = {}
        for one in content["annotations"]:
            folder = path[: -len(".json")]
            met = pq_compute_single_core(0, [(one, one)], folder, folder, categories)
            found = [segment for segment in one["segments_info"] if met[segment["category_id"]].tp > 0]
            segments[one["image_id"]] = [(categories[each["category_id"]]["name"], each["bbox"]) for each in found]
        for image in content["images"]:
            yield image["file_name"], segments.get(image["id"], [])
