"""Look at an archive again: its own reader must find every object that the ledger says is in it, where it was.

An archive that its reader reads differently is never handed out.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
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

    `tasks` are those that were written, with the places of their pictures.
    """
    if form.read is None:
        return 0
    found = form.read(open_files(path))
    media = {medium.id or medium.path: medium for medium in found.media()}
    if found.faults.count:
        raise Differs(f"{form.name} reads a fault in its own archive: {found.faults.kept[0].message}")
    count = sum(_count(one) for medium in media.values() for one in medium.objects)
    written = balance.exported["geometries"] + balance.converted["geometries"]
    if count != written and form.keeps_objects:
        raise Differs(f"{form.name} was to hold {written} geometries and reads {count}.")
    by_tail = {_tail(place): medium for place, medium in media.items()}
    for task in tasks:
        tail = _tail(task.medium.path)
        found_medium = (
            media.get(task.medium.id) or media.get(task.medium.path) or by_tail.get(tail) or by_tail.get(stem_of(tail))
        )
        objects = () if found_medium is None else _in_pixels(found_medium, task).objects
        _compare(form, task, carried(form, scheme.labelled(task)), [one.geometry for one in objects])
    return count


def carried(form: Format, labelled: Iterable[Labelled]) -> list[Geometry]:
    """The geometries of a task that a format says it carries as they are."""
    return [one.annotation.geometry for one in labelled if one.parent is None and _is_carried(form, one)]


def _is_carried(form: Format, one: Labelled) -> bool:
    geometry = one.annotation.geometry
    names = {kind_of(geometry).name} | ({"holes"} if len(getattr(geometry, "rings", ())) > 1 else set())
    return all(form.supports[name].level == "carries" for name in names)


def _compare(form: Format, task: TaskLabels, wanted: list[Geometry], found: list[Geometry]) -> None:
    missing = Counter(wanted) - Counter(found)
    for geometry in missing.elements() if missing else ():
        if not any(is_near(geometry, other, form.tolerance_px) for other in found):
            kind = kind_of(geometry).name
            raise Differs(f"{form.name} lost or moved a {kind} of {task.medium.name}: {str(geometry)[:200]}")


def is_near(one: Geometry, other: Geometry, tolerance_px: float) -> bool:
    """Whether two geometries are of one kind and no point of one is further than that from the other's.

    Rings with bridges and the rings that they join are the same, wherever the bridges are.
    """
    if type(one) is type(other) and _are_near(kind_of(one).place(one), kind_of(other).place(other), tolerance_px):
        return True
    a, b = _apart(one), _apart(other)
    if max(len(a), len(b)) < 2 or len(a) != len(b):
        return False
    return all(_are_near(ring, found, tolerance_px) for ring, found in zip(a, b, strict=True))


def _are_near(a: Sequence[Point2], b: Sequence[Point2], most: float) -> bool:
    return len(a) == len(b) and all(
        abs(x - u) <= most and abs(y - v) <= most for (x, y), (u, v) in zip(a, b, strict=True)
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
