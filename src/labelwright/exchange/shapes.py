"""Shapes as formats want them: the outline of whatever has one, the smallest box around it."""

import numpy as np

from labelwright.exchange.bridges import Ring, is_inside, joined, outline_first
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Polygon, Rectangle


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


def from_rings(rings: list[Ring], *, segmented: bool = False) -> Geometry:
    """One ring is a polygon, several are one segment: those inside the largest are holes, others joined to it."""
    if len(rings) == 1 and not segmented:
        return Polygon(rings[0])
    outline, others = outline_first(rings)
    holes = [ring for ring in others if is_inside(ring, outline)]
    parts = [ring for ring in others if ring not in holes]
    return ImageSegmentation((joined([outline, *parts]), *holes))


def smallest_box(ring: Ring) -> tuple[Ring, float]:
    """The corners of the smallest box of any direction around a ring, and its area: one side lies on the hull's."""
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
