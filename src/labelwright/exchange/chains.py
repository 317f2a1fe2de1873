"""Records in a temporary file, by the text that each belongs to: 24 bytes of memory for a text, none for a record."""

import mmap
from array import array
from collections.abc import Iterator
from functools import cached_property
from struct import Struct
from typing import IO, Final

from labelwright.exchange.index import Index

_HEAD: Final = Struct("<qq")
"""What stands before a record: the place of the one before it of the same text, and its size."""
_NOWHERE: Final = -1


class Chains:
    """Texts, numbered in the order of their first records. All are added before one is looked at; `file` is empty."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._end = file, 0
        self._numbers, self._lasts = Index(), array("q")

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self._lasts)

    def add(self, text: str, record: bytes) -> None:
        """Add a record behind the others of its text."""
        number = self._numbers.setdefault(text, len(self))
        if number == len(self):
            self._lasts.append(_NOWHERE)
        self._file.write(_HEAD.pack(self._lasts[number], len(record)))
        self._file.write(record)
        self._lasts[number] = self._end
        self._end += _HEAD.size + len(record)

    def find(self, text: str) -> int | None:
        """The number of a text; None where it has no record."""
        return self._numbers.get(text)

    def last(self, number: int) -> memoryview:
        """The last record of a text, by its number."""
        return next(self._back(number))

    def all(self, number: int) -> list[memoryview]:
        """The records of a text as they were added, by its number."""
        return list(self._back(number))[::-1]

    def _back(self, number: int) -> Iterator[memoryview]:
        at = self._lasts[number]
        while at != _NOWHERE:
            start = at + _HEAD.size
            at, size = _HEAD.unpack(self._content[at:start])
            yield self._content[start : start + size]

    @cached_property
    def _content(self) -> memoryview:
        """The file as it is now, read where it is looked at."""
        self._file.flush()
        return memoryview(mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ))
