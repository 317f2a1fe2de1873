"""The files that a reader looks at: a folder, a single file, or a ZIP or TAR archive, all read-only and limited.

An archive's entries are read where they are; nothing is unpacked to a path that somebody else chose. Refused: paths
that leave the archive, links, entries that unpack to more than the limits, an archive inside an archive.
"""

import contextlib
import errno
import io
import json
import lzma
import mmap
import os
import re
import stat
import struct
import sys
import tarfile
import tempfile
import unicodedata
import weakref
import zipfile
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import IO, Final, Protocol
from zlib import crc32
from zlib import error as zlib_error

from labelwright.model.errors import Invalid, Issue

MOST_FILES: Final = 1_000_000
MOST_UNPACKED_BYTES: Final = 64 << 30
MOST_RATIO: Final = 200
MOST_PATH: Final = 1_000
"""Characters of a path in an archive: it stands beside everything that is found in the file."""
_RATIO_FROM_BYTES: Final = 10 << 20
_HEAD_BYTES: Final = 1 << 16
_OF_SYSTEMS: Final = re.compile(r"(?:^|/)(?:__MACOSX/|\._|\.DS_Store\Z|Thumbs\.db\Z|desktop\.ini\Z)")
_LEADS_OUT: Final = re.compile(r"\0|^[A-Za-z]:|(?:^|/)\.{0,2}(?:/|\Z)")
_IS_UTF8: Final = 0x800
_LOCAL: Final = struct.Struct("<26xHH")
"""What stands before an entry of a ZIP archive; the lengths of its name and of what else is said about it."""


class Holder(Protocol):
    """What holds files by path."""

    def sizes(self) -> dict[str, int]: ...
    def read(self, path: str, most: int | None) -> bytes | memoryview: ...


class Files:
    """Files by path with `/`, in the order of their paths. Raises Invalid where content cannot be had.

    `beside` is where they lie. So many `processes` may share in reading what is large.
    Letters are composed (NFC) in paths, as they are in the names of pictures, and what systems add to folders and
    archives on their own is left out.
    """

    def __init__(self, holder: Holder, beside: Path, processes: int = 1) -> None:
        self._holder, self.beside, self.processes = holder, beside, processes
        self._json_keys: dict[str, frozenset[str]] = {}

    @cached_property
    def _found(self) -> dict[str, tuple[str, int]]:
        """What the holder calls a file, and its size, by path."""
        found: dict[str, tuple[str, int]] = {}
        for path, size in sorted(self._holder.sizes().items()):
            composed = unicodedata.normalize("NFC", path)
            if not _OF_SYSTEMS.search(path):
                found[path if composed in found else composed] = path, size
        return dict(sorted(found.items()))

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Size in bytes of every file, by path, sorted."""
        return {path: size for path, (_, size) in self._found.items()}

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(self.sizes)

    def beginning(self, *endings: str, most: int = 50) -> tuple[str, ...]:
        """The first of the paths that end so: enough to see what they are."""
        return self.ending(*endings)[:most]

    def ending(self, *endings: str) -> tuple[str, ...]:
        """Paths that end so, whatever their case."""
        return tuple(path for path in self.sizes if path.lower().endswith(endings))

    def read(self, path: str) -> bytes | memoryview:
        """The whole content; large files are mapped, not copied."""
        return self._holder.read(self._found[path][0], None)

    def head(self, path: str) -> bytes:
        """The first 64 KiB."""
        return bytes(self._holder.read(self._found[path][0], _HEAD_BYTES)[:_HEAD_BYTES])

    def text(self, path: str) -> str:
        """The content of a text file in UTF-8, with or without a BOM. Raises Invalid."""
        try:
            return bytes(self.read(path)).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise refused(path, "not_utf8", f"is not UTF-8 at byte {error.start}; save it as UTF-8.") from None

    def local_path(self, path: str) -> Path | None:
        """Where the file lies on the disk by itself; None inside an archive."""
        find = getattr(self._holder, "local_path", None)
        return find(self._found[path][0]) if find is not None else None

    def spool(self) -> IO[bytes]:
        """A temporary file for what is made of large files."""
        return spool_beside(self.beside)

    def json_keys(self, path: str) -> frozenset[str]:
        """The keys of the outermost JSON object, or of the first object of a list, as far as the head shows them."""
        if path not in self._json_keys:  # every format that may be meant asks
            self._json_keys[path] = frozenset(_outer_keys(self.head(path).decode("utf-8-sig", "replace")))
        return self._json_keys[path]

    def having(self, keys: frozenset[str], paths: Iterable[str]) -> list[str]:
        """Those of some paths whose JSON has all of these keys, as far as `json_keys` sees."""
        return [path for path in paths if keys <= self.json_keys(path)]


WHOLE: Final = "The upload"


def spool_beside(path: Path) -> IO[bytes]:
    """A temporary file beside another, where there is room for one; not in the folder of the system for small files."""
    folder = path.parent if os.access(path.parent, os.W_OK) else None
    return tempfile.TemporaryFile(dir=folder)


def refused(path: str, code: str, what: str) -> Invalid:
    """The error that a file of an import cannot be read: its name, then what."""
    text = f"{path[-200:]} {what}"
    return Invalid(text, (Issue("" if path == WHOLE else f"/{path[-200:]}", code, text),))


def open_files(path: Path, name: str | None = None, processes: int = 1) -> Files:
    """Open a folder, an archive or a single file, by its content. Raises Invalid.

    `name` is what people call it, where the path does not say.
    """
    return Files(_holder_of(path, name or path.name), path, processes)


def _holder_of(path: Path, name: str) -> Holder:
    if path.is_dir():
        return _Folder(path)
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _Zip(path, name)
    if start[257:262] == b"ustar" or start.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ")):
        return _Tar(path, name)
    if start.startswith(b"\x28\xb5\x2f\xfd"):
        return _Tar(path, name, zstd=True)
    return _Single(path, _with_extension(name, start))


_BEGINNINGS: Final = ((b"{", ".json"), (b"[", ".json"), (b"<", ".xml"), (b"PAR1", ".parquet"))


def _with_extension(name: str, start: bytes) -> str:
    """The name with the extension that the content calls for, where it has another one or none."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    wanted = next((extension for begins, extension in _BEGINNINGS if text.startswith(begins)), None)
    if wanted is None or name.lower().endswith((wanted, ".geojson", ".ndjson", ".jsonl")):
        return name
    return f"{name}{wanted}"


