"""Any label configuration that may be saved, and any labels that fit it, drawn by a `random.Random`.

The same seed gives the same on every machine and in every run, whatever else is loaded.
"""

import string
from collections.abc import Iterator
from math import inf, nextafter
from random import Random
from typing import Any, Final

from labelwright.model.configuration import FORBIDDEN_KEYS, LabelClass, Option, check
from labelwright.model.document import Annotation, Answer, Answers, Document
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

SIZE_WH: Final = (64, 48)
_KEY: Final = string.ascii_lowercase + string.digits + "_- "
_OPTION_KEY: Final = string.ascii_letters + string.digits + "_.- "
# What JSON, XML, HTML, SQL and people's keyboards make interesting; no NUL, no half surrogate pairs.
_STRANGE: Final = '":\\/{}[]<>&,;\n\r\t\b\x1f\x7f\x85\u00a0\u200b\u2028\ufeff\uffffäß東é\U0001f600'
_TINY: Final = (5e-324, 1e-300, 1e-12, 1e-7, 1e-5)


def text(rng: Random, most: int = 12) -> str:
    """A text that somebody may have written, or pasted."""
    return "".join(_character(rng) for _ in range(rng.randint(0, most)))


def _character(rng: Random) -> str:
    match rng.randint(0, 3):
        case 0:
            return rng.choice(_STRANGE)
        case 1:
            return chr(rng.choice((rng.randint(1, 0xD7FF), rng.randint(0xE000, 0x10FFFF))))
        case _:
            return rng.choice(string.ascii_letters + " ")


# --- configurations -------------------------------------------------------------------------------------------------


def key(rng: Random, used: set[str]) -> str:
    """An export key that is not used yet; now and then one that files have a meaning of their own for."""
    while True:
        plain = "".join(rng.choices(_KEY, k=rng.randint(1, 8)))
        found = rng.choice(("person", "car", "id", "attributes", "a", "b", "0", "1")) if rng.random() < 0.2 else plain
        if found == found.strip() and found not in FORBIDDEN_KEYS and found not in used:
            used.add(found)
            return found


def classes(rng: Random) -> tuple[LabelClass, ...]:
    """Classes of a configuration, without ids, with nesting up to four levels."""
    roots: set[str] = set()
    made = tuple(_root(rng, key(rng, roots)) for _ in range(rng.randint(1, 4)))
    assert not check(made)
    return made


def _root(rng: Random, own_key: str) -> LabelClass:
    used = {own_key}
    is_geometry = rng.random() < 0.75
    return _geometry_class(rng, own_key, used, depth=1) if is_geometry else _question(rng, own_key, used, depth=1)


def _geometry_class(rng: Random, own_key: str, used: set[str], *, depth: int) -> LabelClass:
    kind = rng.choice([kind for kind in KINDS if depth == 1 or kind != "image_segmentation"])
    children: list[LabelClass] = []
    for _ in range(0 if kind == "image_segmentation" else rng.randint(0, 2)):
        make = _geometry_class if depth == 1 and rng.random() < 0.5 else _question
        children.append(make(rng, key(rng, used), used, depth=depth + 1))
    return LabelClass(key=own_key, name=own_key, type=kind, color="#102030", children=tuple(children))


def _question(rng: Random, own_key: str, used: set[str], *, depth: int) -> LabelClass:
    kind = rng.choice(("option", "checklist", "free_text"))
    count = rng.choice((0, 0, 1, 2)) if depth < 4 else 0
    children = tuple(_question(rng, key(rng, used), used, depth=depth + 1) for _ in range(count))
    if kind == "free_text":
        length = rng.choice((1, 2, 12, 255))
        return LabelClass(key=own_key, name=own_key, type=kind, children=children, max_length=length)
    keys = {"".join(rng.choices(_OPTION_KEY, k=rng.randint(1, 6))): None for _ in range(rng.randint(1, 5))}
    options = tuple(Option(one, f"The {one}") for one in keys)
    return LabelClass(key=own_key, name=own_key, type=kind, children=children, options=options)


# --- geometries -----------------------------------------------------------------------------------------------------


def _along(rng: Random, limit: int) -> float:
    whole = float(rng.randint(0, limit))
    match rng.randint(0, 7):
        case 0 | 1 | 2:
            return whole
        case 3:
            return rng.randint(0, limit * 100) / 100
        case 4:
            return min(whole + 0.5, limit)
        case 5:
            return rng.choice(
                (*_TINY, nextafter(limit, 0), limit - 1e-6, nextafter(min(whole + 0.5, limit), rng.choice((0, inf))))
            )
        case _:
            return rng.random() * limit


