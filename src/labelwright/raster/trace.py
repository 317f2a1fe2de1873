"""Masks to polygons: outlines along the borders of pixels, with holes, that are exactly the mask when painted again.

Foreground pixels that share a side belong together; with ``connectivity=8`` those that share a corner as well. An
outline's points are corners alone: no three in a row lie on one line. Outlines run clockwise, holes against them.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.raster.runs import Ints, Runs, between_rows, key_of

Connectivity = Literal[4, 8]
_ROW_BITS = 17
_COLUMN_BITS = 17


class Traced(NamedTuple):
    """One connected piece of a mask: whose it is, and its rings, (n, 2) each, the outline first."""

    owner: int
    rings: list[Ints]


class _Sides(NamedTuple):
    """Level sides between pixels of an owner and others, and how they hang together.

    Attributes:
        owner: (n,)
        row: (n,), the side lies above it.
        left: (n,)
        right: (n,)
        opens: (n,), whether the owner's pixels lie below the side. Such a side runs right, others run left.
        following: (n,), the side where the upright one ends that starts at this side's end.
        uprights: (n,) sorted keys of the upper ends of upright sides.
        side: (n,), the level side at an upright one's upper end.
    """

    owner: Ints
    row: Ints
    left: Ints
    right: Ints
    opens: NDArray[np.bool_]
    following: Ints
    uprights: Ints
    side: Ints


def trace(runs: Runs, connectivity: Connectivity = 4) -> list[Traced]:
    """Find the outlines of masks.

    Args:
        runs: those of one owner apart from each other.
        connectivity: of the foreground.

    Returns:
        Pieces by owner, then by their first pixel in reading order; holes in reading order too.
    """
    runs = _sorted(runs)
    sides = _hang_together(runs, connectivity)
    rings, ring_of = _walk(sides)
    first = np.array([ring[0] for ring in rings], dtype=np.int64)
    is_hole = ~sides.opens[first]
    around = iter(_left_of(runs, sides, first[is_hole]).tolist())
    outline_of: list[int] = []
    pieces: dict[int, Traced] = {}
    for number, ring in enumerate(rings):
        if is_hole[number]:
            # What is met to the left of a hole starts higher up, so that it is known whose it is.
            outline_of.append(outline_of[ring_of[next(around)]])
            pieces[outline_of[-1]].rings.append(_points(sides, ring))
        else:
            outline_of.append(number)
            pieces[number] = Traced(int(sides.owner[ring[0]]), [_points(sides, ring)])
    return list(pieces.values())


def _sorted(runs: Runs) -> Runs:
    order = np.argsort(key_of(runs.owner, runs.row, runs.start), kind="stable")
    return Runs(*(column[order] for column in runs))


def _hang_together(runs: Runs, connectivity: Connectivity) -> _Sides:
    owner, row, left, right = between_rows(runs)
    opens = _is_inside(runs, owner, row, left)
    number = np.arange(owner.size)
    side, x, is_left = np.tile(number, 2), np.concatenate((left, right)), np.repeat((True, False), owner.size)
    # Where two pixels meet at a corner alone, upright sides above it and below it are taken to different ones of them.
    below = opens[side] if connectivity == 4 else ~opens[side]
    key = _corner(owner[side], x, row[side]) | below
    order = np.argsort(key, kind="stable")
    upper, lower = order[0::2], order[1::2]
    # An upright side runs from the end of one level side to the start of another.
    upper_ends = is_left[upper] != opens[side[upper]]
    following = np.empty_like(number)
    following[side[np.where(upper_ends, upper, lower)]] = side[np.where(upper_ends, lower, upper)]
    return _Sides(owner, row, left, right, opens, following, key[upper], side[upper])


def _is_inside(runs: Runs, owner: Ints, row: Ints, column: Ints) -> NDArray[np.bool_]:
    keys = key_of(owner, row, column)
    before = _run_before(runs, keys)
    return (before >= 0) & (key_of(runs.owner, runs.row, runs.stop)[before] > keys)


def _run_before(runs: Runs, keys: Ints) -> Ints:
    return np.searchsorted(key_of(runs.owner, runs.row, runs.start), keys, side="right") - 1


def _walk(sides: _Sides) -> tuple[list[list[int]], list[int]]:
    """Follow level sides around: the sides of each ring from its first one in reading order, and the ring of a side."""
    following = sides.following.tolist()
    ring_of = [-1] * len(following)
    rings: list[list[int]] = []
    for first in range(len(following)):
        if ring_of[first] >= 0:
            continue
        ring, number = [], first
        while ring_of[number] < 0:
            ring_of[number] = len(rings)
            ring.append(number)
            number = following[number]
        rings.append(ring)
    return rings, ring_of


def _points(sides: _Sides, ring: list[int]) -> Ints:
    left, right, opens, row = (column[ring] for column in (sides.left, sides.right, sides.opens, sides.row))
    x = np.stack((np.where(opens, left, right), np.where(opens, right, left)), axis=1)
    return np.stack((x.ravel(), np.repeat(row, 2)), axis=1)


def _left_of(runs: Runs, sides: _Sides, holes: Ints) -> Ints:
    """Find the level side above the left border of the pixels over each hole's first side: it is the same piece's."""
    owner, row = sides.owner[holes], sides.row[holes] - 1
    x = runs.start[_run_before(runs, key_of(owner, row, sides.left[holes]))]
    return sides.side[np.searchsorted(sides.uprights, _corner(owner, x, row) | 1, side="right") - 1]


def _corner(owner: Ints, x: Ints, row: Ints) -> Ints:
    """Make numbers that sort by owner, then from left to right, then downwards, with a bit to spare."""
    return ((owner << _COLUMN_BITS | x) << _ROW_BITS | row) << 1
