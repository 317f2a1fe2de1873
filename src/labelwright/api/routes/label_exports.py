"""Exports into archives in any format: asked for, followed, stopped, downloaded."""

import hashlib
import hmac
import time
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Caller, Ctx, base_url
from labelwright.api.downloads import file_at
from labelwright.api.reading import decode, json_body
from labelwright.api.routes.following import EVENTS, follow
from labelwright.exchange.format import Format
from labelwright.formats import FORMATS
from labelwright.media.names import content_disposition
from labelwright.model.errors import NotFound
from labelwright.services import label_exports
from labelwright.services.context import Context
from labelwright.services.label_exports import Wanted

router = APIRouter(tags=["export"])
public = APIRouter(tags=["export"])

LINK_S = 24 * 3600
_DECODER = msgspec.json.Decoder(Wanted)
_WANTED = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}
_ZIP: dict[int | str, dict[str, Any]] = {200: {"description": "The archive; ranges are served."}}


@router.get("/formats")
def list_formats() -> Response:
    """Every label format: what it carries, converts and refuses, and its options."""
    return MsgspecResponse([shown_format(form) for form in FORMATS.values()])


def shown_format(form: Format) -> dict[str, Any]:
    """A format as people and programs see it."""
    return {
        "id": form.id,
        "name": form.name,
        "text": form.text,
        "writes": form.write is not None,
        "reads": form.read is not None,
        "supports": form.supports,
        "settings": form.settings,
    }


@router.get("/projects/{project_id}/exports")
def list_exports(ctx: Ctx, actor: Caller, project_id: str) -> Response:
    """The exports of a project, newest first: who, what, how far, and the digest."""
    return MsgspecResponse({"items": label_exports.list_exports(ctx, actor, project_id)})


@router.post("/projects/{project_id}/exports", status_code=201, openapi_extra=_WANTED)
async def create_export(request: Request, ctx: Ctx, actor: Caller, project_id: str) -> Response:
    """Ask for an archive, or with `dryRun` for its report alone."""
    wanted = decode(await json_body(request), _DECODER)
    made = await run_in_threadpool(label_exports.create_export, ctx, actor, project_id, wanted)
    return MsgspecResponse(made, status_code=201)


@router.get("/exports/{export_id}")
def get_export(ctx: Ctx, actor: Caller, export_id: str) -> Response:
    """One export with its report: the ledger, and what could not be packed."""
    return MsgspecResponse(label_exports.get_export(ctx, actor, export_id))


@router.get("/exports/{export_id}/events", responses=EVENTS)
async def follow_export(ctx: Ctx, actor: Caller, export_id: str) -> Response:
    """Follow an export as server-sent events."""
    return await follow(ctx, lambda: label_exports.get_export(ctx, actor, export_id), label_exports.UNFINISHED)


@router.post("/exports/{export_id}/cancel")
def cancel_export(ctx: Ctx, actor: Caller, export_id: str) -> Response:
    """Stop an export. It can go on later, on the labels of the moment it was asked for."""
    return MsgspecResponse(label_exports.cancel_export(ctx, actor, export_id))


@router.post("/exports/{export_id}/resume")
def resume_export(ctx: Ctx, actor: Caller, export_id: str) -> Response:
    """Go on with an export that was stopped or failed."""
    return MsgspecResponse(label_exports.resume_export(ctx, actor, export_id))


@router.delete("/exports/{export_id}", status_code=204)
def delete_export(ctx: Ctx, actor: Caller, export_id: str) -> Response:
    """Forget an export and its archive."""
    label_exports.delete_export(ctx, actor, export_id)
    return Response(status_code=204)


@file_at(router, "/exports/{export_id}/file", responses=_ZIP)
def download_export(ctx: Ctx, actor: Caller, export_id: str) -> Response:
    """The archive. Ranges are served, so that a broken download goes on."""
    return _archive(ctx, label_exports.get_export(ctx, actor, export_id))


def _archive(ctx: Context, shown: dict[str, Any]) -> Response:
    path = label_exports.archive_path(ctx, shown["id"])
    if not shown["downloadable"]:
        raise NotFound("archive of the export", shown["id"])
    headers = {
        "ETag": f'"{shown["sha256"]}"',
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Disposition": content_disposition(shown["fileName"], download=True),
    }
    return FileResponse(path, media_type="application/zip", headers=headers)


@router.post("/exports/{export_id}/link")
def make_link(request: Request, ctx: Ctx, actor: Caller, export_id: str) -> Response:
    """An address that gives the archive without signing in, for a day."""
    label_exports.get_export(ctx, actor, export_id)
    expires = int(time.time()) + LINK_S
    signature = _signature(request, export_id, expires)
    url = f"{base_url(request)}/api/exports/{export_id}/download?expires={expires}&signature={signature}"
    return MsgspecResponse({"url": url, "expiresAt": expires * 1000})


@file_at(public, "/exports/{export_id}/download", responses=_ZIP)
def download_by_link(
    request: Request,
    ctx: Ctx,
    export_id: str,
    *,
    expires: Annotated[int, Query()] = 0,
    signature: Annotated[str, Query()] = "",
) -> Response:
    """The archive by a signed address."""
    right = hmac.compare_digest(_signature(request, export_id, expires).encode(), signature.encode())
    if not right or expires < time.time():
        raise NotFound("archive of the export", export_id)
    return _archive(ctx, label_exports.find_export(ctx, export_id))


def _signature(request: Request, export_id: str, expires: int) -> str:
    secret: str = request.app.state.operator_secret
    return hmac.new(secret.encode(), f"export\0{export_id}\0{expires}".encode(), hashlib.sha256).hexdigest()
