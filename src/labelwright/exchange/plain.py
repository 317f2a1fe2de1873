"""Labels decoded no further than flat shapes need them: most are polygons and rectangles, and stay text."""

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


class Measured(NamedTuple):
    """A stored document with its columns as they are kept, see `portions.measured`."""

    document: bytes | memoryview
    rows: bytes | memoryview


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
