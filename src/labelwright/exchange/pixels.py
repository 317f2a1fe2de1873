"""Segments as pixels and back, for formats that have masks where we have outlines."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.bridges import Ring, are_apart, joined
from labelwright.exchange.shapes import from_parts, from_ring, is_beyond, rings_of, segment_of_rings
from labelwright.model.geometry import Geometry, ImageSegmentation
from labelwright.model.geometry.points import bounds_xywh
from labelwright.raster import Runs, Traced, bounds_of, iou, shape_runs, trace
from labelwright.raster.runs import LARGEST_SIDE


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


def all_of(rings: Sequence[Ring], *, segmented: bool = False) -> Geometry:
    """The shape of all that any of some polygons covers: its rings, or traced pixels where the polygons overlap.

    Two that lie in one another have no hole between them, unless one ring says so with a bridge.
    """
    found = from_parts(rings, segmented=segmented)
    if len(rings) == 1 or is_beyond(rings) or are_apart(rings):
        return found
    boxes = [bounds_xywh(ring) for ring in rings]
    size_wh = int(max(x + w for x, _, w, _ in boxes)) + 2, int(max(y + h for _, y, _, h in boxes)) + 2
    rows = sum(h for _, _, _, h in boxes)
    if not 0 < min(size_wh) <= max(size_wh) <= LARGEST_SIDE or rows > _MOST_ROWS:
        return found
    united, plain = shape_runs([[(ring,) for ring in rings]], size_wh), shape_runs([[rings_of(found)]], size_wh)
    if all(np.array_equal(one, other) for one, other in zip(united[1:], plain[1:], strict=True)):
        return found
    return segment_of(united) or found


_MOST_ROWS: Final = 10_000_000


def one_ring(rings: Sequence[Ring]) -> Ring:
    """The rings of a segment as one ring of the same pixels: joined, or traced where holes cross something.

    Of what covers no centre of a pixel, finer pixels are traced; where nothing is left at all, the outline is its hole.
    """
    if len(rings) == 1:
        return rings[0]
    together = joined(rings)
    left, top, width, height = bounds_xywh(rings[0])
    size_wh = int(max(left + width, 0)) + 2, int(max(top + height, 0)) + 2
    inside = all(_is_around(rings[0], ring) for ring in rings[1:])
    if inside and (max(size_wh) > LARGEST_SIDE or iou([rings], [[together]], size_wh) == 1.0):
        return _settled(together)
    for finer in (1, _FINER) if max(size_wh) * _FINER <= LARGEST_SIDE else (1,):
        shape = [tuple((x * finer, y * finer) for x, y in ring) for ring in rings]
        pieces = trace(shape_runs([[shape]], (size_wh[0] * finer, size_wh[1] * finer)))
        if pieces:
            return tuple((x / finer, y / finer) for x, y in ring_of_pieces(pieces))
    return joined((rings[0], rings[0]))


_FINER: Final = 15
"""An odd number: the centre of a pixel is the centre of a finer one as well."""


def _settled(ring: Ring) -> Ring:
    """The ring as it is joined again after it came apart: rings that touch come apart in another way."""
    for _ in range(_MOST_TURNS):
        found = from_ring(ring, segmented=True)
        again = joined(rings_of(found))
        if again == ring:
            break
        ring = again
    return ring


_MOST_TURNS: Final = 4


def _is_around(outline: Ring, hole: Ring) -> bool:
    (left, top, w, h), (x, y, wide, high) = bounds_xywh(outline), bounds_xywh(hole)
    return left <= x and top <= y and x + wide <= left + w and y + high <= top + h


def ring_of_pieces(pieces: Sequence[Traced]) -> Ring:
    """Outlines and holes as one ring."""
    return joined([_ring(ring) for piece in pieces for ring in piece.rings])


def _ring(points: NDArray[np.int64]) -> Ring:
    return tuple((float(x), float(y)) for x, y in points.tolist())
