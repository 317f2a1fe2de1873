"""The history of a task's labels: every accepted difference, what was and what is, who and when."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from labelwright.db import tables as t
from labelwright.model.canonical import encoded
from labelwright.model.document import Change, Stamp
from labelwright.services.access import Actor, Right, access_task
from labelwright.services.context import Context

PAGE = 100
_INSERT = t.label_change.insert()


class Entry(NamedTuple):
    task_id: str
    revision: int
    change_id: str
    stamp: Stamp
    change: Change


def append(conn: Connection, entry: Entry) -> None:
    """Add one accepted change; the caller writes the document of the same revision in the same transaction."""
    conn.execute(_INSERT, row_of(entry))


def row_of(entry: Entry) -> dict[str, Any]:
    """The columns of one entry."""
    created, updated, deleted = entry.change.counts
    return {
        "task_id": entry.task_id,
        "revision": entry.revision,
        "change_id": entry.change_id,
        "actor_id": entry.stamp.actor_id,
        "source": entry.stamp.source,
        "at": entry.stamp.at,
        "created": created,
        "updated": updated,
        "deleted": deleted,
        "change": encoded(entry.change),
    }


def list_history(ctx: Context, actor: Actor, task_id: str, *, before: int | None = None) -> list[dict[str, Any]]:
    """The latest changes of a task, newest first; `before` (a revision) pages back."""
    with ctx.db.read() as conn:
        access_task(conn, actor, task_id, Right.READ_HISTORY)
        query = (
            select(t.label_change, t.user.c.name)
            .outerjoin(t.user, t.user.c.id == t.label_change.c.actor_id)
            .where(t.label_change.c.task_id == task_id)
            .order_by(t.label_change.c.revision.desc())
            .limit(PAGE)
        )
        if before is not None:
            query = query.where(t.label_change.c.revision < before)
        rows = conn.execute(query).all()
    return [
        {
            "revision": row.revision,
            "actor": {"id": row.actor_id, "name": row.name or row.source},
            "source": row.source,
            "at": row.at,
            "created": row.created,
            "updated": row.updated,
            "deleted": row.deleted,
        }
        for row in rows
    ]
