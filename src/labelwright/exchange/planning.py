"""What of a source comes into an export, found out in one walk: which tasks, in which split, under which names.

Two bytes are held of each task, by its place in the walk, so that memory does not grow with an export.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple, TypeVar

from labelwright.exchange.naming import Paths, plan_paths
from labelwright.exchange.source import TaskLabels

Names = Callable[[], Iterator[tuple[str, str]]]
_LEFT_OUT, _FIRST_SPLIT = 0, 1
_MOST_BYTES: Final = 8 << 20
"""Of stored labels that are worked on together: what about two pictures with 5,000 shapes each have."""

Item = TypeVar("Item")


class Kept(NamedTuple):
    """A task that comes into the export, as it is in the source, and its place there."""

    place: int
    task: TaskLabels


class Plan:
    """Which of `total` tasks are kept. `count` of them are; each is `taken` once, when it is counted."""

    def __init__(self, splits: tuple[str, ...], into: bytearray, paths: Paths) -> None:
        self._splits, self._into, self._paths = splits, into, paths
        self._waiting = bytearray(map(bool, into))
        self.total, self.count = len(into), sum(self._waiting)

    def kept(self, tasks: Iterable[Item], split: str | None) -> Iterator[tuple[int, Item]]:
        """Those of a walk over all tasks that are kept, in one split or in any, and their places."""
        if split is not None and split not in self._splits:
            return
        wanted = None if split is None else self._splits.index(split) + _FIRST_SPLIT
        for place, task in enumerate(tasks):
            into = self._into[place]
            if into == wanted or (wanted is None and into != _LEFT_OUT):
                yield place, task

    def pieces(
        self, tasks: Iterable[Item], split: str | None, most: int, weigh: Callable[[Item], int]
    ) -> Iterator[list[tuple[int, Item]]]:
        """The same in pieces to be worked on together: so many at most, and few where they are heavy (in bytes)."""
        some: list[tuple[int, Item]] = []
        weight = 0
        for one in self.kept(tasks, split):
            some.append(one)
            weight += weigh(one[1])
            if len(some) == most or weight >= _MOST_BYTES:
                yield some
                some, weight = [], 0
        if some:
            yield some

    def placed(self, kept: Kept) -> tuple[str, str]:
        """The path of a kept task's picture, and its split."""
        medium = kept.task.medium
        return self._paths.path_of(medium.id, medium.name), self._splits[self._into[kept.place] - _FIRST_SPLIT]

    def take(self, place: int) -> bool:
        """Whether a kept task is not taken yet; now it is."""
        is_first = bool(self._waiting[place])
        self._waiting[place] = False
        return is_first

    def take_all(self, split: str | None) -> None:
        """Take all of a split, or of all."""
        into = None if split is None else self._splits.index(split) + _FIRST_SPLIT
        self._waiting = bytearray(
            waits and into is not None and other != into for waits, other in zip(self._waiting, self._into, strict=True)
        )

    @property
    def is_taken(self) -> bool:
        """Whether everything is."""
        return True not in self._waiting


def plan_of_names(names: Names, splits: tuple[str, ...]) -> Plan:
    """Plan where all is wanted and nothing split, by ids and names of media alone."""
    into = bytearray()

    def first() -> Iterator[tuple[str, str]]:
        for one in names():
            into.append(_FIRST_SPLIT)
            yield one

    paths = plan_paths(first(), names)
    return Plan(splits, into, paths)


def plan_of_tasks(
    tasks: Callable[[], Iterator[TaskLabels]],
    splits: tuple[str, ...],
    is_wanted: Callable[[TaskLabels], bool],
    split_of: Callable[[TaskLabels], str],
) -> Plan:
    """Plan by a walk over all tasks; `is_wanted` is asked once of each."""
    into = bytearray()

    def first() -> Iterator[tuple[str, str]]:
        for task in tasks():
            is_kept = is_wanted(task)
            into.append(splits.index(split_of(task)) + _FIRST_SPLIT if is_kept else _LEFT_OUT)
            if is_kept:
                yield task.medium.id, task.medium.name

    def again() -> Iterator[tuple[str, str]]:
        return ((task.medium.id, task.medium.name) for task, split in zip(tasks(), into, strict=True) if split)

    paths = plan_paths(first(), again)
    return Plan(splits, into, paths)
