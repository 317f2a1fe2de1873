"""What hurt people in other tools, of shapes and pixels; see `test_pains` for the numbers."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labelwright.exchange.areas import area_of
from labelwright.exchange.bridges import joined
from labelwright.exchange.checking import is_near
from labelwright.exchange.format import Format
from labelwright.exchange.mapping import ClassMapping
from labelwright.exchange.resolving import Resolver
from labelwright.model.geometry import ImageSegmentation, Polygon, Rectangle, kind_of
from tests.exchange.writing import coco_of, opened, pack, shapes_of, task, unpack
from tests.formats import corpus
from tests.formats.corpus.making import HOLE, SQUARE, moved, turned_box
from tests.formats.test_conformance import BOTH_WAYS, by_id
from tests.services.test_label_imports import box, coco


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_id)
def test_a_hole_is_never_filled_without_a_word(form: Format, tmp_path: Path) -> None:
    """Pain 10. A format that says it holds holes gives them back; any other says that the box has none."""
    ring = ImageSegmentation((moved(SQUARE, 50, 50), moved(HOLE, 50, 50)))
    archive, report = pack(form.id, task(1, ("sky", ring)))
    (found,) = shapes_of(opened(archive, tmp_path)[1])
    if form.supports["holes"].is_box or "box" in form.supports["holes"].how:
        (loss,) = (entry for entry in report.balance.losses if entry.unit == "geometries")
        assert loss.count == 1
        assert loss.reason
    else:
        # The devkit's border of ignored pixels is taken away from both sides.
        border = 2 * 4 * (30 + 10) if form.id == "voc_segmentation" else 0
        assert area_of(ring) - border - 1e-6 <= area_of(found) <= area_of(ring) + 1e-6


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_id)
def test_one_object_of_two_parts_stays_one_object(form: Format, tmp_path: Path) -> None:
    """Pain 11. Parts are never written as instances of their own, and not read as such."""
    parts = ImageSegmentation((joined((SQUARE, moved(SQUARE, 60))),))
    archive, report = pack(form.id, task(1, ("sky", parts)))
    _, media = opened(archive, tmp_path)
    assert report.balance.exported["geometries"] + report.balance.converted["geometries"] == 1
    assert len(shapes_of(media)) == (1 if form.keeps_objects else 2)


def test_coco_of_several_polygons_is_read_as_one_object(tmp_path: Path) -> None:
    """Pain 11, coming in."""
    flat = [[value for point in ring for value in point] for ring in (SQUARE, moved(SQUARE, 10), moved(HOLE, 0, 30))]
    one = box(1) | {"segmentation": flat, "bbox": [10, 10, 40, 50]}
    _, media = opened({"coco.json": coco(one).decode()}, tmp_path)
    assert len(shapes_of(media)) == 1


def test_which_object_wins_is_said_and_what_it_hides_is_counted() -> None:
    """Pain 12. The same labels give the same mask however they are ordered by; an object that is gone is listed."""
    shapes = (
        ("car", Rectangle(10, 10, 20, 20)),
        ("tree", Polygon(moved(SQUARE, 0))),
        ("sky", ImageSegmentation((SQUARE,))),
    )
    for order, seen in (("depth", {5}), ("size", {1, 5}), ("class", {5})):
        archive, report = pack("masks_index", task(1, *shapes), settings={"order": order})
        (path,) = (name for name in unpack(archive) if name.startswith("masks/"))
        values = np.asarray(Image.open(io.BytesIO(unpack(archive)[path])))
        assert set(np.unique(values)) - {0} == seen, order
        hidden = [e for e in report.balance.losses if (e.bucket, e.unit) == ("refused", "geometries")]
        assert sum(entry.count for entry in hidden) == 3 - len(seen)
        assert all(entry.reason and entry.items for entry in hidden)
        assert pack("masks_index", task(1, *shapes), settings={"order": order})[0] == archive


def test_mask_colours_are_those_of_the_classes_whatever_is_labelled_first() -> None:
    """Pain 13. The palette comes from the configuration, and stands in the archive beside the masks."""
    car, tree = ("car", Rectangle(10, 10, 20, 20)), ("tree", Polygon(moved(SQUARE, 60)))
    palettes = []
    for shapes in ((car, tree), (tree, car), (tree,)):
        files = unpack(pack("masks_index", task(1, *shapes))[0])
        picture = Image.open(io.BytesIO(next(files[name] for name in files if name.startswith("masks/"))))
        palettes.append((tuple(picture.getpalette() or ()), files["classes.csv"]))
    assert palettes[0] == palettes[1] == palettes[2]
    color = next(c.color for c in corpus.CONFIGURATION.classes if c.key == "car")
    assert bytes(palettes[0][0][3:6]).hex().upper() == (color or "").strip("#")


def test_nothing_shifts_by_a_pixel_or_by_half_of_one() -> None:
    """Pain 14. A box from 10 to 30 is the pixels 10 to 29 in masks, 11 to 30 for the devkit, and 10, 20 in COCO."""
    one = task(1, ("car", Rectangle(10, 10, 20, 20)))
    files = unpack(pack("masks_index", one)[0])
    values = np.asarray(Image.open(io.BytesIO(next(files[name] for name in files if name.startswith("masks/")))))
    assert np.argwhere(values).min(axis=0).tolist() == [10, 10]
    assert np.argwhere(values).max(axis=0).tolist() == [29, 29]
    assert int((values > 0).sum()) == 400
    devkit = unpack(pack("voc", one, settings={"corners": "devkit"})[0])["Annotations/1.xml"]
    assert b"<xmin>11</xmin><ymin>11</ymin><xmax>30</xmax><ymax>30</ymax>" in devkit
    assert coco_of(pack("coco", one)[0])["annotations"][0]["bbox"] == [10, 10, 20, 20]


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_id)
def test_coordinates_are_not_rounded_where_the_format_holds_them(form: Format, tmp_path: Path) -> None:
    """Pain 15. Ten and an eighth comes back as ten and an eighth, and a third as a third."""
    shapes = (Rectangle(10.125, 1 / 3, 20.0625, 30), Polygon(((50.125, 10.0), (90.0, 1 / 7), (70.0, 60.333))))
    archive, _ = pack(form.id, task(1, ("car", shapes[0]), ("tree", shapes[1])))
    found = shapes_of(opened(archive, tmp_path)[1])
    for shape in shapes:
        if form.supports[kind_of(shape).name].level == "carries" and form.tolerance_px < 0.1:
            assert any(is_near(shape, other, 1e-9) for other in found), found


def test_a_turned_box_goes_out_as_it_lies_and_comes_in_as_it_lies(tmp_path: Path) -> None:
    """Pain 16. On a picture that is no square: turned in pixels, with its own area and no larger box's."""
    ring = turned_box((80, 60), (40, 20), 30)
    one = task(1, ("tree", Polygon(ring)))
    annotation = coco_of(pack("coco", one)[0])["annotations"][0]
    assert annotation["area"] == pytest.approx(800)
    numbers = unpack(pack("yolo-obb", one)[0])["labels/1.txt"].split()[1:]
    corners = {
        (round(float(x) * 160, 6), round(float(y) * 120, 6)) for x, y in zip(numbers[::2], numbers[1::2], strict=True)
    }
    assert corners == {(round(x, 6), round(y, 6)) for x, y in ring}

    head = '<annotations><image id="0" name="a.png" width="160" height="120">'
    cvat = f'{head}<box label="tree" xtl="60" ytl="50" xbr="100" ybr="70" rotation="30"/></image></annotations>'
    (x, y), size = ring[0], {"original_width": 160, "original_height": 120}
    value = {"x": x / 1.6, "y": y / 1.2, "width": 25, "height": 100 / 6, "rotation": 30, "rectanglelabels": ["tree"]}
    result = {"id": "r", "type": "rectanglelabels", "from_name": "a", "to_name": "image", "value": value, **size}
    studio = json.dumps([{"id": 1, "data": {"image": "a.png"}, "annotations": [{"result": [result]}]}])
    for name, text in (("annotations.xml", cvat), ("tasks.json", studio)):
        folder = tmp_path / name
        folder.mkdir()
        (found,) = shapes_of(opened({name: text}, folder)[1])
        assert is_near(Polygon(ring), found, 1e-6), name


