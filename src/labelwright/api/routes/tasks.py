"""Tasks: lists, the next one, opening, saving labels, and moves."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Caller, Ctx
from labelwright.api.models import (
    CompleteBody,
    FinishBody,
    FinishedTask,
    History,
    MoveBody,
    Moved,
    NextTask,
    OpenedTask,
    SavedShown,
    TaskAnswer,
    TaskPage,
)
from labelwright.api.reading import decode, json_body
from labelwright.model.document import Difference
from labelwright.services import history, labels, tasks
from labelwright.services.media import READY, Json
from labelwright.services.tasks import TaskFilter

router = APIRouter(tags=["tasks"])

_DIFFERENCE = msgspec.json.Decoder(Difference)
_DIFFERENCE_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Difference"}}},
    }
}


@router.get("/projects/{project_id}/tasks", response_model=TaskPage)
def list_tasks(  # noqa: PLR0913 - the filters of the list
    ctx: Ctx,
    actor: Caller,
    project_id: str,
    *,
    state: Annotated[list[str] | None, Query(max_length=20)] = None,
    search: str = "",
    labeler: str | None = None,
    dataset: str | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Response:
    """One page of a project's tasks by medium name; `state` may be repeated."""
    wanted = TaskFilter(states=tuple(state or ()), search=search, labeler=labeler, dataset=dataset)
    page = tasks.list_tasks(ctx, actor, project_id, wanted, cursor=cursor, limit=limit)
    return MsgspecResponse({"items": page.items, "nextCursor": page.next_cursor, "total": page.total})


@router.post("/projects/{project_id}/tasks/move", response_model=Moved)
def move_tasks(ctx: Ctx, actor: Caller, project_id: str, body: MoveBody) -> Response:
    """Release (WAITING) or withdraw (BACKLOG) the named tasks, those of a dataset, or all."""
    moved, unchanged = tasks.move_many(
        ctx, actor, project_id, body.direction, task_ids=body.task_ids, dataset_id=body.dataset_id
    )
    return MsgspecResponse({"moved": moved, "unchanged": unchanged})


@router.post("/projects/{project_id}/next-task", response_model=NextTask)
def take_next_of_project(ctx: Ctx, actor: Caller, project_id: str) -> Response:
    """Take the next task of a project: one's own unfinished one first."""
    return MsgspecResponse(tasks.hand_out(ctx, actor, project_id))


@router.post("/next-task", response_model=NextTask)
def take_next(ctx: Ctx, actor: Caller) -> Response:
    """Take the next task of any project."""
    return MsgspecResponse(tasks.hand_out(ctx, actor))


@router.get("/tasks/{task_id}", response_model=OpenedTask)
def open_task(ctx: Ctx, actor: Caller, task_id: str) -> Response:
    """A task with its medium, label configuration and labels."""
    opened = tasks.open_task(ctx, actor, task_id)
    # Our pages fetch the picture while the labels still arrive.
    picture = _first_picture(opened.medium)
    return MsgspecResponse(opened, headers={"X-Picture": picture} if picture else {})


def _first_picture(medium: Json) -> str | None:
    """What a page shows of a medium first: all of it, or the tile that shows all of it in small."""
    if medium["state"] != READY:
        return None
    path, tiles = f"/api/media/{medium['id']}", medium["tiles"]
    return f"{path}/tiles/{tiles['levels'] - 1}/0_0" if tiles else f"{path}/display"


@router.patch("/tasks/{task_id}/labels", response_model=SavedShown, openapi_extra=_DIFFERENCE_BODY)
async def save_labels(request: Request, ctx: Ctx, actor: Caller, task_id: str) -> Response:
    """Save one difference, made on `revision`. Sending the same `changeId` again changes nothing."""
    difference = decode(await json_body(request), _DIFFERENCE)
    return MsgspecResponse(await labels.save(ctx, actor, task_id, difference))


@router.post("/tasks/{task_id}/complete", response_model=FinishedTask)
def complete_task(ctx: Ctx, actor: Caller, task_id: str, body: CompleteBody | None = None) -> Response:
    """Complete a task whose required answers are all given; with `takeNext` take the next one in the same step."""
    revision = body.configuration_revision if body else None
    if body and body.take_next:
        return _finished(*tasks.go_on(ctx, actor, task_id, "complete", configuration_revision=revision))
    return _finished(tasks.complete_task(ctx, actor, task_id, configuration_revision=revision))


@router.post("/tasks/{task_id}/skip", response_model=FinishedTask)
def skip_task(ctx: Ctx, actor: Caller, task_id: str, body: FinishBody | None = None) -> Response:
    """Skip a task: its medium is not usable; with `takeNext` take the next one in the same step."""
    if body and body.take_next:
        return _finished(*tasks.go_on(ctx, actor, task_id, "skip"))
    return _finished(tasks.move_task(ctx, actor, task_id, "skip"))


def _finished(task: Json, following: Json | None = None) -> Response:
    return MsgspecResponse({"task": task, "next": following})


@router.post("/tasks/{task_id}/release", response_model=TaskAnswer)
def release_task(ctx: Ctx, actor: Caller, task_id: str) -> Response:
    """Offer a task of the backlog to labelers."""
    return MsgspecResponse({"task": tasks.move_task(ctx, actor, task_id, "release")})


@router.post("/tasks/{task_id}/withdraw", response_model=TaskAnswer)
def withdraw_task(ctx: Ctx, actor: Caller, task_id: str) -> Response:
    """Take a waiting task back into the backlog."""
    return MsgspecResponse({"task": tasks.move_task(ctx, actor, task_id, "withdraw")})


@router.post("/tasks/{task_id}/reopen", response_model=TaskAnswer)
def reopen_task(ctx: Ctx, actor: Caller, task_id: str) -> Response:
    """Let a finished or taken task be worked on again; its labels stay."""
    return MsgspecResponse({"task": tasks.move_task(ctx, actor, task_id, "reopen")})


@router.post("/tasks/{task_id}/reset-labeler", response_model=TaskAnswer)
def reset_labeler(ctx: Ctx, actor: Caller, task_id: str) -> Response:
    """Take a task away from its labeler."""
    return MsgspecResponse({"task": tasks.move_task(ctx, actor, task_id, "reset_labeler")})


@router.get("/tasks/{task_id}/history", response_model=History)
def list_history(
    ctx: Ctx, actor: Caller, task_id: str, before: Annotated[int | None, Query(ge=0, lt=2**53)] = None
) -> Response:
    """Who changed the labels when, newest first."""
    return MsgspecResponse({"items": history.list_history(ctx, actor, task_id, before=before)})
