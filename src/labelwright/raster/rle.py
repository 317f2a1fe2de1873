"""Run lengths of COCO: the lengths of background and foreground in turn, column after column.

The compressed form is COCO's: of each length from the fourth on the difference to the one two before it, five bits a
character, the lowest first, bit 32 where more follow, from the character 48 on.
"""

from collections.abc import Sequence

import numpy as np

from labelwright.raster.runs import LARGEST_SIDE, Runs, spread, turned

_FIRST = 48
_MORE = 32
_NEGATIVE = 16
_MOST_CHARACTERS = 7
"""Of one length: 35 bits hold the difference of any two pixels of the largest picture."""


def encode_rle(runs: Runs, size_wh: tuple[int, int]) -> list[int]:
    """Write a mask's lengths, the first of background, which may be 0.

    Args:
        runs: of one mask, apart from each other.
        size_wh: of the picture.
    """
    width, height = size_wh
    columns = turned(runs._replace(owner=np.zeros_like(runs.owner)))
    places = np.stack((columns.row * height + columns.start, columns.row * height + columns.stop), axis=1).ravel()
    # A run at the end of a column and one at the start of the next are one.
    joined = places[1:] == places[:-1]
    places = places[~(np.append(joined, False) | np.append(False, joined))[: places.size]]
    lengths: list[int] = np.diff(places, prepend=0, append=width * height).tolist()
    return lengths[:-1] if len(lengths) > 1 and not lengths[-1] else lengths


def decode_rle(lengths: Sequence[int], size_wh: tuple[int, int]) -> Runs:
    """Read a mask's lengths.

    Args:
        lengths: have to add up to the pixels of the picture.
        size_wh: of the picture.

    Returns:
        Runs owned by 0, apart from each other, sorted by row and column.

    Raises:
        ValueError: The size is out of range, a length is negative, or they do not add up.
    """
    width, height = size_wh
    if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE):
        raise ValueError(f"a mask of {width} x {height} pixels has sides that are not 1 to {LARGEST_SIDE}")
    if min(lengths, default=0) < 0:
        raise ValueError("a length of the mask is negative")
    if (total := sum(lengths)) != width * height:
        raise ValueError(f"the lengths of the mask add up to {total} pixels, not to {width} x {height}")
    places = np.cumsum(np.array(lengths, dtype=np.int64))
    start, stop = places[: places.size // 2 * 2 : 2], places[1::2]
    filled = start < stop
    start, stop = start[filled], stop[filled]
    index, column = spread(start // height, -(-stop // height))
    top = column * height
    first, last = np.maximum(start[index] - top, 0), np.minimum(stop[index] - top, height)
    return turned(Runs(np.zeros_like(column), column, first, last))


def pack_rle(lengths: Sequence[int]) -> str:
    """Compress lengths."""
    values = np.array(lengths, dtype=np.int64)
    values[3:] -= np.array(lengths, dtype=np.int64)[1:-2]
    size = np.ones(values.size, dtype=np.int64)
    for fewer in range(1, _MOST_CHARACTERS):
        reach = 1 << 5 * fewer - 1
        size += (values < -reach) | (values >= reach)
    index, place = spread(np.zeros_like(size), size)
    characters = values[index] >> 5 * place & 31 | np.where(place < size[index] - 1, _MORE, 0)
    return bytes((characters + _FIRST).astype(np.uint8)).decode("ascii")


def unpack_rle(text: str) -> list[int]:
    """Read compressed lengths.

    Raises:
        ValueError: The text has characters that are none of a compressed mask, or it is cut off.
    """
    characters = np.frombuffer(text.encode("utf-8"), dtype=np.uint8).astype(np.int64) - _FIRST
    if ((characters < 0) | (characters > 63)).any():
        raise ValueError("the mask has characters that do not occur in compressed run lengths")
    last = np.flatnonzero((characters & _MORE) == 0)
    if characters.size and (not last.size or last[-1] != characters.size - 1):
        raise ValueError("the mask's compressed run lengths are cut off")
    first = np.append(0, last[:-1] + 1)[: last.size]
    size = last - first + 1
    if size.max(initial=0) > _MOST_CHARACTERS:
        raise ValueError("the mask has a run length that no picture has")
    index, place = spread(np.zeros_like(size), size)
    values = np.zeros(last.size, dtype=np.int64)
    np.add.at(values, index, (characters & 31) << 5 * place)
    values -= np.where(characters[last] & _NEGATIVE, 1 << 5 * size, 0)
    for start in (1, 2):
        values[start::2] = np.cumsum(values[start::2])
    lengths: list[int] = values.tolist()
    return lengths


def rle_area(lengths: Sequence[int]) -> int:
    """Count the pixels of a mask."""
    return sum(lengths[1::2])


def bounds_of(runs: Runs) -> tuple[int, int, int, int]:
    """Find the smallest box around pixels: left, top, width, height; zeros for none."""
    if not runs.row.size:
        return 0, 0, 0, 0
    left, top = int(runs.start.min()), int(runs.row.min())
    return left, top, int(runs.stop.max()) - left, int(runs.row.max()) + 1 - top
