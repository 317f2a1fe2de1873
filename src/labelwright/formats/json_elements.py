"""The elements of a long JSON list, found by the key that groups them, without holding them all.

The list is cut into windows of whole elements: where a window may end is guessed, and a wrong guess is no JSON. What is
kept of an element is where it stands: 24 bytes, whatever is in it.
"""

import re
from array import array
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

_WINDOW_BYTES: Final = 4 << 20
_MOST_GUESSES: Final = 64
_RAWS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_BETWEEN: Final = re.compile(rb"\}(?=\s*,\s*\{)")


class Elements:
    """The elements of a list by key, in the order of the file. The text of the list was read as JSON already.

    `keys_of` gets a list of whole elements, as text, and gives the key of each.
    """

    def __init__(self, text: bytes | memoryview, keys_of: Callable[[bytes], list[str]]) -> None:
        self._text = memoryview(text)
        self._starts, self._ends, self._owners = array("q"), array("q"), array("q")
        self._number_of: dict[str, int] = {}
        for offset, window in _windows(self._text):
            self._add(offset, window, keys_of)

    def _add(self, offset: int, window: bytes, keys_of: Callable[[bytes], list[str]]) -> None:
        at, numbers = 1, self._number_of
        for raw in _RAWS.decode(window):
            at = window.index(raw, at)
            self._starts.append(offset + at)
            at += len(bytes(raw))
            self._ends.append(offset + at)
        self._owners.extend([numbers.setdefault(key, len(numbers)) for key in keys_of(window)])

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key, in the order of the first element that has it."""
        return tuple(self._number_of)

    @cached_property
    def _order(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The numbers of elements by key, and where those of each key begin."""
        owners = np.frombuffer(self._owners, dtype=np.int64) if len(self) else np.empty(0, dtype=np.int64)
        order = np.argsort(owners, kind="stable")
        return order, np.searchsorted(owners[order], np.arange(len(self._number_of) + 1))

    def numbers(self, key: str) -> list[int]:
        """Which elements of the list have a key, counted from 0."""
        owner = self._number_of.get(key)
        if owner is None:
            return []
        order, begins = self._order
        found: list[int] = order[begins[owner] : begins[owner + 1]].tolist()
        return found

    def text(self, number: int) -> memoryview:
        """The text of one element."""
        return self._text[self._starts[number] : self._ends[number]]

    def list_of(self, numbers: list[int]) -> bytes:
        """The text of a list of some elements."""
        first, last = numbers[0], numbers[-1]
        if last - first == len(numbers) - 1:
            return b"[%b]" % bytes(self._text[self._starts[first] : self._ends[last]])
        return b"[%b]" % b",".join(map(self.text, numbers))


def _windows(text: memoryview) -> Iterator[tuple[int, bytes]]:
    """Lists of whole elements, one after another, and where each would begin if it had no bracket of its own."""
    at, last = 1, len(text) - 1
    while at < last:
        window = _window(text, at, last)
        yield at - 1, window
        at += len(window) - 2
        while at < last and text[at : at + 1].tobytes() in b" \t\r\n,":
            at += 1


def _window(text: memoryview, at: int, last: int) -> bytes:
    size = _WINDOW_BYTES
    while at + size < last:
        part = bytes(text[at : at + size])
        ends = [found.end() for found in _BETWEEN.finditer(part)]
        for end in ends[: -_MOST_GUESSES - 1 : -1]:
            window = b"[%b]" % part[:end]
            try:
                _RAWS.decode(window)
            except msgspec.DecodeError:
                continue
            return window
        size *= 2
    return b"[%b]" % bytes(text[at:last])
