"""Names of pictures: what people see and download. A name is never a path."""

import re
import unicodedata
from urllib.parse import quote

MAX_NAME_CODE_POINTS = 255
MAX_EXTENSION_CODE_POINTS = 16
NAMELESS = "unnamed"

# Direction overrides can make "exe.gpj" look like "jpg.exe"; joiners stay, emoji and Persian need them.
_DIRECTIONS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
_INVISIBLE = {"Cc", "Cs"}
_BLANKS = re.compile(r"[\s\u2028\u2029]+")
# What most names are and stay: up to 255 visible signs of ASCII and blanks between them, none that parts folders.
_USUAL = re.compile(r"[!-.0-\[\]-~](?:[ -.0-\[\]-~]{0,253}[!-.0-\[\]-~])?")
_QUOTABLE = re.compile(r"[^ !#$&'()+,.0-9;=@A-Z\[\]^_`a-z{}~-]")


def clean_name(raw: str) -> str:
    """Return the name under which a picture is kept and shown: any script, 1 to 255 code points, no folders.

    NFC, so that the two ways of writing "é" are one name. Idempotent. What is left of nothing is "unnamed".
    """
    if _USUAL.fullmatch(raw) and raw not in {".", ".."}:
        return raw
    parts = [part for part in re.split(r"[/\\]", _without_invisible(raw)) if part.strip() not in ("", ".", "..")]
    name = unicodedata.normalize("NFC", parts[-1] if parts else "").strip()
    return _shortened(name) or NAMELESS


def _without_invisible(text: str) -> str:
    """Make one blank of each run of blanks that breaks lines, and drop what cannot be seen or stored."""
    blanks = _BLANKS.sub(lambda run: " " if any(sign != " " for sign in run[0]) else run[0], text)
    visible = blanks.translate(_DIRECTIONS)
    return "".join(sign for sign in visible if unicodedata.category(sign) not in _INVISIBLE)


def _shortened(name: str) -> str:
    """Cut a long name in its middle, so that its extension stays."""
    if len(name) <= MAX_NAME_CODE_POINTS:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > MAX_EXTENSION_CODE_POINTS:
        return name[:MAX_NAME_CODE_POINTS].strip()
    return stem[: MAX_NAME_CODE_POINTS - 1 - len(extension)].strip() + dot + extension


def content_disposition(name: str, *, download: bool) -> str:
    """Return the header value (RFC 6266) that gives a file its name, with a plain one for old programs."""
    kind = "attachment" if download else "inline"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = _QUOTABLE.sub("_", plain).strip(" .") or NAMELESS
    exact = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'{kind}; filename="{plain}"{exact}'
