"""Shapes as formats want them: the outline of whatever has one, the smallest box around it."""

from collections.abc import Sequence
from math import cos, radians, sin
from typing import Final

import numpy as np

from labelwright.exchange.bridges import Ring, joined, nested_rings, parted
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Polygon, Rectangle
from labelwright.model.geometry.points import (
    MAX_COORDINATE,
    MAX_GEOMETRY_POINTS,
    MAX_RING_POINTS,
    Point2,
    bounds_xywh,
    ring_area,
)


def outline_of(geometry: Geometry) -> Ring | None:
    """The outer ring (of a rectangle: its corners, clockwise from the top left one); None where there is none."""
    match geometry:
        case Polygon(points=points):
            return points
        case Rectangle(x=x, y=y, w=w, h=h):
            return ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
        case ImageSegmentation(rings=rings):
            return rings[0]
    return None


def rings_of(geometry: Geometry) -> tuple[Ring, ...]:
    """The points of any geometry: its rings, its line, its corners or its one point."""
    match geometry:
        case ImageSegmentation(rings=rings):
            return rings
        case Polygon(points=points) | Line(points=points):
            return (points,)
        case Point(x=x, y=y):
            return (((x, y),),)
        case Rectangle(x=x, y=y, w=w, h=h):
            return (((x, y), (x + w, y), (x + w, y + h), (x, y + h)),)
    raise AssertionError(geometry)


def shape_of_kind(
    kind: str | None, rings: tuple[Ring, ...], xywh: tuple[float, float, float, float] | None = None
) -> Geometry:
    """The geometry that a file has as its kind (None: the points tell), its rings and its box. Raises ValueError."""
    if xywh is not None and (kind == "rectangle" or not rings):
        return Rectangle(*xywh)
    if not rings or not all(rings):
        raise ValueError("it has no points")
    if kind == "image_segmentation" or (kind is None and len(rings) > 1):
        return ImageSegmentation(rings)
    if len(rings) != 1:
        raise ValueError(f"it is a {kind} of {len(rings)} lists of points")
    points = rings[0]
    if kind == "point" and len(points) == 1:
        return Point(*points[0])
    if kind == "line":
        return Line(points)
    if kind in {"polygon", None}:
        return Polygon(points)
    raise ValueError(f"{len(points)} points are no {kind} that is known here")


def from_rings(rings: Sequence[Ring], *, segmented: bool = False) -> Geometry:
    """One ring is a polygon, several are one segment: what lies in an odd number of the others is a hole."""
    if len(rings) == 1 and not segmented:
        return Polygon(rings[0])
    if len(rings) > 1 and is_beyond(rings):
        return ImageSegmentation((_end_to_end(rings),))
    return segment_of_rings(*nested_rings(rings))


def from_ring(ring: Ring, *, segmented: bool = False) -> Geometry:
    """What one ring stands for: where bridges join holes to it they become rings, any other ring stays as it is."""
    found = from_rings(parted(ring), segmented=segmented)
    return ImageSegmentation((ring,)) if isinstance(found, ImageSegmentation) and len(found.rings) == 1 else found


def from_parts(rings: Sequence[Ring], *, segmented: bool = False) -> Geometry:
    """What one or several rings of an object stand for, each of which may have bridges."""
    if len(rings) == 1:
        return from_ring(rings[0], segmented=segmented)
    return from_rings([part for ring in rings for part in parted(ring)], segmented=True)


def segment_of_rings(outlines: Sequence[Ring], holes: Sequence[Ring]) -> ImageSegmentation:
    """Outlines with their holes as one segment. A hole stays a ring of its own unless something lies in it."""
    if len(outlines) == 1:
        return ImageSegmentation((outlines[0], *holes))
    if is_beyond(outlines, MAX_RING_POINTS - 2 * (len(outlines) - 1)):
        return ImageSegmentation((_end_to_end(outlines), *holes))
    # A hole is cut out of everything: what lies in it would go as well. As one ring, by even and odd, it stays.
    filled = [hole for hole in holes if any(_is_within(outline, hole) for outline in outlines)]
    return ImageSegmentation((joined([*outlines, *filled]), *(hole for hole in holes if hole not in filled)))


def is_beyond(rings: Sequence[Ring], most_points: int = MAX_GEOMETRY_POINTS) -> bool:
    """Whether rings have more points, or others, than a geometry may have: they are refused, and need no work."""
    if len(rings) > _MOST_RINGS or sum(map(len, rings)) > most_points:
        return True
    return not all(max(abs(x), abs(y)) <= MAX_COORDINATE for ring in rings for x, y in ring)


_MOST_RINGS: Final = 5_000  # joined, they have more points than a ring may have


def _end_to_end(rings: Sequence[Ring]) -> Ring:
    """Rings joined to the first point of the first, without a look for the nearest."""
    first, *others = rings
    return (first[0], *(point for ring in others for point in (*ring, ring[0], first[0])), *first[1:])


def _is_within(ring: Ring, other: Ring) -> bool:
    """Whether the box of a ring lies in that of another."""
    (left, top, w, h), (x, y, wide, high) = bounds_xywh(ring), bounds_xywh(other)
    return x <= left and y <= top and left + w <= x + wide and top + h <= y + high


def turned_box(box: Rectangle, degrees: float, about: Point2) -> Polygon:
    """The corners of a box that is turned clockwise, as people see it, about a point; in pixels, not in shares."""
    angle = radians(degrees)
    across, down = cos(angle), sin(angle)
    ring = outline_of(box)
    assert ring is not None
    x0, y0 = about
    moved = (((x - x0), (y - y0)) for x, y in ring)
    return Polygon(tuple((x0 + x * across - y * down, y0 + x * down + y * across) for x, y in moved))


def smallest_box(ring: Ring) -> tuple[Ring, float]:
    """The corners of the smallest box of any direction around a ring, and its area: one side lies on the hull's.

    A ring that is such a box already stays as it is.
    """
    if _is_box(ring):
        return ring, ring_area(ring)
    points = np.array(_hull(ring))
    sides = np.roll(points, -1, axis=0) - points
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    along = sides[lengths > 0] / lengths[lengths > 0, None]
    across = np.stack((-along[:, 1], along[:, 0]), axis=1)
    u, v = points @ along.T, points @ across.T
    low, high = (u.min(axis=0), v.min(axis=0)), (u.max(axis=0), v.max(axis=0))
    areas = (high[0] - low[0]) * (high[1] - low[1])
    best = int(areas.argmin())
    a, c = along[best], across[best]
    corners = [(low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1])]
    found = tuple(tuple((a * p[best] + c * q[best]).tolist()) for p, q in corners)
    return found, float(areas[best])


def _is_box(ring: Ring) -> bool:
    """Whether a ring is a box of any direction, but for the last bits of its coordinates."""
    if len(ring) != 4:
        return False
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = ring
    size = max(abs(cx - ax), abs(cy - ay), abs(bx - ax), abs(by - ay))
    leans = (bx - ax) * (cx - bx) + (by - ay) * (cy - by)
    return max(abs(ax + cx - bx - dx), abs(ay + cy - by - dy), abs(leans) / (size or 1)) <= _NEAR * max(size, 1)


_NEAR: Final = 1e-9


def _hull(ring: Ring) -> list[tuple[float, float]]:
    """The convex hull (monotone chain)."""
    ordered = sorted(set(ring))

    def half(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        kept: list[tuple[float, float]] = []
        for point in points:
            while len(kept) > 1 and _turn(kept[-2], kept[-1], point) <= 0:
                kept.pop()
            kept.append(point)
        return kept[:-1]

    return half(ordered) + half(ordered[::-1])


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
