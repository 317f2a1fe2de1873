"""Export the labels of a project: a walk over the ready bytes of its tasks, in one snapshot of the database."""

import heapq
import re
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, LargeBinary, Row, Select, case, func, literal, select

from labelwright.db import tables as t
from labelwright.formats.native_writer import (
    EMPTY_LABELS,
    INCLUDES,
    READY,
    Style,
    class_overview,
    integer,
    segmentation_keys,
    segmentation_url,
    task_head,
    task_labels,
)
from labelwright.model.canonical import encoded, number
from labelwright.model.configuration import Configuration
from labelwright.model.errors import Invalid, Issue
from labelwright.model.migration import conforming
from labelwright.model.task import EXPORTED_BY_DEFAULT, TaskState
from labelwright.services import configurations, conform
from labelwright.services.access import Actor, Right, access_project
from labelwright.services.context import Context
from labelwright.services.relay import CHUNK_BYTES, PATIENCE_S, Abandoned, Relay

COORDINATES = ("exact", "integer")
_FIXED = 9  # columns that every export reads; those of `include=` follow
NOTHING = b"[]\n"


class ExportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Which tasks, and what beyond the plain format. The default is the plain file of finished tasks."""

    states: tuple[TaskState, ...] = EXPORTED_BY_DEFAULT
    include: frozenset[str] = frozenset()
    coordinates: str = "exact"

    @property
    def style(self) -> Style:
        """How geometries are written; `READY` is what is stored."""
        write = integer if self.coordinates == "integer" else number
        asked = {name: name in self.include for name in ("ids", "provenance", "comments", "depth")}
        return Style(number=write, **asked)


def parse_options(
    *, status: Iterable[str] = (), include: Iterable[str] = (), coordinates: str = "exact"
) -> ExportOptions:
    """Read the options as they stand in an address; states in either case. Raises Invalid."""
    known = {state.lower(): state for state in TaskState}
    states = tuple(dict.fromkeys(known[_one_of("status", s, known)] for s in status))
    included = frozenset(_one_of("include", name, INCLUDES) for name in include)
    chosen = _one_of("coordinates", coordinates, COORDINATES)
    return ExportOptions(states=states or EXPORTED_BY_DEFAULT, include=included, coordinates=chosen)


def _one_of(field: str, value: str, known: Iterable[str]) -> str:
    if value.lower() in known:
        return value.lower()
    message = f"{field}={value[:40]} is unknown here; use {', '.join(known)}."
    raise Invalid(message, (Issue(f"/{field}", f"invalid_{field}", message),))


# --- what there is to export ----------------------------------------------------------------------------------------


class Summary(msgspec.Struct, frozen=True, rename="camel"):
    """What an export would hold; `reason` says why there is nothing."""

    tasks: int
    by_state: dict[str, int]
    exportable: bool
    reason: str | None


def summarise(ctx: Context, actor: Actor, project_id: str, options: ExportOptions) -> Summary:
    """Count the tasks that an export with these options would hold. Raises NotFound, Forbidden."""
    with ctx.db.read() as conn:
        access_project(conn, actor, project_id, Right.EXPORT)
        query = (
            select(t.task.c.state, func.count().label("tasks"))
            .where(t.task.c.project_id == project_id, t.task.c.medium_deleted.is_(False))
            .group_by(t.task.c.state)
        )
        counts: dict[str, int] = {row.state: row.tasks for row in conn.execute(query)}
    tasks = sum(counts.get(state, 0) for state in options.states)
    by_state = {state.value: counts.get(state, 0) for state in TaskState}
    return Summary(tasks, by_state, tasks > 0, None if tasks else _nothing_text(options))


def _nothing_text(options: ExportOptions) -> str:
    *others, last = (state.lower().replace("_", " ") for state in options.states)
    wanted = f"{', '.join(others)} or {last}" if others else last
    return f"No task is {wanted} yet. Complete or skip a task first."


# --- the export -----------------------------------------------------------------------------------------------------


class Export:
    """One export under way. Iterate over it once for the chunks of the file, and `close` it whatever happens.

    A thread of its own reads the database at the database's speed; see `Relay`. An error of that thread is raised to
    the consumer, who must not end the file as if it were whole.
    """

    def __init__(self, file_name: str, produce: Callable[[Relay], None], folder: Path) -> None:
        """`folder` takes what a slow consumer lets pile up."""
        self.file_name = file_name
        self._relay = Relay(lambda: tempfile.TemporaryFile(dir=folder), patience_s=PATIENCE_S)  # noqa: SIM115 - it closes it
        self._produce = produce
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Take the snapshot and begin to read."""
        self._thread = threading.Thread(target=self._run, name="export", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._produce(self._relay)
        except Abandoned:
            self._relay.finish()
        except Exception as error:  # noqa: BLE001 - it is raised where the bytes are taken
            self._relay.finish(error)
        else:
            self._relay.finish()

    def take(self) -> bytes | None:
        """Wait for the next chunk; None at the end. Raises what the export failed with."""
        return self._relay.take()

    def size_bytes(self) -> int:
        """Wait until all is read, and say how much it is. Raises what the export failed with."""
        return self._relay.total_bytes()

    def close(self) -> None:
        """Stop reading and forget what is left."""
        self._relay.close()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._relay)


