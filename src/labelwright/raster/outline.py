"""The outline rule of old consumers: what ``cv2.fillPoly`` paints of a ring, the pixels of its sides included.

Points are truncated to whole numbers. A ring is painted as on a canvas that holds all of it, then clipped; OpenCV
clips side by side and so shifts sides that leave the picture and paints strays along the picture's edge.
"""

from typing import NamedTuple

import numpy as np

from labelwright.raster.rings import Rings, Sides
from labelwright.raster.runs import Ints, Runs, pair

_SHIFT = 16
_FRACTION = (1 << _SHIFT) - 1


class _Passes(NamedTuple):
    """One side in one row each, (n,): the side runs from (x0, y0) ``across`` >= 0 columns right and ``down`` rows."""

    ring: Ints
    row: Ints
    x0: Ints
    y0: Ints
    across: Ints
    down: Ints


def outline_sides(rings: Rings, height: int) -> Sides:
    """Truncate the points, turn every side to the right and keep those that meet a row of the picture."""
    start, end = np.trunc(rings.start), np.trunc(rings.end)
    leftward = (end[:, 0] < start[:, 0])[:, None]
    left, right = np.where(leftward, end, start), np.where(leftward, start, end)
    upper, lower = np.minimum(left[:, 1], right[:, 1]), np.maximum(left[:, 1], right[:, 1])
    first = np.clip(upper, 0, height).astype(np.int64)
    stop = np.clip(lower + 1, 0, height).astype(np.int64)
    return Sides(first, stop, rings.ring, left, right).where(first < stop)


def outline_runs(sides: Sides, index: Ints, row: Ints, width: int) -> Runs:
    """Find the runs within rings and the runs of their sides, for the side ``index`` in row ``row`` each."""
    x0, y0 = sides.start.astype(np.int64).T
    across, down = (sides.end - sides.start).astype(np.int64).T
    passes = _Passes(sides.ring[index], row, x0[index], y0[index], across[index], down[index])
    inside, line = _inside(passes, width), _line(passes, width)
    return Runs(*(np.concatenate(columns) for columns in zip(inside, line, strict=True)))


def _inside(passes: _Passes, width: int) -> Runs:
    """Find the runs from the first whole column to the last one between sides, even-odd, with OpenCV's slopes."""
    crossing = passes.row < np.maximum(passes.y0, passes.y0 + passes.down)
    ring, row, x0, y0, across, down = (column[crossing] for column in passes)
    falls = down > 0
    slope = np.sign(down) * ((across << _SHIFT) // np.abs(down))
    x = (np.where(falls, x0, x0 + across) << _SHIFT) + (row - np.where(falls, y0, y0 + down)) * slope
    # In halves of a column, odd for all that lies between two whole ones; from 0 for all that lies left of the picture.
    halves = 2 * (x >> _SHIFT) + ((x & _FRACTION) > 0)
    runs = pair(ring, row, np.clip(halves, -1, 2 * width) + 1)
    return runs._replace(start=runs.start >> 1, stop=np.minimum((runs.stop + 1) >> 1, width))


def _line(passes: _Passes, width: int) -> Runs:
    """Find the pixels of Bresenham lines; a line has one run in each of its rows."""
    ring, row, x0, y0, across, down = passes
    step, down = np.abs(row - y0), np.abs(down)
    # Steep lines have one pixel in a row. Flat ones stay in it until they have moved far enough to the right.
    one = (2 * across * step + down - 1) // np.maximum(2 * down, 1)
    steep = down > across
    first = np.where(steep, one, np.maximum(_reach(step, across, down), 0))
    last = np.where(steep, one, np.minimum(_reach(step + 1, across, down) - 1, across))
    return Runs(ring, row, np.clip(x0 + first, 0, width), np.clip(x0 + last + 1, 0, width))


def _reach(step: Ints, across: Ints, down: Ints) -> Ints:
    """Find how many columns right a flat line has moved when it enters its row ``step``; halves stay in the row above.

    Of a level line, far enough right for every row but the first.
    """
    level = 2 * (across + 1) * step
    return np.where(down > 0, -((across - 1 - 2 * across * step) // np.maximum(2 * down, 1)), level)
