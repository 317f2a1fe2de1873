"""Unite what a file has for a medium with the labels that are there.

Whatever is there already, to the last coordinate and answer, stays untouched with its id, so that the same file a
second time changes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from math import floor
from typing import Final, NamedTuple

from labelwright.exchange.becoming import converted
from labelwright.exchange.found import Place
from labelwright.exchange.resolving import Drawn, Resolved
from labelwright.exchange.shapes import rings_of
from labelwright.model.document import MAX_ANNOTATIONS, Annotation, Answers, Document, Stamp, stamped
from labelwright.model.geometry import Geometry, ImageSegmentation, Point2, Polygon, Rectangle, kind_of
from labelwright.raster import iou
from labelwright.raster.runs import LARGEST_SIDE

MODES: Final = {
    "add": "What the file has comes to what is there.",
    "merge_id": "What the file has replaces what has its id; the rest comes to it.",
    "merge_overlap": "What the file has replaces what has its id or lies in its place; the rest comes to it.",
    "replace": "Only what the file has stays, in the pictures that the file names.",
}
DEFAULT_MODE: Final = "merge_id"
SAME_PLACE: Final = 0.5
"""How much of two boxes has to overlap (intersection over union) for them to be the same object."""

SAME_PX: Final = 1e-6
"""How far apart two coordinates may be and still be one: formats of shares and turned frames lose the last bits."""


class United(NamedTuple):
    """The labels after an import, and where in the file each of its annotations (by id) and answers (by class) is."""

    document: Document
    places: dict[str, Place]
    answer_places: dict[str, Place]


class Uniter:
    """Unites the media of one import."""

    def __init__(self, mode: str, stamp: Stamp, new_id: Callable[[], str]) -> None:
        self._mode, self._stamp, self._new_id = mode, stamp, new_id
        self._fresh: dict[int, str] = {}

    def unite(self, before: Document, resolved: Resolved, *, keep: bool = True) -> United:
        """The labels after the import; without `keep` only what the file has. Raises ValueError for too much."""
        keep = keep and self._mode != "replace"
        there = _There(before, by_place=self._mode == "merge_overlap")
        made: dict[str, Annotation] = {}
        places: dict[str, Place] = {}
        # Ids are the order of labels, also of those that were put into others.
        self._fresh = {turn: self._new_id() for turn in sorted(_turns_without_id(resolved.objects))}
        for drawn in resolved.objects:
            self._take(drawn, None, there, made, places)
        together = {**{a.id: a for a in before.annotations}, **made} if keep else made
        if len(together) > MAX_ANNOTATIONS:
            raise ValueError(f"{len(together)} geometries, more than {MAX_ANNOTATIONS}, would be in one medium.")
        both = dict(sorted({**(before.answers if keep else {}), **resolved.answers}.items()))
        document = Document(annotations=tuple(together[key] for key in sorted(together)), answers=both)
        return United(document, places, resolved.places)

    def _take(
        self,
        drawn: Drawn,
        parent_id: str | None,
        there: "_There",
        made: dict[str, Annotation],
        places: dict[str, Place],
    ) -> None:
        known = there.find(drawn, parent_id)
        if self._mode == "add" and drawn.id in there.ids and not (known and is_same(known, drawn)):
            known, drawn = None, drawn._replace(id=None)
        if drawn.id in made:
            drawn = drawn._replace(id=None)
        annotation = self._annotation(drawn, parent_id, known)
        made[annotation.id], places[annotation.id] = annotation, drawn.place
        for nested in drawn.nested:
            self._take(nested, annotation.id, there, made, places)

    def _annotation(self, drawn: Drawn, parent_id: str | None, known: Annotation | None) -> Annotation:
        if known is not None and is_same(known, drawn):
            return known
        answers: Answers = (
            {**known.answers, **drawn.answers} if known and self._mode == "merge_overlap" else drawn.answers
        )
        fresh = Annotation(
            id=known.id if known else drawn.id or self._fresh.get(drawn.turn) or self._new_id(),
            class_id=str(drawn.label_class.id),
            parent_id=parent_id,
            geometry=drawn.geometry,
            answers=answers,
            z=drawn.z or (known.z if known else 0),
            comment=drawn.comment or (known.comment if known else None),
        )
        return stamped(fresh, self._stamp, was=known)


def is_same(known: Annotation, drawn: Drawn) -> bool:
    """Whether an annotation is what the file has, as far as the file says anything."""
    return (
        _is_same_shape(known.geometry, drawn.geometry)
        and all(known.answers.get(key, _NOT_THERE) == answer for key, answer in drawn.answers.items())
        and (drawn.comment is None or known.comment == drawn.comment)
        and drawn.z in {0, known.z}
    )


def _is_same_shape(known: Geometry, found: Geometry) -> bool:
    """Whether two shapes are one, wherever their rings begin.

    A file's outline of pixels is the shape that has them, and its box the shape that it is around: to whom a format
    had no more to say, it says nothing new.
    """
    if known == found or _is_its_box(known, found):
        return True
    if type(known) is not type(found) or not _is_near(_bounds(known), _bounds(found), _A_PIXEL):
        return False
    if _is_near(_bounds(known), _bounds(found)) and _are_near(_rings(known), _rings(found)):
        return True
    return _is_of_pixels(found) and _covers_the_same(known, found)


def _bounds(geometry: Geometry) -> tuple[float, float, float, float]:
    return kind_of(geometry).bounds(geometry)


_A_PIXEL: Final = 1.0


def _is_its_box(known: Geometry, found: Geometry) -> bool:
    box = converted(found, "rectangle")
    return isinstance(box, Rectangle) and _is_near(_bounds(known), _bounds(box))


def _is_near(one: tuple[float, ...], other: tuple[float, ...], most_px: float = SAME_PX) -> bool:
    return all(abs(a - b) <= most_px for a, b in zip(one, other, strict=True))


def _are_near(one: list[tuple[Point2, ...]], other: list[tuple[Point2, ...]]) -> bool:
    return len(one) == len(other) and all(
        len(a) == len(b) and all(map(_is_near, a, b)) for a, b in zip(one, other, strict=True)
    )


def _rings(geometry: Geometry) -> list[tuple[Point2, ...]]:
    """Rings from their least point on, in the direction of its lesser neighbour, holes in order; else the points."""
    match geometry:
        case Polygon(points=points):
            return [_from_least(points)]
        case ImageSegmentation(rings=rings):
            outline, *holes = map(_from_least, rings)
            return [outline, *sorted(holes)]
    return [tuple(kind_of(geometry).place(geometry))]


def _from_least(ring: tuple[Point2, ...]) -> tuple[Point2, ...]:
    start = ring.index(min(ring))
    onward = (*ring[start:], *ring[:start])
    back = (onward[0], *reversed(onward[1:]))
    return min(onward, back)


def _is_of_pixels(geometry: Geometry) -> bool:
    """Whether an outline runs along the borders of pixels, as one that was read from a mask does."""
    if not isinstance(geometry, (Polygon, ImageSegmentation)):
        return False
    rings = rings_of(geometry)
    return all(x == int(x) and y == int(y) for ring in rings for x, y in ring) and all(map(_is_stepped, rings))


def _is_stepped(ring: tuple[Point2, ...]) -> bool:
    """Whether sides go across or down alone, but for bridges, which go back where they came."""
    sides = set(zip(ring, (*ring[1:], ring[0]), strict=True))
    return all(x == u or y == v or ((u, v), (x, y)) in sides for (x, y), (u, v) in sides)


def _covers_the_same(one: Geometry, other: Geometry) -> bool:
    corners = [_bounds(geometry) for geometry in (one, other)]
    size_wh = (int(max(x + w for x, _, w, _ in corners)) + 2, int(max(y + h for _, y, _, h in corners)) + 2)
    return max(size_wh) <= LARGEST_SIDE and iou([rings_of(one)], [rings_of(other)], size_wh) == 1.0


_NOT_THERE: Final = object()


def _turns_without_id(objects: tuple[Drawn, ...]) -> Iterator[int]:
    for drawn in objects:
        if drawn.id is None:
            yield drawn.turn
        yield from _turns_without_id(drawn.nested)


class _There:
    """The annotations that are there, each of which is found once at the most."""

    def __init__(self, document: Document, *, by_place: bool) -> None:
        self._by_id = {a.id: a for a in document.annotations}
        self.ids = frozenset(self._by_id)
        self._by_corner: dict[tuple[str, str | None, int, int], list[Annotation]] = defaultdict(list)
        self._by_class: dict[tuple[str, str | None], list[Annotation]] = defaultdict(list)
        self._by_place = by_place
        for annotation in document.annotations:
            for corner in _corners(annotation.geometry):
                self._by_corner[annotation.class_id, annotation.parent_id, *corner].append(annotation)
            self._by_class[annotation.class_id, annotation.parent_id].append(annotation)

    def find(self, drawn: Drawn, parent_id: str | None) -> Annotation | None:
        """By id, else by the very same shape and answers, else (merging) by place; it is not found again."""
        if not self._by_id:
            return None
        class_id = str(drawn.label_class.id)
        known = self._by_id.get(drawn.id) if drawn.id else None
        if known is not None and (known.class_id, known.parent_id) == (class_id, parent_id):
            return self._taken(known)
        x, y, *_ = kind_of(drawn.geometry).bounds(drawn.geometry)
        near = self._by_corner.get((class_id, parent_id, floor(x), floor(y)), ())
        if (same := self._same(near, drawn)) is not None:
            return self._taken(same)
        if self._by_place and (nearest := self._nearest(drawn, class_id, parent_id)) is not None:
            return self._taken(nearest)
        return None

    def _same(self, near: Iterable[Annotation], drawn: Drawn) -> Annotation | None:
        left = [one for one in near if one.id in self._by_id]
        same = next((one for one in left if is_same(one, drawn)), None)
        if same is None and self._by_place:
            same = next((one for one in left if _is_same_shape(one.geometry, drawn.geometry)), None)
        return same

    def _nearest(self, drawn: Drawn, class_id: str, parent_id: str | None) -> Annotation | None:
        best, most = None, SAME_PLACE
        for candidate in self._by_class.get((class_id, parent_id), ()):
            if candidate.id in self._by_id and (overlap := box_iou(candidate.geometry, drawn.geometry)) > most:
                best, most = candidate, overlap
        return best

    def _taken(self, annotation: Annotation) -> Annotation:
        return self._by_id.pop(annotation.id)


def _corners(geometry: Geometry) -> set[tuple[int, int]]:
    """The pixels in which the first corner of its box lies, or would with the slack of `SAME_PX`."""
    x, y, *_ = kind_of(geometry).bounds(geometry)
    return {(floor(x + dx), floor(y + dy)) for dx in (-SAME_PX, SAME_PX) for dy in (-SAME_PX, SAME_PX)}


def box_iou(one: Geometry, other: Geometry) -> float:
    """Intersection over union of the boxes around two geometries; 1 for points at one place."""
    (x, y, w, h), (u, v, q, r) = kind_of(one).bounds(one), kind_of(other).bounds(other)
    if not w * h or not q * r:
        return 1.0 if (x, y, w, h) == (u, v, q, r) else 0.0
    across = min(x + w, u + q) - max(x, u)
    down = min(y + h, v + r) - max(y, v)
    shared = max(across, 0.0) * max(down, 0.0)
    return shared / (w * h + q * r - shared)
