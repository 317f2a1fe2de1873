"""The area of a shape as the pixel rule has it: what an even number of its rings goes round is not in it.

The shoelace formula alone counts twice what a ring goes round twice, as one does whose hole is joined to it, and
takes away a loop that turns the other way, as that of a figure eight.
"""

from math import ceil, floor
from typing import Final

from labelwright.exchange.bridges import Ring, are_apart, is_inside, nested_rings, parted
from labelwright.exchange.crossing import cross, is_star
from labelwright.model.geometry import Geometry, ImageSegmentation, Polygon, Rectangle
from labelwright.model.geometry.points import bounds_xywh, ring_area
from labelwright.raster import shape_runs

_ONCE: Final = 4
_MOST_SIDE: Final = 32_767


def area_of(geometry: Geometry) -> float:
    """Square pixels: exact, but of outlines and holes that cross, which are counted pixel by pixel."""
    match geometry:
        case Rectangle(w=w, h=h):
            return w * h
        case Polygon(points=ring) | ImageSegmentation(rings=(ring,)):
            return _area_of_ring(ring)
        case ImageSegmentation(rings=(outline, *holes)):
            return _area_of_segment(outline, holes)
    return 0.0


def _area_of_ring(ring: Ring) -> float:
    turns, area = _walk(ring)
    if turns == _ONCE and len(set(ring)) == len(ring) and (is_star(ring) or not cross((ring,))):
        return area
    parts = parted(ring)
    if any(_walk(part)[0] != _ONCE for part in parts) or cross(parts):
        return _count_pixels((ring,))
    outlines, holes = nested_rings(parts)
    return sum(map(ring_area, outlines)) - sum(map(ring_area, holes))


def _area_of_segment(outline: Ring, holes: list[Ring]) -> float:
    is_plain = all(_walk(ring)[0] == _ONCE and len(set(ring)) == len(ring) for ring in (outline, *holes))
    if is_plain and are_apart(holes) and not cross((outline, *holes)) and all(_lies_in(h, outline) for h in holes):
        return ring_area(outline) - sum(map(ring_area, holes))
    return _count_pixels((outline, *holes))


def _lies_in(hole: Ring, outline: Ring) -> bool:
    (left, top, w, h), (x, y, wide, high) = bounds_xywh(hole), bounds_xywh(outline)
    is_within = x <= left and y <= top and left + w <= x + wide and top + h <= y + high
    return is_within and is_inside(hole, outline)


def _walk(ring: Ring) -> tuple[int, float]:
    """Walk round a ring once: how many quarter turns it makes, and its area by the shoelace formula.

    A ring that does not cross itself makes four, and so do some that do: see `crossing`. One function, as it is called
    for every outline of an export.
    """
    (x0, y0), (x, y) = ring[0], ring[-1]
    ux, uy = _last_side(ring)
    here = (0 if ux > 0 else 1) if uy > 0 or (uy == 0 and ux > 0) else (2 if ux < 0 else 3)
    turns, double = 0, 0.0
    for next_x, next_y in ring:
        dx, dy = next_x - x, next_y - y
        if not dx and not dy:
            continue
        there = (0 if dx > 0 else 1) if dy > 0 or (dy == 0 and dx > 0) else (2 if dx < 0 else 3)
        if there != here:
            turn = there - here
            if turn in {2, -2}:
                turns += 2 if ux * dy > uy * dx else -2
            else:
                turns += 1 if turn in {1, -3} else -1
        double += (x - x0) * dy - dx * (y - y0)
        x, y, ux, uy, here = next_x, next_y, dx, dy, there
    return abs(turns), abs(double) / 2


def _last_side(ring: Ring) -> tuple[float, float]:
    """The side that ends in the last point, as a step; one of no length does not count."""
    x, y = ring[-1]
    return next(((x - px, y - py) for px, py in reversed(ring) if (px, py) != (x, y)), (1.0, 0.0))


def _count_pixels(rings: tuple[Ring, ...]) -> float:
    """How many pixels have their centre in a shape."""
    x, y, w, h = bounds_xywh(rings[0])
    left, top = floor(x), floor(y)
    width, height = ceil(x + w) - left, ceil(y + h) - top
    if max(width, height) > _MOST_SIDE:
        return ring_area(rings[0])
    moved = tuple(tuple((px - left, py - top) for px, py in ring) for ring in rings)
    runs = shape_runs([[moved]], (max(width, 1), max(height, 1)))
    return float((runs.stop - runs.start).sum())
