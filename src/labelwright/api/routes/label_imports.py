"""Imports of files in any format: sent, compared, stored, undone."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Header, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Caller, Ctx
from labelwright.api.reading import decode, json_body
from labelwright.api.routes.following import EVENTS, follow
from labelwright.api.routes.media import file_name
from labelwright.services import label_imports
from labelwright.services.import_plan import Options
from labelwright.storage.receiver import Expected

router = APIRouter(tags=["import"])

_DECODER = msgspec.json.Decoder(Options)
_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_OPTIONS = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


@router.get("/projects/{project_id}/imports")
def list_imports(ctx: Ctx, actor: Caller, project_id: str) -> Response:
    """The imports of a project, newest first."""
    return MsgspecResponse({"items": label_imports.list_imports(ctx, actor, project_id)})


@router.post("/projects/{project_id}/imports", status_code=201, openapi_extra=_UPLOAD)
async def create_import(
    request: Request,
    ctx: Ctx,
    actor: Caller,
    project_id: str,
    *,
    x_filename: Annotated[str | None, Header(description="File name, percent-encoded UTF-8.")] = None,
    format: str | None = None,  # noqa: A002 - the word of the address
) -> Response:
    """Send a file or an archive in any format as the raw body. It is read and compared; nothing is stored yet."""
    name = file_name(x_filename)
    await run_in_threadpool(label_imports.check_import, ctx, actor, project_id)
    announced = request.headers.get("content-length", "")
    expected = Expected(size_bytes=int(announced) if announced.isdigit() else None)
    with ctx.store.receive(limit_bytes=ctx.settings.max_import_bytes, expected=expected) as incoming:
        async for chunk in request.stream():
            await run_in_threadpool(incoming.write, chunk)
        received = await run_in_threadpool(incoming.finish)
        made = await run_in_threadpool(
            lambda: label_imports.create_import(ctx, actor, project_id, received, file_name=name, form=format)
        )
    return MsgspecResponse(made, status_code=201)


@router.get("/imports/{import_id}")
def get_import(ctx: Ctx, actor: Caller, import_id: str) -> Response:
    """One import: what the file holds, and what storing it would change."""
    return MsgspecResponse(label_imports.get_import(ctx, actor, import_id))


@router.get("/imports/{import_id}/events", responses=EVENTS)
async def follow_import(ctx: Ctx, actor: Caller, import_id: str) -> Response:
    """Follow an import as server-sent events."""
    return await follow(lambda: label_imports.get_import(ctx, actor, import_id), label_imports.AT_WORK)


@router.get("/imports/{import_id}/changes")
def list_changes(
    ctx: Ctx, actor: Caller, import_id: str, *, what: str | None = None, start: int = 0, limit: int = 100
) -> Response:
    """The change set, a portion at a time: what is added, changed, removed or refused, each with its place."""
    found = label_imports.list_changes(ctx, actor, import_id, what=what, start=start, limit=limit)
    return MsgspecResponse({"items": found})


@router.put("/imports/{import_id}/options", openapi_extra=_OPTIONS)
async def set_options(request: Request, ctx: Ctx, actor: Caller, import_id: str) -> Response:
    """Choose how the file is merged and what its classes become; it is compared anew."""
    options = decode(await json_body(request), _DECODER)
    return MsgspecResponse(await run_in_threadpool(label_imports.set_options, ctx, actor, import_id, options))


@router.post("/imports/{import_id}/apply")
def apply_import(ctx: Ctx, actor: Caller, import_id: str) -> Response:
    """Store the labels."""
    return MsgspecResponse(label_imports.apply_import(ctx, actor, import_id))


@router.post("/imports/{import_id}/cancel")
def cancel_import(ctx: Ctx, actor: Caller, import_id: str) -> Response:
    """Stop an import."""
    return MsgspecResponse(label_imports.cancel_import(ctx, actor, import_id))


@router.post("/imports/{import_id}/undo")
def undo_import(ctx: Ctx, actor: Caller, import_id: str) -> Response:
    """Take the whole import back; what people changed since stays."""
    return MsgspecResponse(label_imports.undo_import(ctx, actor, import_id))


@router.delete("/imports/{import_id}", status_code=204)
def delete_import(ctx: Ctx, actor: Caller, import_id: str) -> Response:
    """Forget an import and its file; labels stay."""
    label_imports.delete_import(ctx, actor, import_id)
    return Response(status_code=204)
