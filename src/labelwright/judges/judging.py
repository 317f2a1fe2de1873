"""Let the judges of a format read an archive that is finished, and compare what they count with what is in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from labelwright.exchange import manifest as manifests
from labelwright.exchange.checking import Differs
from labelwright.exchange.files import Files, open_files
from labelwright.exchange.format import Format
from labelwright.exchange.verdict import Outcome, Verdict
from labelwright.judges.finding import Judge, judges_of
from labelwright.judges.running import LIMITS, Given, Limits, Unasked, Unread, totals_by
from labelwright.judges.totals import OwnTotals, Totals, own_totals

MOST_ANNOTATIONS: Final = 500_000
AROUND_POINT_PX: Final = 1.0
"""How far off the box of a point may be: some formats have the pixel around it."""
_FLOAT: Final = 1e-6


class Place(NamedTuple):
    """Where judges are looked for (as the setting has it), where copies may lie, and what a judge may take."""

    where: str
    scratch: Path
    limits: Limits = LIMITS


def verdicts_on(form: Format, path: Path, annotations: int, place: Place) -> tuple[Verdict, ...]:
    """What every judge of a format that is installed says of an archive with so many annotations."""
    judges = judges_of(form.id, place.where)
    if not judges or form.read is None or not annotations:
        return ()
    if annotations > MOST_ANNOTATIONS:
        why = f"was not asked: up to {MOST_ANNOTATIONS:,} annotations are given to other programs, not {annotations:,}"
        return tuple(_verdict(judge, "unasked", why) for judge in judges)
    files = open_files(path, is_ours=True)
    wanted = wanted_of(form, files)
    given = Given(form.id, files, wanted.own.totals.pictures)
    return tuple(_asked(judge, given, wanted, place) for judge in judges)


def refuse_other(verdicts: tuple[Verdict, ...]) -> None:
    """Raise Differs when a judge reads something else than was written."""
    other = next((verdict for verdict in verdicts if verdict.outcome == "differs"), None)
    if other is not None:
        raise Differs(other.text)


class Wanted(NamedTuple):
    """What a judge should count: what our reader does, and `written`, which the manifest says, where there is one.

    `has_objects`: they can be counted; masks of stuff do not tell theirs apart.
    """

    own: OwnTotals
    written: int | None
    has_objects: bool


def wanted_of(form: Format, files: Files) -> Wanted:
    """What a judge should count in files."""
    return Wanted(own_totals(form, files), _written(files), form.keeps_objects)


def _written(files: Files) -> int | None:
    """How many geometries the manifest says are in the files; None where there is no manifest of ours."""
    if manifests.PATH not in files.sizes:
        return None
    try:
        balance = manifests.decode_head(files.read(manifests.PATH)).ledger
    except msgspec.DecodeError:
        return None
    return balance.exported["geometries"] + balance.converted["geometries"]


def _asked(judge: Judge, given: Given, wanted: Wanted, place: Place) -> Verdict:
    try:
        found = totals_by(judge, given, place.scratch, place.limits)
    except Unasked as error:
        return _verdict(judge, "unasked", str(error))
    except Unread as error:
        return _verdict(judge, "unread", str(error))
    other = next(differences(found, wanted, judge.tool.OFF_PX[given.form]), None)
    if other is not None:
        return _verdict(judge, "differs", f"reads {other}", found)
    counted = f"{_counted(found.annotations, 'annotation')} in {_counted(found.pictures, 'picture')}"
    return _verdict(judge, "same", f"reads the same: {counted}", found)


def _verdict(judge: Judge, outcome: Outcome, text: str, found: Totals | None = None) -> Verdict:
    return Verdict(
        judge=judge.tool.PACKAGE,
        version=judge.version,
        outcome=outcome,
        text=f"{judge} {text}.",
        annotations=found.annotations if found is not None else 0,
        pictures=found.pictures if found is not None else 0,
    )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def differences(found: Totals, wanted: Wanted, off_px: float) -> Iterator[str]:
    """What a judge reads otherwise, each as the end of a sentence."""
    own, parts = wanted.own.totals, sum(wanted.own.parts.values())
    written = wanted.written if wanted.has_objects else None
    if written is not None and found.annotations + parts != written:
        yield f"{_counted(found.annotations, 'annotation')}, and the manifest says {written - parts:,}"
    if found.pictures != own.pictures:
        yield f"{_counted(found.pictures, 'picture')}, and Labelwright {own.pictures:,}"
    for name in sorted(found.classes.keys() | own.classes.keys()):
        theirs, ours = found.of(name), own.of(name)
        if theirs != ours and (wanted.has_objects or not theirs or not ours):
            yield f"{_counted(theirs, 'annotation')} of “{name}”, and Labelwright {ours:,}"
    if written is not None and not wanted.own.is_relative:
        yield from _moved(found, wanted.own, off_px)


def _moved(found: Totals, own: OwnTotals, off_px: float) -> Iterator[str]:
    """Classes whose boxes are elsewhere. Files of others may have boxes that do not fit their outlines."""
    for name in sorted(found.classes.keys() & own.totals.classes.keys()):
        theirs, ours = found.classes[name][1:], own.totals.classes[name][1:]
        slack = found.of(name) * off_px + own.points.get(name, 0) * AROUND_POINT_PX
        if any(abs(a - b) > slack + max(abs(b), 1) * _FLOAT for a, b in zip(theirs, ours, strict=True)):
            yield f"annotations of “{name}” elsewhere than Labelwright: all boxes together are {theirs}, not {ours}"
