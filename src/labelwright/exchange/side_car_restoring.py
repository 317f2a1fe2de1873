"""Bring back what a side-car has, and keep what somebody changed in the files beside it.

What is as it was written comes back as the native object. What was moved keeps the file's geometry and gets the
side-car's answers, where it can be told to be the same: by id, or because it overlaps the place of one changed object
of its class by more than half, and no other. What was deleted stays deleted. What the format never held comes back.
Where pieces are not objects, as in masks, all of a class comes back when nothing of it was changed, else none.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from labelwright.exchange.checking import is_near
from labelwright.exchange.found import FoundAnswer, FoundMedium, FoundObject, Place
from labelwright.exchange.index import Index
from labelwright.exchange.side_car import (
    EVERYTHING,
    Kept,
    Line,
    Said,
    SideCar,
    Trace,
    flattened,
    said_digest,
    shape_digest,
)
from labelwright.exchange.uniting import SAME_PLACE, box_iou

SAME_PX: Final = 0.01
"""A point that lies nearer than this was not moved: programs round when they write a file anew."""

SAME, CHANGED, RETURNED, DELETED, LOST, NEW = "same", "changed", "returned", "deleted", "lost", "new"


class SideCarUse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a side-car does to an import, in geometries.

    They come back as they were, changed in the file, or because the format does not hold them; they are deleted in the
    file, lost among pieces that were changed, or new in the file.
    """

    same: int = 0
    changed: int = 0
    returned: int = 0
    deleted: int = 0
    lost: int = 0
    new: int = 0
    classes: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """One sentence for people."""
        parts = {
            "as they were": self.same,
            "changed in the file": self.changed,
            "that the format does not hold": self.returned,
            "deleted in the file": self.deleted,
            "lost among pieces that were changed": self.lost,
            "new in the file": self.new,
        }
        told = ", ".join(f"{count} {what}" for what, count in parts.items() if count)
        return f"The side-car was used; geometries: {told or 'none'}."


class Restorer:
    """Restores the media of one archive; `counts` fills meanwhile."""

    def __init__(self, side_car: SideCar) -> None:
        self._side_car = side_car
        self.counts: Counter[str] = Counter()

    @property
    def use(self) -> SideCarUse:
        """What was done so far."""
        return SideCarUse(**self.counts, classes=self._side_car.head.classes)

    def media(self, found: Iterable[FoundMedium]) -> Iterator[FoundMedium]:
        """Every medium restored; those that the archive does not hold come last."""
        waiting: dict[str, list[FoundMedium]] = {}
        done = Index()
        for medium in found:
            known = self._side_car.find(medium.id)
            if known is None or known[1].medium in done:
                yield medium
                continue
            _, line = known
            parts = waiting.setdefault(line.medium, [])
            parts.append(medium)
            if len(parts) >= line.parts:
                del waiting[line.medium]
                done.add(line.medium)
                yield self._restored(parts, line)
        for medium_id, parts in waiting.items():
            known = self._side_car.find(medium_id)
            assert known is not None
            done.add(medium_id)
            yield self._restored(parts, known[1])
        for medium_id in self._side_car.media():
            number_and_line = None if medium_id in done else self._side_car.find(medium_id)
            if number_and_line is not None and number_and_line[1].parts == 0:
                yield self._whole(*number_and_line)

    def _place(self, medium_id: str) -> Place:
        known = self._side_car.find(medium_id)
        return Place(self._side_car.path, line=known[0] if known else None)

    def _whole(self, number: int, line: Line) -> FoundMedium:
        """A medium that the format does not hold."""
        place = Place(self._side_car.path, line=number)
        self.counts[RETURNED] += sum(_count(one) for one in line.objects)
        return FoundMedium(
            place=place,
            path=line.path,
            name=line.name,
            id=line.medium,
            sha256=line.sha256,
            width=line.width,
            height=line.height,
            objects=tuple(as_found(one, place) for one in line.objects),
            answers=tuple(_answers(line.answers, place)),
        )

    def _restored(self, parts: list[FoundMedium], line: Line) -> FoundMedium:
        place = self._place(line.medium)
        picture = _Picture(parts, line, place)
        objects = tuple(picture.objects())
        self.counts.update(picture.counts)
        found = [answer for part in parts for answer in part.answers]
        return msgspec.structs.replace(
            parts[0], objects=objects, answers=tuple(_merged(line.answers, line.said, found, said_digest(found), place))
        )


