"""What cannot or must not be decoded: named, explained, and cheap for us."""

import io
import os
import resource
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from labelwright.media.images import Images
from labelwright.media.messages import Limits
from labelwright.model.errors import LabelwrightError, TooLarge, UnreadablePicture, UnsupportedPicture

from .pictures import (
    PNG_START,
    bmp_with_size,
    chunk,
    encoded,
    gif_with_canvas,
    jpeg_of_many_scans,
    jpeg_with_size,
    png,
    png_bomb,
    png_header,
    quarters,
    tiff,
    tiff_with_size,
    zeros_squeezed,
)

Put = Callable[[bytes], Path]


@pytest.fixture
def fresh() -> Iterator[Images]:
    """One process of our own, to see what a single picture costs."""
    images = Images(Limits(), processes=1)
    yield images
    images.close()


def told_of_process(images: Images, file: str) -> str:
    """What the system says of the idle process of `images`."""
    worker = images._idle.get_nowait()
    images._idle.put(worker)
    return Path(f"/proc/{worker.pid}/{file}").read_text()


def cpu_seconds(images: Images) -> float:
    """Return the time that the idle process of `images` worked."""
    ticks = told_of_process(images, "stat").rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def peak_memory_bytes(images: Images) -> int:
    """Return the most memory that the idle process of `images` ever used."""
    status = told_of_process(images, "status")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024


