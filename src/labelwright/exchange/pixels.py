"""Segments as pixels and back, for formats that have masks where we have outlines."""

import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.bridges import joined
from labelwright.model.geometry import ImageSegmentation
from labelwright.raster import Runs, bounds_of, shape_runs, trace


def mask_of(segment: ImageSegmentation, size_wh: tuple[int, int]) -> tuple[Runs, tuple[int, int, int, int]]:
    """The pixels of a segment, sorted by row and column, and the box around them (left, top, width, height)."""
    runs = shape_runs([[segment.rings]], size_wh)
    return runs, bounds_of(runs)


def runs_of(mask: NDArray[np.bool_], left: int = 0, top: int = 0) -> Runs:
    """The runs of a mask (H, W) whose top left pixel is at (left, top) of the picture."""
    edges = np.diff(np.pad(mask, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, start = np.nonzero(edges == 1)
    _, stop = np.nonzero(edges == -1)
    return Runs(np.zeros_like(row), row + top, start + left, stop + left)


def segment_of(runs: Runs) -> ImageSegmentation | None:
    """The outlines of a mask as one segment: pieces are joined by lines of no width; None when there are no pixels."""
    pieces = [[tuple(map(tuple, ring.tolist())) for ring in piece.rings] for piece in trace(runs)]
    if not pieces:
        return None
    outline = joined([piece[0] for piece in pieces])
    return ImageSegmentation((outline, *(hole for piece in pieces for hole in piece[1:])))
