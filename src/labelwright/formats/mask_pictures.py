"""Pictures whose pixels are labels: read within limits, and made geometries again.

The size is read from the header before anything is unpacked. Outlines follow the borders of pixels and are exactly the
pixels when painted again. What is in several pieces is one geometry, joined by bridges of no width.
"""

import io
import itertools
import math
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.files import Files
from labelwright.exchange.found import Faults, Place
from labelwright.exchange.naming import stem_of
from labelwright.exchange.pixels import ring_of_pieces, segment_of_pieces
from labelwright.exchange.source import Medium
from labelwright.model.geometry import Geometry, Polygon, Rectangle
from labelwright.model.geometry.points import MAX_GEOMETRY_POINTS, MAX_RING_POINTS
from labelwright.raster import Runs, Traced, find_runs, shape_runs, trace
from labelwright.raster.png_rows import NotPlain, form_of, read_header, read_rows
from labelwright.raster.runs import LARGEST_SIDE

MOST_PIXELS: Final = 500_000_000
MOST_DECODED_PIXELS: Final = 100_000_000
MOST_RUNS: Final = 1 << 22
_BAND_ROWS: Final = 256
_DEPTH_AT: Final = 24
_BYTE, _BYTE_VALUES = 8, 256


# --- which mask belongs to which picture ------------------------------------------------------------------------------


def stem(medium: Medium) -> str:
    """The name of a medium's label files, without an extension."""
    return stem_of(medium.path)


def folder(medium: Medium) -> str:
    """The folder of a medium's split, with a slash; nothing when nothing is split."""
    return f"{medium.split}/" if medium.split else ""


def find_root(files: Files, name: str) -> str | None:
    """The folder, with a slash, that a file of some name stands in: people pack folders around what they were given."""
    for path in files.paths:
        folder, slash, tail = path.rpartition("/")
        if tail == name:
            return folder + slash
    return None


def split_of(path: str) -> str:
    """The split that a path names."""
    return next((part for part in path.split("/")[:-1] if part in {"train", "val", "test"}), "")


# --- pixels -----------------------------------------------------------------------------------------------------------


class Pixels(NamedTuple):
    """What a mask holds: runs of all its pixels, owned by their values, which have 1, 2 or (colours) 3 bytes."""

    size_wh: tuple[int, int]
    runs: Runs
    bytes: int

    @property
    def is_colour(self) -> bool:
        return self.bytes == 3


class _TooFine(Exception):
    """There are more runs than a mask has."""


def read_pixels(files: Files, path: str, faults: Faults) -> Pixels | None:
    """Read a PNG's values; None, and a fault, when that cannot be done.

    Indices of a palette and grey values as they are, colours as red << 16 | green << 8 | blue.
    """
    size_wh = read_header(files.head(path))
    if size_wh is None:
        faults.add(Place(path), "not_png", "This mask is no PNG; other kinds of pictures change pixels.")
        return None
    width, height = size_wh
    if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE) or width * height > MOST_PIXELS:
        text = f"This mask has {width} x {height} pixels; at most {MOST_PIXELS:,} are read."
        faults.add(Place(path), "mask_too_large", text, f"{width}x{height}")
        return None
    data = files.read(path)
    try:
        try:
            form = form_of(bytes(data[:33]))
            return Pixels(size_wh, _runs(read_rows(data)), form.bytes)
        except NotPlain:
            return _decoded(bytes(data), size_wh, path, faults)
    except _TooFine:
        text = f"This mask has more than {MOST_RUNS:,} runs of pixels; is it a photograph?"
        faults.add(Place(path), "mask_too_fine", text)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        faults.add(Place(path), "damaged_mask", f"This mask cannot be unpacked: {error}.")
    return None


