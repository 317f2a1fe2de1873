"""Some tasks at a time in columns, as far as their labels are plain: most are polygons and rectangles without holes.

A polygon of 20 points costs a tenth of an object with all its points so. What is measured of a shape does not change
until somebody changes the shape: it may be kept, and need not be computed once more (`measured`).
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.numerals import Floats, numbers_text, rows_text
from labelwright.exchange.outlines import Outlines
from labelwright.exchange.plain import Box, Measured, Outline, PlainAnnotation, are_plain, plain_of
from labelwright.exchange.source import TaskLabels

Value = TypeVar("Value")
RULE: Final = 1
"""Grows when boxes or areas are computed in another way, so that what was kept does not count any more."""
_NUMBERS: Final = msgspec.json.Decoder(list[float])
_TO_COMMAS: Final = str.maketrans("\n;", ",,")


class Portion:
    """Some tasks in a row. `plain` has the annotations of each, None for a task that needs a closer look.

    `annotations` are all plain ones in order, `shapes` their shapes.
    """

    def __init__(self, tasks: Sequence[TaskLabels], plain: list[list[PlainAnnotation] | None]) -> None:
        self.tasks, self.plain = tasks, plain
        self.annotations = [one for found in plain if found for one in found]
        self.shapes = Shapes(self.annotations, self._known_measures())

    def _known_measures(self) -> str | None:
        """The measures of all, where they are known of each."""
        drawn = [task.content for task, found in zip(self.tasks, self.plain, strict=True) if found]
        known = [content.measures for content in drawn if isinstance(content, Measured)]
        return b"\n".join(known).decode() if len(known) == len(drawn) else None

    @property
    def is_plain(self) -> bool:
        """Whether no task needs a closer look."""
        return None not in self.plain

    @cached_property
    def plain_tasks(self) -> list[TaskLabels]:
        return [task for task, found in zip(self.tasks, self.plain, strict=True) if found is not None]

    @cached_property
    def counts(self) -> list[int]:
        """How many annotations each of the plain tasks has."""
        return [len(found) for found in self.plain if found is not None]

    @cached_property
    def owners(self) -> list[TaskLabels]:
        """The task of each plain annotation."""
        return list(self.of_each(self.plain_tasks))

    def of_each(self, values: Iterable[Value]) -> Iterator[Value]:
        """For every plain annotation the value of its task; `values` are those of the plain tasks."""
        return itertools.chain.from_iterable(map(itertools.repeat, values, self.counts))

    def by_task(self, values: Iterable[Value]) -> Iterator[tuple[TaskLabels, list[Value] | None]]:
        """Each task with the values of its annotations, None with one that needs a closer look."""
        walk = iter(values)
        for task, found in zip(self.tasks, self.plain, strict=True):
            yield task, None if found is None else list(itertools.islice(walk, len(found)))


def portion_of(tasks: Sequence[TaskLabels], has_room: Callable[[TaskLabels], bool]) -> Portion:
    """Look at tasks in columns; one that holds something else than plain shapes, or has no room, stays apart."""
    plain = [task.plain.annotations if has_room(task) else None for task in tasks]
    if not are_plain([one for found in plain if found for one in found]):
        plain = [found if found is not None and are_plain(found) else None for found in plain]
    return Portion(tasks, plain)


def measured(documents: Sequence[bytes]) -> list[bytes]:
    """The measures of each document, a line for each annotation; nothing where one is not plain."""
    drawn = [plain_of(document).annotations for document in documents]
    plain = [annotations if are_plain(annotations) else [] for annotations in drawn]
    lines = iter(Shapes(list(itertools.chain.from_iterable(plain))).measures())
    return ["\n".join(itertools.islice(lines, len(found))).encode() for found in plain]


class Shapes:
    """Plain shapes in columns, one row for each annotation. `measures` are their lines, where they are known."""

    def __init__(self, annotations: Sequence[PlainAnnotation], measures: str | None = None) -> None:
        self._known = measures
        self._shapes = [one.geometry for one in annotations]
        self.kinds = [type(shape) for shape in self._shapes]
        self.is_box: NDArray[np.bool_] = np.array([kind is Box for kind in self.kinds], dtype=bool)

    @cached_property
    def outlines(self) -> Outlines:
        """Everything but boxes."""
        return Outlines(
            [
                shape.points if type(shape) is Outline else bytes(shape.rings)[1:-1]  # type: ignore[union-attr]
                for shape in self._shapes
                if type(shape) is not Box
            ]
        )

    @cached_property
    def _boxes(self) -> Floats:
        return np.array([(s.x, s.y, s.w, s.h) for s in self._shapes if type(s) is Box]).reshape(-1, 4)

    def __len__(self) -> int:
        return len(self.is_box)

    def measures(self, between: str = ";") -> list[str]:
        """Box and area of each, `x,y,w,h;area`."""
        if not len(self):
            return []
        if self._known is not None:
            return self._known.replace(";", between).split("\n")
        texts = zip(rows_text(self.bounds), numbers_text(self.areas), strict=True)
        return [f"{box}{between}{area}" for box, area in texts]

    @cached_property
    def _rows(self) -> Floats:
        """What `measures` say, (n, 5)."""
        assert self._known is not None
        values = _NUMBERS.decode(f"[{self._known.translate(_TO_COMMAS)}]")
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
