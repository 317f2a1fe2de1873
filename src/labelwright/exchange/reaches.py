"""How far the shapes of each of many media reach, of what is found of some of them time and again."""

from collections.abc import Callable
from typing import IO, Self

import numpy as np

from labelwright.exchange.numerals import Floats
from labelwright.exchange.outlines import Places
from labelwright.exchange.spooled import column


class Reaches:
    """Left, top, right and bottom by number; numbers count up as media come. They lie in temporary files."""

    def __init__(self, spool: Callable[[], IO[bytes]]) -> None:
        self._spool, self._count = spool, 0

    def __enter__(self) -> Self:
        self._found, self._more = self._spool(), self._spool()
        return self

    def __exit__(self, *_: object) -> None:
        self._found.close()
        self._more.close()

    def add(self, numbers: Places, some: Floats) -> None:
        """Add how far the shapes of some media reach, (n, 4); a number may be there twice."""
        numbers, some = _each_once(numbers, some)
        first = int(np.searchsorted(numbers, self._count))
        self._more.write(np.column_stack((numbers[:first], some[:first])).data)
        self._found.write(some[first:].data)
        self._count += len(numbers) - first

    def united(self) -> Floats:
        """How far all shapes of each reach, (media, 4)."""
        found = column(self._found, np.float64).reshape(-1, 4)
        more = column(self._more, np.float64).reshape(-1, 5)
        for start in range(0, len(more), _AT_ONCE):
            some = more[start : start + _AT_ONCE]
            numbers, reaches = _each_once(some[:, 0].astype(np.int64), some[:, 1:])
            found[numbers, :2] = np.minimum(found[numbers, :2], reaches[:, :2])
            found[numbers, 2:] = np.maximum(found[numbers, 2:], reaches[:, 2:])
        return found


_AT_ONCE = 1 << 15


def _each_once(numbers: Places, reaches: Floats) -> tuple[Places, Floats]:
    """The same in the order of numbers, each of which is there once."""
    order = np.argsort(numbers, kind="stable")
    numbers, reaches = numbers[order], reaches[order]
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    if len(starts) == len(numbers):
        return numbers, reaches
    least, most = np.minimum.reduceat(reaches[:, :2], starts), np.maximum.reduceat(reaches[:, 2:], starts)
    return numbers[starts], np.concatenate((least, most), axis=1)
