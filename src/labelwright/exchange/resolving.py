"""Bring what a file says under a configuration: its classes, questions and options become ours, or it says why not.

A class is found by the mapping that somebody confirmed, else by its export key, else by its name. Nothing is guessed
beyond that, and nothing is changed in a way that loses anything: a polygon becomes a segment and back, a rectangle
becomes a polygon; a polygon becomes a rectangle only when the mapping says so.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from labelwright.exchange.answering import Answering, Left
from labelwright.exchange.becoming import BECOMES, converted
from labelwright.exchange.calling import RANKS, key_of, names_of
from labelwright.exchange.found import Fault, FoundAnswer, FoundMedium, FoundObject, Place, scaled
from labelwright.exchange.mapping import LEAVE_OUT, ClassMapping, class_names
from labelwright.exchange.source import Scheme
from labelwright.model.configuration import Configuration, LabelClass, Placed
from labelwright.model.document import MAX_COMMENT, Answers
from labelwright.model.geometry import Geometry, kind_of
from labelwright.model.ids import is_uuid

Box = tuple[float, float, float, float]


class Drawn(NamedTuple):
    """An object under our configuration. `id` is None when the file has none; what is nested stands inside.

    `turn` counts the objects as they follow one another in the file, wherever they are nested.
    """

    label_class: LabelClass
    geometry: Geometry
    answers: Answers
    nested: "tuple[Drawn, ...]"
    id: str | None
    comment: str | None
    z: int
    place: Place
    turn: int


class Resolved(NamedTuple):
    """What a file has for one medium, under our configuration. `not_kept` are asides, and why."""

    objects: tuple[Drawn, ...]
    answers: Answers
    refused: tuple[Fault, ...]
    left_out: int
    places: dict[str, Place]
    not_kept: tuple[tuple[FoundAnswer, str], ...] = ()


class Target(NamedTuple):
    """What objects of the file become. `how`: mapped, named, left_out, unknown, or misplaced (in another parent)."""

    how: str
    label_class: LabelClass | None = None


class Resolver:
    """Resolves the media of one import."""

    def __init__(self, configuration: Configuration, mapping: ClassMapping, *, out_of_bounds: str = "refuse") -> None:
        self._scheme = Scheme(configuration)
        self._mapping = mapping
        self._out_of_bounds = out_of_bounds
        self._classes: dict[str | None, dict[str, list[LabelClass]]] = defaultdict(lambda: defaultdict(list))
        shapes = [p for p in configuration.by_id.values() if p.label_class.is_geometry]
        for rank in range(RANKS):
            for placed in shapes:
                named = self._classes[placed.parent.id if placed.parent else None][names_of(placed.label_class)[rank]]
                if placed.label_class not in named:
                    named.append(placed.label_class)
        self._dotted = {name: configuration.by_id[key] for key, name in self._scheme.names().items()}
        for name, placed in list(self._dotted.items()):
            self._dotted.setdefault(name.replace(" ", "_"), placed)
        self._answering = Answering(self._scheme, mapping)
        self.question, self.option = self._answering.question, self._answering.option
        self._orphans: list[tuple[FoundObject, Placed, int]] = []
        self._turn = 0
        self._targets: dict[tuple[str, str | None, str, str | None], Target] = {}

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
        known = self._classes.get(parent.id if parent else None, {})
        # What people cannot see in a name is no reason to take it for another one.
        alike = known.get(key_of(name)) if name.isprintable() else None
        named = known.get(name) or known.get(name.lower()) or alike or []
        kinds = (kind, *BECOMES[kind])
        found = min(named, key=lambda one: kinds.index(one.type) if one.type in kinds else len(kinds), default=None)
        if found is None and (dotted := self._dotted.get(name)) is not None and dotted.parent == parent:
            return dotted.label_class
        return found

    def resolve(self, medium: FoundMedium, size_wh: tuple[int, int] | None) -> Resolved:
        """Everything of one medium; what does not fit is refused with its place."""
        self._answering.left, self._orphans = (left := Left()), []
        if medium.is_relative and size_wh is None:
            text = "The file has shares of the picture's sides, and the picture has not been read yet."
            self._refuse(medium.place, "no_size", text, medium.path)
            return Resolved((), {}, tuple(left.refused), 0, {})
        if size_wh is not None:
            medium = scaled(medium, size_wh)
        objects = list(self._objects(medium.objects, None, size_wh))
        self._adopt(objects, size_wh)
        places: dict[str, Place] = {}
        answers: Answers = dict(self._answering.answers(medium.answers, None, places=places))
        if medium.asides:
            answers = self._answering.with_asides(answers, medium.asides, None, places=places)
        return Resolved(tuple(objects), answers, tuple(left.refused), left.left_out, places, tuple(left.not_kept))

    def _refuse(self, place: Place, code: str, message: str, value: str = "") -> None:
        self._answering.left.refuse(place, code, message, value)

    # --- objects ---

    def _objects(
        self,
        found: tuple[FoundObject, ...],
        parent: LabelClass | None,
        size_wh: tuple[int, int] | None,
        above: str | None = None,
    ) -> Iterator[Drawn]:
        for one in found:
            self._turn += 1
            turn = self._turn
            how, label_class = self.target(one.class_name, parent, kind_of(one.geometry).name, above)
            if how == "left_out":
                self._answering.left.left_out += 1 + len(one.nested)
            elif label_class is None:
                self._leave(one, parent)
            elif how == "misplaced":
                self._refuse(one.place, "wrong_parent", self._misplaced_text(label_class, parent), one.class_name)
                self._refuse_nested(one)
            elif (geometry := self._geometry(one, label_class, size_wh)) is not None:
                yield self._drawn(one, label_class, geometry, (size_wh, turn))
            else:
                self._refuse_nested(one)

    def _leave(self, one: FoundObject, parent: LabelClass | None) -> None:
        """Keep an object of a nested class that stands alone for later, and refuse one of no class."""
        nested = self._dotted.get(one.class_name) if parent is None else None
        if nested is not None and nested.parent is not None:
            self._orphans.append((one, nested, self._turn))
        else:
            self._refuse(one.place, "unknown_class", self._unknown_text(one.class_name, parent), one.class_name)
            self._refuse_nested(one)

    def _refuse_nested(self, one: FoundObject) -> None:
        for child in one.nested:
            self._refuse(child.place, "parent_refused", "It goes with what it is nested in.", child.class_name)

    def _adopt(self, objects: list[Drawn], size_wh: tuple[int, int] | None) -> None:
        """Put what formats without nesting wrote beside its parent into the only object that it can have stood in."""
        for one, nested, turn in self._orphans:
            boxes = {n: kind_of(o.geometry).bounds(o.geometry) for n, o in enumerate(objects)}
            homes = {n: box for n, box in boxes.items() if objects[n].label_class == nested.parent}
            around = _around(homes, kind_of(one.geometry).bounds(one.geometry))
            if len(around) != 1:
                assert nested.parent is not None
                text = f"“{one.class_name[:60]}” belongs inside a “{nested.parent.key}”; {len(around)} lie around it."
                self._refuse(one.place, "no_parent" if not around else "several_parents", text, one.class_name)
                continue
            geometry = self._geometry(one, nested.label_class, size_wh)
            if geometry is not None:
                above = objects[around[0]]
                child = self._drawn(one, nested.label_class, geometry, (size_wh, turn))
                objects[around[0]] = above._replace(nested=(*above.nested, child))

    def _drawn(
        self,
        one: FoundObject,
        label_class: LabelClass,
        geometry: Geometry,
        there: tuple[tuple[int, int] | None, int],
    ) -> Drawn:
        size_wh, turn = there
        comment = one.comment
        if comment and len(comment) > MAX_COMMENT:
            self._refuse(one.place, "comment_too_long", f"The comment has more than {MAX_COMMENT} characters.", comment)
            comment = None
        return Drawn(
            label_class=label_class,
            geometry=geometry,
            answers=self._answers(one, label_class) if one.answers or one.asides else {},
            nested=tuple(self._objects(one.nested, label_class, size_wh, one.class_name)) if one.nested else (),
            id=one.id if one.id is not None and is_uuid(one.id) else None,
            comment=comment or None,
            z=one.z,
            place=one.place,
            turn=turn,
        )

    def _answers(self, one: FoundObject, label_class: LabelClass) -> Answers:
        found: Answers = dict(self._answering.answers(one.answers, label_class, above=one.class_name))
        return self._answering.with_asides(found, one.asides, label_class, above=one.class_name)

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
        found = kind_of(one.geometry).name
        if one.otherwise is not None and kind_of(one.otherwise).name == label_class.type:
            geometry: Geometry | None = one.otherwise
        elif self._has_fault(one.geometry, one, label_class):
            return None
        else:
            geometry = converted(one.geometry, label_class.type, lossy=self._mapping.lossy)
        if geometry is None:
            text = f"“{label_class.key}” takes a {label_class.type}, the file has a {found}."
            self._refuse(one.place, "wrong_geometry", text, one.class_name)
            return None
        if self._has_fault(geometry, one, label_class):
            return None
        if size_wh is None or _is_inside(geometry, size_wh):
            return geometry
        return self._bounded(one, geometry, size_wh)

    def _has_fault(self, geometry: Geometry, one: FoundObject, label_class: LabelClass) -> bool:
        """Whether a geometry breaks the rules of its kind, and is refused for it."""
        kind = kind_of(geometry)
        for place, code, message in kind.faults(geometry)[:1]:
            self._refuse(one.place, code, f"The {kind.name} of “{label_class.key}” {message}", place)
            return True
        return False

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


ROUNDING_PX: Final = 1e-3
"""How far a point may lie outside the picture because a format rounds, and is moved to the border in silence."""


def _is_inside(geometry: Geometry, size_wh: tuple[int, int]) -> bool:
    width, height = size_wh
    xs, ys = zip(*kind_of(geometry).place(geometry), strict=True)
    return bool(min(xs) >= 0 and max(xs) <= width and min(ys) >= 0 and max(ys) <= height)


def _overshoot(geometry: Geometry, size_wh: tuple[int, int]) -> float:
    width, height = size_wh
    return max(max(-x, x - width, -y, y - height) for x, y in kind_of(geometry).place(geometry))


def _around(homes: dict[int, Box], inner: Box) -> list[int]:
    """Which boxes a box lies in, but for what formats round; where it lies in none, which its middle lies in."""
    x, y, w, h = inner
    wholly = [n for n, box in homes.items() if _overhang(box, inner) <= ROUNDING_PX]
    return wholly or [n for n, box in homes.items() if _overhang(box, (x + w / 2, y + h / 2, 0, 0)) <= 0]


def _overhang(outer: Box, inner: Box) -> float:
    (left, top, w, h), (x, y, wide, high) = outer, inner
    return max(left - x, top - y, x + wide - left - w, y + high - top - h)
