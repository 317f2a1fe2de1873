"""What a file says of its pictures and objects besides: flags, scores, groups, ratings of other programs.

A reader puts them into `asides` of what it finds, as answers that nobody need have a question for: where there is one
of the name they become its answer, and all others are counted and said. What is as it usually is (`occluded` 0, no
group) says nothing, and is no aside.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Final, TypeVar

import msgspec

from labelwright.exchange.found import Fault, FoundAnswer, FoundObject, Place

Key = TypeVar("Key", bound=Hashable)
NO_QUESTION: Final = "there is no question of this name"
MOST_NAMES: Final = 500
VISIBLE: Final = {"visibility": "2"}
"""What keypoints are that are in plain view."""
_OTHERS: Final = "others"
_SAYS_NOTHING: Final = frozenset(("", "0", "0.0", "false", "null", "none", "[]", "{}"))
_ENCODE: Final = msgspec.json.Encoder().encode


def asides_of(
    found: Mapping[str, object], place: Place, usual: Mapping[str, str] | None = None
) -> tuple[FoundAnswer, ...]:
    """What of some properties says anything, as asides; `usual` has values that say nothing, by name."""
    return tuple(_said(found, place, usual or {}))


def _said(found: Mapping[str, object], place: Place, usual: Mapping[str, str]) -> Iterator[FoundAnswer]:
    for name, value in found.items():
        text = _text(value)
        if text.lower() not in _SAYS_NOTHING and text != usual.get(name):
            yield FoundAnswer(name=name, value=text, place=place)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else _ENCODE(value).decode()


def beside(one: FoundObject, **found: object) -> FoundObject:
    """An object with more asides."""
    return msgspec.structs.replace(one, asides=(*one.asides, *asides_of(found, one.place)))


def grouped(groups: Mapping[Key, int | None], parents: Mapping[Key, Key]) -> dict[Key, int]:
    """The groups of objects that share theirs; what is nested in another one has that one's, which says nothing."""
    own = {key: group for key, group in groups.items() if group is not None and key not in parents}
    sizes = Counter(own.values())
    return {key: group for key, group in own.items() if sizes[group] > 1}


class NotKept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Asides of one name that are not kept for one reason: how many, in how many files, the first and its value."""

    name: str
    count: int
    files: int
    reason: str
    place: Place
    value: str = ""

    def __str__(self) -> str:
        return f"{self.text} The first: {self.value} at {self.place}."

    @property
    def text(self) -> str:
        """A sentence for people."""
        times = "once" if self.count == 1 else f"{self.count:,} times"
        where = f"{self.files:,} files" if self.files > 1 else "one file"
        return f"“{self.name}” is not kept, {times} in {where}: {self.reason}."


def as_fault(line: NotKept) -> Fault:
    """What is not kept as a line among faults; it is none."""
    return Fault(line.place, "not_kept", line.text, line.value)


class _Line:
    def __init__(self, first: FoundAnswer) -> None:
        self.first, self.count = first, 0
        self.files: set[str] = set()


class Tally:
    """Counts asides that are not kept."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], _Line] = {}

    def add(self, aside: FoundAnswer, reason: str) -> None:
        """Count one. Beyond `MOST_NAMES` of names and reasons, names are not told apart."""
        key = aside.name[:60], reason
        if key not in self._lines and len(self._lines) >= MOST_NAMES:
            key = _OTHERS, NO_QUESTION
        line = self._lines.setdefault(key, _Line(aside))
        line.count += 1
        line.files.add(aside.place.file)

    def add_all(self, found: Iterable[tuple[FoundAnswer, str]]) -> None:
        """Count asides with their reasons."""
        for aside, reason in found:
            self.add(aside, reason)

    def clear(self) -> None:
        """Begin anew."""
        self._lines.clear()

    def lines(self) -> tuple[NotKept, ...]:
        """What was counted, in the order in which it came."""
        return tuple(
            NotKept(
                name=name,
                count=line.count,
                files=len(line.files),
                reason=reason,
                place=line.first.place,
                value=shown(line.first)[:80],
            )
            for (name, reason), line in self._lines.items()
        )


def shown(answer: FoundAnswer) -> str:
    """The value of an answer as a text."""
    return answer.value if isinstance(answer.value, str) else ", ".join(answer.value or ())
