"""Turn any stored colours into 8-bit sRGB as a browser would show them."""

import io
import math
from collections.abc import Iterable
from typing import NamedTuple

from PIL import Image, ImageCms, ImageOps

_MAX_PROFILE_BYTES = 4 * 2**20
_MIN_IS_WHITE = 0
_PHOTOMETRIC = 262

_SPACES = {"L": "GRAY", "LA": "GRAY", "RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK"}
_EIGHT_BIT_MODES = {
    "1": "L",
    "I": "L",
    "F": "L",
    "La": "LA",
    "PA": "RGBA",
    "RGBa": "RGBA",
    "LAB": "LAB",
    "CMYK": "CMYK",
}

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))


def has_alpha(image: Image.Image) -> bool:
    """Return whether some pixels may be transparent."""
    return eight_bit_mode(image) in ("LA", "RGBA")


def eight_bit_mode(image: Image.Image) -> str:
    """Return the mode that `to_eight_bits` gives: L, LA, RGB, RGBA, CMYK or LAB."""
    if image.mode in ("L", "LA", "RGB", "RGBA", "P") and "transparency" in image.info:
        return "LA" if image.mode in ("L", "LA") else "RGBA"
    if image.mode in ("L", "LA", "RGB", "RGBA"):
        return image.mode
    return "L" if image.mode.startswith("I;16") else _EIGHT_BIT_MODES.get(image.mode, "RGB")


def read_profile(image: Image.Image) -> tuple[ImageCms.ImageCmsProfile | None, tuple[str, ...]]:
    """Return the colour profile that changes what is seen, None for none or sRGB, and warnings."""
    data = image.info.get("icc_profile")
    if not data:
        return None, ()
    if len(data) > _MAX_PROFILE_BYTES:
        return None, ("its colour profile is too large and was left out",)
    mode = eight_bit_mode(image)
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        if profile.profile.xcolor_space.strip() != _SPACES.get(mode):
            return None, ("its colour profile belongs to other colours and was left out",)
        description = ImageCms.getProfileDescription(profile)
        _transformation(profile, mode)
    except (OSError, ImageCms.PyCMSError, ValueError):
        return None, ("its colour profile is damaged and was left out",)
    return (None if "srgb" in description.lower() else profile), ()


class Scale(NamedTuple):
    """What 16-bit and 32-bit pixels are scaled by: the least and greatest of the whole picture, and how it counts."""

    low: float
    high: float
    is_white_least: bool


def scale_of(image: Image.Image, parts: Iterable[Image.Image] = ()) -> Scale | None:
    """Return the scale of a picture, measured in `parts` of it if any; None where its pixels have 8 bits."""
    if not (image.mode.startswith("I;16") or image.mode in ("I", "F")):
        return None
    spans = [_extrema(part.convert("I") if part.mode.startswith("I;16") else part) for part in parts or (image,)]
    is_white_least = getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == _MIN_IS_WHITE
    return Scale(min(low for low, _ in spans), max(high for _, high in spans), is_white_least)


def to_display_colours(image: Image.Image, scale: Scale | None = None) -> Image.Image:
    """Return `image` in sRGB, mode L, LA, RGB or RGBA. Pixels without a colour profile are taken as they are.

    `scale` is that of the whole picture, where `image` is a part of it.
    """
    profile, _ = read_profile(image)
    plain = to_eight_bits(image, scale)
    if plain.mode == "LAB":
        profile = _LAB
    if profile is None:
        return plain.convert("RGB") if plain.mode == "CMYK" else plain
    alpha = plain.getchannel("A") if plain.mode == "LA" else None
    source = plain.getchannel("L") if plain.mode == "LA" else plain
    result = _transformation(profile, plain.mode).apply(source)
    if alpha is not None:
        result.putalpha(alpha)
    return result


def to_eight_bits(image: Image.Image, scale: Scale | None = None) -> Image.Image:
    """Return `image` with 8 bits a channel and without a palette, so that it can be scaled and converted.

    `scale` as in `to_display_colours`.
    """
    if (scale := scale or scale_of(image)) is not None:
        return _scale_integers(image, scale) if image.mode.startswith("I;16") else _scale_numbers(image, scale)
    mode = eight_bit_mode(image)
    return image if image.mode == mode else image.convert(mode)


def _transformation(profile: ImageCms.ImageCmsProfile, mode: str) -> ImageCms.ImageCmsTransform:
    """Return the way from `profile` to sRGB for pixels in `mode`. Raises PyCMSError for a profile of no use."""
    return ImageCms.buildTransform(
        profile,
        _SRGB,
        "L" if mode == "LA" else mode,
        "RGBA" if mode == "RGBA" else "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )


def _scale_integers(image: Image.Image, scale: Scale) -> Image.Image:
    """Scale 16-bit grey by the bits in use: 12-bit pixels in a 16-bit file fill the whole range.

    Black stays black, and pictures of one camera stay comparable, which stretching each from darkest to brightest
    would not give.
    """
    shift = max(8, int(scale.high).bit_length()) - 8
    grey = image.convert("I").point([min(255, value >> shift) for value in range(65536)], "L")
    return ImageOps.invert(grey) if scale.is_white_least else grey


def _scale_numbers(image: Image.Image, scale: Scale) -> Image.Image:
    """Scale 32-bit grey: 0 to 1 and 0 to 255 as they are, 16-bit numbers by bits, the rest from least to greatest."""
    low, high = scale.low, scale.high
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    if image.mode == "I" and low >= 0 and high <= 65535:
        return _scale_integers(image, scale)
    if low >= 0 and high <= 255:
        low, high = 0.0, (1.0 if high <= 1 else 255.0)
    factor = 255.0 / (high - low) if high > low else 0.0
    return image.convert("F").point(lambda value: value * factor - low * factor).convert("L")


def _extrema(image: Image.Image) -> tuple[float, float]:
    low, high = image.getextrema()
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    return low, high
