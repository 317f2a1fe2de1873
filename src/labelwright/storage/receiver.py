"""Receive a file in pieces: count, hash, hold the limit, and leave nothing behind unless it was kept."""

import hashlib
import os
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from labelwright.model.errors import StorageFull, TooLarge, UploadDamaged
from labelwright.storage.durable import naming_a_full_disk
from labelwright.storage.keys import Sha256

_LOOK_AT_SPACE_EVERY_BYTES = 8 * 2**20
_WRITE_BUFFER_BYTES = 2**18


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What the sender announced; None where he said nothing."""

    size_bytes: int | None = None
    sha256: str | None = None


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file at a temporary path, not yet kept."""

    path: Path
    size_bytes: int
    sha256: Sha256


def readable_size(size_bytes: int) -> str:
    """Return e.g. `3.1 MB` (decimal units)."""
    if size_bytes < 1000:
        return f"{size_bytes} bytes"
    for unit, factor in (("kB", 1e3), ("MB", 1e6)):
        if size_bytes < factor * 1000:
            return f"{size_bytes / factor:.3g} {unit}"
    return f"{size_bytes / 1e9:.3g} GB"


class Receiver:
    """A file on its way in. Use it in a `with`: at the end the temporary file is gone, whatever happened.

    Not safe for two threads at once; different receivers are independent.
    """

    def __init__(self, path: Path, *, limit_bytes: int, reserve_bytes: int, expected: Expected) -> None:
        self.path = path
        self.size_bytes = 0
        self._limit_bytes = limit_bytes
        self._reserve_bytes = reserve_bytes
        self._expected = expected
        self._digest = hashlib.sha256()
        self._look_at_space_at = _LOOK_AT_SPACE_EVERY_BYTES
        self._check_limit(expected.size_bytes or 0)
        self._check_space(expected.size_bytes or 0)
        with naming_a_full_disk():
            self._file = path.open("xb", buffering=_WRITE_BUFFER_BYTES)

    def write(self, chunk: bytes) -> None:
        """Add the next bytes. Raises TooLarge, StorageFull."""
        self._check_limit(self.size_bytes + len(chunk))
        if self.size_bytes >= self._look_at_space_at:
            self._check_space(len(chunk))
            self._look_at_space_at += _LOOK_AT_SPACE_EVERY_BYTES
        with naming_a_full_disk():
            self._file.write(chunk)
        self._digest.update(chunk)
        self.size_bytes += len(chunk)

    def finish(self) -> Received:
        """Close the file and compare it with what was announced. Raises UploadDamaged, StorageFull."""
        with naming_a_full_disk():
            self._file.close()
        sha256 = Sha256(self._digest.hexdigest())
        size_bytes = self._expected.size_bytes
        if size_bytes is not None and size_bytes != self.size_bytes:
            raise UploadDamaged(
                f"The upload was cut off: {self.size_bytes} of {size_bytes} bytes arrived. Send the file again.",
                received=self.size_bytes,
                announced=size_bytes,
            )
        if self._expected.sha256 is not None and self._expected.sha256.lower() != sha256:
            raise UploadDamaged(
                f"The bytes changed on the way: their SHA-256 is {sha256}, announced was"
                f" {self._expected.sha256.lower()[:64]}. Send the file again.",
                received=sha256,
            )
        return Received(path=self.path, size_bytes=self.size_bytes, sha256=sha256)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.close()  # flushes, and so may find the disk full once more
        except OSError:
            if kind is None:
                raise
        finally:
            self.path.unlink(missing_ok=True)
        if kind is None:
            marker_of(self.path, self._digest.hexdigest()).unlink(missing_ok=True)

    def _check_limit(self, size_bytes: int) -> None:
        if size_bytes > self._limit_bytes:
            raise TooLarge(
                f"The file is larger than the limit of {readable_size(self._limit_bytes)}."
                " Send a smaller one, or ask the operator to raise the limit.",
                limit_bytes=self._limit_bytes,
            )

    def _check_space(self, more_bytes: int) -> None:
        space = os.statvfs(self.path.parent)
        if space.f_bavail * space.f_frsize < more_bytes + self._reserve_bytes:
            raise StorageFull(
                "The storage has no room for this file: nothing of it was kept. Free some space and send it again."
            )


def marker_of(path: Path, sha256: str) -> Path:
    """Return the path of the empty file that says: these bytes were put, but nobody has confirmed it yet."""
    return path.with_name(f"{path.stem}.{sha256}.unconfirmed")
