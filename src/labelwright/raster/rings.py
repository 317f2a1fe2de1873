"""The rings of many segments as flat arrays of sides."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labelwright.raster.runs import Ints

Segment = Sequence[ArrayLike]
Points = NDArray[np.float64]


class Rings(NamedTuple):
    """Every side of the rings that may touch the picture, and what these rings are.

    Attributes:
        start: (n, 2), where a side starts.
        end: (n, 2), where it ends; the last side of a ring ends where the first one starts.
        ring: (n,), the ring of a side.
        segment: (r,), the segment of a ring.
        is_hole: (r,), whether a ring is a hole of its segment.
    """

    start: Points
    end: Points
    ring: Ints
    segment: Ints
    is_hole: NDArray[np.bool_]


class Sides(NamedTuple):
    """The sides that a rule takes part in, each with the rows [first, stop) of the picture that it meets.

    Attributes:
        first: (n,)
        stop: (n,)
        ring: (n,), the ring of a side.
        start: (n, 2), the end that the rule starts from.
        end: (n, 2), the other end.
    """

    first: Ints
    stop: Ints
    ring: Ints
    start: Points
    end: Points

    def where(self, kept: NDArray[np.bool_]) -> Self:
        return self._replace(
            first=self.first[kept],
            stop=self.stop[kept],
            ring=self.ring[kept],
            start=self.start[kept],
            end=self.end[kept],
        )


def gather(segments: Iterable[Segment], size_wh: tuple[int, int]) -> Rings:
    """Lay all rings end to end, then drop the segments whose outline lies outside the picture."""
    shapes = [np.empty((0, 2))]
    lengths: list[int] = []
    outlines: list[int] = []
    for segment in segments:
        rings = [_points(ring) for ring in segment]
        if not rings or not rings[0].size:
            continue
        rings = [ring for ring in rings if ring.size]
        outlines += [len(lengths)] * len(rings)
        lengths += [len(ring) for ring in rings]
        shapes += rings
    points, outline = np.concatenate(shapes), np.array(outlines, dtype=np.int64)
    length = np.array(lengths, dtype=np.int64)
    first = np.cumsum(length) - length
    following = np.arange(1, len(points) + 1)
    following[first + length - 1] = first
    ring = np.repeat(np.arange(length.size), length)
    seen = _may_touch(points, first, size_wh)[outline][ring] if length.size else np.empty(0, dtype=np.bool_)
    return Rings(points[seen], points[following[seen]], ring[seen], outline, outline != np.arange(length.size))


def _points(ring: ArrayLike) -> Points:
    points = np.asarray(ring, dtype=np.float64)
    return points.reshape(len(points), 2)


def _may_touch(points: Points, first: Ints, size_wh: tuple[int, int]) -> NDArray[np.bool_]:
    low = np.minimum.reduceat(points, first, axis=0)
    high = np.maximum.reduceat(points, first, axis=0)
    # A rule may truncate towards zero, so what ends above -1 can still paint column or row 0.
    touched = (high > -1) & (low < np.array(size_wh))
    return touched[:, 0] & touched[:, 1]
