"""Import labels from a file in the native format: all of it or nothing, with every fault named by its place.

The file is read, checked and merged task by task without holding anybody up; what comes out waits in a temporary
file. Then one transaction writes it. Tasks that somebody saved meanwhile are merged anew inside that transaction.
"""

import mmap
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, Select, bindparam, select, update

from labelwright.db import tables as t
from labelwright.formats.native_reader import Drawn, TaskRead, TaskReader, read_heads
from labelwright.formats.reading import Reading
from labelwright.formats.strict_json import split
from labelwright.model.configuration import Configuration
from labelwright.model.document import Stamp
from labelwright.model.errors import Conflict, Invalid, Issue
from labelwright.services import configurations, conform, history
from labelwright.services.access import Actor, Right, access_project
from labelwright.services.context import Context
from labelwright.services.merging import OUT_OF_BOUNDS, MergeOptions, Merger
from labelwright.storage.durable import naming_a_full_disk

BATCH = 100
DEFAULT = MergeOptions()
_HELD_BYTES = 1 << 24

_WARNINGS = {
    "ignored": "{} items name no medium (internal_media_ID) and were ignored.",
    "medium_twice": "{} media occur in several items; the items were applied in order.",
    "same_geometry": "{} geometries equal another one of the same class in their medium.",
    "outside_picture": "{} geometries leave their picture and were kept so.",
    "clipped": "{} geometries left their picture and were cut at its border.",
    "cut_away": "{} geometries lay outside their picture and were left out.",
    "closed_ring": "{} rings repeated their first point at the end; it was left out.",
}


class Warned(msgspec.Struct, frozen=True):
    """Something that was done, but that the sender may not have meant."""

    code: str
    message: str
    count: int


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did: media in the file, how many of them it left as they were, what it holds."""

    tasks: int
    unchanged: int
    annotations: int
    answers: int
    ignored: int
    warnings: tuple[Warned, ...]


def parse_options(*, out_of_bounds: str = "refuse") -> MergeOptions:
    """Check the options as they stand in an address. Raises Invalid."""
    if out_of_bounds not in OUT_OF_BOUNDS:
        message = f"outOfBounds={out_of_bounds[:40]} is unknown here; use {', '.join(OUT_OF_BOUNDS)}."
        raise Invalid(message, (Issue("/outOfBounds", "invalid_out_of_bounds", message),))
    return MergeOptions(out_of_bounds=out_of_bounds)


def check_import(ctx: Context, actor: Actor, project_id: str) -> None:
    """Refuse an import before its file is sent. Raises NotFound, Forbidden, Conflict without a configuration."""
    with ctx.db.read() as conn:
        _access(conn, actor, project_id)


def import_file(ctx: Context, actor: Actor, project_id: str, path: Path, options: MergeOptions = DEFAULT) -> Imported:
    """Import a file of any size without holding it in memory; see `import_labels`."""
    return import_labels(ctx, actor, project_id, content_of(path), options)


def content_of(path: Path) -> bytes | memoryview:
    """The content of a file of any size, as a view that is read where it is looked at."""
    if path.stat().st_size == 0:
        return b""
    with path.open("rb") as file:
        # Not closed by hand: pieces of the file that an error may still hold are views into it.
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def import_labels(
    ctx: Context, actor: Actor, project_id: str, content: bytes | memoryview, options: MergeOptions = DEFAULT
) -> Imported:
    """Import labels. States and labelers of tasks stay; who changed what is in the history.

    Raises InvalidJson (no strict JSON), InvalidLabels (with places in the file), Conflict without a configuration,
    NotFound, Forbidden. Then nothing was changed.
    """
    with ctx.db.read() as conn:
        configuration = _access(conn, actor, project_id)
    run = _Import(ctx, actor, content, options)
    with tempfile.SpooledTemporaryFile(max_size=_HELD_BYTES, dir=str(ctx.settings.data)) as spool:
        counts = run.prepare(configuration, spool)
        ctx.db.write(lambda conn: run.store(conn, configuration, spool))
    return run.imported(counts)


def _access(conn: Connection, actor: Actor, project_id: str) -> Configuration:
    access_project(conn, actor, project_id, Right.IMPORT)
    configuration = configurations.of_project(conn, project_id)
    if not configuration.classes:
        raise Conflict("The project has no label configuration. Define its classes before you import labels.")
    return configuration


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written for one task. `labels` and `change` are rows, None when the file changes nothing.

    `was_revision` is the revision of the labels that the file was merged into; None when there were none.
    """

    task_id: str
    was_revision: int | None
    had_import: bool
    labels: dict[str, Any] | None = None
    change: dict[str, Any] | None = None


