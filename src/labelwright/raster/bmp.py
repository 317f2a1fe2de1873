"""Masks as BMP files: 8 bit, grey palette, no compression."""

import struct

from labelwright.raster.runs import Mask

_HEADER_BYTES = 14 + 40
_PALETTE = b"".join(bytes((grey, grey, grey, 0)) for grey in range(256))
_OFFSET = _HEADER_BYTES + len(_PALETTE)


def encode_bmp(mask: Mask) -> bytes:
    """Write a mask as an 8-bit BMP with a grey palette, the bottom row first, rows padded to four bytes.

    Args:
        mask: (H, W), its rows contiguous.
    """
    height, width = mask.shape
    padding = b"\0" * (-width % 4)
    size = _OFFSET + height * (width + len(padding))
    file_header = struct.pack("<2sIHHI", b"BM", size, 0, 0, _OFFSET)
    picture_header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 0, 0, 0, 0, 0, 0)
    rows = (part for row in mask[::-1] for part in (row, padding))
    return b"".join((file_header, picture_header, _PALETTE, *rows))
