"""pycocotools, the reference of COCO: every file of instances. https://github.com/ppwwyyxx/cocoapi."""

import glob
from collections.abc import Iterator, Sequence

PACKAGE = "pycocotools"
FILES = {"coco": ("*.json",)}
OFF_PX = {"coco": 0.0}


def read(_form: str) -> Iterator[tuple[str, list[tuple[str, Sequence[float]]]]]:
    """Every picture with its annotations, and that their masks can be made of them."""
    from pycocotools.coco import COCO  # noqa: PLC0415 - only in its own interpreter

    for path in sorted(glob.glob("**/*.json", recursive=True)):  # noqa: PTH207 - as short
        coco = COCO(path)
        if "categories" not in coco.dataset:
            continue  # captions
        names = {number: category["name"] for number, category in coco.cats.items()}
        for number, image in coco.imgs.items():
            found = coco.loadAnns(coco.getAnnIds(imgIds=[number]))
            for one in found:
                if one.get("segmentation"):
                    coco.annToRLE(one)
            yield image["file_name"], [(names[one["category_id"]], one["bbox"]) for one in found]
