"""Pyramids: a picture in tiles, in its full size and in halves of it, as one file. Reads and writes bytes, no pixels.

Level 0 is the picture as displayed; each further level has half the width and height of the one before, rounded up;
the last fits into one tile. The file begins with a head, then for each tile, by level, row and column, where its
bytes begin and how many they are; the tiles follow.
"""

import struct
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Literal, NamedTuple, Self

TILE = 512
TileFormat = Literal["jpeg", "png"]
_FORMATS: dict[bytes, TileFormat] = {b"jpeg": "jpeg", b"png": "png"}

_MAGIC = b"LWTILES1"
_HEAD = struct.Struct("<8sII8s")
_PLACE = struct.Struct("<QI")

SizeWH = tuple[int, int]
Read = Callable[[int, int], bytes]


class Address(NamedTuple):
    """Which tile: levels count from the full size, columns and rows from the top left."""

    level: int
    column: int
    row: int


class Pyramid(NamedTuple):
    """The size of a picture as displayed, and what its tiles are encoded as."""

    size_wh: SizeWH
    format: TileFormat

    @property
    def levels(self) -> tuple[SizeWH, ...]:
        """The sizes of all levels."""
        return level_sizes(self.size_wh)

    def has(self, address: Address) -> bool:
        """Return whether there is such a tile."""
        if not 0 <= address.level < len(self.levels):
            return False
        columns, rows = grid_of(self.levels[address.level])
        return 0 <= address.column < columns and 0 <= address.row < rows

    def place_of(self, address: Address) -> int:
        """Return the place of a tile in the file's list."""
        counts = [columns * rows for columns, rows in map(grid_of, self.levels)]
        before = list(accumulate(counts, initial=0))[address.level]
        return before + address.row * grid_of(self.levels[address.level])[0] + address.column

    @property
    def tile_count(self) -> int:
        """How many tiles there are."""
        return sum(columns * rows for columns, rows in map(grid_of, self.levels))


def level_sizes(size_wh: SizeWH) -> tuple[SizeWH, ...]:
    """Return the sizes of the levels of a picture, the full one first."""
    sizes = [size_wh]
    while max(sizes[-1]) > TILE:
        width, height = sizes[-1]
        sizes.append(((width + 1) // 2, (height + 1) // 2))
    return tuple(sizes)


def grid_of(size_wh: SizeWH) -> tuple[int, int]:
    """Return how many columns and rows of tiles a level has."""
    return -(-size_wh[0] // TILE), -(-size_wh[1] // TILE)


class PyramidWriter:
    """Write tiles in any order; the file counts as a pyramid once the `with` ends well, and is gone if it does not."""

    def __init__(self, path: Path, pyramid: Pyramid) -> None:
        self._path = path
        self._pyramid = pyramid
        self._places: list[tuple[int, int]] = [(0, 0)] * pyramid.tile_count
        self._file: BinaryIO = path.open("wb")
        self._end = _HEAD.size + _PLACE.size * pyramid.tile_count
        self._file.seek(self._end)

    def add(self, address: Address, data: bytes) -> None:
        self._file.write(data)
        self._places[self._pyramid.place_of(address)] = (self._end, len(data))
        self._end += len(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file:
            if kind is not None:
                self._path.unlink(missing_ok=True)
            else:
                assert all(size for _, size in self._places), "every tile is there"
                self._file.seek(0)
                self._file.write(_HEAD.pack(_MAGIC, *self._pyramid.size_wh, self._pyramid.format.encode()))
                self._file.write(b"".join(_PLACE.pack(*place) for place in self._places))


def read_head(read: Read) -> Pyramid:
    """Read what a file holds; `read(start, stop)` returns its bytes. Raises ValueError for anything but a pyramid."""
    head = read(0, _HEAD.size)
    if len(head) != _HEAD.size or not head.startswith(_MAGIC):
        raise ValueError("the file is no pyramid of tiles")
    _, width, height, name = _HEAD.unpack(head)
    format_ = _FORMATS.get(name.rstrip(b"\0"))
    if format_ is None or not (width and height):
        raise ValueError("the pyramid's head is damaged")
    return Pyramid((width, height), format_)


def read_tile(read: Read, pyramid: Pyramid, address: Address) -> bytes:
    """Read the bytes of a tile that the pyramid has. Raises ValueError where they are cut off."""
    place = _HEAD.size + _PLACE.size * pyramid.place_of(address)
    entry = read(place, place + _PLACE.size)
    if len(entry) != _PLACE.size:
        raise ValueError("the file ends within its list of tiles")
    start, size = _PLACE.unpack(entry)
    data = read(start, start + size)
    if not data or len(data) != size:
        raise ValueError("the file ends within a tile")
    return data
