"""The elements of a long JSON list, found by the key that groups them, without holding them all.

The list is cut into windows of whole elements: where a window may end is guessed, and a wrong guess is no JSON. What is
kept of an element is its key, and of those that somebody asks for, with all of their window, where they stand: in
temporary files. Where elements of one key stand together, as in most files, nothing but where they begin is kept.
"""

import itertools
import re
import secrets
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import IO, Final, NamedTuple, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.index import Index
from labelwright.exchange.spooled import column, mapped

Places = NDArray[np.int64]
_WINDOW_BYTES: Final = 1 << 20
_MOST_GUESSES: Final = 64
_SORTED_AT_ONCE: Final = 1 << 16
RAWS: Final = msgspec.json.Decoder(list[msgspec.Raw])
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
    """A file with short lists for long ones; one of the short ones; the long one that was there."""

    rest: bytes
    mark: bytes
    text: memoryview


class Elements:
    """The elements of a list by key, in the order of the file; they are added window by window inside of `with`.

    In memory are 24 bytes for each key; what is kept of each element lies in temporary files.
    """

    def __init__(self, text: memoryview, spool: Callable[[], IO[bytes]]) -> None:
        self._text, self._spool = text, spool
        self._windows: list[Window] = []
        self._firsts: list[int] = []
        self._count, self._last, self._is_in_order = 0, 0, True
        self._number_of = Index()
        self._counts = array("q")

    def __enter__(self) -> Self:
        self._files = self._spool(), self._spool()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        keys, owners = self._files
        with keys, owners:
            if kind is None:
                self._keys = mapped(keys)
                self._begins = np.zeros(len(self._counts) + 1, dtype=np.int64)
                np.cumsum(np.frombuffer(self._counts, dtype=np.int64), out=self._begins[1:])
                self._order = None if self._is_in_order else self._sorted(column(owners, np.int64))
        del self._counts, self._files

    def add(self, window: Window, keys: Sequence[str], owners: Places) -> Places:
        """Add a window whose elements have the keys that `owners` count off among `keys`; the numbers of these keys."""
        known = self._known(keys)
        numbers = known[owners]
        self._windows.append(window)
        self._firsts.append(self._count)
        self._count += len(numbers)
        self._files[1].write(numbers.data)
        np.add.at(np.frombuffer(self._counts, dtype=np.int64), known, np.bincount(owners, minlength=len(keys)))
        if self._is_in_order and len(numbers):
            self._is_in_order = self._last <= numbers[0] and bool((numbers[1:] >= numbers[:-1]).all())
            self._last = int(numbers[-1])
        return known

    def _known(self, keys: Sequence[str]) -> Places:
        """The numbers of some keys, which count up in the order of the first element that has each."""
        known, count, fresh = [], len(self._number_of), []
        for key in keys:
            number = self._number_of.setdefault(key, count)
            if number == count:
                fresh.append(key)
                count += 1
            known.append(number)
        self._counts.frombytes(bytes(8 * len(fresh)))
        self._files[0].writelines([b"%b\n" % msgspec.json.encode(key) for key in fresh])
        return np.array(known, dtype=np.int64)

    def _sorted(self, owners: Places) -> Places:
        """The numbers of elements by key, in a temporary file."""
        with self._spool() as file:
            file.truncate(owners.nbytes)
            order = column(file, np.int64)
        places = self._begins[:-1].copy()
        for start in range(0, len(owners), _SORTED_AT_ONCE):
            some = owners[start : start + _SORTED_AT_ONCE]
            by_owner = np.argsort(some, kind="stable")
            some = some[by_owner]
            first = np.flatnonzero(np.diff(some, prepend=-1))
            counts = np.diff(first, append=len(some))
            order[places[some] + np.arange(len(some)) - np.repeat(first, counts)] = start + by_owner
            places[some[first]] += counts
        return order

    def __len__(self) -> int:
        return self._count

    @property
    def key_count(self) -> int:
        """How many keys there are."""
        return len(self._begins) - 1

    def keys(self) -> Iterator[str]:
        """Every key, in the order of its number, which is that of the first element that has it."""
        start = 0
        while (end := self._keys.find(b"\n", start)) >= 0:
            yield msgspec.json.decode(self._keys[start:end])
            start = end + 1

    def key_number(self, key: str) -> int | None:
        """The number of a key, counted from 0; None where no element has it."""
        return self._number_of.get(key)

    def numbers(self, key: int) -> Places:
        """Which elements of the list have the key of a number, counted from 0."""
        begin, end = self._begins[key : key + 2].tolist()
        return np.arange(begin, end) if self._order is None else self._order[begin:end]

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
        found, is_found = self._places
        if not is_found[at]:
            window, first = self._windows[at], self._firsts[at]
            content = window.list_in(self._text)
            starts, ends = _places(content, RAWS.decode(content))
            found[first : first + len(starts)] = np.stack((starts, ends), axis=1) + window.start - 1
            is_found[at] = True
        start, end = found[number].tolist()
        return start, end

    @cached_property
    def _places(self) -> tuple[Places, bytearray]:
        """Where elements begin and end, in a temporary file, and of which windows that is known: who needs it asks."""
        with self._spool() as file:
            file.truncate(16 * self._count)
            return column(file, np.int64).reshape(-1, 2), bytearray(len(self._windows))


def runs(numbers: Places) -> list[tuple[int, int]]:
    """The first and last of numbers that follow one another, for each such run."""
    if not len(numbers):
        return []
    first, last = int(numbers[0]), int(numbers[-1])
    if last - first + 1 == len(numbers):  # they are in order
        return [(first, last)]
    breaks = np.flatnonzero(np.diff(numbers) != 1)
    return list(zip(numbers[[0, *(breaks + 1)]].tolist(), numbers[[*breaks, -1]].tolist(), strict=True))


def without_lists(
    content: bytes | memoryview, keys: tuple[str, str], others: Sequence[str]
) -> Iterator[tuple[Cut, Cut]]:
    """What a file may be with short lists for two long ones, and these lists: guesses, to be read as JSON.

    The second may stand on either side of the first; `others` are the keys that may come behind them.
    """
    view, (key, other), marks = memoryview(content), keys, (_mark(), _mark())
    for start, end in _lists(view, key, (*others, other)):
        before, behind = view[:start], view[end:]
        for first, last in _lists(before, other, (*others, key)):
            rest = b"".join((before[:first], marks[1], before[last:], marks[0], behind))
            yield Cut(rest, marks[0], view[start:end]), Cut(rest, marks[1], before[first:last])
        for first, last in _lists(behind, other, others):
            rest = b"".join((before, marks[0], behind[:first], marks[1], behind[last:]))
            yield Cut(rest, marks[0], view[start:end]), Cut(rest, marks[1], behind[first:last])


def _mark() -> bytes:
    return b'["%b"]' % secrets.token_hex(8).encode()


def _lists(view: memoryview, key: str, others: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the list at a key may begin and end: another key comes behind it, or nothing more."""
    found = re.search(rb'"%b"\s*:\s*(\[)' % key.encode(), view)
    if found is None:
        return
    start = found.start(1)
    behind = re.compile(rb'(\])\s*(?:,\s*"(?:%b)"\s*:|\}\s*\Z)' % "|".join(others).encode())
    for size in _TAILS_BYTES:
        tail = max(start, len(view) - size)
        for match in itertools.islice(behind.finditer(view[tail:]), _MOST_CUTS):
            yield start, tail + match.end(1)
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
                RAWS.decode(b"[%b]" % part[:end])
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
