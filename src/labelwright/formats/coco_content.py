"""Open a COCO file: its images and categories, and all of its annotations (`coco_plain`).

The annotations are nearly all of a file. They are read in portions, by several processes if there are any, without
having been read as a whole before: when every portion is a JSON list, and the rest is JSON as well, so is the file.
Whatever does not come out so is read anew from one end to the other, which tells what is wrong with it, if anything.
"""

from typing import Final, NamedTuple

import msgspec

from labelwright.exchange.files import Files, refused
from labelwright.formats.coco_plain import Annotations
from labelwright.formats.coco_values import Category
from labelwright.formats.json_elements import guessed, windows, without_list
from labelwright.formats.json_files import decoded_text
from labelwright.formats.repeated_keys import check_keys
from labelwright.model.errors import InvalidJson


class _Content(msgspec.Struct, kw_only=True):
    images: list[msgspec.Raw]
    annotations: msgspec.Raw = msgspec.Raw(b"[]")
    categories: list[Category] = []


class _Both(_Content, kw_only=True):
    categories: list[Category]


class Opened(NamedTuple):
    """What stands in a file: images, still raw, and categories; and its annotations.

    `text` is all of it, with a short list in the place of the annotations where they were cut out.
    """

    images: list[msgspec.Raw]
    categories: list[Category]
    annotations: Annotations
    text: bytes | memoryview


_CONTENT: Final = msgspec.json.Decoder(_Content)
_BOTH: Final = msgspec.json.Decoder(_Both)
_BESIDE: Final = ("info", "licenses", "images", "categories")


def opened(files: Files, path: str) -> Opened:
    """Raises Invalid when a file is no JSON, or no COCO file."""
    content = files.read(path)
    return _in_portions(files, content) or _as_a_whole(files, path, content)


def _in_portions(files: Files, content: bytes | memoryview) -> Opened | None:
    for cut in without_list(content, "annotations", _BESIDE):
        try:
            cut.rest.decode()
            rest = _BOTH.decode(cut.rest)
            check_keys(cut.rest)
            if bytes(rest.annotations) == cut.mark:
                annotations = Annotations(cut.text, by_id(rest.categories), guessed, files, files.processes)
                return Opened(rest.images, rest.categories, annotations, cut.rest)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidJson):
            continue
    return None


def _as_a_whole(files: Files, path: str, content: bytes | memoryview) -> Opened:
    found, text = decoded_text(content, path, _CONTENT, "COCO file", "not_coco")
    annotations = memoryview(found.annotations)
    if bytes(annotations[:1]) != b"[":
        raise refused(path, "not_coco", "is no COCO file: “annotations” is no list.")
    listed = Annotations(annotations, by_id(found.categories), windows, files)
    return Opened(found.images, found.categories, listed, text)


def by_id(categories: list[Category]) -> dict[str, Category]:
    """Categories by their ids; the last one of those that have the same."""
    return {str(category.id): category for category in categories}
