"""The ledger of an export: every task, geometry, answer, comment and id of the source is in exactly one bucket.

The pipeline counts what goes in (`enter`) and what its filters keep out; a writer says of each unit it was given
whether it was exported, converted (how, with what loss) or refused (why). `closed` checks that the sums balance.
Comments and ids go with their geometries, and nobody has to say so: a format holds none of them (`lost`), or those of
all geometries that it holds, but for what its writer says. Ids are those of geometries that are in the file.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

import msgspec
import numpy as np

from labelwright.exchange.index import Index
from labelwright.exchange.numerals import Floats
from labelwright.exchange.source import TaskLabels
from labelwright.exchange.spots import Spot, Spots
from labelwright.model.document import Annotation

Unit = Literal["tasks", "geometries", "answers", "comments", "ids"]
UNITS: Final[tuple[Unit, ...]] = ("tasks", "geometries", "answers", "comments", "ids")
ALONG: Final[tuple[Unit, ...]] = ("comments", "ids")
"""What goes along with geometries."""
MOST_ITEMS: Final = 1000
NO_SIZE: Final = "The size of the picture is not known yet."
_PARTS: Final = 1 << 40
"""Losses are summed in whole parts of this: the sum is the same in whatever order they come."""


class Unbalanced(Exception):
    """An export lost or doubled something: a fault of the program, never of the labels."""


class Item(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that a format did not take as it is."""

    task_id: str
    medium: str
    annotation_id: str | None = None
    class_key: str | None = None


