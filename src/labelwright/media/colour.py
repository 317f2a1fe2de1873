"""Turn any stored colours into 8-bit sRGB as a browser would show them."""

import io
import math

from PIL import Image, ImageCms, ImageOps

_MAX_PROFILE_BYTES = 4 * 2**20
_MIN_IS_WHITE = 0
_PHOTOMETRIC = 262

_SPACES = {"L": "GRAY", "LA": "GRAY", "RGB": "RGB", "RGBA": "RGB", "CMYK": "CMYK"}
_NO_NEED = {"L", "LA", "RGB", "RGBA"}

_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
_LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))


def has_alpha(image: Image.Image) -> bool:
    """Return whether some pixels may be transparent."""
    return image.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in image.info


def read_profile(image: Image.Image) -> tuple[ImageCms.ImageCmsProfile | None, tuple[str, ...]]:
    """Return the colour profile that changes what is seen, None for none or sRGB, and warnings."""
    data = image.info.get("icc_profile")
    if not data:
        return None, ()
    if len(data) > _MAX_PROFILE_BYTES:
        return None, ("its colour profile is too large and was left out",)
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        space = profile.profile.xcolor_space.strip()
        description = ImageCms.getProfileDescription(profile)
    except (OSError, ImageCms.PyCMSError, ValueError):
        return None, ("its colour profile is damaged and was left out",)
    if space != _SPACES.get(image.mode, "RGB"):
        return None, ("its colour profile belongs to other colours and was left out",)
    return (None if "srgb" in description.lower() else profile), ()


def to_display_colours(image: Image.Image) -> Image.Image:
    """Return `image` in sRGB, mode L, LA, RGB or RGBA. Pixels without a colour profile are taken as they are."""
    profile, _ = read_profile(image)
    plain = to_eight_bits(image)
    if plain.mode == "LAB":
        return _convert(plain, _LAB, "RGB")
    if profile is not None:
        return _apply_profile(plain, profile)
    return plain if plain.mode in _NO_NEED else plain.convert("RGB")


def to_eight_bits(image: Image.Image) -> Image.Image:
    """Return `image` with 8 bits a channel and without a palette, so that it can be scaled and converted."""
    if image.mode in ("1", "P", "PA") or (image.mode in ("L", "RGB") and "transparency" in image.info):
        return _without_palette(image)
    if image.mode.startswith("I;16"):
        return _scale_integers(image)
    if image.mode in ("I", "F"):
        return _scale_numbers(image)
    return image


def _without_palette(image: Image.Image) -> Image.Image:
    if image.mode == "1":
        return image.convert("L")
    return image.convert("RGBA" if has_alpha(image) else "RGB")


def _scale_integers(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey by the bits in use: 12-bit pixels in a 16-bit file fill the whole range.

    Black stays black, and pictures of one camera stay comparable, which stretching each from darkest to brightest
    would not give.
    """
    numbers = image.convert("I")
    shift = max(8, int(_extrema(numbers)[1]).bit_length()) - 8
    grey = numbers.point([min(255, value >> shift) for value in range(65536)], "L")
    tags = getattr(image, "tag_v2", {})
    return ImageOps.invert(grey) if tags.get(_PHOTOMETRIC) == _MIN_IS_WHITE else grey


def _scale_numbers(image: Image.Image) -> Image.Image:
    """Scale 32-bit grey: 0 to 1 and 0 to 255 as they are, 16-bit numbers by bits, the rest from least to greatest."""
    low, high = _extrema(image)
    if not (math.isfinite(low) and math.isfinite(high)):
        low, high = 0.0, 1.0
    if image.mode == "I" and low >= 0 and high <= 65535:
        return _scale_integers(image)
    if low >= 0 and high <= 255:
        low, high = 0.0, (1.0 if high <= 1 else 255.0)
    factor = 255.0 / (high - low) if high > low else 0.0
    return image.convert("F").point(lambda value: value * factor - low * factor).convert("L")


def _extrema(image: Image.Image) -> tuple[float, float]:
    low, high = image.getextrema()
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    return low, high


def _apply_profile(image: Image.Image, profile: ImageCms.ImageCmsProfile) -> Image.Image:
    if image.mode == "LA":
        grey, alpha = image.split()
        result = _convert(grey, profile, "RGB")
        result.putalpha(alpha)
        return result
    return _convert(image, profile, "RGBA" if image.mode == "RGBA" else "RGB")


def _convert(image: Image.Image, profile: ImageCms.ImageCmsProfile, mode: str) -> Image.Image:
    try:
        result = ImageCms.profileToProfile(
            image,
            profile,
            _SRGB,
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode=mode,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except ImageCms.PyCMSError:  # a profile that can be opened but not used
        return image.convert(mode)
    assert result is not None
    return result
