"""File names in archives: every picture has a place of its own, on any system, with or without its extension.

Two pictures with one name, or with one name but for the extension or for upper and lower case, would share one label
file in many formats and overwrite one another; both get the end of their id.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np

# The subset of what is not split, in names such as `instances_default.json`: programs tell what a file holds from what
# stands before the line, and its subset from what stands behind.
UNSPLIT: Final = "default"
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_COMMON = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_. -]{0,150}[A-Za-z0-9_])?")  # what most names are, and may stay
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)")
_ID_END = re.compile(r"_([0-9a-f]{12})$")
_MOST_BYTES = 200
_MOST_ROUNDS = 8


class Paths:
    """The file name of every picture of an export: its own, or that with the end of its id where others share it.

    `rounds` are stems that several pictures have: by their own names, then by those that they got in the round before.
    """

    def __init__(self, *rounds: frozenset[str]) -> None:
        self._rounds = rounds

    def path_of(self, medium_id: str, name: str) -> str:
        """The file name of a picture."""
        path = file_name(name)
        for shared in self._rounds:
            if _stem(path) in shared:
                path = _with_id(path, medium_id)
        return path


def plan_paths(names: Iterable[tuple[str, str]], again: Callable[[], Iterable[tuple[str, str]]]) -> Paths:
    """Plan for ids and names of all pictures, whose order does not matter; `again` gives the same once more.

    Eight bytes are held of each name, and what several pictures are called; those that may meet another are looked at
    a second time.
    """
    twice = _twice(_stem(file_name(name)) for _, name in names)
    if not twice:
        return Paths()

    def asked(paths: Paths) -> Iterator[str]:
        """What pictures are called that may meet another: by their names, or by those with the end of their ids."""
        for medium_id, name in again():
            stem = _stem(file_name(name))
            if _has(twice, hash(stem)) or _ID_END.search(stem) is not None:
                yield _stem(paths.path_of(medium_id, name))

    rounds: tuple[frozenset[str], ...] = ()
    for _ in range(_MOST_ROUNDS):  # two are enough, unless somebody named pictures so that they are not
        paths = Paths(*rounds)
        several = _twice(asked(paths))
        counts = Counter(stem for stem in asked(paths) if _has(several, hash(stem))) if several else Counter()
        shared = frozenset(stem for stem, count in counts.items() if count > 1)
        if not shared:
            break
        rounds = (*rounds, shared)
    return Paths(*rounds)


def _twice(stems: Iterable[str]) -> "array[int]":
    """The hashes that occur more than once, in order."""
    hashes = np.fromiter(map(hash, stems), dtype=np.int64)
    hashes.sort()
    return array("q", sorted(set(hashes[1:][hashes[1:] == hashes[:-1]].tolist())))


def _has(values: "array[int]", value: int) -> bool:
    at = bisect_left(values, value)
    return at < len(values) and values[at] == value


def file_name(name: str) -> str:
    """The name as a file's on any system: any script, no signs that a system forbids, not too long."""
    if _COMMON.fullmatch(name) and not _RESERVED.match(name):
        return name
    plain = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip().rstrip(". ")
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
    return (name.rpartition(".")[0] or name).casefold()


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
