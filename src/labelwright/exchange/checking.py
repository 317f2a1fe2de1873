"""Look at an archive again: its own reader must find every object that the ledger says is in it, where it was.

An archive that its reader reads differently is never handed out.
"""

import os
import pickle
import weakref
from array import array
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from labelwright.exchange.bridges import Ring, parted
from labelwright.exchange.drawn import BOXES, RINGS, Drawn, drawn_in
from labelwright.exchange.files import open_files
from labelwright.exchange.format import Format
from labelwright.exchange.found import DrawnMedium, FoundMedium, FoundObject, LabelFile, scaled
from labelwright.exchange.index import Index
from labelwright.exchange.ledger import Balance
from labelwright.exchange.naming import stem_of
from labelwright.exchange.source import TaskLabels
from labelwright.model.geometry import KINDS, Geometry, ImageSegmentation, Polygon, Rectangle, kind_of
from labelwright.model.geometry.points import Point2


class Differs(Exception):
    """An archive does not hold what was put into it: a fault of the program, never of the labels."""


def check_archive(form: Format, path: Path, balance: Balance, tasks: Iterable[TaskLabels], processes: int = 1) -> int:
    """Read an archive back; returns how many objects were found. Raises Differs.

    `tasks` are those that were written, with the places of their pictures. Both are walked over side by side: what
    comes in another order, as splits do, waits on the disk. Where the reader has a picture's shapes as numbers, these
    are compared, and only of a picture in which they differ are objects made: they may be the same in another order.
    """
    if form.read is None or not balance.exported["tasks"]:
        return 0  # of no task, most formats have no file by which their readers could know them
    files = open_files(path, processes=processes, is_ours=True)
    labels = form.read(files)
    found = _Found(labels, files.spool)
    kind = _kind_drawn(form) if labels.drawn is not None else None
    for task in tasks:
        chosen = _chosen(form, task, kind) if kind is not None else None
        wanted = _wanted(form, task) if chosen is None else []
        medium, shapes = found.take(task, is_needed=bool(wanted) or (chosen is not None and chosen.is_any))
        if chosen is not None:
            if not chosen.is_any or (shapes is not None and chosen.is_in(shapes, form.tolerance_px)):
                continue
            wanted = _wanted(form, task)
        if wanted and (task.medium.width or medium is not None):
            _compare(form, task, wanted, [] if medium is None else _geometries(medium, shapes, task))
    found.drain()
    if labels.faults.count:
        raise Differs(f"{form.name} reads a fault in its own archive: {labels.faults.kept[0].message}")
    written = balance.exported["geometries"] + balance.converted["geometries"]
    if found.count != written and form.keeps_objects:
        raise Differs(f"{form.name} was to hold {written} geometries and reads {found.count}.")
    return found.count


class _Chosen(NamedTuple):
    """What of a task has to be in an archive, as numbers: which of its annotations, and their shapes."""

    are_chosen: NDArray[np.bool_]
    shapes: Drawn
    size_wh: tuple[int, int]

    @property
    def is_any(self) -> bool:
        return self.shapes.size > 0

    def is_in(self, found: Drawn, tolerance_px: float) -> bool:
        """Whether shares are of all annotations in their order, and those that are wanted where they were."""
        if found.size != len(self.are_chosen):
            return False
        return found.at(self.are_chosen).scaled(self.size_wh).is_near(self.shapes, tolerance_px)


def _kind_drawn(form: Format) -> str | None:
    """The one kind that a format carries, where objects of others cannot be told apart from it by their numbers."""
    carried = [name for name in KINDS if form.supports[name].level == "carries"]
    return carried[0] if carried in ([BOXES], [RINGS]) else None


