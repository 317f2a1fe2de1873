"""Lines of YOLO for plain shapes, many at a time: the same numbers as `yolo` computes one by one."""

import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.numerals import Floats, decimal_rows
from labelwright.exchange.portions import Portion
from labelwright.exchange.shares import NEAR, Rows, all_rounded


def outline_rows(portion: Portion) -> Rows:
    """The points of each outline, of a box its corners, as shares of the picture's sides."""
    shapes, sizes = portion.shapes, portion.sizes()
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
    return Rows(texts, np.flatnonzero(was_cut).tolist())


def _moved(points: Floats, sizes: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Points as shares of the sides, those outside moved to the border; whether each was."""
    moved = np.minimum(np.maximum(points, 0.0), sizes)
    was_moved: NDArray[np.bool_] = np.any(np.abs(moved - points) > NEAR, axis=1)
    return all_rounded(moved / sizes), was_moved
