"""Shapes, each a union of segments, as runs: what pictures of many objects and comparisons are made of."""

from collections.abc import Sequence

import numpy as np

from labelwright.raster.fill import Rule, bands, draw
from labelwright.raster.rings import Segment
from labelwright.raster.runs import Ints, Runs, cut_holes, sum_by

Shape = Sequence[Segment]


def shape_runs(shapes: Sequence[Shape], size_wh: tuple[int, int], rule: Rule = "centre") -> Runs:
    """Find the pixels of shapes within a picture.

    Returns:
        Runs owned by the shapes' numbers; those of one shape are apart from each other, sorted by row and column.

    Raises:
        ValueError: The size is out of range.
    """
    numbered = [(number, s) for number, shape in enumerate(shapes) for s in shape if len(s) and np.size(s[0])]
    drawing = draw([segment for _, segment in numbered], size_wh, rule)
    # A segment is named by its outline's number among all rings.
    shape_of = np.zeros(drawing.rings.is_hole.size, dtype=np.int64)
    shape_of[~drawing.rings.is_hole] = [number for number, _ in numbered]
    found = [union(runs._replace(owner=shape_of[runs.owner])) for _, runs in bands(drawing, range(size_wh[1]))]
    if len(found) == 1:
        return found[0]
    joined = Runs(*(np.concatenate(columns) for columns in zip(*found, strict=True)))
    found.clear()  # half of what is held for a picture full of shapes
    order = np.argsort(joined.owner, kind="stable")
    return Runs(*(column[order] for column in joined))


def union(runs: Runs) -> Runs:
    """Join runs of one owner where they overlap or touch; sorted by owner, row and column."""
    owners = int(runs.owner.max(initial=0)) + 1
    return cut_holes(runs, np.arange(owners), np.zeros(owners, dtype=np.bool_))


def count_pixels(runs: Runs, owners: int) -> Ints:
    """Count the pixels of each owner, 0 to ``owners`` - 1, of runs that do not overlap within an owner."""
    return sum_by(runs.owner, runs.stop - runs.start, owners)


def bounds_of_each(runs: Runs, owners: int) -> Ints:
    """Find the smallest boxes around the pixels of owners 0 to ``owners`` - 1.

    Returns:
        (owners, 4): left, top, width, height; zeros for those without pixels.
    """
    low = np.full((owners, 2), np.iinfo(np.int64).max)
    high = np.zeros((owners, 2), dtype=np.int64)
    for axis, (first, stop) in enumerate(((runs.start, runs.stop), (runs.row, runs.row + 1))):
        np.minimum.at(low[:, axis], runs.owner, first)
        np.maximum.at(high[:, axis], runs.owner, stop)
    low[high[:, 0] == 0] = 0
    return np.concatenate((low, high - low), axis=1)


def iou(one: Shape, other: Shape, size_wh: tuple[int, int]) -> float:
    """Find by exact pixels how much two shapes have in common of what they cover together; 1 when both are empty."""
    runs = shape_runs([one, other], size_wh)
    each = int(count_pixels(runs, 2).sum())
    together = int(count_pixels(union(runs._replace(owner=np.zeros_like(runs.owner))), 1)[0])
    return (each - together) / together if together else 1.0
