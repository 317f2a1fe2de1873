import hashlib

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from labelwright.raster import semantic_map

Ring = list[tuple[float, float]]

SQUARE: Ring = [(10, 10), (40, 10), (40, 40), (10, 40)]
HOLE: Ring = [(20, 20), (30, 20), (30, 30), (20, 30)]
MARGIN = 40

sizes = st.tuples(st.integers(1, 40), st.integers(1, 40))


def fill_poly(ring: Ring, size_wh: tuple[int, int], margin: int = 0) -> np.ndarray:
    """Paint on a canvas larger by a margin on every side, then cut the margin off."""
    width, height = size_wh
    canvas = np.zeros((height + 2 * margin, width + 2 * margin), dtype=np.uint8)
    cv2.fillPoly(canvas, [np.array(ring, dtype=np.int32) + margin], 255)
    return canvas[margin : margin + height, margin : margin + width]


@st.composite
def rings_within(draw: st.DrawFn) -> tuple[Ring, tuple[int, int]]:
    width, height = draw(sizes)
    point = st.tuples(st.integers(0, width - 1), st.integers(0, height - 1))
    return draw(st.lists(point, min_size=1, max_size=9)), (width, height)


@pytest.mark.parametrize(
    ("segments", "white", "pixels"),
    [
        ([], 0, "3debe114d12fa2726ed5d9e4668db3791241297d3a2bb3a00a130f5a9c607cdc"),
        ([[SQUARE]], 961, "750d3e7a8128c6d1003cd3f20753e3eaefe4c692ec64adfc4f507c4450d864fd"),
        ([[SQUARE, HOLE]], 840, "0453d9602934ccb7bb0cfe4c8b794353c99f66404dd756b328d742cfe9e1e406"),
    ],
)
def test_old_consumers_get_the_pixels_they_know(segments, white, pixels):
    mask = semantic_map(segments, (50, 50), "outline")

    assert (mask == 255).sum() == white
    assert hashlib.sha256(mask.tobytes()).hexdigest() == pixels


@given(rings_within())
@settings(max_examples=500)
@example(([(6, 6), (3, 0)], (10, 8)))
def test_a_ring_within_the_picture_is_painted_as_opencv_paints_it(case):
    ring, size_wh = case

    assert np.array_equal(semantic_map([[ring]], size_wh, "outline"), fill_poly(ring, size_wh))


@given(st.lists(st.tuples(st.integers(-40, 79), st.integers(-40, 79)), min_size=1, max_size=9), sizes)
@settings(max_examples=500)
def test_a_ring_that_leaves_the_picture_is_clipped_after_painting(ring, size_wh):
    expected = fill_poly(ring, (80, 80), MARGIN)[: size_wh[1], : size_wh[0]]

    assert np.array_equal(semantic_map([[ring]], size_wh, "outline"), expected)


def test_opencv_itself_paints_other_pixels_of_rings_that_leave_the_picture():
    ring = [(-23, 15), (-28, 38), (30, -41)]

    clipped = semantic_map([[ring]], (13, 13), "outline")

    assert np.array_equal(clipped, fill_poly(ring, (13, 13), 60))
    assert not np.array_equal(clipped, fill_poly(ring, (13, 13)))


def test_points_are_truncated_towards_zero():
    fractional = [(-0.9, -0.9), (3.9, -0.1), (3.1, 2.9), (0.9, 2.2)]

    assert np.array_equal(
        semantic_map([[fractional]], (6, 6), "outline"),
        semantic_map([[[(0, 0), (3, 0), (3, 2), (0, 2)]]], (6, 6), "outline"),
    )


def test_lines_and_points_are_painted_since_sides_belong_to_the_shape():
    assert (semantic_map([[[(2, 3)]]], (6, 6), "outline") > 0).sum() == 1
    assert (semantic_map([[[(0, 0), (5, 5)]]], (6, 6), "outline") > 0).tolist() == np.eye(6, dtype=bool).tolist()


def test_sides_of_ten_million_pixels_are_painted():
    mask = semantic_map([[[(-1e7, -1e7), (1e7, 1e7), (1e7, -1e7)]]], (40, 40), "outline")

    assert np.array_equal(mask > 0, np.triu(np.ones((40, 40), dtype=bool)))
