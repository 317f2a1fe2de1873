"""What is left of a geometry inside the picture."""

from random import Random

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from labelwright.model.geometry import KINDS, ImageSegmentation, Line, Point, Polygon, Rectangle, kind_of
from labelwright.raster import semantic_map
from tests import chance

SIZE_WH = (64, 48)
AROUND = st.tuples(st.integers(-40, 104).map(float), st.integers(-40, 88).map(float))


@given(st.sampled_from(sorted(KINDS)), st.integers(0, 2**32).map(Random))
def test_what_lies_inside_stays_as_it_is(kind: str, rng: Random) -> None:
    geometry = chance.geometry(rng, kind)
    found = kind_of(geometry).inside(geometry, SIZE_WH)
    if isinstance(geometry, Rectangle):
        assert np.allclose((found.x, found.y, found.w, found.h), (geometry.x, geometry.y, geometry.w, geometry.h))
    else:
        assert found == geometry


@example(((0.0, 0.0), (8.0, 21.0), (103.0, 40.0)))
@given(st.lists(AROUND, min_size=3, max_size=7).map(tuple))
def test_a_cut_polygon_covers_the_same_pixels_of_the_picture(ring) -> None:
    found = kind_of(Polygon(ring)).inside(Polygon(ring), SIZE_WH)
    before = semantic_map([[ring]], SIZE_WH)
    after = semantic_map([[found.points]] if found else [], SIZE_WH)
    # Points on the border are rounded, which may decide the other way about pixels whose centre lies on a side.
    rows, columns = np.nonzero(before != after)
    assert all(_is_on_a_side((x + 0.5, y + 0.5), ring) for x, y in zip(columns, rows, strict=True))
    if found is not None:
        assert all(0 <= x <= 64 and 0 <= y <= 48 for x, y in found.points)
        assert not kind_of(found).faults(found)


def _is_on_a_side(point, ring) -> bool:
    x, y = point
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        length = np.hypot(x2 - x1, y2 - y1)
        if length and abs((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)) / length < 1e-6:
            return True
    return False


@given(st.lists(AROUND, min_size=2, max_size=5).map(tuple))
def test_points_outside_go_to_the_border(points) -> None:
    moved = kind_of(Line(points)).inside(Line(points), SIZE_WH).points
    for (x, y), (was_x, was_y) in zip(moved, points, strict=True):
        assert (x, y) == (min(max(was_x, 0), 64), min(max(was_y, 0), 48))
    assert kind_of(Point(*points[0])).inside(Point(*points[0]), SIZE_WH) == Point(*moved[0])


def test_nothing_is_left_of_areas_outside() -> None:
    far = ((70.0, 0.0), (80.0, 0.0), (80.0, 10.0))
    for geometry in (Polygon(far), Rectangle(70, 0, 5, 5), ImageSegmentation((far,))):
        assert kind_of(geometry).inside(geometry, SIZE_WH) is None


def test_a_hole_outside_goes_and_one_inside_stays() -> None:
    outline = ((-10.0, -10.0), (30.0, -10.0), (30.0, 30.0), (-10.0, 30.0))
    inner, outer = ((5.0, 5.0), (9.0, 5.0), (5.0, 9.0)), ((-8.0, -8.0), (-4.0, -8.0), (-8.0, -4.0))
    found = kind_of(ImageSegmentation((outline,))).inside(ImageSegmentation((outline, outer, inner)), SIZE_WH)
    assert set(found.rings[0]) == {(0, 0), (30, 0), (30, 30), (0, 30)}
    assert found.rings[1:] == (inner,)
