"""Numbers by text for as many texts as there are, sixteen bytes each, so that memory hardly grows with an export.

A text stands for its hash of 64 bits, which nobody can foresee: that two of a million texts are taken for one happens
once in thirty million times.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

_FRESH: Final = 1 << 15


class Index:
    """Texts and their numbers (64 bits, with sign). A text keeps the number that it was first given."""

    def __init__(self) -> None:
        self._fresh: dict[int, int] = {}
        # Looked at number by number, which takes twice as long in an array of NumPy.
        self._keys = self._numbers = np.empty(0, dtype=np.int64).data

    def __len__(self) -> int:
        return len(self._fresh) + len(self._keys)

    def __contains__(self, text: str) -> bool:
        return self.get(text) is not None

    def get(self, text: str) -> int | None:
        """The number of a text; None for one that has none."""
        key = hash(text)
        found = self._fresh.get(key)
        return self._settled(key) if found is None else found

    def setdefault(self, text: str, number: int) -> int:
        """The number of a text, which is this one if it had none."""
        return self._put(hash(text), number)

    def add(self, text: str) -> bool:
        """Note a text, for who wants to know no more than whether it is new."""
        count = len(self)
        self.setdefault(text, 0)
        return len(self) > count

    def add_all(self, texts: Sequence[str]) -> bool:
        """Note texts, where each is new and there once; whether that is so. A fifth of the time of one by one."""
        keys = dict.fromkeys(map(hash, texts), 0)
        if len(keys) < len(texts) or not self._fresh.keys().isdisjoint(keys) or self._any_settled(keys):
            return False
        self._fresh.update(keys)
        if len(self._fresh) >= _FRESH:
            self._settle()
        return True

    def include(self, other: "Index") -> int:
        """Note all texts of another one with their numbers; returns how many are new."""
        count = len(self)
        for key, number in other.hashed():
            self._put(key, number)
        return len(self) - count

    def hashed(self) -> Iterator[tuple[int, int]]:
        """The hash of every text, and its number."""
        yield from self._fresh.items()
        yield from zip(self._keys, self._numbers, strict=True)

    def copy(self) -> "Index":
        """The same texts with the same numbers; either goes on apart."""
        other = Index()
        other._fresh, other._keys, other._numbers = dict(self._fresh), self._keys, self._numbers
        return other

    def _put(self, key: int, number: int) -> int:
        found = self._settled(key)
        if found is not None:
            return found
        found = self._fresh.setdefault(key, number)
        if len(self._fresh) >= _FRESH:
            self._settle()
        return found

    def _settled(self, key: int) -> int | None:
        at = bisect_left(self._keys, key)
        return self._numbers[at] if at < len(self._keys) and self._keys[at] == key else None

    def _any_settled(self, keys: dict[int, int]) -> bool:
        if not len(self._keys):
            return False
        settled, wanted = np.asarray(self._keys), np.fromiter(keys, np.int64, len(keys))
        places = np.searchsorted(settled, wanted)
        return bool(np.any(settled.take(places, mode="clip") == wanted))

    def _settle(self) -> None:
        """Put what is fresh among the others, in the order of keys."""
        fresh = np.array(sorted(self._fresh), dtype=np.int64)
        numbers = np.array([self._fresh[key] for key in fresh.tolist()], dtype=np.int64)
        places = np.searchsorted(self._keys, fresh)
        self._keys = np.insert(self._keys, places, fresh).data
        self._numbers = np.insert(self._numbers, places, numbers).data
        self._fresh.clear()
