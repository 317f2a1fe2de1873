"""Look at an archive again: its own reader must find every object that the ledger says is in it, where it was.

An archive that its reader reads differently is never handed out.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from labelwright.exchange.bridges import Ring, parted
from labelwright.exchange.files import open_files
from labelwright.exchange.format import Format
from labelwright.exchange.found import FoundMedium, FoundObject, scaled
from labelwright.exchange.ledger import Balance
from labelwright.exchange.naming import stem_of
from labelwright.exchange.source import Labelled, Scheme, TaskLabels
from labelwright.model.geometry import Geometry, ImageSegmentation, Polygon, kind_of
from labelwright.model.geometry.points import Point2


class Differs(Exception):
    """An archive does not hold what was put into it: a fault of the program, never of the labels."""


def check_archive(form: Format, path: Path, balance: Balance, scheme: Scheme, tasks: Iterable[TaskLabels]) -> int:
    """Read an archive back; returns how many objects were found. Raises Differs.

    `tasks` are those that were written, with the places of their pictures. Both are walked over side by side: what
    comes in another order waits.
    """
    if form.read is None:
        return 0
    labels = form.read(open_files(path))
    found = _Found(labels.media())
    for task in tasks:
        wanted = [one for one in carried(form, scheme.labelled(task)) if form.keeps_outside or _is_inside(one, task)]
        medium = found.take(task, is_needed=bool(wanted))
        if wanted and (task.medium.width or medium is not None):
            objects = () if medium is None else _in_pixels(medium, task).objects
            found_there = [(one.geometry, *((one.otherwise,) if one.otherwise is not None else ())) for one in objects]
            _compare(form, task, wanted, [shape for shapes in found_there for shape in shapes])
    found.drain()
    if labels.faults.count:
        raise Differs(f"{form.name} reads a fault in its own archive: {labels.faults.kept[0].message}")
    written = balance.exported["geometries"] + balance.converted["geometries"]
    if found.count != written and form.keeps_objects:
        raise Differs(f"{form.name} was to hold {written} geometries and reads {found.count}.")
    return found.count


class _Found:
    """Media on their way out of a reader, found by task; `count` is of all their objects so far."""

    def __init__(self, media: Iterator[FoundMedium]) -> None:
        self._media = media
        self._waiting: dict[str, FoundMedium] = {}
        self._next: FoundMedium | None = None
        self.count = 0

    def take(self, task: TaskLabels, *, is_needed: bool) -> FoundMedium | None:
        """The medium of a task; when it is not needed, only if it is at hand."""
        keys = _keys_of_task(task)
        for key in keys:
            if (medium := self._waiting.get(key)) is not None:
                self._forget(medium)
                return medium
        while (medium := self._peek()) is not None:
            if not is_needed and keys.isdisjoint(_keys_of(medium)):
                return None
            self._next = None
            if not keys.isdisjoint(_keys_of(medium)):
                return medium
            self._waiting.update(dict.fromkeys(_keys_of(medium), medium))
        return None

    def drain(self) -> None:
        """Look at what nobody asked for."""
        while self._peek() is not None:
            self._next = None

    def _peek(self) -> FoundMedium | None:
        if self._next is None:
            self._next = next((medium for medium in self._media if medium.objects), None)
            if self._next is not None:
                self.count += sum(map(_count, self._next.objects))
        return self._next

    def _forget(self, medium: FoundMedium) -> None:
        for key in _keys_of(medium):
            self._waiting.pop(key, None)


def _keys_of(medium: FoundMedium) -> tuple[str, ...]:
    """What a task may know a medium by: its id, else its path or the last part of it."""
    return (medium.id,) if medium.id else (medium.path, _tail(medium.path))


def _keys_of_task(task: TaskLabels) -> set[str]:
    tail = _tail(task.medium.path)
    return {task.medium.id, task.medium.path, tail, stem_of(tail)}


def carried(form: Format, labelled: Iterable[Labelled]) -> list[Geometry]:
    """The geometries of a task that a format says it carries as they are."""
    return [one.annotation.geometry for one in labelled if one.parent is None and _is_carried(form, one)]


def _is_carried(form: Format, one: Labelled) -> bool:
    geometry = one.annotation.geometry
    if form.supports[kind_of(geometry).name].level != "carries":
        return False
    return len(getattr(geometry, "rings", ())) < 2 or form.supports["holes"].level == "carries"


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
    if type(one) is type(other) and _are_near(kind_of(one).place(one), kind_of(other).place(other), tolerance_px):
        return True
    a, b = _apart(one), _apart(other)
    if max(len(a), len(b)) < 2 or len(a) != len(b):
        return False
    return all(_are_near(ring, found, tolerance_px) for ring, found in zip(a, b, strict=True))


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
    return 1 + sum(_count(one) for one in found.nested)


def _tail(path: str) -> str:
    return path.rpartition("/")[2]
