"""Run in datumaro's own environment: `write SHAPES.json FORMAT...` or `read FOLDER`; prints seconds an annotation.

Its data set is built in memory before the clock starts. `export` without pictures is timed on the clock, as somebody
waits for it, into a folder on the disk that ours go to. `import_from`, until every annotation is an object, is timed by
processor and on the clock. The quickest of five rounds counts. Where a format has no polygons, only what it writes is
counted.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from datumaro.components.annotation import Bbox, Polygon
from datumaro.components.dataset import Dataset
from datumaro.components.dataset_base import DatasetItem
from datumaro.components.media import Image

ROUNDS = 5
WITHOUT_POLYGONS = ("yolo", "yolo_ultralytics", "voc_detection")


def items(shapes: dict[str, Any]) -> Iterator[Any]:
    width, height = shapes["size_wh"]
    for number, (polygons, boxes) in enumerate(shapes["pictures"]):
        drawn = [Polygon([value for point in ring for value in point], label=0) for ring in polygons]
        drawn += [Bbox(*box, label=1) for box in boxes]
        for own_id, one in enumerate(drawn, 1):
            one.id = one.group = own_id
        media = Image.from_file(path=f"picture_{number:07}.jpg", size=(height, width))
        subset = "train" if number % 5 else "val"
        yield DatasetItem(id=f"picture_{number:07}", subset=subset, media=media, annotations=drawn)


def export(data: Any, form: str, folder: str) -> None:
    data.export(folder, form, save_media=False)


def write(path: Path, forms: list[str]) -> dict[str, float]:
    shapes = json.loads(path.read_text())
    data = Dataset.from_iterable(items(shapes), categories=["car", "sign"])
    data.init_cache()
    found = {}
    for form in forms:
        pictures = shapes["pictures"]
        count = sum(len(boxes) + (0 if form in WITHOUT_POLYGONS else len(polygons)) for polygons, boxes in pictures)
        found[form] = min(rounds(partial(export, data, form), time.perf_counter)) / count
    return found


def read(folder: Path) -> dict[str, float]:
    content = json.loads((folder / "annotations" / "instances_train.json").read_text())
    count = len(content["annotations"])
    numbers = sum(len(ring) for one in content["annotations"] for ring in one["segmentation"])

    def work(_: str) -> Any:
        data = Dataset.import_from(str(folder), "coco_instances")
        assert sum(len(item.annotations) for item in data) >= count
        return data

    polygons = [one for item in work("") for one in item.annotations if isinstance(one, Polygon)]
    assert sum(len(one.points) for one in polygons) == numbers  # nothing is put off until somebody asks for it
    clocks = {"read": time.process_time, "read_wall": time.perf_counter}
    return {name: min(rounds(work, now)) / count for name, now in clocks.items()}


def rounds(work: Callable[[str], object], now: Callable[[], float]) -> list[float]:
    """Seconds of some rounds, each with an empty folder."""
    took = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            started = now()
            work(folder)
            took.append(now() - started)
    return took


if __name__ == "__main__":
    given = Path(sys.argv[2])
    print(json.dumps(write(given, sys.argv[3:]) if sys.argv[1] == "write" else read(given)))