def _runs(bands: Iterable[tuple[int, NDArray[Any]]]) -> Runs:
    """The runs of bands of rows."""
    found: list[Runs] = []
    count = 0
    for first, values in bands:
        runs = find_runs(values)
        count += runs.row.size
        if count > MOST_RUNS:
            raise _TooFine
        found.append(runs._replace(row=runs.row + first))
    return Runs(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def _decoded(data: bytes, size_wh: tuple[int, int], path: str, faults: Faults) -> Pixels | None:
    """Decode a PNG of whatever kind, all of it at once."""
    from PIL import PngImagePlugin  # noqa: PLC0415 - an extra

    if size_wh[0] * size_wh[1] > MOST_DECODED_PIXELS:
        text = f"Of this kind of PNG (filtered or interlaced), {MOST_DECODED_PIXELS:,} pixels are read; write it plain."
        faults.add(Place(path), "mask_too_large", text, f"{size_wh[0]}x{size_wh[1]}")
        return None
    # Not Image.open: the size is known to be within our limit, and no other decoder may have a try.
    with PngImagePlugin.PngImageFile(io.BytesIO(data)) as picture:
        picture.load()
        mode, pixels = picture.mode, np.asarray(picture)
    found = _values(mode, pixels, depth=data[_DEPTH_AT])
    if found is None:
        text = f"This mask has pixels of the kind {mode}; grey of 8 or 16 bits, a palette or RGB is read."
        faults.add(Place(path), "mask_mode", text, mode)
        return None
    values, size = found
    bands = ((first, values[first : first + _BAND_ROWS]) for first in range(0, len(values), _BAND_ROWS))
    return Pixels(size_wh, _runs(bands), size)


def _values(mode: str, pixels: NDArray[Any], depth: int) -> tuple[NDArray[Any], int] | None:
    """The values as they stand in the file, and their bytes; `depth` is how many bits a pixel has there."""
    match mode:
        case "L" if depth < _BYTE:  # spread over all of a byte, so that people see them
            return pixels // ((_BYTE_VALUES - 1) // (2**depth - 1)), 1
        case "L" | "P":
            return pixels.astype(np.uint8, copy=False), 1
        case "1":
            return pixels.astype(np.uint8), 1
        case "I;16" | "I;16B" | "I":
            return pixels.astype(np.uint16), 2
        case "RGB" | "RGBA":
            found = pixels[..., 0].astype(np.uint32)
            for part in (1, 2):
                found <<= 8
                found |= pixels[..., part]
            return found, 3
    return None


def check_size(pixels: Pixels, size_wh: tuple[int, int], place: Place, faults: Faults) -> bool:
    """Whether a mask has its picture's size; a fault when not."""
    if pixels.size_wh != size_wh:
        width, height = pixels.size_wh
        text = f"The mask has {width} x {height} pixels, its picture {size_wh[0]} x {size_wh[1]}."
        faults.add(place, "mask_size", text, f"{width}x{height}")
    return pixels.size_wh == size_wh


# --- geometries -------------------------------------------------------------------------------------------------------


def pieces_of(runs: Runs, background: Sequence[int]) -> dict[int, list[Traced]]:
    """The connected pieces of every value that is no background, each within the limits of a geometry."""
    runs = runs.where(~np.isin(runs.owner, background))
    found: dict[int, list[Traced]] = {}
    for piece in trace(runs):
        found.setdefault(piece.owner, []).extend(_within_limits(piece))
    return dict(sorted(found.items()))


def _within_limits(piece: Traced) -> Iterator[Traced]:
    """Cut a piece level into parts until no ring has too many points; its pixels stay the same."""
    lengths = [len(ring) for ring in piece.rings]
    excess = max(max(lengths) / MAX_RING_POINTS, sum(lengths) / MAX_GEOMETRY_POINTS)
    if excess <= 1:
        yield piece
        return
    width, height = piece.rings[0].max(axis=0).tolist()
    runs = shape_runs([[piece.rings]], (width, height))
    for band in _bands(runs, 1 + math.ceil(excess)):
        for part in trace(band._replace(owner=np.full_like(band.row, piece.owner))):
            yield from _within_limits(part)


def _bands(runs: Runs, count: int) -> Iterator[Runs]:
    """Divide the rows of runs, which are sorted, into bands with about as many runs each, or of one row."""
    inner = runs.row[np.arange(1, count) * runs.row.size // count]
    inner = inner if (inner > runs.row[0]).any() else runs.row[:1] + 1
    cuts = np.unique(np.concatenate((runs.row[:1], inner, runs.row[-1:] + 1)))
    for top, bottom in itertools.pairwise(np.searchsorted(runs.row, cuts).tolist()):
        yield Runs(*(column[top:bottom] for column in runs))


def geometries(pieces: Sequence[Traced], kind: str) -> list[Geometry]:
    """Pieces of one object as geometries of a kind: one, unless its pieces have too many points to be joined.

    A rectangle becomes the smallest one around all of them.
    """
    if kind == "rectangle":
        points = np.concatenate([piece.rings[0] for piece in pieces])
        (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        return [Rectangle(float(left), float(top), float(right - left), float(bottom - top))]
    whole = sum(len(ring) + 2 for piece in pieces for ring in piece.rings) <= MAX_RING_POINTS
    groups = [pieces] if whole else [[piece] for piece in pieces]
    if kind == "polygon":
        return [Polygon(ring_of_pieces(group)) for group in groups]
    return [segment_of_pieces(group) for group in groups]
