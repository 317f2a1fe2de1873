"""Many pictures answered at once: taking tasks by the dozen, and the answers about the media of one's own tasks."""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from labelwright.db import tables as t
from labelwright.model.configuration import Configuration
from labelwright.model.document import Answers
from labelwright.model.errors import Forbidden, Invalid, Issue
from labelwright.model.task import OPEN_TO_LABELERS, TaskState, moves_of
from labelwright.services import configurations, conform, media
from labelwright.services.access import Actor, Right, access_project
from labelwright.services.context import Context
from labelwright.services.paging import behind, encode_cursor, page_size

MOST_HELD = 1000
_BATCH = 200


class Taken(msgspec.Struct, frozen=True):
    """How many tasks came to the caller now, and how many of the project he holds."""

    taken: int
    held: int


def take_many(ctx: Context, actor: Actor, project_id: str, count: int) -> Taken:
    """Give the caller open tasks by medium name until he holds `count` of them; sent twice it takes no more.

    One conditional statement moves them, so a task never goes to two people. Raises NotFound, Forbidden, Invalid.
    """
    if actor.user_id is None:
        raise Forbidden("This token belongs to no person, and tasks are taken by people. Make the token signed in.")
    if not 1 <= count <= MOST_HELD:
        message = f"count must be between 1 and {MOST_HELD}, is {count}."
        raise Invalid(message, (Issue("/count", "invalid_count", message),))

    def work(conn: Connection) -> Taken:
        access_project(conn, actor, project_id, Right.TAKE_TASK)
        held = conn.scalar(select(func.count()).select_from(t.task).where(*_own(actor, project_id))) or 0
        taken = _take(conn, ctx, actor, project_id, count - held) if held < count else 0
        return Taken(taken, held + taken)

    return ctx.db.write(work)


def _own(actor: Actor, project_id: str) -> list[ColumnElement[bool]]:
    return [
        t.task.c.project_id == project_id,
        t.task.c.state == TaskState.IN_PROGRESS,
        t.task.c.labeler_id == actor.user_id,
        t.task.c.medium_deleted.is_(False),
    ]


def _take(conn: Connection, ctx: Context, actor: Actor, project_id: str, count: int) -> int:
    (move,) = moves_of("take")
    candidate = t.task.alias("candidate")
    chosen = (
        select(candidate.c.id)
        .join(t.medium, t.medium.c.id == candidate.c.medium_id)
        .where(
            candidate.c.project_id == project_id,
            candidate.c.state.in_(OPEN_TO_LABELERS),
            candidate.c.medium_deleted.is_(False),
            t.medium.c.state == media.READY,
        )
        .order_by(candidate.c.medium_name, candidate.c.medium_id)
        .limit(count)
    )
    values = {
        "state": move.target.value,
        "labeler_id": actor.user_id,
        "changed_at": ctx.now_ms(),
        "changed_by": actor.id,
    }
    own = t.task.c.id.in_(chosen) & t.task.c.state.in_(move.sources)
    return conn.execute(update(t.task).where(own).values(**values)).rowcount


class GridPage(msgspec.Struct, frozen=True, rename="camel"):
    """A page of the caller's tasks in progress with the answers about their media."""

    items: list[dict[str, Any]]
    next_cursor: str | None
    total: int
    configuration: Configuration


def list_answers(
    ctx: Context,
    actor: Actor,
    project_id: str,
    *,
    unanswered: str | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> GridPage:
    """The caller's tasks in progress by medium name; `unanswered` (a class id) leaves those without that answer.

    `total` counts all of them, answered or not. Raises NotFound, Invalid.
    """
    size = page_size(limit)
    with ctx.db.read() as conn:
        access_project(conn, actor, project_id, Right.LIST_TASKS)
        configuration = configurations.of_project(conn, project_id)
        total = conn.scalar(select(func.count()).select_from(t.task).where(*_own(actor, project_id))) or 0
        kept: list[dict[str, Any]] = []
        following = None
        for row in _rows(conn, actor, project_id, cursor):
            if len(kept) == size:
                last = kept[-1]
                following = encode_cursor(last["mediumName"], last["mediumId"])
                break
            item = _item(row, configuration)
            if unanswered is None or not item["answers"].get(unanswered):
                kept.append(item)
    return GridPage(kept, following, total, configuration)


def _rows(conn: Connection, actor: Actor, project_id: str, cursor: str | None) -> Iterator[Row[Any]]:
    query: Any = (
        select(
            t.task.c.id,
            t.task.c.medium_id,
            t.task.c.medium_name,
            t.task.c.state,
            t.label_document.c.revision,
            t.label_document.c.annotation_count,
            t.label_document.c.document,
            t.label_document.c.configuration_revision,
        )
        .outerjoin(t.label_document, t.label_document.c.task_id == t.task.c.id)
        .where(*_own(actor, project_id))
        .order_by(t.task.c.medium_name, t.task.c.medium_id)
        .limit(_BATCH)
    )
    while True:
        rows = conn.execute(query.where(*behind(cursor, t.task.c.medium_name, t.task.c.medium_id))).all()
        yield from rows
        if len(rows) < _BATCH:
            return
        cursor = encode_cursor(rows[-1].medium_name, rows[-1].medium_id)


def _item(row: Row[Any], configuration: Configuration) -> dict[str, Any]:
    answers: Answers = {} if row.document is None else conform.current(row, configuration).answers
    return {
        "taskId": row.id,
        "mediumId": row.medium_id,
        "mediumName": row.medium_name,
        "thumbnailUrl": f"/api/media/{row.medium_id}/thumbnail?size=256",
        "revision": row.revision or 0,
        "annotationCount": row.annotation_count or 0,
        "answers": answers,
    }
