"""Bring stored labels in line with the configuration of their project.

A row whose `configuration_revision` is older than its project's `labels_revision` is *stale*: its document may use
what is gone, its ready export bytes may have old keys. Whoever reads a stale row conforms it first (`current`), so
every answer is right at once; the rows themselves are rewritten with the configuration where they are few, else in the
background. Changes that show in no label (names, colours, whatever is added) leave all rows alone.
"""

import hashlib
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, func, select, update

from labelwright.db import tables as t
from labelwright.formats.native_writer import segmentation_keys, task_labels
from labelwright.model.canonical import encoded
from labelwright.model.configuration import Configuration
from labelwright.model.document import EMPTY, Change, Document, Stamp
from labelwright.model.migration import conforming
from labelwright.services.context import Context
from labelwright.services.history import Entry, append

_DOCUMENT: msgspec.json.Decoder[Document] = msgspec.json.Decoder(Document)


def decoded(raw: bytes) -> Document:
    """Parse a stored document."""
    return _DOCUMENT.decode(raw)


def current(row: Row[Any] | None, configuration: Configuration) -> Document:
    """The document of a `label_document` row (None: nothing saved yet) as it stands under `configuration`."""
    if row is None:
        return EMPTY
    document = decoded(row.document)
    return document if is_fresh(row, configuration) else conforming(document, configuration)


def is_fresh(row: Row[Any], configuration: Configuration) -> bool:
    """Say whether a row that has a `configuration_revision` fits the configuration as it is."""
    return bool(row.configuration_revision >= configuration.labels_revision)


def current_bytes(row: Row[Any] | None, configuration: Configuration) -> bytes:
    """`current` as canonical JSON: what is stored is that already, unless it is stale."""
    if row is not None and is_fresh(row, configuration):
        return bytes(row.document)
    return encoded(current(row, configuration))


class Ready(NamedTuple):
    """What is stored of a document, derived from it by the one codec."""

    document: bytes
    export: bytes
    segmentation_keys: bytes
    sha256: str
    annotation_count: int
    configuration_revision: int


def ready(document: Document, configuration: Configuration) -> Ready:
    """Derive everything stored from a document that conforms to `configuration`."""
    raw = encoded(document)
    export = task_labels(document, configuration)
    keys = encoded(segmentation_keys(document, configuration))
    digest = hashlib.sha256(raw).hexdigest()
    return Ready(raw, export, keys, digest, len(document.annotations), configuration.revision)


def _stale(configuration: Configuration) -> Any:
    return (t.label_document.c.project_id == configuration.project_id) & (
        t.label_document.c.configuration_revision < configuration.labels_revision
    )


def count_stale(conn: Connection, configuration: Configuration) -> int:
    """How many rows of the project wait to be rewritten."""
    return conn.scalar(select(func.count()).select_from(t.label_document).where(_stale(configuration))) or 0


def rewrite_stale(
    conn: Connection, ctx: Context, configuration: Configuration, *, actor_id: str | None, limit: int
) -> int:
    """Rewrite up to `limit` stale rows; what a document loses goes into its history. Returns how many were done."""
    rows = conn.execute(select(t.label_document).where(_stale(configuration)).limit(limit)).all()
    for row in rows:
        before = decoded(row.document)
        after = conforming(before, configuration)
        revision = row.revision
        if after is not before:
            revision += 1
            entry = Entry(
                task_id=row.task_id,
                revision=revision,
                change_id=ctx.new_id(),
                stamp=Stamp(actor_id, ctx.now_ms(), "configuration"),
                change=difference_of(before, after),
            )
            append(conn, entry)
        values = ready(after, configuration)._asdict()
        own = t.label_document.c.task_id == row.task_id
        conn.execute(update(t.label_document).where(own).values(**values, revision=revision))
    return len(rows)


def difference_of(before: Document, after: Document) -> Change:
    """The change from one document to another, as pairs of (was, is)."""
    was, now = ({a.id: a for a in d.annotations} for d in (before, after))
    pairs = tuple((was.get(key), now.get(key)) for key in sorted({*was, *now}) if was.get(key) != now.get(key))
    answers = {
        key: (_answer(before, key), _answer(after, key))
        for key in sorted({*before.answers, *after.answers})
        if _answer(before, key) != _answer(after, key)
    }
    return Change(annotations=pairs, answers=answers)


def _answer(document: Document, key: str) -> tuple[Any, ...]:
    return (document.answers[key],) if key in document.answers else ()