def open_export(ctx: Context, actor: Actor, project_id: str, options: ExportOptions, *, base_url: str) -> Export:
    """Authorise and prepare an export; nothing is read before `start`. Raises NotFound, Forbidden.

    `base_url`, without a slash at its end, is what the addresses of semantic maps begin with.
    """
    with ctx.db.read() as conn:
        project = access_project(conn, actor, project_id, Right.EXPORT)

    def produce(relay: Relay) -> None:
        with ctx.db.read() as conn:
            for chunk in _chunks(_lines(conn, project_id, options, base_url)):
                relay.put(chunk)

    return Export(file_name(project.name, ctx.now_ms()), produce, ctx.settings.data)


def file_name(project_name: str, now_ms: int) -> str:
    """Name the download: `<project-slug>_<UTC time>.json`; letters of any script stay."""
    slug = re.sub(r"[^\w.]+", "-", unicodedata.normalize("NFC", project_name).lower()).strip("-._")
    return f"{slug or 'project'}_{datetime.fromtimestamp(now_ms / 1000, UTC):%Y%m%dT%H%M%SZ}.json"


def _chunks(lines: Iterator[tuple[bytes, ...]]) -> Iterator[bytes]:
    """Lay the parts of the lines into an array and cut it into chunks of about 256 KiB."""
    first = next(lines, None)
    if first is None:
        yield NOTHING
        return
    parts, size = [b"[\n", *first], 0
    for line in lines:
        parts.append(b",\n")
        parts += line
        size += sum(map(len, line)) + 2
        if size >= CHUNK_BYTES:
            yield b"".join(parts)
            parts, size = [], 0
    yield b"".join([*parts, b"\n]\n"])


def _lines(conn: Connection, project_id: str, options: ExportOptions, base_url: str) -> Iterator[tuple[bytes, ...]]:
    """Element 0 and the tasks, each as the parts of one line; nothing at all when there is no task."""
    configuration = configurations.of_project(conn, project_id)
    write = _TaskWriter(configuration, options, base_url)
    rows = iter(_rows(conn, configuration, options))
    first = next(rows, None)
    if first is None:
        return
    yield (class_overview(configuration),)
    yield write(first)
    for row in rows:
        yield write(row)


def _rows(conn: Connection, configuration: Configuration, options: ExportOptions) -> Iterator[Row[Any]]:
    """Tasks by medium name, then medium id: one walk of an index for each state, merged."""
    query = _query(configuration, options)
    streaming = conn.execution_options(stream_results=True, yield_per=16)
    walks = [streaming.execute(query.where(t.task.c.state == state.value)) for state in options.states]
    return heapq.merge(*walks, key=itemgetter(0, 1))


