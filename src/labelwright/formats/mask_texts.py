"""Masks that stand as text in JSON: a PNG in base64, or the runs that Label Studio's brush writes.

The brush packs the bytes of an RGBA picture as a string of bits: how many bytes there are (32 bits), the bits of a byte
less one (5) and the bits of four kinds of lengths less one (4 each); then, until all are there, whether one byte is
repeated (1), the kind of length (2), the length less one, and the byte or as many bytes.
"""

import base64
import io
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from labelwright.formats.mask_pictures import MOST_DECODED_PIXELS
from labelwright.raster.png_rows import read_header

Mask = NDArray[np.bool_]
_CHANNELS: Final = 4
_BYTE: Final = 8
# What is less opaque than half is the soft border of the brush.
_OPAQUE: Final = 128


def mask_of_png(text: str, most_wh: tuple[float, float]) -> Mask:
    """The pixels (H, W) of a PNG in base64 that are opaque, or bright where all are. Raises ValueError.

    Its size is looked at before anything of it is unpacked.
    """
    from PIL import Image  # noqa: PLC0415 - an extra

    content = base64.b64decode(text, validate=True)
    size_wh = read_header(content[:64])
    if size_wh is None:
        raise ValueError("it is no PNG")
    if size_wh[0] > most_wh[0] or size_wh[1] > most_wh[1]:
        raise ValueError(f"it has {size_wh[0]} x {size_wh[1]} pixels, more than its box")
    _check_count(size_wh)
    with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
        if "A" in picture.getbands() or "transparency" in picture.info:
            return np.asarray(picture.convert("RGBA"))[..., -1] >= _OPAQUE
        return np.asarray(picture.convert("L")) > 0


def mask_of_brush(packed: Sequence[int], size_wh: tuple[int, int]) -> Mask:
    """The pixels (H, W) that are opaque in what a brush of Label Studio painted. Raises ValueError."""
    _check_count(size_wh)
    bits = _Bits(bytes(packed))
    count, width = bits.number(32), bits.number(5) + 1
    if count != size_wh[0] * size_wh[1] * _CHANNELS or width != _BYTE:
        raise ValueError(f"it is not of {size_wh[0]} x {size_wh[1]} pixels of {_CHANNELS} bytes")
    lengths = [bits.number(4) + 1 for _ in range(4)]
    values = np.empty(count, dtype=np.uint8)
    at = 0
    while at < count:
        is_repeated = bits.number(1)
        stop = at + bits.number(lengths[bits.number(2)]) + 1
        if stop > count:
            raise ValueError("its runs are longer than the picture")
        values[at:stop] = bits.number(_BYTE) if is_repeated else bits.bytes(stop - at)
        at = stop
    return values[_CHANNELS - 1 :: _CHANNELS].reshape(size_wh[1], size_wh[0]) >= _OPAQUE


def _check_count(size_wh: tuple[int, int]) -> None:
    if size_wh[0] * size_wh[1] > MOST_DECODED_PIXELS:
        raise ValueError(f"it has more than {MOST_DECODED_PIXELS:,} pixels")


class _Bits:
    """Numbers of any count of bits, one after another. Raises ValueError behind the end."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    def _slice(self, count: int) -> tuple[bytes, int]:
        """The bytes that hold the next `count` bits, and how many bits stand before these."""
        start, self._at = self._at, self._at + count
        if self._at > len(self._content) * _BYTE:
            raise ValueError("it ends too soon")
        return self._content[start // _BYTE : -(-self._at // _BYTE)], start % _BYTE

    def number(self, count: int) -> int:
        """The next `count` bits as a number."""
        content, _ = self._slice(count)
        return (int.from_bytes(content, "big") >> -self._at % _BYTE) & ((1 << count) - 1)

    def bytes(self, count: int) -> NDArray[np.uint8]:
        """The next `count` bytes."""
        content, before = self._slice(count * _BYTE)
        bits = np.unpackbits(np.frombuffer(content, dtype=np.uint8))
        return np.packbits(bits[before : before + count * _BYTE])
