"""Numbers by text for as many texts as there are, sixteen bytes each, so that memory hardly grows with an export.

A text stands for its hash of 64 bits, which nobody can foresee: that two of a million texts are taken for one happens
once in thirty million times.
"""

from array import array
from bisect import bisect_left
from typing import Final

import numpy as np

_FRESH: Final = 1 << 15


class Index:
    """Texts and their numbers (64 bits, with sign). A text keeps the number that it was first given."""

    def __init__(self) -> None:
        self._fresh: dict[int, int] = {}
        self._keys, self._numbers = array("q"), array("q")

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
        key = hash(text)
        found = self._settled(key)
        if found is not None:
            return found
        found = self._fresh.setdefault(key, number)
        if len(self._fresh) >= _FRESH:
            self._settle()
        return found

    def add(self, text: str) -> bool:
        """Note a text, for who wants to know no more than whether it is new."""
        count = len(self)
        self.setdefault(text, 0)
        return len(self) > count

    def _settled(self, key: int) -> int | None:
        at = bisect_left(self._keys, key)
        return self._numbers[at] if at < len(self._keys) and self._keys[at] == key else None

    def _settle(self) -> None:
        """Put what is fresh among the others, in the order of keys."""
        keys = np.concatenate((np.frombuffer(self._keys, np.int64), np.fromiter(self._fresh, np.int64)))
        numbers = np.concatenate((np.frombuffer(self._numbers, np.int64), np.fromiter(self._fresh.values(), np.int64)))
        order = np.argsort(keys, kind="stable")
        self._keys, self._numbers = array("q", keys[order].tobytes()), array("q", numbers[order].tobytes())
        self._fresh.clear()
