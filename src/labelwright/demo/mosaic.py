"""A very large picture made of the small ones: one of them as a mosaic of 7,500 tiles."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

TILES_WH = (100, 75)
TILE = 120
CONTRAST = 0.6

Pixels = NDArray[np.uint8]


def compose(motif: Path, pictures: Sequence[Path]) -> bytes:
    """Make a JPEG of 12,000 x 9,000 pixels: `motif` from afar, `pictures` from near. The same files give the same."""
    colours = _pixels(motif, TILES_WH).astype(np.float32)
    tiles = np.stack([version for path in pictures for version in _versions(_pixels(path, (TILE, TILE)))])
    shades = (tiles - tiles.mean(axis=(1, 2), keepdims=True)) * CONTRAST
    chosen = np.random.default_rng(seed=1).integers(len(tiles), size=TILES_WH[::-1])
    canvas = np.empty((TILES_WH[1] * TILE, TILES_WH[0] * TILE, 3), np.uint8)
    for row in range(TILES_WH[1]):
        band = (shades[chosen[row]] + colours[row][:, None, None, :]).clip(0, 255).astype(np.uint8)
        canvas[row * TILE : (row + 1) * TILE] = band.transpose(1, 0, 2, 3).reshape(TILE, -1, 3)
    buffer = io.BytesIO()
    Image.fromarray(canvas).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _pixels(path: Path, size_wh: tuple[int, int]) -> Pixels:
    """The middle of a picture in the proportions of `size_wh`, scaled to it: (H, W, 3)."""
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    scale = min(picture.width / size_wh[0], picture.height / size_wh[1])
    width, height = size_wh[0] * scale, size_wh[1] * scale
    left, top = (picture.width - width) / 2, (picture.height - height) / 2
    box = (left, top, left + width, top + height)
    return np.asarray(picture.resize(size_wh, Image.Resampling.LANCZOS, box=box))


def _versions(tile: Pixels) -> tuple[Pixels, Pixels]:
    return tile, tile[:, ::-1]
