"""Labels decoded no further than flat shapes need them: most are polygons and rectangles, and stay text."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from labelwright.model.canonical import encoded
from labelwright.model.document import Answers, Document


class Outline(msgspec.Struct, tag_field="kind", tag="polygon", gc=False):
    points: msgspec.Raw


class Box(msgspec.Struct, tag_field="kind", tag="rectangle", gc=False):
    x: float
    y: float
    w: float
    h: float


class Segment(msgspec.Struct, tag_field="kind", tag="image_segmentation", gc=False):
    rings: msgspec.Raw


class Spot(msgspec.Struct, tag_field="kind", tag="point", gc=False):
    pass


class Stroke(msgspec.Struct, tag_field="kind", tag="line", gc=False):
    pass


PlainGeometry = Outline | Box | Segment | Spot | Stroke


def kind_name(kind: type[PlainGeometry]) -> str:
    """What the kind is called in documents."""
    return str(kind.__struct_config__.tag)


class PlainAnnotation(msgspec.Struct, rename="camel", gc=False):
    """An annotation without its history; outlines are still text."""

    id: str
    class_id: str
    geometry: PlainGeometry
    parent_id: str | None = None
    answers: Answers = {}
    z: int = 0
    comment: str | None = None

    @property
    def kind(self) -> str:
        return kind_name(type(self.geometry))

    @property
    def is_plain(self) -> bool:
        """Whether it is a box or one outline without holes, nested in nothing."""
        kind = type(self.geometry)
        if self.parent_id is not None:
            return False
        return kind is Outline or kind is Box or (kind is Segment and _HOLE not in bytes(self.geometry.rings))  # type: ignore[union-attr]


class More(msgspec.Struct, gc=False, omit_defaults=True):
    """What few annotations have."""

    answers: Answers = {}
    z: int = 0
    comment: str | None = None


class Columns(NamedTuple):
    """Plain annotations as text: a column has one cell for each.

    `measures` are box and area, `x,y,w,h;area`; `rings` the points of an outline, `x,y,x,y,...`, or the corners of a
    box; `more` is a `More` as JSON, or nothing.
    """

    kinds: list[str]
    ids: list[str]
    class_ids: list[str]
    measures: list[str]
    rings: list[str]
    more: list[str]

    def rows(self) -> Iterator[str]:
        """A line for each annotation, as `columns_of` reads them. No cell holds what stands between them."""
        return map(_CELL.join, zip(*self, strict=True))


class Measured(NamedTuple):
    """A stored document with the rows of its columns, see `portions.measured`."""

    document: bytes | memoryview
    rows: bytes | memoryview


_CELL: Final = "\x1f"


def columns_of(rows: bytes | memoryview) -> Columns:
    """Take rows apart."""
    cells = str(rows, "utf-8").replace("\n", _CELL).split(_CELL)
    width = len(Columns._fields)
    return Columns(*(cells[at::width] for at in range(width)))


def more_of(columns: Columns) -> dict[int, More]:
    """What few annotations have, by their places."""
    return {at: _MORE.decode(text) for at, text in enumerate(columns.more) if text} if any(columns.more) else {}


_MORE: Final = msgspec.json.Decoder(More)
Content = Document | bytes | memoryview | Measured


class PlainDocument(msgspec.Struct, gc=False):
    annotations: list[PlainAnnotation]
    answers: Answers = {}


_HOLE: Final = b"]],[["
_FLAT: Final = {Outline, Box}
_PLAIN: Final = msgspec.json.Decoder(PlainDocument)
_ANSWERS: Final = msgspec.json.Decoder(msgspec.defstruct("_Answers", [("answers", Answers, {})]))
_UNANSWERED: Final = b'"answers":{}}'


def stored(content: Content) -> bytes | memoryview:
    """The bytes of a document."""
    if isinstance(content, Measured):
        return content.document
    return encoded(content) if isinstance(content, Document) else content


def plain_of(content: Content) -> PlainDocument:
    """Decode a document as far as it goes here."""
    return _PLAIN.decode(stored(content))


def answers_of(content: Content) -> Answers:
    """The answers about the medium; the last thing in a stored document."""
    if isinstance(content, Document):
        return content.answers
    document = stored(content)
    if bytes(document[-len(_UNANSWERED) :]) == _UNANSWERED:
        return {}
    found: Any = _ANSWERS.decode(document)
    return dict(found.answers)


def are_plain(annotations: list[PlainAnnotation]) -> bool:
    """Whether each is a box or one outline without holes, nested in nothing."""
    kinds = {type(one.geometry) for one in annotations}
    if kinds <= _FLAT and not any([one.parent_id for one in annotations]):  # noqa: C419 - half the time
        return True
    return all([one.is_plain for one in annotations])  # noqa: C419
