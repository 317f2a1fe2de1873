"""Tasks: lists, label-mode data, skipping and completing."""

import re
from typing import Any

import msgspec
from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Ctx
from labelwright.api.v1.configuration import configuration_json
from labelwright.api.v1.errors import Refusal, V1Error, detail
from labelwright.api.v1.media import medium_json
from labelwright.api.v1.routing import V1Caller, new_router, read_body
from labelwright.api.v1.value_json import ValueWriter
from labelwright.model.task import TaskState
from labelwright.services import tasks, v1_tasks
from labelwright.services.v1_tasks import LabelMode

router = new_router()

SEARCH = re.compile(r"[a-zA-Z0-9_ -]*")


@router.get("/task/{project_id}/list")
def list_tasks(
    ctx: Ctx, actor: V1Caller, project_id: str, *, search: str = "", state: str = "WAITING", limit: int = 0
) -> Response:
    """Tasks of one state by medium name; waiting ones unless another state is asked for. `limit` 0 means all."""
    if not SEARCH.fullmatch(search):
        raise _refused("search", "ex_pattern", "search takes letters a-z, digits, blanks, _ and - only.")
    if state not in TaskState.__members__:
        raise _refused("state", "ex_val_invalid", f"There is no state “{state[:40]}”; use {', '.join(TaskState)}.")
    if limit < 0:
        raise _refused("limit", "ex_min", "limit must be 0 or more.")
    found = v1_tasks.list_tasks(ctx, actor, project_id, state=state, search=search, limit=limit)
    return MsgspecResponse([_task(row) for row in found])


def _refused(field: str, key: str, message: str) -> V1Error:
    return V1Error(Refusal(400, "ex_validation", (), (detail(field, key),)), message)


def _task(row: Row[Any]) -> dict[str, Any]:
    return {
        "taskId": row.id,
        "projectId": row.project_id,
        "projectName": row.project_name,
        "labelTaskState": row.state,
        "labelTaskType": "DEFAULT",
        "preLabelState": None,
        "mediaId": row.medium_id,
        "mediaName": row.medium_name,
        "labeler": row.labeler_name,
        "iterationId": row.label_iteration_id,
        "reviewComment": row.review_comment,
        "benchmark": False,
        "hasJsonUpload": row.has_import,
        "iterationRun": 1,
    }


@router.get("/task/{task_id}")
def open_task(ctx: Ctx, actor: V1Caller, task_id: str) -> Response:
    """Everything that label mode shows; every classification has a value, answered or not."""
    return MsgspecResponse(_label_mode(v1_tasks.open_task(ctx, actor, task_id)))


def _label_mode(opened: LabelMode) -> dict[str, Any]:
    values, project = opened.values, opened.project
    return {
        "taskId": values.task.id,
        "labelTaskState": values.task.state,
        "projectName": project["name"],
        "labelConfig": configuration_json(values.configuration, project["taskCounts"]),
        "labelIteration": {
            "id": values.iteration_id,
            "projectId": project["id"],
            "run": 1,
            "entryValues": ValueWriter(values, opened.people).roots(),
        },
        "media": medium_json(opened.medium),
        "reviewComment": values.task.review_comment,
        "aiSegLimitReached": False,
        "lastChangedConfig": values.configuration.timestamp,
        "reviewActivated": project["reviewActivated"],
        "projectType": project["mediaType"],
        "datasetId": values.task.dataset_id,
        "datasetName": opened.dataset_name,
    }


@router.put("/task/{task_id}/skipTask")
def skip_task(ctx: Ctx, actor: V1Caller, task_id: str) -> Response:
    """Skip a task: its medium is not usable."""
    tasks.move_task(ctx, actor, task_id, "skip")
    return Response()


class CompleteBody(msgspec.Struct, frozen=True, rename="camel"):
    last_changed_config: int


_COMPLETE = msgspec.json.Decoder(CompleteBody, strict=False)


@router.put("/task/{task_id}/completeTask")
async def complete_task(request: Request, ctx: Ctx, actor: V1Caller, task_id: str) -> Response:
    """Complete a task, unless the label configuration changed since the client read it."""
    body = read_body(await request.body(), _COMPLETE)

    def complete() -> bool:
        return v1_tasks.complete_task(ctx, actor, task_id, last_changed_config=body.last_changed_config)

    done = await run_in_threadpool(complete)
    return MsgspecResponse({"hasLabelConfigChanged": not done, "currentTaskId": task_id})
