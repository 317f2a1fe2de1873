"""Bring what a file says under a configuration: its classes, questions and options become ours, or it says why not.

A class is found by the mapping that somebody confirmed, else by its export key, else by its name. Nothing is guessed
beyond that, and nothing is changed in a way that loses anything: a polygon becomes a segment and back, a rectangle
becomes a polygon; a polygon becomes a rectangle only when the mapping says so.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from labelwright.exchange.found import Fault, FoundAnswer, FoundMedium, FoundObject, Place, scaled
from labelwright.exchange.mapping import LEAVE_OUT, ClassMapping, class_names
from labelwright.exchange.source import Question, Scheme
from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.document import MAX_COMMENT, Answer, Answers
from labelwright.model.geometry import Geometry, ImageSegmentation, Polygon, Rectangle, kind_of
from labelwright.model.ids import is_uuid

_NOT_IN_KEYS = re.compile(r"[^a-z0-9_ -]+")


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
    places: dict[str, Place]


class Target(NamedTuple):
    """What objects of the file become. `how`: mapped, named, left_out, unknown, or misplaced (in another parent)."""

    how: str
    label_class: LabelClass | None = None


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
        self._targets: dict[tuple[str, str | None, str, str | None], Target] = {}
        self._refused: list[Fault] = []
        self._left_out = 0

    def target(self, name: str, parent: LabelClass | None, kind: str, above: str | None = None) -> Target:
        """What objects become that the file calls so; `above` is the name of the class they are nested in there."""
        key = (name, parent.id if parent else None, kind, above)
        if key not in self._targets:
            self._targets[key] = self._mapped(name, parent, kind, above) or self._named(name, parent, kind)
        return self._targets[key]

    def _mapped(self, name: str, parent: LabelClass | None, kind: str, above: str | None) -> Target | None:
        table = self._mapping.classes
        mapped = next((table[one] for one in class_names(name, above, kind) if one in table), None)
        if mapped is None:
            return None
        placed = self._scheme.configuration.by_id.get(mapped)
        if placed is None:
            return Target("left_out") if mapped == LEAVE_OUT else Target("unknown")
        is_here = (placed.parent.id if placed.parent else None) == (parent.id if parent else None)
        return Target("mapped" if is_here else "misplaced", placed.label_class)

    def _named(self, name: str, parent: LabelClass | None, kind: str) -> Target:
        found = self.find_class(name, parent, kind)
        return Target("unknown") if found is None else Target("named", found)

    def find_class(self, name: str, parent: LabelClass | None, kind: str) -> LabelClass | None:
        """The class of this name that stands there; of several of one name the one of this kind, or the nearest."""
        by_id = self._scheme.configuration.by_id
        known = self._classes.get(parent.id if parent else None, {})
        named = known.get(name) or known.get(name.lower()) or known.get(key_of(name)) or []
        kinds = (kind, *BECOMES[kind])
        found = min(named, key=lambda one: kinds.index(one.type) if one.type in kinds else len(kinds), default=None)
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
            return Resolved((), {}, tuple(self._refused), 0, {})
        if size_wh is not None:
            medium = scaled(medium, size_wh)
        objects = tuple(self._objects(medium.objects, None, size_wh))
        places: dict[str, Place] = {}
        answers = dict(self._answers(medium.answers, None, places=places))
        return Resolved(objects, answers, tuple(self._refused), self._left_out, places)

    def _refuse(self, place: Place, code: str, message: str, value: str = "") -> None:
        self._refused.append(Fault(place, code, message, value[:80]))

    # --- objects ---

    def _objects(
        self,
        found: tuple[FoundObject, ...],
        parent: LabelClass | None,
        size_wh: tuple[int, int] | None,
        above: str | None = None,
    ) -> Iterator[Drawn]:
        for one in found:
            how, label_class = self.target(one.class_name, parent, kind_of(one.geometry).name, above)
            if how == "left_out":
                self._left_out += 1 + len(one.nested)
            elif label_class is None:
                self._refuse(one.place, "unknown_class", self._unknown_text(one.class_name, parent), one.class_name)
            elif how == "misplaced":
                self._refuse(one.place, "wrong_parent", self._misplaced_text(label_class, parent), one.class_name)
            else:
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
            answers=dict(self._answers(one.answers, label_class, above=one.class_name)),
            nested=tuple(self._objects(one.nested, label_class, size_wh, one.class_name)),
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

    def _misplaced_text(self, label_class: LabelClass, parent: LabelClass | None) -> str:
        home = self._scheme.configuration.by_id[str(label_class.id)].parent
        belongs = f"inside “{home.key}”" if home else "at the root"
        return f"“{label_class.key}” belongs {belongs}, and this is {f'inside “{parent.key}”' if parent else 'not'}."

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

    def question(self, name: str, owner: LabelClass | None, above: str | None = None) -> Question | Literal[""] | None:
        """The question that one of the file becomes, None where there is none, "" where it is left out."""
        mapped = self._mapping.questions
        wanted = mapped.get(f"{above}.{name}") if above is not None else None
        wanted = mapped.get(name, name) if wanted is None else wanted
        if wanted == LEAVE_OUT:
            return ""
        known = self._questions.get(owner.id if owner else None, {})
        return known.get(wanted) or known.get(wanted.lower()) or known.get(key_of(wanted))

    def _answers(
        self,
        found: tuple[FoundAnswer, ...],
        owner: LabelClass | None,
        *,
        above: str | None = None,
        places: dict[str, Place] | None = None,
    ) -> Iterator[tuple[str, Answer]]:
        for one in found:
            question = self.question(one.name, owner, above)
            if question == "":
                self._left_out += 1
                continue
            if question is None:
                where = f"of “{owner.key}”" if owner else "about the medium"
                text = f"There is no question “{one.name[:60]}” {where}."
                self._refuse(one.place, "unknown_question", text, one.name)
                continue
            answer = self._answer(one, question.label_class)
            if answer is not None:
                if places is not None:
                    places[str(question.label_class.id)] = one.place
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
            and self.option(one.value, one.name, question) is None
        ):
            values = tuple(part.strip() for part in one.value.split(",") if part.strip())
        keys = [self.option(value, one.name, question) for value in values]
        if LEAVE_OUT in keys:
            self._left_out += keys.count(LEAVE_OUT)
            keys = [key for key in keys if key != LEAVE_OUT]
            if not keys:
                return None
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

    def option(self, value: str, name: str, question: LabelClass) -> str | None:
        """The option that a value becomes, None where there is none, "" where it is left out."""
        wanted = self._mapping.options.get(f"{name}: {value}", value)
        if wanted == LEAVE_OUT and value:
            return LEAVE_OUT
        for option in question.options:
            if wanted in {option.key, option.name} or wanted.lower() in {option.key.lower(), option.name.lower()}:
                return option.key
        return None


ROUNDING_PX: Final = 1e-3
"""How far a point may lie outside the picture because a format rounds, and is moved to the border in silence."""


BECOMES: Final[dict[str, tuple[str, ...]]] = {
    "point": (),
    "line": (),
    "rectangle": ("polygon", "image_segmentation"),
    "polygon": ("image_segmentation",),
    "image_segmentation": ("polygon",),
}
"""What shapes of a kind may be in a class of another, nothing lost; segments only where they have no holes."""


def converted(geometry: Geometry, kind: str, *, lossy: bool = False) -> Geometry | None:
    """The geometry as another kind, where nothing is lost by it (or `lossy` allows it); None where it cannot be."""
    if kind_of(geometry).name == kind:
        return geometry
    ring = _only_ring(geometry)
    if ring is None:
        return _lessened(geometry, kind) if lossy else None
    if kind == "polygon":
        return Polygon(ring)
    if kind == "image_segmentation":
        return ImageSegmentation((ring,))
    if kind == "rectangle" and (lossy or _is_upright(ring)):
        return Rectangle(*kind_of(geometry).bounds(geometry))
    return None


def _lessened(geometry: Geometry, kind: str) -> Geometry | None:
    """A segment without its holes: its box or its outline."""
    if not isinstance(geometry, ImageSegmentation):
        return None
    if kind == "rectangle":
        return Rectangle(*kind_of(geometry).bounds(geometry))
    return Polygon(geometry.rings[0]) if kind == "polygon" else None


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
