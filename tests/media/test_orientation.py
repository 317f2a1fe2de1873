import io
import struct

import pytest
from PIL import Image, TiffImagePlugin

from labelwright.media.orientation import read_orientation

from .pictures import BLUE, GREEN, RED, WHITE, corners, encoded, exif, near, quarters, stored_for

UPRIGHT = [RED, GREEN, BLUE, WHITE]
ALL = range(1, 9)


def tiff_of(image: Image.Image, orientation: int, compression: str) -> bytes:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[274] = orientation
    return encoded(image, "TIFF", tiffinfo=tags, compression=compression)


FORMATS = {
    "JPEG": lambda image, orientation: encoded(image, "JPEG", quality=95, subsampling=0, exif=exif(orientation)),
    "PNG": lambda image, orientation: encoded(image, "PNG", exif=exif(orientation)),
    "WEBP": lambda image, orientation: encoded(image, "WEBP", lossless=True, exif=exif(orientation)),
    "TIFF": lambda image, orientation: tiff_of(image, orientation, "raw"),
    "TIFF, LZW": lambda image, orientation: tiff_of(image, orientation, "tiff_lzw"),
}


@pytest.mark.parametrize("orientation", ALL)
@pytest.mark.parametrize("format_", FORMATS)
def test_every_orientation_is_displayed_upright_everywhere(images, put, tmp_path, format_, orientation):
    path = put(FORMATS[format_](stored_for(quarters(48, 32), orientation), orientation))
    display, thumbnail = tmp_path / "display", tmp_path / "thumbnail"

    probe = images.probe(path, "a.jpg")
    written = images.write_display(path, display, "a.jpg")
    images.write_thumbnail(path, thumbnail, 128, "a.jpg")

    assert (probe.width, probe.height, probe.orientation) == (48, 32, orientation)
    assert probe.display == written.display
    assert (written.display == "original") == (orientation == 1 and not format_.startswith("TIFF"))
    with Image.open(path if written.display == "original" else display) as shown:
        assert shown.size == (48, 32)
        assert near(corners(shown), UPRIGHT)
        assert written.display == "original" or not shown.getexif()
    with Image.open(thumbnail) as small:
        assert small.size == (48, 32)
        assert near(corners(small), UPRIGHT, 30)


@pytest.mark.parametrize("orientation", ALL)
def test_a_large_photograph_is_scaled_and_turned(images, put, tmp_path, orientation):
    data = encoded(stored_for(quarters(480, 320), orientation), "JPEG", exif=exif(orientation))

    written = images.write_thumbnail(put(data), tmp_path / "thumbnail", 128, "a.jpg")

    assert (written.width, written.height) == (128, 85)
    with Image.open(tmp_path / "thumbnail") as small:
        assert near(corners(small), UPRIGHT, 30)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("orientation", ALL)
def test_both_byte_orders_are_read(order, orientation):
    assert read_orientation(exif(orientation, order=order)) == orientation


@pytest.mark.parametrize(
    "block",
    [
        exif(0),
        exif(9),
        exif(99),
        exif(6, kind=4),
        exif(6, count=2),
        b"",
        b"Exif\0\0",
        b"Exif\0\0II*\0",
        exif(6)[:20],
        b"Exif\0\0II*\0" + struct.pack("<I", 2**32 - 1),
        b"Exif\0\0II*\0" + struct.pack("<IH", 8, 65535) + b"\0" * 50,
        b"junk" * 100,
    ],
)
def test_damaged_or_senseless_orientations_are_told(block):
    assert read_orientation(block) is None


def test_exif_without_an_orientation_is_upright():
    assert read_orientation(exif(6).replace(struct.pack("<H", 274), struct.pack("<H", 275))) == 1


@pytest.mark.parametrize("block", [exif(0), exif(99), exif(6)[:20], b"Exif\0\0junk"], ids=["0", "99", "cut", "junk"])
def test_a_picture_with_a_senseless_orientation_is_shown_as_stored_by_everyone(images, put, tmp_path, block):
    path = put(encoded(quarters(), "JPEG", exif=block))

    probe = images.probe(path, "a.jpg")
    images.write_display(path, tmp_path / "display", "a.jpg")

    assert (probe.width, probe.height, probe.orientation) == (48, 32, 1)
    assert probe.display == "jpeg"  # encoded anew: no reader can see another orientation in it
    assert "EXIF" in " ".join(probe.warnings)
    with Image.open(tmp_path / "display") as shown:
        assert near(corners(shown), UPRIGHT)
        assert "exif" not in shown.info


def test_ten_megabytes_of_exif_are_accepted(images, put):
    block = b"Exif\0\0" + exif(6)[6:] + bytes(65000)
    segment = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
    plain = encoded(stored_for(quarters(), 6), "JPEG")

    probe = images.probe(put(plain[:2] + segment * 160 + plain[2:]), "a.jpg")

    assert (probe.width, probe.height, probe.orientation) == (48, 32, 6)


@pytest.mark.parametrize("format_", ["JPEG", "TIFF", "PNG", "WEBP"])
def test_an_orientation_in_xmp_alone_turns_nothing(images, put, tmp_path, format_):
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    if format_ == "TIFF":
        tags = TiffImagePlugin.ImageFileDirectory_v2()
        tags[700] = xmp
        data = encoded(quarters(), "TIFF", tiffinfo=tags)
    elif format_ == "PNG":
        from PIL import PngImagePlugin

        text = PngImagePlugin.PngInfo()
        text.add_itxt("XML:com.adobe.xmp", xmp.decode())
        data = encoded(quarters(), "PNG", pnginfo=text)
    else:
        data = encoded(quarters(), format_, xmp=xmp)
    assert b"tiff:Orientation" in data

    probe = images.probe(put(data), "a")
    images.write_thumbnail(put(data), tmp_path / "thumbnail", 128, "a")

    assert (probe.width, probe.height, probe.orientation) == (48, 32, 1)
    with Image.open(io.BytesIO((tmp_path / "thumbnail").read_bytes())) as small:
        assert small.size == (48, 32)
