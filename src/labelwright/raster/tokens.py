"""Runs of bytes as deflate's literals and matches.

A value is written once, then repeated from itself. A group of short runs that stands in the row above as well is
repeated from there, where that is shorter.
"""

from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from labelwright.raster.bits import Codes, codes, join
from labelwright.raster.huffman import LONGEST, Code
from labelwright.raster.runs import Ints, spread

END: Final = 256
_SYMBOLS: Final = 286
_DISTANCES: Final = 30
_FURTHEST: Final = 32_768
_LONGEST_MATCH: Final = 258

# Bits that one match, and one run with its literal, take more or less: what decides between runs and the row above.
_BITS_OF_COPY: Final = 16
_BITS_OF_RUN: Final = 15
_ODD_COPY: Final = 10


class ByteRuns(NamedTuple):
    """Runs that follow each other without gaps; arrays of one length.

    Attributes:
        length: in bytes, at least 1; a multiple of the width of a value, or any for the value 0.
        value: 1 to 3 bytes, written with the most significant byte first.
    """

    length: Ints
    value: Ints

    def portion(self, start: int, stop: int) -> Self:
        return self._replace(length=self.length[start:stop], value=self.value[start:stop])


class Layout(NamedTuple):
    """How the bytes of a picture lie: bytes of a value, and bytes from one row to the next."""

    width: int
    stride: int


class Items(NamedTuple):
    """What is written, in turn: literals of a run, then matches; or matches with the row above alone.

    Attributes:
        literals: (n,), bytes of the value that stand before the matches.
        value: (n,)
        odd: (n,), 10 where a match of that length has to come first, so that a match of one or two bytes is not left.
        whole: (n,), matches of the greatest length.
        rest: (n,), length of the last match; 1 and 2 are written as literals.
        copies: (n,), 1 where the matches are with the row above.
    """

    literals: Ints
    value: Ints
    odd: Ints
    whole: Ints
    rest: Ints
    copies: Ints


def maximal(runs: ByteRuns) -> ByteRuns:
    """Drop empty runs and join neighbours of one value."""
    filled = runs.length > 0
    if not filled.all():
        runs = ByteRuns(runs.length[filled], runs.value[filled])
    same = runs.value[1:] == runs.value[:-1]
    if not same.any():
        return runs
    first = np.flatnonzero(np.concatenate(([True], ~same)))
    return ByteRuns(np.add.reduceat(runs.length, first), runs.value[first])


def find_items(runs: ByteRuns, layout: Layout) -> Items:
    """Find what to write for runs."""
    literals = np.minimum(runs.length, layout.width)
    length, copies, odd = runs.length - literals, np.zeros_like(literals), np.zeros_like(literals)
    value = runs.value
    groups = _repeated_groups(runs, layout.stride)
    if groups is not None:
        first, inside, size = groups
        literals[first], length[first], copies[first] = 0, size, 1
        left = size % _LONGEST_MATCH
        odd[first] = np.where((size > _LONGEST_MATCH) & (left > 0) & (left < 3), _ODD_COPY, 0)
        literals, length, copies, odd, value = (a[~inside] for a in (literals, length, copies, odd, value))
    whole, rest = np.divmod(length - odd, _LONGEST_MATCH)
    return Items(literals, value, odd, whole, rest, copies)


