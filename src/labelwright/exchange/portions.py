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

from labelwright.exchange.columns import (
    IDS,
    LOSSES,
    MEASURES,
    MOST_GROUPS,
    OF,
    RINGS,
    SHARES,
    Columns,
    Group,
    Head,
    More,
    kept,
)
from labelwright.exchange.numerals import Floats, numbers_text, rows_text
from labelwright.exchange.outlines import Outlines
from labelwright.exchange.plain import Box, Outline, PlainAnnotation, PlainGeometry, are_plain, kind_name, plain_of
from labelwright.exchange.shares import Rows, box_rows
from labelwright.exchange.source import TaskLabels

Value = TypeVar("Value")
Size = tuple[int, int] | None
RULE: Final = 2
"""Grows when columns are made in another way, so that what was kept does not count any more."""
_NUMBERS: Final = msgspec.json.Decoder(list[float])
_BOX: Final = kind_name(Box)
_COMMAS: Final = bytes.maketrans(b";\n", b",,")


class Portion:
    """Some tasks in a row, and their plain annotations in columns.

    A task that holds something else, or has no room, needs a closer look: nothing of it is in the columns. `groups` are
    kinds and classes, `of` the group of each annotation, `more` what few annotations have, by their places.
    """

    def __init__(self, tasks: Sequence[TaskLabels], has_room: Callable[[TaskLabels], bool]) -> None:
        self.tasks = tasks
        fresh = {at: task.plain.annotations for at, task in enumerate(tasks) if task.columns is None and has_room(task)}
        if not are_plain([one for found in fresh.values() for one in found]):
            fresh = {at: found for at, found in fresh.items() if are_plain(found)}
        self._is_plain = [at in fresh or (task.columns is not None and has_room(task)) for at, task in enumerate(tasks)]
        self._known: list[Columns] = []
        if any(fresh.values()):
            self._measure()
        else:
            self._join()

    def _measure(self) -> None:
        annotations = [one for task in self.plain_tasks for one in task.plain.annotations]
        self.counts = [len(task.plain.annotations) for task in self.plain_tasks]
        self.groups, self.of = _grouped(annotations)
        self.more: Mapping[int, More | PlainAnnotation]
        self.more = {at: one for at, one in enumerate(annotations) if one.answers or one.z or one.comment}
        self.shapes = Shapes([one.geometry for one in annotations])

    def _join(self) -> None:
        columns = [task.columns for task in self.plain_tasks]
        self.counts = [one.head.ends[OF] if one is not None else 0 for one in columns]
        self._known = [one for one in columns if one is not None]
        self.groups, self.of = _together(self._known)
        self.more = {start + at: more for start, one in self._placed() for at, more in one.head.more.items()}
        self.shapes = Shapes(self._known, np.array([kind == _BOX for kind, _ in self.groups], dtype=bool)[self.of])

    @property
    def is_plain(self) -> bool:
        """Whether no task needs a closer look."""
        return all(self._is_plain)

    @cached_property
    def ids(self) -> list[str]:
        """The id of each plain annotation."""
        if self._known:
            return _cells(self._known, IDS)
        return [one.id for task in self.plain_tasks for one in task.plain.annotations] if len(self.of) else []

    @cached_property
    def plain_tasks(self) -> list[TaskLabels]:
        return list(itertools.compress(self.tasks, self._is_plain))

    @cached_property
    def owners(self) -> list[TaskLabels]:
        """The task of each plain annotation."""
        return list(self.of_each(self.plain_tasks))

    @property
    def group_counts(self) -> list[int]:
        """How many annotations each group has."""
        counts: list[int] = np.bincount(self.of, minlength=len(self.groups)).tolist()
        return counts

    def of_each(self, values: Iterable[Value]) -> Iterator[Value]:
        """For every plain annotation the value of its task; `values` are those of the plain tasks."""
        return itertools.chain.from_iterable(map(itertools.repeat, values, self.counts))

    def of_groups(self, values: Sequence[Value]) -> list[Value]:
        """For every plain annotation the value of its group."""
        return [values[group] for group in self.of.tolist()]

    def by_task(self, values: Iterable[Value], width: int = 1) -> Iterator[tuple[TaskLabels, list[Value] | None]]:
        """Each task with the values of its annotations, `width` of each; None with one that needs a closer look."""
        walk, counts = iter(values), iter(self.counts)
        for task, is_plain in zip(self.tasks, self._is_plain, strict=True):
            yield task, list(itertools.islice(walk, width * next(counts))) if is_plain else None

    def sizes(self) -> Floats:
        """Width and height of the picture of each annotation, (n, 2)."""
        sizes = np.array([task.medium.size_wh for task in self.plain_tasks], dtype=np.float64).reshape(-1, 2)
        return np.repeat(sizes, self.counts, axis=0)

    def shares(self) -> Rows:
        """The boxes as shares of the sides of their pictures."""
        if not self._known or any(
            task.columns.head.size_wh != task.medium.size_wh for task in self.plain_tasks if task.columns is not None
        ):
            return box_rows(self.shapes.bounds, self.sizes())
        cut = [start + at for start, one in self._placed() for at in one.head.cut]
        return Rows(_cells(self._known, SHARES), cut)

    def _placed(self) -> Iterator[tuple[int, Columns]]:
        """Columns that were kept, and where they begin."""
        starts = itertools.accumulate([one.head.ends[OF] for one in self._known], initial=0)
        return zip(starts, self._known, strict=False)


