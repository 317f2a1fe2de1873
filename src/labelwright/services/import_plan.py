"""One import against one project: which medium is meant, what changes in it, storing it, taking it back."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, select, update

from labelwright.db import tables as t
from labelwright.exchange.found import Fault, FoundMedium
from labelwright.exchange.naming import id_end, id_end_of, stem_of
from labelwright.exchange.reading import FOUND, SURVEY, Surveyed, read_at, read_found
from labelwright.exchange.resolving import ClassMapping, Resolved, Resolver
from labelwright.exchange.uniting import Difference, Uniter, differences
from labelwright.model.configuration import Configuration
from labelwright.model.document import Change, Document, Stamp
from labelwright.model.errors import Invalid, Issue
from labelwright.model.migration import conforming
from labelwright.services import configurations, conform, history
from labelwright.services.context import Context
from labelwright.services.history import Entry
from labelwright.storage.durable import naming_a_full_disk

CHANGES: Final = "changes.ndjson"
MOST_SHOWN: Final = 100
_NAMESPACE: Final = uuid.UUID("6b1d4c8e-52f5-4f0e-9d57-0c5a4e0f9b11")
_CHANGE: Final = msgspec.json.Decoder(Change)


class Options(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """How an import is merged: `mode` (add, merge, replace), what becomes of points outside, what classes become."""

    mode: str = "add"
    out_of_bounds: str = "refuse"
    mapping: ClassMapping = ClassMapping()


class Summary(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an import would do. The lists are the beginnings of longer ones; `kept` is what an undo left alone."""

    media: int
    matched: int
    unmatched: tuple[str, ...]
    unmatched_count: int
    ambiguous: tuple[str, ...]
    ambiguous_count: int
    repeated: int
    geometries: dict[str, int]
    answers: dict[str, int]
    left_out: int
    refused: tuple[Fault, ...]
    refused_count: int
    unchanged_media: int
    kept: int | None = None


def open_plan(ctx: Context, row: Row[Any], folder: Path) -> "Plan":
    """The plan of one import. Raises Invalid without a label configuration."""
    with ctx.db.read() as conn:
        configuration = configurations.of_project(conn, row.project_id)
        names = _Names(conn, row.project_id)
    if not configuration.classes:
        message = "The project has no label configuration. Make one, or take the file's own classes."
        raise Invalid(message, (Issue("", "no_configuration", message),))
    return Plan(ctx, row, folder, configuration, names)


class _Names:
    """Finds the medium that a file means by its id, content, dataset and name, name, and end of its id in the name.

    What fits several media is narrowed down by what is looked at next.
    """

    def __init__(self, conn: Connection, project_id: str) -> None:
        query = (
            select(t.task.c.medium_id, t.task.c.medium_name, t.medium.c.sha256, t.dataset.c.name.label("dataset"))
            .join(t.medium, t.medium.c.id == t.task.c.medium_id)
            .join(t.dataset, t.dataset.c.id == t.task.c.dataset_id)
            .where(t.task.c.project_id == project_id, t.task.c.medium_deleted.is_(False))
        )
        self._ids: set[str] = set()
        self._by: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in conn.execute(query):
            self._ids.add(row.medium_id)
            keys = (
                ("sha256", row.sha256),
                ("path", f"{row.dataset}/{row.medium_name}"),
                ("name", row.medium_name),
                ("stem", stem_of(row.medium_name)),
                ("id end", id_end(row.medium_id)),
            )
            for key, value in keys:
                if value:
                    self._by[key, value].append(row.medium_id)

    def find(self, found: FoundMedium) -> list[str]:
        """The media that may be meant: none, the one, or several that nothing tells apart."""
        if found.id in self._ids:
            return [str(found.id)]
        path = found.path.replace("\\", "/")
        tail = found.name or path.rpartition("/")[2]
        keys = (
            ("sha256", found.sha256),
            ("path", "/".join(path.split("/")[-2:])),
            ("name", found.path),
            ("name", tail),
            ("stem", tail),
            ("stem", stem_of(tail)),
            ("id end", id_end_of(tail)),
        )
        candidates: list[str] = []
        for key, value in keys:
            media = self._by.get((key, value), []) if value else []
            candidates = [one for one in media if one in candidates] or candidates or media
            if len(candidates) == 1:
                break
        return candidates


