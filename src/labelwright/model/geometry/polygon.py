"""A simple ring of three points or more; the first point is not repeated at the end."""

import msgspec

from labelwright.model.geometry.points import Fault, Point2, bounds_xywh, ring_area, ring_faults, ring_inside


class Polygon(msgspec.Struct, frozen=True, tag_field="kind", tag="polygon", forbid_unknown_fields=True):
    points: tuple[Point2, ...]


def faults(polygon: Polygon) -> list[Fault]:
    return ring_faults("/points", polygon.points, least=3, closed=True)


def bounds(polygon: Polygon) -> tuple[float, float, float, float]:
    return bounds_xywh(polygon.points)


def area(polygon: Polygon) -> float:
    return ring_area(polygon.points)


def place(polygon: Polygon) -> tuple[Point2, ...]:
    return polygon.points


def inside(polygon: Polygon, size_wh: tuple[int, int]) -> Polygon | None:
    """Cut the polygon at the picture's border; None when nothing is left."""
    ring = ring_inside(polygon.points, size_wh)
    return Polygon(ring) if ring else None
