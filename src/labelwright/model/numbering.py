"""Class numbers: a geometry class gets one when it is made and keeps it for good, however classes come, move and go.

A project keeps all numbers that it ever gave, each with its *holder*: the path of export keys and the kind, such as
`car/wheel: point`. The number of a deleted class goes to no other class; the same key and kind at the same place get it
back, because in files they mean the same.
"""

from collections.abc import Iterator

import msgspec

from labelwright.model.configuration import Configuration, LabelClass, Placed, walk
from labelwright.model.errors import Issue

Given = dict[int, str]
Classes = tuple[LabelClass, ...]


def numbered(classes: Classes, old: Configuration, given: Given, *, wish: bool = False) -> tuple[Classes, Given]:
    """The classes with their numbers, and all numbers that are given then. Ids have been checked against `old`.

    A class of `old` keeps its number, a new one gets the one that it asks for, had before, or the next that nobody had.
    With `wish`, a number that cannot be had is no fault, and the next one takes its place.
    """
    held = _holders(classes)
    known = _kept(classes, old)
    asked = {p.pointer: p.label_class.number for p in walk(classes) if p.pointer in held and p.pointer not in known}
    taken = {**given, **{number: held[pointer] for pointer, number in known.items()}}
    for pointer, number in asked.items():
        if number is not None and (not wish or taken.get(number, held[pointer]) == held[pointer]):
            known[pointer] = number
            taken[number] = held[pointer]
    had = {holder: number for number, holder in given.items()}
    for pointer, holder in held.items():
        if pointer in known:
            continue
        before = had.get(holder)
        number = before if before is not None and before not in known.values() else max(taken, default=-1) + 1
        known[pointer] = number
        taken[number] = holder
    return _with(classes, known, "/classes"), dict(sorted(taken.items()))


def number_issues(classes: Classes, old: Configuration, given: Given) -> Iterator[Issue]:
    """What is wrong with the numbers that classes ask for."""
    held = _holders(classes)
    known = _kept(classes, old)
    for placed in walk(classes):
        here, at = placed.label_class, f"{placed.pointer}/number"
        if here.number is None or placed.pointer not in held:
            continue
        if placed.pointer in known and known[placed.pointer] != here.number:
            text = f"“{here.key}” has the number {known[placed.pointer]} for good; it cannot become {here.number}."
            yield Issue(at, "number_changed", text)
        elif placed.pointer not in known and here.number in known.values():
            yield Issue(at, "number_taken", f"The number {here.number} belongs to another class.")
        elif placed.pointer not in known and given.get(here.number, held[placed.pointer]) != held[placed.pointer]:
            text = f"The number {here.number} belonged to “{given[here.number]}” and goes to no other class."
            yield Issue(at, "number_taken", f"{text} Leave the number out to get the next one.")


def by_age(classes: Classes) -> Classes:
    """Number classes that have ids and no numbers from 0, the oldest first; those that have a number keep it."""
    geometries = [p for p in walk(classes) if p.label_class.is_geometry]
    known = {p.pointer: p.label_class.number for p in geometries if p.label_class.number is not None}
    free = max(known.values(), default=-1) + 1
    for placed in sorted(geometries, key=lambda p: str(p.label_class.id)):
        if placed.pointer not in known:
            known[placed.pointer] = free
            free += 1
    return _with(classes, known, "/classes")


def _holders(classes: Classes) -> dict[str, str]:
    """Who would hold a number: by pointer, for every geometry class."""
    return {p.pointer: _holder(p) for p in walk(classes) if p.label_class.is_geometry}


def _holder(placed: Placed) -> str:
    above = f"{placed.parent.key}/" if placed.parent else ""  # a geometry stands at the root or right under one
    return f"{above}{placed.label_class.key}: {placed.label_class.type}"


def _kept(classes: Classes, old: Configuration) -> dict[str, int]:
    """The numbers that classes have already, by pointer."""
    found = {}
    for placed in walk(classes):
        before = old.by_id.get(placed.label_class.id) if placed.label_class.id else None
        if before is not None and before.label_class.number is not None:
            found[placed.pointer] = before.label_class.number
    return found


def _with(classes: Classes, numbers: dict[str, int], pointer: str) -> Classes:
    return tuple(
        msgspec.structs.replace(
            here,
            number=numbers.get(f"{pointer}/{place}"),
            children=_with(here.children, numbers, f"{pointer}/{place}/children"),
        )
        for place, here in enumerate(classes)
    )
