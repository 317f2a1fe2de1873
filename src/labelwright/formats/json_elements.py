"""The elements of a long JSON list, found by the key that groups them, without holding them all.

The list is cut into windows of whole elements: where a window may end is guessed, and a wrong guess is no JSON. What is
kept of an element is where it stands: 24 bytes, whatever is in it.
"""

import itertools
import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
_WINDOW_BYTES: Final = 4 << 20
_MOST_GUESSES: Final = 64
_RAWS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_FOLLOWED: Final = re.compile(rb"\s*,\s*\{")
_SEPARATORS: Final = np.frombuffer(b" \t\r\n,", dtype=np.uint8)
_MOST_BETWEEN: Final = 64


class Elements:
    """The elements of a list by key, in the order of the file. The text of the list was read as JSON already.

    `keys_of` gets a list of whole elements, as text, and gives the key of each.
    """

    def __init__(self, text: bytes | memoryview, keys_of: Callable[[bytes], list[str]]) -> None:
        self._text = memoryview(text)
        self._starts, self._ends, self._owners = array("q"), array("q"), array("q")
        self._number_of = numbers = dict[str, int]()
        for offset, window, raws in _windows(self._text):
            starts, ends = _places(window, raws)
            self._starts.frombytes((starts + offset).tobytes())
            self._ends.frombytes((ends + offset).tobytes())
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

    def list_of(self, numbers: Sequence[int]) -> bytes:
        """The text of a list of some elements."""
        places = np.array(numbers, dtype=np.int64)
        breaks = np.flatnonzero(np.diff(places) != 1)
        firsts, lasts = places[[0, *(breaks + 1)]].tolist(), places[[*breaks, -1]].tolist()
        runs = zip(firsts, lasts, strict=True)
        return b"[%b]" % b",".join([self._text[self._starts[first] : self._ends[last]] for first, last in runs])


def _windows(text: memoryview) -> Iterator[tuple[int, bytes, list[msgspec.Raw]]]:
    """Lists of whole elements, one after another, and where each would begin if it had no bracket of its own."""
    at, last = 1, len(text) - 1
    while at < last:
        window, raws = _window(text, at, last)
        yield at - 1, window, raws
        at += len(window) - 2
        while at < last and text[at : at + 1].tobytes() in b" \t\r\n,":
            at += 1


def _window(text: memoryview, at: int, last: int) -> tuple[bytes, list[msgspec.Raw]]:
    size = _WINDOW_BYTES
    while at + size < last:
        part = bytes(text[at : at + size])
        for end in itertools.islice(_ends(part), _MOST_GUESSES):
            window = b"[%b]" % part[:end]
            try:
                return window, _RAWS.decode(window)
            except msgspec.DecodeError:
                continue
        size *= 2
    window = b"[%b]" % bytes(text[at:last])
    return window, _RAWS.decode(window)


def _ends(part: bytes) -> Iterator[int]:
    """Where an element may end, the last such place first."""
    at = len(part)
    while (at := part.rfind(b"}", 0, at)) >= 0:
        if _FOLLOWED.match(part, at + 1):
            yield at + 1


def _places(window: bytes, raws: list[msgspec.Raw]) -> tuple[Places, Places]:
    """Where elements begin and end in their list."""
    sizes = np.fromiter((memoryview(raw).nbytes for raw in raws), np.int64, len(raws))
    if not raws:
        return sizes, sizes
    first = len(window) - len(window[1:].lstrip(b" \t\r\n"))
    between, odd = divmod(len(window[:-1].rstrip(b" \t\r\n")) - first - int(sizes.sum()), max(len(raws) - 1, 1))
    starts = first + np.cumsum(sizes) - sizes + between * np.arange(len(raws))
    if odd or between > _MOST_BETWEEN or not _is_apart(window, starts, between):
        starts = _starts_one_by_one(window, sizes.tolist())
    return starts, starts + sizes


def _is_apart(window: bytes, starts: Places, between: int) -> bool:
    """Whether nothing but what separates elements stands before all of them but the first, and a letter there."""
    letters = np.frombuffer(window, dtype=np.uint8)
    before = letters[starts[1:, None] - np.arange(1, between + 1)]
    return bool(np.isin(before, _SEPARATORS).all()) and not np.isin(letters[starts], _SEPARATORS).any()


def _starts_one_by_one(window: bytes, sizes: list[int]) -> Places:
    starts, at = [], 1
    for size in sizes:
        while window[at] in b" \t\r\n,":
            at += 1
        starts.append(at)
        at += size
    return np.array(starts, dtype=np.int64)
