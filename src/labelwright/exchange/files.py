"""The files that a reader looks at: a folder, a single file, or a ZIP or TAR archive, all read-only and limited.

An archive's entries are read where they are; nothing is unpacked to a path that somebody else chose. Refused: paths
that leave the archive, links, entries that unpack to more than the limits, an archive inside an archive.
"""

import errno
import io
import json
import lzma
import mmap
import os
import re
import sys
import tarfile
import tempfile
import unicodedata
import weakref
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final, Protocol
from zlib import error as zlib_error

from labelwright.exchange.listing import Held, Listing, Paths, Sizes
from labelwright.exchange.naming import stem_of
from labelwright.exchange.zip_entries import Damaged, ZipDirectory
from labelwright.model.errors import Invalid, Issue

MOST_FILES: Final = 4_000_000
MOST_UNPACKED_BYTES: Final = 64 << 30
MOST_RATIO: Final = 200
MOST_PATH: Final = 1_000
"""Characters of a path in an archive: it stands beside everything that is found in the file."""
_RATIO_FROM_BYTES: Final = 10 << 20
_HEAD_BYTES: Final = 1 << 16
_KEYS_OF: Final = 1_000
_OF_SYSTEMS: Final = re.compile(r"(?:^|/)(?:__MACOSX/|\._|\.DS_Store\Z|Thumbs\.db\Z|desktop\.ini\Z)")
_LEADS_OUT: Final = re.compile(r"\0|^[A-Za-z]:|(?:^|/)\.{0,2}(?:/|\Z)")


class Holder(Protocol):
    """What holds files. `held` starts a walk over all of them, in any order; `read` gives what one of them holds.

    Where two of them have one path, `name` is what the holder is called in the error.
    """

    name: str

    def held(self) -> Iterator[Held]: ...
    def read(self, held: Held, most: int | None) -> bytes | memoryview: ...


class Files:
    """Files by path with `/`, in the order of their paths. Raises Invalid where content cannot be had, or is twice.

    `beside` is where they lie. So many `processes` may share in reading what is large.
    Letters are composed (NFC) in paths, as they are in the names of pictures, and what systems add to folders and
    archives on their own is left out.
    """

    def __init__(self, holder: Holder, beside: Path, processes: int = 1) -> None:
        self._holder, self.beside, self.processes = holder, beside, processes
        self._json_keys: dict[str, frozenset[str]] = {}
        self._own_paths: dict[int, str] = {}
        self._listing = Listing(self._composed(frozenset()), self.spool)
        if among := frozenset(map(self._listing.path, self._listing.twice())):
            self._listing = Listing(self._composed(among), self.spool)
        for place in self._listing.twice():
            raise twice(holder.name, self._listing.path(place))

    def _composed(self, taken: frozenset[str]) -> Iterator[Held]:
        """All files with composed paths, but for those whose composed path is `taken` by another one."""
        self._own_paths.clear()
        for path, size, key in self._holder.held():
            if _OF_SYSTEMS.search(path):
                continue
            composed = path if path.isascii() else unicodedata.normalize("NFC", path)
            if composed != path and composed not in taken:
                self._own_paths[key] = path
                yield Held(composed, size, key)
            else:
                yield Held(path, size, key)

    def _held(self, path: str) -> Held:
        """A file as its holder calls it."""
        place = self._listing.place_of(path)
        if place is None:
            raise KeyError(path)
        held = self._listing.held(place)
        return held._replace(path=self._own_paths.get(held.key, held.path)) if self._own_paths else held

    @property
    def sizes(self) -> Mapping[str, int]:
        """Size in bytes of every file, by path, sorted."""
        return Sizes(self._listing)

    @property
    def paths(self) -> Paths:
        return Paths(self._listing)

    def beginning(self, *endings: str, most: int = 50) -> Paths:
        """The first of the paths that end so: enough to see what they are."""
        return self.ending(*endings)[:most]

    def ending(self, *endings: str) -> Paths:
        """Paths that end so, whatever their case."""
        return Paths(self._listing, self._listing.ending(*endings))

    def of_stem(self, stem: str) -> Paths:
        """Paths that are this one and an extension."""
        first = self._listing.first_from(f"{stem}.")
        after = self._listing.first_from(f"{stem}/")  # the sign behind a dot
        found = Paths(self._listing, range(first, after))
        return found.where(lambda path: stem_of(path) == stem) if found else found

    def read(self, path: str) -> bytes | memoryview:
        """The whole content; large files are mapped, not copied."""
        return self._holder.read(self._held(path), None)

    def head(self, path: str) -> bytes:
        """The first 64 KiB."""
        return bytes(self._holder.read(self._held(path), _HEAD_BYTES)[:_HEAD_BYTES])

    def text(self, path: str) -> str:
        """The content of a text file in UTF-8, with or without a BOM. Raises Invalid."""
        try:
            return bytes(self.read(path)).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise refused(path, "not_utf8", f"is not UTF-8 at byte {error.start}; save it as UTF-8.") from None

    def local_path(self, path: str) -> Path | None:
        """Where the file lies on the disk by itself; None inside an archive."""
        find = getattr(self._holder, "local_path", None)
        return find(self._held(path).path) if find is not None else None

    def spool(self) -> IO[bytes]:
        """A temporary file for what is made of large files."""
        return spool_beside(self.beside)

    def json_keys(self, path: str) -> frozenset[str]:
        """The keys of the outermost JSON object, or of the first object of a list, as far as the head shows them."""
        if path not in self._json_keys:  # every format that may be meant asks of the same first ones
            if len(self._json_keys) >= _KEYS_OF:
                self._json_keys.clear()
            self._json_keys[path] = frozenset(_outer_keys(self.head(path).decode("utf-8-sig", "replace")))
        return self._json_keys[path]

    def having(self, keys: frozenset[str], paths: Paths) -> Paths:
        """Those of some paths whose JSON has all of these keys, as far as `json_keys` sees."""
        return paths.where(lambda path: keys <= self.json_keys(path))


