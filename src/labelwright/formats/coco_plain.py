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

from labelwright.exchange.found import PlainShapes
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
    z: int = 0


class _ImageId(msgspec.Struct, gc=False):
    id: int | str


class _Taken(NamedTuple):
    """The annotations of one image, sorted: of each its group and whether it is a box."""

    groups: dict[tuple[str, str], int]
    of: bytes
    is_box: list[bool]


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
        boxes: list[list[float]] = []
        rings: list[bytes] = []
        counts: list[int] = []
        taken: list[_Taken | None] = []
        start = 0
        for some in numbers:
            taken.append(self._take(annotations[start : start + len(some)], boxes, rings, counts))
            start += len(some)
        return self._shapes(taken, numbers, measure_boxes(boxes), measure_rings(rings, counts))

    def _numbers(self, raw: msgspec.Raw) -> list[int]:
        try:
            return self._elements.numbers(str(_IMAGE_ID.decode(raw).id))
        except msgspec.ValidationError:
            return []

    def _take(
        self, annotations: list[PlainAnnotation], boxes: list[list[float]], rings: list[bytes], counts: list[int]
    ) -> _Taken | None:
        """Put the shapes of an image to those of others; None, and none of them, when one is not plain."""
        before = len(boxes), len(rings)
        groups: dict[tuple[str, str], int] = {}
        of, is_box = [], []
        for one in annotations:
            group = self._put(one, boxes, rings, counts)
            if group is None or len(groups) >= _MOST_GROUPS:
                del boxes[before[0] :], rings[before[1] :], counts[before[1] :]
                return None
            of.append(groups.setdefault(group, len(groups)))
            is_box.append(group[1] is _BOX)
        return _Taken(groups, bytes(of), is_box) if annotations else None

    def _put(
        self, one: PlainAnnotation, boxes: list[list[float]], rings: list[bytes], counts: list[int]
    ) -> tuple[str, str] | None:
        """Put one shape to others; the group that it is of, None when it is not plain."""
        groups = self._groups.get(one.category_id)
        if groups is None or _says_more(one):
            return None
        text = bytes(one.segmentation)
        if groups[1] is None or text in _NO_OUTLINES:
            if one.bbox is None or len(one.bbox) != 4 or not (text in _NO_OUTLINES or _is_formal(text)):
                return None
            boxes.append(one.bbox)
            return groups[0]
        commas = text.count(b",")
        if commas < _LEAST_COMMAS or not commas % 2 or not _is_one_ring(text):
            return None
        rings.append(text)
        counts.append((commas + 1) >> 1)
        return groups[1]

    def _shapes(
        self, taken: list[_Taken | None], numbers: list[list[int]], boxes: Measured, rings: Measured
    ) -> Iterator[PlainShapes | None]:
        box = ring = 0
        for one, own in zip(taken, numbers, strict=True):
            if one is None:
                yield None
                continue
            a, b = box, ring
            box += sum(one.is_box)
            ring += len(one.is_box) - (box - a)
            if not (boxes.sound[a:box].all() and rings.sound[b:ring].all()):
                yield None
                continue
            extents = np.empty((len(own), 6))
            is_box = np.array(one.is_box, dtype=bool)
            extents[is_box], extents[~is_box] = boxes.extents[a:box], rings.extents[b:ring]
            texts = iter(boxes.texts[a:box]), iter(rings.texts[b:ring])
            yield PlainShapes(
                file=self._path,
                pointer="/annotations/",
                groups=tuple(one.groups),
                of=one.of,
                numbers=np.array(own, dtype=np.int64).tobytes(),
                extents=extents.tobytes(),
                texts="\n".join([next(texts[0] if is_one else texts[1]) for is_one in one.is_box]),
            )


def _is_one_ring(text: bytes) -> bool:
    """Whether JSON is a list of one list without lists in it."""
    is_compact = text.startswith(b"[[") and text.endswith(b"]]")
    return text.count(b"[") == _RINGS and (is_compact or _WITH_BLANKS.match(text) is not None)


def _is_formal(text: bytes) -> bool:
    """Whether a segmentation that nobody needs is as the format has it: one that cannot be read is a fault."""
    try:
        _LISTS.decode(text)
    except msgspec.DecodeError:
        return False
    return True


def _says_more(one: PlainAnnotation) -> bool:
    """Whether an annotation has more to say than its class and where it is."""
    return bool(
        one.iscrowd
        or one.caption is not None
        or one.keypoints
        or one.attributes
        or one.parent is not None
        or one.uid is not None
        or one.comment is not None
        or one.z
    )
