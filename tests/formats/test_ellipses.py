"""Ellipses and circles of CVAT, LabelMe, Label Studio and Datumaro become polygons of the same area."""

import json
from collections.abc import Callable
from math import cos, hypot, pi, radians, sin
from pathlib import Path

import pytest

from labelwright.exchange.ellipses import TOLERANCE_PX, read_ellipse
from labelwright.exchange.files import open_files
from labelwright.exchange.found import Faults, LabelFile, notes_of
from labelwright.formats import FORMATS
from labelwright.model.geometry import Polygon
from labelwright.model.geometry.points import ring_area

CENTRE, RADII, DEGREES = (50.0, 40.0), (30.0, 12.5), 30.0


def cvat(radii: tuple[float, float]) -> str:
    shape = f'<ellipse label="cell" cx="50" cy="40" rx="{radii[0]}" ry="{radii[1]}" rotation="30"></ellipse>'
    return f'<annotations><image id="0" name="a.png" width="100" height="80">{shape}</image></annotations>'


def label_studio(radii: tuple[float, float]) -> str:
    value = {"x": 50, "y": 50, "radiusX": radii[0], "radiusY": radii[1] / 0.8, "rotation": 30}
    value["ellipselabels"] = ["cell"]
    result = {"id": "r", "type": "ellipselabels", "from_name": "l", "to_name": "i", "value": value}
    size = {"original_width": 100, "original_height": 80}
    return json.dumps([{"data": {"image": "a.png"}, "annotations": [{"id": 1, "result": [result | size]}]}])


def labelme(radii: tuple[float, float]) -> str:
    shape = {"label": "cell", "shape_type": "circle", "points": [[50, 40], [50 + radii[0], 40]]}
    return json.dumps({"shapes": [shape], "imagePath": "a.png", "imageHeight": 80, "imageWidth": 100})


def datumaro(radii: tuple[float, float]) -> str:
    corners = [50 - radii[0], 40 - radii[1], 50 + radii[0], 40 + radii[1]]
    shape = {"id": 1, "type": "ellipse", "label_id": 0, "points": corners}
    item = {"id": "a", "image": {"path": "a.png", "size": [80, 100]}, "annotations": [shape]}
    return json.dumps({"categories": {"label": {"labels": [{"name": "cell"}]}}, "items": [item]})


def opened(form: str, content: str, folder: Path) -> LabelFile:
    path = folder / ("theirs.xml" if form == "cvat" else "theirs.json")
    path.write_text(content)
    read = FORMATS[form].read
    assert read is not None
    return read(open_files(path))


@pytest.mark.parametrize(
    ("form", "written", "degrees", "down"),
    [
        ("cvat", cvat, DEGREES, RADII[1]),
        ("label-studio", label_studio, DEGREES, RADII[1]),
        ("labelme", labelme, 0.0, RADII[0]),
        ("datumaro", datumaro, 0.0, RADII[1]),
    ],
)
def test_an_ellipse_becomes_a_polygon_of_its_area_and_that_is_said(
    form: str, written: Callable[[tuple[float, float]], str], degrees: float, down: float, tmp_path: Path
) -> None:
    labels = opened(form, written(RADII), tmp_path)
    (medium,) = labels.media()
    (found,) = medium.objects
    assert isinstance(found.geometry, Polygon)
    assert ring_area(found.geometry.points) == pytest.approx(pi * RADII[0] * down, rel=1e-12)
    assert furthest(found.geometry, (RADII[0], down), degrees) <= TOLERANCE_PX
    assert labels.faults.kept == []
    (note,) = notes_of(labels)
    kind = "Circles" if down == RADII[0] else "Ellipses"
    assert note.startswith(f"{kind} read as polygons of the same area, nowhere more than 0.0")
    assert note.endswith("pixels off: 1.")


def furthest(polygon: Polygon, radii: tuple[float, float], degrees: float) -> float:
    """How far any of many places of the ellipse is from the outline."""
    turn, ring = radians(degrees), polygon.points
    sides = list(zip(ring, (*ring[1:], ring[0]), strict=True))
    worst = 0.0
    for step in range(720):
        x, y = radii[0] * cos(step * pi / 360), radii[1] * sin(step * pi / 360)
        at = (CENTRE[0] + x * cos(turn) - y * sin(turn), CENTRE[1] + x * sin(turn) + y * cos(turn))
        worst = max(worst, min(_distance(at, *side) for side in sides))
    return worst


def _distance(at: tuple[float, float], a: tuple[float, float], b: tuple[float, float]) -> float:
    (x, y), (dx, dy) = (at[0] - a[0], at[1] - a[1]), (b[0] - a[0], b[1] - a[1])
    share = min(1.0, max(0.0, (x * dx + y * dy) / (dx * dx + dy * dy)))
    return hypot(x - share * dx, y - share * dy)


@pytest.mark.parametrize("radius", [0.01, 1, 7, 100, 5_000, 1e7])
def test_a_circle_of_any_size_has_its_area_and_few_corners(radius: float) -> None:
    faults = Faults()
    polygon = read_ellipse((0, 0), (radius, radius), 0, faults)
    assert ring_area(polygon.points) == pytest.approx(pi * radius * radius, rel=1e-9)
    assert len(polygon.points) <= max(8, 8 + pi * (radius / TOLERANCE_PX / 3) ** 0.5)


def test_no_radius_is_no_number() -> None:
    with pytest.raises(ValueError, match="more than 0"):
        read_ellipse((0, 0), (float("nan"), 1), 0, Faults())


@pytest.mark.parametrize("radii", [(0.0, 3.0), (5.0, -1.0), (1e300, 2.0)])
@pytest.mark.parametrize("written", [cvat, label_studio, datumaro])
def test_an_ellipse_without_a_size_is_refused_with_its_place(
    written: Callable[[tuple[float, float]], str], radii: tuple[float, float], tmp_path: Path
) -> None:
    form = written.__name__.replace("_", "-")
    labels = opened(form, written(radii), tmp_path)
    (medium,) = labels.media()
    assert medium.objects == ()
    (fault,) = labels.faults.kept
    assert "its radii are" in fault.message
    assert notes_of(labels) == ()
