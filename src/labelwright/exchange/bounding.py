"""What of a file no project has room for: it is left out with its place, before anything of it is written down.

Files are small beside what they may make of themselves: a name that stands in a file once may be that of every object.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from labelwright.exchange.files import refused
from labelwright.exchange.found import Faults, FoundMedium, FoundObject
from labelwright.exchange.plain_found import unfolded
from labelwright.model.document import MAX_ANNOTATIONS

MOST_MEDIA: Final = 1_000_000
MOST_NAME: Final = 1_000
"""Characters of a class's name; longer ones are no names."""


def bounded(media: Iterable[FoundMedium], faults: Faults) -> Iterator[FoundMedium]:
    """The media with what of them a project has room for. Raises Invalid for too many of them."""
    for number, medium in enumerate(media):
        if number >= MOST_MEDIA:
            raise refused("The upload", "too_many_pictures", f"speaks of more than {MOST_MEDIA:,} pictures; divide it.")
        if medium.shapes is not None and any(len(name) > MOST_NAME for name, _ in medium.shapes.groups):
            medium = unfolded(medium)  # noqa: PLW2901 - the same medium
        objects = tuple(_kept(medium, faults))
        is_whole = len(objects) == len(medium.objects) and _count(medium) <= MAX_ANNOTATIONS
        yield medium if is_whole else msgspec.structs.replace(medium, objects=objects, shapes=None)


def _count(medium: FoundMedium) -> int:
    plain = len(medium.shapes.of) if medium.shapes is not None else 0
    return plain + sum([1 + len(one.nested) for one in medium.objects])


def _kept(medium: FoundMedium, faults: Faults) -> Iterator[FoundObject]:
    if (count := _count(medium)) > MAX_ANNOTATIONS:
        text = f"The file has {count:,} objects in this picture, more than {MAX_ANNOTATIONS:,}; none of them is read."
        faults.add(medium.place, "too_many_annotations", text, medium.path)
        return
    for one in medium.objects:
        if _longest_name(one) <= MOST_NAME:
            yield one
        else:
            text = f"The name of a class has more than {MOST_NAME:,} characters."
            faults.add(one.place, "long_name", text, one.class_name)


def _longest_name(one: FoundObject) -> int:
    return max([len(one.class_name), *map(_longest_name, one.nested)])