def test_boxes_and_areas_of_coco_are_those_of_the_shape() -> None:
    """Pain 17. Also of what is cut in two, has a hole, or goes round its own hole."""
    island = moved(HOLE, 60)
    shapes = {
        "parts": (ImageSegmentation((joined((SQUARE, moved(SQUARE, 60))),)), 1800, [10, 10, 90, 30]),
        "hole": (ImageSegmentation((SQUARE, HOLE)), 800, [10, 10, 30, 30]),
        "bridged": (ImageSegmentation((joined((SQUARE, HOLE, island)),)), 900, [10, 10, 80, 30]),
        "box": (Rectangle(1, 2, 3, 4), 12, [1, 2, 3, 4]),
    }
    for name, (shape, area, bounds) in shapes.items():
        class_key = "car" if isinstance(shape, Rectangle) else "sky"
        found = coco_of(pack("coco", task(1, (class_key, shape)))[0])["annotations"][0]
        assert (found["area"], found["bbox"]) == (area, bounds), name


def test_pictures_turned_by_exif_have_the_size_and_the_labels_that_people_see() -> None:
    """Pain 18. In all eight orientations; `tests/exchange/test_turning.py` has the way over stored pixels."""
    names = {case.medium: case for case in corpus.SHAPES.cases if case.id.startswith("orientation-")}
    tasks = [corpus.task(case.id) for case in names.values()]
    found = coco_of(pack("coco", *tasks)[0])
    assert len(tasks) == 8
    sizes = {image["file_name"]: (image["width"], image["height"]) for image in found["images"]}
    assert sizes == {name: case.size_wh for name, case in names.items()}
    assert {tuple(one["bbox"]) for one in found["annotations"]} == {(8, 8, 16, 8)}