class Plan:
    """`matched` are the media that the file has something for, in its order."""

    def __init__(self, ctx: Context, row: Row[Any], folder: Path, configuration: Configuration, names: _Names) -> None:
        self._ctx, self._row, self._folder, self._configuration = ctx, row, folder, configuration
        self._options = msgspec.json.decode(row.options, type=Options)
        self._stamp = Stamp(row.created_by, ctx.now_ms(), "import")
        self._resolver = Resolver(configuration, self._options.mapping, out_of_bounds=self._options.out_of_bounds)
        self._uniter = Uniter(self._options.mode, self._stamp, ctx.new_id)
        self.matched: dict[str, list[int]] = {}
        self._unmatched: list[str] = []
        self._ambiguous: list[str] = []
        for place, found in read_found(folder / FOUND):
            media = names.find(found)
            if len(media) == 1:
                self.matched.setdefault(media[0], []).append(place)
            else:
                (self._ambiguous if media else self._unmatched).append(found.path)

    @property
    def media_count(self) -> int:
        return len(self.matched)

    # --- comparing ---

    def compare(self, progress: Callable[[int], bool]) -> Summary | None:
        """Write the change set; None when somebody stopped it."""
        counts: dict[str, Counter[str]] = {"geometries": Counter(), "answers": Counter()}
        survey = msgspec.json.decode((self._folder / SURVEY).read_bytes(), type=Surveyed)
        refused = list(survey.faults)
        left_out = unchanged = 0
        media = list(self.matched)
        part = self._folder / f"{CHANGES}.part"
        with naming_a_full_disk(), part.open("wb", buffering=1 << 20) as file:
            file.writelines(_refusal_line(fault, "") for fault in refused)
            for start in range(0, len(media), MOST_SHOWN):
                portion = media[start : start + MOST_SHOWN]
                with self._ctx.db.read() as conn:
                    rows = list(conn.execute(_tasks(self._row.project_id, portion)))
                for row in rows:
                    before, after, resolved = self._united(row)
                    left_out += resolved.left_out
                    refused += resolved.refused
                    unchanged += before == after
                    file.writelines(_refusal_line(fault, row.medium_name) for fault in resolved.refused)
                    lines = list(differences(before, after, row.medium_name, self._key))
                    file.writelines(msgspec.json.encode(line) + b"\n" for line in lines)
                    for line in lines:
                        counts[line.unit][line.what] += 1
                    _count_unchanged(counts, before, after)
                if not progress(start + len(portion)):
                    return None
        part.replace(self._folder / CHANGES)
        return Summary(
            media=survey.media,
            matched=len(self.matched),
            unmatched=tuple(self._unmatched[:MOST_SHOWN]),
            unmatched_count=len(self._unmatched),
            ambiguous=tuple(self._ambiguous[:MOST_SHOWN]),
            ambiguous_count=len(self._ambiguous),
            repeated=sum(len(places) > 1 for places in self.matched.values()),
            geometries=dict(counts["geometries"]),
            answers=dict(counts["answers"]),
            left_out=left_out,
            refused=tuple(refused[:MOST_SHOWN]),
            refused_count=len(refused) - len(survey.faults) + survey.fault_count,
            unchanged_media=unchanged,
        )

    def _key(self, class_id: str) -> str:
        placed = self._configuration.by_id.get(class_id)
        return placed.label_class.key if placed else class_id

    def _united(self, row: Row[Any]) -> tuple[Document, Document, Resolved]:
        """The labels of a task before and after; several media of the file about one medium come one after another."""
        before = conform.current(None if row.revision is None else row, self._configuration)
        size_wh = (row.width, row.height) if row.width else None
        after, together = before, Resolved((), {}, (), 0)
        for found in read_at(self._folder / FOUND, self.matched[row.medium_id]):
            resolved = self._resolver.resolve(found, size_wh)
            together = Resolved(
                (*together.objects, *resolved.objects),
                {**together.answers, **resolved.answers},
                (*together.refused, *resolved.refused),
                together.left_out + resolved.left_out,
            )
        try:
            after = self._uniter.unite(before, together)
        except ValueError as error:
            place = self._first_place(row.medium_id)
            fault = Fault(place, "too_many_annotations", str(error))
            return before, before, together._replace(refused=(*together.refused, fault))
        return before, after, together

    def _first_place(self, medium_id: str) -> Any:
        return read_at(self._folder / FOUND, self.matched[medium_id][:1])[0].place

    # --- storing ---

    def store(self, media: list[str]) -> None:
        """Write the labels of some media in one transaction; what was stored by this import already is passed over."""
        with self._ctx.db.read() as conn:
            prepared = [self._prepared(row) for row in conn.execute(_tasks(self._row.project_id, media))]
        known = {one.task_id: one for one in prepared if one is not None}
        self._ctx.db.write(lambda conn: self._write(conn, media, known))

    def _prepared(self, row: Row[Any]) -> "_Prepared | None":
        """What is to be written for one task; None when the file changes nothing."""
        before, after, _ = self._united(row)
        if before == after:
            return None
        ready = conform.ready(after, self._configuration)
        stored = before if row.revision is None else conform.decoded(row.document)
        return _Prepared(row.id, row.revision, ready._asdict(), conform.difference_of(stored, after))

    def _write(self, conn: Connection, media: list[str], known: "dict[str, _Prepared]") -> None:
        now = configurations.of_project(conn, self._row.project_id)
        if now.revision != self._configuration.revision:
            message = "The label configuration was changed meanwhile. Compare the file again."
            raise Invalid(message, (Issue("", "configuration_changed", message),))
        task_ids = [row.id for row in conn.execute(_revisions(self._row.project_id, media))]
        change_ids = {task_id: self.change_id(task_id, "import") for task_id in task_ids}
        done = set(
            conn.execute(
                select(t.label_change.c.task_id).where(
                    t.label_change.c.task_id.in_(task_ids), t.label_change.c.change_id.in_(change_ids.values())
                )
            ).scalars()
        )
        for row in conn.execute(_tasks(self._row.project_id, media)):
            if row.id in done:
                continue
            prepared = known.get(row.id)
            if prepared is None or prepared.was_revision != row.revision:
                prepared = self._prepared(row)  # somebody saved since: compare once more, inside the transaction
            if prepared is not None:
                self._save(conn, row, prepared, change_ids[row.id], self._stamp)

    def _save(self, conn: Connection, row: Row[Any], one: "_Prepared", change_id: str, stamp: Stamp) -> None:
        revision = (row.revision or 0) + 1
        values = {**one.ready, "revision": revision, "changed_at": stamp.at}
        if row.revision is None:
            conn.execute(t.label_document.insert(), {"task_id": row.id, "project_id": row.project_id, **values})
        else:
            conn.execute(update(t.label_document).where(t.label_document.c.task_id == row.id).values(**values))
        history.append(conn, Entry(row.id, revision, change_id, stamp, one.change))
        touched = {"changed_at": stamp.at, "changed_by": stamp.actor_id, "has_import": True}
        conn.execute(update(t.task).where(t.task.c.id == row.id).values(**touched))

    def change_id(self, task_id: str, act: str) -> str:
        """The id of this import's change of a task: the same however often it is tried."""
        return str(uuid.uuid5(_NAMESPACE, f"{act}/{self._row.id}/{task_id}"))

    # --- undoing ---

    def undo(self, media: list[str]) -> int:
        """Take back what this import changed in some media; returns how many things stay, as people changed them."""

        def work(conn: Connection) -> int:
            kept = 0
            for row in conn.execute(_tasks(self._row.project_id, media)).all():
                changes = {
                    one.change_id: one.change
                    for one in conn.execute(
                        select(t.label_change.c.change_id, t.label_change.c.change).where(
                            t.label_change.c.task_id == row.id,
                            t.label_change.c.change_id.in_(
                                [self.change_id(row.id, "import"), self.change_id(row.id, "undo")]
                            ),
                        )
                    )
                }
                change = changes.get(self.change_id(row.id, "import"))
                if change is not None and self.change_id(row.id, "undo") not in changes:
                    kept += self._undo_one(conn, row, _CHANGE.decode(change))
            return kept

        return self._ctx.db.write(work)

    def _undo_one(self, conn: Connection, row: Row[Any], change: Change) -> int:
        before = conform.current(row, self._configuration)
        after, kept = undone(before, change)
        after = conforming(after, self._configuration)
        if after != before:
            ready = conform.ready(after, self._configuration)._asdict()
            stored = conform.decoded(row.document)
            one = _Prepared(row.id, row.revision, ready, conform.difference_of(stored, after))
            stamp = self._stamp._replace(source="undo")
            self._save(conn, row, one, self.change_id(row.id, "undo"), stamp)
        return kept


