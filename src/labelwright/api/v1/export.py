"""Labels as a file, and semantic maps, at the addresses that exported files name."""

from typing import Annotated

from fastapi import Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.deps import Ctx, base_url
from labelwright.api.routes.export import States, download, send_semantic_map
from labelwright.api.v1.errors import Refusal, V1Error
from labelwright.api.v1.routing import V1Caller, Viewer, new_router
from labelwright.model.errors import NotFound
from labelwright.services import exports, v1_tasks

router = new_router()

Includes = Annotated[list[str] | None, Query()]


@router.api_route("/export/{project_id}", methods=["GET", "HEAD"])
async def export_labels(  # noqa: PLR0913 - the options of the file
    request: Request,
    ctx: Ctx,
    actor: V1Caller,
    project_id: str,
    *,
    status: States = None,
    include: Includes = None,
    coordinates: str = "exact",
) -> Response:
    """The labels of a project in the native format; HEAD says whether there is such a file."""
    options = exports.parse_options(status=status or (), include=include or (), coordinates=coordinates)
    address = base_url(request)
    export = await run_in_threadpool(exports.open_export, ctx, actor, project_id, options, base_url=address)
    return await download(request, export)


_NOUNS = {"task": ("task", "id"), "label class": ("lcEntry", "entry_key"), "medium": ("image", "id")}


@router.api_route("/export/bitmap/{task_id}/{export_key}", methods=["GET", "HEAD"])
def get_semantic_map(  # noqa: PLR0913 - the options of the picture
    request: Request,
    ctx: Ctx,
    actor: Viewer,
    task_id: str,
    export_key: str,
    *,
    form: Annotated[str | None, Query(alias="format")] = None,
    rule: str = "centre",
) -> Response:
    """What one image segmentation class covers; also for who is signed in to the web application."""
    try:
        return send_semantic_map(request, ctx, actor, task_id, export_key, form=form, rule=rule)
    except NotFound as error:
        what, criterion = _NOUNS[error.fields["what"]]
        raise V1Error(Refusal(404, "ex_notfound", (what, criterion, error.fields["value"])), error.message) from None


@router.get("/exportVideoTask/{task_id}")
@router.get("/exportVideoTask/{task_id}/")
def export_video_task(ctx: Ctx, actor: V1Caller, task_id: str) -> Response:
    """The labels of one video, which a task of images is not. Raises V1Error, NotFound."""
    v1_tasks.check_export(ctx, actor, task_id)
    text = "This task is about an image; its labels are in the export of its project."
    raise V1Error(Refusal(500, "ex_gen_invalid_project_mediatype"), text)
