"""Write what an import or its undo makes of one task: the labels, the history, the task."""

import uuid
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, select, update

from labelwright.db import tables as t
from labelwright.model.document import Change, Stamp
from labelwright.services import history
from labelwright.services.history import Entry

_NAMESPACE: Final = uuid.UUID("6b1d4c8e-52f5-4f0e-9d57-0c5a4e0f9b11")


class Prepared(msgspec.Struct, frozen=True):
    """What is to be written for one task, made on a revision of its labels (None: there were none)."""

    task_id: str
    was_revision: int | None
    ready: dict[str, Any]
    change: Change


def change_id(import_id: str, task_id: str, act: str) -> str:
    """The id of an import's change of a task (`act`: import or undo): the same however often it is tried."""
    return str(uuid.uuid5(_NAMESPACE, f"{act}/{import_id}/{task_id}"))


def save(conn: Connection, row: Row[Any], one: Prepared, change: str, stamp: Stamp) -> None:
    """Write the labels of a row of `tasks_of`, under the id of a change."""
    revision = (row.revision or 0) + 1
    values = {**one.ready, "revision": revision, "changed_at": stamp.at}
    if row.revision is None:
        conn.execute(t.label_document.insert(), {"task_id": row.id, "project_id": row.project_id, **values})
    else:
        conn.execute(update(t.label_document).where(t.label_document.c.task_id == row.id).values(**values))
    history.append(conn, Entry(row.id, revision, change, stamp, one.change))
    touched = {"changed_at": stamp.at, "changed_by": stamp.actor_id, "has_import": True}
    conn.execute(update(t.task).where(t.task.c.id == row.id).values(**touched))


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
