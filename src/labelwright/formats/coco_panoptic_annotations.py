"""The annotations of COCO panoptic files, of which each image has one: found by image, without holding them."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec
import numpy as np

from labelwright.exchange.asides import asides_of
from labelwright.exchange.files import Files
from labelwright.exchange.found import Faults, FoundAnswer, Place
from labelwright.formats.coco_lists import Walk
from labelwright.formats.json_elements import RAWS, Elements
from labelwright.formats.json_files import element, others_in


class Annotation(msgspec.Struct):
    """What a file says of the segments of one picture."""

    image_id: int | str
    file_name: str
    segments_info: list[msgspec.Raw]


class FoundAnnotation(NamedTuple):
    """What a file has of one picture: where, and what it says besides."""

    place: Place
    annotation: Annotation
    asides: tuple[FoundAnswer, ...]


_ONE: Final = msgspec.json.Decoder(Annotation)
_SOME: Final = msgspec.json.Decoder(list[Annotation])
_KNOWN: Final = frozenset(Annotation.__struct_encode_fields__)
_UNREADABLE: Final = "-"
_OF_IMAGE: Final = "+"
"""What the key of an annotation begins with, before the id of its image."""


class Annotations:
    """All annotations of one file."""

    def __init__(self, files: Files, text: memoryview, walk: Walk) -> None:
        with Elements(text, files.spool) as elements:
            for window, content in walk.portions():
                keys = _keys(content)
                elements.add(window, keys, np.arange(len(keys)))
        self._elements = elements
        self._is_sound = elements.key_count == len(elements) and elements.key_number(_UNREADABLE) is None

    def begin(self, path: str, faults: Faults) -> "Taking":
        """Begin a walk over images: note which annotations cannot be read, or are of an image that has one already."""
        if not self._is_sound:
            self._tell(path, faults)
        return Taking(self._elements, path)

    def _tell(self, path: str, faults: Faults) -> None:
        for number in range(len(self._elements)):
            place = place_of(path, number)
            annotation = element(self._elements.text(number), _ONE, "annotation", place, faults)
            if annotation is not None:
                owner = self._elements.key_number(f"{_OF_IMAGE}{annotation.image_id}")
                if owner is not None and self._elements.numbers(owner)[0] != number:
                    text = f"Image {annotation.image_id} has two annotations; only the first one is read."
                    faults.add(place, "duplicate_annotation", text, annotation.image_id)


def _keys(content: bytes) -> list[str]:
    try:
        return [f"{_OF_IMAGE}{one.image_id}" for one in _SOME.decode(content)]
    except msgspec.ValidationError:
        return list(map(_key, RAWS.decode(content)))


def _key(raw: msgspec.Raw) -> str:
    try:
        return f"{_OF_IMAGE}{_ONE.decode(raw).image_id}"
    except msgspec.ValidationError:
        return _UNREADABLE


class Taking:
    """The annotations of a file, each taken once, by its image."""

    def __init__(self, elements: Elements, path: str) -> None:
        self._elements, self._path = elements, path
        self._are_taken = bytearray(elements.key_count)

    def take(self, image_id: str) -> FoundAnnotation | None:
        """The annotation of an image; None where there is none, or it was taken."""
        owner = self._elements.key_number(f"{_OF_IMAGE}{image_id}")
        if owner is None or self._are_taken[owner]:
            return None
        self._are_taken[owner] = True
        number = int(self._elements.numbers(owner)[0])
        text, place = self._elements.text(number), place_of(self._path, number)
        return FoundAnnotation(place, _ONE.decode(text), asides_of(others_in(text, _KNOWN), place))

    def left(self) -> Iterator[tuple[str, Place]]:
        """The images whose annotations were not taken, and where these are."""
        if all(self._are_taken):
            return
        for owner, key in enumerate(self._elements.keys()):
            if not self._are_taken[owner] and key != _UNREADABLE:
                number = int(self._elements.numbers(owner)[0])
                yield key.removeprefix(_OF_IMAGE), place_of(self._path, number)


def place_of(path: str, number: int) -> Place:
    """Where an annotation stands."""
    return Place(path, pointer=f"/annotations/{number}")
