"""The area of shapes that go round more than once, cross themselves, or have holes that leave their outline."""

from math import cos, sin, tau

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.exchange.areas import area_of
from labelwright.exchange.bridges import joined
from labelwright.model.geometry import ImageSegmentation, Line, Point, Polygon, Rectangle
from labelwright.model.geometry.points import ring_area
from tests.formats.corpus.making import HOLE, SQUARE, Ring, moved

ISLAND: Ring = ((23.0, 23.0), (27.0, 23.0), (27.0, 27.0), (23.0, 27.0))
EIGHT: Ring = ((10.0, 10.0), (60.0, 60.0), (60.0, 10.0), (10.0, 60.0))


@pytest.mark.parametrize("hole", [HOLE, HOLE[::-1]], ids=["the same way", "the other way"])
@pytest.mark.parametrize("island", [ISLAND, ISLAND[::-1]], ids=["the same way", "the other way"])
def test_what_is_joined_counts_as_what_it_is_whichever_way_it_turns(hole: Ring, island: Ring) -> None:
    assert area_of(Polygon(joined((SQUARE, hole)))) == 900 - 100
    assert area_of(Polygon(joined((SQUARE, hole, island)))) == 900 - 100 + 16
    assert area_of(Polygon(joined((SQUARE, moved(hole, 60))))) == 900 + 100
    assert area_of(ImageSegmentation((SQUARE, hole))) == 900 - 100


def test_a_shape_that_crosses_itself_has_the_pixels_that_are_in_it() -> None:
    assert area_of(Polygon(EIGHT)) == 1250
    assert area_of(Polygon(moved(EIGHT, -1e6, 1e6))) == 1250


def test_holes_that_leave_their_outline_or_lie_over_one_another_take_away_what_they_cover() -> None:
    assert area_of(ImageSegmentation((SQUARE, moved(HOLE, 15)))) == 900 - 50
    assert area_of(ImageSegmentation((SQUARE, HOLE, moved(HOLE, 5)))) == 900 - 150


def test_boxes_have_theirs_and_what_has_none_has_zero() -> None:
    assert area_of(Rectangle(0.5, 0.5, 2.5, 4)) == 10
    assert area_of(Point(1, 1)) == area_of(Line(((0, 0), (5, 5)))) == 0


@given(st.lists(st.floats(1, 50), min_size=3, max_size=40), st.sampled_from((1, -1)))
def test_of_an_outline_that_does_not_cross_itself_it_is_the_shoelace_formula(radii: list[float], step: int) -> None:
    count = len(radii)
    ring = tuple((80 + r * cos(tau * n / count), 60 + r * sin(tau * n / count)) for n, r in enumerate(radii))
    assert area_of(Polygon(ring[::step])) == pytest.approx(ring_area(ring), rel=1e-9)
