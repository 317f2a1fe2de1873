"""Open a COCO file: its images and categories, and all of its annotations (`coco_plain`).

The annotations are nearly all of a file. They are read in portions, by several processes if there are any, without
having been read as a whole before (`coco_lists`).
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from labelwright.exchange.files import Files, refused
from labelwright.formats.coco_lists import NOT_SO, CutContent, Walk, checked, cut_out, known, lists_of
from labelwright.formats.coco_plain import Annotations
from labelwright.formats.coco_values import KNOWN_IMAGES, Category, Image
from labelwright.formats.json_elements import RAWS, guessed, windows
from labelwright.formats.json_files import decoded_text


class _Content(msgspec.Struct, kw_only=True):
    images: list[msgspec.Raw]
    annotations: msgspec.Raw = msgspec.Raw(b"[]")
    categories: list[Category] = []


class _Rest(CutContent, kw_only=True):
    categories: list[Category]


class Images:
    """The images of a file: those that say nothing besides, and the text of the others."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk

    def __iter__(self) -> Iterator[Image | msgspec.Raw]:
        for _, text in self._walk.portions():
            yield from _images(text)


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
_REST: Final = msgspec.json.Decoder(_Rest)


def opened(files: Files, path: str) -> Opened:
    """Raises Invalid when a file is no JSON, or no COCO file."""
    content = files.read(path)
    return _in_portions(files, content) or _as_a_whole(files, path, content)


def _in_portions(files: Files, content: bytes | memoryview) -> Opened | None:
    for rest, lists in cut_out(content, _REST):
        try:
            images = Images(checked(lists.images))
            annotations = Annotations(lists.annotations, by_id(rest.categories), guessed, files, files.processes)
        except NOT_SO:
            continue
        return Opened(images, rest.categories, annotations, lists.rest)
    return None


def _as_a_whole(files: Files, path: str, content: bytes | memoryview) -> Opened:
    found, text = decoded_text(content, path, _CONTENT, "COCO file", "not_coco")
    lists = lists_of(text)
    if bytes(lists.annotations[:1]) != b"[":
        raise refused(path, "not_coco", "is no COCO file: “annotations” is no list.")
    annotations = Annotations(lists.annotations, by_id(found.categories), windows, files)
    return Opened(Images(known(lists.images)), found.categories, annotations, text)


def by_id(categories: list[Category]) -> dict[str, Category]:
    """Categories by their ids; the last one of those that have the same."""
    return {str(category.id): category for category in categories}
