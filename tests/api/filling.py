"""Rows by the thousand, written directly: for tests that are about numbers of tasks and not about how they came."""

from collections.abc import Sequence

from sqlalchemy import Connection, update

from labelwright.db import tables as t
from labelwright.services.context import Context
from tests.builders import Project


def add_tasks(
    ctx: Context, project: Project, count: int, *, states: Sequence[str] = ("WAITING",), name: str = "img {:06}.png"
) -> list[str]:
    """Add ready media with a task each, in turn in one of `states`; returns the tasks' ids in order of names."""
    media = [
        {
            "id": ctx.new_id(),
            "dataset_id": project.dataset_id,
            "name": name.format(index),
            "source": "LOCAL",
            "state": "ready",
            "width": 64,
            "height": 48,
            "created_at": 1,
        }
        for index in range(count)
    ]
    tasks = [
        {
            "id": ctx.new_id(),
            "project_id": project.id,
            "medium_id": medium["id"],
            "dataset_id": project.dataset_id,
            "medium_name": medium["name"],
            "medium_deleted": False,
            "state": states[index % len(states)],
            "has_import": False,
            "created_at": 1,
            "changed_at": 1,
        }
        for index, medium in enumerate(media)
    ]

    def work(conn: Connection) -> None:
        conn.execute(t.medium.insert(), media)
        conn.execute(t.task.insert(), tasks)

    ctx.db.write(work)
    return [str(task["id"]) for task in tasks]


def set_task(ctx: Context, task_id: str, state: str, labeler_id: str | None = None) -> None:
    """Put a task into a state, past the table of moves."""
    statement = update(t.task).where(t.task.c.id == task_id).values(state=state, labeler_id=labeler_id)
    ctx.db.write(lambda conn: conn.execute(statement))


def set_medium(ctx: Context, task_id: str, state: str) -> None:
    """Put the medium of a task into a state."""
    own = t.medium.c.id.in_(t.task.select().with_only_columns(t.task.c.medium_id).where(t.task.c.id == task_id))
    ctx.db.write(lambda conn: conn.execute(update(t.medium).where(own).values(state=state)))
