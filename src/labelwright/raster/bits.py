"""Codes of many lengths laid end to end, the first bit lowest, as deflate wants them."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from labelwright.raster.runs import Ints

Words = NDArray[np.uint64]


class Codes(NamedTuple):
    """Bits to be written: the lowest ``bits`` of each ``value``; arrays of one length, up to 63 bits each."""

    value: Words
    bits: Ints

    def pick(self, index: Ints) -> Self:
        return self._replace(value=self.value[index], bits=self.bits[index])

    def then(self, other: Self) -> Self:
        """Write one code of ``other`` behind each of these."""
        return self._replace(value=self.value | other.value << self.bits.astype(np.uint64), bits=self.bits + other.bits)


def codes(pairs: list[tuple[int, int]]) -> Codes:
    """Make codes of (value, count)."""
    return Codes(
        np.array([value for value, _ in pairs], dtype=np.uint64),
        np.array([count for _, count in pairs], dtype=np.int64),
    )


def join(parts: list[Codes]) -> Codes:
    return Codes(np.concatenate([part.value for part in parts]), np.concatenate([part.bits for part in parts]))


def pack(found: Codes) -> tuple[bytes, tuple[int, int]]:
    """Lay codes end to end.

    Returns:
        The whole bytes, and the (value, count) of the up to seven bits behind them.
    """
    end = np.cumsum(found.bits)
    start = end - found.bits
    word, shift = start >> 6, (start & 63).astype(np.uint64)
    total = int(end[-1])
    words = np.zeros((total >> 6) + 2, dtype=np.uint64)
    first = np.flatnonzero(np.diff(word, prepend=-1))
    words[word[first]] = np.bitwise_or.reduceat(found.value << shift, first)
    # A word is crossed into by one code at most, so that no two of them meet in one assignment.
    crosses = np.flatnonzero((end >> 6) > word)
    words[word[crosses] + 1] |= found.value[crosses] >> np.uint64(1) >> np.uint64(63) - shift[crosses]
    data = words.astype("<u8").tobytes()
    whole, left = total >> 3, total & 7
    return data[:whole], (data[whole] & ((1 << left) - 1), left)
