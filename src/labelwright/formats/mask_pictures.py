"""Pictures whose pixels are labels: read within limits, and made geometries again.

The size is read from the header before anything is unpacked. Outlines follow the borders of pixels and are exactly the
pixels when painted again. What is in several pieces is one geometry, joined by bridges of no width.
"""

import csv
import io
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.archive import Archive
from labelwright.exchange.files import Files
from labelwright.exchange.found import Faults, Place
from labelwright.exchange.naming import stem_of
from labelwright.exchange.pixels import ring_of_pieces, segment_of_pieces
from labelwright.exchange.source import Medium, Source
from labelwright.model.geometry import Geometry, Polygon, Rectangle
from labelwright.model.geometry.points import MAX_GEOMETRY_POINTS, MAX_RING_POINTS
from labelwright.raster import Runs, Traced, find_runs, shape_runs, trace

MOST_PIXELS: Final = 500_000_000
LIST_PATH: Final = "masks.csv"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_COLUMNS: Final = ("mask", "picture", "medium_id", "width", "height", "split")

Values = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.uint32]


class Listed(NamedTuple):
    """A line of the list of masks."""

    mask: str
    picture: str
    medium_id: str | None
    split: str


# --- which mask belongs to which picture ------------------------------------------------------------------------------


def stem(medium: Medium) -> str:
    """The name of a medium's label files, without an extension."""
    return stem_of(medium.path)


def folder(medium: Medium) -> str:
    """The folder of a medium's split, with a slash; nothing when nothing is split."""
    return f"{medium.split}/" if medium.split else ""


def write_list(archive: Archive, source: Source, place: str) -> None:
    """Write which mask belongs to which picture; ``place`` is the masks' folder."""
    with archive.file(LIST_PATH) as put:
        put(_row(_COLUMNS))
        for split in source.splits:
            for task in source.tasks(split):
                medium = task.medium
                if medium.width:
                    mask = f"{place}/{folder(medium)}{stem(medium)}.png"
                    picture = f"images/{folder(medium)}{medium.path}"
                    put(_row((mask, picture, medium.id, medium.width, medium.height, medium.split)))


def _row(values: Iterable[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode()


def rows_of(files: Files, path: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table with a head, with their line numbers."""
    table = csv.DictReader(io.StringIO(files.text(path)))
    for row in table:
        yield table.line_num, {key: value or "" for key, value in row.items() if key is not None}


def listed(files: Files) -> list[Listed]:
    """The list of masks, where the files have one."""
    if LIST_PATH not in files.sizes:
        return []
    return [
        Listed(row.get("mask", ""), row.get("picture", ""), row.get("medium_id") or None, row.get("split", ""))
        for _, row in rows_of(files, LIST_PATH)
    ]


def split_of(path: str) -> str:
    """The split that a path names."""
    return next((part for part in path.split("/")[:-1] if part in {"train", "val", "test"}), "")


# --- pixels -----------------------------------------------------------------------------------------------------------


def read_values(files: Files, path: str, faults: Faults) -> Values | None:
    """Read a PNG's values (H, W); None, and a fault, when that cannot be done.

    Indices of a palette and grey values as they are, colours as red << 16 | green << 8 | blue.
    """
    size_wh = _size_of(files.head(path))
    if size_wh is None:
        faults.add(Place(path), "not_png", "This mask is no PNG; other kinds of pictures change pixels.")
        return None
    width, height = size_wh
    if not (1 <= width <= 65_535 and 1 <= height <= 65_535) or width * height > MOST_PIXELS:
        text = f"This mask has {width} x {height} pixels; at most {MOST_PIXELS:,} are read."
        faults.add(Place(path), "mask_too_large", text, f"{width}x{height}")
        return None
    return _decoded(bytes(files.read(path)), path, faults)


def _size_of(head: bytes) -> tuple[int, int] | None:
    if head[:8] != _PNG or head[12:16] != b"IHDR" or len(head) < 24:
        return None
    width, height = struct.unpack_from(">II", head, 16)
    return width, height


def _decoded(data: bytes, path: str, faults: Faults) -> Values | None:
    from PIL import PngImagePlugin  # noqa: PLC0415 - an extra

    try:
        # Not Image.open: the size is known to be within our limit, and no other decoder may have a try.
        with PngImagePlugin.PngImageFile(io.BytesIO(data)) as picture:
            picture.load()
            return _values(picture.mode, np.asarray(picture), path, faults)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        faults.add(Place(path), "damaged_mask", f"This mask cannot be unpacked: {error}.")
        return None


def _values(mode: str, pixels: NDArray[Any], path: str, faults: Faults) -> Values | None:
    match mode:
        case "L" | "P":
            return pixels.astype(np.uint8, copy=False)
        case "1":
            return pixels.astype(np.uint8) * 255
        case "I;16" | "I;16B" | "I":
            return pixels.astype(np.uint16)
        case "RGB" | "RGBA":
            found = pixels[..., 0].astype(np.uint32)
            for part in (1, 2):
                found <<= 8
                found |= pixels[..., part]
            return found
    text = f"This mask has pixels of the kind {mode}; grey of 8 or 16 bits, a palette or RGB is read."
    faults.add(Place(path), "mask_mode", text, mode)
    return None


def check_size(values: Values, size_wh: tuple[int, int], place: Place, faults: Faults) -> bool:
    """Whether a mask has its picture's size; a fault when not."""
    height, width = values.shape
    if (width, height) != size_wh:
        text = f"The mask has {width} x {height} pixels, its picture {size_wh[0]} x {size_wh[1]}."
        faults.add(place, "mask_size", text, f"{width}x{height}")
    return (width, height) == size_wh


# --- geometries -------------------------------------------------------------------------------------------------------


def pieces_of(values: Values, background: Sequence[int]) -> dict[int, list[Traced]]:
    """The connected pieces of every value that is no background, each within the limits of a geometry."""
    runs = find_runs(values)
    runs = runs.where(~np.isin(runs.owner, background))
    found: dict[int, list[Traced]] = {}
    for piece in trace(runs):
        found.setdefault(piece.owner, []).extend(_within_limits(piece))
    return dict(sorted(found.items()))


def _within_limits(piece: Traced) -> Iterator[Traced]:
    """Cut a piece level in half until no ring has too many points; its pixels stay the same."""
    lengths = [len(ring) for ring in piece.rings]
    if max(lengths) <= MAX_RING_POINTS and sum(lengths) <= MAX_GEOMETRY_POINTS:
        yield piece
        return
    size_wh = tuple(int(most) for most in piece.rings[0].max(axis=0))
    runs = shape_runs([[piece.rings]], (size_wh[0], size_wh[1]))
    middle = int(np.median(runs.row)) + 1
    halves = (runs.where(runs.row < middle), runs.where(runs.row >= middle))
    for half in halves if halves[1].row.size else _halves_of_rows(runs):
        for part in trace(half._replace(owner=np.full_like(half.row, piece.owner))):
            yield from _within_limits(part)


def _halves_of_rows(runs: Runs) -> tuple[Runs, Runs]:
    top = runs.row == runs.row.min()
    return runs.where(top), runs.where(~top)


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
