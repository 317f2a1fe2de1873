"""The pictures of the corpus: one colour each, with a red mark near the top left corner of what people see."""

import io
from typing import Final

from PIL import Image

from tests.formats.corpus.making import Case

MARK_XYXY: Final = (8, 8, 24, 16)
_RED: Final = (230, 25, 75)
# How to lay a displayed picture so that a program which follows the orientation shows it again as it was.
_LAID: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
_ORIENTATION: Final = 0x0112


def picture_of(case: Case, number: int) -> bytes:
    """The file of a case's picture."""
    shade = 60 + number * 37 % 120
    shown = Image.new("RGB", case.size_wh, (shade, 200 - shade, 80 + number * 11 % 97))
    shown.paste(_RED, MARK_XYXY)
    laid = shown.transpose(_LAID[case.orientation]) if case.orientation > 1 else shown
    exif = Image.Exif()
    exif[_ORIENTATION] = case.orientation
    file = io.BytesIO()
    if case.medium.lower().endswith(".jpg"):
        laid.save(file, "JPEG", quality=60, exif=exif)
    else:
        laid.quantize(4).save(file, "PNG", optimize=True)
    return file.getvalue()
