"""Pyramids show what display versions show, to the pixel, whatever the file; what cannot be read in rows is refused."""

import io
import os
import signal
import struct
import subprocess
import threading
import zlib

import numpy as np
import pytest
import rasterio
from PIL import Image

from labelwright.media.images import Images
from labelwright.media.messages import Limits
from labelwright.media.pyramid import TILE, Address, Pyramid, PyramidWriter, grid_of, level_sizes, read_head, read_tile
from labelwright.model.errors import Busy, StorageFull, TooLarge, UnreadablePicture, UnsupportedPicture

from .pictures import PNG_START, TRUECOLOUR, chunk, encoded, exif, png_bomb, png_header, stored_for
from .test_orientation import tiff_of

SIZE_WH = (1100, 700)
PLACE = rasterio.Affine.scale(2)  # rasterio warns of files that have none


def scene(mode: str = "RGB", size_wh: tuple[int, int] = SIZE_WH) -> Image.Image:
    """Every pixel differs from its neighbours in a way that compression keeps."""
    width, height = size_wh
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    red, green, blue = x * 255 // width, y * 255 // height, (x + y) // 7 % 256
    return Image.fromarray(np.dstack((red, green, blue)).astype(np.uint8)).convert(mode)


def turned(orientation: int, format_: str) -> bytes:
    small = scene(size_wh=(600, 520))  # stored pixel by pixel, which takes its time
    stored = stored_for(small, orientation)
    if format_ == "TIFF":
        return tiff_of(stored, orientation, "tiff_lzw")
    return encoded(stored, format_, exif=exif(orientation))


def deep(dtype: str, most: float) -> bytes:
    """A TIFF of one channel with 16 or 32 bits, in tiles of its own."""
    width, height = SIZE_WH
    numbers = np.linspace(0, most, width * height).reshape(height, width).astype(dtype)
    with rasterio.MemoryFile() as file:
        profile = {"driver": "GTiff", "width": width, "height": height, "count": 1, "dtype": dtype}
        with file.open(
            **profile, transform=PLACE, tiled=True, blockxsize=256, blockysize=256, compress="deflate"
        ) as target:
            target.write(numbers, 1)
        return file.read()


def interlaced() -> bytes:
    """A PNG in the seven passes of Adam7."""
    stored = np.asarray(scene())
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    rows = [b"\0" + row.tobytes() for x, y, dx, dy in passes for row in stored[y::dy, x::dx]]
    header = bytearray(png_header(*SIZE_WH, 8, TRUECOLOUR)[8:21])
    header[12] = 1
    pixels = zlib.compress(b"".join(rows))
    return PNG_START + chunk(b"IHDR", bytes(header)) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def late_exif() -> bytes:
    data = encoded(stored_for(scene(size_wh=(600, 520)), 6), "PNG")
    return data[:-12] + chunk(b"eXIf", exif(6).removeprefix(b"Exif\0\0")) + data[-12:]


def half_transparent() -> bytes:
    image = scene("RGBA")
    image.putalpha(scene("L"))
    return encoded(image, "PNG")


EXACT = {
    "PNG": lambda: encoded(scene(), "PNG"),
    "PNG, interlaced": interlaced,
    "PNG, alpha": half_transparent,
    "PNG, palette with transparency": lambda: encoded(scene("P"), "PNG", transparency=3),
    "PNG, 1 bit": lambda: encoded(scene("1"), "PNG"),
    "PNG, EXIF behind the pixels": late_exif,
    "PNG, turned": lambda: turned(7, "PNG"),
    "TIFF, not compressed": lambda: encoded(scene(), "TIFF"),
    "TIFF, LZW, turned": lambda: turned(8, "TIFF"),
    "TIFF, 12 of 16 bits": lambda: deep("uint16", 4095),
    "TIFF, floats": lambda: deep("float32", 1000),
    "BMP": lambda: encoded(scene(), "BMP"),
}
LOSSY = {
    "JPEG": lambda: encoded(scene(), "JPEG", quality=95),
    "JPEG, progressive": lambda: encoded(scene(), "JPEG", quality=95, progressive=True),
    "JPEG, grey": lambda: encoded(scene("L"), "JPEG", quality=95),
    "JPEG, CMYK": lambda: encoded(scene("CMYK"), "JPEG", quality=95),
    **{f"JPEG, turned {number}": lambda number=number: turned(number, "JPEG") for number in (2, 3, 5)},
}


