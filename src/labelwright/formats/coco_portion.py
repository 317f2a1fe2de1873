"""Read a portion of the annotations of a COCO file into columns: what many processes can do side by side.

A row is plain when it is a box or one polygon, sound and without anything else to say. What is a fault in
`coco_reader` is none of that: fields have the types of `Annotation`.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from itertools import compress, pairwise
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np

from labelwright.exchange.asides import asides_of
from labelwright.exchange.found import Depth, Place
from labelwright.exchange.numerals import Floats
from labelwright.exchange.outlines import Places
from labelwright.exchange.plain_found import Measured, measure_boxes, measure_rings, reaches
from labelwright.formats.coco_values import OF_ANNOTATIONS, Category
from labelwright.formats.json_elements import RAWS, runs
from labelwright.formats.json_files import others_in
from labelwright.formats.repeated_keys import check_keys
from labelwright.model.errors import InvalidJson
from labelwright.model.geometry.points import MAX_COORDINATE

BOX, RING, CORNERS, KINDS = range(4)
"""What a row is: a box without an outline; an outline; an outline that is no more than the corners of its box."""
ODD: Final = 65_535
"""The code of what is not plain; of all others it is `KINDS * category + kind`."""

Id = int | str | None


class SparseAnnotation(msgspec.Struct, gc=False, kw_only=True, forbid_unknown_fields=True):
    """An annotation of whose fields none says more than its class and where it is."""

    image_id: int | str
    category_id: Id = None
    segmentation: msgspec.Raw = msgspec.Raw(b"null")
    bbox: list[float] | None = None
    id: Id = None
    area: float | None = None
    iscrowd: int | bool | None = None


class _FullAnnotation(SparseAnnotation, gc=False, kw_only=True):
    """An annotation with all of these fields."""

    category_id: Id
    segmentation: msgspec.Raw
    bbox: list[float] | None
    id: Id
    area: float | None
    iscrowd: int | bool | None


class PlainAnnotation(msgspec.Struct, gc=False, kw_only=True):
    """An annotation with its segmentation as text; other fields as those of `Annotation`."""

    image_id: int | str
    category_id: Id = None
    segmentation: msgspec.Raw = msgspec.Raw(b"null")
    bbox: list[float] | None = None
    id: Id = None
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


class _KnownAnnotation(PlainAnnotation, gc=False, kw_only=True, forbid_unknown_fields=True):
    """An annotation without other fields."""

    area: float | None = None
    num_keypoints: int | None = None


class _ImageOf(msgspec.Struct, gc=False):
    image_id: int | str | None = None


Row = SparseAnnotation | PlainAnnotation

_FULL: Final = msgspec.json.Decoder(list[_FullAnnotation])
_SPARSE: Final = msgspec.json.Decoder(list[SparseAnnotation])
_PLAIN: Final = msgspec.json.Decoder(list[PlainAnnotation])
_KNOWN: Final = msgspec.json.Decoder(list[_KnownAnnotation])
_ONE: Final = msgspec.json.Decoder(PlainAnnotation)
_IMAGE_OF: Final = msgspec.json.Decoder(_ImageOf)
_LISTS: Final = msgspec.json.Decoder(list[list[float]])
_NO_OUTLINES: Final = (b"[]", b"null")
_BLANKS: Final = b" \t\r\n"
_CORNERS: Final = (8, 10)
_BOX_NUMBERS: Final = 4


class Portion(NamedTuple):
    """The annotations of a portion of a file, a row each.

    Attributes:
        images: the keys of the images that they are of.
        owners: the image of each, a number in `images`.
        codes: the code of each, 2 bytes.
        outlined: the keys of the categories some of whose annotations are more than their boxes.
        extents: see `PlainShapes`, 48 bytes each.
        reaches: how far the rows of each image reach, see `PlainShapes`, (images, 4).
        ends: where the text of each ends in `text`, with the sign behind it.
        text: the numbers of each, a line each, see `PlainShapes`.
    """

    images: list[str]
    owners: Places
    codes: bytes
    outlined: set[str]
    extents: bytes
    reaches: Floats
    ends: Places
    text: bytes


class Categories:
    """The categories of a file by what annotations have for them, and which of them may be no more than boxes."""

    def __init__(self, categories: Mapping[str, Category]) -> None:
        self.undeclared = {key for key, category in categories.items() if category.geometry_type is None}
        self.keys = list(categories)
        self.codes: dict[Id, int] = {}
        self.is_box = np.zeros(ODD + 1, dtype=np.bool_)
        for number, (key, category) in enumerate(categories.items()):
            if category.geometry_type not in {None, "rectangle", "polygon"} or KINDS * (number + 1) > ODD:
                continue
            ids: list[Id] = [key, int(key)] if key.isdecimal() and str(int(key)) == key else [key]
            self.codes |= dict.fromkeys(ids, KINDS * number)
            if category.geometry_type == "rectangle":
                self.is_box[KINDS * number] = True


def read_portion(text: bytes, categories: Categories) -> Portion:
    """Read the text of a list of annotations. Raises DecodeError when it is no list, or has a key twice."""
    try:
        sparse = _sparse(text)
    except msgspec.ValidationError:
        _check_keys(text)
        rows = _plain(text)
        more = [_says_more(row) for row in rows]
        return _read(rows, more if all(more) else _with_others(text, more), categories)
    return _read(sparse, [row.iscrowd for row in sparse], categories)


def _sparse(text: bytes) -> Sequence[SparseAnnotation]:
    """Annotations that say no more. Where each has all fields and no colon is left over, every key is there once."""
    try:
        full = _FULL.decode(text)
        colons = np.count_nonzero(np.frombuffer(text, dtype=np.uint8) == ord(":"))  # `bytes.count` takes seven times
        if colons == len(full) * len(_FullAnnotation.__struct_fields__):
            return full
    except msgspec.ValidationError:
        pass
    sparse = _SPARSE.decode(text)
    _check_keys(text)
    return sparse


def _check_keys(text: bytes) -> None:
    try:
        check_keys(text)
    except InvalidJson as error:
        raise msgspec.DecodeError(error.message) from None


def _with_others(text: bytes, more: list[bool]) -> list[bool]:
    """Whether each has more to say, or fields that are not known."""
    with contextlib.suppress(msgspec.ValidationError):
        _KNOWN.decode(text)
        return more
    raws = RAWS.decode(text)
    return [says_more or _has_others(raw) for says_more, raw in zip(more, raws, strict=True)]


def _has_others(raw: msgspec.Raw) -> bool:
    """Whether an annotation has fields that say something besides; what is no object has none."""
    with contextlib.suppress(msgspec.ValidationError):
        return bool(asides_of(others_in(raw, OF_ANNOTATIONS), Place("")))
    return False


def _plain(text: bytes) -> list[PlainAnnotation]:
    try:
        return _PLAIN.decode(text)
    except msgspec.ValidationError:
        return [_one(raw) for raw in RAWS.decode(text)]


def _one(raw: msgspec.Raw) -> PlainAnnotation:
    """One annotation; no more than its image where it cannot be read."""
    try:
        return _ONE.decode(raw)
    except msgspec.ValidationError:
        pass
    try:
        return PlainAnnotation(image_id=str(_IMAGE_OF.decode(raw).image_id))
    except msgspec.ValidationError:
        return PlainAnnotation(image_id=str(None))


def _says_more(one: PlainAnnotation) -> bool:
    """Whether an annotation has more to say than its class and where it is."""
    more = one.iscrowd or one.keypoints or one.attributes or one.z
    return bool(more) or not (one.caption is one.parent is one.uid is one.comment is None)


def _read(rows: Sequence[Row], odd: Sequence[object], categories: Categories) -> Portion:
    if not rows:
        none = np.empty(0, dtype=np.int64)
        return Portion([], none, b"", set(), b"", np.empty((0, 4)), none, b"")
    columns = _Columns(rows, odd, categories)
    columns.sort()
    columns.measure()
    return columns.portion()


class _Columns:
    """The rows of a portion: the places of rings, boxes and odd ones, and what is plain in columns."""

    def __init__(self, rows: Sequence[Row], odd: Sequence[object], categories: Categories) -> None:
        self._rows, self._categories = rows, categories
        text = b"\0".join([*[row.segmentation for row in rows], b""])
        self._text = text.translate(None, _BLANKS) if b"\n" in text else text
        self._ends = np.flatnonzero(np.frombuffer(self._text, dtype=np.uint8) == 0)
        self._starts = np.append(0, self._ends[:-1] + 1)
        bases = [categories.codes.get(row.category_id, ODD) for row in rows]
        self._bases = np.array(bases, dtype=np.int64)
        self._is_odd = (self._bases == ODD) | np.fromiter(map(bool, odd), np.bool_, len(rows))
        self._outlined: set[str] = set()
        self._codes = np.full(len(rows), ODD, dtype=np.uint16)
        self._extents = np.zeros((len(rows), 6))
        self._lines: list[tuple[Places, Measured]] = []

    def _outline(self, place: int) -> bytes:
        return self._text[self._starts[place] : self._ends[place]]

    def sort(self) -> None:
        """Tell boxes and rings from what is neither, as far as can be seen before their numbers are read."""
        first = np.frombuffer(self._text, dtype=np.uint8)[self._starts]
        is_none = (first == ord("[")) & (self._ends - self._starts == len("[]")) | (first == ord("n"))
        is_box = is_none & ~self._is_odd
        for place in np.flatnonzero(self._categories.is_box[self._bases] & ~is_none & ~self._is_odd).tolist():
            is_box[place] = _lists_in(self._outline(place)) is not None
            self._is_odd[place] = not is_box[place]
        self._boxes: list[int] = np.flatnonzero(is_box).tolist()
        self._rings = np.flatnonzero(~is_box & ~self._is_odd)

    def measure(self) -> None:
        """Read the numbers of rings and boxes."""
        rings = self._measured_rings()
        self._put(self._rings, RING, rings)
        few = (rings.counts == _CORNERS[0]) | (rings.counts == _CORNERS[1])
        outlined = set(self._bases[self._rings[~few]].tolist())
        self._outlined |= {self._categories.keys[base // KINDS] for base in outlined}
        corners = [place for place in self._rings[few].tolist() if self._are_corners(place)]
        for place in np.flatnonzero(self._is_odd).tolist():
            self._look(place)
        for places, kind in ((self._boxes, BOX), (corners, CORNERS)):
            boxes = [(place, box) for place in places if (box := self._rows[place].bbox) and len(box) == _BOX_NUMBERS]
            found = np.array([place for place, _ in boxes], dtype=np.int64)
            self._put(found, kind, measure_boxes([box for _, box in boxes]))

    def _put(self, places: Places, kind: int, measured: Measured) -> None:
        self._codes[places] = np.where(measured.sound, self._bases[places] + kind, ODD)
        self._extents[places] = measured.extents
        self._lines.append((places, measured))

    def _measured_rings(self) -> Measured:
        """The rings; what turns out to be something else is odd."""
        with contextlib.suppress(msgspec.DecodeError, ValueError):
            stretches = runs(self._rings)
            return measure_rings(b"".join([self._text[self._starts[a] : self._ends[b] + 1] for a, b in stretches]))
        with contextlib.suppress(msgspec.DecodeError, ValueError):
            return measure_rings(self._kept_rings(_has_two_pairs))
        return measure_rings(self._kept_rings(_is_ring))

    def _kept_rings(self, is_ring: Callable[[bytes], bool]) -> bytes:
        """The text of the rings that are such; the others are odd."""
        outlines = [self._outline(place).translate(None, _BLANKS) for place in self._rings.tolist()]
        are_rings = np.fromiter(map(is_ring, outlines), np.bool_, len(outlines))
        self._is_odd[self._rings[~are_rings]] = True
        self._rings = self._rings[are_rings]
        return b"".join([b"%b\0" % outline for outline in compress(outlines, are_rings)])

    def _are_corners(self, place: int) -> bool:
        """Whether a ring is the corners of its box, and its category may be no more than boxes."""
        if not self._may_be_box(place):
            return False
        if _is_box(_lists_in(self._outline(place)), self._rows[place].bbox):
            return True
        self._outlined.add(str(self._rows[place].category_id))
        return False

    def _look(self, place: int) -> None:
        """Take note of an odd row that is more than its box."""
        row = self._rows[place]
        if self._may_be_box(place) and (isinstance(row, SparseAnnotation) or row.caption is None):
            with contextlib.suppress(msgspec.DecodeError):
                if not _is_box(msgspec.json.decode(row.segmentation), row.bbox):
                    self._outlined.add(str(row.category_id))

    def _may_be_box(self, place: int) -> bool:
        """Whether nothing was seen here of the category of a row that is more than its box."""
        key = str(self._rows[place].category_id)
        return key not in self._outlined and key in self._categories.undeclared

    def portion(self) -> Portion:
        """All rows."""
        number_of: dict[Id, int] = {}
        owners = [number_of.setdefault(row.image_id, len(number_of)) for row in self._rows]
        text, ends = _in_order(len(owners), self._lines)
        return Portion(
            images=[str(key) for key in number_of],
            owners=np.array(owners, dtype=np.int64),
            codes=self._codes.tobytes(),
            outlined=self._outlined,
            extents=self._extents.tobytes(),
            reaches=reaches(np.array(owners, dtype=np.int64), self._extents),
            ends=ends,
            text=text,
        )


def _in_order(count: int, lines: Sequence[tuple[Places, Measured]]) -> tuple[bytes, Places]:
    """The lines of rows of several kinds in the order of their places, and where each ends; the last one counts."""
    kinds, numbers, sizes = (np.zeros(count, dtype=np.int64) for _ in range(3))
    for kind, (places, measured) in enumerate(lines, 1):
        kinds[places], numbers[places] = kind, np.arange(len(places))
        sizes[places] = np.diff(measured.ends, prepend=0)
    bounds = [0, *(np.flatnonzero(np.diff(kinds)) + 1).tolist(), count]
    parts = []
    for first, end in pairwise(bounds):
        if kind := int(kinds[first]):
            measured = lines[kind - 1][1]
            start, last = int(numbers[first]), int(numbers[end - 1])
            parts.append(measured.text[int(measured.ends[start - 1]) if start else 0 : int(measured.ends[last])])
    return b"".join(parts), np.cumsum(sizes)


def _has_two_pairs(outline: bytes) -> bool:
    """Whether the brackets of a segmentation are those of one ring; most of the others have several."""
    return outline.startswith(b"[[") and outline.endswith(b"]]") and outline.count(b"[") == len(b"[[")


def _is_ring(outline: bytes) -> bool:
    """Whether a segmentation is one ring, of pairs of numbers that can be read."""
    try:
        return bool(measure_rings(outline + b"\0").counts)
    except (msgspec.DecodeError, ValueError):
        return False


def _lists_in(outline: bytes) -> list[list[float]] | None:
    """A segmentation as the format has it; None where it is something else, which is a fault."""
    try:
        return _LISTS.decode(outline)
    except msgspec.DecodeError:
        return None


_NEAR: Final = 1e-6


def _is_box(segmentation: Any, box: list[float] | None) -> bool:
    """Whether an annotation is no more than its box: no segmentation, or the corners of the box."""
    if not segmentation:
        return True
    if not isinstance(segmentation, list) or len(segmentation) != 1 or not box or len(box) != _BOX_NUMBERS:
        return False
    values = segmentation[0]
    if not isinstance(values, list) or len(values) not in {8, 10} or not all(map(_is_number, values)):
        return False
    if not max(map(abs, (*values, *box))) <= MAX_COORDINATE:
        return False
    corners = {(round(x / _NEAR), round(y / _NEAR)) for x, y in zip(values[::2], values[1::2], strict=True)}
    x, y, w, h = box
    wanted = {(round(a / _NEAR), round(b / _NEAR)) for a in (x, x + w) for b in (y, y + h)}
    return corners == wanted


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
