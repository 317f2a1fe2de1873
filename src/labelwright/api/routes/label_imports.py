"""Imports of files in any format: sent, compared, stored, undone."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Header, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Caller, Ctx
from labelwright.api.downloads import file_at
from labelwright.api.reading import decode, json_body
from labelwright.api.routes.following import EVENTS, follow
from labelwright.api.routes.media import file_name
from labelwright.media.names import content_disposition
from labelwright.services import import_changes, import_classes, import_mappings, label_imports
from labelwright.services.import_mappings import Named
from labelwright.services.import_options import Options
from labelwright.storage.receiver import Expected

router = APIRouter(tags=["import"])


class ReadAs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str


_DECODER = msgspec.json.Decoder(Options)
_CLASSES = msgspec.json.Decoder(import_classes.Wanted)
_NAMED = msgspec.json.Decoder(Named)
_READ_AS = msgspec.json.Decoder(ReadAs)
_UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
NDJSON = "application/x-ndjson"
_NDJSON: dict[int | str, dict[str, Any]] = {
    200: {"content": {NDJSON: {"schema": {"type": "string", "format": "binary"}}}, "description": "The change set."}
}
_OPTIONS = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


@router.get("/projects/{project_id}/imports")
def list_imports(ctx: Ctx, actor: Caller, project_id: str) -> Response:
    """The imports of a project, newest first."""
    return MsgspecResponse({"items": label_imports.list_imports(ctx, actor, project_id)})


@router.post("/projects/{project_id}/imports", status_code=201, openapi_extra=_UPLOAD)
async def create_import(  # noqa: PLR0913 - the options of the file
    request: Request,
    ctx: Ctx,
    actor: Caller,
    project_id: str,
    *,
    x_filename: Annotated[str | None, Header(description="File name, percent-encoded UTF-8.")] = None,
    format: str | None = None,  # noqa: A002 - the word of the address
    side_car: Annotated[str, Query(alias="sideCar", description="use or ignore the side-car of the file")] = "use",
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
            lambda: label_imports.create_import(
                ctx, actor, project_id, received, file_name=name, form=format, side_car=side_car
            )
        )
    return MsgspecResponse(made, status_code=201)


@router.get("/imports/{import_id}")
def get_import(ctx: Ctx, actor: Caller, import_id: str) -> Response:
    """One import: what the file holds, and what storing it would change."""
    return MsgspecResponse(label_imports.get_import(ctx, actor, import_id))


@router.get("/imports/{import_id}/events", responses=EVENTS)
async def follow_import(ctx: Ctx, actor: Caller, import_id: str) -> Response:
    """Follow an import as server-sent events."""
    return await follow(ctx, lambda: label_imports.get_import(ctx, actor, import_id), label_imports.AT_WORK)


@router.get("/imports/{import_id}/changes")
def list_changes(  # noqa: PLR0913 - a filter and a page
    ctx: Ctx,
    actor: Caller,
    import_id: str,
    *,
    what: str | None = None,
    search: str = "",
    start: int = 0,
    limit: int = 100,
) -> Response:
    """The change set, a page at a time: what is added, changed, removed, unchanged or refused, each with its place.

    `what` is also unmatched, ambiguous or repeated, for pictures; `search` is a text in a line.
    """
    found = import_changes.list_changes(ctx, actor, import_id, what=what, search=search, start=start, limit=limit)
    return MsgspecResponse(found)


@file_at(router, "/imports/{import_id}/changes/file", responses=_NDJSON)
def download_changes(ctx: Ctx, actor: Caller, import_id: str) -> Response:
    """The whole change set as a file, one JSON object a line."""
    path, name = import_changes.changes_file(ctx, actor, import_id)
    headers = {"Cache-Control": "no-store", "Content-Disposition": content_disposition(name, download=True)}
    if path is None:
        return Response(media_type=NDJSON, headers=headers)
    return FileResponse(path, media_type=NDJSON, headers=headers)


@router.put("/imports/{import_id}/options", openapi_extra=_OPTIONS)
async def set_options(request: Request, ctx: Ctx, actor: Caller, import_id: str) -> Response:
    """Choose how the file is merged and what its classes become; it is compared anew."""
    options = decode(await json_body(request), _DECODER)
    return MsgspecResponse(await run_in_threadpool(label_imports.set_options, ctx, actor, import_id, options))


@router.post("/imports/{import_id}/format", openapi_extra=_OPTIONS)
async def read_as(request: Request, ctx: Ctx, actor: Caller, import_id: str) -> Response:
    """Read the file again, in another format."""
    wanted = decode(await json_body(request), _READ_AS)
    return MsgspecResponse(await run_in_threadpool(label_imports.read_as, ctx, actor, import_id, wanted.format))


@router.get("/imports/{import_id}/configuration")
def propose_classes(ctx: Ctx, actor: Caller, import_id: str) -> Response:
    """The label configuration with everything that the file has and it lacks; new classes have no id."""
    return MsgspecResponse(import_classes.propose_classes(ctx, actor, import_id))


@router.post("/imports/{import_id}/configuration", openapi_extra=_OPTIONS)
async def make_classes(request: Request, ctx: Ctx, actor: Caller, import_id: str) -> Response:
    """Save the label configuration in one transaction, and compare the file anew."""
    wanted = decode(await json_body(request), _CLASSES)
    return MsgspecResponse(await run_in_threadpool(import_classes.make_classes, ctx, actor, import_id, wanted))


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


# --- mappings that are kept -----------------------------------------------------------------------------------------


@router.get("/projects/{project_id}/mappings")
def list_mappings(ctx: Ctx, actor: Caller, project_id: str) -> Response:
    """The saved mappings of a project, each with what does not fit any more."""
    return MsgspecResponse({"items": import_mappings.list_mappings(ctx, actor, project_id)})


@router.post("/projects/{project_id}/mappings", status_code=201, openapi_extra=_OPTIONS)
async def save_mapping(request: Request, ctx: Ctx, actor: Caller, project_id: str) -> Response:
    """Save a mapping under a name. Classes are named by id or by export key."""
    named = decode(await json_body(request), _NAMED)
    made = await run_in_threadpool(import_mappings.save_mapping, ctx, actor, project_id, named)
    return MsgspecResponse(made, status_code=201)


@router.get("/mappings/{mapping_id}")
def get_mapping(ctx: Ctx, actor: Caller, mapping_id: str) -> Response:
    """One mapping; `portable` is the same by export keys, for another project."""
    return MsgspecResponse(import_mappings.get_mapping(ctx, actor, mapping_id))


@router.patch("/mappings/{mapping_id}", openapi_extra=_OPTIONS)
async def change_mapping(request: Request, ctx: Ctx, actor: Caller, mapping_id: str) -> Response:
    """Give a mapping another name or content."""
    named = decode(await json_body(request), _NAMED)
    return MsgspecResponse(await run_in_threadpool(import_mappings.change_mapping, ctx, actor, mapping_id, named))


@router.delete("/mappings/{mapping_id}", status_code=204)
def delete_mapping(ctx: Ctx, actor: Caller, mapping_id: str) -> Response:
    """Forget a mapping."""
    import_mappings.delete_mapping(ctx, actor, mapping_id)
    return Response(status_code=204)
