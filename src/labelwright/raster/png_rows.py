"""Read the rows of plain PNG files, such as ours, a few at a time: no picture is ever held whole.

Plain are grey of 8 or 16 bits, palettes of 8 bits and RGB, not interlaced, without filters. Everything else is for a
library of pictures.
"""

import struct
from collections.abc import Iterator
from typing import Any, Final
from zlib import crc32, decompressobj
from zlib import error as zlib_error

import numpy as np
from numpy.typing import NDArray

from labelwright.raster.png import GREY, GREY_16, PALETTE, RGB, SIGNATURE, Form

_FORMS: Final = {(form.depth, form.colour_type): form for form in (GREY, GREY_16, PALETTE, RGB)}
_BAND_BYTES = 1 << 22


class NotPlain(Exception):
    """The PNG may be whole, but it is none of those that are read here."""


def read_header(data: bytes) -> tuple[int, int] | None:
    """The size (width, height) that the first bytes of a PNG say; None when they are not those of a PNG."""
    if data[:8] != SIGNATURE or data[12:16] != b"IHDR" or len(data) < 33:
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def form_of(data: bytes) -> Form:
    """How a PNG holds its values. Raises NotPlain."""
    depth, colour_type, packing, filtering, interlace = data[24:29]
    form = _FORMS.get((depth, colour_type))
    if form is None or packing or filtering or interlace:
        raise NotPlain
    return form


def read_rows(data: bytes | memoryview) -> Iterator[tuple[int, NDArray[Any]]]:
    """Walk over bands of rows: the first row of each, and its values (rows, W); RGB as red << 16 | green << 8 | blue.

    Raises:
        NotPlain: At the first filtered row, at the latest.
        ValueError: The file is damaged.
    """
    head = bytes(data[:33])
    size = read_header(head)
    if size is None:
        raise ValueError("it is no PNG")
    form, (width, height) = form_of(head), size
    stride = 1 + width * form.bytes
    rows_at_once = max(1, _BAND_BYTES // stride)
    first, waiting = 0, b""
    for portion in _unpacked(data, rows_at_once * stride):
        waiting += portion
        rows = min(len(waiting) // stride, height - first)
        if rows >= min(rows_at_once, height - first) > 0:
            yield first, _values(waiting[: rows * stride], stride, form)
            first, waiting = first + rows, waiting[rows * stride :]
        if first == height:
            return  # whatever follows is not unpacked
    raise ValueError(f"it ends after {first + len(waiting) // stride} of {height} rows")


def _values(data: bytes, stride: int, form: Form) -> NDArray[Any]:
    lines = np.frombuffer(data, dtype=np.uint8).reshape(-1, stride)
    if lines[:, 0].any():
        raise NotPlain
    values = np.ascontiguousarray(lines[:, 1:])
    if form.bytes == 1:
        return values
    if form.bytes == 2:
        return values.view(">u2").astype(np.uint16)
    found = values[:, ::3].astype(np.uint32)
    for part in (1, 2):
        found <<= 8
        found |= values[:, part::3]
    return found


def _unpacked(data: bytes | memoryview, most: int) -> Iterator[bytes]:
    """Unpack the picture's bytes in portions of at most ``most``."""
    unpacker = decompressobj()
    try:
        for chunk in _picture_chunks(data):
            waiting = bytes(chunk)
            while waiting:
                yield unpacker.decompress(waiting, most)
                waiting = unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib_error as error:
        raise ValueError(str(error)) from None


def _picture_chunks(data: bytes | memoryview) -> Iterator[memoryview]:
    view, place = memoryview(data), 8
    while place + 12 <= len(view):
        length, kind = int.from_bytes(view[place : place + 4], "big"), bytes(view[place + 4 : place + 8])
        body, end = view[place + 8 : place + 8 + length], place + 8 + length
        if end + 4 > len(view) or crc32(body, crc32(kind)) != int.from_bytes(view[end : end + 4], "big"):
            raise ValueError("a part of it is cut off or changed")
        if kind == b"IDAT":
            yield body
        if kind == b"IEND":
            return
        place = end + 4
    raise ValueError("it is cut off")