def _grouped(annotations: Sequence[PlainAnnotation]) -> tuple[list[Group], NDArray[np.intp]]:
    """The groups of annotations, and the one that each is of."""
    places: dict[Group, int] = {}
    of = [places.setdefault((one.kind, one.class_id), len(places)) for one in annotations]
    return list(places), np.array(of, dtype=np.intp)


def _together(known: Sequence[Columns]) -> tuple[list[Group], NDArray[np.intp]]:
    """The groups of all; a group has several places where tasks have not the same ones."""
    groups: list[Group] = []
    places: dict[tuple[Group, ...], int] = {}
    starts = []
    for one in known:
        own = one.head.groups
        start = places.setdefault(own, len(groups))
        starts.append(start)
        if start == len(groups):
            groups += own
    of = np.frombuffer(b"".join([one.text(OF) for one in known]), dtype=np.uint8).astype(np.intp)
    return groups, of + np.repeat(np.array(starts, dtype=np.intp), [one.head.ends[OF] for one in known])


def _cells(known: Sequence[Columns], column: int, between: bytes = b";") -> list[str]:
    """The cells of a column of several tasks; `between` stands where measures have a semicolon."""
    text = b"\n".join([one.text(column) for one in known])
    return (text if between == b";" else text.replace(b";", between)).decode().split("\n") if known else []


def measured(documents: Sequence[tuple[bytes, Size]]) -> list[bytes]:
    """The kept columns of each document, of a picture of this size; nothing where there is nothing or not all is plain.

    The size is None where nobody knows it yet.
    """
    drawn = [plain_of(document).annotations for document, _ in documents]
    plain = [annotations if are_plain(annotations) else [] for annotations in drawn]
    sizes = [size for _, size in documents]
    shapes = Shapes([one.geometry for found in plain for one in found])
    measures, rings, losses = shapes.measures(), shapes.rings(), shapes.box_losses
    counts = [len(found) for found in plain]
    shares = box_rows(shapes.bounds, np.repeat(np.array([size or (1, 1) for size in sizes], float), counts, axis=0))
    pieces, end = [], 0
    for annotations, size in zip(plain, sizes, strict=True):
        start, end = end, end + len(annotations)
        groups, of = _grouped(annotations)
        if not annotations or len(groups) > MOST_GROUPS:
            pieces.append(b"")
            continue
        head = Head(
            ends=(),
            groups=tuple(groups),
            more={at: More(one.answers, one.z, one.comment) for at, one in enumerate(annotations) if _says_more(one)},
            size_wh=size,
            cut=tuple(at - start for at in shares.cut if size and start <= at < end),
        )
        texts = (
            of.astype(np.uint8).tobytes(),
            _lines([one.id for one in annotations]),
            _lines(measures[start:end]),
            _lines(rings[start:end]),
            _lines(shares.texts[start:end]) if size else b"",
            losses[start:end].tobytes(),
        )
        pieces.append(kept(head, texts))
    return pieces


def _says_more(one: PlainAnnotation) -> bool:
    return bool(one.answers or one.z or one.comment)


def _lines(cells: Sequence[str]) -> bytes:
    return "\n".join(cells).encode()


class Shapes:
    """Plain shapes in columns, one row for each: their columns where these are known, else measured when asked.

    `is_box` is for columns.
    """

    def __init__(
        self, given: Sequence[Columns] | Sequence[PlainGeometry], is_box: NDArray[np.bool_] | None = None
    ) -> None:
        self._known: Sequence[Columns] | None = given if is_box is not None else None  # type: ignore[assignment]
        self._shapes: Sequence[PlainGeometry] = given if is_box is None else ()  # type: ignore[assignment]
        self.is_box = np.array([type(one) is Box for one in given], dtype=bool) if is_box is None else is_box

    @cached_property
    def outlines(self) -> Outlines:
        """Everything but boxes."""
        if self._known is not None:
            rings = zip(self.is_box.tolist(), self.rings(), strict=True)
            return Outlines([ring.encode() for is_box, ring in rings if not is_box])
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
            return _cells(self._known, MEASURES, between.encode())
        texts = zip(rows_text(self.bounds), numbers_text(self.areas), strict=True)
        return [f"{box}{between}{area}" for box, area in texts]

    @cached_property
    def _rows(self) -> Floats:
        """What `measures` say, (n, 5)."""
        assert self._known is not None
        numbers = b",".join([one.text(MEASURES) for one in self._known]).translate(_COMMAS)
        values = _NUMBERS.decode(b"[%b]" % numbers)
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
        if self._known is not None:
            return np.frombuffer(b"".join([one.text(LOSSES) for one in self._known]), dtype=np.float64)
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
            rings = _cells(self._known, RINGS)
            if box is None:
                return rings
            return [box if is_box else ring for is_box, ring in zip(self.is_box.tolist(), rings, strict=True)]
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
