"""Read label files of YOLO as numbers alone, as far as every line is a plain box or outline: see `exchange/drawn.py`.

What `yolo_reader` finds a fault in, or makes something else of, is none of that: the file is read by lines then.
"""

from collections.abc import Container
from typing import Final

import msgspec
import numpy as np

from labelwright.exchange.drawn import BOXES, RINGS, Drawn
from labelwright.exchange.numerals import Floats, array_of
from labelwright.exchange.outlines import Places
from labelwright.formats.whole import whole

_OF_NUMBERS: Final = b"0123456789.e-"
_COMMAS: Final = bytes.maketrans(b" \n", b",,")
_NUMBERS: Final = msgspec.json.Decoder(list[float])
_LEAST_NUMBERS: Final = 6
_BOX_NUMBERS: Final = 4
_SKEW: Final = 0.618033988749895
_APART: Final = 4.0


def drawn(content: bytes, task: str, classes: Container[int], overshoot: float) -> Drawn | None:
    """The shapes of a label file as shares; None where a line needs a closer look.

    `overshoot` is how far outside of 0 to 1 a share may be.
    """
    between = content.translate(None, _OF_NUMBERS)
    if task not in {"detect", "segment"} or between.strip(b" \n") or not content.endswith(b"\n"):
        return None
    named = {line.partition(b" ")[0] for line in content[:-1].split(b"\n")}
    if not all(name.isdigit() and whole(name.decode()) in classes for name in named):
        return None
    try:  # as a list of JSON, in which there are no empty places, and no two ways to write a whole number
        values = array_of(_NUMBERS.decode(b"[%b]" % content[:-1].translate(_COMMAS)))
    except msgspec.DecodeError:
        return None
    ends = np.flatnonzero(np.frombuffer(between, dtype=np.uint8) == ord("\n")) + 1
    firsts = np.append(0, ends[:-1])
    are_shares = np.ones(len(values), dtype=np.bool_)
    are_shares[firsts] = False
    shares, counts = values[are_shares], ends - firsts - 1
    if not (len(shares) and shares.min() >= -overshoot and shares.max() <= 1 + overshoot):
        return None
    return _boxes(shares, counts) if task == "detect" else _rings(shares, counts)


def _boxes(shares: Floats, counts: Places) -> Drawn | None:
    """Boxes by their corners instead of their centres."""
    if (counts != _BOX_NUMBERS).any():
        return None
    rows = shares.reshape(-1, _BOX_NUMBERS)
    rows[:, :2] -= rows[:, 2:] / 2
    return Drawn(BOXES, shares, counts) if rows[:, 2:].min() > 0 else None


def _rings(shares: Floats, counts: Places) -> Drawn | None:
    """Rings without bridges: those have a point twice, and so has, of points on a skew line, a place."""
    if (counts & 1).any() or counts.min() < _LEAST_NUMBERS:
        return None
    places = shares[::2] * _SKEW + shares[1::2] + np.repeat(_APART * np.arange(len(counts)), counts >> 1)
    places.sort()
    return None if (places[1:] == places[:-1]).any() else Drawn(RINGS, shares, counts)
