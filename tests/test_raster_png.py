import io
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from labelwright.raster import encode_png, fill, png, semantic_map, semantic_map_png

SEGMENTS = [
    [[(10, 10), (40, 10), (40, 40), (10, 40)], [(20, 20), (30, 20), (30, 30), (20, 30)]],
    [[(-5, 30), (60, 35), (20, 70)]],
]

masks = arrays.arrays(
    np.uint8,
    st.tuples(st.integers(1, 30), st.integers(1, 30)),
    elements=st.sampled_from([0, 255]),
    fill=st.sampled_from([0, 255]),
)


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, place = [], 8
    while place < len(data):
        (length,), kind = struct.unpack_from(">I", data, place), data[place + 4 : place + 8]
        body, end = data[place + 8 : place + 8 + length], place + 8 + length
        assert struct.unpack_from(">I", data, end) == (zlib.crc32(kind + body),)
        found.append((kind, body))
        place = end + 4
    return found


def decoded(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.mode) == ("PNG", "L")
        return np.asarray(picture)


@given(masks)
@settings(deadline=None)
def test_a_png_decodes_to_the_pixels_of_the_mask(mask):
    assert np.array_equal(decoded(encode_png(mask)), mask)


def test_a_png_is_8_bit_and_single_channel_without_anything_else_in_it():
    data = encode_png(semantic_map(SEGMENTS, (70, 50)))

    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert [kind for kind, _ in chunks(data)] == [b"IHDR", b"IDAT", b"IEND"]
    assert chunks(data)[0][1] == struct.pack(">IIBBBBB", 70, 50, 8, 0, 0, 0, 0)


def test_the_bytes_of_a_png_are_the_same_twice():
    mask = semantic_map(SEGMENTS, (3000, 2000))

    assert encode_png(mask) == encode_png(mask.copy())


@pytest.mark.parametrize("size_wh", [(70, 50), (3000, 2000), (1, 1)])
@pytest.mark.parametrize("rule", fill.RULES)
def test_painting_and_writing_in_one_go_gives_the_bytes_of_the_two_steps(size_wh, rule):
    segments = [[(np.array(ring) * size_wh / 70) for ring in segment] for segment in SEGMENTS]

    assert semantic_map_png(segments, size_wh, rule) == encode_png(semantic_map(segments, size_wh, rule))


def test_many_portions_make_one_picture(monkeypatch):
    monkeypatch.setattr(fill, "_BLOCK_BYTES", 500)
    monkeypatch.setattr(png, "_CHUNK_BYTES", 50)
    mask = semantic_map(SEGMENTS, (70, 50))

    data = encode_png(mask)

    assert [kind for kind, _ in chunks(data)].count(b"IDAT") > 1
    assert np.array_equal(decoded(data), mask)


def test_a_picture_too_large_for_memory_is_written_in_little():
    tracemalloc.start()
    try:
        data = semantic_map_png(SEGMENTS, (20_000, 10_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert struct.unpack_from(">II", data, 16) == (20_000, 10_000)
    assert peak < 20_000_000


def test_a_map_of_a_size_that_cannot_be_painted_is_not_written():
    with pytest.raises(ValueError, match="0 x 5 pixels"):
        semantic_map_png(SEGMENTS, (0, 5))