def tiles_of(images, path, tmp_path):
    """Make the pyramid of a file; its head, and all levels put together again."""
    output = tmp_path / "made.part"
    written = images.write_tiles(path, output, "a", lambda _: None)
    data = output.read_bytes()
    assert [file.name for file in tmp_path.iterdir() if "pixels" in file.name] == []

    def read(start: int, stop: int) -> bytes:
        return data[start:stop]

    pyramid = read_head(read)
    assert written.display == pyramid.format
    levels = []
    for level, size_wh in enumerate(pyramid.levels):
        columns, rows = grid_of(size_wh)
        pieces = {
            (column, row): Image.open(io.BytesIO(read_tile(read, pyramid, Address(level, column, row))))
            for column in range(columns)
            for row in range(rows)
        }
        whole = Image.new(pieces[0, 0].mode, size_wh)
        for (column, row), piece in pieces.items():
            whole.paste(piece, (column * TILE, row * TILE))
        levels.append(whole)
    return pyramid, levels


def shown(images, path, tmp_path) -> Image.Image:
    """The picture as a browser shows it whole."""
    display = tmp_path / "display"
    if images.write_display(path, display, "a").display == "original":
        display = path
    return Image.open(display)


@pytest.mark.parametrize("case", EXACT)
def test_tiles_without_loss_are_the_displayed_picture(images, put, tmp_path, case):
    path = put(EXACT[case]())

    pyramid, levels = tiles_of(images, path, tmp_path)

    whole = shown(images, path, tmp_path)
    assert pyramid == Pyramid(whole.size, "png")
    assert np.array_equal(np.asarray(levels[0].convert("RGBA")), np.asarray(whole.convert("RGBA")))


@pytest.mark.parametrize("case", LOSSY)
def test_tiles_of_photographs_are_the_displayed_picture(images, put, tmp_path, case):
    path = put(LOSSY[case]())

    pyramid, levels = tiles_of(images, path, tmp_path)

    whole = shown(images, path, tmp_path)
    assert pyramid == Pyramid(whole.size, "jpeg")
    difference = np.asarray(levels[0].convert("RGB")).astype(int) - np.asarray(whole.convert("RGB"))
    assert np.abs(difference).mean() < 1.5
    assert np.abs(difference).max() < 40


