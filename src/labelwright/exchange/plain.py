"""Labels decoded no further than flat shapes need them, and measured many at a time.

Most labels are polygons and rectangles without holes or anything nested. Their stored text is nearly what files want:
it is cut and joined as text, and numbers are computed in columns. A polygon of 20 points costs a tenth of an object
with all its points so. What comes out is the same to the last digit as from `area_of` and from `model.geometry`.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.areas import area_of
from labelwright.exchange.crossing import are_stars, cross_themselves
from labelwright.model.canonical import encoded
from labelwright.model.document import Answers, Document
from labelwright.model.geometry import Polygon

if TYPE_CHECKING:
    from labelwright.exchange.source import TaskLabels

Floats = NDArray[np.float64]
Value = TypeVar("Value")
AT_ONCE: Final = 64
"""Tasks that are measured together: enough to make the work of each call small, few enough to stay in the cache."""


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


PlainKind = type[Outline] | type[Box] | type[Segment] | type[Spot] | type[Stroke]


def kind_name(kind: PlainKind) -> str:
    """What the kind is called in documents."""
    return str(kind.__struct_config__.tag)


class PlainAnnotation(msgspec.Struct, rename="camel", gc=False):
    """An annotation without its history; outlines are still text."""

    id: str
    class_id: str
    geometry: Outline | Box | Segment | Spot | Stroke
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


class PlainDocument(msgspec.Struct, gc=False):
    annotations: list[PlainAnnotation]
    answers: Answers = {}


_HOLE: Final = b"]],[["
_FLAT: Final = {Outline, Box}
_PLAIN: Final = msgspec.json.Decoder(PlainDocument)
_ANSWERS: Final = msgspec.json.Decoder(msgspec.defstruct("_Answers", [("answers", Answers, {})]))
_NUMBERS: Final = msgspec.json.Decoder(list[float])
_UNANSWERED: Final = b'"answers":{}}'


def plain_of(content: Document | bytes | memoryview) -> PlainDocument:
    """Decode a document as far as it goes here."""
    return _PLAIN.decode(encoded(content) if isinstance(content, Document) else content)


def answers_of(content: Document | bytes | memoryview) -> Answers:
    """The answers about the medium; the last thing in a stored document."""
    if isinstance(content, Document):
        return content.answers
    if bytes(content[-len(_UNANSWERED) :]) == _UNANSWERED:
        return {}
    found: Any = _ANSWERS.decode(content)
    return dict(found.answers)


class Portion:
    """Some tasks in a row. `plain` has the annotations of each, None for a task that needs a closer look.

    `annotations` are all plain ones in order, `shapes` their shapes.
    """

    def __init__(self, tasks: Sequence["TaskLabels"], plain: list[list[PlainAnnotation] | None]) -> None:
        self.tasks, self.plain = tasks, plain
        self.annotations = [one for found in plain if found for one in found]
        self.shapes = Shapes(self.annotations)

    @property
    def is_plain(self) -> bool:
        """Whether no task needs a closer look."""
        return None not in self.plain

    @cached_property
    def plain_tasks(self) -> list["TaskLabels"]:
        return [task for task, found in zip(self.tasks, self.plain, strict=True) if found is not None]

    @cached_property
    def counts(self) -> list[int]:
        """How many annotations each of the plain tasks has."""
        return [len(found) for found in self.plain if found is not None]

    @cached_property
    def owners(self) -> list["TaskLabels"]:
        """The task of each plain annotation."""
        return list(self.of_each(self.plain_tasks))

    def of_each(self, values: Iterable[Value]) -> Iterator[Value]:
        """For every plain annotation the value of its task; `values` are those of the plain tasks."""
        return itertools.chain.from_iterable(map(itertools.repeat, values, self.counts))

    def by_task(self, values: Iterable[Value]) -> Iterator[tuple["TaskLabels", list[Value] | None]]:
        """Each task with the values of its annotations, None with one that needs a closer look."""
        walk = iter(values)
        for task, found in zip(self.tasks, self.plain, strict=True):
            yield task, None if found is None else list(itertools.islice(walk, len(found)))


def portion_of(tasks: Sequence["TaskLabels"], has_room: Callable[["TaskLabels"], bool]) -> Portion:
    """Look at tasks in columns. A task that has something else than plain shapes, or no room, is not measured."""
    plain = [task.plain.annotations if has_room(task) else None for task in tasks]
    if not _are_plain([one for found in plain if found for one in found]):
        plain = [found if found is not None and _are_plain(found) else None for found in plain]
    return Portion(tasks, plain)


def _are_plain(annotations: list[PlainAnnotation]) -> bool:
    kinds = {type(one.geometry) for one in annotations}
    if kinds <= _FLAT and not any([one.parent_id for one in annotations]):  # noqa: C419 - half the time
        return True
    return all([one.is_plain for one in annotations])  # noqa: C419


class Shapes:
    """Plain shapes in columns, one row for each annotation."""

    def __init__(self, annotations: Sequence[PlainAnnotation]) -> None:
        shapes = [one.geometry for one in annotations]
        self.kinds = [type(shape) for shape in shapes]
        self.is_box: NDArray[np.bool_] = np.array([kind is Box for kind in self.kinds], dtype=bool)
        self._boxes = np.array([(s.x, s.y, s.w, s.h) for s in shapes if type(s) is Box]).reshape(-1, 4)
        self.outlines = Outlines(
            [
                shape.points if type(shape) is Outline else bytes(shape.rings)[1:-1]  # type: ignore[union-attr]
                for shape in shapes
                if type(shape) is not Box
            ]
        )

    def __len__(self) -> int:
        return len(self.is_box)

    @cached_property
    def bounds(self) -> Floats:
        """Left, top, width and height of each, (n, 4)."""
        found = np.empty((len(self), 4))
        found[self.is_box] = self._boxes
        found[~self.is_box] = self.outlines.bounds
        return found + 0.0  # no minus zero

    @cached_property
    def areas(self) -> Floats:
        """Square pixels of each, (n,)."""
        found = np.empty(len(self))
        found[self.is_box] = self._boxes[:, 2] * self._boxes[:, 3]
        found[~self.is_box] = self.outlines.areas
        return found

    @property
    def box_losses(self) -> Floats:
        """How much of its box each does not cover, (n,)."""
        box = self.bounds[:, 2] * self.bounds[:, 3]
        covered: Floats = np.divide(self.areas, box, out=np.zeros(len(self)), where=box != 0)
        return 1 - np.minimum(covered, 1.0)

    def merged(self, boxes: Sequence[Value], others: Sequence[Value]) -> list[Value]:
        """Values of boxes and of outlines, each in their order, in the order of all."""
        found = np.empty(len(self), dtype=object)
        found[self.is_box], found[~self.is_box] = boxes, others
        in_order: list[Value] = found.tolist()
        return in_order

    def rings(self, box: str | None = None) -> list[str]:
        """The points of each, `x,y,x,y,...`; of a box `box`, or its corners from the top left one, clockwise."""
        boxes = [box] * len(self._boxes) if box is not None else self._corners()
        return self.merged(boxes, self.outlines.lines)

    def _corners(self) -> list[str]:
        return rows_text(self.box_corners)

    @property
    def box_corners(self) -> Floats:
        """The corners of boxes alone, x and y in turn, from the top left one, clockwise, (n, 8)."""
        x, y, w, h = self._boxes.T
        return np.stack((x, y, x + w, y, x + w, y + h, x, y + h), axis=1)


class Outlines:
    """Rings of points. `lines` are their texts, `x,y,x,y,...`, numbers in their shortest form."""

    def __init__(self, texts: Sequence[bytes | msgspec.Raw]) -> None:
        flat = b"\n".join(texts).translate(None, b"[]")
        self.lines = _shortest(flat + b"\n").split("\n")[:-1]
        if not texts:
            self.lines.clear()
        numbers = _NUMBERS.decode(b"[%b]" % flat.replace(b"\n", b","))
        self.points: Floats = np.fromiter(numbers, np.float64, len(numbers)).reshape(-1, 2)
        counts = [(line.count(",") + 1) >> 1 for line in self.lines]
        self.counts: NDArray[np.int64] = np.array(counts, dtype=np.int64)
        self.ends: NDArray[np.int64] = np.cumsum(self.counts)
        self.starts = self.ends - self.counts

    @cached_property
    def bounds(self) -> Floats:
        """Left, top, width and height of each."""
        if not self.lines:
            return np.empty((0, 4))
        least = np.minimum.reduceat(self.points, self.starts)
        most = np.maximum.reduceat(self.points, self.starts)
        return np.concatenate((least, most - least), axis=1)

    @cached_property
    def areas(self) -> Floats:
        """Square pixels of each, as `area_of` has them, step by step in its order."""
        if not self.lines:
            return np.empty(0)
        before, last = np.arange(-1, len(self.points) - 1), self.ends - 1
        before[self.starts] = last
        sides = self.points - self.points[before]
        from_first = (self.points - np.repeat(self.points[self.starts], self.counts, axis=0))[before]
        areas = np.abs(self._summed(from_first[:, 0] * sides[:, 1] - sides[:, 0] * from_first[:, 1])) / 2
        is_simple = self._is_once_round(sides, before) & (self.counts <= _MOST_POINTS) & ~self._is_repeating()
        is_star = are_stars(self.points, before, self.starts, self.counts)
        is_simple &= is_star | ~self._cross_themselves(is_simple & ~is_star)
        for at in np.flatnonzero(~is_simple).tolist():
            ring = self.points[self.starts[at] : self.ends[at]].tolist()
            areas[at] = area_of(Polygon(tuple((x, y) for x, y in ring)))
        return areas

    def _cross_themselves(self, asked: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether each crosses itself; of those that are not asked for, no."""
        found = np.zeros(len(self.counts), dtype=bool)
        for count in np.unique(self.counts[asked]).tolist():
            at = np.flatnonzero(asked & (self.counts == count))
            found[at] = cross_themselves(self.points[self.starts[at][:, None] + np.arange(count)])
        return found

    def _is_once_round(self, sides: Floats, before: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each turns four quarters in all and has no side without length, as rings do that cross nowhere."""
        there = _quadrants(sides)
        turn = (there - there[before]) & 3
        quarters = np.where(turn == 3, np.int8(-1), turn)
        back = np.flatnonzero(turn == 2)
        (dx, dy), (ux, uy) = sides[back].T, sides[before[back]].T
        quarters[back] = np.where(ux * dy > uy * dx, 2, -2)
        total: NDArray[np.int64] = np.add.reduceat(quarters, self.starts, dtype=np.int64)
        whole: NDArray[np.bool_] = np.logical_and.reduceat((sides[:, 0] != 0) | (sides[:, 1] != 0), self.starts)
        once: NDArray[np.bool_] = np.abs(total) == 4
        return whole & once

    def _is_repeating(self) -> NDArray[np.bool_]:
        """Whether a point may occur twice in each: whether two of them are in one place on a skew line."""
        places = np.sort(self._padded(self.points[:, 0] * _SKEW + self.points[:, 1], np.nan), axis=1)
        found: NDArray[np.bool_] = np.any(places[:, 1:] == places[:, :-1], axis=1)
        return found

    def _summed(self, terms: Floats) -> Floats:
        """The sum of each, one term after another: other orders round in other ways."""
        sums = np.zeros(len(self.counts))
        for column in np.ascontiguousarray(self._padded(terms, 0.0).T):
            sums += column
        return sums

    def _padded(self, values: Floats, filling: float) -> Floats:
        """The values of each in a row of its own, as many as the longest has or _MOST_POINTS."""
        places = np.arange(min(int(self.counts.max()), _MOST_POINTS))
        if self.counts.min() == self.counts.max() == len(places):
            return values.reshape(-1, len(places))
        inside = places < self.counts[:, None]
        return np.where(inside, values[np.where(inside, self.starts[:, None] + places, 0)], filling)


_MOST_POINTS: Final = 256
_SKEW: Final = 0.618033988749895


def _quadrants(sides: Floats) -> NDArray[np.int8]:
    """The quarter of directions, from 0 to 3, that each side points into."""
    dx, dy = sides.T
    upper = (dy > 0) | ((dy == 0) & (dx > 0))
    return np.where(upper, np.where(dx > 0, np.int8(0), np.int8(1)), np.where(dx < 0, np.int8(2), np.int8(3)))


def rows_text(rows: Floats) -> list[str]:
    """The numbers of each row, joined by commas, each in its shortest form."""
    return _shortest(encoded(rows.tolist()))[2:-2].split("],[") if len(rows) else []


def numbers_text(values: Floats) -> list[str]:
    """Each number in its shortest form."""
    return _shortest(encoded(values.tolist()))[1:-1].split(",") if len(values) else []


def decimal_rows(values: Floats, ends: NDArray[np.int64]) -> list[str]:
    """Numbers as `repr` has them, without `.0`, each row (up to its end) joined by blanks."""
    if not len(ends):
        return []
    flat, bounds = values.tolist(), [0, *ends.tolist()]
    rows = [flat[start:end] for start, end in itertools.pairwise(bounds)]
    texts = _shortest(encoded(rows))[2:-2].replace(",", " ").split("] [")
    is_tiny = (np.abs(values) < _TINY) & (values != 0)  # here the two write powers of ten in other ways
    for row in set(np.searchsorted(ends, np.flatnonzero(is_tiny), side="right").tolist()):
        texts[row] = " ".join(str(int(value)) if value == int(value) else repr(value) for value in rows[row])
    return texts


_TINY: Final = 1e-4


def _shortest(text: bytes) -> str:
    """Numbers without `.0` before a comma, a bracket or the end of a line; `replace` took three times as long."""
    signs = np.frombuffer(text, dtype=np.uint8)
    behind = signs[2:]
    is_end = (behind == ord(",")) | (behind == ord("]")) | (behind == ord("\n"))
    whole = np.flatnonzero((signs[:-2] == ord(".")) & (signs[1:-1] == ord("0")) & is_end)
    if len(whole):
        is_kept = np.ones(len(signs), dtype=np.bool_)
        is_kept[whole] = is_kept[whole + 1] = False
        text = signs[is_kept].tobytes()
    return text.decode()
