"""All annotations of a COCO file: the plain ones in columns, which lie in temporary files, and where the others stand.

An image is read in columns when each of its annotations is plain (`coco_portion`). Of all others `coco_reader` makes
objects, with every fault in its place.
"""

import gc
import mmap
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO, Final

import numpy as np

from labelwright.exchange.files import Files
from labelwright.exchange.found import PlainShapes
from labelwright.exchange.numerals import Floats
from labelwright.exchange.outlines import Places
from labelwright.exchange.sharing import in_turn
from labelwright.formats.coco_portion import BOX, CORNERS, KINDS, RING, Categories, Portion, read_portion
from labelwright.formats.coco_values import Category
from labelwright.formats.json_elements import Elements, Window, runs
from labelwright.model.document import MAX_ANNOTATIONS

_MOST_GROUPS: Final = 256
_EXTENT_BYTES: Final = 48
_WORTH_SHARING_BYTES: Final = 1 << 22

Group = tuple[str, str]
Windows = Callable[[memoryview], Iterator[Window]]


class Annotations:
    """The annotations of one file. `boxes` are the categories of which all are no more than their boxes."""

    def __init__(
        self, text: memoryview, categories: Mapping[str, Category], windows: Windows, files: Files, processes: int = 1
    ) -> None:
        """Read them window by window. Raises DecodeError or UnicodeDecodeError when one is no list in UTF-8."""
        known = Categories(categories)
        self.elements = Elements(text)
        codes, ends = array("H"), array("q")
        outlined: set[str] = set()
        reaches: list[tuple[Places, Floats]] = []
        with files.spool() as extents, files.spool() as texts:
            for window, portion in _portions(text, known, windows, processes):
                images = self.elements.add(window, portion.images, portion.owners)
                reaches.append((images, portion.reaches))
                ends.frombytes((portion.ends + (ends[-1] if ends else 0)).tobytes())
                codes.frombytes(portion.codes)
                outlined |= portion.outlined
                extents.write(portion.extents)
                texts.write(portion.text)
            self._extents, self._texts = _mapped(extents), _mapped(texts)
        self._codes, self._ends = codes, ends
        self._reaches = _united(reaches, len(self.elements.keys))
        self.boxes = known.undeclared - outlined
        self._groups = dict(_groups(categories, self.boxes))

    def shapes(self, image_id: str, file: str) -> PlainShapes | None:
        """The shapes of an image in columns; None where it has none, or has to be read object by object."""
        image, numbers = self.elements.key_number(image_id), self.elements.numbers(image_id)
        if image is None or len(numbers) > MAX_ANNOTATIONS:
            return None
        stretches = runs(numbers)
        codes: list[int] = []
        for first, last in stretches:
            codes += self._codes[first : last + 1]
        groups: dict[Group, int] = {}
        number_of: dict[int, int] = {}
        for code in dict.fromkeys(codes):
            if code not in self._groups:
                return None
            number_of[code] = groups.setdefault(self._groups[code], len(groups))
        if len(groups) > _MOST_GROUPS:
            return None
        return PlainShapes(
            file=file,
            pointer="/annotations/",
            groups=tuple(groups),
            of=bytes(map(number_of.__getitem__, codes)),
            numbers=numbers.tobytes(),
            extents=b"".join([self._extents_of(first, last) for first, last in stretches]),
            reach=tuple(self._reaches[image].tolist()),
            texts=b"".join([self._text(first, last) for first, last in stretches])[:-1].decode(),
        )

    def _extents_of(self, first: int, last: int) -> bytes:
        return self._extents[first * _EXTENT_BYTES : (last + 1) * _EXTENT_BYTES]

    def _text(self, first: int, last: int) -> bytes:
        return self._texts[self._ends[first - 1] if first else 0 : self._ends[last]]


def _portions(
    text: memoryview, categories: Categories, windows: Windows, processes: int
) -> Iterable[tuple[Window, Portion]]:
    def read(window: Window) -> tuple[Window, Portion]:
        content = window.list_in(text)
        if not content.isascii():
            content.decode()
        return window, read_portion(content, categories)

    if processes > 1 and len(text) > _WORTH_SHARING_BYTES:
        return in_turn(lambda: windows(text), read, processes, begin=gc.disable)
    return map(read, windows(text))


def _united(reaches: Sequence[tuple[Places, Floats]], count: int) -> Floats:
    """How far the shapes of each image reach, of what was found of some of them in each portion."""
    found = np.full((count, 4), (np.inf, np.inf, -np.inf, -np.inf))
    for images, some in reaches:
        found[images, :2] = np.minimum(found[images, :2], some[:, :2])
        found[images, 2:] = np.maximum(found[images, 2:], some[:, 2:])
    return found


def _mapped(file: IO[bytes]) -> bytes | mmap.mmap:
    file.flush()
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if file.tell() else b""


def _groups(categories: Mapping[str, Category], boxes: set[str]) -> Iterator[tuple[int, Group]]:
    """What the codes of plain rows are, once it is known which categories are no more than boxes."""
    for number, (key, category) in enumerate(categories.items()):
        box, outline = (category.name, "rectangle"), (category.name, "polygon")
        yield KINDS * number + BOX, box
        if key in boxes:
            yield KINDS * number + CORNERS, box
        elif category.geometry_type != "rectangle":
            yield KINDS * number + RING, outline
