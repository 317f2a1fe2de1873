"""Texts of any size, read from one end to the other where they lie."""

import codecs
import io
from typing import IO, Final

from labelwright.exchange.files import Files, refused

_BOM: Final = codecs.BOM_UTF8
_WINDOW_BYTES: Final = 1 << 20
_AT_ONCE_BYTES: Final = 1 << 16


def open_lines(files: Files, path: str) -> IO[bytes]:
    """A text in UTF-8, from behind its BOM on. Raises Invalid, before anything is read, where it is none."""
    content = memoryview(files.read(path))
    start = len(_BOM) if bytes(content[: len(_BOM)]) == _BOM else 0
    place = _find_fault(content)
    if place is not None:
        raise refused(path, "not_utf8", f"is not UTF-8 at byte {place}; save it as UTF-8.")
    return io.BufferedReader(_View(content[start:]), _AT_ONCE_BYTES)


def open_text(files: Files, path: str) -> IO[str]:
    """The same decoded, in lines with whatever ends them."""
    return io.TextIOWrapper(open_lines(files, path), "utf-8", newline="")


def _find_fault(content: memoryview) -> int | None:
    """The first byte that is no UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(content), _WINDOW_BYTES):
        before = len(decoder.getstate()[0])
        end = start + _WINDOW_BYTES
        try:
            decoder.decode(content[start:end], final=end >= len(content))
        except UnicodeDecodeError as error:
            return start - before + error.start
    return None


class _View(io.RawIOBase):
    """A file of what is in memory, or mapped: no byte is copied that nobody asks for."""

    def __init__(self, content: memoryview) -> None:
        self._content, self._at = content, 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: memoryview) -> int:  # type: ignore[override] # it is always given one
        found = self._content[self._at : self._at + len(into)]
        into[: len(found)] = found
        self._at += len(found)
        return len(found)
