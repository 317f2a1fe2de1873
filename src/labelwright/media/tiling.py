"""Make the pyramid of a picture too large to be held whole, strip by strip. Runs in the child process only."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image

from labelwright.media.colour import has_alpha, read_profile, scale_of, to_display_colours
from labelwright.media.disk_pixels import Pages, decode_to_disk
from labelwright.media.making import THUMBNAIL_QUALITY, bare, is_lossy
from labelwright.media.messages import Limits, Written
from labelwright.media.orientation import TRANSPOSITIONS
from labelwright.media.pyramid import (
    TILE,
    Address,
    Pyramid,
    PyramidWriter,
    Read,
    grid_of,
    read_head,
    read_tile,
)
from labelwright.media.reading import read_picture
from labelwright.media.tileable import check_tileable

_JPEG_QUALITY = 92
# Of the time, about, that reading takes; the rest is encoding.
_READING = 0.5
Tell = Callable[[float], None]


def write_tiles(path: Path, output: Path, limits: Limits, pages: Pages, tell: Tell) -> Written:
    """Write the pyramid of a picture as it is displayed; `tell` is told how far it is, 0 to 1.

    Raises as `read_picture` and `check_tileable`; OSError for a full disk.
    """
    picture = read_picture(path, limits)
    check_tileable(picture, path, limits)
    image = decode_to_disk(
        picture, path, output, limits=limits, pages=pages, tell=lambda read: tell(min(1.0, read) * _READING)
    )
    scale = scale_of(image, (image.crop(box) for box in _bands(image.size)))
    upright = image.size[::-1] if picture.orientation >= 5 else image.size
    lossy = is_lossy(image, path) and not has_alpha(image)
    pyramid = Pyramid(upright, "jpeg" if lossy else "png")
    tell(_READING)  # and end here if the server has gone meanwhile
    with PyramidWriter(output, pyramid) as writer:
        tower = Tower(pyramid, writer)
        for top in range(0, upright[1], TILE):
            bottom = min(top + TILE, upright[1])
            stored = image.crop(stored_box(picture.orientation, image.size, top, bottom))
            strip = bare(to_display_colours(stored, scale))
            method = TRANSPOSITIONS.get(picture.orientation)
            tower.add(strip if method is None else strip.transpose(method))
            tell(_READING + (1 - _READING) * bottom / upright[1])
    _, profile_warnings = read_profile(image)
    return Written(
        display=pyramid.format,
        content_type=f"image/{pyramid.format}",
        width=upright[0],
        height=upright[1],
        warnings=picture.warnings + profile_warnings,
    )


def _bands(size_wh: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    width, height = size_wh
    return ((0, top, width, min(top + TILE, height)) for top in range(0, height, TILE))


def stored_box(orientation: int, stored_wh: tuple[int, int], top: int, bottom: int) -> tuple[int, int, int, int]:
    """Return where the displayed rows from `top` up to `bottom` stand in the stored one: its rows or its columns."""
    width, height = stored_wh
    match orientation:
        case 3 | 4:
            return (0, height - bottom, width, height - top)
        case 5 | 6:
            return (top, 0, bottom, height)
        case 7 | 8:
            return (width - bottom, 0, width - top, height)
        case _:
            return (0, top, width, bottom)


class Tower:
    """All levels in the making: each strip is cut into tiles, halved, and the halves of two are the next level's.

    A pixel of a level is the mean of the two by two above it, where the border leaves fewer the mean of those.
    """

    def __init__(self, pyramid: Pyramid, writer: PyramidWriter) -> None:
        self._pyramid = pyramid
        self._writer = writer
        self._rows = [0] * len(pyramid.levels)
        self._halves: list[Image.Image | None] = [None] * len(pyramid.levels)

    def add(self, strip: Image.Image, level: int = 0) -> None:
        """Add the next strip of a level: 512 rows, or what is left of the picture."""
        row = self._rows[level]
        self._rows[level] += 1
        for column in range(grid_of(strip.size)[0]):
            left = column * TILE
            tile = strip.crop((left, 0, min(left + TILE, strip.width), strip.height))
            self._writer.add(Address(level, column, row), encode_tile(tile, self._pyramid.format))
        if level + 1 == len(self._pyramid.levels):
            return
        half = strip.reduce(2)
        is_last = self._rows[level] == grid_of(self._pyramid.levels[level])[1]
        upper = self._halves[level]
        if upper is None and not is_last:
            self._halves[level] = half
            return
        self._halves[level] = None
        self.add(half if upper is None else _stacked(upper, half), level + 1)


def _stacked(upper: Image.Image, lower: Image.Image) -> Image.Image:
    both = Image.new(upper.mode, (upper.width, upper.height + lower.height))
    both.paste(upper, (0, 0))
    both.paste(lower, (0, upper.height))
    return both


def encode_tile(tile: Image.Image, format_: str) -> bytes:
    """Return a tile as a file."""
    buffer = io.BytesIO()
    if format_ == "jpeg":
        tile.save(buffer, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    else:
        tile.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def write_overview(path: Path, output: Path, size: int) -> Written:
    """Write a WebP of at most `size` x `size` pixels out of the pyramid at `path`, from its top."""
    with path.open("rb") as file:

        def read(start: int, stop: int) -> bytes:
            file.seek(start)
            return file.read(stop - start)

        pyramid = read_head(read)
        enough = [level for level, size_wh in enumerate(pyramid.levels) if max(size_wh) >= 2 * size]
        small = _whole_level(read, pyramid, max(enough, default=0))
    small.thumbnail((size, size), reducing_gap=2.0)
    small.save(output, "WEBP", quality=THUMBNAIL_QUALITY, method=4)
    return Written(display="webp", content_type="image/webp", width=small.width, height=small.height)


def _whole_level(read: Read, pyramid: Pyramid, level: int) -> Image.Image:
    columns, rows = grid_of(pyramid.levels[level])
    whole: Image.Image | None = None
    for row in range(rows):
        for column in range(columns):
            tile = Image.open(
                io.BytesIO(read_tile(read, pyramid, Address(level, column, row))), formats=["JPEG", "PNG"]
            )
            whole = whole or Image.new(tile.mode, pyramid.levels[level])
            whole.paste(tile, (column * TILE, row * TILE))
    assert whole is not None
    return whole
