import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from labelwright.raster import bounds_of, decode_rle, encode_rle, find_runs, pack_rle, rle_area, unpack_rle

masks = arrays.arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 20)), elements=st.integers(0, 1))
lengths = st.lists(st.integers(0, 300) | st.integers(0, 65_535**2), max_size=40)


def lengths_of(mask: np.ndarray) -> list[int]:
    runs = find_runs(mask)
    return encode_rle(runs.where(runs.owner > 0), mask.shape[::-1])


def plain(mask: np.ndarray) -> list[int]:
    """Count pixel by pixel, column after column."""
    counts, value = [0], 0
    for pixel in mask.T.ravel().tolist():
        if pixel != value:
            counts, value = [*counts, 0], pixel
        counts[-1] += 1
    return counts


@given(masks)
@settings(max_examples=300)
def test_lengths_are_counted_down_the_columns(mask):
    assert lengths_of(mask) == plain(mask)


@given(masks)
@settings(max_examples=300)
def test_a_mask_comes_back_from_its_lengths(mask):
    runs = decode_rle(plain(mask), mask.shape[::-1])

    again = np.zeros_like(mask)
    for row, start, stop in zip(*(column.tolist() for column in runs[1:]), strict=True):
        again[row, start:stop] = 1
    assert np.array_equal(again, mask)
    assert encode_rle(runs, mask.shape[::-1]) == plain(mask)
    assert rle_area(plain(mask)) == mask.sum()
    rows, columns = np.nonzero(mask)
    box = (columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1) if rows.size else (0, 0, 0, 0)
    assert bounds_of(runs) == box


@given(lengths)
@settings(max_examples=300)
def test_compressed_lengths_come_back(lengths):
    assert unpack_rle(pack_rle(lengths)) == lengths


@pytest.mark.parametrize(
    ("lengths", "text"),
    [
        ([], ""),
        ([12], "<"),
        ([0, 12], "0<"),
        ([6, 1, 40, 4, 5, 4, 5, 4, 21], "61X13mN000`0"),
        ([5, 3, 5, 3, 0, 3, 100], "5350K0T3"),
    ],
)
def test_compressed_lengths_are_those_of_coco(lengths, text):
    assert pack_rle(lengths) == text


@pytest.mark.parametrize(
    ("lengths", "says"),
    [
        ([11], "add up to 11 pixels, not to 4 x 3"),
        ([1_000_000_000, 1_000_000_000], "add up to 2000000000 pixels"),
        ([13, -1], "is negative"),
        ([], "add up to 0 pixels"),
    ],
)
def test_lengths_that_do_not_fit_the_picture_are_refused_before_anything_is_made_of_them(lengths, says):
    with pytest.raises(ValueError, match=says):
        decode_rle(lengths, (4, 3))


@pytest.mark.parametrize("size_wh", [(0, 5), (5, 65_536)])
def test_a_mask_of_a_size_that_no_picture_has_is_refused(size_wh):
    with pytest.raises(ValueError, match="1 to 65535"):
        decode_rle([size_wh[0] * size_wh[1]], size_wh)


@pytest.mark.parametrize(
    ("text", "says"), [("5é", "characters"), ("5 ", "characters"), ("5X", "cut off"), ("XXXXXXXX1", "no picture")]
)
def test_broken_text_is_refused(text, says):
    with pytest.raises(ValueError, match=says):
        unpack_rle(text)


def test_lengths_of_zero_within_a_mask_are_read():
    runs = decode_rle([2, 0, 1, 2, 0, 3, 4], (4, 3))

    assert encode_rle(runs, (4, 3)) == [3, 5, 4]
