"""Bring what a file says under a configuration: its classes, questions and options become ours, or it says why not.

A class is found by the mapping that somebody confirmed, else by its export key, else by its name. Nothing is guessed
beyond that, and nothing is changed in a way that loses anything: a polygon becomes a segment and back, a rectangle
becomes a polygon; a polygon becomes a rectangle only when the mapping says so.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from labelwright.exchange.found import Fault, FoundAnswer, FoundMedium, FoundObject, Place, scaled
from labelwright.exchange.source import Question, Scheme
from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.document import MAX_COMMENT, Answer, Answers
from labelwright.model.geometry import Geometry, ImageSegmentation, Polygon, Rectangle, kind_of
from labelwright.model.ids import is_uuid

LEAVE_OUT: Final = ""
_NOT_IN_KEYS = re.compile(r"[^a-z0-9_ -]+")


class ClassMapping(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What people confirmed. `classes` leads from names in the file to class ids, or to "" for leaving them out.

    `options` leads from "question: value" to an option's key; `lossy` lets shapes become their boxes.
    """

    classes: dict[str, str] = {}
    questions: dict[str, str] = {}
    options: dict[str, str] = {}
    lossy: bool = False


class Drawn(NamedTuple):
    """An object under our configuration. `id` is None when the file has none; what is nested stands inside."""

    label_class: LabelClass
    geometry: Geometry
    answers: Answers
    nested: "tuple[Drawn, ...]"
    id: str | None
    comment: str | None
    z: int
    place: Place


class Resolved(NamedTuple):
    """What a file has for one medium, under our configuration."""

    objects: tuple[Drawn, ...]
    answers: Answers
    refused: tuple[Fault, ...]
    left_out: int


def key_of(name: str) -> str:
    """The export key that a name would get: lower case, plain letters, `_` for what a key cannot hold."""
    plain = unicodedata.normalize("NFKD", name.strip().lower()).encode("ascii", "ignore").decode()
    return _NOT_IN_KEYS.sub("_", plain).strip("_ ")[:56] or "class"


