"""Compare two label files, whatever their formats: what came, what went, what moved, picture by picture."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import Final

import msgspec

from labelwright.exchange.found import FoundMedium, FoundObject, scaled
from labelwright.exchange.naming import stem_of
from labelwright.exchange.uniting import SAME_PLACE, box_iou

NEAR_PX: Final = 1e-6
"""Formats with shares of sides round; what lies nearer than this is where it was."""


_Pair = tuple[FoundMedium | None, FoundMedium | None]


class Changed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One difference. `what` is added, removed, moved, reclassed or answered; `iou` is of the boxes, when moved."""

    medium: str
    what: str
    class_name: str = ""
    place: str = ""
    was: str = ""
    now: str = ""
    iou: float | None = None


def compare(one: Iterable[FoundMedium], other: Iterable[FoundMedium]) -> Iterator[Changed]:
    """The differences from one file to another, picture by picture, in the order of their names."""
    for name, before, after in _named(_paired(list(one), list(other))):
        if before is None or after is None:
            there = _one_of((before, after))
            what = "removed" if after is None else "added"
            yield Changed(medium=name, what=what, class_name="(picture)", place=str(there.place))
        size = next(((m.width, m.height) for m in (before, after) if m and m.width and m.height), None)
        yield from _objects(name, _all(before, size), _all(after, size))
        yield from _answers(name, before, after)


def _name(medium: FoundMedium) -> str:
    return (medium.name or medium.path).rpartition("/")[2]


_SAME: Final[tuple[Callable[[FoundMedium], str | None], ...]] = (
    lambda medium: medium.id,
    lambda medium: medium.path,
    _name,
    lambda medium: stem_of(_name(medium)),
)


def _paired(one: list[FoundMedium], other: list[FoundMedium]) -> Iterator[_Pair]:
    """Pictures that are the same: by id, path, name or name without extension, whichever tells them apart first.

    What nothing tells apart is the same in the order of the files.
    """
    for key in _SAME:
        ours, theirs = _by(key, one), _by(key, other)
        same = {name for name, media in ours.items() if len(media) == len(theirs.get(name, ())) == 1}
        yield from ((ours[name][0], theirs[name][0]) for name in same)
        one, other = ([m for m in media if key(m) not in same] for media in (one, other))
    ours, theirs = _by(_SAME[-1], one), _by(_SAME[-1], other)
    for name in ours.keys() | theirs.keys():
        yield from zip_longest(ours.get(name, ()), theirs.get(name, ()))


def _by(key: Callable[[FoundMedium], str | None], media: Iterable[FoundMedium]) -> dict[str, list[FoundMedium]]:
    found: dict[str, list[FoundMedium]] = defaultdict(list)
    for medium in media:
        name = key(medium)
        if name is not None:
            found[name].append(medium)
    return found


def _named(pairs: Iterable[_Pair]) -> list[tuple[str, FoundMedium | None, FoundMedium | None]]:
    """Pairs with the name that they are called by: the path, where several have the same name."""
    by_stem: dict[str, list[_Pair]] = defaultdict(list)
    for pair in pairs:
        by_stem[stem_of(_name(_one_of(pair)))].append(pair)
    named = [(stem if len(same) == 1 else _one_of(pair).path, *pair) for stem, same in by_stem.items() for pair in same]
    return sorted(named, key=lambda one: one[0])


def _one_of(pair: _Pair) -> FoundMedium:
    before, after = pair
    found = before or after
    assert found is not None
    return found


def _all(medium: FoundMedium | None, size: tuple[int, int] | None) -> list[FoundObject]:
    """Every object, nested ones behind their parents; in pixels where the size is known."""
    if medium is None:
        return []
    objects = (scaled(medium, size) if size else medium).objects
    return [each for one in objects for each in (one, *one.nested)]


def _objects(medium: str, before: list[FoundObject], after: list[FoundObject]) -> Iterator[Changed]:
    left = list(after)
    gone = []
    for was in before:
        now = next((one for one in left if one.id and one.id == was.id), None)
        now = now or next((one for one in left if _is_same(was, one)), None)
        if now is None:
            gone.append(was)
            continue
        left.remove(now)
        yield from _changes(medium, was, now)
    for was in gone:
        overlaps = [(box_iou(was.geometry, one.geometry), one) for one in left if one.class_name == was.class_name]
        iou, nearest = max(overlaps, key=lambda pair: pair[0], default=(0.0, None))
        if nearest is not None and iou > SAME_PLACE:
            left.remove(nearest)
            yield from _changes(medium, was, nearest)
        else:
            yield Changed(medium=medium, what="removed", class_name=was.class_name, place=str(was.place))
    for now in left:
        yield Changed(medium=medium, what="added", class_name=now.class_name, place=str(now.place))


def _is_same(was: FoundObject, now: FoundObject) -> bool:
    return was.class_name == now.class_name and _is_where_it_was(was, now)


def _is_where_it_was(was: FoundObject, now: FoundObject) -> bool:
    a, b = _numbers(was), _numbers(now)
    return len(a) == len(b) and all(abs(x - y) <= NEAR_PX for x, y in zip(a, b, strict=True))


def _numbers(one: FoundObject) -> list[float]:
    def flat(value: object) -> list[float]:
        if isinstance(value, (int, float)):
            return [float(value)]
        return [n for each in value for n in flat(each)] if isinstance(value, (list, tuple)) else []

    plain = msgspec.to_builtins(one.geometry)
    return [n for key in sorted(plain) if key != "kind" for n in flat(plain[key])]


def _changes(medium: str, was: FoundObject, now: FoundObject) -> Iterator[Changed]:
    at = str(now.place)
    if was.class_name != now.class_name:
        name, other = now.class_name, was.class_name
        yield Changed(medium=medium, what="reclassed", class_name=name, place=at, was=other, now=name)
    if not _is_where_it_was(was, now):
        iou = round(box_iou(was.geometry, now.geometry), 6)
        yield Changed(medium=medium, what="moved", class_name=now.class_name, place=at, iou=iou)
    before, after = _said(was), _said(now)
    for name in sorted(before.keys() | after.keys()):
        if _text(before.get(name)) != _text(after.get(name)):
            old, new = _text(before.get(name)), _text(after.get(name))
            what = f"{now.class_name} {name}"
            yield Changed(medium=medium, what="answered", class_name=what, place=at, was=old, now=new)


def _answers(medium: str, before: FoundMedium | None, after: FoundMedium | None) -> Iterator[Changed]:
    was, now = _said(before), _said(after)
    for name in sorted(was.keys() | now.keys()):
        if _text(was.get(name)) != _text(now.get(name)):
            old, new = _text(was.get(name)), _text(now.get(name))
            yield Changed(medium=medium, what="answered", class_name=name, was=old, now=new)


def _said(found: FoundMedium | FoundObject | None) -> dict[str, object]:
    """Answers and asides by name."""
    return {one.name: one.value for one in (*found.asides, *found.answers)} if found else {}


def _text(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
