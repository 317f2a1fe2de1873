"""Media: upload, links, bytes, deletion."""

from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Ctx
from labelwright.api.routes.media import receive, serve
from labelwright.api.v1.errors import Refusal, V1Error
from labelwright.api.v1.routing import V1Caller, new_router, read_body
from labelwright.services import links, media, pictures

router = new_router()

_FIELDS = ("id", "timestamp", "mediaSourceType", "mediaName", "valid", "reason", "url", "width", "height")
_STATUSES = {"added": "SUCCESS", "duplicate": "DUPLICATE", "unsupported": "UNSUPPORTED_MIME_TYPE", "refused": "FAILED"}
_URLS = msgspec.json.Decoder(list[str], strict=False)


def medium_json(medium: dict[str, Any]) -> dict[str, Any]:
    """A whole medium."""
    return {field: medium[field] for field in _FIELDS}


@router.post("/media/{dataset_id}/url")
async def add_links(request: Request, ctx: Ctx, actor: V1Caller, dataset_id: str) -> Response:
    """Add public links; one answer for each distinct one. The client sends an empty list as no body at all."""
    urls = read_body(await request.body() or b"[]", _URLS)
    added = await run_in_threadpool(links.add_links, ctx, actor, dataset_id, urls)
    return MsgspecResponse([_link(result) for result in added])


def _link(result: dict[str, Any]) -> dict[str, Any]:
    medium = result["medium"] if result["status"] == "added" else None
    return {
        "internal_media_ID": medium["id"] if medium else None,
        "external_media_ID": medium["mediaName"] if medium else None,
        "imageUrl": result["url"],
        "mediaUploadStatus": _STATUSES[result["status"]],
    }


@router.post("/media/{dataset_id}/file")
async def upload_medium(request: Request, ctx: Ctx, actor: V1Caller, dataset_id: str) -> Response:
    """Upload one picture as the raw body; its name stands in X-filename as it is."""
    medium = await receive(request, ctx, actor, dataset_id, _file_name(request))
    return MsgspecResponse(medium_json(medium))


def _file_name(request: Request) -> str:
    """Read the header: Latin-1 as HTTP has it, UTF-8 where the bytes are that."""
    header = request.headers.get("x-filename", "").strip()
    if not header:
        missing = {"name": "Header: X-filename", "key": "ex_val_empty", "params": ["Header: X-filename"]}
        refusal = Refusal(400, "ex_validation", (), (missing,))
        raise V1Error(refusal, "The header X-filename with the picture's name is missing.")
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return header


@router.api_route("/media/{medium_id}", methods=["GET", "HEAD"])
def download_medium(request: Request, ctx: Ctx, actor: V1Caller, medium_id: str, *, dl: bool = True) -> Response:
    """The original bytes; as a download unless `dl=false`."""
    return serve(request, ctx, pictures.original(ctx, actor, medium_id), download=dl)


@router.delete("/media/{medium_id}")
def delete_medium(ctx: Ctx, actor: V1Caller, medium_id: str) -> Response:
    """Delete a medium with its tasks; a second time is an error."""
    media.check_not_deleted(ctx, actor, medium_id)
    media.delete_media(ctx, actor, [medium_id])
    return Response()
