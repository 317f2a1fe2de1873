"""The elements of a long list by key, one group at a time, in the order of the first element of each.

Where the elements of a group follow one another, as in files that are written picture by picture, nothing is kept of
them. Of others it is known where each run of them stands.
"""

from array import array
from collections.abc import Callable, Iterator
from itertools import chain, groupby

import msgspec
import numpy as np

from labelwright.exchange.index import Index
from labelwright.formats.json_lists import LongList, raws_in

Numbered = tuple[int, msgspec.Raw]
"""An element and its number in the list."""
Keys = Callable[[bytes], list[str | None]]
"""The keys of all elements of a list in JSON; one that has none, as it cannot be read, goes with those before it."""


def groups(elements: LongList, keys: Keys) -> Iterator[list[Numbered]]:
    """The elements that have one key, with their numbers, key by key."""
    if not _are_together(elements, keys):
        yield from _gathered(elements, keys)
        return
    for _, group in groupby(_keyed(elements, keys), key=_key):
        yield [numbered for _, numbered in group]


def _keyed(elements: LongList, keys: Keys) -> Iterator[tuple[str, Numbered]]:
    number, last = 0, ""
    for text in elements.texts():
        for raw, key in zip(raws_in(text), keys(text), strict=True):
            last = last if key is None else key
            yield last, (number, raw)
            number += 1


def _key(keyed: tuple[str, Numbered]) -> str:
    return keyed[0]


def _are_together(elements: LongList, keys: Keys) -> bool:
    """Whether no key comes again behind elements of others."""
    seen, last = Index(), None
    for key in chain.from_iterable(map(keys, elements.texts())):
        if key is not None and key != last:
            if not seen.add(key):
                return False
            last = key
    return True


class _Runs:
    """Elements of one key that follow one another: the number of the key, and of the first; where they stand."""

    def __init__(self) -> None:
        self.owners, self.firsts, self.starts, self.ends = array("q"), array("q"), array("q"), array("q")

    def add(self, owner: int, number: int, start: int, end: int) -> None:
        """Add the next element."""
        if self.owners and self.owners[-1] == owner:
            self.ends[-1] = end
            return
        self.owners.append(owner)
        self.firsts.append(number)
        self.starts.append(start)
        self.ends.append(end)

    def by_owner(self) -> Iterator[list[int]]:
        """The numbers of the runs of each key."""
        owners = np.frombuffer(self.owners, dtype=np.int64)
        order = np.argsort(owners, kind="stable")
        ends = np.flatnonzero(np.diff(owners[order], append=-1)) + 1
        start = 0
        for end in map(int, ends):
            yield order[start:end].tolist()
            start = end


def _gathered(elements: LongList, keys: Keys) -> Iterator[list[Numbered]]:
    runs, numbers = _Runs(), Index()
    for (key, (number, _)), placed in zip(_keyed(elements, keys), elements.placed(), strict=True):
        runs.add(numbers.setdefault(key, len(numbers)), number, placed.start, placed.end)
    for places in runs.by_owner():
        group: list[Numbered] = []
        for at in places:
            group += enumerate(elements.between(runs.starts[at], runs.ends[at]), runs.firsts[at])
        yield group
