"""Hypothesis strategies: any label configuration that may be saved, and any document that fits it."""

import string
from typing import Any

from hypothesis import strategies as st

from labelwright.model.configuration import FORBIDDEN_KEYS, Configuration, LabelClass, Option, check
from labelwright.model.document import Annotation, Answers, Document
from labelwright.model.geometry import (
    KINDS,
    Geometry,
    ImageSegmentation,
    Line,
    Point,
    Point2,
    Polygon,
    Rectangle,
    kind_of,
)
from labelwright.model.ids import uuid7

SIZE_WH = (64, 48)
KEY_CHARACTERS = string.ascii_lowercase + string.digits + "_- "
# What JSON, HTML, SQL and people's keyboards make interesting; no NUL, no half surrogate pairs.
TEXT = st.text(
    st.one_of(
        st.sampled_from('":\\/{}[],\n\t\b\x1f\x7f\u2028äß東\U0001f600'),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=12,
)


def keys() -> st.SearchStrategy[str]:
    """Export keys as they are stored."""
    plain = st.text(KEY_CHARACTERS, min_size=1, max_size=8)
    return plain.filter(lambda key: key == key.strip() and key not in FORBIDDEN_KEYS)


def options() -> st.SearchStrategy[tuple[Option, ...]]:
    characters = string.ascii_letters + string.digits + "_.- "
    names = st.lists(st.text(characters, min_size=1, max_size=6), min_size=1, max_size=5, unique=True)
    return names.map(lambda found: tuple(Option(key, f"The {key}") for key in found))


# --- configurations -------------------------------------------------------------------------------------------------


@st.composite
def configurations(draw: st.DrawFn, *, max_roots: int = 4) -> tuple[LabelClass, ...]:
    """Classes of a configuration, without ids, with nesting up to four levels."""
    roots = draw(st.lists(keys(), min_size=1, max_size=max_roots, unique=True))
    classes = tuple(_root(draw, key) for key in roots)
    assert not check(classes)
    return classes


def _root(draw: st.DrawFn, key: str) -> LabelClass:
    used = {key}
    if draw(st.booleans()):
        return _geometry_class(draw, key, used, depth=1)
    return _question(draw, key, used, depth=1)


def _geometry_class(draw: st.DrawFn, key: str, used: set[str], *, depth: int) -> LabelClass:
    kinds = list(KINDS) if depth == 1 else [kind for kind in KINDS if kind != "image_segmentation"]
    kind = draw(st.sampled_from(kinds))
    children: list[LabelClass] = []
    if kind != "image_segmentation":
        for child in _fresh_keys(draw, used):
            as_geometry = depth == 1 and draw(st.booleans())
            make = _geometry_class if as_geometry else _question
            children.append(make(draw, child, used, depth=depth + 1))
    return LabelClass(key=key, name=key, type=kind, color="#102030", children=tuple(children))


def _question(draw: st.DrawFn, key: str, used: set[str], *, depth: int) -> LabelClass:
    kind = draw(st.sampled_from(["option", "checklist", "free_text"]))
    children = [_question(draw, child, used, depth=depth + 1) for child in _fresh_keys(draw, used)] if depth < 4 else []
    common = {"key": key, "name": key, "type": kind, "children": tuple(children)}
    if kind == "free_text":
        return LabelClass(max_length=draw(st.integers(1, 255)), **common)
    return LabelClass(options=draw(options()), **common)


def _fresh_keys(draw: st.DrawFn, used: set[str]) -> list[str]:
    fresh = draw(st.lists(keys().filter(lambda key: key not in used), max_size=2, unique=True))
    used.update(fresh)
    return fresh


# --- geometries -----------------------------------------------------------------------------------------------------


def _along(limit: int) -> st.SearchStrategy[float]:
    return st.one_of(
        st.integers(0, limit).map(float),
        st.integers(0, limit * 100).map(lambda hundredths: hundredths / 100),
        st.floats(0, limit, allow_subnormal=True),
    )


def points(size_wh: tuple[int, int] = SIZE_WH) -> st.SearchStrategy[Point2]:
    return st.tuples(_along(size_wh[0]), _along(size_wh[1]))


def _is_valid(geometry: Geometry) -> bool:
    return not kind_of(geometry).faults(geometry)


def rings() -> st.SearchStrategy[tuple[Point2, ...]]:
    """Open rings with an area."""
    found = st.lists(points(), min_size=3, max_size=6).map(tuple)
    return found.filter(lambda ring: ring[0] != ring[-1] and _is_valid(Polygon(ring)))


def _rectangle(corners: tuple[Point2, Point2]) -> Rectangle:
    (x1, y1), (x2, y2) = corners
    left, top = min(x1, x2), min(y1, y2)
    return Rectangle(left, top, max(x1, x2) - left, max(y1, y2) - top)


def _stays_inside(box: Rectangle) -> bool:
    """Whether a corner that is computed again still lies in the picture."""
    return box.x + box.w <= SIZE_WH[0] and box.y + box.h <= SIZE_WH[1]


GEOMETRIES: dict[str, st.SearchStrategy[Any]] = {
    "point": points().map(lambda point: Point(*point)),
    "line": st.lists(points(), min_size=2, max_size=6).map(lambda found: Line(tuple(found))),
    "polygon": rings().map(Polygon),
    "rectangle": st.tuples(points(), points()).map(_rectangle).filter(_is_valid).filter(_stays_inside),
    "image_segmentation": st.lists(rings(), min_size=1, max_size=3).map(lambda found: ImageSegmentation(tuple(found))),
}


# --- documents ------------------------------------------------------------------------------------------------------


@st.composite
def documents(draw: st.DrawFn, configuration: Configuration) -> Document:
    """Labels that fit the configuration: any number of classes drawn, any questions answered, opened or left."""
    # Ids of any order: classes, parents and children are not created one after the other.
    tails = draw(st.lists(st.integers(0, 2**74 - 1), min_size=100, max_size=100, unique=True))
    ids = (uuid7(1_700_000_000_000, tail) for tail in tails)
    annotations = [
        annotation
        for label_class in configuration.classes
        if label_class.is_geometry
        for _ in range(draw(st.integers(0, 3)))
        for annotation in _drawn(draw, label_class, ids)
    ]
    return Document(
        annotations=tuple(sorted(annotations, key=lambda a: a.id)), answers=_answers(draw, configuration.classes)
    )


def _drawn(draw: st.DrawFn, label_class: LabelClass, ids: Any, parent_id: str | None = None) -> list[Annotation]:
    own = Annotation(
        id=next(ids),
        class_id=str(label_class.id),
        parent_id=parent_id,
        geometry=draw(GEOMETRIES[label_class.type]),
        answers=_answers(draw, label_class.children),
        comment=draw(st.none() | TEXT.filter(bool)),
    )
    nested = [
        annotation
        for child in label_class.children
        if child.is_geometry
        for _ in range(draw(st.integers(0, 2)))
        for annotation in _drawn(draw, child, ids, own.id)
    ]
    return [own, *nested]


def _answers(draw: st.DrawFn, classes: tuple[LabelClass, ...]) -> Answers:
    """Answers of one owner; a nested question may be answered although its parent is not."""
    found: Answers = {}
    for question in classes:
        if question.is_geometry:
            continue
        if draw(st.booleans()):
            found[str(question.id)] = draw(answers_to(question))
        found |= _answers(draw, question.children)
    return dict(sorted(found.items()))


def answers_to(question: LabelClass) -> st.SearchStrategy[Any]:
    """Everything that may be stored as an answer to a question."""
    if question.type == "free_text":
        return st.none() | TEXT.map(lambda text: text[: question.max_length])
    choices = [option.key for option in question.options]
    if question.type == "option":
        return st.sampled_from([None, *choices])
    return st.lists(st.sampled_from(choices), unique=True).map(tuple)
