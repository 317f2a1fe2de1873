"""Outlines without holes in columns: their text is cut and joined as text, and they are measured many at a time.

What comes out is the same to the last digit as from `area_of` and from `model.geometry`.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.areas import area_of
from labelwright.exchange.crossing import are_stars, cross_themselves
from labelwright.exchange.numerals import Floats, shortest
from labelwright.model.geometry import Polygon

Places = NDArray[np.int64]
_NUMBERS: Final = msgspec.json.Decoder(list[float])


class Outlines:
    """Rings of points. `lines` are their texts, `x,y,x,y,...`, numbers in their shortest form."""

    def __init__(self, texts: Sequence[bytes | msgspec.Raw]) -> None:
        self._flat = b"\n".join(texts).translate(None, b"[]")
        self._is_empty = not texts

    @cached_property
    def lines(self) -> list[str]:
        """The points of each, `x,y,x,y,...`."""
        return [] if self._is_empty else shortest(self._flat + b"\n").split("\n")[:-1]

    @cached_property
    def points(self) -> Floats:
        """The points of all, one behind another, (n, 2)."""
        numbers = _NUMBERS.decode(b"[%b]" % self._flat.replace(b"\n", b","))
        return np.fromiter(numbers, np.float64, len(numbers)).reshape(-1, 2)

    @cached_property
    def counts(self) -> Places:
        """How many points each has."""
        counts = [] if self._is_empty else [(line.count(b",") + 1) >> 1 for line in self._flat.split(b"\n")]
        return np.array(counts, dtype=np.int64)

    @cached_property
    def ends(self) -> Places:
        """Where the points of each end."""
        return np.cumsum(self.counts)

    @cached_property
    def starts(self) -> Places:
        """Where the points of each begin."""
        return self.ends - self.counts

    @cached_property
    def bounds(self) -> Floats:
        """Left, top, width and height of each."""
        if self._is_empty:
            return np.empty((0, 4))
        least = np.minimum.reduceat(self.points, self.starts)
        most = np.maximum.reduceat(self.points, self.starts)
        return np.concatenate((least, most - least), axis=1)

    @cached_property
    def areas(self) -> Floats:
        """Square pixels of each, as `area_of` has them, step by step in its order."""
        if self._is_empty:
            return np.empty(0)
        before, last = np.arange(-1, len(self.points) - 1), self.ends - 1
        before[self.starts] = last
        sides = self.points - self.points[before]
        from_first = (self.points - np.repeat(self.points[self.starts], self.counts, axis=0))[before]
        areas = np.abs(self._summed(from_first[:, 0] * sides[:, 1] - sides[:, 0] * from_first[:, 1])) / 2
        is_simple = self._is_once_round(sides, before) & (self.counts <= _MOST_POINTS)
        is_simple &= ~is_repeating(self.points, self.starts, self.counts)
        is_star = are_stars(self.points, before, self.starts, self.counts)
        is_simple &= is_star | ~self._cross_themselves(is_simple & ~is_star)
        for at in np.flatnonzero(~is_simple).tolist():
            ring = self.points[self.starts[at] : self.ends[at]].tolist()
            areas[at] = area_of(Polygon(tuple((x, y) for x, y in ring)))
        return areas

    def _cross_themselves(self, asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether each crosses itself; of those that are not asked for, no."""
        found = np.zeros(len(self.counts), dtype=bool)
        for count in np.unique(self.counts[asked]).tolist():
            at = np.flatnonzero(asked & (self.counts == count))
            found[at] = cross_themselves(self.points[self.starts[at][:, None] + np.arange(count)])
        return found

    def _is_once_round(self, sides: Floats, before: Places) -> NDArray[np.bool_]:
        """Whether each turns four quarters in all and has no side without length, as rings do that cross nowhere."""
        there = _quadrants(sides)
        turn = (there - there[before]) & 3
        quarters = np.where(turn == 3, np.int8(-1), turn)
        back = np.flatnonzero(turn == 2)
        (dx, dy), (ux, uy) = sides[back].T, sides[before[back]].T
        quarters[back] = np.where(ux * dy > uy * dx, 2, -2)
        total: Places = np.add.reduceat(quarters, self.starts, dtype=np.int64)
        whole: NDArray[np.bool_] = np.logical_and.reduceat((sides[:, 0] != 0) | (sides[:, 1] != 0), self.starts)
        once: NDArray[np.bool_] = np.abs(total) == 4
        return whole & once

    def _summed(self, terms: Floats) -> Floats:
        """The sum of each, one term after another: other orders round in other ways."""
        sums = np.zeros(len(self.counts))
        for column in np.ascontiguousarray(_padded(terms, self.starts, self.counts, 0.0).T):
            sums += column
        return sums


def is_repeating(points: Floats, starts: Places, counts: Places) -> NDArray[np.bool_]:
    """Whether a point may occur twice in each ring: whether two of them are in one place on a skew line."""
    skew = points[:, 0] * _SKEW + points[:, 1]
    places = np.sort(_padded(skew, starts, counts, np.nan), axis=1)
    found: NDArray[np.bool_] = np.any(places[:, 1:] == places[:, :-1], axis=1)
    for at in np.flatnonzero(counts > _MOST_POINTS).tolist():
        found[at] = len(np.unique(skew[starts[at] : starts[at] + counts[at]])) < counts[at]
    return found


def _padded(values: Floats, starts: Places, counts: Places, filling: float) -> Floats:
    """The values of each in a row of its own, as many as the longest has or _MOST_POINTS."""
    places = np.arange(min(int(counts.max()), _MOST_POINTS))
    if counts.min() == counts.max() == len(places):
        return values.reshape(-1, len(places))
    inside = places < counts[:, None]
    return np.where(inside, values[np.where(inside, starts[:, None] + places, 0)], filling)


_MOST_POINTS: Final = 256
_SKEW: Final = 0.618033988749895


def _quadrants(sides: Floats) -> NDArray[np.int8]:
    """The quarter of directions, from 0 to 3, that each side points into."""
    dx, dy = sides.T
    upper = (dy > 0) | ((dy == 0) & (dx > 0))
    return np.where(upper, np.where(dx > 0, np.int8(0), np.int8(1)), np.where(dx < 0, np.int8(2), np.int8(3)))
