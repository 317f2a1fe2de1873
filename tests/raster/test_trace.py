import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from labelwright.raster import Runs, find_runs, semantic_map, trace
from labelwright.raster.trace import Connectivity

CONNECTIVITIES: list[Connectivity] = [4, 8]
maps = arrays.arrays(
    np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.integers(0, 2), fill=st.just(0)
)


def foreground(values: np.ndarray) -> Runs:
    runs = find_runs(values)
    return runs.where(runs.owner > 0)


def signed_area(ring: np.ndarray) -> float:
    x, y = ring.T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum()) / 2


def neighbours(mask: np.ndarray, connectivity: int) -> int:
    """Count connected pieces by flooding."""
    left, pieces = {tuple(place) for place in np.argwhere(mask).tolist()}, 0
    steps = [(0, 1), (1, 0), (0, -1), (-1, 0)] + ([(1, 1), (1, -1), (-1, 1), (-1, -1)] if connectivity == 8 else [])
    while left:
        pieces, stack = pieces + 1, [left.pop()]
        while stack:
            row, column = stack.pop()
            found = {(row + down, column + right) for down, right in steps} & left
            left -= found
            stack += found
    return pieces


@given(maps, st.sampled_from(CONNECTIVITIES))
@settings(max_examples=300)
def test_outlines_painted_again_are_the_mask(values, connectivity):
    pieces = trace(foreground(values), connectivity)

    for value in (1, 2):
        segments = [piece.rings for piece in pieces if piece.owner == value]
        assert np.array_equal(semantic_map(segments, values.shape[::-1]) > 0, values == value)


@given(maps, st.sampled_from(CONNECTIVITIES))
@settings(max_examples=200)
def test_every_connected_piece_is_one_outline_with_its_holes(values, connectivity):
    pieces = trace(foreground(values), connectivity)

    assert len(pieces) == sum(neighbours(values == value, connectivity) for value in (1, 2))
    for piece in pieces:
        outline, *holes = (signed_area(ring) for ring in piece.rings)
        assert outline > 0
        assert all(hole < 0 for hole in holes)
        alone = semantic_map([piece.rings], values.shape[::-1]) > 0
        assert neighbours(alone, connectivity) == 1
        assert alone.sum() == outline + sum(holes)


@given(maps, st.sampled_from(CONNECTIVITIES))
def test_every_point_is_a_corner(values, connectivity):
    for piece in trace(foreground(values), connectivity):
        for ring in piece.rings:
            step = np.roll(ring, -1, axis=0) - ring
            assert ((step == 0).sum(axis=1) == 1).all()
            assert ((step == 0) != (np.roll(step, -1, axis=0) == 0)).all()


def test_pixels_that_share_a_corner_are_two_pieces_or_one():
    values = np.array([[1, 0], [0, 1]], dtype=np.uint8)

    assert [piece.rings[0].tolist() for piece in trace(foreground(values))] == [
        [[0, 0], [1, 0], [1, 1], [0, 1]],
        [[1, 1], [2, 1], [2, 2], [1, 2]],
    ]
    assert [len(piece.rings[0]) for piece in trace(foreground(values), 8)] == [8]


def test_an_island_in_a_hole_is_a_piece_of_its_own():
    values = np.ones((7, 7), dtype=np.uint8)
    values[1:6, 1:6], values[3, 3] = 0, 1

    around, island = trace(foreground(values))

    assert [len(ring) for ring in around.rings] == [4, 4]
    assert island.rings[0].tolist() == [[3, 3], [4, 3], [4, 4], [3, 4]]


def test_no_mask_has_no_outline():
    assert trace(foreground(np.zeros((3, 4), dtype=np.uint8))) == []


@pytest.mark.parametrize("size_wh", [(65_535, 1), (1, 65_535)])
def test_the_largest_sides_are_traced(size_wh):
    (piece,) = trace(foreground(np.ones(size_wh[::-1], dtype=np.uint8)))

    assert piece.rings[0].tolist() == [[0, 0], [size_wh[0], 0], [*size_wh], [0, size_wh[1]]]