class _Now(NamedTuple):
    """An object as it is in the file now, with the one it is nested in there, and its trace where it has one."""

    found: FoundObject
    parent: FoundObject | None
    shape: str
    said: str


class _Picture:
    """One medium: first it is decided what comes back, then it is put together."""

    def __init__(self, parts: Sequence[FoundMedium], line: Line, place: Place) -> None:
        self._line, self._place = line, place
        self._now = [
            _Now(one, above, shape_digest(one.geometry), said_digest(one.answers, one.comment, one.z))
            for part in parts
            for one, above in flattened(part.objects)
        ]
        self._inside: dict[int, list[int]] = defaultdict(list)
        for at, now in enumerate(self._now):
            self._inside[id(now.parent)].append(at)
        self._trace_of = _matched(self._now, line.traces, dict(_all(line.objects)))
        now_of = {number: at for at, number in self._trace_of.items()}
        self._at = {trace.kept: now_of.get(number) for number, trace in enumerate(line.traces) if trace.kept}
        self._touched = self._find_touched(now_of)
        self._back: set[str] = set()
        self._used: set[int] = set()
        self.counts: Counter[str] = Counter()

    def _find_touched(self, now_of: dict[int, int]) -> set[str]:
        """The groups in which anything is other than it was written."""
        touched = {now.found.class_name for at, now in enumerate(self._now) if at not in self._trace_of}
        for number, trace in enumerate(self._line.traces):
            now = self._now[now_of[number]] if number in now_of else None
            if now is None or (now.shape, now.said) != (trace.shape, trace.said):
                touched.add(trace.group)
        return touched | {EVERYTHING} if touched else touched

    def objects(self) -> Iterator[FoundObject]:
        """The native objects, then those that are the file's own."""
        for kept in self._line.objects:
            self._decide(kept, comes=True)
        self._take_pieces()
        for kept in self._line.objects:
            if kept.id in self._back:
                yield self._built(kept)
        yield from self._own(None)
        for at in range(len(self._now)):
            if at not in self._used:
                yield from self._one_own(at)

    # --- deciding ---

    def _decide(self, kept: Kept, *, comes: bool) -> None:
        """Whether a native object comes back; nothing does whose parent does not."""
        at = self._at.get(kept.id)
        if not kept.is_held:
            self.counts[RETURNED if comes else DELETED] += 1
        elif kept.group is not None:
            comes = comes and kept.group not in self._touched
            self.counts[SAME if comes else LOST] += 1
        elif at is None:
            comes = False
            self.counts[DELETED] += 1
        else:
            self.counts[CHANGED if not comes or self._is_changed(kept, at) else SAME] += 1
            if comes:
                self._used.add(at)
        if comes:
            self._back.add(kept.id)
        for child in kept.nested:
            self._decide(child, comes=comes)

    def _take_pieces(self) -> None:
        """Pieces of what came back as a whole are not needed any more."""
        groups = {kept.group for _, kept in _all(self._line.objects) if kept.group is not None}
        for at, number in self._trace_of.items():
            trace = self._line.traces[number]
            if trace.kept is None and (
                (trace.group in groups and trace.group not in self._touched)
                or (EVERYTHING in groups and not self._touched)
            ):
                self._used.add(at)

    def _trace(self, at: int) -> Trace:
        return self._line.traces[self._trace_of[at]]

    def _is_changed(self, kept: Kept, at: int) -> bool:
        now, trace = self._now[at], self._trace(at)
        return now.found.class_name != trace.group or now.said != trace.said or self._is_moved(kept, at)

    def _is_moved(self, kept: Kept, at: int) -> bool:
        now = self._now[at]
        return now.shape != self._trace(at).shape and not is_near(now.found.geometry, kept.geometry, SAME_PX)

    # --- putting together ---

    def _built(self, kept: Kept) -> FoundObject:
        at = self._at.get(kept.id)
        nested = [self._built(child) for child in kept.nested if child.id in self._back]
        if at is None or kept.group is not None:
            return msgspec.structs.replace(as_found(kept, self._place), nested=tuple(nested))
        own = self._own(self._now[at].found)
        return msgspec.structs.replace(self._joined(kept, at), nested=(*nested, *own))

    def _joined(self, kept: Kept, at: int) -> FoundObject:
        """A native object with what was changed in the file."""
        now, trace = self._now[at], self._trace(at)
        found = now.found
        if found.class_name != trace.group:  # another class has other questions
            return msgspec.structs.replace(found, id=kept.id)
        is_moved, is_said_anew = self._is_moved(kept, at), now.said != trace.said
        return FoundObject(
            class_name=kept.name,
            geometry=found.geometry if is_moved else kept.geometry,
            place=found.place if is_moved or is_said_anew else self._place,
            answers=tuple(_merged(kept.answers, trace.said, found.answers, now.said, self._place)),
            id=kept.id,
            comment=found.comment if is_said_anew and found.comment else kept.comment,
            z=found.z if is_said_anew and found.z else kept.z,
            asides=found.asides,
        )

    def _own(self, parent: FoundObject | None) -> Iterator[FoundObject]:
        """What the file has for itself under an object, or at the root."""
        for at in self._inside.get(id(parent), ()):
            if at not in self._used:
                yield from self._one_own(at)

    def _one_own(self, at: int) -> Iterator[FoundObject]:
        self._used.add(at)
        self.counts[NEW] += at not in self._trace_of
        found = self._now[at].found
        yield msgspec.structs.replace(found, nested=tuple(self._own(found)))


