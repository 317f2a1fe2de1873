"""What an import changes, line by line: each with its place in the file and its task."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from labelwright.exchange.found import NotKept, Place
from labelwright.exchange.uniting import United
from labelwright.model.document import Annotation, Document
from labelwright.model.geometry import kind_of

WHATS: Final = ("added", "changed", "removed", "unchanged", "refused", "unmatched", "ambiguous", "repeated", "not_kept")


class TaskName(NamedTuple):
    """A task and the name of its medium."""

    task_id: str
    medium: str


Key = Callable[[str], str]
_GOES: Final = "The file does not have it, and only what the file has stays."
_NOTHING: Final = object()


class Difference(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of a change set.

    `what` is added, changed, removed, unchanged or refused, of pictures unmatched, ambiguous or repeated, and not_kept
    of what the file says besides (`count` of it in all). `value` is what the file has, as far as it fits in a line.
    """

    what: str
    unit: str
    medium: str
    task_id: str | None = None
    class_key: str = ""
    annotation_id: str | None = None
    place: Place | None = None
    value: str = ""
    code: str = ""
    reason: str = ""
    count: int = 1


def differences(before: Document, united: United, task: TaskName, key_by_class: Key) -> Iterator[Difference]:
    """What an import changes in one medium: a line for each geometry and answer that is in the file, or goes."""
    was = {a.id: a for a in before.annotations}
    now = {a.id: a for a in united.document.annotations}
    for annotation_id in sorted({*united.places, *(was.keys() - now.keys())}):
        yield _geometry_line(was.get(annotation_id), now.get(annotation_id), united, task, key_by_class)
    answers = united.document.answers
    for class_id in sorted({*united.answer_places, *(before.answers.keys() - answers.keys())}):
        old, new = before.answers.get(class_id, _NOTHING), answers.get(class_id, _NOTHING)
        what = _what(old is not _NOTHING, new is not _NOTHING, same=old == new)
        yield Difference(
            what=what,
            unit="answers",
            medium=task.medium,
            task_id=task.task_id,
            class_key=key_by_class(class_id),
            place=united.answer_places.get(class_id),
            value=_text(old if new is _NOTHING else new),
            reason=_GOES if what == "removed" else f"It was {_text(old) or 'empty'}." if what == "changed" else "",
        )


def not_kept(line: NotKept) -> Difference:
    """The line that says how much of what a file says besides has no place."""
    return Difference(
        what="not_kept",
        unit="asides",
        medium="",
        place=line.place,
        value=line.value,
        code=line.name,
        reason=line.text,
        count=line.count,
    )


def _what(old: bool, new: bool, *, same: bool) -> str:  # noqa: FBT001 - was it, is it
    if same:
        return "unchanged"
    return "changed" if old and new else "added" if new else "removed"


def _geometry_line(
    old: Annotation | None, new: Annotation | None, united: United, task: TaskName, key_by_class: Key
) -> Difference:
    one = new or old
    assert one is not None
    what = _what(old is not None, new is not None, same=old == new)
    kind = kind_of(one.geometry)
    x, y, w, h = kind.bounds(one.geometry)
    return Difference(
        what=what,
        unit="geometries",
        medium=task.medium,
        task_id=task.task_id,
        class_key=key_by_class(one.class_id),
        annotation_id=one.id,
        place=united.places.get(one.id),
        value=f"{kind.name} {x:.6g},{y:.6g} {w:.6g}x{h:.6g}",
        reason=_GOES if what == "removed" else _reason(old, new) if old and new and what == "changed" else "",
    )


def _reason(old: Annotation, new: Annotation) -> str:
    parts = {
        "shape": old.geometry != new.geometry,
        "answers": old.answers != new.answers,
        "comment": old.comment != new.comment,
        "depth": old.z != new.z,
    }
    changed = [name for name, is_other in parts.items() if is_other]
    return f"Another {' and '.join(changed)}." if changed else ""


def _text(value: object) -> str:
    return (", ".join(value) if isinstance(value, tuple) else "" if value is None else str(value))[:80]


def has_text(line: Difference, text: str) -> bool:
    """Whether a text (in lower case) stands in a line, where people would look for it."""
    place = line.place.file if line.place else ""
    shown = (line.medium, line.class_key, line.value, line.reason, line.code, place)
    return any(text in one.casefold() for one in shown)


def read_page(path: Path, *, what: str | None, search: str, start: int, limit: int) -> tuple[list[bytes], int]:
    """Some lines of a change set and how many there are: of one kind, with a text in them, or all."""
    wanted = f'{{"what":"{what}"'.encode() if what else b""
    text = search.casefold()
    # Where the text is plain, lines without its bytes need not be decoded to know that they do not have it.
    plain = text.encode() if text.isascii() and text.isalnum() else b""
    page: list[bytes] = []
    total = 0
    with path.open("rb") as file:
        for line in file:
            if not line.startswith(wanted) or (plain and line.isascii() and plain not in line.lower()):
                continue
            if text and not has_text(msgspec.json.decode(line, type=Difference), text):
                continue
            if start <= total < start + limit:
                page.append(line.rstrip(b"\n"))
            total += 1
    return page, total
