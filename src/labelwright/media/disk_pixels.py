"""Decode a picture into a file instead of memory: for pictures too large to be held whole. Child process only.

The decoder writes into a mapped file that has no name any more; what it has written is let go of, so that the process
keeps a bounded number of pages, and the disk has the rest until they are needed again.
"""

import mmap
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import Image, ImageFile, TiffImagePlugin

from labelwright.media.messages import LARGEST_MAP_BYTES, Limits
from labelwright.media.reading import Picture, load
from labelwright.model.errors import TooLarge

_KEPT_BYTES = 128 * 2**20
_LOOK_EVERY_S = 0.02
_TELL_EVERY_S = 0.5
_PIXEL_BYTES = {"L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}


class Pages:
    """A thread that lets go of pages of a mapped file before there are too many, and tells how far its maker is.

    It has to be started before the process loses the right to start one.
    """

    def __init__(self) -> None:
        self._mapping: mmap.mmap | None = None
        self._tell: Callable[[], None] | None = None
        threading.Thread(target=self._run, daemon=True).start()

    def watch(self, mapping: mmap.mmap, tell: Callable[[], None] | None) -> None:
        """Watch a file from now on; `tell` is called now and then."""
        self._mapping, self._tell = mapping, tell

    def _run(self) -> None:
        told = 0.0
        while True:
            time.sleep(_LOOK_EVERY_S)
            if self._mapping is not None and _resident_bytes() > _KEPT_BYTES:
                self._mapping.madvise(mmap.MADV_DONTNEED)
            tell = self._tell
            if tell is not None and time.monotonic() - told > _TELL_EVERY_S:
                tell()
                told = time.monotonic()


def _resident_bytes() -> int:
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - fifty times a second
        return int(file.read().split()[1]) * mmap.PAGESIZE


def decode_to_disk(
    picture: Picture, path: Path, beside: Path, *, limits: Limits, pages: Pages, tell: Callable[[float], None]
) -> Image.Image:
    """Decode a picture of which the header was read, as it is stored, into a file beside another one.

    `tell` is told how much of `path` was read, 0 to 1. Raises as `load`; OSError for a full disk.
    """
    image = picture.image
    size_wh = stored_size(image)
    mapping = _map_file(beside.with_suffix(".pixels"), bytes_needed(image))
    pages.watch(mapping, _progress(image, tell))
    stride = size_wh[0] * _pixel_bytes(image)
    image.im = _core_on(mapping, size_wh, (image.mode, stride, 1))
    image.filename = ""  # or Pillow maps the file that it reads, in some formats
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        _leave_as_stored(image, size_wh)
    load(image, path, limits)
    pages.watch(mapping, None)
    return image


def stored_size(image: ImageFile.ImageFile) -> tuple[int, int]:
    """Return width and height before orientation; Pillow gives them turned for TIFF."""
    return image._tile_size if isinstance(image, TiffImagePlugin.TiffImageFile) else image.size  # noqa: SLF001


def bytes_needed(image: ImageFile.ImageFile) -> int:
    """Return the size of the file of pixels. Raises TooLarge where the decoder cannot write so many."""
    width, height = stored_size(image)
    needed = width * height * _pixel_bytes(image)
    if needed > LARGEST_MAP_BYTES:
        most = LARGEST_MAP_BYTES // _pixel_bytes(image)
        raise TooLarge(
            f"is {width} x {height} pixels, {width * height / 1e6:.4g} megapixels; pictures of its kind are read up to"
            f" {most / 1e6:.0f}. Cut it in two.",
            limit_pixels=most,
        )
    return needed


def _pixel_bytes(image: Image.Image) -> int:
    return _PIXEL_BYTES.get(image.mode, 4)


def _map_file(path: Path, size: int) -> mmap.mmap:
    """Make a file whose room is really there, or a full disk would end the process in the middle of a page."""
    with path.open("w+b") as file:
        path.unlink()
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)
        return mmap.mmap(file.fileno(), size)


def _core_on(mapping: mmap.mmap, size_wh: tuple[int, int], layout: tuple[str, int, int]) -> Any:
    """Return an image of Pillow's whose pixels are the mapping's bytes, as Pillow itself maps uncompressed files."""
    return Image.core.map_buffer(mapping, size_wh, "raw", 0, layout)  # type: ignore[attr-defined]


def _leave_as_stored(image: TiffImagePlugin.TiffImageFile, size_wh: tuple[int, int]) -> None:
    """Keep Pillow from turning the whole picture upright in memory at the end."""
    image.load_end = lambda: None  # type: ignore[method-assign]
    image._size = size_wh  # noqa: SLF001


def _progress(image: ImageFile.ImageFile, tell: Callable[[float], None]) -> Callable[[], None]:
    """Return what tells the part of the file that the decoder has passed; it may jump about in TIFF."""
    assert image.fp is not None
    descriptor = image.fp.fileno()
    size = os.fstat(descriptor).st_size

    def look() -> None:
        with suppress(OSError):  # closed at the end of decoding
            tell(os.lseek(descriptor, 0, os.SEEK_CUR) / size)

    return look
