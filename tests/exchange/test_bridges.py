"""Bridges of no width: joined rings cover the same pixels and come apart again."""

import numpy as np

from labelwright.exchange.bridges import joined, parted
from labelwright.raster import semantic_map

SQUARE = ((10.0, 10.0), (40.0, 10.0), (40.0, 40.0), (10.0, 40.0))
HOLE = ((20.0, 20.0), (30.0, 20.0), (30.0, 30.0), (20.0, 30.0))
OTHER = ((50.0, 12.0), (70.0, 15.0), (60.0, 44.0))


def turned(ring: tuple[tuple[float, float], ...]) -> set[tuple[tuple[float, float], ...]]:
    """A ring from each of its starts."""
    return {ring[start:] + ring[:start] for start in range(len(ring))}


def test_a_hole_joined_to_its_outline_covers_the_same_pixels() -> None:
    apart = semantic_map([[SQUARE, HOLE]], (80, 60))
    assert np.array_equal(semantic_map([[joined([SQUARE, HOLE])]], (80, 60)), apart)
    assert (apart > 0).sum() == 800


def test_joined_rings_come_apart_as_they_were_but_for_their_starts() -> None:
    rings = parted(joined([SQUARE, HOLE, OTHER]))
    assert len(rings) == 3
    assert all(any(ring in turned(other) for other in (SQUARE, HOLE, OTHER)) for ring in rings)


def test_a_ring_without_bridges_stays_as_it_is() -> None:
    assert parted(SQUARE) == [SQUARE]
    crossing = ((0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0))
    assert parted(crossing) == [crossing]
