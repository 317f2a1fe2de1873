"""Every way of storing pixels: accepted, described, and shown in the right colours."""

import io
import struct

import pytest
from PIL import Image, ImageCms

from .pictures import (
    BLUE,
    GREEN,
    GREY,
    GREY_ALPHA,
    PALETTE,
    RED,
    TRUECOLOUR,
    TRUECOLOUR_ALPHA,
    WHITE,
    chunk,
    cmyk_profile,
    corners,
    encoded,
    grey_profile,
    near,
    png,
    quarters,
    tiff,
)

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
COLOURS = [RED, GREEN, BLUE, WHITE]
BLACK, PURE_WHITE = (0, 0, 0), (255, 255, 255)
CHEQUERS = [BLACK, PURE_WHITE, PURE_WHITE, BLACK]


def chequers(mode: str, low, high, side: int = 16) -> Image.Image:
    image = Image.new(mode, (side, side), low)
    image.paste(high, (side // 2, 0, side, side // 2))
    image.paste(high, (0, side // 2, side // 2, side))
    return image


def grey_png(bit_depth: int) -> bytes:
    top = {1: b"\x0f", 2: b"\x00\xff", 4: bytes(2) + b"\xff" * 2, 8: bytes(4) + b"\xff" * 4, 16: bytes(8) + b"\xff" * 8}
    bottom = {1: b"\xf0", 2: b"\xff\x00"}.get(bit_depth, top[bit_depth][::-1])
    return png((8, 8), bit_depth, GREY, [top[bit_depth]] * 4 + [bottom] * 4)


def palette_png(bit_depth: int, *more: bytes) -> bytes:
    """Colours 0 red, 1 green in 1 bit; 0 to 3 all four otherwise."""
    rows = {
        1: (b"\x0f", b"\x0f"),
        2: (b"\x00\x55", b"\xaa\xff"),
        4: (b"\x00\x00\x11\x11", b"\x22\x22\x33\x33"),
        8: (bytes([0, 0, 0, 0, 1, 1, 1, 1]), bytes([2, 2, 2, 2, 3, 3, 3, 3])),
    }[bit_depth]
    colours = bytes(value for colour in COLOURS[: 2**bit_depth] for value in colour)
    return png((8, 8), bit_depth, PALETTE, [rows[0]] * 4 + [rows[1]] * 4, chunk(b"PLTE", colours), *more)


def deep_rgb_png(colour_type: int = TRUECOLOUR) -> bytes:
    def pixel(colour: tuple[int, int, int]) -> bytes:
        return struct.pack(">HHH", *(value * 257 for value in colour)) + (b"\xff\xff" if colour_type == 6 else b"")

    rows = [pixel(left) * 4 + pixel(right) * 4 for left, right in (COLOURS[:2], COLOURS[2:])]
    return png((8, 8), 16, colour_type, [rows[0]] * 4 + [rows[1]] * 4)


def opaque(mode: str) -> Image.Image:
    return quarters(16, 16).quantize(8) if mode == "P" else quarters(16, 16).convert(mode)


# name: (bytes, Pillow's mode, bits a channel, display, colours of the corners)
STORED = {
    "JPEG colour": (encoded(quarters(), "JPEG", quality=95, subsampling=0), "RGB", 8, "original", COLOURS),
    "JPEG grey": (encoded(chequers("L", 0, 255), "JPEG", quality=95), "L", 8, "original", CHEQUERS),
    "JPEG progressive": (encoded(quarters(), "JPEG", progressive=True, quality=95), "RGB", 8, "original", COLOURS),
    "JPEG CMYK": (encoded(opaque("CMYK"), "JPEG", quality=95, subsampling=0), "CMYK", 8, "jpeg", COLOURS),
    **{f"PNG grey {bits}": (grey_png(bits), None, bits, "original", CHEQUERS) for bits in (1, 2, 4, 8)},
    "PNG grey 16": (grey_png(16), None, 16, "png", CHEQUERS),
    "PNG palette 1": (palette_png(1), "P", 1, "original", [RED, GREEN, RED, GREEN]),
    **{f"PNG palette {bits}": (palette_png(bits), "P", bits, "original", COLOURS) for bits in (2, 4, 8)},
    "PNG grey alpha": (encoded(chequers("LA", (0, 255), (255, 255)), "PNG"), "LA", 8, "original", CHEQUERS),
    "PNG colour": (encoded(quarters(), "PNG"), "RGB", 8, "original", COLOURS),
    "PNG colour alpha": (encoded(opaque("RGBA"), "PNG"), "RGBA", 8, "original", COLOURS),
    "PNG colour 16": (deep_rgb_png(), "RGB", 16, "png", COLOURS),
    "PNG colour alpha 16": (deep_rgb_png(TRUECOLOUR_ALPHA), "RGBA", 16, "png", COLOURS),
    "WebP lossy": (encoded(quarters(), "WEBP", quality=95), "RGB", 8, "original", COLOURS),
    "WebP lossless": (encoded(quarters(), "WEBP", lossless=True), "RGB", 8, "original", COLOURS),
    "WebP alpha": (encoded(opaque("RGBA"), "WEBP", lossless=True, exact=True), None, 8, "original", COLOURS),
    "BMP colour": (encoded(quarters(), "BMP"), "RGB", 8, "png", COLOURS),
    "BMP grey": (encoded(chequers("L", 0, 255), "BMP"), None, 8, "png", CHEQUERS),
    "BMP palette": (encoded(opaque("P"), "BMP"), "P", 8, "png", COLOURS),
    "BMP 1": (encoded(chequers("1", 0, 1), "BMP"), "1", 1, "png", CHEQUERS),
    "GIF": (encoded(opaque("P"), "GIF"), "P", 8, "png", COLOURS),
    "TIFF colour": (encoded(quarters(), "TIFF"), "RGB", 8, "png", COLOURS),
    "TIFF alpha": (encoded(opaque("RGBA"), "TIFF"), "RGBA", 8, "png", COLOURS),
    "TIFF LZW": (encoded(quarters(), "TIFF", compression="tiff_lzw"), "RGB", 8, "png", COLOURS),
    "TIFF JPEG": (encoded(quarters(), "TIFF", compression="jpeg", quality=95), "RGB", 8, "jpeg", COLOURS),
    "TIFF fax": (encoded(chequers("1", 0, 1), "TIFF", compression="group4"), "1", 1, "png", CHEQUERS),
    "TIFF palette": (encoded(opaque("P"), "TIFF"), "P", 8, "png", COLOURS),
    "TIFF CMYK": (encoded(opaque("CMYK"), "TIFF"), "CMYK", 8, "png", COLOURS),
    "TIFF grey 16": (encoded(chequers("I;16", 0, 65535), "TIFF"), "I;16", 16, "png", CHEQUERS),
    "TIFF grey 32": (encoded(chequers("I", -70000, 70000), "TIFF"), "I", 32, "png", CHEQUERS),
    "TIFF number 0 to 1": (encoded(chequers("F", 0.0, 1.0), "TIFF"), "F", 32, "png", CHEQUERS),
    "TIFF number 0 to 255": (encoded(chequers("F", 0.0, 255.0), "TIFF"), "F", 32, "png", CHEQUERS),
    "TIFF number any": (encoded(chequers("F", -1e6, 3e6), "TIFF"), "F", 32, "png", CHEQUERS),
}


@pytest.mark.parametrize("name", STORED)
def test_every_mode_is_accepted_described_and_shown(images, put, tmp_path, name):
    data, mode, bit_depth, display, colours = STORED[name]
    path, shown_path = put(data), tmp_path / "display"

    probe = images.probe(path, name)
    written = images.write_display(path, shown_path, name)
    images.write_thumbnail(path, tmp_path / "thumbnail", 128, name)

    assert probe.mode == (mode or probe.mode)
    assert (probe.bit_depth, probe.display, written.display) == (bit_depth, display, display)
    assert probe.warnings == ()
    with Image.open(path if display == "original" else shown_path) as shown:
        assert shown.size == (probe.width, probe.height)
        assert display == "original" or shown.mode in ("L", "LA", "RGB", "RGBA")
        if name != "PNG grey 16":
            assert near(corners(shown), colours, 24)
    with Image.open(tmp_path / "thumbnail") as small:
        assert small.format == "WEBP"
        assert near(corners(small), colours, 60)


def shown_grey(images, put, tmp_path, data: bytes) -> list[int]:
    images.write_display(put(data), tmp_path / "display", "a")
    with Image.open(tmp_path / "display") as shown:
        return list(shown.convert("L").tobytes())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 1, 128, 255], [0, 1, 128, 255]),
        ([0, 1024, 2048, 4095], [0, 64, 128, 255]),
        ([0, 256, 512, 1023], [0, 64, 128, 255]),
        ([0, 256, 32768, 65535], [0, 1, 128, 255]),
        ([0, 0, 0, 0], [0, 0, 0, 0]),
    ],
    ids=["8 bits in 16", "12 bits", "10 bits", "16 bits", "black"],
)
def test_deep_grey_is_scaled_by_the_bits_in_use(images, put, tmp_path, values, expected):
    row = struct.pack(">4H", *values)

    assert shown_grey(images, put, tmp_path, png((4, 1), 16, GREY, [row])) == expected


