"""Whether a picture can be read row by row, which its tiles are made of. Runs in the child process only."""

from pathlib import Path

from PIL import TiffImagePlugin

from labelwright.media.disk_pixels import bytes_needed, stored_size
from labelwright.media.jpeg import read_layout
from labelwright.media.messages import Limits
from labelwright.media.reading import Picture
from labelwright.model.errors import TooLarge, UnreadablePicture, UnsupportedPicture

_IN_ROWS = {"JPEG", "MPO", "PNG", "TIFF", "BMP"}
_ROWS_PER_STRIP, _BITS_PER_SAMPLE, _SAMPLES_PER_PIXEL, _COMPRESSION, _TILE_WIDTH = 278, 258, 277, 259, 322
# Of the memory, what one buffer of a decoder may take: strips of pixels come besides.
_BUFFER = 0.75


def check_tileable(picture: Picture, path: Path, limits: Limits) -> None:
    """Refuse by its header what cannot be decoded without holding it in memory. Raises TooLarge, UnsupportedPicture."""
    image, (width, height) = picture.image, picture.image.size
    megapixels = f"{width * height / 1e6:.4g} megapixels"
    if picture.kind.format not in _IN_ROWS or (picture.kind.format == "PNG" and picture.frames > 1):
        raise UnsupportedPicture(
            f"is {picture.kind.name} of {megapixels}: from {limits.tiled_from_pixels / 1e6:.4g} on, pictures have to"
            " be JPEG, PNG, TIFF or BMP, which can be read row by row. Save it as one of these.",
            found=picture.kind.name,
        )
    bytes_needed(image)
    _check_length(picture, path)
    buffer = int(_buffer_bytes_per_pixel(picture, path) * width * height)
    if buffer > _BUFFER * limits.tiling_memory_bytes:
        remedy = {
            "TIFF": "Save it with strips of a few rows or in tiles",
        }.get(picture.kind.format or "", "Save it as a baseline JPEG (not “progressive”)")
        raise TooLarge(
            f"is {width} x {height} pixels, {megapixels}, saved so that {buffer / 1e9:.2g} GB of memory are needed to"
            f" decode it; {_BUFFER * limits.tiling_memory_bytes / 1e9:.2g} GB are allowed here. {remedy}.",
            needed_bytes=buffer,
        )


def _check_length(picture: Picture, path: Path) -> None:
    """Refuse a file too short for its pixels at once: decoders fill a JPEG that ends early with grey."""
    layout = read_layout(path) if picture.kind.format == "JPEG" else None
    if layout is not None and path.stat().st_size < layout.least_bytes(picture.image.size):
        width, height = picture.image.size
        raise UnreadablePicture(
            f"is cut off: {path.stat().st_size} bytes cannot hold the {width} x {height} pixels that it announces."
            " Upload the whole file again."
        )


def _buffer_bytes_per_pixel(picture: Picture, path: Path) -> float:
    """Return what the decoder holds at once for each pixel of the picture."""
    image = picture.image
    if picture.kind.format == "JPEG":
        layout = read_layout(path)
        return layout.bytes_per_pixel if layout else 0.0
    if not isinstance(image, TiffImagePlugin.TiffImageFile) or image.tag_v2.get(_COMPRESSION, 1) == 1:
        return 0.0
    if _TILE_WIDTH in image.tag_v2:
        return 0.0
    height = stored_size(image)[1]
    rows = min(height, int(image.tag_v2.get(_ROWS_PER_STRIP, height)))
    bits = max(map(int, image.tag_v2.get(_BITS_PER_SAMPLE, (1,)))) * int(image.tag_v2.get(_SAMPLES_PER_PIXEL, 1))
    return bits / 8 * rows / height
