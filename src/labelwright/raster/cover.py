"""Which of many objects is seen where: runs over each other become runs beside each other."""

from itertools import zip_longest
from typing import Final, NamedTuple

import numpy as np

from labelwright.raster.runs import Ints, Runs, between_rows, key_of, runs_between, sum_blocks
from labelwright.raster.shapes import union

_HIGH: Final = 32
_LOW: Final = (1 << _HIGH) - 1


class Stack(NamedTuple):
    """Runs over each other, cut where any of them begins or ends: who is seen from each place to the next.

    Attributes:
        places: (n,), keys of rows and columns, ascending.
        top: (n,), the owner that is seen; -1 for nobody, as from the last place of a row to the first of the next.
        runs: that have pixels.
        first: of each run, the number of the place where it begins.
        stop: of each run, the number of the place where it ends.
    """

    places: Ints
    top: Ints
    runs: Runs
    first: Ints
    stop: Ints

    def seen(self, group: Ints | None = None) -> Runs:
        """Find what is seen.

        Args:
            group: of each owner, at least 0; without it everybody is a group of its own.

        Returns:
            Disjoint runs, sorted by row and column, those of one group apart from each other and owned by it.
        """
        top = self.top if group is None else _grouped(self.top, group)
        turn = np.flatnonzero(np.diff(top, prepend=-1))
        ends = self.places[np.append(turn[1:], self.places.size - 1)[: turn.size]]
        found = runs_between(np.stack((self.places[turn], ends), axis=1).ravel())
        return found._replace(owner=top[turn]).where(top[turn] >= 0)

    def count_seen(self, group: Ints) -> Ints:
        """Count for each owner its pixels in which one of its group is seen.

        Args:
            group: of each owner, at least 0 and not much larger than they are many; runs of an owner do not overlap.
        """
        members, length = np.bincount(group, minlength=1), np.diff(self.places, append=0)
        found = np.zeros(group.size, dtype=np.int64)
        if (members == 1).any():
            found += np.bincount(self.top + 1, weights=length, minlength=group.size + 1)[1:].astype(np.int64)
        many = np.flatnonzero(members > 1)
        for low, high in zip_longest(many[::2].tolist(), many[1::2].tolist(), fillvalue=-1):
            # Two groups at once, as the pixels of a picture are less than 2**32.
            weight = np.where(group == low, 1, np.where(group == high, 1 << _HIGH, 0))
            before = np.append(0, np.cumsum(np.append(weight, 0)[self.top] * length))
            both = sum_blocks(self.runs.owner, before[self.stop] - before[self.first], group.size)
            found = np.where(group == low, both & _LOW, np.where(group == high, both >> _HIGH & _LOW, found))
        return found


def stack(runs: Runs, order: Ints) -> Stack:
    """Lay runs over each other.

    Args:
        runs: may overlap, of one owner as well.
        order: every owner once, from the bottom to the top.
    """
    level = np.empty(int(order.max(initial=0)) + 1, dtype=np.int64)
    level[order] = np.arange(order.size)
    runs = runs.where(runs.start < runs.stop)
    nobody = np.zeros_like(runs.row)
    starts, stops = key_of(nobody, runs.row, runs.start), key_of(nobody, runs.row, runs.stop)
    places = _distinct(np.concatenate((starts, stops)))
    first, stop = np.searchsorted(places, starts), np.searchsorted(places, stops)
    top = _topmost(level[runs.owner], first, stop, places.size)
    return Stack(places, _grouped(top, order), runs, first, stop)


def visible(runs: Runs, order: Ints) -> Runs:
    """Find what is seen of runs that lie over each other.

    Args:
        runs: may overlap, of one owner as well.
        order: every owner once, from the bottom to the top.

    Returns:
        Disjoint runs, sorted by row and column, those of one owner apart from each other.
    """
    return stack(runs, order).seen()


def _grouped(top: Ints, group: Ints) -> Ints:
    """The groups of who is seen; -1 stays."""
    return np.append(group, -1)[top]


def rims(runs: Runs, size_wh: tuple[int, int], width: int) -> Runs:
    """Find the pixels that have a pixel of somebody else within ``width`` columns and rows, nobody's included.

    Args:
        runs: disjoint, those of one owner apart from each other: as ``visible`` gives them.
        size_wh: of the picture; its own border is none.
        width: at least 1.

    Returns:
        Runs owned by 0, apart from each other.
    """
    sides = np.concatenate((runs.start, runs.stop))
    upright = Runs(np.zeros_like(sides), np.tile(runs.row, 2), sides, sides)
    upright = upright.where((sides > 0) & (sides < size_wh[0]))
    level = between_rows(runs)
    level = level.where((level.row > 0) & (level.row < size_wh[1]))
    below = (
        _spread_down(_wider(upright, size_wh[0], width), width, size_wh[1]),
        _spread_down(_wider(level, size_wh[0], width), width - 1, size_wh[1]),
    )
    around = union(Runs(*(np.concatenate(columns) for columns in zip(*below, strict=True))))
    upside_down = around._replace(row=size_wh[1] - 1 - around.row)
    around = _spread_down(upside_down, width, size_wh[1])
    return around._replace(row=size_wh[1] - 1 - around.row)


def _wider(sides: Runs, columns: int, width: int) -> Runs:
    """Take as many columns before and after sides as well; nobody owns them."""
    start, stop = np.maximum(sides.start - width, 0), np.minimum(sides.stop + width, columns)
    return union(Runs(np.zeros_like(sides.owner), sides.row, start, stop))


def _spread_down(runs: Runs, rows: int, height: int) -> Runs:
    """Take so many rows below runs as well: twice as far each time, so that there are never many more runs."""
    reached = 0
    while reached < rows:
        step = min(reached + 1, rows - reached)
        lower = runs._replace(row=runs.row + step)
        lower = lower.where(lower.row < height)
        runs = union(Runs(*(np.concatenate(columns) for columns in zip(runs, lower, strict=True))))
        reached += step
    return runs


def _distinct(keys: Ints) -> Ints:
    keys.sort(kind="stable")
    turn = np.flatnonzero(np.diff(keys, prepend=-1))
    return np.take(keys, turn)


def _topmost(level: Ints, first: Ints, stop: Ints, size: int) -> Ints:
    """Find the highest level of the ranges [first, stop) at each of ``size`` places; -1 where there is none.

    A range is what its first and its last half, of a power of two each, cover together; halves are handed down.
    """
    power = np.frexp((stop - first).astype(np.float64))[1] - 1
    top = np.full(size, -1, dtype=np.int64)
    for exponent in range(int(power.max(initial=0)), -1, -1):
        half = 1 << exponent
        lower = top.copy()
        np.maximum(lower[half:], top[:-half], out=lower[half:])
        meant = power == exponent
        np.maximum.at(lower, first[meant], level[meant])
        np.maximum.at(lower, stop[meant] - half, level[meant])
        top = lower
    return top


def regrouped(runs: Runs, group: Ints) -> Runs:
    """Give runs to the groups of their owners and join those that touch.

    Args:
        runs: disjoint, sorted by row and column.
        group: of each owner.
    """
    owner = group[runs.owner]
    same = (owner[1:] == owner[:-1]) & (runs.row[1:] == runs.row[:-1]) & (runs.start[1:] == runs.stop[:-1])
    first = np.flatnonzero(np.append(True, ~same)[: owner.size])
    last = np.append(first[1:], owner.size)[: first.size] - 1
    return Runs(owner[first], runs.row[first], runs.start[first], runs.stop[last])
