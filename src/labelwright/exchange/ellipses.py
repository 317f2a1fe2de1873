"""Ellipses and circles, which are no kind of their own here, as polygons.

The polygon has the area of the ellipse, to the last digits, and the fewest corners (a multiple of four) with which its
outline is nowhere further from the ellipse than the tolerance: the corners lie a little outside, the middles of the
sides half as much inside.
"""

from math import ceil, cos, pi, radians, sin, sqrt
from typing import Final

from labelwright.exchange.found import Faults
from labelwright.model.geometry import Polygon
from labelwright.model.geometry.points import MAX_COORDINATE, Point2

TOLERANCE_PX: Final = 0.1
_FEWEST: Final = 8


def read_ellipse(centre: Point2, radii: Point2, degrees: float, faults: Faults) -> Polygon:
    """The polygon of an ellipse that is turned clockwise, as people see it; noted with how far it is off.

    Raises ValueError when a radius is no length.
    """
    across, down = radii
    if not all(0 < radius <= MAX_COORDINATE for radius in radii):
        raise ValueError(f"its radii are {across:g} and {down:g}; they have to be more than 0, and no more than 1e7")
    corners = _corners(max(radii))
    grown, off = _grown(corners, max(radii))
    turn, (x0, y0) = radians(degrees), centre
    ring = []
    for number in range(corners):
        angle = 2 * pi * number / corners
        x, y = across * grown * cos(angle), down * grown * sin(angle)
        ring.append((x0 + x * cos(turn) - y * sin(turn), y0 + x * sin(turn) + y * cos(turn)))
    faults.approximate("circle" if across == down else "ellipse", off)
    return Polygon(tuple(ring))


def _corners(radius: float) -> int:
    corners = max(_FEWEST, 4 * ceil(pi * sqrt(radius / TOLERANCE_PX / 3) / 4))
    while _grown(corners, radius)[1] > TOLERANCE_PX:
        corners += 4
    return corners


def _grown(corners: int, radius: float) -> tuple[float, float]:
    """By how much the corners have to move outward, so that the area stays, and how far they are off by that."""
    half = pi / corners
    grown = sqrt(2 * half / sin(2 * half))
    return grown, radius * max(grown - 1, 1 - grown * cos(half))
