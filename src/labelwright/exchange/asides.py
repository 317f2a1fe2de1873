"""What a file says of its pictures and objects besides: flags, scores, groups, ratings of other programs.

A reader puts them into `asides` of what it finds, as answers that nobody need have a question for: where there is one
of the name they become its answer, and all others are counted and said. What is as it usually is (`occluded` 0, no
group) says nothing, and is no aside. What is about a file or a class becomes no answer: the reader counts it.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from typing import Final, TypeVar

import msgspec

from labelwright.exchange.found import Fault, Faults, FoundAnswer, FoundObject, NotKept, Place

Key = TypeVar("Key", bound=Hashable)
NO_QUESTION: Final = "there is no question of this name"
OF_FILES: Final = "it is about the file as a whole"
OF_CLASSES: Final = "it is about a class"
VISIBLE: Final = {"visibility": "2"}
"""What keypoints are that are in plain view."""
_SAYS_NOTHING: Final = frozenset(("", "0", "0.0", "false", "null", "none", "[]", "{}"))
_ENCODE: Final = msgspec.json.Encoder().encode


def asides_of(
    found: Mapping[str, object], place: Place, usual: Mapping[str, str] | None = None
) -> tuple[FoundAnswer, ...]:
    """What of some properties says anything, as asides; `usual` has values that say nothing, by name."""
    return tuple(_said(found, place, usual or {})) if found else ()


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


def within(name: str, found: Mapping[str, object]) -> dict[str, object]:
    """Properties of something that has a name itself."""
    return {f"{name}.{key}": value for key, value in found.items()}


def told(
    faults: Faults,
    found: Mapping[str, object],
    place: Place,
    reason: str = OF_FILES,
    usual: Mapping[str, str] | None = None,
) -> None:
    """Count what is said of neither a picture nor an object, as far as it says anything; nothing here can hold it."""
    for aside in asides_of(found, place, usual):
        faults.not_kept.add(aside, reason)


def as_fault(line: NotKept) -> Fault:
    """What is not kept as a line among faults; it is none."""
    return Fault(line.place, "not_kept", line.text, line.value)
