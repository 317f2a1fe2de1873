"""Several rings in one: parts and holes joined by bridges of no width, and found again.

Many formats have room for one ring of an object. A bridge leads from a point of one ring to the nearest point of
another and back the same way: by the pixel rule of even and odd crossings it covers nothing, so not one pixel changes.
`parted` cuts a ring at its bridges; what was joined comes apart again as it was, but for where the rings start.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from labelwright.model.geometry.points import Point2, bounds_xywh, ring_area

Ring = tuple[Point2, ...]
Floats = NDArray[np.float64]

# Pairs of points among which the nearest are looked for. Any bridge covers nothing: near ones only look better.
_MOST_PAIRS = 4_000_000
_MOST_COMPARED = 10_000


def joined(rings: Sequence[Ring]) -> Ring:
    """Join rings to the first, each to the nearest point of what is joined so far.

    In which order the others come and where they start is no matter: what came apart is joined as it was.
    """
    first, *others = rings
    whole, places = list(first), np.array(first)
    for ring in sorted(map(tuple, others), key=lambda ring: sorted(map(_roughly, ring))):
        own = np.array(ring)
        at, start = _nearest(places, own)
        whole[at + 1 : at + 1] = (*ring[start:], *ring[: start + 1], whole[at])
        places = np.concatenate((places[: at + 1], own[start:], own[: start + 1], places[at:]))
    return tuple(whole)


def _nearest(a: Floats, b: Floats) -> tuple[int, int]:
    """Indices of the two points that are nearest to one another, the least of such pairs; any two of very many."""
    if len(a) * len(b) > _MOST_PAIRS:
        return 0, 0
    distance = (a[:, None, 0] - b[None, :, 0]) ** 2 + (a[:, None, 1] - b[None, :, 1]) ** 2
    pairs = np.argwhere(distance <= distance.min() + _ROUGH)[:_MOST_COMPARED].tolist()
    at, start = min(pairs, key=lambda pair: (_roughly(a[pair[0]].tolist()), _roughly(b[pair[1]].tolist()), pair))
    return at, start


_ROUGH: Final = 1e-6


def _roughly(point: Sequence[float]) -> Point2:
    """A point without what formats of shares round, so that it stands in the same order afterwards."""
    return round(point[0], 5), round(point[1], 5)


def parted(ring: Sequence[Point2]) -> list[Ring]:
    """Cut a ring at its bridges. A ring without bridges comes back alone.

    A bridge is a side that is walked back later: P, Q, ..., Q, P.
    """
    if len(set(ring)) == len(ring):
        return [tuple(ring)]
    whole, parts = _cut(ring)
    if len(whole) > 1 and whole[0] == whole[-1]:
        whole.pop()
    return [tuple(whole), *reversed([part for part in parts if len(part) > 2])]


def _cut(ring: Sequence[Point2]) -> tuple[list[Point2], list[Ring]]:
    """Walk along a ring and cut off what lies behind each bridge, the innermost first: what is left, and the parts."""
    whole, parts = [ring[0]], []
    place: dict[tuple[Point2, Point2], int] = {}
    before: list[int | None] = []  # where each side of what is left was walked earlier
    for following in ring[1:]:
        here, index = whole[-1], len(whole) - 1
        back = place.get((following, here))
        if back is None or index - back < _LEAST_APART:
            before.append(place.get((here, following)))
            place[here, following] = index
            whole.append(following)
            continue
        parts.append(tuple(whole[back + 1 : index]))
        for at in range(index - 1, back - 1, -1):
            _walk_back(place, (whole[at], whole[at + 1]), before.pop())
        del whole[back + 1 :]
    return whole, parts


def _walk_back(place: dict[tuple[Point2, Point2], int], side: tuple[Point2, Point2], earlier: int | None) -> None:
    if earlier is None:
        del place[side]
    else:
        place[side] = earlier


_LEAST_APART: Final = 4
"""Sides from the way there to the way back: a part has three points at least."""


def are_apart(rings: Sequence[Ring]) -> bool:
    """Whether the boxes around rings have nothing in common."""
    boxes = np.array([bounds_xywh(ring) for ring in rings]).reshape(-1, 4)
    low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    return not any(
        bool(np.any(np.all((low[at] < high[:at]) & (low[:at] < high[at]), axis=1))) for at in range(1, len(boxes))
    )


def nested_rings(rings: Sequence[Ring]) -> tuple[list[Ring], list[Ring]]:
    """Outlines, the largest first, and holes: a ring is a hole when it lies in an odd number of the others."""
    if len(rings) == 1:
        return [rings[0]], []
    areas = np.array([ring_area(ring) for ring in rings])
    inner = np.array([_inner_point(ring) for ring in rings])
    depths = np.zeros(len(rings), dtype=np.int64)
    for ring, area in zip(rings, areas, strict=True):
        smaller = np.flatnonzero(areas < area)
        depths[smaller] += _contain(ring, inner[smaller])
    outer, *others = sorted(range(len(rings)), key=lambda n: (-areas[n], n))
    ordered = (outer, *sorted(others))
    return [rings[n] for n in ordered if depths[n] % 2 == 0], [rings[n] for n in ordered if depths[n] % 2]


def is_inside(ring: Ring, outline: Ring) -> bool:
    """Say whether a ring lies in a larger one that it does not cross: whether a point in it does."""
    return bool(_contain(outline, np.array([_inner_point(ring)]))[0])


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


def _contain(outline: Ring, points: Floats) -> NDArray[np.bool_]:
    """Whether a ring goes round each of some points, (n, 2)."""
    corners = np.array(outline)
    (x1, y1), (x2, y2) = corners.T, np.roll(corners, -1, axis=0).T
    found = np.zeros(len(points), dtype=np.bool_)
    at_once = max(_MOST_PAIRS // len(outline), 1)
    for start in range(0, len(points), at_once):
        x, y = points[start : start + at_once, :1], points[start : start + at_once, 1:]
        with np.errstate(divide="ignore", invalid="ignore"):  # of level sides, which are not crossed
            left = x < x1 + (y - y1) * (x2 - x1) / (y2 - y1)
        found[start : start + at_once] = (((y1 > y) != (y2 > y)) & left).sum(axis=1) % 2 == 1
    return found
