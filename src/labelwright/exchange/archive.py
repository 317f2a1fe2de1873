"""Where a writer puts its files: one interface over a ZIP archive, a TAR archive and a folder.

Every file is hashed on its way, for the manifest. Paths are relative, with `/`, and given once each.
"""

import hashlib
import os
import re
import shutil
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Protocol
from zlib import crc32

import msgspec

PORTION_BYTES = 1 << 20


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """One file of an archive."""

    path: str
    size_bytes: int
    sha256: str


class File(NamedTuple):
    """A small file that is ready to be put, with its digest, and its checksum (CRC-32) for archives that want one."""

    path: str
    content: bytes
    sha256: str
    crc: int


def file_of(path: str, content: bytes) -> File:
    """Make a file ready; who writes many of them does it in several processes."""
    return File(path, content, hashlib.sha256(content).hexdigest(), crc32(content))


class Bundle:
    """Files that wait to be put into an archive."""

    def __init__(self) -> None:
        self.files: list[File] = []

    def add(self, path: str, content: bytes) -> None:
        """Make a small file ready."""
        self.files.append(file_of(path, content))


class Sink(Protocol):
    """What holds files: `begin`, any number of `write`, `end`; or `add` for content in hand."""

    def add(self, file: File) -> None: ...
    def begin(self, path: str) -> None: ...
    def write(self, content: bytes) -> None: ...
    def end(self) -> None: ...
    def close(self) -> int: ...


class Archive:
    """Files on their way into a sink. `written` lists them in the order of writing."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._paths: set[str] = set()
        self.written: list[Written] = []

    def add(self, path: str, content: bytes) -> None:
        """Put a small file. Raises ValueError when the path is taken or no path of an archive."""
        self.add_all((file_of(path, content),))

    def add_all(self, files: Iterable[File]) -> None:
        """Put files that are ready. Raises ValueError as `add` does."""
        for file in files:
            self._claim(file.path)
            self._sink.add(file)
            self.written.append(Written(path=file.path, size_bytes=len(file.content), sha256=file.sha256))

    @contextmanager
    def file(self, path: str) -> Iterator[Callable[[bytes], None]]:
        """Write a file in portions: the block gets the function that takes them. One file at a time."""
        self._claim(path)
        digest, size = hashlib.sha256(), 0

        def write(content: bytes) -> None:
            nonlocal size
            digest.update(content)
            size += len(content)
            self._sink.write(content)

        self._sink.begin(path)
        yield write
        self._sink.end()
        self.written.append(Written(path=path, size_bytes=size, sha256=digest.hexdigest()))

    def copy(self, path: str, source: BinaryIO) -> None:
        """Put the bytes of an open file, unchanged; into a folder as a hard link where the disk allows."""
        link = getattr(self._sink, "link", None)
        if link is not None and (written := self._linked(link, path, source)) is not None:
            self.written.append(written)
            return
        with self.file(path) as write:
            while portion := source.read(PORTION_BYTES):
                write(portion)

    def _linked(self, link: Callable[[str, str], bool], path: str, source: BinaryIO) -> Written | None:
        name = getattr(source, "name", None)
        if not isinstance(name, str) or not link(path, name):
            return None
        self._claim(path)
        digest = hashlib.sha256()
        while portion := source.read(PORTION_BYTES):
            digest.update(portion)
        return Written(path=path, size_bytes=source.tell(), sha256=digest.hexdigest())

    def _claim(self, path: str) -> None:
        if not is_safe(path) or path in self._paths:
            raise ValueError(f"“{path}” is taken or no path of an archive.")
        self._paths.add(path)


_UNSAFE: Final = re.compile(r"[\\:\0]|(?:^|/)\.{0,2}(?:/|\Z)")


def is_safe(path: str) -> bool:
    """Say whether a path stays inside the folder that an archive is unpacked into, on any system."""
    return _UNSAFE.search(path) is None


class TarWriter:
    """A TAR archive (POSIX pax) of files at one date; a file that comes in portions waits in a temporary one."""

    def __init__(self, file: BinaryIO, open_temporary: Callable[[], BinaryIO]) -> None:
        self._file = file
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed by `close`
        self._open_temporary = open_temporary
        self._path = ""
        self._waiting: BinaryIO | None = None

    def add(self, file: File) -> None:
        self.begin(file.path)
        self.write(file.content)
        self.end()

    def begin(self, path: str) -> None:
        self._path, self._waiting = path, self._open_temporary()

    def write(self, content: bytes) -> None:
        assert self._waiting is not None
        self._waiting.write(content)

    def end(self) -> None:
        assert self._waiting is not None
        with self._waiting as waiting:
            info = tarfile.TarInfo(self._path)
            info.size, info.mode = waiting.tell(), 0o644
            waiting.seek(0)
            self._tar.addfile(info, waiting)
        self._waiting = None

    def close(self) -> int:
        self._tar.close()
        return self._file.tell()


class FolderWriter:
    """A folder of files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: BinaryIO | None = None
        self._size = 0

    def add(self, file: File) -> None:
        self._place(file.path).write_bytes(file.content)
        self._size += len(file.content)

    def begin(self, path: str) -> None:
        self._file = self._place(path).open("wb")

    def write(self, content: bytes) -> None:
        assert self._file is not None
        self._file.write(content)
        self._size += len(content)

    def end(self) -> None:
        assert self._file is not None
        self._file.close()

    def link(self, path: str, existing: str) -> bool:
        """Make a hard link; False where the disk has none, as between two disks."""
        place = self._place(path)
        try:
            os.link(existing, place)
        except OSError:
            return False
        self._size += place.stat().st_size
        return True

    def close(self) -> int:
        return self._size

    def _place(self, path: str) -> Path:
        place = self._folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place


def remove(folder: Path) -> None:
    """Remove what an export that failed left in its folder."""
    shutil.rmtree(folder, ignore_errors=True)
