"""The paths of many files, sorted, in thirty bytes each: beyond some, their names lie in a temporary file."""

import heapq
import itertools
import mmap
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import eq
from typing import IO, Final, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

_AT_ONCE: Final = 1 << 16
_IN_MEMORY_BYTES: Final = 1 << 22
_IS_CAPITAL: Final = np.array([65 <= letter <= 90 for letter in range(256)])


class Held(NamedTuple):
    """A file as its holder calls it; by `key` it is found there."""

    path: str
    size: int
    key: int


class Listing:
    """Files by path, in the order of their paths; what is said of each is numbered by its place in this order."""

    def __init__(self, files: Iterable[Held], open_temporary: Callable[[], IO[bytes]]) -> None:
        """They come in any order. Some at a time are sorted, and those runs merged where they are not in order."""
        self._ends, self._sizes, self._keys = array("q", (0,)), array("q"), array("q")
        runs: list[int] = []
        last: bytes | None = None
        with open_temporary() as names:
            for some in _batched(files):
                if last is None or last > some[0][0]:
                    runs.append(len(self._sizes))
                for name, size, key in some:
                    names.write(name)
                    self._ends.append(self._ends[-1] + len(name))
                    self._sizes.append(size)
                    self._keys.append(key)
                last = some[-1][0]
            self._names = _content(names)
        self._order = self._merged(runs) if len(runs) > 1 else None
        self._next = 0

    def __len__(self) -> int:
        return len(self._sizes)

    def held(self, place: int) -> Held:
        """The file of a place."""
        at = self._at(place)
        return Held(self.path(place), self._sizes[at], self._keys[at])

    def path(self, place: int) -> str:
        """The path of a place."""
        return self._name(self._at(place)).decode("utf-8", "surrogatepass")

    def place_of(self, path: str) -> int | None:
        """The place of a path, None where there is none; the one behind the last is found at once."""
        name = path.encode("utf-8", "surrogatepass")
        place = self._next if self._is_at(self._next, name) else self._first_from(name)
        if not self._is_at(place, name):
            return None
        self._next = place + 1
        return place

    def first_from(self, path: str) -> int:
        """The first place whose path is this one or comes behind it."""
        return self._first_from(path.encode("utf-8", "surrogatepass"))

    def twice(self) -> Iterator[int]:
        """The places of paths that the next place has as well."""
        return (place for place in range(len(self) - 1) if self._is_at(place, self._name(self._at(place + 1))))

    def ending(self, *endings: str) -> "array[int]":
        """The places of paths that end so, whatever the case of Latin letters."""
        found = array("I")
        if not self._names:
            return found
        letters, ends = np.frombuffer(self._names, dtype=np.uint8), np.frombuffer(self._ends, dtype=np.int64)
        for start in range(0, len(self), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            from_, to = ends[:-1][some], ends[1:][some]
            if self._order is not None:
                order = np.frombuffer(self._order, dtype=np.uint32)[some]
                from_, to = ends[:-1][order], ends[1:][order]
            fits = np.zeros(len(to), dtype=np.bool_)
            for ending in endings:
                fits |= _end_so(letters, from_, to, ending.lower().encode())
            found.frombytes((np.flatnonzero(fits) + start).astype(np.uint32).tobytes())
        return found

    def _at(self, place: int) -> int:
        return place if self._order is None else self._order[place]

    def _name(self, at: int) -> bytes:
        return self._names[self._ends[at] : self._ends[at + 1]]

    def _is_at(self, place: int, name: bytes) -> bool:
        return place < len(self) and self._name(self._at(place)) == name

    def _first_from(self, name: bytes) -> int:
        return bisect_left(range(len(self)), name, key=lambda place: self._name(self._at(place)))

    def _merged(self, runs: Sequence[int]) -> "array[int]":
        """Which file stands at each place, by runs that are in order."""
        ends = (*runs[1:], len(self))
        walks = (((self._name(at), at) for at in range(*run)) for run in zip(runs, ends, strict=True))
        return array("I", (at for _, at in heapq.merge(*walks)))


def _batched(files: Iterable[Held]) -> Iterator[list[tuple[bytes, int, int]]]:
    walk = ((path.encode("utf-8", "surrogatepass"), size, key) for path, size, key in files)
    while some := sorted(itertools.islice(walk, _AT_ONCE)):
        yield some


def _content(names: IO[bytes]) -> bytes | mmap.mmap:
    if names.tell() > _IN_MEMORY_BYTES:
        names.flush()
        return mmap.mmap(names.fileno(), 0, access=mmap.ACCESS_READ)
    names.seek(0)
    return names.read()


def _end_so(
    letters: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64], ending: bytes
) -> NDArray[np.bool_]:
    fits = ends - starts >= len(ending)
    places = ends[fits, None] + np.arange(-len(ending), 0)
    found = letters[places]
    found = np.where(_IS_CAPITAL[found], found | 32, found)
    fits[fits] = (found == np.frombuffer(ending, dtype=np.uint8)).all(axis=1)
    return fits


class Paths(Sequence[str]):
    """Some paths of a listing, in its order, each read when somebody asks for it."""

    def __init__(self, listing: Listing, places: Sequence[int] | None = None) -> None:
        self._listing = listing
        self._places = range(len(listing)) if places is None else places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> "Paths": ...
    def __getitem__(self, at: int | slice) -> "str | Paths":
        if isinstance(at, slice):
            return Paths(self._listing, self._places[at])
        return self._listing.path(self._places[at])

    def __iter__(self) -> Iterator[str]:
        return map(self._listing.path, self._places)

    def __contains__(self, path: object) -> bool:
        place = self._listing.place_of(path) if isinstance(path, str) else None
        if place is None:
            return False
        at = bisect_left(self._places, place)
        return at < len(self._places) and self._places[at] == place

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(tuple(self))

    def where(self, is_wanted: Callable[[str], bool]) -> "Paths":
        """Those of them that are wanted."""
        return Paths(self._listing, array("I", (p for p in self._places if is_wanted(self._listing.path(p)))))


class Sizes(Mapping[str, int]):
    """The size in bytes of every file of a listing, by path."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing

    def __len__(self) -> int:
        return len(self._listing)

    def __iter__(self) -> Iterator[str]:
        return iter(Paths(self._listing))

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self._listing.place_of(path) is not None

    def __getitem__(self, path: str) -> int:
        place = self._listing.place_of(path)
        if place is None:
            raise KeyError(path)
        return self._listing.held(place).size
