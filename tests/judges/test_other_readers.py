"""globox reads our LabelMe, hotcoco our Open Images, shapely our GeoJSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from labelwright.exchange.areas import area_of
from labelwright.exchange.source import Labelled
from labelwright.model.geometry import kind_of
from tests.judges.environment import judge, run
from tests.judges.exports import AREAS, Laid, Readings, assert_same, box_of, lay_out


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Laid]:
    folder = tmp_path_factory.mktemp("others")
    return {form: lay_out(form, folder / form) for form in ("labelme", "open-images", "geojson")}


LABELME = """
import json, sys
from globox import AnnotationSet
found = AnnotationSet.from_labelme(sys.argv[1], include_poly=True)
print(json.dumps({
    one.image_id: [[box.label, box.xmin, box.ymin, box.width, box.height] for box in one.boxes] for one in found
}))
"""


def test_globox_finds_every_box_and_outline_of_labelme(laid: dict[str, Laid]) -> None:
    found = json.loads(run(judge("globox", "globox==2.9.0"), LABELME, str(laid["labelme"].folder / "labels")))
    assert_same(by_name(found), laid["labelme"].truth(AREAS), 1e-9)


def by_name(found: dict[str, Any]) -> Readings:
    """What was found in a picture, by its path without the folders."""
    return {path.rpartition("/")[2]: objects for path, objects in found.items()}


OPEN_IMAGES = """
import json, sys
from hotcoco import COCO
coco = COCO.from_oid(sys.argv[1])
names = {c["id"]: c["name"] for c in coco.dataset["categories"]}
paths = {i["id"]: i["file_name"] for i in coco.dataset["images"]}
found = {path: [] for path in paths.values()}
for one in coco.dataset["annotations"]:
    found[paths[one["image_id"]]].append([names[one["category_id"]], *one["bbox"]])
print(json.dumps(found))
"""


def test_hotcoco_finds_every_box_of_open_images(laid: dict[str, Laid]) -> None:
    """As shares of the sides, as they stand there; a picture without boxes is not in the table."""
    one = laid["open-images"]
    sizes = {task.medium.path: task.medium.size_wh for task in one.tasks}
    wanted = {}
    for path, objects in one.truth(AREAS).items():
        width, height = sizes[path]
        shares = [(n, x / width, y / height, w / width, h / height) for n, x, y, w, h in objects]
        if shares:
            wanted[path.rpartition(".")[0]] = shares
    table = next(Path(one.folder).glob("*bbox.csv"))
    assert_same(json.loads(run(judge("hotcoco", "hotcoco==1.3.0"), OPEN_IMAGES, str(table))), wanted, 1e-9)


GEOJSON = """
import json, sys
from shapely.geometry import shape
found = {}
for feature in json.load(open(sys.argv[1]))["features"]:
    properties = feature["properties"]
    of = found.setdefault(properties["medium"], [])
    if feature["geometry"] is not None:
        one = shape(feature["geometry"])
        left, top, right, bottom = one.bounds
        area = one.area if one.is_valid else -1
        of.append([f"{properties['class']} {one.geom_type}", left, top, right - left, bottom - top, area])
print(json.dumps(found))
"""
MAPS = ("shapely==2.1.2", "pyogrio==0.13.0")
TYPES = {"point": "Point", "line": "LineString"}


def test_shapely_finds_every_geometry_of_geojson_with_its_area(laid: dict[str, Laid]) -> None:
    """What crosses itself, or is joined by a line of no width, is not valid to it and has no area then."""
    file = str(laid["geojson"].folder / "labels.geojson")
    found = json.loads(run(judge("shapely", *MAPS), GEOJSON, file))

    def described(name: str, one: Labelled) -> tuple[Any, ...]:
        geometry = one.annotation.geometry
        kind = TYPES.get(kind_of(geometry).name, "Polygon")
        return f"{name} {kind}", *box_of(name, one)[1:], area_of(geometry)

    wanted = laid["geojson"].truth(described)
    boxes = {path: [one[:5] for one in objects] for path, objects in found.items()}
    assert_same(boxes, {path: [one[:5] for one in objects] for path, objects in wanted.items()}, 1e-9)
    for path, objects in found.items():
        valid = sorted(one[5] for one in objects if one[5] >= 0)
        areas = [area for *_, area in wanted[path]]
        assert all(any(abs(area - other) < 1e-6 for other in areas) for area in valid), path
    assert sum(one[5] >= 0 for objects in found.values() for one in objects) > 90


GDAL = """
import json, sys
import pyogrio
about = pyogrio.read_info(sys.argv[1])
print(json.dumps([about["features"], about["crs"]]))
"""


def test_gdal_knows_that_geojson_is_in_pixels(laid: dict[str, Laid]) -> None:
    """A file whose coordinates are not said to be something else lies in degrees to it, far outside of any map."""
    one = laid["geojson"]
    features, plane = json.loads(run(judge("shapely", *MAPS), GDAL, str(one.folder / "labels.geojson")))
    assert features == len(one.tasks) + one.written
    assert plane == 'LOCAL_CS["pixels",UNIT["pixel",1],AXIS["X",EAST],AXIS["Y",SOUTH]]'
