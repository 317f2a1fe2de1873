"""Boxes as shares of the sides of their pictures, many at a time."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.numerals import Floats, decimal_rows

NEAR: Final = 1e-9
"""How far outside the picture, in pixels, a point counts as on its border."""
LEAST: Final = 1e-12
"""The least extent of a box, a share of the picture's side: what is smaller would be rounded to nothing."""
SHARES: Final = 1e12
MIDDLES: Final = 1e13
"""Shares are rounded to so many parts: the way to pixels and back changes further digits; a middle has one more."""


class Rows(NamedTuple):
    """The numbers of each object as text, and the places of those that were cut at the border."""

    texts: list[str]
    cut: list[int]


def rounded(share: float, parts: float = SHARES) -> float:
    return round(share * parts) / parts


def all_rounded(shares: Floats, parts: float = SHARES) -> Floats:
    """As `rounded`, many at a time."""
    found: Floats = np.rint(shares * parts) / parts
    return found


def box_rows(bounds: Floats, sizes: Floats) -> Rows:
    """Centre, width and height, of left, top, width and height in pictures of these sizes, (n, 2)."""
    low, extent = bounds[:, :2], bounds[:, 2:]
    centre = low + extent / 2
    first, last = centre - extent / 2, centre + extent / 2
    was_cut: NDArray[np.bool_] = np.any((first < -NEAR) | (last > sizes + NEAR), axis=1)
    kept_first, kept_last = np.maximum(first, 0.0), np.minimum(last, sizes)
    low, high = all_rounded(kept_first / sizes), all_rounded(kept_last / sizes)
    middles, extents = all_rounded((low + high) / 2, MIDDLES), all_rounded(np.maximum(high - low, LEAST))
    values = np.concatenate((middles, extents), axis=1)
    return Rows(decimal_rows(values.ravel(), np.arange(4, values.size + 1, 4)), np.flatnonzero(was_cut).tolist())
