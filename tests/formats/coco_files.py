"""COCO files as many programs write them: plain ones, and ones with everything odd that an annotation can be."""

import json
import math
import random
from typing import Any

import msgspec

CATEGORIES = (
    {"id": 1, "name": "crane"},
    {"id": 2, "name": "ship"},
    {"id": 3, "name": "lamp", "geometry_type": "rectangle"},
    {"id": 4, "name": "quay", "geometry_type": "polygon"},
    {"id": 5, "name": "area", "geometry_type": "image_segmentation"},
    {"id": "six", "name": "bollard"},
)
SIZE_WH = (64, 48)


def coco_file(chance: random.Random, *, images: int = 8, each: int = 6, odd: float = 0.1, **more: Any) -> str:
    """A file with `odd` of its annotations out of the ordinary; the annotations of an image stand together, or not."""
    annotations = []
    for number in range(images * each):
        one = _plain(chance) | {"id": number + 1, "image_id": number // each + 1}
        annotations.append(_odd(chance, one) if chance.random() < odd else one)
    if chance.random() < 0.5:
        chance.shuffle(annotations)
    names = [{"id": n, "file_name": f"{n}.png", "width": 64, "height": 48} for n in range(1, images + 1)]
    content = {"images": names, "annotations": annotations, "categories": CATEGORIES} | more
    text = json.dumps(content, indent=chance.choice((None, 1)), separators=chance.choice((None, (",", ":"))))
    return text.replace('"@raw', "").replace('raw@"', "")


def ring(chance: random.Random) -> list[float]:
    """Points round a middle, numbers as programs write them."""
    x, y, count = chance.uniform(20, 40), chance.uniform(18, 30), chance.choice((3, 4, 7, 300))
    turns = [(2 * math.pi * n / count, chance.uniform(3, 15)) for n in range(count)]
    digits = chance.choice((0, 1, 2, 14))
    found = [round(v, digits) for t, r in turns for v in (x + r * math.cos(t), y + r * math.sin(t))]
    return [*found, *found[:2]] if chance.random() < 0.2 else found


def _plain(chance: random.Random) -> dict[str, Any]:
    category = chance.choice((1, 1, 2, 2, 3, 4, "six"))
    box = [chance.choice((1, 2.5, 3.25)), chance.uniform(0, 9), 10, chance.choice((4.0, 7.125))]
    is_box = category in {2, 3} or chance.random() < 0.3
    return {"category_id": category, "bbox": box, "iscrowd": 0, "segmentation": [] if is_box else [ring(chance)]}


_ODD: tuple[dict[str, Any], ...] = (
    {"iscrowd": 1},
    {"iscrowd": True},
    {"caption": "a ship"},
    {"category_id": 77},
    {"category_id": None},
    {"category_id": "1"},
    {"category_id": 5, "segmentation": [[1, 1, 9, 1, 9, 9]]},
    {"image_id": 99},
    {"image_id": None},
    {"bbox": None},
    {"bbox": [1, 2, 3]},
    {"bbox": [1, 2, 0, 4]},
    {"bbox": [1, 2, 3e8, 4], "segmentation": []},
    {"bbox": [-0.0, 0, 3, 4], "segmentation": []},
    {"bbox": "box"},
    {"bbox": ["1", 2, 3, 4]},
    {"segmentation": None},
    {"segmentation": "none"},
    {"segmentation": [[]]},
    {"segmentation": [[1, 2, 3, 4]]},
    {"segmentation": [[1, 2, 3, 4, 5, 6, 7]]},
    {"segmentation": [[1, 2, 3, 4, 1, 2]]},
    {"segmentation": [[1, 1, 5, 5, 9, 9]]},
    {"segmentation": [[1, 1, 9, 1, 1, 1, 9, 9]]},
    {"segmentation": [[1, 1, 9, 1, 9, 9, 1, 9]], "bbox": [1, 1, 8, 8]},
    {"segmentation": [[1, 1, 9, 1, 9, 9], [20, 20, 30, 20, 30, 30]]},
    {"segmentation": [1, 1, 9, 1, [9, 9, 1, 9]]},
    {"segmentation": [[1, 1, 9, 1, 9, 9], 3, 4]},
    {"segmentation": [["1", 1, 9, 1, 9, 9, 2, 2]]},
    {"segmentation": [[True, 1, 9, 1, 9, 9]]},
    {"segmentation": [{"a": [1, 2, 3, 4, 5, 6]}]},
    {"segmentation": [[-0.0, 1, 9, 1, 9, 9]]},
    {"segmentation": [[1e-7, 1.5e-5, 9, 1, 9, 9]]},
    {"segmentation": [[1, 1, 2e7, 1, 9, 9]]},
    {"segmentation": [["@raw1e999raw@", 1, 9, 1, 9, 9]]},
    {"segmentation": [["@raw1.50raw@", "@raw1E1raw@", 9, 1, 9, 9]]},
    {"segmentation": [["@raw12345678901234567890.5raw@", 1, 9, 1, 9, 9]]},
    {"segmentation": [[1, 1, 900, 1, 9, 9]]},
    {"segmentation": {"size": [48, 64], "counts": [0, 3072]}},
    {"keypoints": [1, 2, 2]},
    {"keypoints": None},
    {"attributes": {"crane_type": "tower"}},
    {"attributes": {}},
    {"attributes": None},
    {"uid": "0190b0b4-0000-7000-8000-000000000001"},
    {"comment": "look"},
    {"comment": 3},
    {"parent": 1},
    {"z": 2},
    {"z": "2"},
    {"area": "large", "more": [{"x": {}}, "},{"]},
)


def _odd(chance: random.Random, one: dict[str, Any]) -> dict[str, Any]:
    return one | chance.choice(_ODD)


def every_odd_file() -> list[str]:
    """A file for each odd thing, among plain annotations of three images."""
    files = []
    for number, odd in enumerate(_ODD):
        chance = random.Random(number)  # noqa: S311 - shapes, no secrets
        content = json.loads(coco_file(chance, images=3, each=3, odd=0.0))
        content["annotations"][4] |= odd
        files.append(msgspec.json.encode(content).decode().replace('"@raw', "").replace('raw@"', ""))
    return files
