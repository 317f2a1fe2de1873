"""Open a COCO file: its images and categories, and all of its annotations (`coco_plain`).

The annotations are nearly all of a file. They are read in portions, by several processes if there are any, without
having been read as a whole before, and images likewise: when every portion is a JSON list, and the rest is JSON as
well, so is the file. Whatever does not come out so is read anew from one end to the other, which tells what is wrong
with it, if anything.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from labelwright.exchange.files import Files, refused
from labelwright.formats.coco_plain import Annotations
from labelwright.formats.coco_values import KNOWN_IMAGES, Category, Image
from labelwright.formats.json_elements import RAWS, Window, guessed, windows, without_lists
from labelwright.formats.json_files import decoded_text
from labelwright.formats.repeated_keys import check_keys
from labelwright.model.errors import InvalidJson


class _Content(msgspec.Struct, kw_only=True):
    images: list[msgspec.Raw]
    annotations: msgspec.Raw = msgspec.Raw(b"[]")
    categories: list[Category] = []


class _Images(msgspec.Struct, kw_only=True):
    images: msgspec.Raw


class _Both(_Images, kw_only=True):
    annotations: msgspec.Raw
    categories: list[Category]


class Images:
    """The images of a file, window by window: those that say nothing besides, and the text of the others."""

    def __init__(self, text: memoryview, windows: Sequence[Window]) -> None:
        self._text, self._windows = text, windows

    def __iter__(self) -> Iterator[Image | msgspec.Raw]:
        for window in self._windows:
            yield from _images(window.list_in(self._text))


def _images(text: bytes) -> Sequence[Image | msgspec.Raw]:
    try:
        return KNOWN_IMAGES.decode(text)
    except msgspec.ValidationError:
        return RAWS.decode(text)


class Opened(NamedTuple):
    """What stands in a file: images and categories; and its annotations.

    `text` is all of it, with short lists in the place of images and annotations where they were cut out.
    """

    images: Images
    categories: list[Category]
    annotations: Annotations
    text: bytes | memoryview


_CONTENT: Final = msgspec.json.Decoder(_Content)
_BOTH: Final = msgspec.json.Decoder(_Both)
_IMAGES: Final = msgspec.json.Decoder(_Images)
_BESIDE: Final = ("info", "licenses", "categories")
_MOST_CUTS: Final = 16  # each of them is a file to be read


def opened(files: Files, path: str) -> Opened:
    """Raises Invalid when a file is no JSON, or no COCO file."""
    content = files.read(path)
    return _in_portions(files, content) or _as_a_whole(files, path, content)


def _in_portions(files: Files, content: bytes | memoryview) -> Opened | None:
    cuts = without_lists(content, ("annotations", "images"), _BESIDE)
    for annotations, images in itertools.islice(cuts, _MOST_CUTS):
        try:
            annotations.rest.decode()
            rest = _BOTH.decode(annotations.rest)
            check_keys(annotations.rest)
            if bytes(rest.annotations) != annotations.mark or bytes(rest.images) != images.mark:
                continue
            found = Images(images.text, list(_checked(images.text)))
            listed = Annotations(annotations.text, by_id(rest.categories), guessed, files, files.processes)
            return Opened(found, rest.categories, listed, annotations.rest)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidJson):
            continue
    return None


def _checked(text: memoryview) -> Iterator[Window]:
    """Windows of a list; raises what tells that one of them is no JSON, or that a key is there twice."""
    for window in guessed(text):
        content = window.list_in(text)
        content.decode()
        RAWS.decode(content)
        check_keys(content)
        yield window


def _as_a_whole(files: Files, path: str, content: bytes | memoryview) -> Opened:
    found, text = decoded_text(content, path, _CONTENT, "COCO file", "not_coco")
    annotations = memoryview(found.annotations)
    if bytes(annotations[:1]) != b"[":
        raise refused(path, "not_coco", "is no COCO file: “annotations” is no list.")
    listed = Annotations(annotations, by_id(found.categories), windows, files)
    images = memoryview(_IMAGES.decode(text).images)
    return Opened(Images(images, list(windows(images))), found.categories, listed, text)


def by_id(categories: list[Category]) -> dict[str, Category]:
    """Categories by their ids; the last one of those that have the same."""
    return {str(category.id): category for category in categories}