class Loss(NamedTuple):
    """What a conversion changed: `measure` is `iou` (1 - IoU of the pixels) or `pixels` (how far a point moved)."""

    measure: Literal["iou", "pixels"]
    amount: float


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the ledger. `reason` is the rule, the way or the why; `items` the first of them."""

    bucket: str
    unit: str
    count: int
    reason: str = ""
    measure: str | None = None
    largest_loss: float | None = None
    mean_loss: float | None = None
    classes: dict[str, int] = {}
    items: tuple[Item, ...] = ()


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """The closed ledger: what the source held, and where it went.

    `side_car` counts what of the converted and refused comes back through the side-car; empty when there is none.
    """

    source: dict[str, int]
    exported: dict[str, int]
    filtered: dict[str, int]
    converted: dict[str, int]
    refused: dict[str, int]
    entries: tuple[Entry, ...]
    side_car: dict[str, int] = {}

    @property
    def losses(self) -> tuple[Entry, ...]:
        """What people should know before they use the file."""
        return tuple(entry for entry in self.entries if entry.bucket in {"converted", "refused"})


class _Line:
    """`items` are the first of all, with `room` for so many more; `fresh` those that are not put in order yet."""

    def __init__(self, room: int = MOST_ITEMS) -> None:
        self.count = 0
        self.classes: Counter[str] = Counter()
        self.items: list[Item] = []
        self.fresh: list[Item] = []
        self.room = room
        self.measure: str | None = None
        self.largest = 0.0
        self.total = self.measured = 0

    def add(self, count: int, class_key: str | None, item: Item | None, loss: Loss | None) -> None:
        self.count += count
        if class_key is not None:
            self.classes[class_key] += count
        if item is not None and self.room:
            self.fresh.append(item)
        if loss is not None:
            self.measure = loss.measure
            self._add_losses(np.array([loss.amount]))

    def add_all(self, keys: Mapping[str, int], item_at: Callable[[int], Item], losses: Floats | None) -> None:
        """Add as many of each of these class keys."""
        count = sum(keys.values())
        if self.room:
            self.fresh += map(item_at, range(count))
        self.count += count
        self.classes.update(keys)
        if losses is not None:
            self.measure = "iou"
            self._add_losses(losses)

    def _add_losses(self, losses: Floats) -> None:
        self.measured += len(losses)
        self.largest = max(self.largest, float(losses.max()))
        self.total += int(np.rint(losses * _PARTS).astype(np.int64).sum())

    def settle(self, turn: Mapping[str, int]) -> None:
        """Put what is fresh in the order of tasks; what there is no room for goes."""
        if self.fresh:
            self.fresh.sort(key=lambda item: turn.get(item.task_id, -1))
            self._keep(self.fresh)
            self.fresh = []

    def _keep(self, items: list[Item]) -> None:
        kept = items[: self.room]
        self.items += kept
        self.room -= len(kept)

    def merge(self, other: "_Line") -> None:
        """Add what another line counted after this one."""
        self.count += other.count
        self.classes.update(other.classes)
        self._keep(other.items)
        self.measure = other.measure or self.measure
        self.measured += other.measured
        self.total += other.total
        self.largest = max(self.largest, other.largest)


class Counted(NamedTuple):
    """A part of what a ledger counted, on its way into another one."""

    source: Counter[str]
    lines: dict[tuple[str, str, str], _Line]
    refused_ids: set[str]
    conversions: dict[Spot, str]


class Ledger:
    """Collects while an export is written. Reasons are whole sentences without a count.

    `refused_ids`, where somebody gives an index, gets the ids of all tasks and annotations that are refused. `lost`
    says of comments and ids why the format holds none of them. `conversions`, where somebody gives spots, gets how each
    geometry and answer is converted that is.
    """

    def __init__(
        self,
        refused_ids: Index | None = None,
        lost: Mapping[Unit, str] = MappingProxyType({}),
        conversions: Spots | None = None,
    ) -> None:
        self._refused_ids, self.lost, self._conversions = refused_ids, lost, conversions
        self._ids: Index | set[str] | None = refused_ids
        self._spots: Spots | dict[Spot, str] | None = conversions
        self._source: Counter[str] = Counter()
        self._lines: dict[tuple[str, str, str], _Line] = {}

    def enter(self, *tasks: TaskLabels) -> None:
        """Count tasks of the source with all that they hold."""
        self._source["tasks"] += len(tasks)
        for some in zip(*map(contents, tasks), strict=True):
            self._source[some[0][0]] += sum([count for _, count in some])

    def lose_comments(self, *tasks: TaskLabels) -> None:
        """Count the comments of tasks that come into a file which holds none."""
        why = self.lost.get("comments")
        if why is not None:
            for task in tasks:
                for annotation_id in task.commented_ids:
                    self.refused("comments", why, item_of(task, annotation_id))

    def refuse_geometry(self, why: str, item: Item, annotation: Annotation) -> None:
        """Note a geometry that the format cannot hold, and its comment."""
        self.refused("geometries", why, item)
        if annotation.comment and "comments" not in self.lost:
            self.refused("comments", why, item)

    def exported(self, unit: Unit, count: int = 1, class_key: str | None = None) -> None:
        """Note what the file holds as it is."""
        self._line("exported", unit, "").add(count, class_key, None, None)

    def filtered(self, unit: Unit, rule: str, count: int = 1, item: Item | None = None) -> None:
        """Note what the asker did not want."""
        self._line("filtered", unit, rule).add(count, item.class_key if item else None, item, None)

    def converted(
        self, unit: Unit, how: str, item: Item, *, loss: Loss | None = None, question_id: str | None = None
    ) -> None:
        """Note what the file holds in another form; an answer with its question."""
        if self._spots is not None:
            self._spots.setdefault(Spot(item.task_id, item.annotation_id, question_id), how)
        self._line("converted", unit, how).add(1, item.class_key, item, loss)

    def converted_all(
        self, how: str, keys: Mapping[str, int], item_at: Callable[[int], Item], losses: Floats | None = None
    ) -> None:
        """Note geometries in another form, as many of each class key; `losses` are 1 - IoU of each, if measured."""
        if self._spots is not None:
            for item in map(item_at, range(sum(keys.values()))):
                self._spots.setdefault(Spot(item.task_id, item.annotation_id), how)
        self._line("converted", "geometries", how).add_all(keys, item_at, losses)

    def refused(self, unit: Unit, why: str, item: Item, *, count: int = 1) -> None:
        """Note what the format cannot hold."""
        if self._ids is not None and unit == "tasks":
            self._ids.add(item.task_id)
        elif self._ids is not None and unit == "geometries" and item.annotation_id is not None:
            self._ids.add(item.annotation_id)
        self._line("refused", unit, why).add(count, item.class_key, item, None)

    def settle(self, tasks: Sequence[TaskLabels]) -> None:
        """Put what was said since the last time in the order of these tasks.

        Which of them are looked at together, and which first, must not change a byte of the manifest.
        """
        if any([line.fresh for line in self._lines.values()]):  # noqa: C419 - half the time
            turn = {task.task_id: number for number, task in enumerate(tasks)}
            for line in self._lines.values():
                line.settle(turn)

    def drained(self) -> Counted:
        """What was counted since the last time; counting goes on from nothing. Items taken out keep their room."""
        ids = self._ids if isinstance(self._ids, set) else set()
        spots = self._spots if isinstance(self._spots, dict) else {}
        found = Counted(self._source, self._lines, ids, spots)
        self._source = Counter()
        self._lines = {key: _Line(line.room) for key, line in found.lines.items()}
        self._ids = set() if self._refused_ids is not None else None
        self._spots = {} if self._conversions is not None else None
        return found

    def merge(self, counted: Counted) -> None:
        """Count what another ledger counted after this one."""
        self._source.update(counted.source)
        for key, line in counted.lines.items():
            self._line(*key).merge(line)
        if self._refused_ids is not None:
            for one in counted.refused_ids:
                self._refused_ids.add(one)
        if self._conversions is not None:
            for spot, how in counted.conversions.items():
                self._conversions.setdefault(spot, how)

    def _line(self, bucket: str, unit: str, reason: str) -> _Line:
        key = bucket, unit, reason
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line()
        return line

    def closed(self) -> Balance:
        """Close the ledger. Raises Unbalanced when something is in no bucket or in two."""
        self.settle(())
        sums: dict[str, Counter[str]] = {name: Counter() for name in ("exported", "filtered", "converted", "refused")}
        for (bucket, unit, _), line in self._lines.items():
            sums[bucket][unit] += line.count
        self._follow(sums)
        for unit in UNITS:
            out = sum(counts[unit] for counts in sums.values())
            if out != self._source[unit]:
                raise Unbalanced(f"The export was given {self._source[unit]} {unit} and accounts for {out}.")
        return Balance(
            source=_plain(self._source),
            exported=_plain(sums["exported"]),
            filtered=_plain(sums["filtered"]),
            converted=_plain(sums["converted"]),
            refused=_plain(sums["refused"]),
            entries=tuple(_entry(key, line) for key, line in sorted(self._lines.items()) if line.count),
        )

    def _follow(self, sums: dict[str, Counter[str]]) -> None:
        """Account for the comments and ids of which nobody said anything."""
        self._source["ids"] = sums["exported"]["geometries"] + sums["converted"]["geometries"]
        for unit in ALONG:
            left = self._source[unit] - sum(counts[unit] for counts in sums.values())
            bucket = "refused" if unit in self.lost else "exported"
            if left > 0:
                self._line(bucket, unit, self.lost.get(unit, "")).add(left, None, None, None)
                sums[bucket][unit] += left


def _plain(counts: Counter[str]) -> dict[str, int]:
    return {str(unit): counts[unit] for unit in UNITS}


def _entry(key: tuple[str, str, str], line: _Line) -> Entry:
    bucket, unit, reason = key
    measured = line.measure is not None
    return Entry(
        bucket=bucket,
        unit=unit,
        reason=reason,
        count=line.count,
        measure=line.measure,
        largest_loss=line.largest if measured else None,
        mean_loss=line.total / line.measured / _PARTS if measured else None,
        classes=dict(sorted(line.classes.items())),
        items=tuple(line.items),
    )


def contents(task: TaskLabels) -> tuple[tuple[Unit, int], ...]:
    """How many geometries, answers and comments a task holds."""
    columns = task.columns
    if columns is not None and not columns.head.more:
        return ("geometries", len(columns)), ("answers", len(task.answers)), ("comments", 0)
    comments = len(task.commented_ids)
    return ("geometries", task.annotation_count), ("answers", task.answer_count), ("comments", comments)


def refuse_task(ledger: Ledger, task: TaskLabels, why: str) -> None:
    """Account for a task that a format cannot hold, with all that is in it."""
    item = item_of(task)
    ledger.refused("tasks", why, item)
    for unit, count in contents(task):
        if count and unit not in ledger.lost:
            ledger.refused(unit, why, item, count=count)


def item_of(task: TaskLabels, annotation_id: str | None = None, class_key: str | None = None) -> Item:
    """Name a thing of a task for the ledger."""
    return Item(task_id=task.task_id, medium=task.medium.name, annotation_id=annotation_id, class_key=class_key)
