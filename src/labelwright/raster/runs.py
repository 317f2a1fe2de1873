"""Runs of pixels within a row: what every rule yields and every mask is painted from."""

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

# Everything is sorted with kind="stable": it merges what is sorted in parts already, as the rows of sides and rings
# are, in a tenth of the time.
Ints = NDArray[np.int64]
Mask = NDArray[np.uint8]

FOREGROUND = 255
LARGEST_SIDE = 65_535
"""Pixels in a row or a column of a picture: rows and columns have to fit their bits of a sort key."""

_ROW_BITS = 16
_COLUMN_BITS = 17  # room for half columns and for one past the last
_ROWS = (1 << _ROW_BITS) - 1
_COLUMNS = (1 << _COLUMN_BITS) - 1

# Amounts of an owner that have to stand together for sums of parts to be quicker than one of all.
_TOGETHER = 8

_HOLE = 1 << 32
_DEPTHS = np.array([1, -1, _HOLE, -_HOLE], dtype=np.int64)
"""What an outline's start, an outline's stop, a hole's start and a hole's stop add to the depth of a pixel."""


class Runs(NamedTuple):
    """Pixels [start, stop) of a row, each run owned by a ring or by a segment; arrays of one length."""

    owner: Ints
    row: Ints
    start: Ints
    stop: Ints

    def where(self, kept: NDArray[np.bool_]) -> Self:
        return self._replace(owner=self.owner[kept], row=self.row[kept], start=self.start[kept], stop=self.stop[kept])


def spread(first: Ints, stop: Ints) -> tuple[Ints, Ints]:
    """Count out every range [first, stop): the index of the range, and the number, of each number in turn."""
    count = np.maximum(stop - first, 0)
    index = np.repeat(np.arange(count.size), count)
    before = np.cumsum(count) - count
    return index, np.arange(index.size) - (before - first)[index]


def sum_by(owner: Ints, amount: Ints, owners: int) -> Ints:
    """Sum amounts by owner, 0 to ``owners`` - 1; sums are less than 2**53."""
    if np.count_nonzero(owner[1:] != owner[:-1]) * _TOGETHER < owner.size:
        return sum_blocks(owner, amount, owners)
    return np.bincount(owner, weights=amount, minlength=owners).astype(np.int64)


def sum_blocks(owner: Ints, amount: Ints, owners: int) -> Ints:
    """Sum amounts by owner, quickly where those of an owner stand together."""
    last = np.flatnonzero(np.append(owner[1:] != owner[:-1], True)[: owner.size])
    found = np.zeros(owners, dtype=np.int64)
    np.add.at(found, owner[last], np.diff(np.cumsum(amount)[last], prepend=0))
    return found


def pair(owner: Ints, row: Ints, column: Ints) -> Runs:
    """Pair crossings even-odd: in a row of an owner the first column opens a run, the second closes it, and so on.

    An owner has an even number of crossings in every row, so that one sort of all crossings brings the pairs together.
    """
    keys = key_of(owner, row, column)
    keys.sort(kind="stable")
    return runs_between(keys)


def cut_holes(runs: Runs, segment: Ints, is_hole: NDArray[np.bool_]) -> Runs:
    """Cut the runs of holes out of the runs of the outline of their own segment.

    Args:
        runs: owned by rings; a row may hold several runs of a ring, overlapping or not.
        segment: the segment of each ring.
        is_hole: of each ring, whether it is a hole of its segment.

    Returns:
        Disjoint runs owned by segments, sorted by segment, row and column.
    """
    owner = segment[runs.owner]
    kind = np.where(is_hole, 2, 0)[runs.owner]
    starts = (key_of(owner, runs.row, runs.start) << 2) | kind
    stops = (key_of(owner, runs.row, runs.stop) << 2) | kind | 1
    events = np.concatenate((starts, stops))
    events.sort(kind="stable")
    depth = np.cumsum(_DEPTHS[events & 3])
    inside = (depth > 0) & (depth < _HOLE)
    runs = runs_between(events[np.diff(inside, prepend=False)] >> 2)
    return runs.where(runs.start < runs.stop)


def find_runs(values: NDArray[Any]) -> Runs:
    """Find the runs of one value in the rows of an array (H, W) of whole numbers, owned by their values."""
    _, width = values.shape
    flat = values.ravel()
    turn = np.ones(flat.size, dtype=np.bool_)
    np.not_equal(flat[1:], flat[:-1], out=turn[1:])
    turn[::width] = True
    start = np.flatnonzero(turn)
    stop = np.append(start[1:], flat.size)
    row = start // width
    return Runs(flat[start].astype(np.int64), row, start - row * width, stop - row * width)


def between_rows(runs: Runs) -> Runs:
    """Find where the pixels of an owner in a row are not those in the row above; the row after the last one included.

    Args:
        runs: of one owner apart from each other.

    Returns:
        Runs sorted by owner, row and column.
    """
    owner, row = np.tile(runs.owner, 4), np.concatenate((runs.row, runs.row, runs.row + 1, runs.row + 1))
    found = pair(owner, row, np.tile(np.concatenate((runs.start, runs.stop)), 2))
    return found.where(found.start < found.stop)


def turned(runs: Runs) -> Runs:
    """Write runs within rows as runs within columns: the row of what comes out is a column, start and stop are rows.

    Runs within columns are turned back alike.
    """
    sides = between_rows(runs)
    index, column = spread(sides.start, sides.stop)
    return pair(sides.owner[index], column, sides.row[index])


def turns(runs: Runs, rows: range, *, width: int, lead: int) -> Ints:
    """Find where rows of a picture turn from background to foreground and back, of runs that may overlap.

    Args:
        runs: in these rows.
        rows: of the picture.
        width: pixels of a row.
        lead: places before each row that are no pixels and stay background: room for what a file wants there.

    Returns:
        (2n + 2,), 0, the place of each turn, one after the other, and the end of the last row.
    """
    stride = lead + width
    place = ((runs.row - rows.start) * stride + lead + runs.start) << _COLUMN_BITS | (runs.stop - runs.start)
    place.sort(kind="stable")
    start = place >> _COLUMN_BITS
    reached = np.maximum.accumulate(start + (place & _COLUMNS))
    found = np.zeros(2 * start.size + 2, dtype=np.int64)
    found[2:-1:2] = reached
    found[1:-1:2] = np.maximum(start, found[:-2:2])
    found[-1] = len(rows) * stride
    return found


def paint(runs: Runs, rows: range, width: int) -> Mask:
    """Paint runs, which may overlap, on rows of a picture.

    Returns:
        (len(rows), width)
    """
    found = turns(runs, rows, width=width, lead=0)
    colours = np.zeros(found.size - 1, dtype=np.uint8)
    colours[1::2] = FOREGROUND
    # One repeat writes foreground and background at the speed of memory; a loop over slices took three times as long.
    return np.repeat(colours, np.diff(found)).reshape(len(rows), width)


def key_of(owner: Ints, row: Ints, column: Ints) -> Ints:
    """Make numbers that sort by owner, row and column; owners below 2**30."""
    return (owner << (_ROW_BITS + _COLUMN_BITS)) | (row << _COLUMN_BITS) | column


def runs_between(keys: Ints) -> Runs:
    """Make runs from every other key to the one behind it."""
    opening, closing = keys[0::2], keys[1::2]
    return Runs(
        opening >> (_ROW_BITS + _COLUMN_BITS), (opening >> _COLUMN_BITS) & _ROWS, opening & _COLUMNS, closing & _COLUMNS
    )