class Resolver:
    """Resolves the media of one import."""

    def __init__(self, configuration: Configuration, mapping: ClassMapping, *, out_of_bounds: str = "refuse") -> None:
        self._scheme = Scheme(configuration)
        self._mapping = mapping
        self._out_of_bounds = out_of_bounds
        self._classes: dict[str | None, dict[str, list[LabelClass]]] = {}
        for placed in configuration.by_id.values():
            if placed.label_class.is_geometry:
                known = self._classes.setdefault(placed.parent.id if placed.parent else None, {})
                for name in dict.fromkeys(_names_of(placed.label_class)):
                    known.setdefault(name, []).append(placed.label_class)
        self._dotted = {name: configuration.by_id[key].label_class for key, name in self._scheme.names().items()}
        self._questions = {
            owner: {name: question for question in found.values() for name in _question_names(question)}
            for owner, found in self._scheme.questions.items()
        }
        self._refused: list[Fault] = []
        self._left_out = 0

    def find_class(self, name: str, parent: LabelClass | None, kind: str) -> LabelClass | None:
        """The class that objects of this name become there; of several of one name the one of this kind."""
        by_id = self._scheme.configuration.by_id
        mapped = self._mapping.classes.get(name)
        if mapped:
            placed = by_id.get(mapped)
            return placed.label_class if placed else None
        known = self._classes.get(parent.id if parent else None, {})
        named = known.get(name) or known.get(name.lower()) or known.get(key_of(name)) or []
        found = next((one for one in named if one.type == kind), named[0] if named else None)
        if found is None and (dotted := self._dotted.get(name)) is not None:
            above = by_id[str(dotted.id)].parent
            found = dotted if (above.id if above else None) == (parent.id if parent else None) else None
        return found

    def resolve(self, medium: FoundMedium, size_wh: tuple[int, int] | None) -> Resolved:
        """Everything of one medium; what does not fit is refused with its place."""
        self._refused, self._left_out = [], 0
        if medium.is_relative and size_wh is None:
            text = "The file has shares of the picture's sides, and the picture has not been read yet."
            self._refuse(medium.place, "no_size", text, medium.path)
            return Resolved((), {}, tuple(self._refused), 0)
        if size_wh is not None:
            medium = scaled(medium, size_wh)
        objects = tuple(self._objects(medium.objects, None, size_wh))
        answers = dict(self._answers(medium.answers, None))
        return Resolved(objects, answers, tuple(self._refused), self._left_out)

    def _refuse(self, place: Place, code: str, message: str, value: str = "") -> None:
        self._refused.append(Fault(place, code, message, value[:80]))

    # --- objects ---

    def _objects(
        self, found: tuple[FoundObject, ...], parent: LabelClass | None, size_wh: tuple[int, int] | None
    ) -> Iterator[Drawn]:
        for one in found:
            if self._mapping.classes.get(one.class_name) == LEAVE_OUT:
                self._left_out += 1 + len(one.nested)
                continue
            label_class = self.find_class(one.class_name, parent, kind_of(one.geometry).name)
            if label_class is None:
                self._refuse(one.place, "unknown_class", self._unknown_text(one.class_name, parent), one.class_name)
                continue
            geometry = self._geometry(one, label_class, size_wh)
            if geometry is not None:
                yield self._drawn(one, label_class, geometry, size_wh)

    def _drawn(
        self, one: FoundObject, label_class: LabelClass, geometry: Geometry, size_wh: tuple[int, int] | None
    ) -> Drawn:
        comment = one.comment
        if comment and len(comment) > MAX_COMMENT:
            self._refuse(one.place, "comment_too_long", f"The comment has more than {MAX_COMMENT} characters.", comment)
            comment = None
        return Drawn(
            label_class=label_class,
            geometry=geometry,
            answers=dict(self._answers(one.answers, label_class)),
            nested=tuple(self._objects(one.nested, label_class, size_wh)),
            id=one.id if one.id is not None and is_uuid(one.id) else None,
            comment=comment or None,
            z=one.z,
            place=one.place,
        )

    def _unknown_text(self, name: str, parent: LabelClass | None) -> str:
        where = f"inside “{parent.key}”" if parent else "at the root"
        here = self._classes.get(parent.id if parent else None, {}).values()
        known = sorted({label_class.key for named in here for label_class in named})
        return f"There is no geometry class “{name[:60]}” {where}; there are {', '.join(known[:20]) or 'none'}."

    def _geometry(self, one: FoundObject, label_class: LabelClass, size_wh: tuple[int, int] | None) -> Geometry | None:
        geometry = converted(one.geometry, label_class.type, lossy=self._mapping.lossy)
        found = kind_of(one.geometry).name
        if geometry is None:
            text = f"“{label_class.key}” takes a {label_class.type}, the file has a {found}."
            self._refuse(one.place, "wrong_geometry", text, one.class_name)
            return None
        kind = kind_of(geometry)
        for place, code, message in kind.faults(geometry)[:1]:
            self._refuse(one.place, code, f"The {kind.name} of “{label_class.key}” {message}", place)
            return None
        if size_wh is None or _is_inside(geometry, size_wh):
            return geometry
        return self._bounded(one, geometry, size_wh)

    def _bounded(self, one: FoundObject, geometry: Geometry, size_wh: tuple[int, int]) -> Geometry | None:
        if self._out_of_bounds == "keep":
            return geometry
        inside: Geometry | None = kind_of(geometry).inside(geometry, size_wh)
        if self._out_of_bounds == "clip" and inside is not None:
            return inside
        if _overshoot(geometry, size_wh) <= ROUNDING_PX and inside is not None:
            return inside
        size = f"{size_wh[0]} x {size_wh[1]} pixels"
        text = f"The {kind_of(geometry).name} of “{one.class_name}” leaves the picture, which is {size}."
        self._refuse(one.place, "outside_picture", text, one.class_name)
        return None

    # --- answers ---

    def _answers(self, found: tuple[FoundAnswer, ...], owner: LabelClass | None) -> Iterator[tuple[str, Answer]]:
        questions = self._questions.get(owner.id if owner else None, {})
        for one in found:
            name = self._mapping.questions.get(one.name, one.name)
            if name == LEAVE_OUT:
                self._left_out += 1
                continue
            question = questions.get(name) or questions.get(name.lower()) or questions.get(key_of(name))
            if question is None:
                where = f"of “{owner.key}”" if owner else "about the medium"
                self._refuse(
                    one.place, "unknown_question", f"There is no question “{one.name[:60]}” {where}.", one.name
                )
                continue
            answer = self._answer(one, question.label_class)
            if answer is not None:
                yield str(question.label_class.id), answer[0]

    def _answer(self, one: FoundAnswer, question: LabelClass) -> tuple[Answer] | None:
        """The answer in a tuple of its own, None after it was refused."""
        if one.value is None or (not one.value and question.type != "free_text"):
            return (() if question.type == "checklist" else None,)
        if question.type == "free_text":
            return self._text(one, question)
        values = one.value if isinstance(one.value, tuple) else (one.value,)
        if (
            question.type == "checklist"
            and isinstance(one.value, str)
            and self._option(one.value, one.name, question) is None
        ):
            values = tuple(part.strip() for part in one.value.split(",") if part.strip())
        keys = [self._option(value, one.name, question) for value in values]
        if None in keys or (question.type == "option" and len(keys) != 1):
            known = ", ".join(option.key for option in question.options[:20])
            text = f"“{question.key}” takes {'one' if question.type == 'option' else 'some'} of {known}."
            self._refuse(one.place, "unknown_option", text, str(one.value))
            return None
        if question.type == "option":
            return (keys[0],)
        return (tuple(option.key for option in question.options if option.key in keys),)

    def _text(self, one: FoundAnswer, question: LabelClass) -> tuple[Answer] | None:
        text = one.value if isinstance(one.value, str) else ", ".join(one.value or ())
        limit = question.max_length or 0
        if len(text) > limit or "\x00" in text:
            what = f"has {len(text)} characters, more than {limit}" if len(text) > limit else "contains a NUL character"
            self._refuse(one.place, "invalid_text", f"The answer to “{question.key}” {what}.", text)
            return None
        return (text,)

    def _option(self, value: str, name: str, question: LabelClass) -> str | None:
        wanted = self._mapping.options.get(f"{name}: {value}", value)
        for option in question.options:
            if wanted in {option.key, option.name} or wanted.lower() in {option.key.lower(), option.name.lower()}:
                return option.key
        return None


