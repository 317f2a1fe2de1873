"""Supervision reads our COCO, YOLO and Pascal VOC: the classes, the boxes, the corners and the masks."""

import json
from typing import Any

import numpy as np
import pytest

from labelwright.exchange.shapes import smallest_box
from labelwright.exchange.source import Labelled
from labelwright.model.geometry import ImageSegmentation, Point, Polygon, Rectangle, kind_of
from labelwright.raster import shape_runs
from tests.formats.corpus import SIZE_WH
from tests.judges.environment import judge, run
from tests.judges.exports import AREAS, SPLITS, Laid, Readings, assert_same, box_of, lay_out, whole_box_of

# It keeps corners in 32 bits.
FLOAT32 = 2e-5
FORMATS = ("coco", "yolo", "yolo-seg", "yolo-obb", "voc")

READ = """
import json, os, sys, warnings
warnings.filterwarnings("ignore")
import supervision as sv
folder = sys.argv[1]
def yolo(name, split="", **more):
    of = f"{folder}/{name}"
    return sv.DetectionDataset.from_yolo(f"{of}/images{split}", f"{of}/labels{split}", f"{of}/data.yaml", **more)
sets = {
    "coco": sv.DetectionDataset.from_coco(
        f"{folder}/coco/images", f"{folder}/coco/annotations/instances_default.json", force_masks=True
    ),
    "yolo": yolo("yolo"),
    "yolo-seg": yolo("yolo-seg", force_masks=True),
    "yolo-obb": yolo("yolo-obb", is_obb=True),
    "voc": sv.DetectionDataset.from_pascal_voc(f"{folder}/voc/JPEGImages", f"{folder}/voc/Annotations"),
} | {f"yolo/{split}": yolo("yolo_split", f"/{split}") for split in ("train", "val", "test")}
found = {}
for name, dataset in sets.items():
    pictures = found[name] = {}
    for path, picture, detections in dataset:
        names = [dataset.classes[number] for number in detections.class_id]
        corners = detections.data.get("xyxyxyxy")
        masks = detections.mask
        pictures[os.path.basename(path)] = [
            {
                "name": name,
                "box": detections.xyxy[at].tolist(),
                "corners": None if corners is None else corners[at].ravel().tolist(),
                "pixels": None if masks is None else int(masks[at].sum()),
                "size": picture.shape[1::-1],
            }
            for at, name in enumerate(names)
        ]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Laid]:
    folder = tmp_path_factory.mktemp("supervision")
    settings = {"voc": {"corners": "devkit"}}
    found = {form: lay_out(form, folder / form, **settings.get(form, {})) for form in FORMATS}
    return found | {"yolo_split": lay_out("yolo", folder / "yolo_split", splits=SPLITS)}


@pytest.fixture(scope="module")
def read(laid: dict[str, Laid]) -> dict[str, dict[str, list[dict[str, Any]]]]:
    # Without OpenCV it reads masks by a fallback of its own, which draws each outline a pixel too wide.
    python = judge("supervision", "supervision==0.31.2", "opencv-python-headless")
    return json.loads(run(python, READ, str(laid["coco"].folder.parent)).splitlines()[-1])


def boxes(found: dict[str, list[dict[str, Any]]]) -> Readings:
    """As x, y, width and height."""
    sides = {path: [(o["name"], *o["box"]) for o in objects] for path, objects in found.items()}
    return {path: [(n, x, y, r - x, b - y) for n, x, y, r, b in objects] for path, objects in sides.items()}


@pytest.mark.parametrize("form", ["yolo", "yolo-seg"])
def test_boxes_of_yolo_are_where_they_were(laid: dict[str, Laid], read: Any, form: str) -> None:
    assert_same(boxes(read[form]), laid[form].truth(AREAS), FLOAT32)


def test_each_picture_of_yolo_is_in_its_split(laid: dict[str, Laid], read: Any) -> None:
    splits = {split: paths for split, paths in laid["yolo_split"].splits.items() if split}
    assert {split: set(read[f"yolo/{split}"]) for split in splits} == splits
    together = {path: objects for split in splits for path, objects in boxes(read[f"yolo/{split}"]).items()}
    assert_same(together, laid["yolo_split"].truth(AREAS), FLOAT32)


def corners_of(name: str, xywh: tuple[float, float, float, float]) -> tuple[Any, ...]:
    x, y, w, h = xywh
    return name, x, y, x + w, y, x + w, y + h, x, y + h


def test_corners_of_oriented_boxes_are_where_they_were(laid: dict[str, Laid], read: Any) -> None:
    def corners(name: str, one: Labelled) -> tuple[Any, ...] | None:
        match one.annotation.geometry:
            case Rectangle():
                return corners_of(name, box_of(name, one)[1:])
            case Polygon(points=ring) | ImageSegmentation(rings=(ring, *_)):
                turned = np.array(smallest_box(ring)[0])
                if (turned >= 0).all() and (turned <= SIZE_WH).all():
                    return name, *turned.ravel().tolist()
                # One that would leave the picture stays upright, as YOLO has shares from 0 to 1.
                return corners_of(name, box_of(name, one)[1:])
        return None

    found = {path: [(o["name"], *o["corners"]) for o in objects] for path, objects in read["yolo-obb"].items()}
    assert_same(found, laid["yolo-obb"].truth(corners), FLOAT32 * 10)


def test_boxes_of_coco_are_where_they_were(laid: dict[str, Laid], read: Any) -> None:
    def box(name: str, one: Labelled) -> tuple[Any, ...] | None:
        geometry = one.annotation.geometry
        if isinstance(geometry, Point) and one.parent is None:
            x, y = (min(max(at - 0.5, 0), side - 1) for at, side in zip((geometry.x, geometry.y), SIZE_WH, strict=True))
            return name, x, y, 1, 1
        return AREAS(name, one)

    assert_same(boxes(read["coco"]), laid["coco"].truth(box), FLOAT32)


@pytest.mark.parametrize("form", ["coco", "yolo-seg"])
def test_masks_have_their_pixels(laid: dict[str, Laid], read: Any, form: str) -> None:
    """It paints the border of an outline as well: half a pixel all the way round, which is what may differ."""

    def pixels(name: str, one: Labelled) -> tuple[Any, ...] | None:
        geometry = one.annotation.geometry
        if AREAS(name, one) is None:
            return None
        runs = shape_runs([[_rings(geometry)]], (160, 160))
        return name, *box_of(name, one)[1:], int((runs.stop - runs.start).sum())

    wanted = laid[form].truth(pixels)
    for path, objects in wanted.items():
        found = [o for o in read[form][path] if o["name"] != "light"]
        for (name, x, y, w, h, count), one in zip(objects, _in_order(found, objects), strict=True):
            slack = 4 * (w + h) + 4
            assert count - slack <= one["pixels"] <= count + slack, (path, name, x, y, count, one)


def _rings(geometry: Any) -> Any:
    if isinstance(geometry, Rectangle):
        x, y, w, h = kind_of(geometry).bounds(geometry)
        return (((x, y), (x + w, y), (x + w, y + h), (x, y + h)),)
    return geometry.rings if isinstance(geometry, ImageSegmentation) else (geometry.points,)


def _in_order(found: list[dict[str, Any]], objects: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """What was found, in the order of the truth, by name and box."""
    left, ordered = list(found), []
    for name, x, y, *_ in objects:
        one = next(o for o in left if o["name"] == name and abs(o["box"][0] - x) + abs(o["box"][1] - y) < 1)
        left.remove(one)
        ordered.append(one)
    assert not left
    return ordered


def test_boxes_of_pascal_voc_are_whole_pixels_where_they_were(laid: dict[str, Laid], read: Any) -> None:
    """It counts as the devkit does; what is nested is a part, which it does not read."""
    assert_same(boxes(read["voc"]), laid["voc"].truth(whole_box_of))


def test_the_size_of_every_picture_is_the_one_that_labels_are_of(laid: dict[str, Laid], read: Any) -> None:
    """Pictures that are turned by EXIF are turned when they are read."""
    sizes = {task.medium.path: list(task.medium.size_wh) for task in laid["coco"].tasks}
    for path, objects in read["coco"].items():
        assert all(one["size"] == sizes[path] for one in objects), path
