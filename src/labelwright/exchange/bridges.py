"""Several rings in one: parts and holes joined by bridges of no width, and found again.

Many formats have room for one ring of an object. A bridge leads from a point of one ring to the nearest point of
another and back the same way: by the pixel rule of even and odd crossings it covers nothing, so not one pixel changes.
`parted` cuts a ring at its bridges; what was joined comes apart again as it was, but for where the rings start.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from labelwright.model.geometry.points import Point2, ring_area

Ring = tuple[Point2, ...]

# Pairs of points among which the nearest are looked for. Any bridge covers nothing: near ones only look better.
_MOST_PAIRS = 4_000_000


def joined(rings: Sequence[Ring]) -> Ring:
    """Join rings to the first, each to the nearest point of what is joined so far.

    In which order the others come and where they start is no matter: what came apart is joined as it was.
    """
    whole, *others = (tuple(ring) for ring in rings)
    for ring in sorted(others, key=lambda ring: sorted(map(_roughly, ring))):
        at, start = _nearest(whole, ring)
        whole = (*whole[: at + 1], *ring[start:], *ring[: start + 1], *whole[at:])
    return whole


def _nearest(whole: Ring, ring: Ring) -> tuple[int, int]:
    """Indices of the two points that are nearest to one another, the least of such pairs; any two of very many."""
    if len(whole) * len(ring) > _MOST_PAIRS:
        return 0, 0
    a, b = np.array(whole), np.array(ring)
    distance = (a[:, None, 0] - b[None, :, 0]) ** 2 + (a[:, None, 1] - b[None, :, 1]) ** 2
    pairs = np.argwhere(distance <= distance.min() + _ROUGH).tolist()
    at, start = min(pairs, key=lambda pair: (_roughly(whole[pair[0]]), _roughly(ring[pair[1]]), pair))
    return at, start


_ROUGH: Final = 1e-6


def _roughly(point: Point2) -> Point2:
    """A point without what formats of shares round, so that it stands in the same order afterwards."""
    return round(point[0], 5), round(point[1], 5)


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


def nested_rings(rings: Sequence[Ring]) -> tuple[list[Ring], list[Ring]]:
    """Outlines, the largest first, and holes: a ring is a hole when it lies in an odd number of the others."""
    areas = [ring_area(ring) for ring in rings]
    turn = sorted(range(len(rings)), key=lambda n: (-areas[n], n))
    depths = {n: sum(areas[n] < areas[m] and is_inside(rings[n], rings[m]) for m in turn) for n in turn}
    outer, *others = turn
    ordered = (outer, *sorted(others))
    return [rings[n] for n in ordered if depths[n] % 2 == 0], [rings[n] for n in ordered if depths[n] % 2]


def is_inside(ring: Ring, outline: Ring) -> bool:
    """Say whether a ring lies in a larger one that it does not cross: whether a point in it does."""
    return _contains(outline, _inner_point(ring))


def _inner_point(ring: Ring) -> Point2:
    """A point inside a ring, well apart from the levels of its points; one of its points when it has no inside."""
    levels = sorted({y for _, y in ring})
    if len(levels) < 2:
        return ring[0]
    high, low = max(zip(levels[1:], levels, strict=False), key=lambda pair: pair[0] - pair[1])
    y = (low + high) / 2
    sides = zip(ring, (*ring[1:], ring[0]), strict=True)
    crossed = sorted(x1 + (y - y1) * (x2 - x1) / (y2 - y1) for (x1, y1), (x2, y2) in sides if (y1 > y) != (y2 > y))
    spans = list(zip(crossed[::2], crossed[1::2], strict=False))
    left, right = max(spans, key=lambda span: span[1] - span[0])
    return (left + right) / 2, y


def _contains(outline: Ring, point: Point2) -> bool:
    x, y = point
    odd = False
    for (x1, y1), (x2, y2) in zip(outline, (*outline[1:], outline[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            odd = not odd
    return odd