ROUNDING_PX: Final = 1e-3
"""How far a point may lie outside the picture because a format rounds, and is moved to the border in silence."""


def converted(geometry: Geometry, kind: str, *, lossy: bool = False) -> Geometry | None:
    """The geometry as another kind, where nothing is lost by it (or `lossy` allows a box); None where it cannot be."""
    if kind_of(geometry).name == kind:
        return geometry
    ring = _only_ring(geometry)
    if kind == "polygon" and ring is not None:
        return Polygon(ring)
    if kind == "image_segmentation" and ring is not None:
        return ImageSegmentation((ring,))
    if kind == "rectangle" and ring is not None and (lossy or _is_upright(ring)):
        return Rectangle(*kind_of(geometry).bounds(geometry))
    if kind == "rectangle" and lossy and isinstance(geometry, ImageSegmentation):
        return Rectangle(*kind_of(geometry).bounds(geometry))
    return None


def _only_ring(geometry: Geometry) -> tuple[tuple[float, float], ...] | None:
    match geometry:
        case Polygon(points=points):
            return points
        case ImageSegmentation(rings=(outline,)):
            return outline
        case Rectangle(x=x, y=y, w=w, h=h):
            return ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
    return None


def _is_upright(ring: tuple[tuple[float, float], ...]) -> bool:
    """Whether a ring is exactly an upright box."""
    xs, ys = {x for x, _ in ring}, {y for _, y in ring}
    return len(ring) == 4 and len(xs) == len(ys) == 2 and len(set(ring)) == 4


def _is_inside(geometry: Geometry, size_wh: tuple[int, int]) -> bool:
    width, height = size_wh
    return all(0 <= x <= width and 0 <= y <= height for x, y in kind_of(geometry).place(geometry))


def _overshoot(geometry: Geometry, size_wh: tuple[int, int]) -> float:
    width, height = size_wh
    return max(max(-x, x - width, -y, y - height) for x, y in kind_of(geometry).place(geometry))


def _names_of(label_class: LabelClass) -> Iterator[str]:
    yield label_class.key
    yield label_class.name
    yield label_class.name.lower()


def _question_names(question: Question) -> Iterator[str]:
    yield question.name
    yield question.label_class.key
    yield question.label_class.name
    yield question.label_class.name.lower()
