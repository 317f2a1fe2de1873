"""pycocotools, the reference of COCO: every file of instances. https://github.com/ppwwyyxx/cocoapi."""

import glob
import json
from collections.abc import Iterator, Sequence

PACKAGE = "pycocotools"
FILES = {"coco": ("*.json",)}
OFF_PX = {"coco": 0.0}


def read(_form: str) -> Iterator[tuple[str, list[tuple[str, Sequence[float]]]]]:
    """Every picture with its annotations, and that their masks can be made of them."""
    from pycocotools.coco import COCO  # noqa: PLC0415 - only in its own interpreter

    for path in sorted(glob.glob("**/*.json", recursive=True)):  # noqa: PTH207 - as short
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as short
            content = json.load(file)
        if not isinstance(content, dict) or not {"images", "annotations", "categories"} <= content.keys():
            continue  # captions, and what others have beside it
        coco = COCO()
        coco.dataset = content
        coco.createIndex()
        names = {number: category["name"] for number, category in coco.cats.items()}
        for number, image in coco.imgs.items():
            found = coco.loadAnns(coco.getAnnIds(imgIds=[number]))
            for one in found:
                if one.get("segmentation"):
                    coco.annToRLE(one)
            yield image["file_name"], [(names[one["category_id"]], one.get("bbox", ())) for one in found]
