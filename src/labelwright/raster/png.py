"""Pixels as PNG files, packed the same way on every machine."""

import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from labelwright.raster.deflate import MOST_BYTES_AT_ONCE, deflate
from labelwright.raster.fill import Rule, bands, blocks, draw
from labelwright.raster.rings import Segment
from labelwright.raster.runs import FOREGROUND, Ints, Runs, find_runs, turns
from labelwright.raster.tokens import ByteRuns, Layout

Colour = tuple[int, int, int]
Pixels = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.uint32]

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_CHUNK_BYTES = 1 << 20


class Form(NamedTuple):
    """How a PNG holds a pixel's value.

    Attributes:
        bytes: of a value.
        depth: bits of a sample.
        colour_type: of the PNG: 0 grey, 2 RGB, 3 palette.
    """

    bytes: int
    depth: int
    colour_type: int


GREY: Final = Form(1, 8, 0)
GREY_16: Final = Form(2, 16, 0)
PALETTE: Final = Form(1, 8, 3)
RGB: Final = Form(3, 8, 2)
"""A value is red << 16 | green << 8 | blue."""

_FORM_OF: Final = {np.dtype(np.uint8): GREY, np.dtype(np.uint16): GREY_16, np.dtype(np.uint32): RGB}


def encode_png(pixels: Pixels, palette: Sequence[Colour] | None = None) -> bytes:
    """Write an array of values as a PNG; the same values give the same bytes on every machine.

    Args:
        pixels: (H, W), at least one of them: uint8 and uint16 become grey, uint32 becomes RGB.
        palette: up to 256 colours of the values of uint8; every value has one.
    """
    height, width = pixels.shape
    form = PALETTE if palette is not None else _FORM_OF[pixels.dtype]
    rows = blocks((width, height), _MOST_PIXELS)
    groups = (_of_pixels(pixels[portion.start : portion.stop], form) for portion in rows)
    return _write((width, height), groups, form, palette)


def encode_runs(runs: Runs, size_wh: tuple[int, int], form: Form, palette: Sequence[Colour] | None = None) -> bytes:
    """Write the picture that runs would paint, without painting it: the bytes of ``encode_png`` of it.

    Args:
        runs: disjoint, sorted by row and column, within the picture; the owner is the value. All else is 0.
        size_wh: of the picture.
        form: "PALETTE" wants a palette.
        palette: up to 256 colours; every value has one.
    """
    rows = blocks(size_wh, _MOST_PIXELS)
    return _write(size_wh, (_of_runs(runs, portion, size_wh[0], form) for portion in rows), form, palette)


def semantic_map_png(segments: Iterable[Segment], size_wh: tuple[int, int], rule: Rule = "centre") -> bytes:
    """Write a semantic map without painting it: the bytes of ``encode_png(semantic_map(...))``.

    Raises:
        ValueError: The size is out of range.
    """
    drawing = draw(segments, size_wh, rule)
    groups = (
        _of_turns(turns(runs, band, width=size_wh[0], lead=1), FOREGROUND)
        for rows in blocks(size_wh, _MOST_PIXELS)
        for band, runs in bands(drawing, rows)
    )
    return _write(size_wh, groups, GREY, None)


# Room for filter bytes and for three bytes a value.
_MOST_PIXELS = MOST_BYTES_AT_ONCE // 4


def _of_pixels(pixels: Pixels, form: Form) -> ByteRuns:
    """Find the runs of rows of values, each behind its filter byte."""
    return _of_runs(find_runs(pixels), range(len(pixels)), pixels.shape[1], form)


def _of_runs(runs: Runs, rows: range, width: int, form: Form) -> ByteRuns:
    first, last = np.searchsorted(runs.row, (rows.start, rows.stop))
    value, row, start, stop = (column[first:last] for column in runs)
    line = (row - rows.start) * (1 + width * form.bytes) + 1
    found = np.zeros(2 * value.size + 2, dtype=np.int64)
    found[1:-1:2] = line + start * form.bytes
    found[2::2] = line + stop * form.bytes
    found[-1] = len(rows) * (1 + width * form.bytes)
    return _of_turns(found, value)


def _of_turns(places: Ints, value: Ints | int) -> ByteRuns:
    """Make runs of 0 and of values, in turn, between places."""
    values = np.zeros(places.size - 1, dtype=np.int64)
    values[1::2] = value
    return ByteRuns(np.diff(places), values)


def _write(size_wh: tuple[int, int], groups: Iterable[ByteRuns], form: Form, palette: Sequence[Colour] | None) -> bytes:
    """Frame the rows, each behind filter byte 0, none: rows are runs already."""
    data = b"".join(deflate(groups, Layout(form.bytes, 1 + size_wh[0] * form.bytes)))
    header = struct.pack(">IIBBBBB", *size_wh, form.depth, form.colour_type, 0, 0, 0)
    return b"".join((SIGNATURE, _chunk(b"IHDR", header), *_colours(palette), *_data(data), _chunk(b"IEND", b"")))


def _colours(palette: Sequence[Colour] | None) -> list[bytes]:
    return [] if palette is None else [_chunk(b"PLTE", bytes(part for colour in palette for part in colour))]


def _data(data: bytes) -> Iterator[bytes]:
    return (_chunk(b"IDAT", data[start : start + _CHUNK_BYTES]) for start in range(0, len(data), _CHUNK_BYTES))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return b"".join((struct.pack(">I", len(data)), kind, data, struct.pack(">I", crc32(data, crc32(kind)))))
