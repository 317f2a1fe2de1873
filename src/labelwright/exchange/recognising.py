"""Recognise the format of files by looking at them; where they could be several, the richest that leaves none out."""

from collections.abc import Mapping
from typing import NamedTuple

from labelwright.exchange.files import Files, refused
from labelwright.exchange.format import Format
from labelwright.exchange.naming import stem_of
from labelwright.exchange.strange import why_unknown
from labelwright.model.errors import Invalid


class _Look(NamedTuple):
    """What a format finds in files: the pictures it has something for, and the objects."""

    form: Format
    pictures: frozenset[str]
    objects: int


def recognise(files: Files, formats: Mapping[str, Format], wanted: str | None = None) -> tuple[Format, ...]:
    """The format that files are read as, then what else they could be. Raises Invalid when they are none that is known.

    `wanted` comes first when it is given. Else the format comes first that finds the most pictures; of those that find
    the same the one that carries the most, of those the one that finds the most objects.
    """
    found = [form for form in formats.values() if form.recognise is not None and form.recognise(files)]
    if wanted is not None:
        return (formats[wanted], *(form for form in found if form.id != wanted))
    if not found:
        known = (form.name for form in formats.values() if form.read is not None)
        raise refused("The upload", *why_unknown(files, known))
    if len(found) == 1:
        return (found[0],)
    looks = sorted((_look(files, form) for form in found), key=_rank, reverse=True)
    return tuple(look.form for look in looks)


def _rank(look: _Look) -> tuple[int, int, int]:
    return len(look.pictures), richness(look.form), look.objects


def richness(form: Format) -> int:
    """How many kinds and features a format carries as they are."""
    return sum(support.level == "carries" for support in form.supports.values())


def _look(files: Files, form: Format) -> _Look:
    assert form.read is not None
    pictures, objects = set(), 0
    try:
        for medium in form.read(files).media():
            pictures.add(medium.id or stem_of(medium.path))
            objects += len(medium.objects)
    except Invalid:
        return _Look(form, frozenset(), 0)
    return _Look(form, frozenset(pictures), objects)