WHOLE: Final = "The upload"


def spool_beside(path: Path) -> IO[bytes]:
    """A temporary file beside another, where there is room for one; not in the folder of the system for small files."""
    folder = path.parent if os.access(path.parent, os.W_OK) else None
    return tempfile.TemporaryFile(dir=folder)


def refused(path: str, code: str, what: str) -> Invalid:
    """The error that a file of an import cannot be read: its name, then what."""
    text = f"{path[-200:]} {what}"
    return Invalid(text, (Issue("" if path == WHOLE else f"/{path[-200:]}", code, text),))


def open_files(path: Path, name: str | None = None, processes: int = 1, *, is_ours: bool = False) -> Files:
    """Open a folder, an archive or a single file, by its content. Raises Invalid.

    `name` is what people call it, where the path does not say. An archive that was just written here may be larger
    than those of strangers: `is_ours`.
    """
    return Files(_holder_of(path, name or path.name, check_nothing if is_ours else check_limits), path, processes)


def _holder_of(path: Path, name: str, check: "Check") -> Holder:
    if path.is_dir():
        return _Folder(path)
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _Zip(path, name, check)
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
        self._path, self.name = path, name

    def held(self) -> Iterator[Held]:
        yield Held(self.name, self._path.stat().st_size, 0)

    def read(self, held: Held, most: int | None) -> bytes | memoryview:  # noqa: ARG002 - there is but one
        return mapped(self._path, most)


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder, self.name = folder, folder.name

    def held(self) -> Iterator[Held]:
        for number, path in enumerate(self._folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield Held(path.relative_to(self._folder).as_posix(), path.stat().st_size, number)

    def read(self, held: Held, most: int | None) -> bytes | memoryview:
        return mapped(self._folder / held.path, most)

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
    def __init__(self, path: Path, name: str, check: "Check") -> None:
        self._path, self.name, self._check = path, name, check
        try:
            self._directory = ZipDirectory(memoryview(mapped(path, None)))
        except Damaged:
            raise self._damaged() from None

    def held(self) -> Iterator[Held]:
        count = packed = unpacked = 0
        try:
            for entry in self._directory.entries():
                if entry.is_folder:
                    continue
                if entry.is_link:
                    raise refused(self.name, "link", f"holds the link {entry.name[:80]}; links are not followed.")
                if entry.is_encrypted:
                    raise refused(self.name, "encrypted", "is protected by a password; pack it without one.")
                count, packed, unpacked = count + 1, packed + entry.packed_size, unpacked + entry.size
                yield Held(plain_path(self.name, entry.name), entry.size, entry.at)
        except Damaged:
            raise self._damaged() from None
        # Entries may lie over one another, and say of themselves what they like.
        self._check(self.name, count, unpacked, min(packed, self._path.stat().st_size))

    def _damaged(self) -> Invalid:
        return refused(self.name, "damaged_archive", "is a damaged ZIP archive; was it cut on the way?")

    def read(self, held: Held, most: int | None) -> bytes | memoryview:
        try:
            return self._directory.content(self._directory.entry(held.key), most)
        except Damaged as error:
            raise refused(held.path, "damaged_archive", f"cannot be unpacked: {error}.") from None


class _Tar:
    """A TAR archive, packed or not. Without an index in it, files are unpacked into one when they are listed."""

    def __init__(self, path: Path, name: str, *, zstd: bool = False) -> None:
        self._path, self.name, self._is_zstd = path, name, zstd
        self._spool = spool_beside(path)
        weakref.finalize(self, self._spool.close)

    def held(self) -> Iterator[Held]:
        self._spool.seek(0)
        total, packed = 0, self._path.stat().st_size
        try:
            with self._path.open("rb") as raw, _opened(raw, zstd=self._is_zstd) as tar:
                for count, member in enumerate(tar, start=1):
                    tar.members = []  # type: ignore[attr-defined] # it would remember all of them
                    check_limits(self.name, count, total, packed)
                    if member.isdir():
                        continue
                    path_inside = plain_path(self.name, member.name)
                    if not member.isfile():
                        text = f"holds {member.name[:80]}, which is a link or a device; only files are read."
                        raise refused(self.name, "link", text)
                    total += member.size
                    check_limits(self.name, count, total, packed)
                    yield self._keep(path_inside, tar, member)
        except _damages() as error:
            if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
                raise
            text = f"is a damaged archive: {error}. Was it cut on the way?"
            raise refused(self.name, "damaged_archive", text) from None

    def _keep(self, name: str, tar: tarfile.TarFile, member: tarfile.TarInfo) -> Held:
        start = self._spool.tell()
        source = tar.extractfile(member)
        assert source is not None
        while portion := source.read(1 << 20):
            self._spool.write(portion)
        return Held(name, self._spool.tell() - start, start)

    def read(self, held: Held, most: int | None) -> bytes | memoryview:
        self._spool.seek(held.key)
        return self._spool.read(held.size if most is None else min(most, held.size))


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


Check = Callable[[str, int, int, int], None]


def check_nothing(archive: str, files: int, unpacked: int, packed: int) -> None:
    """Let everything pass."""


def check_limits(archive: str, files: int, unpacked: int, packed: int) -> None:
    """Refuse an archive that unpacks to too much. Raises Invalid."""
    if files > MOST_FILES:
        raise refused(archive, "too_many_files", f"holds {files} files, more than {MOST_FILES}.")
    if unpacked > MOST_UNPACKED_BYTES and unpacked > packed:
        raise refused(archive, "too_large", f"unpacks to {unpacked >> 30} GiB, more than {MOST_UNPACKED_BYTES >> 30}.")
    if unpacked > _RATIO_FROM_BYTES and unpacked > MOST_RATIO * max(packed, 1):
        raise refused(archive, "bomb", f"unpacks to {unpacked // max(packed, 1)} times its size; that is refused.")