ZEROS = zeros_squeezed(200 * 2**20)
IDAT = chunk(b"IDAT", zeros_squeezed(2**20))
ROWS = [bytes(8)] * 8
BOMBS = {
    "PNG of 400 megapixels": (png_bomb(20_000), TooLarge, "20000 x 20000 pixels, 400 megapixels; the limit is 100"),
    "PNG of 169 megapixels": (png_bomb(13_000), TooLarge, "13000 x 13000 pixels, 169 megapixels; the limit is 100"),
    "PNG 65535 a side": (PNG_START + png_header(65_535, 65_535) + IDAT, TooLarge, "65535 x 65535 pixels, the limit"),
    "PNG 2147483647 a side": (PNG_START + png_header(2**31 - 1, 2**31 - 1) + IDAT, TooLarge, "the limit is 32767"),
    "PNG 1 x 100000": (PNG_START + png_header(1, 100_000) + IDAT, TooLarge, "1 x 100000 pixels, the limit is 32767"),
    "PNG 32768 x 1": (PNG_START + png_header(32_768, 1) + IDAT, TooLarge, "the limit is 32767 a side"),
    "PNG without pixels": (PNG_START + png_header(0, 0) + IDAT, UnreadablePicture, None),
    "PNG without columns": (PNG_START + png_header(0, 5) + IDAT, UnreadablePicture, None),
    "GIF on a canvas of 3600 megapixels": (gif_with_canvas(60_000, 60_000), TooLarge, "60000 x 60000"),
    "GIF on a canvas of 900 megapixels": (gif_with_canvas(30_000, 30_000), TooLarge, "900 megapixels"),
    "JPEG 65500 a side": (jpeg_with_size(65_500, 65_500), TooLarge, "65500 x 65500"),
    "JPEG of 900 megapixels": (jpeg_with_size(30_000, 30_000), TooLarge, "900 megapixels"),
    "BMP of 900 megapixels": (bmp_with_size(30_000, 30_000), TooLarge, "900 megapixels"),
    "BMP of minus 900 megapixels": (bmp_with_size(30_000, -30_000), TooLarge, "900 megapixels"),
    "TIFF of 900 megapixels": (tiff_with_size(30_000, 30_000), TooLarge, "900 megapixels"),
    "TIFF with a tile of 4200 megapixels": (
        tiff(((256, 8), (257, 8), (258, 8), (259, 5), (262, 1), (277, 1), (322, 65_520), (323, 65_520)), bytes(64)),
        LabelwrightError,
        None,
    ),
    "PNG with compressed text of 200 MB": (
        png((8, 8), 8, 0, ROWS, chunk(b"zTXt", b"Comment\0\0" + ZEROS)),
        UnreadablePicture,
        None,
    ),
    "PNG with international text of 200 MB": (
        png((8, 8), 8, 0, ROWS, chunk(b"iTXt", b"Comment\0\1\0\0\0" + ZEROS)),
        UnreadablePicture,
        None,
    ),
    "PNG with a colour profile of 200 MB": (
        png((8, 8), 8, 0, ROWS, chunk(b"iCCP", b"icc\0\0" + ZEROS)),
        UnreadablePicture,
        None,
    ),
    "PNG with 40 texts of 1 MB each, twice": (
        png((8, 8), 8, 0, ROWS, *[chunk(b"zTXt", b"Comment\0\0" + zeros_squeezed(2**20))] * 80),
        UnreadablePicture,
        None,
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_seconds_and_little_memory(fresh: Images, put: Put, name: str):
    data, error, message = BOMBS[name]
    path = put(data)

    with pytest.raises(error, match=message) as caught:
        fresh.probe(path, "bomb.png")

    assert str(caught.value).startswith("“bomb.png” ")
    assert cpu_seconds(fresh) < 5
    assert peak_memory_bytes(fresh) < 300e6


def test_a_bomb_is_refused_for_thumbnails_and_display_too(images: Images, put: Put, tmp_path: Path):
    path = put(png_bomb(20_000))

    with pytest.raises(TooLarge):
        images.write_thumbnail(path, tmp_path / "out", 256, "a")
    with pytest.raises(TooLarge):
        images.write_display(path, tmp_path / "out", "a")

    assert not (tmp_path / "out").exists()


def test_the_limits_are_settings(put: Put):
    images = Images(Limits(max_pixels=1000, max_side=100), processes=1)
    path = put(encoded(quarters(32, 32), "PNG"))
    with pytest.raises(TooLarge, match=r"0\.001024 megapixels; the limit is 0\.001") as caught:
        images.probe(path, "a")
    path = put(encoded(quarters(102, 2), "PNG"))
    with pytest.raises(TooLarge, match="the limit is 100 a side"):
        images.probe(path, "a")
    images.close()

    assert caught.value.fields == {"limit_pixels": 1000}


def test_large_pictures_get_more_time_than_small_ones():
    assert Limits().cpu_seconds_for((1000, 1000)) == 10
    assert Limits().cpu_seconds_for((20_000, 20_000)) == 50


def test_a_jpeg_of_hundreds_of_scans_ends_at_the_limit_of_time(put: Put):
    images = Images(Limits(cpu_s=1), processes=1)
    path = put(jpeg_of_many_scans(1500, 900))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)

    with pytest.raises(UnreadablePicture, match="takes longer to decode"):
        images.probe(path, "slow.jpg")

    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime - before.ru_utime < 4
    assert images.probe(put(encoded(quarters(), "PNG")), "next.png").width == 48
    images.close()


# --- cut off ---

WHOLE = {
    "JPEG": encoded(quarters(), "JPEG"),
    "JPEG, progressive": encoded(quarters(), "JPEG", progressive=True),
    "PNG": encoded(quarters(), "PNG"),
    "WebP": encoded(quarters(), "WEBP"),
    "WebP, lossless": encoded(quarters(), "WEBP", lossless=True),
    "BMP": encoded(quarters(), "BMP"),
    "TIFF": encoded(quarters(), "TIFF"),
    "TIFF, LZW": encoded(quarters(), "TIFF", compression="tiff_lzw"),
    "GIF": encoded(quarters(), "GIF"),
}


@pytest.mark.parametrize("missing", ["1 byte", "4 bytes", "half"])
@pytest.mark.parametrize("name", WHOLE)
def test_a_picture_that_is_cut_off_is_refused(images: Images, put: Put, name: str, missing: str):
    data = WHOLE[name]
    assert images.probe(put(data), name).width == 48
    cut = {"1 byte": 1, "4 bytes": 4, "half": len(data) // 2}[missing]
    path = put(data[:-cut])

    with pytest.raises(UnreadablePicture, match=r"is cut off|is damaged") as caught:
        images.probe(path, name)

    if not name.startswith("TIFF, "):
        assert "is cut off" in str(caught.value)


def test_an_empty_file_is_said_to_be_empty(images: Images, put: Put):
    path = put(b"")

    with pytest.raises(UnreadablePicture, match=r"“a\.jpg” is empty"):
        images.probe(path, "a.jpg")


@pytest.mark.parametrize("name", WHOLE)
def test_every_length_of_a_beginning_is_refused_calmly(images: Images, put: Put, name: str):
    data = WHOLE[name]
    for length in (1, 2, 3, 4, 8, 12, 16, 20, 24, 26, 30, 40, 60, 100):
        path = put(data[: min(length, len(data) - 1)])
        with pytest.raises((UnreadablePicture, UnsupportedPicture)):
            images.probe(path, name)


PIXELS = chunk(b"IDAT", zlib.compress(bytes(72)))
END = chunk(b"IEND", b"")
HEADER = png_header(8, 8)
DAMAGED = {
    "header with a wrong sum": PNG_START + HEADER[:-1] + b"x" + PIXELS + END,
    "pixels with a wrong sum": PNG_START + HEADER + PIXELS[:-1] + b"x" + END,
    "pixels before the header": PNG_START + PIXELS + HEADER + END,
    "no pixels": PNG_START + HEADER + END,
    "no header": PNG_START + PIXELS + END,
    "bit depth 3": PNG_START + png_header(8, 8, 3) + PIXELS + END,
    "pixels that are no zlib": PNG_START + HEADER + chunk(b"IDAT", b"junk" * 20) + END,
    "fewer pixels than promised": PNG_START + HEADER + chunk(b"IDAT", zlib.compress(bytes(72), 0)[:-20]) + END,
    "text with a wrong sum": PNG_START + HEADER + PIXELS + chunk(b"tEXt", b"a\0b")[:-1] + b"x" + END,
    "a chunk longer than the file": PNG_START + HEADER + struct.pack(">I", 2**31 - 1) + b"IDAT" + bytes(50),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_png_is_refused(images: Images, put: Put, name: str):
    path = put(DAMAGED[name])

    with pytest.raises(UnreadablePicture):
        images.probe(path, "a.png")


@pytest.mark.parametrize("name", WHOLE)
def test_bytes_changed_anywhere_never_end_the_process_unexplained(images: Images, put: Put, name: str):
    data, said = WHOLE[name], []
    for place in range(0, len(data), max(1, len(data) // 60)):
        path = put(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        try:
            images.probe(path, name)
        except (UnreadablePicture, UnsupportedPicture, TooLarge) as error:
            said.append(error.message)

    assert name in ("BMP", "TIFF") or len(said) > 3
    assert [message for message in said if "made the decoder stop" in message] == []


def test_a_gif_without_a_canvas_is_as_large_as_its_first_frame(images: Images, put: Put, tmp_path: Path):
    path = put(gif_with_canvas(0, 0))

    probe = images.probe(path, "a.gif")
    images.write_display(path, tmp_path / "display", "a.gif")

    with Image.open(tmp_path / "display") as shown:
        assert (probe.width, probe.height) == shown.size == (1, 1)


# --- not pictures that can be labelled ---

OTHERS = {
    "text": (b"just some words\n", "a text file"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document"),
    "EPS": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "an EPS or PostScript file"),
    "EPS with preview": (b"\xc5\xd0\xd3\xc6" + bytes(30), "an EPS or PostScript file"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
    "SVG after XML": (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- x -->\n<svg width="1">', "an SVG drawing"),
    "HTML": (b"\n <!DOCTYPE html><html><body>Not found", "an HTML page"),
    "HTML in capitals": (b"<HTML><HEAD>", "an HTML page"),
    "script": (b"<script>alert(1)</script>", "an HTML page"),
    "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC picture"),
    "AVIF": (encoded(quarters(), "AVIF"), "an AVIF picture"),
    "JPEG XL": (b"\xff\x0a" + bytes(30), "a JPEG XL picture"),
    "JPEG XL in a box": (b"\0\0\0\x0cJXL \r\n\x87\n", "a JPEG XL picture"),
    "JPEG 2000": (encoded(quarters(64, 64), "JPEG2000"), "a JPEG 2000 picture"),
    "JPEG 2000 stream": (b"\xff\x4f\xff\x51" + bytes(30), "a JPEG 2000 picture"),
    "Photoshop": (b"8BPS\0\1" + bytes(30), "a Photoshop file"),
    "icon": (encoded(quarters(16, 16), "ICO"), "an icon"),
    "DICOM": (bytes(128) + b"DICM" + bytes(30), "a DICOM file"),
    "ZIP": (b"PK\x03\x04" + bytes(30), "a ZIP archive or an office document"),
    "gzip": (b"\x1f\x8b\x08" + bytes(30), "a gzip archive"),
    "MP4": (b"\0\0\0\x20ftypisom" + bytes(30), "a video"),
    "AVI": (b"RIFF\0\0\0\0AVI LIST", "a video"),
    "Canon raw": (b"II*\0\x10\0\0\0CR\x02\0" + bytes(30), "a camera raw file"),
    "Canon raw 3": (b"\0\0\0\x18ftypcrx " + bytes(30), "a camera raw file"),
    "Fuji raw": (b"FUJIFILMCCD-RAW " + bytes(30), "a camera raw file"),
    "Adobe raw": (
        tiff(((256, 2), (257, 2), (258, 8), (259, 1), (262, 1), (277, 1), (278, 2)), bytes(4), (50706, 1)),
        "a camera raw file",
    ),
    "Nikon raw": (
        tiff(((254, 1), (256, 2), (257, 2), (258, 8), (259, 1), (262, 1), (277, 1), (278, 2), (330, 8)), bytes(4)),
        "a camera raw file",
    ),
    "portable pixmap": (b"P6\n2 2\n255\n" + bytes(12), "of an unknown kind"),
    "BM in a text": (b"BM is how this begins\n", "a text file"),
    "noise": (bytes(range(256)), "of an unknown kind"),
    "FITS": (b"SIMPLE  =                    T", "a FITS file"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_picture_for_us_is_named_with_the_remedy(images: Images, put: Put, name: str):
    data, found = OTHERS[name]
    path = put(data)

    with pytest.raises(UnsupportedPicture) as caught:
        images.probe(path, "holiday.jpg")

    message = str(caught.value)
    assert message.startswith(f"“holiday.jpg” is {found}; supported are JPEG, PNG, WebP, BMP, TIFF and GIF. ")
    assert len(message.partition("GIF. ")[2]) > 20
    assert caught.value.fields["found"] == found
    assert "/" in caught.value.fields["content_type"]


# --- accepted all the same ---


def zip_of_a_file() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "hidden")
    return buffer.getvalue()


SCRIPT = b"<script>alert(document.domain)</script>"
POLYGLOTS = {
    "JPEG and ZIP": (encoded(quarters(), "JPEG") + zip_of_a_file(), "image/jpeg"),
    "PNG and HTML": (encoded(quarters(), "PNG") + b"<html>" + SCRIPT, "image/png"),
    "GIF and script": (encoded(quarters(), "GIF") + b"/*" + SCRIPT, "image/gif"),
    "JPEG with HTML as comment": (encoded(quarters(), "JPEG", comment=SCRIPT), "image/jpeg"),
    "PNG with HTML as text": (png((8, 8), 8, 0, ROWS, chunk(b"tEXt", b"Comment\0" + SCRIPT)), "image/png"),
}


@pytest.mark.parametrize("name", POLYGLOTS)
def test_a_picture_that_is_something_else_too_is_a_picture(images: Images, put: Put, tmp_path: Path, name: str):
    data, content_type = POLYGLOTS[name]

    probe = images.probe(put(data), "a.html")
    images.write_thumbnail(put(data), tmp_path / "thumbnail", 128, "a.html")

    assert probe.content_type == content_type
    assert b"script" not in (tmp_path / "thumbnail").read_bytes()


def test_the_name_counts_for_nothing(images: Images, put: Put):
    assert images.probe(put(encoded(quarters(), "PNG")), "a.jpg").format == "PNG"


def frames(count: int) -> list[Image.Image]:
    return [Image.effect_noise((20, 10), 50).convert("RGB") for _ in range(count)]


@pytest.mark.parametrize(
    ("format_", "display", "what"),
    [("GIF", "png", "frames"), ("PNG", "png", "frames"), ("WEBP", "png", "frames"), ("TIFF", "png", "pages")],
)
def test_of_many_frames_the_first_is_shown_and_said_to_be(
    images: Images, put: Put, tmp_path: Path, format_: str, display: str, what: str
):
    first, *rest = frames(5)
    lossless = {"lossless": True} if format_ == "WEBP" else {}
    path = put(encoded(first, format_, save_all=True, append_images=rest, **lossless))

    probe = images.probe(path, "a")
    images.write_display(path, tmp_path / "display", "a")

    assert (probe.frames, probe.display, probe.warnings) == (5, display, (f"only the first of its 5 {what} is shown",))
    with Image.open(tmp_path / "display") as shown, Image.open(path) as stored:
        assert getattr(shown, "n_frames", 1) == 1
        assert shown.convert("RGB").tobytes() == stored.convert("RGB").tobytes()


def test_a_photograph_with_a_second_view_is_a_photograph(images: Images, put: Put):
    first, *rest = frames(2)

    probe = images.probe(put(encoded(first, "MPO", save_all=True, append_images=rest)), "a.jpg")

    assert (probe.format, probe.content_type, probe.frames) == ("JPEG", "image/jpeg", 2)
    assert (probe.display, probe.warnings) == ("original", ())