def _matched(now: Sequence[_Now], traces: Sequence[Trace], kept: dict[str, Kept]) -> dict[int, int]:
    """The trace of every object, by place: the very same, the same id, the same shape, at last the same place."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()

    def take(keys: Iterable[object], wanted: Iterable[object]) -> None:
        waiting: dict[object, deque[int]] = defaultdict(deque)
        for number, key in enumerate(wanted):
            if key is not None and number not in taken:
                waiting[key].append(number)
        for at, key in enumerate(keys):
            if at not in pairs and key is not None and waiting.get(key):
                pairs[at] = waiting[key].popleft()
                taken.add(pairs[at])

    take(
        [(n.found.class_name, n.shape, n.said, n.found.id) for n in now],
        [(t.group, t.shape, t.said, t.id) for t in traces],
    )
    take([n.found.id for n in now], [t.id for t in traces])
    without_id = [(t.group, t.shape) for t in traces]
    take([(n.found.class_name, n.shape) for n in now], without_id)
    return pairs | dict(_overlapping(now, traces, kept, (pairs, taken)))


def _overlapping(
    now: Sequence[_Now], traces: Sequence[Trace], kept: dict[str, Kept], done: tuple[dict[int, int], set[int]]
) -> Iterator[tuple[int, int]]:
    """Objects that only one trace of their class overlaps by more than half, and that no other object overlaps so."""
    pairs, taken = done
    gone: dict[str, list[int]] = defaultdict(list)
    for number, trace in enumerate(traces):
        if number not in taken and trace.kept is not None and trace.id is None:
            gone[trace.group].append(number)
    fresh: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(now):
        if at not in pairs and one.found.class_name in gone:
            fresh[one.found.class_name].append(at)
    for group, places in fresh.items():
        near: list[tuple[int, int]] = []
        for at in places:
            for number in gone[group]:
                native = kept[str(traces[number].kept)].geometry
                if box_iou(now[at].found.geometry, native) > SAME_PLACE:
                    near.append((at, number))
        here, there = Counter(at for at, _ in near), Counter(number for _, number in near)
        yield from ((at, number) for at, number in near if here[at] == there[number] == 1)


def _all(objects: Iterable[Kept]) -> Iterator[tuple[str, Kept]]:
    for one in objects:
        yield one.id, one
        yield from _all(one.nested)


def _count(kept: Kept) -> int:
    return 1 + sum(_count(one) for one in kept.nested)


def as_found(kept: Kept, place: Place) -> FoundObject:
    """A native object as a reader of our own format finds it."""
    return FoundObject(
        class_name=kept.name,
        geometry=kept.geometry,
        place=place,
        answers=tuple(_answers(kept.answers, place)),
        nested=tuple(as_found(one, place) for one in kept.nested),
        id=kept.id,
        comment=kept.comment,
        z=kept.z,
    )


def _answers(answers: dict[str, Said], place: Place) -> Iterator[FoundAnswer]:
    for name, value in answers.items():
        yield FoundAnswer(name=name, value=value, place=place)


def _merged(
    kept: dict[str, Said], was: str, found: Sequence[FoundAnswer], now: str, place: Place
) -> Iterator[FoundAnswer]:
    """The side-car's answers; where somebody answered anew in the file, the file's stand over them."""
    anew = {} if was == now else {answer.name: answer for answer in found}
    for answer in _answers(kept, place):
        yield anew.pop(answer.name, answer)
    yield from anew.values()
