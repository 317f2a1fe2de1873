"""The grid: many pictures answered at once."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Caller, Ctx
from labelwright.api.models import Body, Id, Shown
from labelwright.services import grid

router = APIRouter(tags=["tasks"])


class TakeBody(Body):
    count: int = Field(ge=1, le=grid.MOST_HELD, description="How many tasks the caller holds afterwards, at most.")


class TakenTasks(Shown):
    taken: int
    held: int


class GridItem(Shown):
    task_id: str
    medium_id: str
    medium_name: str
    thumbnail_url: str
    revision: int
    annotation_count: int
    answers: dict[str, Any]


class GridPageShown(Shown):
    items: list[GridItem]
    next_cursor: str | None
    total: int
    configuration: dict[str, Any]


@router.post("/projects/{project_id}/take-tasks", response_model=TakenTasks)
def take_tasks(ctx: Ctx, actor: Caller, project_id: str, body: TakeBody) -> Response:
    """Take open tasks of a project until one holds `count`; asking twice takes no more."""
    return MsgspecResponse(grid.take_many(ctx, actor, project_id, body.count))


@router.get("/projects/{project_id}/answers", response_model=GridPageShown)
def list_answers(
    ctx: Ctx,
    actor: Caller,
    project_id: str,
    *,
    unanswered: Annotated[Id | None, Query(description="Only where this question has no answer.")] = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Response:
    """One's own tasks in progress, with the answers about their media."""
    return MsgspecResponse(grid.list_answers(ctx, actor, project_id, unanswered=unanswered, cursor=cursor, limit=limit))
