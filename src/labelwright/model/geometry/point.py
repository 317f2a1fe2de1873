"""A single place in the picture."""

import msgspec

from labelwright.model.geometry.points import Fault, coordinate_fault, moved_inside


class Point(msgspec.Struct, frozen=True, tag_field="kind", tag="point", forbid_unknown_fields=True):
    x: float
    y: float


def faults(point: Point) -> list[Fault]:
    fault = coordinate_fault("", (point.x, point.y))
    return [fault] if fault else []


def bounds(point: Point) -> tuple[float, float, float, float]:
    return point.x, point.y, 0, 0


def area(_: Point) -> None:
    """Give none: a point has no area."""


def place(point: Point) -> list[tuple[float, float]]:
    return [(point.x, point.y)]


def inside(point: Point, size_wh: tuple[int, int]) -> Point:
    """Move the point to the picture's border when it lies outside."""
    return Point(*moved_inside([(point.x, point.y)], size_wh)[0])