@pytest.mark.parametrize("form", ["yolo", "yolo-seg", "yolo-obb", "yolo-pose"])
def test_no_share_of_a_picture_is_below_0_or_above_1(form: str, tmp_path: Path) -> None:
    """Pain 24. Training drops a picture for 1.0004; what lies beyond the border is cut, what comes in so is told."""
    shapes = (
        ("car", Rectangle(-0.05, -0.05, 160.1, 120.1)),
        ("tree", Polygon(((-5.0, 10.0), (170.0, 20.0), (80.0, 130.0)))),
        ("car", Rectangle(0, 0, 160, 120)),
        ("car", Rectangle(1 / 3, 1 / 3, 160 - 1 / 3, 120 - 1 / 3)),
    )
    lines = unpack(pack(form, task(1, *shapes))[0])["labels/1.txt"].split(b"\n")
    shares = [float(value) for line in lines for at, value in enumerate(line.split()) if 0 < at < 9]
    assert shares
    assert all(0 <= share <= 1 for share in shares)
    found, (medium,) = opened(
        {"data.yaml": "names: [car]\n", "labels/a.txt": "0 0.5 0.5 1.0004 1\n0 0.5 0.5 1.0000001 1\n"}, tmp_path
    )
    assert [(fault.code, fault.place.line) for fault in found.faults.kept] == [("out_of_range", 1)]
    assert len(medium.objects) == 1


def test_percent_and_pixels_are_never_taken_for_one_another(tmp_path: Path) -> None:
    """Pain 25. Percent are percent of the picture; 2691 % lies outside and is refused."""
    one = task(1, ("car", Rectangle(16, 12, 80, 60)))
    archive, _ = pack("label-studio", one)
    (result,) = json.loads(unpack(archive)["tasks.json"])[0]["annotations"][0]["result"]
    value = result["value"]
    assert [value[key] for key in ("x", "y", "width", "height")] == pytest.approx([10, 10, 50, 50])
    assert is_near(Rectangle(16, 12, 80, 60), shapes_of(opened(archive, tmp_path)[1])[0], 1e-9)
    value["x"] = 2691
    annotations = [{"result": [result]}]
    (tmp_path / "more").mkdir()
    _, (medium,) = opened(
        {"tasks.json": json.dumps([{"id": 1, "data": {"image": "a.png"}, "annotations": annotations}])},
        tmp_path / "more",
    )
    resolved = Resolver(corpus.CONFIGURATION, ClassMapping()).resolve(medium, (160, 120))
    assert [fault.code for fault in resolved.refused] == ["outside_picture"]
