import io
import time

import pytest
from PIL import Image, PngImagePlugin

from labelwright.media.jpeg import read_layout

from .pictures import encoded, exif, quarters

SECRET = b"home address 52.5200 N 13.4050 E <script>"


def with_secrets(format_: str, image: Image.Image, orientation: int) -> bytes:
    block = exif(orientation).replace(b"Lab\0", b"GPS\0") + SECRET
    if format_ == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", SECRET.decode())
        return encoded(image, "PNG", exif=block, pnginfo=text)
    if format_ == "JPEG":
        return encoded(image, "JPEG", exif=block, comment=SECRET, xmp=b"<x>" + SECRET + b"</x>")
    return encoded(image, "WEBP", exif=block, xmp=b"<x>" + SECRET + b"</x>")


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_what_is_encoded_anew_carries_no_metadata(images, put, tmp_path, format_):
    data = with_secrets(format_, quarters(), 6)
    assert SECRET in data

    display = images.write_display(put(data), tmp_path / "display", "a").display
    images.write_thumbnail(put(data), tmp_path / "thumbnail", 128, "a")

    assert display == ("png" if format_ == "PNG" else "jpeg")
    for name in ("display", "thumbnail"):
        made = (tmp_path / name).read_bytes()
        assert b"home address" not in made
        assert b"GPS" not in made
        with Image.open(io.BytesIO(made)) as shown:
            assert {"exif", "xmp", "comment", "Comment", "icc_profile"}.isdisjoint(shown.info)


def test_a_photograph_encoded_anew_keeps_its_detail(images, put, tmp_path):
    noise = Image.merge("RGB", [Image.effect_noise((64, 48), 60) for _ in range(3)])
    stored = encoded(noise, "JPEG", quality=90, subsampling=0, exif=exif(6))

    images.write_display(put(stored), tmp_path / "display", "a.jpg")

    with Image.open(tmp_path / "display") as shown, Image.open(io.BytesIO(stored)) as original:
        assert [layer[1:3] for layer in shown.layer] == [(1, 1)] * 3  # colour in every pixel
        upright = original.transpose(Image.Transpose.ROTATE_270)
        differences = [abs(a - b) for a, b in zip(shown.tobytes(), upright.tobytes(), strict=True)]
        assert sum(differences) / len(differences) < 2


def test_lossless_pixels_stay_the_same_in_a_display_version(images, put, tmp_path):
    noise = Image.merge("RGB", [Image.effect_noise((64, 48), 60) for _ in range(3)])

    images.write_display(put(encoded(noise, "TIFF")), tmp_path / "display", "a.tif")

    with Image.open(tmp_path / "display") as shown:
        assert (shown.format, shown.tobytes()) == ("PNG", noise.tobytes())


@pytest.mark.parametrize("size", [128, 256, 512])
@pytest.mark.parametrize("size_wh", [(2000, 1000), (1000, 2000), (600, 600), (3000, 1), (1, 3000), (100, 50), (1, 1)])
def test_a_thumbnail_fits_and_never_grows(images, put, tmp_path, size, size_wh):
    path = put(encoded(quarters(*size_wh), "JPEG"))

    written = images.write_thumbnail(path, tmp_path / "thumbnail", size, "a.jpg")

    width, height = size_wh
    factor = min(1.0, size / max(size_wh))
    assert abs(written.width - max(1, round(width * factor))) <= 1
    assert abs(written.height - max(1, round(height * factor))) <= 1
    assert max(written.width, written.height) <= size
    with Image.open(tmp_path / "thumbnail") as small:
        assert (small.format, small.size) == ("WEBP", (written.width, written.height))


@pytest.mark.parametrize("size", [0, 64, 255, 1024, -1])
def test_thumbnails_come_in_three_sizes(images, put, tmp_path, size):
    path = put(encoded(quarters(), "JPEG"))

    with pytest.raises(ValueError, match="thumbnails are"):
        images.write_thumbnail(path, tmp_path / "thumbnail", size, "a.jpg")


def test_an_original_is_not_written_again(images, put, tmp_path):
    written = images.write_display(put(encoded(quarters(), "JPEG")), tmp_path / "display", "a.jpg")

    assert (written.display, written.content_type) == ("original", "image/jpeg")
    assert (written.width, written.height) == (48, 32)
    assert not (tmp_path / "display").exists()


def test_arithmetic_coding_is_told_from_huffman_coding(put):
    baseline = encoded(quarters(), "JPEG")
    progressive = encoded(quarters(), "JPEG", progressive=True)

    assert not read_layout(put(baseline)).is_arithmetic
    assert not read_layout(put(progressive)).is_arithmetic
    assert read_layout(put(baseline.replace(b"\xff\xc0", b"\xff\xc9", 1))).is_arithmetic
    assert read_layout(put(b"\xff\xd8\xff")) is None


def test_a_thumbnail_of_a_large_photograph_does_not_decode_every_pixel(images, put, tmp_path):
    noise = Image.effect_noise((1000, 750), 40).resize((4000, 3000))
    path = put(encoded(Image.merge("RGB", [noise] * 3), "JPEG", quality=85))

    def cpu_of(work) -> float:
        worker = images._idle.get()
        images._idle.put(worker)
        spent = []
        for _ in range(3):
            before = cpu_seconds(worker.pid)
            work()
            spent.append(cpu_seconds(worker.pid) - before)
        return min(spent)

    images.probe(path, "warm")
    whole = cpu_of(lambda: images.probe(path, "a.jpg"))
    small = cpu_of(lambda: images.write_thumbnail(path, tmp_path / "thumbnail", 256, "a.jpg"))

    assert small < whole * 0.8


def cpu_seconds(pid: int) -> float:
    return time.clock_gettime((~pid << 3) | 2)  # Linux: the clock of another process, as clock_getcpuclockid gives it
