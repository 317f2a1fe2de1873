"""Write ZIP archives that are the same bytes on any machine, any day: entries stored, in the order given, at one date.

Own code instead of `zipfile`, whose bytes follow the version of Python, and which takes ten times as long for many
small entries. Any program that reads ZIP (with ZIP64 beyond 4 GiB or 65,535 entries) reads these. Layout: APPNOTE.TXT
6.3.10, sections 4.3 to 4.5.
"""

import itertools
import struct
from collections.abc import Iterable, Sequence
from typing import BinaryIO, NamedTuple
from zlib import crc32

from labelwright.exchange.archive import File

_DATE, _TIME = (1 << 5) | 1, 0  # 1980-01-01 00:00, the earliest that the format knows
_UTF8 = 1 << 11
_VERSION, _VERSION_64 = 20, 45
_MADE_BY_UNIX = 3 << 8
_REGULAR_FILE = 0o100644 << 16
_MOST_32, _MOST_16 = 0xFFFF_FFFF, 0xFFFF
_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_END_64 = struct.Struct("<IQHHIIQQQQ")
_LOCATOR_64 = struct.Struct("<IIQI")


class _Entry(NamedTuple):
    name: bytes
    crc: int
    size: int
    offset: int


class Packed(NamedTuple):
    """Entries, and of each what the directory says; offsets count from the first."""

    data: bytes
    names: list[bytes]
    crcs: list[int]
    sizes: list[int]
    offsets: list[int]


class ZipWriter:
    """Writes entries one after another into a seekable file, which the caller opens and closes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._directory: list[bytes] = []  # encoded: a third of what its entries take
        self._count = 0
        self._offset = 0
        self._open: tuple[bytes, int] | None = None
        self._crc = self._size = 0

    def packed(self, files: Sequence[File]) -> Packed:
        """Entries of known content, one behind another; in any process."""
        names = [path.encode() for path, _ in files]
        crcs = [crc32(content) for _, content in files]
        sizes = [len(content) for _, content in files]
        heads = [_local(_Entry(*entry, 0)) for entry in zip(names, crcs, sizes, strict=True)]
        ends = itertools.accumulate([len(head) + size for head, size in zip(heads, sizes, strict=True)], initial=0)
        data = b"".join([part for head, file in zip(heads, files, strict=True) for part in (head, file.content)])
        return Packed(data, names, crcs, sizes, list(ends)[:-1])

    def put(self, packed: Packed) -> None:
        """Write entries that were packed."""
        offsets = [self._offset + offset for offset in packed.offsets]
        self._note(map(_Entry, packed.names, packed.crcs, packed.sizes, offsets), len(offsets))
        self._put(packed.data)

    def begin(self, path: str) -> None:
        """Start an entry whose content comes in portions; its size and checksum are filled in at its end."""
        self._open = path.encode(), self._offset
        self._crc = self._size = 0
        self._put(_local(_Entry(self._open[0], 0, _MOST_32, self._offset)))

    def write(self, content: bytes) -> None:
        self._crc = crc32(content, self._crc)
        self._size += len(content)
        self._put(content)

    def end(self) -> None:
        """End the entry that was begun."""
        assert self._open is not None
        name, offset = self._open
        entry = _Entry(name, self._crc, self._size, offset)
        self._file.seek(offset)
        self._file.write(_local(entry, roomy=True))
        self._file.seek(self._offset)
        self._note((entry,), 1)
        self._open = None

    def close(self) -> int:
        """Write the directory; returns the size of the archive in bytes."""
        start = self._offset
        for entries in self._directory:
            self._put(entries)
        self._put(_ending(self._count, self._offset - start, start))
        return self._offset

    def _note(self, entries: Iterable[_Entry], count: int) -> None:
        self._directory.append(b"".join(map(_central, entries)))
        self._count += count

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._offset += len(data)


def _local(entry: _Entry, *, roomy: bool = False) -> bytes:
    """The head of an entry. One of unknown size has room for 64 bits, and keeps it when the size is known."""
    large = roomy or entry.size >= _MOST_32
    extra = struct.pack("<HHQQ", 1, 16, entry.size, entry.size) if large else b""
    size = _MOST_32 if large else entry.size
    version = _VERSION_64 if large else _VERSION
    head = _LOCAL.pack(
        *(0x04034B50, version, _UTF8, 0, _TIME, _DATE, entry.crc, size, size, len(entry.name), len(extra))
    )
    return head + entry.name + extra


def _central(entry: _Entry) -> bytes:
    wide = [value for value in (entry.size, entry.size, entry.offset) if value >= _MOST_32]
    extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    size, offset = min(entry.size, _MOST_32), min(entry.offset, _MOST_32)
    version = _VERSION_64 if wide else _VERSION
    head = _CENTRAL.pack(
        *(0x02014B50, _MADE_BY_UNIX | version, version, _UTF8, 0, _TIME, _DATE, entry.crc, size, size),
        *(len(entry.name), len(extra), 0, 0, 0, _REGULAR_FILE, offset),
    )
    return head + entry.name + extra


def _ending(count: int, size: int, start: int) -> bytes:
    end = _END.pack(
        *(0x06054B50, 0, 0, min(count, _MOST_16), min(count, _MOST_16), min(size, _MOST_32), min(start, _MOST_32), 0)
    )
    if count < _MOST_16 and size < _MOST_32 and start < _MOST_32:
        return end
    made_by = _MADE_BY_UNIX | _VERSION_64
    wide = _END_64.pack(0x06064B50, _END_64.size - 12, made_by, _VERSION_64, 0, 0, count, count, size, start)
    return wide + _LOCATOR_64.pack(0x07064B50, 0, start + size, 1) + end
