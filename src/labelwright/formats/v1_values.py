"""How old clients write one value: coordinates, answers, and the bodies that change them. Displayed pixels."""

import uuid
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from labelwright.model.configuration import LabelClass
from labelwright.model.document import Answer
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Point2, Polygon, Rectangle

Json = dict[str, Any]


class PointBody(msgspec.Struct, frozen=True):
    x: float
    y: float


class RingBody(msgspec.Struct, frozen=True):
    points: tuple[PointBody, ...]


class ValueUpdate(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The body of an update; a field that is not there leaves things as they are."""

    id: str | None = None
    lc_entry_id: str | None = None
    label_task_id: str | None = None
    comment: str | UnsetType | None = UNSET
    text: str | UnsetType | None = UNSET
    select_key: str | UnsetType | None = UNSET
    checked_values: tuple[str, ...] | UnsetType | None = UNSET
    x: float | None = None
    y: float | None = None
    width: float | None = None
    height: float | None = None
    points: tuple[PointBody, ...] | None = None
    points_collection: tuple[RingBody, ...] | None = None
    children: tuple["ValueUpdate", ...] | None = None


# --- reading --------------------------------------------------------------------------------------------------------


def answer_of(question: LabelClass, update: ValueUpdate) -> Answer | UnsetType:
    """The answer that a body gives to a question; UNSET when it says nothing about it."""
    if question.type == "free_text":
        return update.text
    if question.type == "option":
        return update.select_key
    if isinstance(update.checked_values, UnsetType):
        return UNSET
    known = {option.key: place for place, option in enumerate(question.options)}
    return tuple(sorted(set(update.checked_values or ()), key=lambda key: (known.get(key, len(known)), key)))


def geometry_of(label_class: LabelClass, update: ValueUpdate) -> Geometry | None:
    """The geometry that a body gives; None when it has no coordinates at all. Raises Invalid for half of them."""
    fields, make = _MAKERS[label_class.type]
    given = [getattr(update, field) for field in fields]
    if all(value is None for value in given):
        return None
    if any(value is None for value in given):
        raise Invalid(f"A {label_class.type} of “{label_class.key}” needs {', '.join(fields)}; some are missing.")
    return make(*given)


def _ring(points: Iterable[PointBody]) -> tuple[Point2, ...]:
    return tuple((point.x, point.y) for point in points)


_MAKERS: dict[str, tuple[tuple[str, ...], Callable[..., Geometry]]] = {
    "point": (("x", "y"), Point),
    "line": (("points",), lambda points: Line(_ring(points))),
    "polygon": (("points",), lambda points: Polygon(_ring(points))),
    "rectangle": (("x", "y", "width", "height"), Rectangle),
    "image_segmentation": (
        ("points_collection",),
        lambda rings: ImageSegmentation(tuple(_ring(ring.points) for ring in rings)),
    ),
}


# --- writing --------------------------------------------------------------------------------------------------------


def geometry_fields(label_class: LabelClass, geometry: Geometry | None, value_id: str) -> Json:
    """What a value has of its coordinates; None (not drawn yet) leaves them empty. Points have ids of their own."""
    fields = {"color": label_class.color, "shortcut": label_class.shortcut}
    match geometry:
        case Point(x=x, y=y):
            return {"point": _point((x, y), value_id, 0), **fields}
        case Rectangle(x=x, y=y, w=w, h=h):
            return {"point": _point((x, y), value_id, 0), "width": w, "height": h, **fields}
        case Line(points=points) | Polygon(points=points):
            return {"points": _points(points, value_id), **fields}
        case ImageSegmentation(rings=rings):
            return {"pointsCollection": [_collection(r, value_id, i) for i, r in enumerate(rings)], **fields}
        case None:
            return {**_NOT_DRAWN[label_class.type], **fields}


_NOT_DRAWN: dict[str, Json] = {
    "point": {"point": None},
    "line": {"points": []},
    "polygon": {"points": []},
    "rectangle": {"point": None, "width": None, "height": None},
    "image_segmentation": {"pointsCollection": []},
}


def _points(points: tuple[Point2, ...], value_id: str) -> list[Json]:
    return [_point(point, value_id, index) for index, point in enumerate(points)]


def _collection(ring: tuple[Point2, ...], value_id: str, index: int) -> Json:
    ring_id = _part_id(value_id, index)
    return {"id": ring_id, "points": _points(ring, ring_id)}


def _point(point: Point2, value_id: str, index: int) -> Json:
    return {"id": _part_id(value_id, index), "x": point[0], "y": point[1]}


def _part_id(whole_id: str, index: int) -> str:
    """An id for a part, the same every time: parts have none of their own here."""
    return str(uuid.uuid5(uuid.UUID(whole_id), str(index)))


def answer_fields(question: LabelClass, answer: Answer) -> Json:
    """What a value has of its answer."""
    if question.type == "free_text":
        return {"text": answer, "required": question.required}
    if question.type == "option":
        return {"selectKey": answer, "required": question.required}
    return {"checkedValues": list(answer or ()), "required": question.required}
