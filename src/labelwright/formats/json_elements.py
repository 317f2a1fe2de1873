"""The elements of a long JSON list, found by the key that groups them, without holding them all.

The list is cut into windows of whole elements: where a window may end is guessed, and a wrong guess is no JSON. What is
kept of an element is its key, and of those that somebody asks for, with all of their window, where they stand.
"""

import itertools
import re
import secrets
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
_WINDOW_BYTES: Final = 1 << 20
_MOST_GUESSES: Final = 64
_RAWS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_FOLLOWED: Final = re.compile(rb"\s*,\s*\{")
_FIRST_KEY: Final = re.compile(rb'\[\s*\{\s*("(?:[^"\\]|\\.)*")\s*:')
_SEPARATORS: Final = np.frombuffer(b" \t\r\n,", dtype=np.uint8)
_MOST_BETWEEN: Final = 64
_HEAD_BYTES: Final = 1 << 12
_SEARCHED_BYTES: Final = 1 << 16
_MOST_CUTS: Final = 4  # each of them is a file to be read
_TAILS_BYTES: Final = (1 << 16, 1 << 21, 1 << 26)


class Window(NamedTuple):
    """Where some whole elements of a list stand in its text, without brackets around them."""

    start: int
    end: int

    def list_in(self, text: memoryview) -> bytes:
        """The elements as the text of a list."""
        return b"".join((b"[", text[self.start : self.end], b"]"))


class Cut(NamedTuple):
    """A file with a short list for a long one; the short one; the long one."""

    rest: bytes
    mark: bytes
    text: memoryview


class Elements:
    """The elements of a list by key, in the order of the file; they are added window by window."""

    def __init__(self, text: memoryview) -> None:
        self._text = text
        self._windows: list[Window] = []
        self._firsts: list[int] = []
        self._owners = array("q")
        self._number_of: dict[str, int] = {}
        self._found: dict[int, tuple[Places, Places]] = {}

    def add(self, window: Window, keys: Sequence[str], owners: Places) -> Places:
        """Add a window whose elements have the keys that `owners` count off among `keys`; the numbers of these keys."""
        numbers = self._number_of
        known = np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
        self._windows.append(window)
        self._firsts.append(len(self._owners))
        self._owners.frombytes(known[owners].tobytes())
        return known

    def __len__(self) -> int:
        return len(self._owners)

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key, in the order of the first element that has it."""
        return tuple(self._number_of)

    @cached_property
    def _order(self) -> tuple[Places, Places]:
        """The numbers of elements by key, and where those of each key begin."""
        owners = np.frombuffer(self._owners, dtype=np.int64) if len(self) else np.empty(0, dtype=np.int64)
        order = np.argsort(owners, kind="stable")
        return order, np.searchsorted(owners[order], np.arange(len(self._number_of) + 1))

    def key_number(self, key: str) -> int | None:
        """The number of a key, counted from 0; None where no element has it."""
        return self._number_of.get(key)

    def numbers(self, key: str) -> Places:
        """Which elements of the list have a key, counted from 0."""
        owner = self._number_of.get(key)
        if owner is None:
            return np.empty(0, dtype=np.int64)
        order, begins = self._order
        return order[begins[owner] : begins[owner + 1]]

    def text(self, number: int) -> memoryview:
        """The text of one element."""
        start, end = self._place(number)
        return self._text[start:end]

    def list_of(self, numbers: Places) -> bytes:
        """The text of a list of some elements."""
        places = [(self._place(first)[0], self._place(last)[1]) for first, last in runs(numbers)]
        return b"[%b]" % b",".join([self._text[start:end] for start, end in places])

    def _place(self, number: int) -> tuple[int, int]:
        """Where an element begins and ends in the text of the list."""
        at = bisect_right(self._firsts, number) - 1
        if at not in self._found:
            content = self._windows[at].list_in(self._text)
            self._found[at] = _places(content, _RAWS.decode(content))
        starts, ends = self._found[at]
        before, place = self._windows[at].start - 1, number - self._firsts[at]
        return before + int(starts[place]), before + int(ends[place])


def runs(numbers: Places) -> list[tuple[int, int]]:
    """The first and last of numbers that follow one another, for each such run."""
    if not len(numbers):
        return []
    first, last = int(numbers[0]), int(numbers[-1])
    if last - first + 1 == len(numbers):  # they are in order
        return [(first, last)]
    breaks = np.flatnonzero(np.diff(numbers) != 1)
    return list(zip(numbers[[0, *(breaks + 1)]].tolist(), numbers[[*breaks, -1]].tolist(), strict=True))


def without_list(content: bytes | memoryview, key: str, others: Sequence[str]) -> Iterator["Cut"]:
    """What a file may be with a short list for the long one at a key, and that list: guesses, to be read as JSON.

    `others` are the keys that may come behind. The short list is another one each time.
    """
    found = re.search(rb'"%b"\s*:\s*(\[)' % key.encode(), content)
    if found is None:
        return
    view, start = memoryview(content), found.start(1)
    behind = re.compile(rb'(\])\s*(?:,\s*"(?:%b)"\s*:|\}\s*\Z)' % "|".join(others).encode())
    for size in _TAILS_BYTES:
        tail = max(start, len(view) - size)
        for match in itertools.islice(behind.finditer(view[tail:]), _MOST_CUTS):
            end = tail + match.end(1)
            marked = b'["%b"]' % secrets.token_hex(8).encode()
            yield Cut(b"".join((view[:start], marked, view[end:])), marked, view[start:end])
        if tail == start:
            return


def guessed(text: memoryview) -> Iterator[Window]:
    """Windows that most likely hold whole elements: whoever reads one as JSON knows."""
    found = _FIRST_KEY.match(text[:_HEAD_BYTES])
    following = re.compile(rb"\}\s*(,)\s*\{\s*%b\s*:" % re.escape(found[1])) if found else None
    at, last = 1, len(text) - 1
    while at < last:
        end = _likely_end(text, at + _WINDOW_BYTES, last, following) if following else last
        yield Window(at, end)
        at = end + 1


def _likely_end(text: memoryview, at: int, last: int, following: re.Pattern[bytes]) -> int:
    """Where the first comma behind a place is that is followed by another element."""
    while at < last:
        found = following.search(text[at : min(at + _SEARCHED_BYTES, last)])
        if found:
            return at + found.start(1)
        at += _SEARCHED_BYTES - _HEAD_BYTES
    return last


def windows(text: memoryview) -> Iterator[Window]:
    """Windows of whole elements, one after another. The text of the list was read as JSON already."""
    at, last = 1, len(text) - 1
    while at < last:
        end = _end_of_window(text, at, last)
        yield Window(at, end)
        at = end
        while at < last and text[at : at + 1].tobytes() in b" \t\r\n,":
            at += 1


def _end_of_window(text: memoryview, at: int, last: int) -> int:
    size = _WINDOW_BYTES
    while at + size < last:
        part = bytes(text[at : at + size])
        for end in itertools.islice(_ends(part), _MOST_GUESSES):
            try:
                _RAWS.decode(b"[%b]" % part[:end])
            except msgspec.DecodeError:
                continue
            return at + end
        size *= 2
    return last


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
