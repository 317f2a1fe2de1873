"""Write ZIP archives that are the same bytes on any machine, any day: entries stored, in the order given, at one date.

Own code instead of `zipfile`, whose bytes follow the version of Python, and which takes ten times as long for many
small entries. Any program that reads ZIP (with ZIP64 beyond 4 GiB or 65,535 entries) reads these. Layout: APPNOTE.TXT
6.3.10, sections 4.3 to 4.5.
"""

import itertools
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.archive import File
from labelwright.exchange.waiting import Waiting

_DATE, _TIME = (1 << 5) | 1, 0  # 1980-01-01 00:00, the earliest that the format knows
_UTF8 = 1 << 11
_VERSION, _VERSION_64 = 20, 45
_MADE_BY_UNIX = 3 << 8
_REGULAR_FILE = 0o100644 << 16
_MOST_32, _MOST_16 = 0xFFFF_FFFF, 0xFFFF
_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_LOCAL_ROW = np.dtype(
    {
        "names": ["crc", "packed", "size", "name"],
        "formats": ["<u4", "<u4", "<u4", "<u2"],
        "offsets": [14, 18, 22, 26],
        "itemsize": _LOCAL.size,
    }
)
_CENTRAL_ROW = np.dtype(
    {
        "names": ["crc", "packed", "size", "name", "offset"],
        "formats": ["<u4", "<u4", "<u4", "<u2", "<u4"],
        "offsets": [16, 20, 24, 28, 42],
        "itemsize": _CENTRAL.size,
    }
)
_END = struct.Struct("<IHHHHIIH")
_END_64 = struct.Struct("<IQHHIIQQQQ")
_LOCATOR_64 = struct.Struct("<IIQI")


Whole = NDArray[np.int64]


class Packed(NamedTuple):
    """Entries, their names, and `numbers` of each (3, n): its checksum, its size, its offset from the first."""

    data: bytes
    names: list[bytes]
    numbers: Whole


class ZipWriter:
    """Writes entries one after another into a seekable file, which the caller opens and closes.

    `folder` takes temporary files.
    """

    def __init__(self, file: BinaryIO, folder: Path | None = None) -> None:
        self._file = file
        self._directory = Waiting(folder)
        self._count = 0
        self._offset = 0
        self._open: tuple[bytes, int] | None = None
        self._crc = self._size = 0

    def packed(self, files: Sequence[File]) -> Packed:
        """Entries of known content, one behind another; in any process."""
        names = [path.encode() for path, _ in files]
        crcs = np.array([crc32(content) for _, content in files], dtype=np.int64)
        sizes = np.array([len(content) for _, content in files], dtype=np.int64)
        heads = _locals(names, crcs, sizes)
        lengths = sizes + np.array(list(map(len, heads)), dtype=np.int64)
        data = b"".join(itertools.chain.from_iterable(zip(heads, [content for _, content in files], strict=True)))
        return Packed(data, names, np.array((crcs, sizes, np.cumsum(lengths) - lengths)))

    def put(self, packed: Packed) -> None:
        """Write entries that were packed."""
        crcs, sizes, offsets = packed.numbers
        self._directory.add(_centrals(packed.names, crcs, sizes, offsets + self._offset))
        self._count += len(packed.names)
        self._put(packed.data)

    def begin(self, path: str) -> None:
        """Start an entry whose content comes in portions; its size and checksum are filled in at its end."""
        self._open = path.encode(), self._offset
        self._crc = self._size = 0
        self._put(_local(self._open[0], 0, _MOST_32))

    def write(self, content: bytes) -> None:
        self._crc = crc32(content, self._crc)
        self._size += len(content)
        self._put(content)

    def end(self) -> None:
        """End the entry that was begun."""
        assert self._open is not None
        name, offset = self._open
        self._file.seek(offset)
        self._file.write(_local(name, self._crc, self._size, roomy=True))
        self._file.seek(self._offset)
        self._directory.add(_central(name, self._crc, self._size, offset))
        self._count += 1
        self._open = None

    def close(self) -> int:
        """Write the directory; returns the size of the archive in bytes."""
        start = self._offset
        for entries in self._directory.portions():
            self._put(entries)
        self._put(_ending(self._count, self._offset - start, start))
        return self._offset

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._offset += len(data)