def _outer_keys(text: str) -> Iterator[str]:
    """Find `"key":` at depth one (or two, inside an outer list)."""
    decoder, depth, at = json.JSONDecoder(), 0, 0
    base = 2 if text.lstrip()[:1] == "[" else 1
    while at < len(text):
        sign = text[at]
        if sign == '"':
            try:
                value, after = decoder.raw_decode(text, at)
            except ValueError:
                return
            rest = text[after : after + 8].lstrip()
            if depth == base and rest.startswith(":"):
                yield value
            at = after
            continue
        depth += (sign in "[{") - (sign in "]}")
        if base == 2 and depth == 1 and sign == "}":
            return
        at += 1


class _Single:
    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name

    def sizes(self) -> dict[str, int]:
        return {self._name: self._path.stat().st_size}

    def read(self, path: str, most: int | None) -> bytes | memoryview:  # noqa: ARG002 - there is but one
        return mapped(self._path, most)


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def sizes(self) -> dict[str, int]:
        found = {}
        for path in self._folder.rglob("*"):
            if path.is_file() and not path.is_symlink():
                found[path.relative_to(self._folder).as_posix()] = path.stat().st_size
        return found

    def read(self, path: str, most: int | None) -> bytes | memoryview:
        return mapped(self._folder / path, most)

    def local_path(self, path: str) -> Path:
        return self._folder / path


def mapped(path: Path, most: int | None) -> bytes | memoryview:
    """The content of a file as a view that is read where it is looked at, or its first `most` bytes."""
    with path.open("rb") as file:
        if most is not None or path.stat().st_size == 0:
            return file.read(most or 0)
        # Not closed by hand: pieces of the file may be held longer than this view.
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


class _Zip:
    def __init__(self, path: Path, name: str) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, OSError, OverflowError, NotImplementedError, struct.error):
            raise refused(name, "damaged_archive", "is a damaged ZIP archive; was it cut on the way?") from None
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        # Entries may lie over one another, and say of themselves what they like.
        packed = min(sum(entry.compress_size for entry in entries), path.stat().st_size)
        check_limits(name, len(entries), sum(entry.file_size for entry in entries), packed)
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            path_inside = plain_path(name, _name_of(entry))
            if path_inside in self._entries:
                raise twice(name, path_inside)
            self._entries[path_inside] = entry
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise refused(name, "link", f"holds the link {entry.filename[:80]}; links are not followed.")
            if entry.flag_bits & 1:
                raise refused(name, "encrypted", "is protected by a password; pack it without one.")
        self._path = path

    @cached_property
    def _whole(self) -> memoryview:
        return memoryview(mapped(self._path, None))

    def sizes(self) -> dict[str, int]:
        return {name: entry.file_size for name, entry in self._entries.items()}

    def read(self, path: str, most: int | None) -> bytes | memoryview:
        entry = self._entries[path]
        if entry.compress_type == zipfile.ZIP_STORED:
            return self._stored(path, entry, most)
        try:
            with self._zip.open(entry) as file:
                return file.read(entry.file_size + 1 if most is None else most)
        except (zipfile.BadZipFile, zlib_error, lzma.LZMAError, OSError, EOFError, ValueError, RuntimeError) as error:
            raise refused(path, "damaged_archive", f"cannot be unpacked: {error}.") from None

    def _stored(self, path: str, entry: zipfile.ZipInfo, most: int | None) -> bytes | memoryview:
        """The content of an entry that is not packed, where it lies."""
        head = self._whole[entry.header_offset : entry.header_offset + _LOCAL.size]
        if len(head) < _LOCAL.size or bytes(head[:4]) != b"PK\x03\x04":
            raise refused(path, "damaged_archive", "is not where the archive says.")
        start = entry.header_offset + _LOCAL.size + sum(_LOCAL.unpack(head))
        content = self._whole[start : start + entry.file_size]
        if most is not None:
            return bytes(content[:most])
        if len(content) != entry.file_size or crc32(content) != entry.CRC:
            raise refused(path, "damaged_archive", "cannot be unpacked: its checksum is another one.")
        return content