def _chosen(form: Format, task: TaskLabels, kind: str) -> _Chosen | None:
    """None where the size of the picture is not known, or the labels are decoded as a whole anyway."""
    if not task.medium.width or task.is_decoded:
        return None
    are_chosen, shapes = drawn_in(task.plain.annotations, kind)
    if not form.keeps_outside and shapes.size:
        are_inside = shapes.are_inside(task.medium.size_wh)
        if not are_inside.all():
            are_chosen[np.flatnonzero(are_chosen)[~are_inside]] = False
            shapes = shapes.at(are_inside)
    return _Chosen(are_chosen, shapes, task.medium.size_wh)


def _wanted(form: Format, task: TaskLabels) -> list[Geometry]:
    """The geometries of a task that have to be in an archive as they are."""
    return [one for one in carried(form, task) if form.keeps_outside or _is_inside(one, task)]


def _geometries(medium: FoundMedium, shapes: Drawn | None, task: TaskLabels) -> list[Geometry]:
    """All that was found, in pixels; of what may be of two kinds both."""
    if shapes is not None:
        return shapes.scaled(task.medium.size_wh).geometries()
    found = []
    for one in _in_pixels(medium, task).objects:
        found.append(one.geometry)
        if one.otherwise is not None:
            found.append(one.otherwise)
    return found


class _Found:
    """Media on their way out of a reader, found by task; `count` is of all their objects so far."""

    def __init__(self, labels: LabelFile, open_temporary: Callable[[], IO[bytes]]) -> None:
        self._media = labels.drawn() if labels.drawn is not None else ((medium, None) for medium in labels.media())
        self._waiting = _Waiting(open_temporary)
        self._next: DrawnMedium | None = None
        self.count = 0

    def take(self, task: TaskLabels, *, is_needed: bool) -> DrawnMedium | tuple[None, None]:
        """The medium of a task; when it is not needed, only if it is at hand."""
        keys = _keys_of_task(task)
        if (found := self._waiting.take(keys)) is not None:
            return found
        while (found := self._peek()) is not None:
            if not is_needed and keys.isdisjoint(_keys_of(found[0])):
                return None, None
            self._next = None
            if not keys.isdisjoint(_keys_of(found[0])):
                return found
            self._waiting.add(found)
        return None, None

    def drain(self) -> None:
        """Look at what nobody asked for."""
        while self._peek() is not None:
            self._next = None

    def _peek(self) -> DrawnMedium | None:
        if self._next is None:
            self._next = next(((medium, drawn) for medium, drawn in self._media if medium.objects or drawn), None)
            if self._next is not None:
                medium, drawn = self._next
                self.count += drawn.size if drawn is not None else sum(map(_count, medium.objects))
        return self._next


class _Waiting:
    """Media that came before their tasks, in a temporary file; in memory is where, by what tasks may know them by."""

    def __init__(self, open_temporary: Callable[[], IO[bytes]]) -> None:
        self._open_temporary = open_temporary
        self._file: IO[bytes] | None = None
        self._numbers, self._places = Index(), array("q")

    def add(self, found: DrawnMedium) -> None:
        """Let one wait."""
        if self._file is None:
            self._file = self._open_temporary()
            weakref.finalize(self, self._file.close)
        for key in _keys_of(found[0]):
            self._numbers.setdefault(key, len(self._places))
        self._places.append(self._file.seek(0, os.SEEK_END))
        pickle.dump(found, self._file, protocol=5)

    def take(self, keys: Iterable[str]) -> DrawnMedium | None:
        """The one that has one of these keys, which waits no longer."""
        if self._file is None:
            return None
        for key in keys:
            number = self._numbers.get(key)
            if number is not None and self._places[number] >= 0:
                self._file.seek(self._places[number])
                self._places[number] = -1
                found: DrawnMedium = pickle.load(self._file)  # noqa: S301 - what was put there above
                return found
        return None


def _keys_of(medium: FoundMedium) -> tuple[str, ...]:
    """What a task may know a medium by: its id, else its path or the last part of it."""
    return (medium.id,) if medium.id else (medium.path, _tail(medium.path))


