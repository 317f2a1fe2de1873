"""File names in archives: every picture has a place of its own, on any system, with or without its extension.

Two pictures with one name, or with one name but for the extension or for upper and lower case, would share one label
file in many formats and overwrite one another; both get the end of their id.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Final

from labelwright.exchange.source import Medium

# The subset of what is not split, in names such as `instances_default.json`: programs tell what a file holds from what
# stands before the line, and its subset from what stands behind.
UNSPLIT: Final = "default"
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_ID_END = re.compile(r"_([0-9a-f]{12})$")
_MOST_BYTES = 200


def plan_paths(media: Iterable[Medium]) -> dict[str, str]:
    """A file name for every medium, by id. It depends on the names that are planned together, not on their order."""
    names = [(medium.id, file_name(medium.name)) for medium in media]
    stems = Counter(_stem(name) for _, name in names)
    planned = {i: name if stems[_stem(name)] == 1 else _with_id(name, i) for i, name in names}
    clash = Counter(_stem(name) for name in planned.values())
    return {i: name if clash[_stem(name)] == 1 else _with_id(name, i) for i, name in planned.items()}


def file_name(name: str) -> str:
    """The name as a file's on any system: any script, no signs that a system forbids, not too long."""
    plain = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip().rstrip(".")
    if plain.startswith((".", "-")) or _RESERVED.match(plain) or not plain:
        plain = f"_{plain}"
    stem, dot, extension = plain.rpartition(".")
    if len(plain.encode()) <= _MOST_BYTES:
        return plain
    if not dot or len(extension) > 16:
        return _cut(plain, _MOST_BYTES)
    return f"{_cut(stem, _MOST_BYTES - len(extension.encode()) - 1)}.{extension}"


def stem_of(path: str) -> str:
    """A path without its extension."""
    head, slash, tail = path.rpartition("/")
    stem, dot, _ = tail.rpartition(".")
    return f"{head}{slash}{stem if dot and stem else tail}"


def _stem(name: str) -> str:
    return stem_of(name).casefold()


def id_end(medium_id: str) -> str:
    """What tells the names of two pictures apart: the last twelve hexadecimal digits of the id."""
    return medium_id.replace("-", "")[-12:]


def id_end_of(path: str) -> str | None:
    """The end of an id that a planned file name carries, None where it carries none."""
    found = _ID_END.search(path) or _ID_END.search(stem_of(path))
    return found[1] if found else None


def _with_id(name: str, medium_id: str) -> str:
    stem = stem_of(name)
    return f"{stem}_{id_end(medium_id)}{name[len(stem) :]}"


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode("utf-8", "ignore").strip()