class _Prepared(msgspec.Struct, frozen=True):
    """What is to be written for one task, made on a revision of its labels (None: there were none)."""

    task_id: str
    was_revision: int | None
    ready: dict[str, Any]
    change: Change


def undone(document: Document, change: Change) -> tuple[Document, int]:
    """The document without a change, where nobody changed the same since; and how many things somebody did."""
    annotations = {a.id: a for a in document.annotations}
    answers = dict(document.answers)
    kept = 0
    for was, now in change.annotations:
        one = now or was
        assert one is not None
        key = one.id
        if annotations.get(key) != now:
            kept += 1
        elif was is None:
            annotations.pop(key, None)
        else:
            annotations[key] = was
    for class_id, (was_answer, now_answer) in change.answers.items():
        present = (answers[class_id],) if class_id in answers else ()
        if present != now_answer:
            kept += 1
        elif was_answer:
            answers[class_id] = was_answer[0]
        else:
            answers.pop(class_id, None)
    orphans = [a.id for a in annotations.values() if a.parent_id is not None and a.parent_id not in annotations]
    for key in orphans:
        del annotations[key]
    ordered = tuple(annotations[key] for key in sorted(annotations))
    return Document(annotations=ordered, answers=dict(sorted(answers.items()))), kept


def _count_unchanged(counts: dict[str, Counter[str]], before: Document, after: Document) -> None:
    was, now = ({a.id: a for a in document.annotations} for document in (before, after))
    counts["geometries"]["unchanged"] += sum(was.get(key) == one for key, one in now.items())
    same = [key for key, answer in after.answers.items() if before.answers.get(key, counts) == answer]
    counts["answers"]["unchanged"] += len(same)


def _refusal_line(fault: Fault, medium: str) -> bytes:
    line = Difference(
        what="refused",
        unit="file",
        medium=medium,
        place=str(fault.place),
        value=fault.value,
        code=fault.code,
        reason=fault.message,
    )
    return msgspec.json.encode(line) + b"\n"


def _tasks(project_id: str, media: Iterable[str]) -> Any:
    columns = (c for c in t.label_document.c if c.name not in {"task_id", "project_id", "changed_at", "export"})
    return (
        select(
            *(t.task.c.id, t.task.c.project_id, t.task.c.medium_id, t.task.c.medium_name),
            *(t.medium.c.width, t.medium.c.height),
            *columns,
        )
        .join(t.medium, t.medium.c.id == t.task.c.medium_id)
        .outerjoin(t.label_document, t.label_document.c.task_id == t.task.c.id)
        .where(
            t.task.c.project_id == project_id, t.task.c.medium_id.in_(list(media)), t.task.c.medium_deleted.is_(False)
        )
        .order_by(t.task.c.medium_name, t.task.c.medium_id)
    )


def _revisions(project_id: str, media: Iterable[str]) -> Any:
    return select(t.task.c.id).where(t.task.c.project_id == project_id, t.task.c.medium_id.in_(list(media)))