def _keys_of_task(task: TaskLabels) -> set[str]:
    tail = _tail(task.medium.path)
    return {task.medium.id, task.medium.path, tail, stem_of(tail)}


def carried(form: Format, task: TaskLabels) -> list[Geometry]:
    """The geometries of a task that a format says it carries as they are."""
    kinds = {kind.type for name, kind in KINDS.items() if form.supports[name].level == "carries"}
    found = [one.geometry for one in task.document.annotations if one.parent_id is None and type(one.geometry) in kinds]
    if form.supports["holes"].level == "carries":
        return found
    return [one for one in found if len(getattr(one, "rings", ())) < _WITH_A_HOLE]


_WITH_A_HOLE: Final = 2


def _is_inside(geometry: Geometry, task: TaskLabels) -> bool:
    width, height = task.medium.width or 0, task.medium.height or 0
    return all([0 <= x <= width and 0 <= y <= height for x, y in kind_of(geometry).place(geometry)])  # noqa: C419


def _compare(form: Format, task: TaskLabels, wanted: list[Geometry], found: list[Geometry]) -> None:
    if wanted == found:
        return
    exact = frozenset(found) if not form.tolerance_px else frozenset()
    left = iter(found)  # where points may move, most formats keep the order: each is looked for behind the one before
    for geometry in wanted:
        if geometry in exact or any(is_near(geometry, other, form.tolerance_px) for other in left):
            continue
        if not any(is_near(geometry, other, form.tolerance_px) for other in found):
            kind = kind_of(geometry).name
            raise Differs(f"{form.name} lost or moved a {kind} of {task.medium.name}: {str(geometry)[:200]}")
        left = iter(found)


def is_near(one: Geometry, other: Geometry, tolerance_px: float) -> bool:
    """Whether two geometries are of one kind and no point of one is further than that from the other's.

    Rings with bridges and the rings that they join are the same, wherever the bridges are.
    """
    if one == other:
        return True
    if type(one) is Rectangle and type(other) is Rectangle:
        return _are_boxes_near(one, other, tolerance_px)
    if type(one) is type(other) and _are_near(kind_of(one).place(one), kind_of(other).place(other), tolerance_px):
        return True
    a, b = _apart(one), _apart(other)
    if max(len(a), len(b)) < 2 or len(a) != len(b):
        return False
    return all(_are_near(ring, found, tolerance_px) for ring, found in zip(a, b, strict=True))


def _are_boxes_near(a: Rectangle, b: Rectangle, most: float) -> bool:
    return (
        abs(a.x - b.x) <= most
        and abs(a.y - b.y) <= most
        and abs(a.x + a.w - (b.x + b.w)) <= most
        and abs(a.y + a.h - (b.y + b.h)) <= most
    )


def _are_near(a: Sequence[Point2], b: Sequence[Point2], most: float) -> bool:
    return len(a) == len(b) and all(
        [abs(x - u) <= most and abs(y - v) <= most for (x, y), (u, v) in zip(a, b, strict=True)]  # noqa: C419 - half the time
    )


def _apart(geometry: Geometry) -> list[Ring]:
    """The rings of a shape without bridges, each from its smallest point on, in order."""
    if not isinstance(geometry, (Polygon, ImageSegmentation)):
        return []
    rings = geometry.rings if isinstance(geometry, ImageSegmentation) else (geometry.points,)
    parts = [part for ring in rings for part in parted(ring)]
    return sorted(part[part.index(min(part)) :] + part[: part.index(min(part))] for part in parts)


def _in_pixels(medium: FoundMedium, task: TaskLabels) -> FoundMedium:
    return scaled(medium, task.medium.size_wh) if medium.is_relative else medium


def _count(found: FoundObject) -> int:
    return 1 + sum(map(_count, found.nested)) if found.nested else 1


def _tail(path: str) -> str:
    return path.rpartition("/")[2]
