"""An open line through two points or more, in drawing order."""

import msgspec

from labelwright.model.geometry.points import Fault, Point2, bounds_xywh, moved_inside, ring_faults


class Line(msgspec.Struct, frozen=True, tag_field="kind", tag="line", forbid_unknown_fields=True):
    points: tuple[Point2, ...]


def faults(line: Line) -> list[Fault]:
    return ring_faults("/points", line.points, least=2, closed=False)


def bounds(line: Line) -> tuple[float, float, float, float]:
    return bounds_xywh(line.points)


def area(_: Line) -> None:
    """Give none: a line has no area."""


def place(line: Line) -> tuple[Point2, ...]:
    return line.points


def inside(line: Line, size_wh: tuple[int, int]) -> Line:
    """Move the points that lie outside to the picture's border."""
    return Line(moved_inside(line.points, size_wh))
