"""Huffman codes as deflate writes them: the same counts give the same codes on every machine."""

import heapq
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

LONGEST: Final = 14
"""Bits of a code; deflate allows 15, but what is written at once has to fit a word: see ``tokens.write_items``."""

_LONGEST_OF_LENGTHS: Final = 7
_ORDER: Final = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
_COPY, _ZEROS, _MANY_ZEROS = 16, 17, 18
_EXTRA_BITS: Final = {_COPY: 2, _ZEROS: 3, _MANY_ZEROS: 7}

Code = tuple[int, int]
"""Bits, the first one lowest, and how many they are."""


def lengths_of(counts: Sequence[int], longest: int = LONGEST) -> list[int]:
    """Find how many bits the code of each symbol has: 0 for those that never occur, at most ``longest``.

    Where the best codes would be longer, counts are halved, rounded up, until they are not.
    """
    while True:
        lengths = _best_lengths(counts)
        if max(lengths) <= longest:
            return lengths
        counts = [(count + 1) // 2 for count in counts]


def codes_of(lengths: Sequence[int]) -> list[Code]:
    """Number the codes of given lengths: shorter ones first, then by symbol."""
    found: list[Code] = [(0, 0)] * len(lengths)
    number = before = 0
    for length, symbol in sorted((length, symbol) for symbol, length in enumerate(lengths) if length):
        number <<= length - before
        found[symbol] = (int(f"{number:0{length}b}"[::-1], 2), length)
        number, before = number + 1, length
    return found


def header(literals: Sequence[int], distances: Sequence[int], *, last: bool) -> list[Code]:
    """Write what stands before a block of its own codes: that it is one, and the lengths of its codes.

    Args:
        literals: lengths of the codes of literals and match lengths, 257 to 286.
        distances: lengths of the codes of distances, 1 to 30.
        last: whether the block is the last one of its stream.
    """
    steps = list(_steps([*literals, *distances]))
    counts = [0] * len(_ORDER)
    for symbol, _ in steps:
        counts[symbol] += 1
    lengths = lengths_of(counts, _LONGEST_OF_LENGTHS)
    ordered = [lengths[symbol] for symbol in _ORDER]
    while len(ordered) > 4 and not ordered[-1]:
        ordered.pop()
    code = codes_of(lengths)
    written = [(int(last), 1), (2, 2), (len(literals) - 257, 5), (len(distances) - 1, 5), (len(ordered) - 4, 4)]
    written += [(length, 3) for length in ordered]
    for symbol, extra in steps:
        written.append(code[symbol])
        if symbol in _EXTRA_BITS:
            written.append((extra, _EXTRA_BITS[symbol]))
    return written


def _best_lengths(counts: Sequence[int]) -> list[int]:
    """Merge the two rarest again and again; of equally rare ones, those that came first."""
    lengths = [0] * len(counts)
    trees = [(count, symbol, [symbol]) for symbol, count in enumerate(counts) if count]
    if len(trees) == 1:
        lengths[trees[0][1]] = 1
    heapq.heapify(trees)
    number = len(counts)
    while len(trees) > 1:
        rarest, next_rarest = heapq.heappop(trees), heapq.heappop(trees)
        symbols = rarest[2] + next_rarest[2]
        for symbol in symbols:
            lengths[symbol] += 1
        heapq.heappush(trees, (rarest[0] + next_rarest[0], number, symbols))
        number += 1
    return lengths


def _steps(lengths: Sequence[int]) -> Iterator[Code]:
    """Write lengths as symbols: a length, a repeat of the one before, or a row of zeros; with their extra bits."""
    for length, run in groupby(lengths):
        left = len(list(run))
        if length:
            yield length, 0
            left -= 1
        while left >= 3:
            symbol, least, most = _repeat(length, left)
            taken = min(left, most)
            yield symbol, taken - least
            left -= taken
        for _ in range(left):
            yield length, 0


def _repeat(length: int, left: int) -> tuple[int, int, int]:
    """The symbol that repeats a length, with the fewest and the most repeats that it can say."""
    if length:
        return _COPY, 3, 6
    return (_MANY_ZEROS, 11, 138) if left > 10 else (_ZEROS, 3, 10)
