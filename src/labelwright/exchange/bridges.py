"""Several rings in one: parts and holes joined by bridges of no width, and found again.

Many formats have room for one ring of an object. A bridge leads from a point of one ring to the nearest point of
another and back the same way: by the pixel rule of even and odd crossings it covers nothing, so not one pixel changes.
`parted` cuts a ring at its bridges; what was joined comes apart again as it was, but for where the rings start.
"""

from collections.abc import Sequence

import numpy as np

from labelwright.model.geometry.points import Point2, ring_area

Ring = tuple[Point2, ...]

# Pairs of points among which the nearest are looked for. Any bridge covers nothing: near ones only look better.
_MOST_PAIRS = 4_000_000


def joined(rings: Sequence[Ring]) -> Ring:
    """Join rings, in order, each to the nearest point of what is joined so far."""
    whole, *others = (tuple(ring) for ring in rings)
    for ring in others:
        at, start = _nearest(whole, ring)
        whole = (*whole[: at + 1], *ring[start:], *ring[: start + 1], *whole[at:])
    return whole


def _nearest(whole: Ring, ring: Ring) -> tuple[int, int]:
    """Indices of the two points that are nearest to one another, the first such pair; any two of very many."""
    if len(whole) * len(ring) > _MOST_PAIRS:
        return 0, 0
    a, b = np.array(whole), np.array(ring)
    distance = (a[:, None, 0] - b[None, :, 0]) ** 2 + (a[:, None, 1] - b[None, :, 1]) ** 2
    at, start = divmod(int(distance.argmin()), len(ring))
    return at, start


def parted(ring: Sequence[Point2]) -> list[Ring]:
    """Cut a ring at its bridges. A ring without bridges comes back alone.

    A bridge is a side that is walked back later: P, Q, ..., Q, P.
    """
    whole, parts = list(ring), []
    seen = len(set(whole))
    if seen == len(whole):
        return [tuple(whole)]
    while (bridge := _bridge(whole)) is not None:
        start, end = bridge
        parts.append(tuple(whole[start + 1 : end - 1]))
        whole = whole[: start + 1] + whole[end + 1 :]
    if len(whole) > 1 and whole[0] == whole[-1]:
        whole.pop()
    return [tuple(whole), *reversed([part for part in parts if len(part) > 2])]


def _bridge(points: list[Point2]) -> tuple[int, int] | None:
    """The innermost bridge: indices of P before the crossing and of P after it."""
    first: dict[tuple[Point2, Point2], int] = {}
    for index in range(len(points) - 1):
        here, following = points[index], points[index + 1]
        back = first.get((following, here))
        if back is not None and index - back >= 4:
            return back, index + 1
        first[here, following] = index
    return None


def outline_first(rings: Sequence[Ring]) -> tuple[Ring, list[Ring]]:
    """The largest ring, and the others."""
    areas = [ring_area(ring) for ring in rings]
    largest = areas.index(max(areas))
    return rings[largest], [ring for index, ring in enumerate(rings) if index != largest]


def is_inside(ring: Ring, outline: Ring) -> bool:
    """Say whether a ring lies in another: whether most of its points do, by even and odd crossings."""
    inside = sum(_contains(outline, point) for point in ring)
    return 2 * inside >= len(ring)


def _contains(outline: Ring, point: Point2) -> bool:
    x, y = point
    odd = False
    for (x1, y1), (x2, y2) in zip(outline, (*outline[1:], outline[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            odd = not odd
    return odd
