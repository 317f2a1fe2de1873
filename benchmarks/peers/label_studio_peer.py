"""Run in Label Studio's own environment: `write SHAPES.json FORMAT...`; prints seconds an annotation.

The converter is the one that its export calls with the tasks as a file of JSON, which lies ready before the clock
starts. Pictures are not loaded. Of five rounds, on the clock, the quickest counts; of a format without polygons, boxes.
"""

import json
import logging
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from label_studio_sdk.converter import Converter

ROUNDS = 5
WITHOUT_POLYGONS = ("VOC",)
CONFIGURATION = """<View><Image name="image" value="$image"/>
<PolygonLabels name="car" toName="image"><Label value="car"/></PolygonLabels>
<RectangleLabels name="sign" toName="image"><Label value="sign"/></RectangleLabels></View>"""


def task(number: int, picture: list[Any], size_wh: list[int]) -> dict[str, Any]:
    width, height = size_wh
    polygons, boxes = picture
    results = []
    for ring in polygons:
        points = [[x / width * 100, y / height * 100] for x, y in ring]
        results.append(region("car", "polygonlabels", {"points": points, "closed": True}, size_wh))
    for x, y, w, h in boxes:
        share = {"x": x / width, "y": y / height, "width": w / width, "height": h / height}
        value = {**{name: part * 100 for name, part in share.items()}, "rotation": 0}
        results.append(region("sign", "rectanglelabels", value, size_wh))
    data = {"image": f"/picture_{number:07}.jpg"}
    return {"id": number, "data": data, "annotations": [{"id": number, "result": results}]}


def region(name: str, kind: str, value: dict[str, Any], size_wh: list[int]) -> dict[str, Any]:
    size = {"original_width": size_wh[0], "original_height": size_wh[1], "image_rotation": 0}
    return {"from_name": name, "to_name": "image", "type": kind, **size, "value": {**value, kind: [name]}}


def write(path: Path, forms: list[str]) -> dict[str, float]:
    logging.disable(logging.CRITICAL)
    shapes = json.loads(path.read_text())
    pictures = shapes["pictures"]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        tasks = Path(folder) / "tasks.json"
        tasks.write_text(json.dumps([task(n, picture, shapes["size_wh"]) for n, picture in enumerate(pictures)]))
        for form in forms:
            count = sum(len(boxes) + (0 if form in WITHOUT_POLYGONS else len(polygons)) for polygons, boxes in pictures)
            took = [converted(tasks, Path(folder), f"{form}-{n}", form) for n in range(ROUNDS)]
            found[form] = min(took) / count
    return found


def converted(tasks: Path, folder: Path, name: str, form: str) -> float:
    converter = Converter(CONFIGURATION, str(folder), download_resources=False)
    started = time.perf_counter()
    converter.convert(str(tasks), str(folder / name), form, is_dir=False)
    return time.perf_counter() - started


if __name__ == "__main__":
    print(json.dumps(write(Path(sys.argv[2]), sys.argv[3:])))
