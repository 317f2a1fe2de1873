"""Bytes that wait to be written when what they stand behind is: all but the first of them on the disk."""

import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_IN_MEMORY_BYTES: Final = 1 << 20
_AT_ONCE_BYTES: Final = 1 << 20


class Waiting:
    """Bytes one after another, with `between` between what is added. A temporary file holds them, in `folder`."""

    def __init__(self, folder: Path | None, between: bytes = b"") -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, dir=str(folder) if folder else None)  # noqa: SIM115 - as long as this lives
        weakref.finalize(self, self._file.close)
        self._between = between

    def add(self, content: bytes) -> None:
        """Add some behind the others; nothing where there is nothing."""
        if content:
            if self._file.tell():
                self._file.write(self._between)
            self._file.write(content)

    def portions(self) -> Iterator[bytes]:
        """All of them, in pieces of any length. Nothing is added any more then."""
        self._file.seek(0)
        while portion := self._file.read(_AT_ONCE_BYTES):
            yield portion
