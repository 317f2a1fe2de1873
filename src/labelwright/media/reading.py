"""Open and decode one untrusted picture. Runs in the child process only."""

import dataclasses
import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from labelwright.media.messages import Limits
from labelwright.media.orientation import TRANSPOSITIONS, read_orientation
from labelwright.media.sandbox import allow_cpu_seconds
from labelwright.media.signature import CAMERA_RAW, HEAD_BYTES, SUPPORTED, Kind, identify
from labelwright.model.errors import LabelwrightError, TooLarge, UnreadablePicture, UnsupportedPicture

_PIECE_BYTES = 2**20
_TIFF_ORIENTATION, _TIFF_SUBFILE_TYPE, _TIFF_SUB_IFDS, _DNG_VERSION = 274, 254, 330, 50706

# Imported by name, so that Pillow has no reason to import its forty other decoders.
DECODERS = (
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

CUT_OFF = "is cut off: its end is missing. Upload the whole file again."
DAMAGED = "is damaged and cannot be decoded. Open and save it in a picture editor, or upload another copy."
TOO_MUCH_MEMORY = "needs more memory to decode than is allowed here. Save it smaller or in tiles."


@dataclasses.dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture. `image` is upright only if `is_upright`; `orientation` is what the file says, 1 to 8.

    `exif_is_sound` is False where another reader might see another orientation. Where the picture `is_tiled`, `image`
    has been read up to its pixels only.
    """

    image: ImageFile.ImageFile
    is_tiled: bool
    kind: Kind
    orientation: int
    is_upright: bool
    exif_is_sound: bool
    bit_depth: int
    frames: int
    warnings: tuple[str, ...]

    @property
    def upright_size_wh(self) -> tuple[int, int]:
        """Width and height as displayed."""
        width, height = self.image.size
        turned = self.orientation >= 5 and not self.is_upright
        return (height, width) if turned else (width, height)

    def turn_upright(self, image: Image.Image) -> Image.Image:
        """Return `image`, which is this picture or a smaller one of it, as displayed."""
        method = TRANSPOSITIONS.get(self.orientation)
        return image if self.is_upright or method is None else image.transpose(method)


def read_picture(path: Path, limits: Limits, *, at_least: int | None = None) -> Picture:
    """Decode `path`, whole, or where the format can do so cheaply scaled down to no less than `at_least` pixels.

    Of a picture that is to be shown in tiles only the header is read. Raises UnsupportedPicture, UnreadablePicture,
    TooLarge; messages go on after the picture's name.
    """
    head = _read_head(path)
    kind = identify(head)
    if kind.format is None:
        raise _unsupported(kind)
    image = _open(path, kind, limits)
    is_tiled = limits.is_tiled(image.size)
    if at_least is not None:
        image.draft(None, (at_least, at_least))  # None keeps the mode
    frames, notes = _count_frames(image, path)
    tiff = _tiff_orientation(image)
    if is_tiled:
        _take_late_exif(image, path)
    else:
        load(image, path, limits)
    orientation = tiff if isinstance(image, TiffImagePlugin.TiffImageFile) else _exif_orientation(image)
    if orientation is None:
        notes = (*notes, "its EXIF data is damaged or has no valid orientation: shown as stored")
    return Picture(
        image=image,
        is_tiled=is_tiled,
        kind=kind,
        orientation=orientation or 1,
        is_upright=isinstance(image, TiffImagePlugin.TiffImageFile),
        exif_is_sound=orientation is not None,
        bit_depth=_bit_depth(image, head),
        frames=frames,
        warnings=notes,
    )


def _read_head(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise UnreadablePicture("is empty: it has no bytes. Upload it again.")
    return head


def _unsupported(kind: Kind) -> UnsupportedPicture:
    return UnsupportedPicture(
        f"is {kind.name}; supported are {SUPPORTED}. {kind.remedy}", found=kind.name, content_type=kind.content_type
    )


def _open(path: Path, kind: Kind, limits: Limits) -> ImageFile.ImageFile:
    """Read the header and check the size in it."""
    Image.MAX_IMAGE_PIXELS = None  # our own check follows and can say the size
    try:
        assert kind.format is not None
        image = Image.open(path, formats=[kind.format])
    except (MemoryError, LabelwrightError):
        raise
    except Exception as error:
        raise explain(error, path) from error
    check_size(image.size, limits)
    allow_cpu_seconds(limits.cpu_seconds_for(image.size))
    Image.MAX_IMAGE_PIXELS = limits.max_pixels  # frames and tiles may be larger than the header said
    if isinstance(image, TiffImagePlugin.TiffImageFile) and _is_camera_raw(image):
        raise _unsupported(CAMERA_RAW)
    return image


def check_size(size_wh: tuple[int, int], limits: Limits) -> None:
    """Refuse a picture that is too large to decode. Raises TooLarge, UnreadablePicture for no pixels."""
    width, height = size_wh
    if width < 1 or height < 1:
        raise UnreadablePicture(f"has no pixels: its size is {width} x {height}.")
    if max(width, height) > limits.max_side:
        raise TooLarge(
            f"is {width} x {height} pixels, the limit is {limits.max_side} a side. Cut it into tiles.",
            limit_side=limits.max_side,
        )
    if width * height > limits.max_pixels:
        raise TooLarge(
            f"is {width} x {height} pixels, {width * height / 1e6:.4g} megapixels; the limit is"
            f" {limits.max_pixels / 1e6:.4g}. Cut it into tiles or save it smaller.",
            limit_pixels=limits.max_pixels,
        )


def load(image: Image.Image, path: Path, limits: Limits) -> None:
    """Decode an open picture. Raises UnreadablePicture, TooLarge."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image.load()
    except (MemoryError, LabelwrightError):
        raise
    except Exception as error:
        raise explain(error, path) from error
    check_size(image.size, limits)
    if image.format == "PNG":
        _check_png_chunks(path)


def explain(error: Exception, path: Path) -> LabelwrightError:
    """Return what to tell about an error of Pillow's; it raises a dozen kinds for damaged files."""
    text = str(error).lower()
    if isinstance(error, Image.DecompressionBombWarning | Image.DecompressionBombError):
        return TooLarge("holds a frame or tile with more pixels than allowed here.")
    if "out of memory" in text:
        return TooLarge(TOO_MUCH_MEMORY)
    if isinstance(error, EOFError) or "truncated" in text or "unexpected end" in text or _ends_too_early(path):
        return UnreadablePicture(CUT_OFF)
    return UnreadablePicture(DAMAGED)


def _ends_too_early(path: Path) -> bool:
    """Return whether a RIFF file (WebP) is shorter than it says."""
    head = _read_head(path)
    return head[:4] == b"RIFF" and int.from_bytes(head[4:8], "little") + 8 > path.stat().st_size


def _check_png_chunks(path: Path) -> None:
    """Require every chunk to be whole and the last to be there: Pillow checks neither once it has its pixels."""
    with path.open("rb") as file:
        for size, kind in _png_chunks(file):
            checksum, left = zlib.crc32(kind), size
            while left and (data := file.read(min(left, _PIECE_BYTES))):
                checksum, left = zlib.crc32(data, checksum), left - len(data)
            stored = file.read(4)
            if len(stored) < 4:
                break
            if checksum != int.from_bytes(stored, "big"):
                raise UnreadablePicture(DAMAGED)
            if kind == b"IEND":
                return
    raise UnreadablePicture(CUT_OFF)


def _take_late_exif(image: Image.Image, path: Path) -> None:
    """Take EXIF data from behind the pixels of a PNG, where Pillow comes only after decoding them."""
    if image.format != "PNG" or "exif" in image.info:
        return
    with path.open("rb") as file:
        for size, kind in _png_chunks(file):
            if kind == b"eXIf":
                image.info["exif"] = file.read(size)
                return
            file.seek(size + 4, 1)


def _png_chunks(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Give size and kind of one chunk after the other; whoever takes them reads up to the next."""
    file.seek(8)
    while len(head := file.read(8)) == 8:
        yield int.from_bytes(head[:4], "big"), head[4:]


def _is_camera_raw(image: TiffImagePlugin.TiffImageFile) -> bool:
    """Return whether the TIFF is a camera's raw file: what Pillow would decode is its small preview."""
    tags = image.tag_v2
    return _DNG_VERSION in tags or (tags.get(_TIFF_SUBFILE_TYPE) == 1 and _TIFF_SUB_IFDS in tags)


def _tiff_orientation(image: Image.Image) -> int | None:
    """Return a TIFF's orientation before Pillow applies it, which it does while loading."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return 1
    for xmp in ("xmp", "XML:com.adobe.xmp"):
        image.info.pop(xmp, None)  # Pillow would turn the picture by it, browsers and other readers do not
    value = image.tag_v2.get(_TIFF_ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else None


def _exif_orientation(image: Image.Image) -> int | None:
    exif = image.info.get("exif")
    return read_orientation(exif) if exif else 1


def _bit_depth(image: Image.Image, head: bytes) -> int:
    """Return the bits a channel as stored; Pillow's modes do not keep them."""
    match image.format:
        case "PNG":
            return int(head[24])
        case "TIFF":
            assert isinstance(image, TiffImagePlugin.TiffImageFile)
            return max(map(int, image.tag_v2.get(258, (1,))))
        case "BMP":
            (bits,) = struct.unpack_from("<H", head, 24 if head[14] == 12 else 28)
            return min(int(bits), 8)
        case _:
            return 8


def _count_frames(image: Image.Image, path: Path) -> tuple[int, tuple[str, ...]]:
    """Return frames or pages, and what there is to say about them."""
    if image.format == "GIF":
        with path.open("rb") as file:
            frames = count_gif_frames(file)
    else:
        try:
            frames = int(getattr(image, "n_frames", 1))
        except (MemoryError, LabelwrightError):
            raise
        except Exception:  # noqa: BLE001 - Pillow raises what the parser meets; the first picture may still be whole
            return 1, ("what follows its first picture is damaged",)
    if frames == 1 or image.format == "MPO":  # an MPO is a photograph with another view or a preview behind it
        return frames, ()
    what = "pages" if image.format == "TIFF" else "frames"
    return frames, (f"only the first of its {frames} {what} is shown",)


def count_gif_frames(file: BinaryIO) -> int:
    """Count the frames of a GIF by its blocks. Raises UnreadablePicture where its end mark is missing."""
    file.seek(10)
    _skip_colours(file, file.read(3)[:1])
    frames = 0
    while mark := file.read(1):
        if mark == b";":
            return max(1, frames)
        if mark == b",":
            frames += 1
            _skip_colours(file, file.read(9)[8:])
            file.seek(1, 1)
        elif mark == b"!":
            file.seek(1, 1)
        else:
            continue  # padding between blocks, as decoders allow
        while (size := file.read(1)) not in (b"", b"\0"):
            file.seek(size[0], 1)
    raise UnreadablePicture(CUT_OFF)


def _skip_colours(file: BinaryIO, flags: bytes) -> None:
    if flags and flags[0] & 0x80:
        file.seek(3 * 2 ** ((flags[0] & 7) + 1), 1)
