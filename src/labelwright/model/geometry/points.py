"""What all kinds share: points, limits, bounds and areas of rings. Pixels of the displayed medium, y down."""

import math
from collections.abc import Iterable, Sequence

Point2 = tuple[float, float]

MAX_COORDINATE = 1e7
MAX_RING_POINTS = 10_000
MAX_GEOMETRY_POINTS = 100_000

# (place inside the geometry as JSON pointer, code, message)
Fault = tuple[str, str, str]


def coordinate_fault(place: str, values: Iterable[float]) -> Fault | None:
    """Find the first value that is no finite number within ±1e7."""
    for value in values:
        if not math.isfinite(value) or abs(value) > MAX_COORDINATE:
            return place, "out_of_range", f"{value} is not a number between -1e7 and 1e7."
    return None


def ring_faults(place: str, points: Sequence[Point2], *, least: int, closed: bool) -> list[Fault]:
    """Check one list of points: enough, not too many, in range and, when `closed`, not all on one line."""
    if len(points) < least:
        return [(place, "too_few_points", f"needs at least {least} points, has {len(points)}.")]
    if len(points) > MAX_RING_POINTS:
        return [(place, "too_many_points", f"has {len(points)} points, more than {MAX_RING_POINTS}.")]
    most = MAX_COORDINATE
    if not all([-most <= x <= most and -most <= y <= most for x, y in points]):  # noqa: C419 - half the time
        faults = (coordinate_fault(f"{place}/{index}", point) for index, point in enumerate(points))
        return [fault for fault in faults if fault][:1]
    if closed and all_on_one_line(points):
        return [(place, "no_area", "has no area: all its points lie on one line.")]
    return []


def all_on_one_line(points: Sequence[Point2]) -> bool:
    """Say whether all points lie exactly on one line (or are one point)."""
    (x0, y0), *rest = points
    direction = next(((x - x0, y - y0) for x, y in rest if (x, y) != (x0, y0)), None)
    if direction is None:
        return True
    dx, dy = direction
    return all(dx * (y - y0) == dy * (x - x0) for x, y in rest)


def bounds_xywh(points: Iterable[Point2]) -> tuple[float, float, float, float]:
    """Smallest box around the points: left, top, width, height."""
    xs, ys = zip(*points, strict=True)
    left, top = min(xs), min(ys)
    return left, top, max(xs) - left, max(ys) - top


def ring_area(points: Sequence[Point2]) -> float:
    """Area inside the ring in square pixels by the shoelace formula, never negative."""
    turns = zip(points, [*points[1:], points[0]], strict=True)
    return abs(math.fsum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in turns)) / 2


def moved_inside(points: Iterable[Point2], size_wh: tuple[int, int]) -> tuple[Point2, ...]:
    """Move points that lie outside the picture to the nearest place on its border."""
    width, height = size_wh
    return tuple((min(max(x, 0), width), min(max(y, 0), height)) for x, y in points)


def ring_inside(points: Sequence[Point2], size_wh: tuple[int, int]) -> tuple[Point2, ...]:
    """Cut a ring at the picture's border (Sutherland and Hodgman); empty when nothing with an area is left.

    Where the ring leaves the picture and comes back elsewhere, the result runs along the border.
    """
    ring = list(points)
    for axis, limit in enumerate(size_wh):
        for border, inside in ((0.0, 1), (float(limit), -1)):
            ring = _cut(ring, axis, border, inside)
    return () if len(ring) < 3 or all_on_one_line(ring) else tuple(ring)


def _cut(ring: list[Point2], axis: int, border: float, inside: int) -> list[Point2]:
    """Keep what lies on the side of the border to which `inside` (1 or -1) points along the axis."""
    kept: list[Point2] = []
    for before, point in zip([*ring[-1:], *ring[:-1]], ring, strict=True):
        was_in, is_in = ((p[axis] - border) * inside >= 0 for p in (before, point))
        if was_in != is_in:
            kept.append(_crossing(before, point, axis, border))
        if is_in:
            kept.append(point)
    return kept


def _crossing(start: Point2, end: Point2, axis: int, border: float) -> Point2:
    share = (border - start[axis]) / (end[axis] - start[axis])
    other = start[1 - axis] + share * (end[1 - axis] - start[1 - axis])
    return (border, other) if axis == 0 else (other, border)
