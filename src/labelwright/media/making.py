"""Probe a picture and make what browsers show: display versions and thumbnails. Runs in the child process only."""

from pathlib import Path

from PIL import Image

from labelwright.media.colour import has_alpha, read_profile, to_display_colours, to_eight_bits
from labelwright.media.jpeg import read_layout
from labelwright.media.messages import Display, Limits, Probe, Written
from labelwright.media.reading import Picture, read_picture
from labelwright.media.tileable import check_tileable

_BROWSERS_SHOW = {"JPEG", "PNG", "WEBP"}
_CONTENT_TYPES = {"jpeg": "image/jpeg", "png": "image/png"}
_JPEG_QUALITY = 95
THUMBNAIL_QUALITY = 80


def probe_picture(path: Path, limits: Limits) -> Probe:
    """Decode a picture once, whole, and say what it is; of one to be shown in tiles read the header alone.

    Raises as `read_picture`.
    """
    picture = read_picture(path, limits)
    if picture.is_tiled:
        check_tileable(picture, path, limits)
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
        is_tiled=picture.is_tiled,
        warnings=picture.warnings + profile_warnings,
    )


def choose_display(picture: Picture, path: Path) -> Display:
    """Choose the original where every browser shows it upright and in the same pixels.

    Else JPEG for what lossy compression has been through already, PNG for the rest.
    """
    if _browsers_show_it_right(picture, path):
        return "original"
    return "jpeg" if is_lossy(picture.image, path) and not has_alpha(picture.image) else "png"


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
        and not (picture.kind.format == "JPEG" and _is_arithmetic(path))
    )


def is_lossy(image: Image.Image, path: Path) -> bool:
    """Return whether the pixels have been through lossy compression already."""
    if image.format == "WEBP":
        with path.open("rb") as file:
            return b"VP8 " in file.read(2**16)
    return image.format in ("JPEG", "MPO") or image.info.get("compression") == "jpeg"


def _is_arithmetic(path: Path) -> bool:
    layout = read_layout(path)
    return layout is not None and layout.is_arithmetic


def write_display(path: Path, output: Path, limits: Limits) -> Written:
    """Write the version a browser shows, exactly as large as the displayed picture, without any metadata."""
    picture = read_picture(path, limits)
    display = choose_display(picture, path)
    width, height = picture.upright_size_wh
    if display == "original":
        return Written(display=display, content_type=picture.kind.content_type, width=width, height=height)
    image = bare(to_display_colours(picture.turn_upright(picture.image)))
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
    small = picture.turn_upright(bare(to_display_colours(small)))
    small.save(output, "WEBP", quality=THUMBNAIL_QUALITY, method=4)
    return Written(display="webp", content_type="image/webp", width=small.width, height=small.height)


def bare(image: Image.Image) -> Image.Image:
    """Drop comments, EXIF, XMP and profiles, which Pillow would write again."""
    image.info.clear()
    return image
