"""Whether rings cross themselves or one another: only of those that do not is the shoelace formula the area.

How often a ring turns does not tell: one that crosses itself twice may turn once in all, as a plain one does.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.bridges import Ring
from labelwright.model.geometry.points import Point2

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
_MOST_PAIRS: Final = 20_000_000
_AT_ONCE: Final = 1_000_000


def is_star(ring: Ring) -> bool:
    """Whether one sees every side from the middle on the same hand; turning once in all, it crosses nowhere then."""
    count = len(ring)
    middle_x, middle_y = sum(x for x, _ in ring) / count, sum(y for _, y in ring) / count
    (x, y) = ring[-1]
    was = 0
    for next_x, next_y in ring:
        double = (x - middle_x) * (next_y - middle_y) - (next_x - middle_x) * (y - middle_y)
        hand = 1 if double > 0 else -1
        if double == 0 or hand == -was:
            return False
        x, y, was = next_x, next_y, hand
    return True


def are_stars(points: Floats, before: Places, starts: Places, counts: Places) -> NDArray[np.bool_]:
    """`is_star` of many rings. `points` (n, 2) are those of all, `before` the place of each one's predecessor."""
    middles = np.add.reduceat(points, starts) / counts[:, None]
    x, y = (points - np.repeat(middles, counts, axis=0)).T
    double = x[before] * y - x * y[before]
    found: NDArray[np.bool_] = (np.minimum.reduceat(double, starts) > 0) | (np.maximum.reduceat(double, starts) < 0)
    return found


def cross_themselves(rings: Floats) -> NDArray[np.bool_]:
    """Whether sides that are no neighbours meet, of each of some rings with equally many points, (k, m, 2)."""
    count = rings.shape[1]
    side = np.roll(rings, -1, axis=1) - rings
    x, y = rings[..., 0], rings[..., 1]
    # hand[k, i, j]: on which hand of side i the point j lies
    hand = np.sign(
        side[:, :, None, 0] * (y[:, None, :] - y[:, :, None]) - side[:, :, None, 1] * (x[:, None, :] - x[:, :, None])
    )
    is_cut = hand * np.roll(hand, -1, axis=2) <= 0
    meets = is_cut & is_cut.transpose(0, 2, 1)
    places = np.arange(count)
    apart = (places[:, None] - places) % count
    is_other = (apart > 1) & (apart < count - 1)
    reach = np.stack((rings, rings + side))
    low, high = reach.min(axis=0), reach.max(axis=0)
    overlaps = np.all((low[:, :, None] <= high[:, None]) & (low[:, None] <= high[:, :, None]), axis=3)
    found: NDArray[np.bool_] = np.any(meets & is_other & overlaps, axis=(1, 2))
    return found


def cross(rings: Sequence[Ring]) -> bool:
    """Whether two sides meet that are no neighbours in one ring; also where there are too many to tell."""
    sides = _Sides(rings)
    pairs = min((sides.near(axis) for axis in (0, 1)), key=lambda found: found.total)
    return pairs.total > _MOST_PAIRS or any(sides.meet(*some) for some in pairs)


class _Pairs:
    """Pairs of sides that overlap along an axis: of `order[i]` and each of `order[i + 1:ends[i]]`."""

    def __init__(self, order: Places, ends: Places) -> None:
        self._order, self._counts = order, ends - np.arange(1, len(order) + 1)
        self.total = int(self._counts.sum())

    def __iter__(self) -> Iterator[tuple[Places, Places]]:
        """About a million at a time."""
        start = 0
        sums = np.cumsum(self._counts)
        while start < len(self._order):
            reached = sums[start - 1] if start else 0
            end = max(int(np.searchsorted(sums, reached + _AT_ONCE, side="right")), start + 1)
            counts = self._counts[start:end]
            first = np.repeat(np.arange(start, end), counts)
            within = np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
            yield self._order[first], self._order[first + 1 + within]
            start = end


class _Sides:
    """The sides of rings that have a length, each from a point to the next."""

    def __init__(self, rings: Sequence[Ring]) -> None:
        corners = [np.array(_without_repeats(ring)).reshape(-1, 2) for ring in rings]
        self._from = np.concatenate(corners)
        self._to = np.concatenate([np.roll(ring, -1, axis=0) for ring in corners])
        ends = np.cumsum([len(ring) for ring in corners])
        starts = np.concatenate(([0], ends[:-1]))
        self._next = np.concatenate([np.roll(np.arange(*span), -1) for span in zip(starts, ends, strict=True)])
        self._low, self._high = np.minimum(self._from, self._to), np.maximum(self._from, self._to)

    def near(self, axis: int) -> _Pairs:
        """The pairs that overlap along an axis."""
        order = np.argsort(self._low[:, axis], kind="stable")
        return _Pairs(order, np.searchsorted(self._low[order, axis], self._high[order, axis], side="right"))

    def meet(self, one: Places, other: Places) -> bool:
        """Whether two sides of some pair have a point in common, unless they are neighbours."""
        near = np.all((self._low[one] <= self._high[other]) & (self._low[other] <= self._high[one]), axis=1)
        near &= (self._next[one] != other) & (self._next[other] != one)
        one, other = one[near], other[near]
        return bool(np.any(self._parts(one, other) & self._parts(other, one)))

    def _parts(self, one: Places, other: Places) -> NDArray[np.bool_]:
        """Whether the ends of the other lie on two hands of the one, or on it."""
        step = self._to[one] - self._from[one]
        hands = [
            np.sign(step[:, 0] * (end[:, 1] - self._from[one, 1]) - step[:, 1] * (end[:, 0] - self._from[one, 0]))
            for end in (self._from[other], self._to[other])
        ]
        found: NDArray[np.bool_] = hands[0] * hands[1] <= 0
        return found


def _without_repeats(ring: Ring) -> list[Point2]:
    return [point for point, after in zip(ring, (*ring[1:], ring[0]), strict=True) if point != after]
