"""Bytes to send, and files that appear whole or not at all."""

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


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Write beside `path` and rename at the end; after an error nothing is left and an older file stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
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
