"""The pixel-centre rule: a pixel belongs to a ring when its centre lies inside, even-odd.

A centre exactly on a side: a side counts for the rows whose centre it reaches from its upper end (included) to its
lower end (excluded), and a run leaves out the centre it starts on and takes the centre it ends on. So rings that
share a side share no pixel and leave none out. Why, and how this compares with GDAL: docs/adr/0003.
"""

import numpy as np

from labelwright.raster.rings import Points, Rings, Sides
from labelwright.raster.runs import Ints, Runs, pair


def centre_sides(rings: Rings, height: int) -> Sides:
    """Turn every side downwards and keep those that pass the centre of a row."""
    upward = (rings.end[:, 1] < rings.start[:, 1])[:, None]
    upper = np.where(upward, rings.end, rings.start)
    lower = np.where(upward, rings.start, rings.end)
    first = _first_row(upper[:, 1], height)
    stop = _first_row(lower[:, 1], height)
    return Sides(first, stop, rings.ring, upper, lower).where(first < stop)


def centre_runs(sides: Sides, index: Ints, row: Ints, width: int) -> Runs:
    """Find the runs between the crossings of sides with centres of rows, both given by ``index`` and ``row``."""
    x0, y0 = sides.start.T
    across, down = (sides.end - sides.start).T
    # GDAL's arithmetic in GDAL's order, so that what rounding decides is decided alike.
    x = (row + 0.5 - y0[index]) * across[index] / down[index] + x0[index]
    column = np.clip(np.floor(x + 0.5), 0, width).astype(np.int64)
    return pair(sides.ring[index], row, column)


def _first_row(y: Points, height: int) -> Ints:
    """Find the first row whose centre is at y or below; the picture's height when there is none."""
    return np.clip(np.ceil(y - 0.5), 0, height).astype(np.int64)
