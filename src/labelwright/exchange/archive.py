"""Where a writer puts its files: one interface over a ZIP archive, a TAR archive and a folder.

Every file is hashed on its way, for the manifest. Paths are relative, with `/`, and given once each.
"""

import hashlib
import os
import re
import shutil
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, Protocol

import msgspec

from labelwright.exchange.index import Index
from labelwright.exchange.waiting import Waiting

PORTION_BYTES = 1 << 20
NEXT: Final = b",\n"


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """One file of an archive."""

    path: str
    size_bytes: int
    sha256: str


class File(NamedTuple):
    """A small file."""

    path: str
    content: bytes


class Ready(NamedTuple):
    """Small files that are ready to be put: `lines` are what the manifest says of them, `packed` is for the sink."""

    paths: list[str]
    lines: bytes
    packed: Any


class Bundle:
    """Files that wait to be put into an archive."""

    def __init__(self) -> None:
        self.files: list[File] = []

    def add(self, path: str, content: bytes) -> None:
        """Add a small file."""
        self.files.append(File(path, content))


class Sink(Protocol):
    """What holds files: `begin`, any number of `write`, `end`; or `put` for what was `packed`, in any process."""

    def packed(self, files: Sequence[File], /) -> Any: ...
    def put(self, packed: Any, /) -> None: ...
    def begin(self, path: str) -> None: ...
    def write(self, content: bytes) -> None: ...
    def end(self) -> None: ...
    def close(self) -> int: ...


class Archive:
    """Files on their way into a sink. `count` says how many, `lines` what the manifest says of them, in their order.

    `folder` takes temporary files.
    """

    def __init__(self, sink: Sink, folder: Path | None = None) -> None:
        self._sink, self._folder = sink, folder
        self._paths = Index()
        self.lines = Waiting(folder, NEXT)

    @property
    def count(self) -> int:
        """How many files there are."""
        return len(self._paths)

    def add(self, path: str, content: bytes) -> None:
        """Put a small file. Raises ValueError when the path is taken or no path of an archive."""
        self.put(self.ready((File(path, content),)))

    def ready(self, files: Sequence[File]) -> Ready:
        """Make small files ready to be put; who writes many of them lets several processes do it.

        Raises ValueError for what is no path of an archive.
        """
        written = []
        for path, content in files:
            if not is_safe(path):
                raise ValueError(f"“{path}” is no path of an archive.")
            written.append(_written(path, len(content), hashlib.sha256(content)))
        return Ready([path for path, _ in files], lines_of(written), self._sink.packed(files))

    def put(self, ready: Ready) -> None:
        """Put files that are ready. Raises ValueError when a path is taken."""
        if ready.paths:
            if not self._paths.add_all(ready.paths):
                for path in ready.paths:
                    self._claim(path)
            self._sink.put(ready.packed)
            self.lines.add(ready.lines)

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
        self._note(path, size, digest)

    def waiting(self, between: bytes = b"") -> Waiting:
        """What waits to be a file, or a part of one, until others are written."""
        return Waiting(self._folder, between)

    def add_waiting(self, path: str, content: Waiting) -> None:
        """Write a file of what has waited."""
        with self.file(path) as write:
            for portion in content.portions():
                write(portion)

    def copy(self, path: str, source: BinaryIO) -> None:
        """Put the bytes of an open file, unchanged; into a folder as a hard link where the disk allows."""
        link = getattr(self._sink, "link", None)
        if link is not None and self._linked(link, path, source):
            return
        with self.file(path) as write:
            while portion := source.read(PORTION_BYTES):
                write(portion)

    def _linked(self, link: Callable[[str, str], bool], path: str, source: BinaryIO) -> bool:
        name = getattr(source, "name", None)
        if not isinstance(name, str) or not link(path, name):
            return False
        self._claim(path)
        digest = hashlib.sha256()
        while portion := source.read(PORTION_BYTES):
            digest.update(portion)
        self._note(path, source.tell(), digest)
        return True

    def _note(self, path: str, size: int, digest: "hashlib._Hash") -> None:
        self.lines.add(lines_of((_written(path, size, digest),)))

    def _claim(self, path: str) -> None:
        if not self._paths.add(path):
            raise ValueError(f"“{path}” is taken.")


def _written(path: str, size: int, digest: "hashlib._Hash") -> Written:
    return Written(path=path, size_bytes=size, sha256=digest.hexdigest())


def lines_of(values: Sequence[msgspec.Struct]) -> bytes:
    """JSON with a line for each, as a list has them."""
    return _ENCODER.encode_lines(values)[:-1].replace(b"\n", NEXT)


_ENCODER: Final = msgspec.json.Encoder()


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

    def packed(self, files: Sequence[File]) -> Sequence[File]:
        return files

    def put(self, packed: Sequence[File]) -> None:
        for path, content in packed:
            self.begin(path)
            self.write(content)
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

    def packed(self, files: Sequence[File]) -> Sequence[File]:
        return files

    def put(self, packed: Sequence[File]) -> None:
        for path, content in packed:
            self._place(path).write_bytes(content)
            self._size += len(content)

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
