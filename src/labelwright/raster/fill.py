"""Fill segments: semantic maps and areas by the one pixel rule."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Final, Literal, NamedTuple

import numpy as np

from labelwright.raster.centre import centre_runs, centre_sides
from labelwright.raster.outline import outline_runs, outline_sides
from labelwright.raster.rings import Rings, Segment, Sides, gather
from labelwright.raster.runs import LARGEST_SIDE, Ints, Mask, Runs, cut_holes, paint, spread

Rule = Literal["centre", "outline"]
FindSides = Callable[[Rings, int], Sides]
FindRuns = Callable[[Sides, Ints, Ints, int], Runs]

RULES: Final[dict[Rule, tuple[FindSides, FindRuns]]] = {
    "centre": (centre_sides, centre_runs),
    "outline": (outline_sides, outline_runs),
}

# What is held in memory besides a map. Smaller blocks pay the fixed cost of numpy's calls more often, larger ones are
# no faster.
_BLOCK_PIXELS = 1 << 22
_CROSSINGS_AT_ONCE = 1 << 17


class Drawing(NamedTuple):
    """Segments made ready to be painted on a picture, some rows at a time."""

    size_wh: tuple[int, int]
    rings: Rings
    sides: Sides
    find_runs: FindRuns


def semantic_map(segments: Iterable[Segment], size_wh: tuple[int, int], rule: Rule = "centre") -> Mask:
    """Paint the union of segments, each of them its outline without its own holes.

    Args:
        segments: of one class; parts outside the picture are clipped.
        size_wh: of the displayed picture, each 1 to 65,535.
        rule: "centre" takes the pixels whose centre lies inside; "outline" those that ``cv2.fillPoly`` paints of the
            truncated points, the pixels of the sides included.

    Returns:
        (H, W), 0 background, 255 foreground.

    Raises:
        ValueError: The size is out of range.
    """
    drawing = draw(segments, size_wh, rule)
    mask = np.zeros(size_wh[::-1], dtype=np.uint8)
    for rows in blocks(size_wh, _BLOCK_PIXELS):
        for band, runs in bands(drawing, rows):
            mask[band.start : band.stop] = paint(runs, band, size_wh[0])
    return mask


def area(segment: Segment, size_wh: tuple[int, int], rule: Rule = "centre") -> int:
    """Count the pixels of a segment within the picture, without a mask.

    Raises:
        ValueError: The size is out of range.
    """
    drawing = draw([segment], size_wh, rule)
    return sum(int((runs.stop - runs.start).sum()) for _, runs in bands(drawing, range(size_wh[1])))


def draw(segments: Iterable[Segment], size_wh: tuple[int, int], rule: Rule) -> Drawing:
    """Make segments ready to be painted; see ``semantic_map``.

    Raises:
        ValueError: The size is out of range.
    """
    width, height = size_wh
    if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE):
        raise ValueError(f"cannot paint a map of {width} x {height} pixels: sides have to be 1 to {LARGEST_SIDE}")
    find_sides, find_runs = RULES[rule]
    rings = gather(segments, size_wh)
    return Drawing(size_wh, rings, find_sides(rings, height), find_runs)


def blocks(size_wh: tuple[int, int], pixels: int) -> Iterator[range]:
    """Divide the rows of a picture into blocks of at most so many pixels, or one row, from the top."""
    width, height = size_wh
    step = max(1, pixels // width)
    return (range(top, min(top + step, height)) for top in range(0, height, step))


def bands(drawing: Drawing, rows: range) -> Iterator[tuple[range, Runs]]:
    """Find the runs of segments in some rows, in bands that hold a bounded number of crossings or are one row."""
    sides = drawing.sides.where((drawing.sides.first < rows.stop) & (drawing.sides.stop > rows.start))
    for band in _cut(sides, rows):
        index, row = spread(np.maximum(sides.first, band.start), np.minimum(sides.stop, band.stop))
        runs = drawing.find_runs(sides, index, row, drawing.size_wh[0])
        yield band, cut_holes(runs, drawing.rings.segment, drawing.rings.is_hole)


def _cut(sides: Sides, rows: range) -> Iterator[range]:
    """Cut rows where the sides met so far fill another portion of what is held in memory together."""
    first = np.maximum(sides.first - rows.start, 0)
    stop = np.minimum(sides.stop - rows.start, len(rows))
    change = np.bincount(first, minlength=len(rows) + 1) - np.bincount(stop, minlength=len(rows) + 1)
    portion = np.cumsum(np.cumsum(change)[:-1]) // _CROSSINGS_AT_ONCE
    cuts = np.flatnonzero(np.diff(portion)) + 1 + rows.start
    return (range(top, bottom) for top, bottom in pairwise([rows.start, *cuts.tolist(), rows.stop]))
