"""Write what an import or its undo makes of one task: the labels, the history, the task."""

import hashlib
import uuid
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, bindparam, select, update

from labelwright.db import tables as t
from labelwright.model.canonical import encoded
from labelwright.model.document import Document, Stamp
from labelwright.services.conform import Ready, difference_of

_NAMESPACE: Final = uuid.UUID("6b1d4c8e-52f5-4f0e-9d57-0c5a4e0f9b11")
LATER: Final = -1
"""The time in what is prepared now and stored later: no other time is negative, and only the server writes times."""


class Prepared(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is to be written for one task, made on a revision of its labels (None: there were none).

    Bytes, as objects of many tasks at once would be walked over by the garbage collector again and again. `counts` are
    the annotations that are created, updated and deleted by `change`. Where nothing was and all that comes are
    annotations, `added` has them, a line each, instead of `document` and `change`.
    """

    task_id: str
    project_id: str
    was_revision: int | None
    configuration_revision: int
    annotation_count: int
    counts: tuple[int, int, int]
    document: bytes
    export: bytes
    segmentation_keys: bytes
    change: bytes
    added: bytes = b""

    @property
    def revision(self) -> int:
        return (self.was_revision or 0) + 1

    @property
    def size(self) -> int:
        """About how many bytes are to be written."""
        return len(self.document) + len(self.export) + len(self.change) + 2 * len(self.added)

    def texts(self, at: int) -> tuple[bytes, bytes]:
        """Document and change as they are stored at a time."""
        if not self.added:
            return _timed(self.document, at), _timed(self.change, at)
        lines = _timed(self.added, at)
        document = b'{"annotations":[%b],"answers":{}}' % lines.replace(b"\n", b",")
        return document, b'{"annotations":[[null,%b]],"answers":{}}' % lines.replace(b"\n", b"],[null,")


class Act(NamedTuple):
    """What stores: an import or its undo (`name`), by whom and when."""

    import_id: str
    name: str
    stamp: Stamp

    def change_id(self, task_id: str) -> str:
        """The id of this act's change of a task: the same however often it is tried."""
        return change_id(self.import_id, task_id, self.name)


def prepared(row: Row[Any], before: Document, ready: Ready, after: Document) -> Prepared:
    """The change of the labels of a row of `tasks_of` from one document to another."""
    change = difference_of(before, after)
    return Prepared(
        task_id=row.id,
        project_id=row.project_id,
        was_revision=row.revision,
        configuration_revision=ready.configuration_revision,
        annotation_count=ready.annotation_count,
        counts=change.counts,
        document=ready.document,
        export=ready.export,
        segmentation_keys=ready.segmentation_keys,
        change=encoded(change),
    )


def change_id(import_id: str, task_id: str, act: str) -> str:
    """The id of an import's change of a task (`act`: import or undo): the same however often it is tried."""
    return str(uuid.uuid5(_NAMESPACE, f"{act}/{import_id}/{task_id}"))


def save_all(conn: Connection, changed: list[Prepared], act: Act) -> None:
    """Write the labels of some tasks, many in one statement."""
    stamp = act.stamp
    new, others, changes = [], [], []
    for one in changed:
        document, change = one.texts(stamp.at)
        row = _labels_row(one, document, stamp)
        if one.was_revision is None:
            new.append(row)
        else:
            others.append({"own_id": one.task_id, **row})
        changes.append(_change_row(one, change, act))
    if new:
        conn.execute(_INSERT_LABELS, new)
    if others:
        conn.execute(_UPDATE_LABELS, others)
    if changed:
        conn.execute(_INSERT_CHANGE, changes)
        touched = {"now": stamp.at, "who": stamp.actor_id}
        conn.execute(_TOUCH, [{"own_id": one.task_id, **touched} for one in changed])


def _labels_row(one: Prepared, document: bytes, stamp: Stamp) -> dict[str, Any]:
    """The columns of `label_document`."""
    return {
        "task_id": one.task_id,
        "project_id": one.project_id,
        "revision": one.revision,
        "configuration_revision": one.configuration_revision,
        "annotation_count": one.annotation_count,
        "document": document,
        "export": one.export,
        "segmentation_keys": one.segmentation_keys,
        "sha256": hashlib.sha256(document).hexdigest(),
        "changed_at": stamp.at,
    }


def _change_row(one: Prepared, change: bytes, act: Act) -> dict[str, Any]:
    """The columns of `label_change`."""
    created, updated, deleted = one.counts
    return {
        "task_id": one.task_id,
        "revision": one.revision,
        "change_id": act.change_id(one.task_id),
        "actor_id": act.stamp.actor_id,
        "source": act.stamp.source,
        "at": act.stamp.at,
        "created": created,
        "updated": updated,
        "deleted": deleted,
        "change": change,
    }


def _timed(text: bytes, at: int) -> bytes:
    """Stored JSON with its time where it had none. In a string the first quote would have a backslash before it."""
    created, changed = b'"createdAt":%d,' % at, b'"changedAt":%d}' % at
    return text.replace(_CREATED_LATER, created).replace(_CHANGED_LATER, changed)


_CREATED_LATER: Final = b'"createdAt":%d,' % LATER
_CHANGED_LATER: Final = b'"changedAt":%d}' % LATER
_INSERT_LABELS: Final = t.label_document.insert()
_FIXED: Final = {"task_id", "project_id"}
_UPDATE_LABELS: Final = (
    update(t.label_document)
    .where(t.label_document.c.task_id == bindparam("own_id"))
    .values({c.name: bindparam(c.name) for c in t.label_document.c if c.name not in _FIXED})
)
_INSERT_CHANGE: Final = t.label_change.insert()
_TOUCH: Final = (
    update(t.task)
    .where(t.task.c.id == bindparam("own_id"))
    .values(changed_at=bindparam("now"), changed_by=bindparam("who"), has_import=True)
)


def tasks_of(project_id: str, media: Iterable[str]) -> Any:
    """Select the tasks of some media with their labels and the sizes of the pictures."""
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
