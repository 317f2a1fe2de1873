import hashlib
import io
import struct
import tracemalloc
import warnings
import zlib

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from labelwright.raster import encode_png, encode_runs, fill, png, semantic_map, semantic_map_png
from labelwright.raster.runs import Runs

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
shapes = st.tuples(st.integers(1, 30), st.integers(1, 30))


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
def test_a_png_decodes_to_the_pixels_of_the_mask(mask):
    assert np.array_equal(decoded(encode_png(mask)), mask)


def test_a_png_is_8_bit_and_single_channel_without_anything_else_in_it():
    data = encode_png(semantic_map(SEGMENTS, (70, 50)))

    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert [kind for kind, _ in chunks(data)] == [b"IHDR", b"IDAT", b"IEND"]
    assert chunks(data)[0][1] == struct.pack(">IIBBBBB", 70, 50, 8, 0, 0, 0, 0)


def test_the_bytes_of_a_png_are_these_on_every_machine():
    mask = semantic_map(SEGMENTS, (3000, 2000))
    bands = (np.arange(600)[:, None] // 50 * 300 + np.arange(900) // 40).astype(np.uint16)
    noise = np.random.RandomState(7).randint(0, 256, (90, 100)).astype(np.uint8)

    found = [hashlib.sha256(encode_png(pixels)).hexdigest()[:16] for pixels in (mask, bands, noise)]

    assert found == ["282af2cb021a1927", "f0e09696fd9fba60", "396e0178107d326b"]


@given(arrays.arrays(np.uint16, shapes, fill=st.integers(0, 65_535)))
def test_values_of_16_bits_are_written_whole(pixels):
    with Image.open(io.BytesIO(encode_png(pixels))) as picture:
        assert picture.mode == "I;16"
        assert np.array_equal(np.asarray(picture), pixels)


@given(arrays.arrays(np.uint32, shapes, elements=st.integers(0, (1 << 24) - 1), fill=st.just(0)))
def test_values_of_three_bytes_are_written_as_red_green_and_blue(pixels):
    with Image.open(io.BytesIO(encode_png(pixels))) as picture:
        assert picture.mode == "RGB"
        red, green, blue = np.moveaxis(np.asarray(picture).astype(np.uint32), 2, 0)
        assert np.array_equal(red << 16 | green << 8 | blue, pixels)


def test_a_palette_gives_colours_to_values_without_changing_them():
    pixels = np.array([[0, 1, 2], [2, 2, 0]], dtype=np.uint8)
    palette = [(0, 0, 0), (220, 20, 60), (70, 130, 180)]

    with Image.open(io.BytesIO(encode_png(pixels, palette))) as picture:
        assert picture.mode == "P"
        assert picture.getpalette() == [part for colour in palette for part in colour]
        assert np.array_equal(np.asarray(picture), pixels)


@given(st.data(), st.sampled_from([png.GREY, png.GREY_16, png.RGB]))
def test_runs_are_written_without_painting_them(data, form):
    dtype = {png.GREY: np.uint8, png.GREY_16: np.uint16, png.RGB: np.uint32}[form]
    values = st.integers(1, 256**form.bytes - 1)
    pixels = data.draw(arrays.arrays(dtype, shapes, elements=values, fill=st.just(0)))
    at = np.argwhere(pixels)
    runs = Runs(pixels[pixels > 0].astype(np.int64), at[:, 0], at[:, 1], at[:, 1] + 1)

    assert encode_runs(runs, pixels.shape[::-1], form) == encode_png(pixels)


@pytest.mark.parametrize("size_wh", [(70, 50), (3000, 2000), (1, 1)])
@pytest.mark.parametrize("rule", fill.RULES)
def test_painting_and_writing_in_one_go_gives_the_bytes_of_the_two_steps(size_wh, rule):
    segments = [[(np.array(ring) * size_wh / 70) for ring in segment] for segment in SEGMENTS]

    assert semantic_map_png(segments, size_wh, rule) == encode_png(semantic_map(segments, size_wh, rule))


def test_many_portions_make_one_picture(monkeypatch):
    mask = semantic_map(SEGMENTS, (70, 50))
    at_once = encode_png(mask)
    monkeypatch.setattr(png, "_MOST_PIXELS", 500)
    monkeypatch.setattr(png, "_CHUNK_BYTES", 50)

    data = encode_png(mask)

    assert b"".join(body for _, body in chunks(data)) == b"".join(body for _, body in chunks(at_once))
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


def test_gdal_reads_palettes_and_16_bits():
    pixels = np.arange(12, dtype=np.uint8).reshape(3, 4) % 3
    for data, wanted in (
        (encode_png(pixels, [(0, 0, 0), (220, 20, 60), (70, 130, 180)]), pixels),
        (encode_png(pixels.astype(np.uint16) * 30_000), pixels.astype(np.uint16) * 30_000),
    ):
        with warnings.catch_warnings(), rasterio.MemoryFile(data) as file:
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with file.open(driver="PNG") as picture:
                assert np.array_equal(picture.read(1), wanted)
