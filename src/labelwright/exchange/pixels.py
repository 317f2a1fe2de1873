"""Segments as pixels and back, for formats that have masks where we have outlines."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.bridges import Ring, joined
from labelwright.exchange.shapes import segment_of_rings
from labelwright.model.geometry import ImageSegmentation
from labelwright.raster import Runs, Traced, bounds_of, shape_runs, trace


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
    pieces = trace(runs)
    return segment_of_pieces(pieces) if pieces else None


def segment_of_pieces(pieces: Sequence[Traced]) -> ImageSegmentation:
    """Outlines with their holes as one segment."""
    outlines = [_ring(piece.rings[0]) for piece in pieces]
    return segment_of_rings(outlines, [_ring(ring) for piece in pieces for ring in piece.rings[1:]])


def ring_of_pieces(pieces: Sequence[Traced]) -> Ring:
    """Outlines and holes as one ring."""
    return joined([_ring(ring) for piece in pieces for ring in piece.rings])


def _ring(points: NDArray[np.int64]) -> Ring:
    return tuple((float(x), float(y)) for x, y in points.tolist())