def _query(configuration: Configuration, options: ExportOptions) -> Select[Any]:
    fresh = t.label_document.c.configuration_revision >= configuration.labels_revision
    # A document is read only where the ready bytes do not do: other codec options, or an older configuration.
    document: ColumnElement[bytes | None] = t.label_document.c.document
    if options.style == READY:
        document = case((fresh, literal(None, LargeBinary)), else_=document)
    columns: list[Any] = [
        t.task.c.medium_name,
        t.task.c.medium_id,
        t.task.c.id,
        t.task.c.labeler_id,
        t.task.c.state,
        t.label_document.c.export,
        t.label_document.c.segmentation_keys,
        t.label_document.c.configuration_revision,
        document.label("document"),
    ]
    columns += [column for extra in _extras(options) for column in extra.columns]
    source = t.task.outerjoin(t.label_document, t.label_document.c.task_id == t.task.c.id)
    if any(extra.of_medium for extra in _extras(options)):
        source = source.join(t.medium, t.medium.c.id == t.task.c.medium_id)
    return (
        select(*columns)
        .select_from(source)
        .where(t.task.c.project_id == configuration.project_id, t.task.c.medium_deleted.is_(False))
        .order_by(t.task.c.medium_name, t.task.c.medium_id)
    )


class _Extra(NamedTuple):
    """A key that `include=` adds to a task, made of columns in this order."""

    name: str
    columns: tuple[Any, ...]
    write: Callable[..., dict[str, Any]]
    of_medium: bool = False


def _media(*values: Any) -> dict[str, Any]:
    return dict(zip(("width", "height", "sha256", "size", "type"), values, strict=True))


def _timing(created_at: int, changed_at: int, labels_changed_at: int | None) -> dict[str, Any]:
    return {"created_at": created_at, "changed_at": changed_at, "labels_changed_at": labels_changed_at}


def _review(state: str, comment: str | None) -> dict[str, Any]:
    return {"reviewed": state in {TaskState.REVIEWED, TaskState.REVIEWED_SKIP}, "comment": comment}


_M, _T = t.medium.c, t.task.c
_EXTRAS = (
    _Extra("media", (_M.width, _M.height, _M.sha256, _M.size, _M.content_type), _media, of_medium=True),
    _Extra("timing", (_T.created_at, _T.changed_at, t.label_document.c.changed_at), _timing),
    _Extra("review", (_T.state, _T.review_comment), _review),
)


def _extras(options: ExportOptions) -> list[_Extra]:
    return [extra for extra in _EXTRAS if extra.name in options.include]


class _TaskWriter:
    """Turn a row of `_query` into the parts of a task's line."""

    def __init__(self, configuration: Configuration, options: ExportOptions, base_url: str) -> None:
        self._configuration = configuration
        self._style = options.style
        self._extras = _extras(options)
        self._base_url = base_url

    def __call__(self, row: Row[Any]) -> tuple[bytes, ...]:
        name, medium_id, task_id, labeler_id, state, labels, keys, revision, raw = row[:_FIXED]
        if raw is not None:
            document = conform.decoded(raw)
            if revision < self._configuration.labels_revision:
                document = conforming(document, self._configuration)
            labels = task_labels(document, self._configuration, self._style)
            keys = encoded(segmentation_keys(document, self._configuration))
        head = task_head(
            medium_id=medium_id,
            medium_name=name,
            labeler=labeler_id,
            status=state.lower(),
            segmentations=self._segmentations(task_id, keys),
        )
        return head, EMPTY_LABELS if labels is None else labels, self._tail(row)

    def _segmentations(self, task_id: str, keys: bytes | None) -> list[str] | None:
        if not self._configuration.segmentation_classes:
            return None
        if keys is None or keys == b"[]":
            return []
        return [segmentation_url(self._base_url, task_id, key) for key in msgspec.json.decode(keys, type=list[str])]

    def _tail(self, row: Row[Any]) -> bytes:
        tail, at = "", _FIXED
        for extra in self._extras:
            values = row[at : at + len(extra.columns)]
            tail += f',"{extra.name}":{encoded(extra.write(*values)).decode()}'
            at += len(extra.columns)
        return f"{tail}}}".encode()
