import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from labelwright.raster import encode_png, png_rows
from labelwright.raster.png_rows import NotPlain, form_of, read_header, read_rows

shapes = st.tuples(st.integers(1, 30), st.integers(1, 30))
pixels = st.one_of(
    arrays.arrays(np.uint8, shapes),
    arrays.arrays(np.uint16, shapes),
    arrays.arrays(np.uint32, shapes, elements=st.integers(0, (1 << 24) - 1)),
)


def rows(data: bytes) -> np.ndarray:
    bands = list(read_rows(data))
    assert [first for first, _ in bands] == np.cumsum([0, *(len(values) for _, values in bands)]).tolist()[:-1]
    return np.concatenate([values for _, values in bands])


@given(pixels, st.integers(1, 400))
def test_what_was_written_is_read_in_bands(values, band_bytes):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(png_rows, "_BAND_BYTES", band_bytes)
        assert np.array_equal(rows(encode_png(values)), values)


def test_a_large_picture_is_read_in_little():
    data = encode_png(np.zeros((6000, 10_000), dtype=np.uint8))
    tracemalloc.start()
    try:
        assert sum(len(values) for _, values in read_rows(data)) == 6000
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


def test_filters_interlacing_and_few_bits_are_for_others():
    gradient = Image.fromarray(np.add.outer(np.arange(40), np.arange(40)).astype(np.uint8))
    for picture in (gradient, gradient.convert("1"), gradient.convert("RGBA")):
        file = io.BytesIO()
        picture.save(file, "PNG")
        with pytest.raises(NotPlain):
            rows(file.getvalue())
    interlaced = bytearray(encode_png(np.zeros((3, 3), dtype=np.uint8)))
    interlaced[28] = 1
    with pytest.raises(NotPlain):
        form_of(bytes(interlaced))


@pytest.mark.parametrize("cut", range(0, 300, 7))
def test_a_file_that_is_cut_off_is_damaged(cut):
    data = encode_png(np.random.default_rng(4).integers(0, 9, (30, 30)).astype(np.uint8))

    with pytest.raises(ValueError):
        rows(data[:cut])


def test_a_file_with_a_changed_byte_is_damaged():
    data = bytearray(encode_png(np.arange(900, dtype=np.uint16).reshape(30, 30)))
    data[60] ^= 1

    with pytest.raises(ValueError, match="cut off or changed"):
        rows(bytes(data))


def test_too_few_rows_are_damage_and_more_than_announced_are_left():
    def framed(packed: bytes) -> bytes:
        parts = ((b"IHDR", struct.pack(">IIBBBBB", 2, 3, 8, 0, 0, 0, 0)), (b"IDAT", packed), (b"IEND", b""))
        chunks = (struct.pack(">I", len(b)) + kind + b + struct.pack(">I", zlib.crc32(kind + b)) for kind, b in parts)
        return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)

    assert rows(framed(zlib.compress(bytes(9 + 3_000_000)))).shape == (3, 2)
    with pytest.raises(ValueError, match="2 of 3 rows"):
        rows(framed(zlib.compress(bytes(6))))
    with pytest.raises(ValueError):
        rows(framed(b"no zlib"))


def test_a_header_says_the_size_before_anything_is_unpacked():
    assert read_header(encode_png(np.zeros((3, 7), dtype=np.uint8))) == (7, 3)
    assert read_header(b"\xff\xd8 no png") is None
