"""Write what an import or its undo makes of one task: the labels, the history, the task."""

import uuid
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, bindparam, select, update

from labelwright.db import tables as t
from labelwright.model.document import Document, Stamp
from labelwright.services import history
from labelwright.services.conform import Ready, difference_of
from labelwright.services.history import Entry

_NAMESPACE: Final = uuid.UUID("6b1d4c8e-52f5-4f0e-9d57-0c5a4e0f9b11")


class Prepared(NamedTuple):
    """What is to be written for one task, made on a revision of its labels (None: there were none).

    `labels` and `entry` are the columns of the labels and of their history: bytes, as objects of many tasks at once
    would be walked over by the garbage collector again and again.
    """

    task_id: str
    was_revision: int | None
    labels: dict[str, Any]
    entry: dict[str, Any]


def prepared(row: Row[Any], before: Document, ready: Ready, change: str, stamp: Stamp, after: Document) -> Prepared:
    """The change of the labels of a row of `tasks_of` from one document to another, under the id of a change."""
    revision = (row.revision or 0) + 1
    entry = Entry(row.id, revision, change, stamp, difference_of(before, after))
    own = {"task_id": row.id, "project_id": row.project_id, "revision": revision, "changed_at": stamp.at}
    return Prepared(row.id, row.revision, {**own, **ready._asdict()}, history.row_of(entry))


def change_id(import_id: str, task_id: str, act: str) -> str:
    """The id of an import's change of a task (`act`: import or undo): the same however often it is tried."""
    return str(uuid.uuid5(_NAMESPACE, f"{act}/{import_id}/{task_id}"))


def save_all(conn: Connection, changed: list[Prepared], stamp: Stamp) -> None:
    """Write the labels of some tasks, many in one statement."""
    new = [one.labels for one in changed if one.was_revision is None]
    others = [{"own_id": one.task_id, **one.labels} for one in changed if one.was_revision is not None]
    if new:
        conn.execute(t.label_document.insert(), new)
    if others:
        names = [name for name in others[0] if name not in {"own_id", "task_id", "project_id"}]
        own = t.label_document.c.task_id == bindparam("own_id")
        statement = update(t.label_document).where(own).values({name: bindparam(name) for name in names})
        conn.execute(statement, [{key: one[key] for key in ("own_id", *names)} for one in others])
    if changed:
        conn.execute(t.label_change.insert(), [one.entry for one in changed])
        touched = {"changed_at": stamp.at, "changed_by": stamp.actor_id, "has_import": True}
        task = update(t.task).where(t.task.c.id == bindparam("own_id")).values(**touched)
        conn.execute(task, [{"own_id": one.task_id} for one in changed])


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
