"""Bytes to send, and files that appear whole or not at all."""

import errno
import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

CHUNK_BYTES = 256 * 1024


class Bytes(NamedTuple):
    """Bytes to send, read anew each time they are sent."""

    open: Callable[[], BinaryIO]
    size_bytes: int

    def chunks(self, on_sent: Callable[[int], None] = lambda _: None) -> Iterator[bytes]:
        """Read in pieces; `on_sent` is told the size of each when the next is asked for."""
        with self.open() as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk
                on_sent(len(chunk))

    def sha256(self) -> str:
        digest = hashlib.sha256()
        for chunk in self.chunks():
            digest.update(chunk)
        return digest.hexdigest()


def bytes_of(source: Path | str | bytes) -> Bytes:
    """Take bytes as they are, anything else as the path of a file."""
    if isinstance(source, bytes):
        return Bytes(lambda: io.BytesIO(source), len(source))
    path = Path(source)
    return Bytes(lambda: path.open("rb"), path.stat().st_size)


def check_place(path: Path) -> None:
    """Raise OSError, before any work, where a file cannot be written."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "It is a folder; name a file in it", str(path))
    folder = next(one for one in path.absolute().parents if one.exists())
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, f"{folder} is no folder", str(path))
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Write beside `path` and rename at the end; after an error nothing is left and an older file stays."""
    check_place(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:  # nobody knows the name of the temporary one
        raise OSError(error.errno, error.strerror, str(path)) from None
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
