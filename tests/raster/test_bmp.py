import io
import struct

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from labelwright.raster import encode_bmp

masks = arrays.arrays(
    np.uint8,
    st.tuples(st.integers(1, 20), st.integers(1, 20)),
    elements=st.sampled_from([0, 255]),
    fill=st.sampled_from([0, 255]),
)


def test_a_bmp_of_50_by_50_pixels_has_3678_bytes_and_the_header_old_consumers_know():
    data = encode_bmp(np.zeros((50, 50), dtype=np.uint8))

    assert len(data) == 3678
    assert struct.unpack_from("<2sIHHI", data) == (b"BM", 3678, 0, 0, 1078)
    assert struct.unpack_from("<IiiHHIIiiII", data, 14) == (40, 50, 50, 1, 8, 0, 0, 0, 0, 0, 0)
    assert data[54:1078] == b"".join(bytes((grey, grey, grey, 0)) for grey in range(256))


@pytest.mark.parametrize(("width", "stored"), [(1, 4), (4, 4), (5, 8), (7, 8)])
def test_rows_are_padded_to_four_bytes_and_stored_from_the_bottom(width, stored):
    mask = np.zeros((2, width), dtype=np.uint8)
    mask[0] = 255

    pixels = encode_bmp(mask)[1078:]

    assert pixels == b"\0" * stored + b"\xff" * width + b"\0" * (stored - width)


@given(masks)
def test_a_bmp_decodes_to_the_pixels_of_the_mask(mask):
    with Image.open(io.BytesIO(encode_bmp(mask))) as picture:
        assert (picture.format, picture.mode) == ("BMP", "L")
        assert np.array_equal(np.asarray(picture), mask)


@given(masks)
def test_a_bmp_is_byte_for_byte_the_one_that_opencv_writes(mask):
    assert encode_bmp(mask) == cv2.imencode(".bmp", mask)[1].tobytes()
