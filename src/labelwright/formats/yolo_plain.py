"""Lines of YOLO for plain shapes, many at a time: the same numbers as `yolo` computes one by one."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.flat import LEAST
from labelwright.exchange.numerals import Floats, decimal_rows
from labelwright.exchange.portions import Portion, Shapes

Flags = NDArray[np.bool_]
NEAR: Final = 1e-9
"""How far outside the picture, in pixels, a point counts as on its border."""


SHARES: Final = 1e12
MIDDLES: Final = 1e13
"""Shares are rounded to so many parts: the way to pixels and back changes further digits; a middle has one more."""


def rounded(share: float, parts: float = SHARES) -> float:
    return round(share * parts) / parts


def _rounded(shares: Floats, parts: float = SHARES) -> Floats:
    """As `rounded`, many at a time."""
    found: Floats = np.rint(shares * parts) / parts
    return found


class Rows(NamedTuple):
    """The numbers of each object as text, and whether it was cut at the border."""

    texts: list[str]
    was_cut: list[bool]


def sizes_of(portion: Portion) -> Floats:
    """Width and height of the picture of each shape, (n, 2)."""
    sizes = np.array([task.medium.size_wh for task in portion.plain_tasks], dtype=np.float64).reshape(-1, 2)
    return np.repeat(sizes, portion.counts, axis=0)


def box_rows(shapes: Shapes, sizes: Floats) -> Rows:
    """Centre, width and height as shares of the picture's sides."""
    low, extent = shapes.bounds[:, :2], shapes.bounds[:, 2:]
    centre = low + extent / 2
    first, last = centre - extent / 2, centre + extent / 2
    was_cut: Flags = np.any((first < -NEAR) | (last > sizes + NEAR), axis=1)
    kept_first, kept_last = np.maximum(first, 0.0), np.minimum(last, sizes)
    low, high = _rounded(kept_first / sizes), _rounded(kept_last / sizes)
    values = np.concatenate((_rounded((low + high) / 2, MIDDLES), _rounded(np.maximum(high - low, LEAST))), axis=1)
    texts = decimal_rows(values.ravel(), np.arange(4, values.size + 1, 4))
    return Rows(texts, was_cut.tolist())


def outline_rows(shapes: Shapes, sizes: Floats) -> Rows:
    """The points of each outline, of a box its corners, as shares of the picture's sides."""
    outlines = shapes.outlines
    ends = outlines.ends - outlines.starts
    boxes, cut_boxes = _moved(shapes.box_corners.reshape(-1, 2), np.repeat(sizes[shapes.is_box], 4, axis=0))
    points, cut_points = _moved(outlines.points, np.repeat(sizes[~shapes.is_box], ends, axis=0))
    was_cut = np.zeros(len(shapes), dtype=bool)
    was_cut[shapes.is_box] = cut_boxes.reshape(-1, 4).any(axis=1)
    if len(ends):
        was_cut[~shapes.is_box] = np.logical_or.reduceat(cut_points, outlines.starts)
    box_texts = decimal_rows(boxes.ravel(), np.arange(8, boxes.size + 1, 8))
    texts = shapes.merged(box_texts, decimal_rows(points.ravel(), outlines.ends * 2))
    return Rows(texts, was_cut.tolist())


def _moved(points: Floats, sizes: Floats) -> tuple[Floats, Flags]:
    """Points as shares of the sides, those outside moved to the border; whether each was."""
    moved = np.minimum(np.maximum(points, 0.0), sizes)
    was_moved: Flags = np.any(np.abs(moved - points) > NEAR, axis=1)
    return _rounded(moved / sizes), was_moved
