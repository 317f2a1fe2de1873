"""All annotations of a COCO file: the plain ones in columns, which lie in temporary files, and where the others stand.

An image is read in columns when each of its annotations is plain (`coco_portion`). Of all others `coco_reader` makes
objects, with every fault in its place.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from typing import Final

from labelwright.exchange.files import Files
from labelwright.exchange.found import PlainShapes
from labelwright.exchange.reaches import Reaches
from labelwright.exchange.sharing import in_turn
from labelwright.exchange.spooled import mapped
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
        outlined: set[str] = set()
        with ExitStack() as stack:
            codes, ends, extents, texts = (stack.enter_context(files.spool()) for _ in range(4))
            reaches = stack.enter_context(Reaches(files.spool))
            self.elements = stack.enter_context(Elements(text, files.spool))
            for window, portion in _portions(text, known, windows, processes):
                reaches.add(self.elements.add(window, portion.images, portion.owners), portion.reaches)
                ends.write((portion.ends + texts.tell()).data)
                codes.write(portion.codes)
                outlined |= portion.outlined
                extents.write(portion.extents)
                texts.write(portion.text)
            self._extents, self._texts = mapped(extents), mapped(texts)
            self._codes, self._ends = memoryview(mapped(codes)).cast("H"), memoryview(mapped(ends)).cast("q")
            self._reaches = reaches.united()
        self.boxes = known.undeclared - outlined
        self._groups = dict(_groups(categories, self.boxes))

    def shapes(self, image: int | None, file: str) -> PlainShapes | None:
        """The shapes of an image in columns, by the number of its key; None where it has to be read object by object.

        That is also so where no annotation has its key.
        """
        if image is None:
            return None
        numbers = self.elements.numbers(image)
        if len(numbers) > MAX_ANNOTATIONS:
            return None
        stretches = runs(numbers)
        codes: list[int] = []
        for first, last in stretches:
            codes += self._codes[first : last + 1].tolist()
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


def _groups(categories: Mapping[str, Category], boxes: set[str]) -> Iterator[tuple[int, Group]]:
    """What the codes of plain rows are, once it is known which categories are no more than boxes."""
    for number, (key, category) in enumerate(categories.items()):
        box, outline = (category.name, "rectangle"), (category.name, "polygon")
        yield KINDS * number + BOX, box
        if key in boxes:
            yield KINDS * number + CORNERS, box
        elif category.geometry_type != "rectangle":
            yield KINDS * number + RING, outline
