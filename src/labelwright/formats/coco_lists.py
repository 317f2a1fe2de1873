"""The long lists of COCO files, images and annotations, cut out of a file, so that nobody decodes it as a whole.

They are read window by window. When every window is a JSON list, and the rest is JSON as well, so is the file. Whatever
does not come out so is read anew from one end to the other, which tells what is wrong with it, if anything.
"""

import itertools
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, TypeVar

import msgspec

from labelwright.formats.json_elements import RAWS, Window, guessed, windows, without_lists
from labelwright.formats.repeated_keys import check_keys
from labelwright.model.errors import InvalidJson


class CutContent(msgspec.Struct, kw_only=True):
    """What is left of a file: marks in the places of its lists."""

    images: msgspec.Raw
    annotations: msgspec.Raw


class _Lists(CutContent, kw_only=True):
    annotations: msgspec.Raw = msgspec.Raw(b"[]")


class Lists(NamedTuple):
    """The texts of both lists. `rest` is all of the file, with short lists in their places where they were cut out."""

    images: memoryview
    annotations: memoryview
    rest: bytes | memoryview


Rest = TypeVar("Rest", bound=CutContent)
NOT_SO: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidJson)
"""What is raised where something was not cut out as it stands in a file, or the file has faults."""
_LISTS: Final = msgspec.json.Decoder(_Lists)
_BESIDE: Final = ("info", "licenses", "categories")
_MOST_CUTS: Final = 16  # each of them is a file to be read


def cut_out(content: bytes | memoryview, decoder: "msgspec.json.Decoder[Rest]") -> Iterator[tuple[Rest, Lists]]:
    """What is left of a file without its lists, and these, most likely: who reads them knows, and may try the next."""
    cuts = without_lists(content, ("annotations", "images"), _BESIDE)
    for annotations, images in itertools.islice(cuts, _MOST_CUTS):
        text = annotations.rest
        try:
            text.decode()
            rest = decoder.decode(text)
            check_keys(text)
        except NOT_SO:
            continue
        if bytes(rest.annotations) == annotations.mark and bytes(rest.images) == images.mark:
            yield rest, Lists(images.text, annotations.text, text)


def lists_of(text: bytes | memoryview) -> Lists:
    """The lists of a file that was read already."""
    found = _LISTS.decode(text)
    return Lists(memoryview(found.images), memoryview(found.annotations), text)


class Walk:
    """The elements of a list, window by window; only where windows are is kept."""

    def __init__(self, text: memoryview, windows: Sequence[Window]) -> None:
        self._text, self._windows = text, windows

    def portions(self) -> Iterator[tuple[Window, bytes]]:
        """The windows, and the texts of their lists."""
        for window in self._windows:
            yield window, window.list_in(self._text)


def checked(text: memoryview) -> Walk:
    """A walk over a list that nobody has read. Raises what is in NOT_SO."""
    found = []
    for window in guessed(text):
        content = window.list_in(text)
        content.decode()
        RAWS.decode(content)
        check_keys(content)
        found.append(window)
    return Walk(text, found)


def known(text: memoryview) -> Walk:
    """A walk over a list that was read already."""
    return Walk(text, list(windows(text)))
