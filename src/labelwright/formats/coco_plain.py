"""Read the plain annotations of COCO files in columns, many images at a time.

An image is read here when each of its annotations is a box or one polygon, sound and without anything else to say. Of
all others `coco_reader` makes objects, with every fault in its place. What is a fault there is one here too: fields
have the types of `Annotation`.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from labelwright.exchange.found import Depth, PlainShapes
from labelwright.exchange.plain_found import Measured, measure_boxes, measure_rings
from labelwright.formats.coco_values import Category
from labelwright.formats.json_elements import Elements
from labelwright.model.document import MAX_ANNOTATIONS

IMAGES_AT_ONCE: Final = 64
_MOST_GROUPS: Final = 256


class PlainAnnotation(msgspec.Struct, gc=False, kw_only=True):
    """An annotation with its segmentation as text; other fields as those of `Annotation`."""

    image_id: int | str
    category_id: int | str | None = None
    segmentation: msgspec.Raw = msgspec.Raw(b"null")
    bbox: list[float] | None = None
    id: int | str | None = None
    iscrowd: int | bool | None = None
    caption: str | None = None
    question: str | None = None
    keypoints: list[float] | msgspec.UnsetType = msgspec.UNSET
    keypoint_uids: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    keypoint_attributes: dict[str, dict[str, Any]] | msgspec.UnsetType = msgspec.UNSET
    keypoint_comments: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    keypoint_z: dict[str, int] | msgspec.UnsetType = msgspec.UNSET
    attributes: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    parent: int | str | None = None
    uid: str | None = None
    comment: str | None = None
    z: Depth = 0


class _ImageId(msgspec.Struct, gc=False):
    id: int | str


Group = tuple[str, str]


class _Taken(NamedTuple):
    """The annotations of one image: their numbers, and of each its group and whether it is a box."""

    numbers: list[int]
    groups: dict[Group, int]
    of: bytes
    is_box: list[bool]


class _Columns:
    """Shapes of many images as they stand in the file."""

    def __init__(self) -> None:
        self.boxes: list[list[float]] = []
        self.rings: list[bytes] = []
        self.counts: list[int] = []

    def put(self, one: PlainAnnotation, groups: tuple[Group, Group | None]) -> Group | None:
        """Add one shape; the group that it is of, None when it is not plain."""
        text = bytes(one.segmentation)
        if groups[1] is None or text in _NO_OUTLINES:
            if one.bbox is None or len(one.bbox) != 4 or not (text in _NO_OUTLINES or _is_formal(text)):
                return None
            self.boxes.append(one.bbox)
            return groups[0]
        commas = text.count(b",")
        if commas < _LEAST_COMMAS or not commas % 2 or text.count(b"[") != _RINGS or not _is_nested(text):
            return None
        self.rings.append(text)
        self.counts.append((commas + 1) >> 1)
        return groups[1]

    def cut(self, boxes: int, rings: int) -> None:
        """Take away what came last."""
        del self.boxes[boxes:], self.rings[rings:], self.counts[rings:]


_PLAIN: Final = msgspec.json.Decoder(list[PlainAnnotation])
_IMAGE_ID: Final = msgspec.json.Decoder(_ImageId)
_LISTS: Final = msgspec.json.Decoder(list[list[float]])
_BOX: Final = "rectangle"
_OUTLINE: Final = "polygon"
_NO_OUTLINES: Final = (b"[]", b"null")
_RINGS: Final = 2
_WITH_BLANKS: Final = re.compile(rb"\[\s*\[[^]]*\]\s*\]\Z")
_LEAST_COMMAS: Final = 5


class PlainReader:
    """Reads the annotations of one file. `boxes` are the categories of which all are no more than their boxes."""

    def __init__(self, path: str, elements: Elements, categories: Mapping[str, Category], boxes: set[str]) -> None:
        self._path, self._elements = path, elements
        self._groups: dict[int | str | None, tuple[tuple[str, str], tuple[str, str] | None]] = {}
        for key, category in categories.items():
            if category.geometry_type not in {None, _BOX, _OUTLINE}:
                continue
            is_box = category.geometry_type == _BOX or key in boxes
            groups = (category.name, _BOX), None if is_box else (category.name, _OUTLINE)
            self._groups[key] = groups
            if key.isdecimal() and str(int(key)) == key:
                self._groups[int(key)] = groups

    def read(self, images: list[msgspec.Raw]) -> Iterator[PlainShapes | None]:
        """The shapes of each image, None where it has to be read object by object."""
        numbers = [self._numbers(raw) for raw in images]
        shapes = None
        if sum(map(len, numbers)) <= MAX_ANNOTATIONS:  # so much is in memory at once
            with contextlib.suppress(msgspec.DecodeError, ValueError):
                shapes = self._read(numbers)
        if shapes is not None:
            yield from shapes
        elif len(images) == 1:
            yield None
        else:
            half = len(images) // 2
            yield from self.read(images[:half])
            yield from self.read(images[half:])

    def _read(self, numbers: list[list[int]]) -> Iterator[PlainShapes | None]:
        """`numbers` are those of the annotations of each image. Raises DecodeError and ValueError for what is odd."""
        wanted = [number for some in numbers for number in some]
        annotations = _PLAIN.decode(self._elements.list_of(wanted)) if wanted else []
        more = _say_more(annotations)
        columns = _Columns()
        taken: list[_Taken | None] = []
        start = 0
        for some in numbers:
            end = start + len(some)
            is_plain = some and not any(more[start:end])
            taken.append(self._take(annotations[start:end], some, columns) if is_plain else None)
            start = end
        return self._shapes(taken, measure_boxes(columns.boxes), measure_rings(columns.rings, columns.counts))

    def _numbers(self, raw: msgspec.Raw) -> list[int]:
        try:
            return self._elements.numbers(str(_IMAGE_ID.decode(raw).id))
        except msgspec.ValidationError:
            return []

    def _take(self, annotations: list[PlainAnnotation], numbers: list[int], columns: _Columns) -> _Taken | None:
        """Put the shapes of an image to those of others; None, and none of them, when one is not plain."""
        boxes, rings = len(columns.boxes), len(columns.rings)
        groups: dict[Group, int] = {}
        of, is_box = [], []
        for one in annotations:
            known = self._groups.get(one.category_id)
            group = columns.put(one, known) if known is not None else None
            if group is None or len(groups) >= _MOST_GROUPS:
                columns.cut(boxes, rings)
                return None
            of.append(groups.setdefault(group, len(groups)))
            is_box.append(group[1] is _BOX)
        return _Taken(numbers, groups, bytes(of), is_box)

    def _shapes(self, taken: list[_Taken | None], boxes: Measured, rings: Measured) -> Iterator[PlainShapes | None]:
        kinds = [is_box for one in taken if one for is_box in one.is_box]
        is_box = np.array(kinds, dtype=bool)
        extents, sound = np.empty((len(kinds), 6)), np.empty(len(kinds), dtype=bool)
        for where, measured in ((is_box, boxes), (~is_box, rings)):
            extents[where], sound[where] = measured.extents, measured.sound
        every_box, every_ring = iter(boxes.texts), iter(rings.texts)
        texts = [next(every_box if is_one else every_ring) for is_one in kinds]
        numbers = np.array([number for one in taken if one for number in one.numbers], dtype=np.int64)
        start = 0
        for one in taken:
            own = slice(start, start + len(one.of) if one else start)
            start = own.stop
            if one is None or not sound[own].all():
                yield None
                continue
            yield PlainShapes(
                file=self._path,
                pointer="/annotations/",
                groups=tuple(one.groups),
                of=one.of,
                numbers=numbers[own].tobytes(),
                extents=extents[own].tobytes(),
                texts="\n".join(texts[own]),
            )


def _is_nested(text: bytes) -> bool:
    """Whether a list that has one other list in it has nothing else."""
    return (text.startswith(b"[[") and text.endswith(b"]]")) or _WITH_BLANKS.match(text) is not None


def _is_formal(text: bytes) -> bool:
    """Whether a segmentation that nobody needs is as the format has it: one that cannot be read is a fault."""
    try:
        _LISTS.decode(text)
    except msgspec.DecodeError:
        return False
    return True


def _say_more(annotations: list[PlainAnnotation]) -> list[bool]:
    """Whether each has more to say than its class and where it is."""
    return [
        bool(one.iscrowd or one.keypoints or one.attributes or one.z)
        or not (one.caption is one.parent is one.uid is one.comment is None)
        for one in annotations
    ]
