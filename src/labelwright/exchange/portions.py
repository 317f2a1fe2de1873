"""Some tasks at a time in columns, as far as their labels are plain: most are polygons and rectangles without holes.

A polygon of 20 points costs a tenth of an object with all its points so. What files want of a shape does not change
until somebody changes the shape: it may be kept as text, and costs a hundredth then (`measured`).
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.numerals import Floats, numbers_text, rows_text
from labelwright.exchange.outlines import Outlines
from labelwright.exchange.plain import (
    Box,
    Columns,
    More,
    Outline,
    PlainAnnotation,
    PlainGeometry,
    are_plain,
    kind_name,
    more_of,
    plain_of,
)
from labelwright.exchange.source import TaskLabels
from labelwright.model.canonical import encoded

Value = TypeVar("Value")
RULE: Final = 1
"""Grows when rows are made in another way, so that what was kept does not count any more."""
_NUMBERS: Final = msgspec.json.Decoder(list[float])
_BOX: Final = kind_name(Box)


class Portion:
    """Some tasks in a row, and their plain annotations in columns.

    A task that holds something else, or has no room, needs a closer look: nothing of it is in the columns. `more` has
    what few annotations have, by their places.
    """

    def __init__(self, tasks: Sequence[TaskLabels], has_room: Callable[[TaskLabels], bool]) -> None:
        self.tasks = tasks
        fresh = {at: task.plain.annotations for at, task in enumerate(tasks) if task.columns is None and has_room(task)}
        if not are_plain([one for found in fresh.values() for one in found]):
            fresh = {at: found for at, found in fresh.items() if are_plain(found)}
        self._is_plain = [at in fresh or (task.columns is not None and has_room(task)) for at, task in enumerate(tasks)]
        known = [task.columns for task in self.plain_tasks]
        self.more: Mapping[int, More | PlainAnnotation]
        if any(fresh.values()):
            annotations = [one for task in self.plain_tasks for one in task.plain.annotations]
            self.counts = [len(task.plain.annotations) for task in self.plain_tasks]
            self.ids = [one.id for one in annotations]
            self.class_ids = [one.class_id for one in annotations]
            self.more = {at: one for at, one in enumerate(annotations) if one.answers or one.z or one.comment}
            self.shapes = Shapes([one.geometry for one in annotations])
        else:
            self.counts = [len(columns.ids) if columns is not None else 0 for columns in known]
            columns = _together([columns for columns in known if columns is not None])
            self.ids, self.class_ids, self.more = columns.ids, columns.class_ids, more_of(columns)
            self.shapes = Shapes(columns)

    @property
    def is_plain(self) -> bool:
        """Whether no task needs a closer look."""
        return all(self._is_plain)

    @cached_property
    def plain_tasks(self) -> list[TaskLabels]:
        return list(itertools.compress(self.tasks, self._is_plain))

    @cached_property
    def owners(self) -> list[TaskLabels]:
        """The task of each plain annotation."""
        return list(self.of_each(self.plain_tasks))

    def of_each(self, values: Iterable[Value]) -> Iterator[Value]:
        """For every plain annotation the value of its task; `values` are those of the plain tasks."""
        return itertools.chain.from_iterable(map(itertools.repeat, values, self.counts))

    def by_task(self, values: Iterable[Value]) -> Iterator[tuple[TaskLabels, list[Value] | None]]:
        """Each task with the values of its annotations, None with one that needs a closer look."""
        walk, counts = iter(values), iter(self.counts)
        for task, is_plain in zip(self.tasks, self._is_plain, strict=True):
            yield task, list(itertools.islice(walk, next(counts))) if is_plain else None


def _together(columns: Sequence[Columns]) -> Columns:
    parts = zip(*columns, strict=True) if columns else itertools.repeat((), len(Columns._fields))
    return Columns(*(list(itertools.chain.from_iterable(part)) for part in parts))


def measured(documents: Sequence[bytes]) -> list[bytes]:
    """The rows of each document, one for each annotation; nothing where one is not plain."""
    drawn = [plain_of(document).annotations for document in documents]
    plain = [annotations if are_plain(annotations) else [] for annotations in drawn]
    together = list(itertools.chain.from_iterable(plain))
    shapes = Shapes([one.geometry for one in together])
    lines = Columns(
        kinds=shapes.kinds,
        ids=[one.id for one in together],
        class_ids=[one.class_id for one in together],
        measures=shapes.measures(),
        rings=shapes.rings(),
        more=[_more(one) for one in together],
    ).rows()
    return ["\n".join(itertools.islice(lines, len(found))).encode() for found in plain]


def _more(one: PlainAnnotation) -> str:
    if not (one.answers or one.z or one.comment):
        return ""
    return encoded(More(one.answers, one.z, one.comment)).decode()


class Shapes:
    """Plain shapes in columns, one row for each: their columns where these are known, else measured when asked."""

    def __init__(self, given: Columns | Sequence[PlainGeometry]) -> None:
        self._known = given if isinstance(given, Columns) else None
        self._shapes = () if isinstance(given, Columns) else given
        self.kinds = given.kinds if isinstance(given, Columns) else [kind_name(type(shape)) for shape in given]
        self.is_box: NDArray[np.bool_] = np.array([kind == _BOX for kind in self.kinds], dtype=bool)

    @cached_property
    def outlines(self) -> Outlines:
        """Everything but boxes."""
        if self._known is not None:
            rings = zip(self.kinds, self._known.rings, strict=True)
            return Outlines([ring.encode() for kind, ring in rings if kind != _BOX])
        return Outlines(
            [
                shape.points if type(shape) is Outline else bytes(shape.rings)[1:-1]  # type: ignore[union-attr]
                for shape in self._shapes
                if type(shape) is not Box
            ]
        )

    @cached_property
    def _boxes(self) -> Floats:
        if self._known is not None:
            boxes: Floats = self.bounds[self.is_box]
            return boxes
        return np.array([(s.x, s.y, s.w, s.h) for s in self._shapes if type(s) is Box]).reshape(-1, 4)

    def __len__(self) -> int:
        return len(self.is_box)

    def measures(self, between: str = ";") -> list[str]:
        """Box and area of each, `x,y,w,h;area`."""
        if not len(self):
            return []
        if self._known is not None:
            return "\n".join(self._known.measures).replace(";", between).split("\n")
        texts = zip(rows_text(self.bounds), numbers_text(self.areas), strict=True)
        return [f"{box}{between}{area}" for box, area in texts]

    @cached_property
    def _rows(self) -> Floats:
        """What `measures` say, (n, 5)."""
        assert self._known is not None
        values = _NUMBERS.decode(f"[{','.join(self._known.measures).replace(';', ',')}]")
        return np.fromiter(values, np.float64, len(values)).reshape(-1, 5)

    @cached_property
    def bounds(self) -> Floats:
        """Left, top, width and height of each, (n, 4)."""
        if self._known is not None:
            return self._rows[:, :4]
        found = np.empty((len(self), 4))
        found[self.is_box] = self._boxes
        found[~self.is_box] = self.outlines.bounds
        return found + 0.0  # no minus zero

    @cached_property
    def areas(self) -> Floats:
        """Square pixels of each, (n,)."""
        if self._known is not None:
            return self._rows[:, 4]
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
        if self._known is not None:
            if box is None:
                return self._known.rings
            return [box if kind == _BOX else ring for kind, ring in zip(self.kinds, self._known.rings, strict=True)]
        boxes = [box] * len(self._boxes) if box is not None else self._corners()
        return self.merged(boxes, self.outlines.lines)

    def _corners(self) -> list[str]:
        x, y, w, h = self._boxes.T
        edges = (text.split(",") for text in rows_text(np.stack((x, y, x + w, y + h), axis=1)))
        return [f"{left},{top},{right},{top},{right},{low},{left},{low}" for left, top, right, low in edges]

    @property
    def box_corners(self) -> Floats:
        """The corners of boxes alone, x and y in turn, from the top left one, clockwise, (n, 8)."""
        x, y, w, h = self._boxes.T
        return np.stack((x, y, x + w, y, x + w, y + h, x, y + h), axis=1)
