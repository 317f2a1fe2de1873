"""Whole numbers in the texts of strangers, who may write thousands of digits."""

import re
from typing import Final

from labelwright.raster.runs import LARGEST_SIDE

_WHOLE: Final = re.compile(r"\s*([+-]?)0*(\d{1,9})\s*")


def whole(text: str | None) -> int | None:
    """The number from 0 to 999,999,999 that a text is; None when it is none."""
    number = signed(text)
    return number if number is not None and number >= 0 else None


def side(text: str | None) -> int | None:
    """Pixels of a side of a picture; None when they are none that a picture has."""
    number = whole(text)
    return number if number and number <= LARGEST_SIDE else None


def signed(text: str | None) -> int | None:
    """The same with a sign before it, from -999,999,999 on."""
    found = _WHOLE.fullmatch(text or "")
    return int(f"{found[1]}{found[2]}") if found else None