def _local(name: bytes, crc: int, size: int, *, roomy: bool = False) -> bytes:
    """The head of an entry. One of unknown size has room for 64 bits, and keeps it when the size is known."""
    if size < _MOST_32 and not roomy:
        return _LOCAL.pack(0x04034B50, _VERSION, _UTF8, 0, _TIME, _DATE, crc, size, size, len(name), 0) + name
    extra = struct.pack("<HHQQ", 1, 16, size, size)
    head = (0x04034B50, _VERSION_64, _UTF8, 0, _TIME, _DATE, crc, _MOST_32, _MOST_32, len(name), len(extra))
    return _LOCAL.pack(*head) + name + extra


def _central(name: bytes, crc: int, size: int, offset: int) -> bytes:
    extra, version = b"", _VERSION
    if size >= _MOST_32 or offset >= _MOST_32:
        wide = [value for value in (size, size, offset) if value >= _MOST_32]
        extra, version = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide), _VERSION_64
        size, offset = min(size, _MOST_32), min(offset, _MOST_32)
    head = _CENTRAL.pack(
        *(0x02014B50, _MADE_BY_UNIX | version, version, _UTF8, 0, _TIME, _DATE, crc, size, size),
        *(len(name), len(extra), 0, 0, 0, _REGULAR_FILE, offset),
    )
    return head + name + extra


def _locals(names: Sequence[bytes], crcs: Whole, sizes: Whole) -> list[bytes]:
    """The heads of entries of known size."""
    if sizes.max(initial=0) >= _MOST_32:
        return list(map(_local, names, crcs.tolist(), sizes.tolist()))
    return _filled(_local(b"", 0, 0), _LOCAL_ROW, names, crc=crcs, packed=sizes, size=sizes)


def _centrals(names: Sequence[bytes], crcs: Whole, sizes: Whole, offsets: Whole) -> bytes:
    """What the directory says of entries."""
    if max(sizes.max(initial=0), offsets.max(initial=0)) >= _MOST_32:
        return b"".join(map(_central, names, crcs.tolist(), sizes.tolist(), offsets.tolist()))
    plain = _central(b"", 0, 0, 0)
    return b"".join(_filled(plain, _CENTRAL_ROW, names, crc=crcs, packed=sizes, size=sizes, offset=offsets))


def _filled(plain: bytes, row: np.dtype[np.void], names: Sequence[bytes], **values: Whole) -> list[bytes]:
    """For each name a copy of what is the same for all, these values filled in, and the name. A third of the time."""
    rows = np.frombuffer(bytearray(plain) * len(names), row)
    rows["name"] = list(map(len, names))
    for field, value in values.items():
        rows[field] = value
    text = rows.tobytes()
    starts = range(0, len(text), len(plain))
    return [text[start : start + len(plain)] + name for start, name in zip(starts, names, strict=True)]


def _ending(count: int, size: int, start: int) -> bytes:
    end = _END.pack(
        *(0x06054B50, 0, 0, min(count, _MOST_16), min(count, _MOST_16), min(size, _MOST_32), min(start, _MOST_32), 0)
    )
    if count < _MOST_16 and size < _MOST_32 and start < _MOST_32:
        return end
    made_by = _MADE_BY_UNIX | _VERSION_64
    wide = _END_64.pack(0x06064B50, _END_64.size - 12, made_by, _VERSION_64, 0, 0, count, count, size, start)
    return wide + _LOCATOR_64.pack(0x07064B50, 0, start + size, 1) + end