def test_deep_grey_with_white_as_zero_is_inverted(images, put, tmp_path):
    tags = ((256, 2), (257, 1), (258, 16), (259, 1), (262, 0), (277, 1), (278, 1))

    assert shown_grey(images, put, tmp_path, tiff(tags, struct.pack("<HH", 0, 65535))) == [255, 0]


def test_numbers_that_are_none_or_endless_are_shown_black_or_white(images, put, tmp_path):
    image = Image.new("F", (4, 1))
    for column, value in enumerate((float("nan"), 0.0, 1.0, float("inf"))):
        image.putpixel((column, 0), value)

    assert shown_grey(images, put, tmp_path, encoded(image, "TIFF")) == [0, 0, 255, 255]


def test_lab_colours_are_converted(images, put, tmp_path):
    lab = ImageCms.profileToProfile(
        quarters(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )

    images.write_display(put(encoded(lab, "TIFF")), tmp_path / "display", "a.tif")

    with Image.open(tmp_path / "display") as shown:
        assert near(corners(shown), COLOURS, 15)


def test_transparency_is_kept(images, put, tmp_path):
    see_through = palette_png(8, chunk(b"tRNS", bytes([0, 255, 128, 255])))
    images.write_thumbnail(put(see_through), tmp_path / "thumbnail", 128, "a.png")
    with Image.open(tmp_path / "thumbnail") as small:
        assert [small.getpixel(place)[3] for place in ((1, 1), (6, 1), (1, 6))] == [0, 255, 128]

    pixel = struct.pack(">HHHH", 65535, 0, 0, 0)
    images.write_display(put(png((1, 1), 16, TRUECOLOUR_ALPHA, [pixel])), tmp_path / "display", "a.png")
    with Image.open(tmp_path / "display") as shown:
        assert shown.getpixel((0, 0)) == (255, 0, 0, 0)


def test_one_transparent_colour_is_kept(images, put, tmp_path):
    data = png((2, 1), 8, GREY, [b"\x07\x08"], chunk(b"tRNS", struct.pack(">H", 7)))

    images.write_thumbnail(put(data), tmp_path / "thumbnail", 128, "a.png")

    with Image.open(tmp_path / "thumbnail") as small:
        assert [small.convert("RGBA").getpixel((column, 0))[3] for column in (0, 1)] == [0, 255]


def test_grey_alpha_of_16_bits_is_shown(images, put, tmp_path):
    data = png((2, 1), 16, GREY_ALPHA, [struct.pack(">HHHH", 0, 65535, 65535, 65535)])

    assert images.probe(put(data), "a.png").bit_depth == 16
    assert shown_grey(images, put, tmp_path, data) == [0, 255]


# --- printer's colours ---


def flat_cmyk(ink: tuple[int, int, int, int], **options) -> bytes:
    return encoded(Image.new("CMYK", (16, 16), ink), "JPEG", quality=100, subsampling=0, **options)


def shown_colour(images, put, tmp_path, data: bytes) -> tuple[int, int, int]:
    images.write_display(put(data), tmp_path / "display", "a.jpg")
    with Image.open(tmp_path / "display") as shown:
        return shown.convert("RGB").getpixel((3, 3))


def test_cmyk_is_shown_through_its_profile(images, put, tmp_path):
    plain = shown_colour(images, put, tmp_path, flat_cmyk((255, 0, 0, 0)))
    through_profile = shown_colour(images, put, tmp_path, flat_cmyk((255, 0, 0, 0), icc_profile=cmyk_profile()))

    assert near([plain], [(0, 255, 255)])
    assert near([through_profile], [(0, 174, 40)], 41)


def test_ycck_is_recognised_by_its_adobe_marker(images, put, tmp_path):
    stored_white = flat_cmyk((255, 127, 127, 0))  # inverted on writing: Y 0, Cb 128, Cr 128, K 255
    place = stored_white.index(b"Adobe") + 11
    ycck = stored_white[:place] + b"\x02" + stored_white[place + 1 :]

    assert near([shown_colour(images, put, tmp_path, ycck)], [PURE_WHITE])


def test_a_profile_of_wide_colours_is_converted_for_display(images, put, tmp_path):
    # sRGB with red and blue exchanged, under another name: what is stored as red is meant as blue
    profile = bytearray(SRGB)
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    swapped = (
        bytes(profile).replace("sRGB".encode("utf-16-be"), "SWAP".encode("utf-16-be")).replace(b"sRGB b", b"SWAP b")
    )

    path = put(encoded(quarters(), "PNG", icc_profile=swapped))
    probe = images.probe(path, "a.png")
    images.write_display(path, tmp_path / "display", "a.png")

    assert (probe.display, probe.warnings) == ("png", ())
    with Image.open(tmp_path / "display") as shown:
        assert near(corners(shown)[:1], [(20, 20, 230)])
        assert near(corners(shown)[2:3], [(230, 20, 20)])
        assert "icc_profile" not in shown.info


def test_srgb_is_left_to_the_browser(images, put):
    assert images.probe(put(encoded(quarters(), "JPEG", icc_profile=SRGB)), "a.jpg").display == "original"


def test_deep_grey_may_have_a_profile(images, put, tmp_path):
    image = chequers("I;16", 0, 65535)

    probe = images.probe(put(encoded(image, "TIFF", icc_profile=grey_profile())), "a.tif")
    images.write_display(put(encoded(image, "TIFF", icc_profile=grey_profile())), tmp_path / "display", "a.tif")

    assert probe.warnings == ()
    with Image.open(tmp_path / "display") as shown:
        assert near(corners(shown), CHEQUERS)


def test_grey_is_shown_through_its_profile_and_keeps_its_transparency(images, put, tmp_path):
    image = Image.new("LA", (8, 8), (128, 77))

    images.write_display(put(encoded(image, "PNG", icc_profile=grey_profile(gamma=1.0))), tmp_path / "display", "a")

    with Image.open(tmp_path / "display") as shown:
        assert shown.mode == "RGBA"
        assert near([shown.getpixel((3, 3))[:3]], [(188, 188, 188)], 3)  # half the light is not half the number
        assert shown.getpixel((3, 3))[3] == 77


@pytest.mark.parametrize(
    ("profile", "warning"),
    [
        (b"broken" * 40, "damaged"),
        (bytes(5 * 2**20), "too large"),
        (cmyk_profile(), "belongs to other colours"),
        (SRGB[:200], "damaged"),
        (SRGB.replace(b"rXYZ", b"zXYZ"), "damaged"),
    ],
    ids=["broken", "huge", "printer's", "cut", "without red"],
)
def test_a_useless_profile_is_left_out_with_a_warning(images, put, tmp_path, profile, warning):
    path = put(encoded(quarters(), "JPEG", quality=95, icc_profile=profile))

    probe = images.probe(path, "a.jpg")
    images.write_thumbnail(path, tmp_path / "thumbnail", 128, "a.jpg")

    assert warning in " ".join(probe.warnings)
    with Image.open(io.BytesIO((tmp_path / "thumbnail").read_bytes())) as small:
        assert near(corners(small), COLOURS, 40)
