"""Which way up a picture is: EXIF tag 274, read by ourselves.

Pillow falls back to the orientation in XMP, which no browser does, and raises for damaged EXIF.
"""

import struct

from PIL import Image

_TAG = 0x0112
_SHORT = 3

TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_orientation(exif: bytes) -> int | None:
    """Return 1 to 8 out of an EXIF block, 1 where it has none, None where it is damaged or says something else."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return None
    try:
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, directory)
        for index in range(count):
            tag, kind, values = struct.unpack_from(order + "HHI", tiff, directory + 2 + 12 * index)
            if tag == _TAG:
                (value,) = struct.unpack_from(order + "H", tiff, directory + 10 + 12 * index)
                return value if (kind, values) == (_SHORT, 1) and 1 <= value <= 8 else None
    except struct.error:
        return None
    return 1