def _repeated_groups(runs: ByteRuns, stride: int) -> tuple[Ints, NDArray[np.bool_], Ints] | None:
    """Find groups of short runs that stand in the row above as well, where repeating them from there is shorter.

    Returns:
        The first run of each group, whether a run is a later one of a group, and the bytes of each group.
    """
    if stride > _FURTHEST:
        return None
    start = np.cumsum(runs.length) - runs.length
    short = runs.length < _LONGEST_MATCH
    pair = short[1:] & short[:-1]
    asked = np.flatnonzero(np.append(pair, False) | np.append(False, pair))
    above = np.searchsorted(start, start[asked] - stride)
    same = (start[above] == start[asked] - stride) & (runs.length[above] == runs.length[asked])
    repeated = np.zeros(short.size + 2, dtype=np.bool_)
    repeated[asked[same & (runs.value[above] == runs.value[asked])] + 1] = True
    first = np.flatnonzero(repeated[1:-1] & ~repeated[:-2])
    stop = np.flatnonzero(repeated[1:-1] & ~repeated[2:]) + 1
    if not first.size:
        return None
    size = start[stop - 1] + runs.length[stop - 1] - start[first]
    matches = -(-size // _LONGEST_MATCH)
    shorter = (size > 2) & (_BITS_OF_COPY * matches < _BITS_OF_RUN * (stop - first))
    first, stop, size = first[shorter], stop[shorter], size[shorter]
    inside = np.zeros(short.size, dtype=np.bool_)
    inside[spread(first + 1, stop)[1]] = True
    return (first, inside, size) if first.size else None


def count_symbols(items: Items, layout: Layout) -> tuple[list[int], list[int]]:
    """Count the symbols of literals and lengths, the end included, and those of distances."""
    literals = np.zeros(_SYMBOLS, dtype=np.int64)
    short = np.where(items.rest < 3, items.rest, 0)
    for place in range(max(layout.width, 2)):
        byte = _byte(items.value, place % layout.width, layout.width)
        literals[:END] += np.bincount(byte[items.literals > place], minlength=END)
        literals[:END] += np.bincount(byte[short > place], minlength=END)
    matched, odd = items.rest > 2, items.odd > 0
    literals += np.bincount(_SYMBOL_OF[items.rest[matched]], minlength=_SYMBOLS)
    literals[_SYMBOL_OF[_ODD_COPY]] += odd.sum()
    literals[_SYMBOL_OF[_LONGEST_MATCH]] += items.whole.sum()
    literals[END] = 1
    matches = items.whole + matched + odd
    copied = int(matches[items.copies > 0].sum())
    distances = [0] * _DISTANCES
    distances[_distance(layout.width)[0]] += int(matches.sum()) - copied
    if copied:
        distances[_distance(layout.stride)[0]] += copied
    return literals.tolist(), distances


def write_items(items: Items, layout: Layout, literal: list[Code], distance: list[Code]) -> Codes:
    """Write items in bits: one code with the literals, the last match and a few of the greatest length; the others.

    That code has 62 bits at most, 14 of each of three literals or 28 of a match, and 34 of the last match.
    """
    match = join([_matches(literal, distance, reach) for reach in (layout.width, layout.stride)])
    of_byte = codes(literal[:END])
    table = items.copies * (_LONGEST_MATCH + 1)
    short = items.rest < 3
    found = match.pick(table + items.odd)
    found = _literals(items.literals, items, layout.width, of_byte, found)
    found = found.then(match.pick(table + np.where(short, 0, items.rest)))
    found = _literals(np.where(short, items.rest, 0), items, layout.width, of_byte, found)
    few, bulk, bulks = _whole(items, match, LONGEST * (3 - layout.width))
    found = found.then(few)
    first = np.cumsum(1 + bulks) - (1 + bulks)
    written = Codes(np.repeat(bulk.value, 1 + bulks), np.repeat(bulk.bits, 1 + bulks))
    written.value[first], written.bits[first] = found
    return written


def _literals(count: Ints, items: Items, width: int, of_byte: Codes, before: Codes) -> Codes:
    """Write the first ``count`` bytes of values behind other codes."""
    for place in range(max(width, 2)):
        taken = np.flatnonzero(count > place)
        if taken.size:
            found = before.pick(taken).then(of_byte.pick(_byte(items.value[taken], place % width, width)))
            before.value[taken], before.bits[taken] = found
    return before


def _whole(items: Items, match: Codes, bits: int) -> tuple[Codes, Codes, Ints]:
    """Divide the matches of the greatest length into bulks, of as many as have ``bits``, and a few others.

    Returns:
        The code of the others, the code of a bulk, and how many bulks, for each item.
    """
    tables = []
    for longest in (_LONGEST_MATCH, 2 * _LONGEST_MATCH + 1):
        value, count = int(match.value[longest]), int(match.bits[longest])
        at_once = max(1, bits // count) if count else 1
        pattern = sum(value << count * place for place in range(at_once))
        tables.append([(pattern & (1 << count * few) - 1, count * few) for few in range(at_once + 1)])
    found = codes([code for table in tables for code in table])
    bulk = np.array([len(tables[0]) - 1, len(found.bits) - 1])[items.copies]
    sizes = np.array([len(table) - 1 for table in tables])[items.copies]
    bulks, few = np.divmod(items.whole, sizes)
    return found.pick(bulk - sizes + few), found.pick(bulk), bulks


def _matches(literal: list[Code], distance: list[Code], reach: int) -> Codes:
    """The codes of matches of 0 to 258 bytes from ``reach`` bytes before; nothing for those shorter than 3."""
    symbol, extra, extra_bits = _distance(reach) if reach <= _FURTHEST else (0, 0, 0)
    value, count = distance[symbol]
    far = (value | extra << count, count + extra_bits)
    found = [(0, 0)] * 3
    for length in range(3, _LONGEST_MATCH + 1):
        value, count = literal[_SYMBOL_OF[length]]
        value, count = value | int(_EXTRA[length]) << count, count + int(_EXTRA_BITS[length])
        found.append((value | far[0] << count, count + far[1]))
    return codes(found)


def _byte(value: Ints, place: int, width: int) -> Ints:
    return value if width == 1 else value >> 8 * (width - 1 - place) & 255


# --- RFC 1951, 3.2.5 --------------------------------------------------------------------------------------------------


def _distance(reach: int) -> tuple[int, int, int]:
    """The symbol of a distance, its extra bits, and how many they are."""
    bits = max((reach - 1).bit_length() - 2, 0)
    if not bits:
        return reach - 1, 0, 0
    return 2 * bits + (reach - 1 >> bits), (reach - 1) & (1 << bits) - 1, bits


def _length(length: int) -> tuple[int, int, int]:
    """The symbol of a match length of 3 to 258, its extra bits, and how many they are."""
    if length == _LONGEST_MATCH:
        return _SYMBOLS - 1, 0, 0
    bits = max((length - 3).bit_length() - 3, 0)
    return END + 1 + 4 * bits + (length - 3 >> bits), (length - 3) & (1 << bits) - 1, bits


_SYMBOL_OF, _EXTRA, _EXTRA_BITS = np.array([(0, 0, 0)] * 3 + [_length(n) for n in range(3, _LONGEST_MATCH + 1)]).T
