"""One import against one project: which medium is meant, what changes in it, storing it, taking it back."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, select

from labelwright.db import tables as t
from labelwright.exchange.asides import NO_QUESTION
from labelwright.exchange.change_set import Difference, TaskName, differences, not_kept
from labelwright.exchange.fitting import fit
from labelwright.exchange.found import Fault, Place, Tally
from labelwright.exchange.reading import FOUND, RESTORED, RULE, SURVEY, FoundFrames, Surveyed
from labelwright.exchange.resolving import Resolved, Resolver
from labelwright.exchange.side_car import PATH as SIDE_CAR
from labelwright.exchange.side_car import class_paths
from labelwright.exchange.source import Scheme
from labelwright.exchange.uniting import United, Uniter
from labelwright.model.configuration import Configuration
from labelwright.model.document import MAX_ANNOTATIONS, Document, Stamp
from labelwright.model.errors import Invalid, Issue
from labelwright.services import configurations, conform
from labelwright.services.context import Context
from labelwright.services.import_kept import KEPT, Basis, Kept, Looked, Terms, keep, keep_terms
from labelwright.services.import_matching import Names
from labelwright.services.import_options import MOST_SHOWN, Options, Summary
from labelwright.services.import_plain import Added, PlainImport
from labelwright.services.import_storing import LATER, Act, Prepared, prepared, save_all, tasks_of
from labelwright.storage.durable import naming_a_full_disk

CHANGES: Final = "changes.ndjson"
A_STATEMENT: Final = 64
STATEMENT_BYTES: Final = 4 << 20
"""Tasks that are written in one statement, and of how many bytes: so much of what was made ready is in memory."""
_ANEW_BYTES: Final = 64 << 20
_ROWS_AT_ONCE: Final = 8


def open_plan(ctx: Context, row: Row[Any], folder: Path) -> "Plan":
    """The plan of one import. Raises Invalid without a label configuration."""
    with ctx.db.read() as conn:
        configuration = configurations.of_project(conn, row.project_id)
        names = Names(conn, row.project_id)
    if not configuration.classes:
        message = "The project has no label configuration. Make one, or take the file's own classes."
        raise Invalid(message, (Issue("", "no_configuration", message),))
    return Plan(ctx, row, folder, configuration, names)


class Plan:
    """`matched` are the media that the file has something for, in its order."""

    def __init__(self, ctx: Context, row: Row[Any], folder: Path, configuration: Configuration, names: Names) -> None:
        self._ctx, self._row, self._folder, self._configuration = ctx, row, folder, configuration
        self._options = msgspec.json.decode(row.options, type=Options)
        # What is compared now is stored later, if at all: that is when it changes.
        stamp = Stamp(row.created_by, LATER, "import")
        self._act = Act(row.id, "import", stamp._replace(at=ctx.now_ms()))
        self._terms = Terms(row.options, configuration.revision)
        self._resolver = Resolver(configuration, self._options.mapping, out_of_bounds=self._options.out_of_bounds)
        self._plain = PlainImport(ctx.new_id, configuration, self._resolver, stamp)
        self._uniter = Uniter(self._options.mode, stamp, ctx.new_id)
        self.matched: dict[str, list[int]] = {}
        self._unmatched: list[tuple[str, Place]] = []
        self._ambiguous: list[tuple[str, Place]] = []
        self._not_kept = Tally()
        survey = msgspec.json.decode((folder / SURVEY).read_bytes(), type=Surveyed)
        if survey.rule != RULE:
            raise _outdated("other_version", "The file was read by another version of Labelwright. Import it anew.")
        self._found = FoundFrames(
            folder / (RESTORED if survey.side_car is not None and self._options.side_car else FOUND)
        )
        for place, found in self._found.heads():
            ctx.go_on()
            media = names.find(found)
            if len(media) == 1:
                self.matched.setdefault(media[0], []).append(place)
            else:
                (self._ambiguous if media else self._unmatched).append((found.path, found.place))

    @property
    def media_count(self) -> int:
        return len(self.matched)

    def check_terms(self, summary: Summary) -> None:
        """Raise Invalid when it was compared with another label configuration than this plan is for."""
        if summary.terms != self._terms.digest:
            raise _outdated(
                "configuration_changed", "The label configuration was changed meanwhile. Compare the file again."
            )

    # --- comparing ---

    def compare(self, progress: Callable[[int], bool]) -> Summary | None:
        """Write the change set; None when somebody stopped it. Raises Stopping."""
        counts: dict[str, Counter[str]] = {"geometries": Counter(), "answers": Counter()}
        survey = msgspec.json.decode((self._folder / SURVEY).read_bytes(), type=Surveyed)
        refused = [*survey.faults, *self._foreign(survey)]
        refused_count = len(refused) - len(survey.faults) + survey.fault_count
        left_out = unchanged = 0
        self._not_kept.clear()
        media = list(self.matched)
        part, kept = (self._folder / f"{name}.part" for name in (CHANGES, KEPT))
        with naming_a_full_disk(), part.open("wb", 1 << 20) as file, kept.open("wb", 1 << 20) as ready:
            keep_terms(ready, self._terms)
            file.writelines(_line(one) for one in self._about_media())
            file.writelines(_refusal_line(fault, None) for fault in refused)
            for start in range(0, len(media), MOST_SHOWN):
                portion = media[start : start + MOST_SHOWN]
                for row in self._rows(portion):
                    self._ctx.go_on()
                    if (added := self._added(row)) is not None:
                        counts["geometries"]["added"] += added.prepared.annotation_count
                        file.write(added.lines)
                        keep(ready, Looked(row.id, _basis(row), added.prepared))
                        continue
                    before, united, resolved = self._united(row)
                    task = TaskName(row.id, row.medium_name)
                    left_out += resolved.left_out
                    refused_count += len(resolved.refused)
                    refused += resolved.refused[: max(MOST_SHOWN - len(refused), 0)]
                    self._not_kept.add_all(resolved.not_kept)
                    unchanged += before == united.document
                    keep(ready, self._looked(row, before, united.document))
                    if len(self.matched[row.medium_id]) > 1:
                        file.write(_line(self._repeated(task, row.medium_id)))
                    file.writelines(_refusal_line(fault, task) for fault in resolved.refused)
                    for line in differences(before, united, task, self._key):
                        counts[line.unit][line.what] += 1
                        file.write(_line(line))
                if not progress(start + len(portion)):
                    return None
            lost = (*survey.not_kept, *self._not_kept.lines())
            file.writelines(_line(not_kept(one)) for one in lost)
        kept.replace(self._folder / KEPT)
        part.replace(self._folder / CHANGES)
        return Summary(
            media=survey.media,
            matched=len(self.matched),
            unmatched=tuple(path for path, _ in self._unmatched[:MOST_SHOWN]),
            unmatched_count=len(self._unmatched),
            ambiguous=tuple(path for path, _ in self._ambiguous[:MOST_SHOWN]),
            ambiguous_count=len(self._ambiguous),
            repeated=sum(len(places) > 1 for places in self.matched.values()),
            geometries=dict(counts["geometries"]),
            answers=dict(counts["answers"]),
            left_out=left_out,
            refused=tuple(refused[:MOST_SHOWN]),
            refused_count=refused_count,
            unchanged_media=unchanged,
            fit=fit(survey, self._resolver),
            terms=self._terms.digest,
            not_kept=lost,
        )

    def _rows(self, media: list[str]) -> Iterator[Row[Any]]:
        """The tasks of some media, few of them in memory: labels may be large."""
        with self._ctx.db.read() as conn:
            few = conn.execution_options(stream_results=True, yield_per=_ROWS_AT_ONCE)
            yield from few.execute(tasks_of(self._row.project_id, media))

    def _foreign(self, survey: Surveyed) -> Iterator[Fault]:
        """Say that a side-car is of another label configuration: what has no class here is refused one by one."""
        use = survey.side_car if self._options.side_car else None
        missing = sorted(set(use.classes) - set(class_paths(Scheme(self._configuration)))) if use else []
        if missing:
            text = (
                "The side-car is of another label configuration, which has "
                f"{', '.join(missing[:10])}. Map its classes, or import without the side-car."
            )
            yield Fault(Place(SIDE_CAR), "other_configuration", text, missing[0])

    def _about_media(self) -> Iterator[Difference]:
        """The pictures of the file that lead to no task, and why."""
        missing = "No picture of the project has this id, content or name."
        several = "Several pictures of the project have this name, and nothing tells them apart."
        for what, media, reason in (("unmatched", self._unmatched, missing), ("ambiguous", self._ambiguous, several)):
            for path, place in media:
                yield Difference(what=what, unit="media", medium=path, place=place, reason=reason)

    def _repeated(self, task: TaskName, medium_id: str) -> Difference:
        several = self._found.heads_at(self.matched[medium_id])
        paths = ", ".join(dict.fromkeys(found.path for found in several))
        reason = "The file speaks of this picture more than once; all of it is taken."
        return Difference(
            what="repeated",
            unit="media",
            medium=task.medium,
            task_id=task.task_id,
            place=several[-1].place,
            value=paths[:80],
            reason=reason,
        )

    def _key(self, class_id: str) -> str:
        placed = self._configuration.by_id.get(class_id)
        return placed.label_class.key if placed else class_id

    def _added(self, row: Row[Any]) -> Added | None:
        """What comes into a task without labels from columns; None where objects have to be looked at."""
        places = self.matched[row.medium_id]
        if row.revision is not None or len(places) > 1:
            return None
        size_wh = (row.width, row.height) if row.width else None
        task = TaskName(row.id, row.medium_name)
        found = self._found.folded_at(places[0])
        added = self._plain.add(found, task, row.project_id, size_wh)
        if added is not None:
            self._not_kept.add_all((aside, NO_QUESTION) for aside in found.asides)
        return added

    def _united(self, row: Row[Any]) -> tuple[Document, United, Resolved]:
        """The labels of a task before and after; several media of the file about one medium come one after another."""
        before = conform.current(None if row.revision is None else row, self._configuration)
        size_wh = (row.width, row.height) if row.width else None
        together, keep = Resolved((), {}, (), 0, {}), True
        for place in self.matched[row.medium_id]:
            if len(together.objects) > MAX_ANNOTATIONS:
                break  # what is refused as a whole need not be read to its end
            (found,) = self._found.at([place])
            resolved = self._resolver.resolve(found, size_wh)
            keep = keep and found.keep
            together = Resolved(
                (*together.objects, *resolved.objects),
                {**together.answers, **resolved.answers},
                (*together.refused, *resolved.refused),
                together.left_out + resolved.left_out,
                {**together.places, **resolved.places},
                (*together.not_kept, *resolved.not_kept),
            )
        try:
            return before, self._uniter.unite(before, together, keep=keep), together
        except ValueError as error:
            place = self._first_place(row.medium_id)
            fault = Fault(place, "too_many_annotations", str(error))
            return before, United(before, {}, {}), together._replace(refused=(*together.refused, fault))

    def _first_place(self, medium_id: str) -> Any:
        return self._found.at(self.matched[medium_id][:1])[0].place

    # --- storing ---

    @cached_property
    def _kept(self) -> Kept:
        return Kept(self._folder / KEPT, self._terms)

    def forget(self) -> None:
        """Take away what was kept for storing."""
        (self._folder / KEPT).unlink(missing_ok=True)

    def store(self, media: list[str]) -> int:
        """Write the labels of some media in one transaction; what was stored by this import already is passed over.

        Returns how many tasks are changed by it. Raises Stopping when nothing of it was written.
        """
        with self._ctx.db.read() as conn:
            tasks = conn.execute(_bases(self._row.project_id, media)).all()
        anew = self._all_looked_anew([row.medium_id for row in tasks if not self._kept.has(row.id, _basis(row))])
        self._ctx.go_on()
        return self._ctx.db.write(lambda conn: self._write(conn, media, anew))

    def _all_looked_anew(self, media: list[str]) -> dict[str, Looked]:
        """What is compared once more before the transaction, so that it is short; as much as may be in memory."""
        anew: dict[str, Looked] = {}
        size = 0
        for row in self._rows(media) if media else ():
            looked = anew[row.id] = self._looked_anew(row)
            size += looked.prepared.size if looked.prepared is not None else 0
            if size >= _ANEW_BYTES:
                break
        return anew

    def _looked_anew(self, row: Row[Any]) -> Looked:
        before, united, _ = self._united(row)
        return self._looked(row, before, united.document)

    def _looked(self, row: Row[Any], before: Document, after: Document) -> Looked:
        """What is to be written for one task, if anything."""
        ready: Prepared | None = None
        if before != after:
            stored = before if row.revision is None else conform.decoded(row.document)
            ready = prepared(row, stored, conform.ready(after, self._configuration), after)
        return Looked(row.id, _basis(row), ready)

    def _write(self, conn: Connection, media: list[str], anew: dict[str, Looked]) -> int:
        if configurations.of_project(conn, self._row.project_id).revision != self._configuration.revision:
            raise _outdated(
                "configuration_changed", "The label configuration was changed meanwhile. Compare the file again."
            )
        tasks = conn.execute(_bases(self._row.project_id, media)).all()
        change_ids = {row.id: self._act.change_id(row.id) for row in tasks}
        done = set(
            conn.execute(
                select(t.label_change.c.task_id).where(
                    t.label_change.c.task_id.in_(change_ids), t.label_change.c.change_id.in_(change_ids.values())
                )
            ).scalars()
        )
        count = len(done)
        left = [row for row in tasks if row.id not in done]
        for wanted in self._statements(conn, left, anew):
            save_all(conn, wanted, self._act)
            count += len(wanted)
        return count

    def _statements(self, conn: Connection, tasks: list[Row[Any]], anew: dict[str, Looked]) -> Iterator[list[Prepared]]:
        """What is to be written of these tasks, as much at a time as goes into one statement."""
        some: list[Prepared] = []
        size = 0
        for row in tasks:
            self._ctx.go_on()
            ready = self._looked_at(conn, row, anew).prepared
            if ready is not None:
                some.append(ready)
                size += ready.size
            if len(some) == A_STATEMENT or size >= STATEMENT_BYTES:
                yield some
                some, size = [], 0
        yield some

    def _looked_at(self, conn: Connection, row: Row[Any], anew: dict[str, Looked]) -> Looked:
        """What was made ready on what is there now; where somebody saved since, it is compared once more."""
        basis = _basis(row)
        if row.id in anew and anew[row.id].basis == basis:
            return anew[row.id]
        if self._kept.has(row.id, basis):
            return self._kept.get(row.id)
        return self._looked_anew(conn.execute(tasks_of(self._row.project_id, [row.medium_id])).one())


def _outdated(code: str, message: str) -> Invalid:
    return Invalid(message, (Issue("", code, message),))


def _refusal_line(fault: Fault, task: TaskName | None) -> bytes:
    return _line(
        Difference(
            what="refused",
            unit="file",
            medium=task.medium if task else "",
            task_id=task.task_id if task else None,
            place=fault.place,
            value=fault.value,
            code=fault.code,
            reason=fault.message,
        )
    )


def _line(line: Difference) -> bytes:
    return msgspec.json.encode(line) + b"\n"


def _bases(project_id: str, media: Iterable[str]) -> Any:
    own = (t.task.c.project_id == project_id) & t.task.c.medium_id.in_(list(media))
    return (
        select(t.task.c.id, t.task.c.medium_id, t.label_document.c.revision, t.medium.c.width, t.medium.c.height)
        .join(t.medium, t.medium.c.id == t.task.c.medium_id)
        .outerjoin(t.label_document, t.label_document.c.task_id == t.task.c.id)
        .where(own, t.task.c.medium_deleted.is_(False))
    )


def _basis(row: Row[Any]) -> Basis:
    return Basis(row.revision, row.width, row.height)
