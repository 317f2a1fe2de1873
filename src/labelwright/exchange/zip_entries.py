"""The entries of a ZIP archive, one by one from its directory, which stays where it lies.

Own code instead of `zipfile`, which makes an object of a kilobyte of each entry before it gives the first. It unpacks
what is packed. Layout: APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
"""

import contextlib
import io
import lzma
import stat
import struct
import zipfile
from collections.abc import Iterator
from typing import Final, NamedTuple
from zlib import crc32
from zlib import error as zlib_error

_END: Final = struct.Struct("<4xHHHHIIH")
_END_64: Final = struct.Struct("<4xQHHIIQQQQ")
_LOCATOR_64: Final = struct.Struct("<4xIQI")
_CENTRAL: Final = struct.Struct("<4xHHHHHHIIIHHHHHII")
_LOCAL: Final = struct.Struct("<26xHH")
_MOST_COMMENT: Final = 0xFFFF
_MOST_32: Final = 0xFFFF_FFFF
_IS_ENCRYPTED, _IS_UTF8 = 0x1, 0x800
_NEWEST: Final = 63
_WIDE: Final = 1


class Damaged(Exception):
    """What lies there is no ZIP archive, or no whole one, or an entry cannot be unpacked."""


class ZipEntry(NamedTuple):
    """An entry. `at` is where the directory has it, `offset` where it lies itself."""

    at: int
    name: str
    size: int
    packed_size: int
    method: int
    crc: int
    offset: int
    flags: int
    mode: int

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.mode)

    @property
    def is_encrypted(self) -> bool:
        return bool(self.flags & _IS_ENCRYPTED)


class ZipDirectory:
    """The directory of an archive. `moved` is what was put before the archive: offsets count from its own beginning."""

    def __init__(self, content: memoryview) -> None:
        """Find it. Raises Damaged."""
        self._content = content
        at = _rfind(content, b"PK\x05\x06")
        if at < 0:
            raise Damaged("it has no end")
        disk, first_disk, _, _, size, start, _ = _unpacked(_END, content, at)
        wide_at = at - _LOCATOR_64.size
        if wide_at >= 0 and _begins(content, wide_at, b"PK\x06\x07"):
            _, _, disks = _unpacked(_LOCATOR_64, content, wide_at)
            at = wide_at - _END_64.size
            if disks > 1 or at < 0 or not _begins(content, at, b"PK\x06\x06"):
                raise Damaged("it is one of several parts")
            _, _, _, disk, first_disk, _, _, size, start = _unpacked(_END_64, content, at)
        if disk or first_disk:
            raise Damaged("it is one of several parts")
        self._first, self._end, self._moved = at - size, at, at - size - start
        if self._first < 0 or self._moved < 0:
            raise Damaged("its directory is not where it says")

    def entries(self) -> Iterator[ZipEntry]:
        """All entries, folders among them, in the order of the directory. Raises Damaged."""
        at = self._first
        while at < self._end:
            entry, at = self._parsed(at)
            yield entry

    def entry(self, at: int) -> ZipEntry:
        """The entry of a place in the directory. Raises Damaged."""
        return self._parsed(at)[0]

    def _parsed(self, at: int) -> tuple[ZipEntry, int]:
        """The entry of a place, and the place of the next one."""
        if not _begins(self._content, at, b"PK\x01\x02"):
            raise Damaged("its directory is damaged")
        (_, needed, flags, method, _, _, crc, packed, size, name_size, extra_size, comment_size, *_, mode, offset) = (
            _unpacked(_CENTRAL, self._content, at)
        )
        start = at + _CENTRAL.size
        end = start + name_size
        following = end + extra_size + comment_size
        if following > self._end:
            raise Damaged("its directory is cut")
        if needed > _NEWEST:
            raise Damaged(f"it needs version {needed / 10} of the format")
        if _MOST_32 in (size, packed, offset):
            size, packed, offset = _widened(bytes(self._content[end : end + extra_size]), size, packed, offset)
        name = _name(bytes(self._content[start:end]), flags)
        return ZipEntry(at, name, size, packed, method, crc, offset + self._moved, flags, mode >> 16), following

    def content(self, entry: ZipEntry, most: int | None) -> bytes | memoryview:
        """The content of an entry, or its first `most` bytes; where it lies, if it is not packed. Raises Damaged."""
        head = self._content[entry.offset : entry.offset + _LOCAL.size]
        if len(head) < _LOCAL.size or not _begins(head, 0, b"PK\x03\x04"):
            raise Damaged("it is not where the archive says")
        start = entry.offset + _LOCAL.size + sum(_LOCAL.unpack(head))
        lying = self._content[start : start + entry.packed_size]
        if entry.method != zipfile.ZIP_STORED:
            return _unpack(lying, entry, most)
        if most is not None:
            return bytes(lying[: min(most, entry.size)])
        if len(lying) != entry.size or crc32(lying) != entry.crc:
            raise Damaged("its checksum is another one")
        return lying


def _begins(content: memoryview, at: int, mark: bytes) -> bool:
    return bytes(content[at : at + len(mark)]) == mark


def _rfind(content: memoryview, mark: bytes) -> int:
    """Where the end of an archive begins, before a comment of its length."""
    first = max(len(content) - _MOST_COMMENT - 4 - _END.size, 0)
    at = bytes(content[first:]).rfind(mark)
    return first + at if at >= 0 else -1


def _unpacked(layout: struct.Struct, content: memoryview, at: int) -> tuple[int, ...]:
    try:
        return layout.unpack_from(content, at)
    except struct.error:
        raise Damaged("its directory is cut") from None


def _widened(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Sizes and offset of 64 bits, as far as those of 32 say that they stand there."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _WIDE:
            wide = iter(struct.iter_unpack("<Q", extra[at + 4 : at + 4 + length - length % 8]))
            try:
                found = [next(wide)[0] if value == _MOST_32 else value for value in (size, packed, offset)]
            except StopIteration:
                break
            return found[0], found[1], found[2]
        at += 4 + length
    raise Damaged("its directory is damaged")


def _name(name: bytes, flags: int) -> str:
    """What an entry is called. Some programs write UTF-8 and do not say so, the one of macOS among them."""
    with contextlib.suppress(UnicodeDecodeError):
        return name.decode()
    if flags & _IS_UTF8:
        raise Damaged("a name in it is not UTF-8, as it says")
    return name.decode("cp437")


def _unpack(lying: memoryview, entry: ZipEntry, most: int | None) -> bytes:
    info = zipfile.ZipInfo(entry.name)
    info.compress_type, info.compress_size, info.file_size = entry.method, entry.packed_size, entry.size
    info.CRC, info.flag_bits = entry.crc, entry.flags
    try:
        with zipfile.ZipExtFile(io.BytesIO(lying), "r", info) as file:
            return file.read(entry.size + 1 if most is None else most)
    except (zipfile.BadZipFile, zlib_error, lzma.LZMAError, OSError, EOFError, ValueError, RuntimeError) as error:
        raise Damaged(str(error)) from None
