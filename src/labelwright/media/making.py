"""Probe a picture and make what browsers show: display versions and thumbnails. Runs in the child process only."""

from pathlib import Path

from PIL import Image

from labelwright.media.colour import has_alpha, read_profile, to_display_colours, to_eight_bits
from labelwright.media.messages import Display, Limits, Probe, Written
from labelwright.media.reading import Picture, read_picture

_BROWSERS_SHOW = {"JPEG", "PNG", "WEBP"}
_CONTENT_TYPES = {"jpeg": "image/jpeg", "png": "image/png"}
_JPEG_QUALITY = 95
_THUMBNAIL_QUALITY = 80


def probe_picture(path: Path, limits: Limits) -> Probe:
    """Decode a picture once, whole, and say what it is. Raises as `read_picture`."""
    picture = read_picture(path, limits)
    width, height = picture.upright_size_wh
    _, profile_warnings = read_profile(picture.image)
    return Probe(
        format=picture.kind.format or "",
        content_type=picture.kind.content_type,
        width=width,
        height=height,
        orientation=picture.orientation,
        mode=picture.image.mode,
        bit_depth=picture.bit_depth,
        frames=picture.frames,
        display=choose_display(picture, path),
        warnings=picture.warnings + profile_warnings,
    )


def choose_display(picture: Picture, path: Path) -> Display:
    """Choose the original where every browser shows it upright and in the same pixels.

    Else JPEG for what lossy compression has been through already, PNG for the rest.
    """
    if _browsers_show_it_right(picture, path):
        return "original"
    return "jpeg" if _is_lossy(picture.image, path) and not has_alpha(picture.image) else "png"


def _browsers_show_it_right(picture: Picture, path: Path) -> bool:
    profile, _ = read_profile(picture.image)
    return (
        picture.kind.format in _BROWSERS_SHOW
        and picture.orientation == 1
        and picture.exif_is_sound
        and picture.bit_depth <= 8
        and picture.image.mode != "CMYK"
        and profile is None
        and (picture.frames == 1 or picture.kind.format == "JPEG")
        and not (picture.kind.format == "JPEG" and is_arithmetic(path))
    )


def _is_lossy(image: Image.Image, path: Path) -> bool:
    if image.format == "WEBP":
        with path.open("rb") as file:
            return b"VP8 " in file.read(2**16)
    return image.format in ("JPEG", "MPO") or image.info.get("compression") == "jpeg"


def is_arithmetic(path: Path) -> bool:
    """Return whether a JPEG uses arithmetic coding, which Pillow decodes and browsers do not."""
    with path.open("rb") as file:
        file.seek(2)
        while len(head := file.read(4)) == 4 and head[0] == 0xFF:
            if 0xC0 <= head[1] <= 0xCF and head[1] not in (0xC4, 0xC8, 0xCC):
                return head[1] >= 0xC9
            file.seek(int.from_bytes(head[2:4], "big") - 2, 1)
    return False


def write_display(path: Path, output: Path, limits: Limits) -> Written:
    """Write the version a browser shows, exactly as large as the displayed picture, without any metadata."""
    picture = read_picture(path, limits)
    display = choose_display(picture, path)
    width, height = picture.upright_size_wh
    if display == "original":
        return Written(display=display, content_type=picture.kind.content_type, width=width, height=height)
    image = _bare(to_display_colours(picture.turn_upright(picture.image)))
    if display == "jpeg":
        image.save(output, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    else:
        image.save(output, "PNG", compress_level=1)
    return Written(display=display, content_type=_CONTENT_TYPES[display], width=image.width, height=image.height)


def write_thumbnail(path: Path, output: Path, size: int, limits: Limits) -> Written:
    """Write a WebP of at most `size` x `size` pixels, upright; a picture smaller than that keeps its size."""
    picture = read_picture(path, limits, at_least=2 * size)
    small = to_eight_bits(picture.image)
    small.thumbnail((size, size), reducing_gap=2.0)
    small = picture.turn_upright(_bare(to_display_colours(small)))
    small.save(output, "WEBP", quality=_THUMBNAIL_QUALITY, method=4)
    return Written(display="webp", content_type="image/webp", width=small.width, height=small.height)


def _bare(image: Image.Image) -> Image.Image:
    """Drop comments, EXIF, XMP and profiles, which Pillow would write again."""
    image.info.clear()
    return image