class _Tar:
    """A TAR archive, packed or not; its entries are unpacked into one temporary file at once, as TAR has no index."""

    def __init__(self, path: Path, name: str, *, zstd: bool = False) -> None:
        self._spool = spool_beside(path)
        weakref.finalize(self, self._spool.close)
        self._places: dict[str, tuple[int, int]] = {}
        total, count, packed = 0, 0, path.stat().st_size
        try:
            with path.open("rb") as raw, _opened(raw, zstd=zstd) as tar:
                for member in tar:
                    tar.members = []  # type: ignore[attr-defined] # it would remember all of them
                    count += 1
                    check_limits(name, count, total, packed)
                    if member.isdir():
                        continue
                    path_inside = plain_path(name, member.name)
                    if not member.isfile():
                        text = f"holds {member.name[:80]}, which is a link or a device; only files are read."
                        raise refused(name, "link", text)
                    total += member.size
                    check_limits(name, count, total, packed)
                    self._keep(path_inside, tar, member)
        except _damages() as error:
            if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
                raise
            raise refused(name, "damaged_archive", f"is a damaged archive: {error}. Was it cut on the way?") from None

    def _keep(self, name: str, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        if name in self._places:
            raise twice("The archive", name)
        start = self._spool.seek(0, io.SEEK_END)
        source = tar.extractfile(member)
        assert source is not None
        while portion := source.read(1 << 20):
            self._spool.write(portion)
        self._places[name] = start, self._spool.tell() - start

    def sizes(self) -> dict[str, int]:
        return {name: size for name, (_, size) in self._places.items()}

    def read(self, path: str, most: int | None) -> bytes | memoryview:
        start, size = self._places[path]
        self._spool.seek(start)
        return self._spool.read(size if most is None else min(most, size))


_OF_THE_DISK: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS))


def _damages() -> tuple[type[Exception], ...]:
    """What the programs that unpack raise for what is cut or changed."""
    errors = (tarfile.TarError, EOFError, zlib_error, lzma.LZMAError, OSError)
    packed = sys.modules.get("zstandard")
    return (*errors, packed.ZstdError) if packed is not None else errors


def _opened(raw: io.BufferedReader, *, zstd: bool) -> tarfile.TarFile:
    if not zstd:
        return tarfile.open(fileobj=raw, mode="r|*")
    try:
        import zstandard  # noqa: PLC0415 - an extra
    except ImportError:
        text = "is packed with Zstandard, which needs “pip install labelwright[formats]” here."
        raise refused("The archive", "needs_extra", text) from None
    return tarfile.open(fileobj=zstandard.ZstdDecompressor().stream_reader(raw), mode="r|")


def _name_of(entry: zipfile.ZipInfo) -> str:
    """What an entry is called. Some programs write UTF-8 and do not say so, the one of macOS among them."""
    if not entry.flag_bits & _IS_UTF8 and not entry.filename.isascii():
        with contextlib.suppress(UnicodeError):
            return entry.filename.encode("cp437").decode()
    return entry.filename


def plain_path(archive: str, path: str) -> str:
    """The path of an entry with `/` between folders, whatever wrote it. Raises Invalid when it leaves the archive."""
    if len(path) > MOST_PATH:
        raise refused(
            archive, "long_path", f"holds a path of {len(path):,} characters; at most {MOST_PATH:,} are read."
        )
    # Old archives have names in other encodings.
    plain = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace").replace("\\", "/").removeprefix("./")
    if _LEADS_OUT.search(plain):
        raise refused(archive, "unsafe_path", f"holds the path “{path[:120]}”, which leads out of the archive.")
    return plain


def twice(archive: str, path: str) -> Invalid:
    """The error that an archive has two files of one path: which of them is meant nobody knows."""
    return refused(archive, "duplicate_path", f"holds {path[:120]} twice; pack it anew with each file once.")


def check_limits(archive: str, files: int, unpacked: int, packed: int) -> None:
    """Refuse an archive that unpacks to too much. Raises Invalid."""
    if files > MOST_FILES:
        raise refused(archive, "too_many_files", f"holds {files} files, more than {MOST_FILES}.")
    if unpacked > MOST_UNPACKED_BYTES:
        raise refused(archive, "too_large", f"unpacks to {unpacked >> 30} GiB, more than {MOST_UNPACKED_BYTES >> 30}.")
    if unpacked > _RATIO_FROM_BYTES and unpacked > MOST_RATIO * max(packed, 1):
        raise refused(archive, "bomb", f"unpacks to {unpacked // max(packed, 1)} times its size; that is refused.")