class _Work(NamedTuple):
    """What reads and merges under one configuration, and what it found."""

    configuration: Configuration
    reading: Reading
    reader: TaskReader
    merger: Merger


_FRAME = msgspec.msgpack.Decoder(list[Prepared])


class _Import:
    """One file on its way into one project. Elements about the same medium are merged together, in order."""

    def __init__(self, ctx: Context, actor: Actor, content: bytes | memoryview, options: MergeOptions) -> None:
        self._ctx, self._actor, self._options = ctx, actor, options
        self._stamp = Stamp(actor.id, ctx.now_ms(), "import")
        self._elements = split(content)
        self._reading = Reading()
        heads = read_heads(self._elements, self._reading)
        self._ignored = heads.ignored
        self._numbers: dict[str, list[int]] = {}
        for target in heads.targets:
            self._numbers.setdefault(target.medium_id, []).append(target.number)

    def _batches(self) -> Iterator[tuple[str, ...]]:
        media = iter(self._numbers)
        while batch := tuple(islice(media, BATCH)):
            yield batch

    def _work(self, configuration: Configuration, reading: Reading) -> _Work:
        merger = Merger(self._options, self._stamp, self._ctx.new_id, reading)
        return _Work(configuration, reading, TaskReader(configuration, reading), merger)

    # --- reading and merging ---

    def prepare(self, configuration: Configuration, spool: IO[bytes]) -> Counter[str]:
        """Merge everything and leave it in `spool`, a frame for each batch. Raises InvalidLabels."""
        work = self._work(configuration, self._reading)
        for batch in self._batches():
            with self._ctx.db.read() as conn:
                prepared = self._prepare(conn, work, batch)
            if not self._reading.fault_count:
                frame = msgspec.msgpack.encode(prepared)
                with naming_a_full_disk():
                    spool.write(len(frame).to_bytes(8, "big") + frame)
                work.merger.counts["unchanged"] += sum(p.labels is None for p in prepared)
        self._reading.raise_faults()
        return work.merger.counts + Counter(closed_ring=self._reading.closed_rings)

    def _prepare(self, conn: Connection, work: _Work, media: tuple[str, ...]) -> list[Prepared]:
        rows = {row.medium_id: row for row in conn.execute(_tasks_of(work.configuration.project_id, media))}
        prepared = []
        for medium_id in media:
            row, numbers = rows.get(medium_id), self._numbers[medium_id]
            if row is None:
                text = f"There is no task for the medium {medium_id[:60]} in this project."
                work.reading.fault(f"/{numbers[0]}/internal_media_ID", "unknown_medium", text)
            tasks = [work.reader.read(self._elements[number], number) for number in numbers]
            self._check_several(tasks, work)
            if row is not None:
                prepared.append(self._merged(row, tasks, work))
        return prepared

    @staticmethod
    def _check_several(tasks: list[TaskRead], work: _Work) -> None:
        work.merger.counts["medium_twice"] += len(tasks) > 1
        for task in tasks[1:]:
            if not task.keep_data:
                text = "An earlier item is about the same medium; keepData false would erase what it brought."
                work.reading.fault(f"{task.pointer}/keepData", "medium_twice", text)

    def _merged(self, row: Row[Any], tasks: list[TaskRead], work: _Work) -> Prepared:
        before = conform.current(None if row.revision is None else row, work.configuration)
        size_wh = (row.width, row.height) if row.width else None
        after = before
        for task in tasks:
            after = work.merger.merge(after, task, size_wh)
        same = Prepared(task_id=row.id, was_revision=row.revision, had_import=row.has_import)
        if after == before or work.reading.fault_count:
            return same
        ready = conform.ready(after, work.configuration)
        if ready.export == row.export and not any(_has_ids(task.drawn) for task in tasks):
            return same  # the same labels once more, in a file without ids
        revision = (row.revision or 0) + 1
        values = {"task_id": row.id, "project_id": row.project_id, **ready._asdict()}
        stored = before if row.revision is None else conform.decoded(row.document)
        change = conform.difference_of(stored, after)
        entry = history.Entry(row.id, revision, self._ctx.new_id(), self._stamp, change)
        return msgspec.structs.replace(
            same,
            labels={**values, "revision": revision, "changed_at": self._stamp.at},
            change=history.row_of(entry),
        )

    # --- writing ---

    def store(self, conn: Connection, configuration: Configuration, spool: IO[bytes]) -> None:
        """Write everything that was prepared, in one transaction; merge anew what changed meanwhile."""
        now = _access(conn, self._actor, configuration.project_id)
        work = self._work(now, Reading())
        spool.seek(0)
        for batch in self._batches():
            prepared = _FRAME.decode(spool.read(int.from_bytes(spool.read(8), "big")))
            if now.revision != configuration.revision or not _still_true(conn, prepared):
                prepared = self._prepare(conn, work, batch)
                work.reading.raise_faults()
            _write(conn, prepared, self._stamp)

    def imported(self, counts: Counter[str]) -> Imported:
        """Say what was done."""
        counts["ignored"] = self._ignored
        warnings = [
            Warned(code, text.format(counts[code]), counts[code]) for code, text in _WARNINGS.items() if counts[code]
        ]
        return Imported(
            tasks=len(self._numbers),
            unchanged=counts["unchanged"],
            annotations=counts["annotations"],
            answers=counts["answers"],
            ignored=self._ignored,
            warnings=tuple(warnings),
        )


