"""Masks as PNG files: 8 bit, one channel."""

import struct
from collections.abc import Iterable, Iterator
from zlib import crc32

import numpy as np
from isal import isal_zlib

from labelwright.raster.fill import Rule, blocks, draw, paint_rows
from labelwright.raster.rings import Segment
from labelwright.raster.runs import Mask

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LEVEL = 1
_CHUNK_BYTES = 1 << 20


def encode_png(mask: Mask) -> bytes:
    """Write a mask as an 8-bit single-channel PNG.

    The same mask gives the same bytes: level, filter and portions are fixed and no clock is read. Only another
    release of ISA-L or a processor of another family may pack the same pixels into other bytes: docs/adr/0003.

    Args:
        mask: (H, W), at least one pixel.
    """
    height, width = mask.shape
    return _write((width, height), _behind_filters(mask))


def semantic_map_png(segments: Iterable[Segment], size_wh: tuple[int, int], rule: Rule = "centre") -> bytes:
    """Paint and write in one go: the bytes of ``encode_png(semantic_map(...))``, without holding the map in memory.

    Raises:
        ValueError: The size is out of range.
    """
    drawing = draw(segments, size_wh, rule)
    return _write(size_wh, (paint_rows(drawing, rows, lead=1) for rows in blocks(size_wh)))


def _behind_filters(mask: Mask) -> Iterator[Mask]:
    """Copy block after block of rows behind filter bytes, into the same room: new room would cost page faults."""
    height, width = mask.shape
    portions = list(blocks((width, height)))
    room = np.zeros((len(portions[0]), 1 + width), dtype=np.uint8)
    for rows in portions:
        lines = room[: len(rows)]
        lines[:, 1:] = mask[rows.start : rows.stop]
        yield lines


def _write(size_wh: tuple[int, int], lines: Iterable[Mask]) -> bytes:
    """Frame scan lines, each behind its filter byte.

    The filter is 0, none: a mask's rows are runs already, and "up" would make the files a third larger.
    """
    compressor = isal_zlib.compressobj(_LEVEL)
    data = b"".join((*map(compressor.compress, lines), compressor.flush()))
    portions = (data[start : start + _CHUNK_BYTES] for start in range(0, len(data), _CHUNK_BYTES))
    chunks = (_chunk(b"IDAT", portion) for portion in portions)
    header = struct.pack(">IIBBBBB", *size_wh, 8, 0, 0, 0, 0)
    return b"".join((_SIGNATURE, _chunk(b"IHDR", header), *chunks, _chunk(b"IEND", b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return b"".join((struct.pack(">I", len(data)), kind, data, struct.pack(">I", crc32(data, crc32(kind)))))