@pytest.mark.parametrize("size_wh", [(1025, 1301), (513, 1), (512, 512), (3000, 7)])
def test_each_level_is_the_mean_of_two_by_two_pixels_of_the_one_before(images, put, tmp_path, size_wh):
    pyramid, levels = tiles_of(images, put(encoded(scene(size_wh=size_wh), "PNG")), tmp_path)

    assert max(levels[-1].size) <= TILE
    for (width, height), before, after in zip(pyramid.levels, levels, levels[1:], strict=False):
        assert after.size == ((width + 1) // 2, (height + 1) // 2)
        padding = ((0, height % 2), (0, width % 2), (0, 0))
        even = np.pad(np.asarray(before).astype(float), padding, mode="edge")
        means = (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4
        assert np.abs(np.asarray(after) - means).max() <= 0.5


def test_progress_grows_and_ends_whole(images, put, tmp_path):
    told: list[float] = []
    images.write_tiles(put(encoded(scene(), "PNG")), tmp_path / "made.part", "a", told.append)

    assert told == sorted(told)
    assert told[-1] == 1


def test_the_thumbnail_of_a_pyramid_comes_from_its_top(images, put, tmp_path):
    images.write_tiles(put(encoded(scene(), "PNG")), tmp_path / "made.part", "a", lambda _: None)

    written = images.write_overview(tmp_path / "made.part", tmp_path / "small", 256, "a")

    assert (written.width, written.height, written.content_type) == (256, 163, "image/webp")
    expected = np.asarray(scene().resize((256, 163), Image.Resampling.BOX)).astype(int)
    assert np.abs(np.asarray(Image.open(tmp_path / "small").convert("RGB")) - expected).mean() < 4


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def strict():
    """Everything is tiled, in little memory."""
    images = Images(Limits(tiled_from_pixels=1, tiling_memory_bytes=256 * 2**20), processes=1)
    yield images
    images.close()


def test_of_a_tiled_picture_the_header_is_read_alone(strict, put):
    data = encoded(scene(), "JPEG", exif=exif(6))

    probe = strict.probe(put(data[: len(data) // 2]), "a")

    assert (probe.is_tiled, probe.width, probe.height, probe.orientation) == (True, 700, 1100, 6)


@pytest.mark.parametrize("format_", ["WEBP", "GIF"])
def test_what_cannot_be_read_in_rows_is_refused_at_once(strict, put, format_):
    with pytest.raises(UnsupportedPicture, match=r"“a” is a .* JPEG, PNG, TIFF or BMP"):
        strict.probe(put(encoded(scene("P"), format_)), "a")


def test_an_animated_png_is_refused_at_once(strict, put):
    frames = encoded(scene("L"), "PNG", save_all=True, append_images=[scene("L").rotate(180)])
    with pytest.raises(UnsupportedPicture, match="is a PNG picture"):
        strict.probe(put(frames), "a")


def with_size(jpeg: bytes, width: int, height: int) -> bytes:
    frame = max(jpeg.find(b"\xff\xc0"), jpeg.find(b"\xff\xc2"))
    return jpeg[: frame + 5] + struct.pack(">HH", height, width) + jpeg[frame + 9 :]


def test_a_progressive_jpeg_that_needs_too_much_memory_is_refused_with_a_remedy(strict, put):
    large = with_size(encoded(scene(), "JPEG", progressive=True), 9000, 9000) + bytes(2**20)
    with pytest.raises(TooLarge, match=r"0\.24 GB of memory .* 0\.2 GB are allowed here\. Save it as a baseline JPEG"):
        strict.probe(put(large), "a")

    assert strict.probe(put(with_size(encoded(scene(), "JPEG"), 9000, 9000) + bytes(2**20)), "a").is_tiled


def test_a_tiff_compressed_in_one_strip_is_refused_with_a_remedy(strict, put):
    with rasterio.MemoryFile() as file:
        profile = {"driver": "GTiff", "width": 9000, "height": 9000, "count": 3, "dtype": "uint8"}
        with file.open(
            **profile, transform=PLACE, blockysize=9000, compress="deflate", sparse_ok=True, interleave="pixel"
        ):
            pass
        data = file.read()
    with pytest.raises(TooLarge, match="Save it with strips of a few rows or in tiles"):
        strict.probe(put(data), "a")


def test_more_pixels_than_the_decoder_can_write_are_refused_at_once(put):
    images = Images(Limits(max_pixels=10**9, max_side=65_500), processes=1)
    with pytest.raises(TooLarge, match=r"900 megapixels; pictures of its kind are read up to 537"):
        images.probe(put(with_size(encoded(scene(), "JPEG"), 30_000, 30_000)), "a")
    images.close()


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "TIFF", "BMP"])
def test_a_picture_that_is_cut_off_is_found_while_its_tiles_are_made(images, put, tmp_path, format_):
    data = encoded(scene(), format_)
    with pytest.raises(UnreadablePicture, match="“a”"):
        images.write_tiles(put(data[: len(data) * 2 // 3]), tmp_path / "made.part", "a", lambda _: None)


def test_a_jpeg_too_short_for_the_size_it_announces_is_refused_at_once(strict, put):
    data = encoded(scene(), "JPEG")
    with pytest.raises(UnreadablePicture, match=r"“a” is cut off: \d+ bytes cannot hold the 9000 x 9000 pixels"):
        strict.probe(put(with_size(data, 9000, 9000)), "a")


def test_a_jpeg_with_all_the_room_it_can_need_passes(strict, put):
    for colour, options in (("RGB", {}), ("L", {}), ("RGB", {"subsampling": 0}), ("RGB", {"progressive": True})):
        flat = encoded(Image.new(colour, (1600, 1600)), "JPEG", quality=1, optimize=True, **options)
        assert strict.probe(put(flat), "a").is_tiled


def test_a_process_that_is_killed_is_told_and_one_that_is_interrupted_is_not_blamed_on_the_picture(put, tmp_path):
    images = Images(Limits(), processes=1)
    path = put(png_bomb(7000, 24, TRUECOLOUR))

    def kill(_: float) -> None:
        for worker in images._tiling:
            os.kill(worker.pid, signal.SIGKILL)

    with pytest.raises(UnreadablePicture, match="“a” made the decoder stop"):
        images.write_tiles(path, tmp_path / "made.part", "a", kill)
    with pytest.raises(Busy):
        images.write_tiles(
            path, tmp_path / "made.part", "a", lambda _: threading.Thread(target=images.interrupt_tiles).start()
        )
    assert not images._tiling
    images.close()


def test_a_full_disk_is_told_and_nothing_stays(images, put, tmp_path):
    path, disk = put(encoded(scene(), "PNG")), tmp_path / "disk"
    disk.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small file system can be mounted by root only: {mounted.stderr.decode().strip()}")
    try:
        with pytest.raises(StorageFull, match="“a” cannot be prepared: the storage is full"):
            images.write_tiles(path, disk / "made.part", "a", lambda _: None)
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["/bin/umount", disk], check=True)


# --- the file -------------------------------------------------------------------------------------------------------


def test_a_file_that_is_no_pyramid_or_ends_early_is_an_error(tmp_path):
    pyramid = Pyramid((600, 10), "png")
    with PyramidWriter(tmp_path / "a", pyramid) as writer:
        for number, level in enumerate((0, 0, 1)):
            writer.add(Address(level, number % 2, 0), b"tile %d" % number)
    data = (tmp_path / "a").read_bytes()

    assert read_tile(lambda start, stop: data[start:stop], pyramid, Address(0, 1, 0)) == b"tile 1"
    with pytest.raises(ValueError, match="ends within"):
        read_tile(lambda start, stop: data[:-1][start:stop], pyramid, Address(1, 0, 0))
    for broken in (b"", b"GIF89a" + data, data[:20]):
        with pytest.raises(ValueError, match="no pyramid"):
            read_head(lambda start, stop, broken=broken: broken[start:stop])


def test_a_writer_that_fails_leaves_no_pyramid(tmp_path):
    def fail() -> None:
        with PyramidWriter(tmp_path / "a", Pyramid((600, 10), "png")) as writer:
            writer.add(Address(0, 0, 0), b"tile")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert not (tmp_path / "a").exists()


def test_levels_halve_until_one_tile_holds_the_picture():
    assert level_sizes((20_000, 20_001))[:3] == ((20_000, 20_001), (10_000, 10_001), (5000, 5001))
    assert level_sizes((20_000, 20_001))[-1] == (313, 313)
    assert level_sizes((512, 3)) == ((512, 3),)
    assert [
        address
        for address in (Address(0, 39, 39), Address(7, 0, 0), Address(0, -1, 0), Address(0, 40, 0))
        if Pyramid((20_000, 20_000), "png").has(address)
    ] == [Address(0, 39, 39)]