def _has_ids(drawn: tuple[Drawn, ...]) -> bool:
    return any(one.id is not None or _has_ids(one.nested) for one in drawn)


def _tasks_of(project_id: str, media: tuple[str, ...]) -> Select[Any]:
    """Tasks of media with the picture's size and the labels; deleted media are not found."""
    columns = (c for c in t.label_document.c if c.name not in {"task_id", "project_id", "changed_at"})
    return (
        select(
            t.task.c.id,
            t.task.c.project_id,
            t.task.c.medium_id,
            t.task.c.has_import,
            t.medium.c.width,
            t.medium.c.height,
            *columns,
        )
        .join(t.medium, t.medium.c.id == t.task.c.medium_id)
        .outerjoin(t.label_document, t.label_document.c.task_id == t.task.c.id)
        .where(t.task.c.project_id == project_id, t.task.c.medium_id.in_(media), t.task.c.medium_deleted.is_(False))
    )


def _still_true(conn: Connection, prepared: list[Prepared]) -> bool:
    """Say whether nobody saved or deleted any of these tasks since they were prepared."""
    query = (
        select(t.task.c.id, t.label_document.c.revision)
        .outerjoin(t.label_document, t.label_document.c.task_id == t.task.c.id)
        .where(t.task.c.id.in_([p.task_id for p in prepared]), t.task.c.medium_deleted.is_(False))
    )
    return {row.id: row.revision for row in conn.execute(query)} == {p.task_id: p.was_revision for p in prepared}


def _write(conn: Connection, prepared: list[Prepared], stamp: Stamp) -> None:
    changed = [(p, p.labels, p.change) for p in prepared if p.labels is not None and p.change is not None]
    fresh = [labels for p, labels, _ in changed if p.was_revision is None]
    if fresh:
        conn.execute(t.label_document.insert(), fresh)
    again = [{**labels, "of_task": p.task_id} for p, labels, _ in changed if p.was_revision is not None]
    if again:
        conn.execute(update(t.label_document).where(t.label_document.c.task_id == bindparam("of_task")), again)
    if changed:
        conn.execute(t.label_change.insert(), [change for _, _, change in changed])
        ids = [{"of_task": p.task_id} for p, _, _ in changed]
        values = {"changed_at": stamp.at, "changed_by": stamp.actor_id, "has_import": True}
        conn.execute(update(t.task).where(t.task.c.id == bindparam("of_task")).values(**values), ids)
    marked = [p.task_id for p in prepared if p.labels is None and not p.had_import]
    if marked:
        conn.execute(update(t.task).where(t.task.c.id.in_(marked)).values(has_import=True))
