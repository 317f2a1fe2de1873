"""Names of media: what people see, never a path; and how a download is named."""

import unicodedata
from urllib.parse import quote

LONGEST = 255
_UNSAFE_IN_QUOTES = str.maketrans({'"': "'", "\\": "_", "%": "_"})


def clean_name(name: str) -> str:
    """Make a display name of what a client sent: any script, NFC, no folders, no control characters.

    The result has 1 to 255 code points and is never `.` or `..`.
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(c for c in base if unicodedata.category(c) not in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
    cleaned = " ".join(kept.split())[:LONGEST].strip()
    return cleaned if cleaned.strip(". ") else "unnamed"


def content_disposition(name: str, *, inline: bool = False) -> str:
    """Make the header of RFC 6266: an ASCII fallback, and the real name in `filename*`."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").translate(_UNSAFE_IN_QUOTES)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
