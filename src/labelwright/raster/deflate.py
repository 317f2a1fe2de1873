"""Pack runs of bytes into a zlib stream whose bytes are the same on every machine.

Runs are all that is looked at: see ``tokens``. Codes are made for each portion of a stream; a portion that would grow
is stored. Nothing depends on the processor, on a clock, or on how the runs were handed over. Why: docs/adr/0003.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from labelwright.raster import huffman
from labelwright.raster.bits import codes, join, pack
from labelwright.raster.runs import spread
from labelwright.raster.tokens import END, ByteRuns, Layout, count_symbols, find_items, maximal, write_items

_RUNS_AT_ONCE = 1 << 15
MOST_BYTES_AT_ONCE: Final = 1 << 26
"""Bytes of one group of runs as it is handed over: their check sum is reckoned in 64 bits."""

_ZLIB_HEADER: Final = b"\x78\x01"
_ADLER: Final = 65_521
_STORED_AT_ONCE: Final = 65_535


def deflate(groups: Iterable[ByteRuns], layout: Layout) -> Iterator[bytes]:
    """Write a zlib stream (RFC 1950), part after part.

    The same bytes give the same stream, however they are divided into groups.

    Args:
        groups: of at most MOST_BYTES_AT_ONCE bytes each.
        layout: of the picture.
    """
    check = _CheckSum(layout.width)
    yield _ZLIB_HEADER
    carried = (0, 0)
    for runs, last in _portions(map(check.add, groups)):
        data, carried = _write(runs, layout, carried, last=last)
        yield data
    if carried[1]:
        yield bytes((carried[0],))
    yield struct.pack(">I", check.value)


class _CheckSum:
    """Adler-32 of all bytes so far, reckoned from their runs."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._sum, self._sum_of_sums = 1, 0

    @property
    def value(self) -> int:
        return self._sum_of_sums << 16 | self._sum

    def add(self, runs: ByteRuns) -> ByteRuns:
        end = np.cumsum(runs.length)
        size = int(end[-1]) if end.size else 0
        times = (runs.length + self._width - 1) // self._width if self._width > 1 else runs.length
        left = size - end + runs.length
        total = weighted = 0
        for place in range(self._width):
            byte = runs.value >> 8 * (self._width - 1 - place) & 255
            share = times * byte
            total += int(share.sum())
            weighted += int((share * (2 * (left - place) - self._width * (times - 1))).sum() >> 1)
        self._sum_of_sums = (self._sum_of_sums + size * self._sum + weighted) % _ADLER
        self._sum = (self._sum + total) % _ADLER
        return runs


def _portions(groups: Iterable[ByteRuns]) -> Iterator[tuple[ByteRuns, bool]]:
    """Join runs across groups and divide them anew: each portion, and whether it is the last one."""
    held = ByteRuns(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    for group in groups:
        held = maximal(ByteRuns(*map(np.concatenate, zip(held, group, strict=True))))
        # The last run is kept: the next group may continue it.
        while held.length.size > _RUNS_AT_ONCE:
            yield held.portion(0, _RUNS_AT_ONCE), False
            held = held.portion(_RUNS_AT_ONCE, held.length.size)
    yield held, True


def _write(runs: ByteRuns, layout: Layout, carried: huffman.Code, *, last: bool) -> tuple[bytes, huffman.Code]:
    """Write one portion behind the bits carried over from the one before; return its bytes and the bits left over."""
    items = find_items(runs, layout)
    literals, distances = count_symbols(items, layout)
    literal_lengths = huffman.lengths_of(literals)
    distance_lengths = huffman.lengths_of(distances)
    header = huffman.header(_used(literal_lengths, END + 1), _used(distance_lengths, 1), last=last)
    literal_codes = huffman.codes_of(literal_lengths)
    written = write_items(items, layout, literal_codes, huffman.codes_of(distance_lengths))
    bits = sum(count for _, count in header) + int(written.bits.sum()) + literal_lengths[END]
    size = int(runs.length.sum())
    if bits >= 8 * (size + 5 * (1 + size // _STORED_AT_ONCE)):
        return _store(_expand(runs, layout.width), carried, last=last), (0, 0)
    return pack(join([codes([carried, *header]), written, codes([literal_codes[END]])]))


def _used(lengths: list[int], least: int) -> list[int]:
    """Leave out what never occurs at the end."""
    stop = max((symbol + 1 for symbol, length in enumerate(lengths) if length), default=0)
    return lengths[: max(stop, least)]


def _store(data: bytes, carried: huffman.Code, *, last: bool) -> bytes:
    """Write bytes as they are, each portion behind its length, from a whole byte on."""
    value, count = carried
    parts = []
    for start in range(0, len(data), _STORED_AT_ONCE):
        portion = data[start : start + _STORED_AT_ONCE]
        value |= int(last and start + _STORED_AT_ONCE >= len(data)) << count
        parts += [value.to_bytes((count + 3 + 7) // 8, "little")]
        parts += [struct.pack("<HH", len(portion), len(portion) ^ 0xFFFF), portion]
        value, count = 0, 0
    return b"".join(parts)


def _expand(runs: ByteRuns, width: int) -> bytes:
    value = np.repeat(runs.value, runs.length)
    if width == 1:
        return value.astype(np.uint8).tobytes()
    _, place = spread(np.zeros_like(runs.length), runs.length)
    return (value >> 8 * (width - 1 - place % width) & 255).astype(np.uint8).tobytes()