def point(rng: Random) -> Point2:
    """A point in the picture, often at the centre or the corner of a pixel."""
    return min(_along(rng, SIZE_WH[0]), SIZE_WH[0]), min(_along(rng, SIZE_WH[1]), SIZE_WH[1])


def ring(rng: Random) -> tuple[Point2, ...]:
    """An open ring with an area; it may cross itself and come back to where it was."""
    while True:
        pool = [point(rng) for _ in range(rng.randint(3, 6))]
        found = tuple(rng.choice(pool) for _ in range(rng.randint(3, 8))) if rng.random() < 0.2 else tuple(pool)
        if found[0] != found[-1] and not kind_of(Polygon(found)).faults(Polygon(found)):
            return found


def _rectangle(rng: Random) -> Rectangle:
    while True:
        (x1, y1), (x2, y2) = point(rng), point(rng)
        left, top = min(x1, x2), min(y1, y2)
        found = Rectangle(left, top, max(x1, x2) - left, max(y1, y2) - top)
        # A corner that is computed again has to lie in the picture as well.
        stays = found.x + found.w <= SIZE_WH[0] and found.y + found.h <= SIZE_WH[1]
        if stays and not kind_of(found).faults(found):
            return found


def geometry(rng: Random, kind: str) -> Geometry:
    """Any geometry of a kind that lies in the picture."""
    match kind:
        case "point":
            return Point(*point(rng))
        case "line":
            return Line(tuple(point(rng) for _ in range(rng.randint(2, 6))))
        case "polygon":
            return Polygon(ring(rng))
        case "rectangle":
            return _rectangle(rng)
        case "image_segmentation":
            return ImageSegmentation(tuple(ring(rng) for _ in range(rng.randint(1, 3))))
    raise AssertionError(kind)


# --- documents ------------------------------------------------------------------------------------------------------


def document(rng: Random, roots: tuple[LabelClass, ...]) -> Document:
    """Labels under saved classes: any number of each drawn, any questions answered, opened or left."""
    ids = _ids(rng)
    annotations = [
        annotation
        for label_class in roots
        if label_class.is_geometry
        for _ in range(rng.choice((0, 1, 2, 3)))
        for annotation in _drawn(rng, label_class, ids)
    ]
    return Document(annotations=tuple(sorted(annotations, key=lambda a: a.id)), answers=_answers(rng, roots))


def _ids(rng: Random) -> Iterator[str]:
    """Ids of any order: classes, parents and children are not created one after the other."""
    used: set[int] = set()
    while True:
        tail = rng.getrandbits(74)
        if tail not in used:
            used.add(tail)
            yield uuid7(1_700_000_000_000, tail)


def _drawn(
    rng: Random, label_class: LabelClass, ids: Iterator[str], parent: Annotation | None = None
) -> list[Annotation]:
    own = Annotation(
        id=next(ids),
        class_id=str(label_class.id),
        parent_id=parent.id if parent else None,
        geometry=geometry(rng, label_class.type),
        answers=_answers(rng, label_class.children),
        z=rng.choice((0, 0, 0, 1, -1, 7)),
        comment=text(rng) or None if rng.random() < 0.4 else None,
    )
    nested = [
        annotation
        for child in label_class.children
        if child.is_geometry
        for _ in range(rng.randint(0, 2))
        for annotation in _drawn(rng, child, ids, own)
    ]
    return [own, *nested]


def _answers(rng: Random, questions: tuple[LabelClass, ...]) -> Answers:
    """Answers of one owner; a nested question may be answered although its parent is not."""
    found: Answers = {}
    for question in questions:
        if question.is_geometry:
            continue
        if rng.random() < 0.6:
            found[str(question.id)] = answer(rng, question)
        found |= _answers(rng, question.children)
    return dict(sorted(found.items()))


def answer(rng: Random, question: LabelClass) -> Answer:
    """Anything that may be stored as an answer to a question."""
    if question.type == "free_text":
        return None if rng.random() < 0.2 else text(rng, min(question.max_length or 0, 12))
    keys: list[Any] = [option.key for option in question.options]
    if question.type == "option":
        return rng.choice([None, *keys])
    return tuple(rng.sample(keys, rng.randint(0, len(keys))))
