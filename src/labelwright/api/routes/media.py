"""Media: upload, lists, original bytes, display versions, thumbnails, links."""

from typing import Annotated, Any
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, Header, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Caller, Ctx
from labelwright.api.downloads import file_at
from labelwright.api.models import Deleted, IdsBody, LinkResults, LinksBody, MediaPage, MediumShown
from labelwright.media.names import content_disposition
from labelwright.media.pyramid import Address
from labelwright.model.errors import DamagedFile, Invalid, Issue
from labelwright.services import links, media, pictures, tiles, uploads
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.media import Json, MediaFilter
from labelwright.services.pictures import Picture
from labelwright.storage.receiver import Expected

router = APIRouter(tags=["media"])

_RAW_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}

_BYTES = {"content": {"image/*": {"schema": {"type": "string", "format": "binary"}}}}
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture.", **_BYTES},
    206: {"description": "The bytes asked for with `Range`.", **_BYTES},
    304: {"description": "The picture named in `If-None-Match`."},
    416: {"description": "There are no such bytes."},
}


@router.get("/datasets/{dataset_id}/media", response_model=MediaPage)
def list_media(  # noqa: PLR0913 - the filters of the list
    ctx: Ctx,
    actor: Caller,
    dataset_id: str,
    *,
    search: str = "",
    state: str | None = None,
    source: str | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Response:
    """One page of a dataset's media by name."""
    wanted = MediaFilter(search=search, state=state, source=source)
    page = media.list_media(ctx, actor, dataset_id, wanted, cursor=cursor, limit=limit)
    return MsgspecResponse({"items": page.items, "nextCursor": page.next_cursor, "total": page.total})


@router.post("/datasets/{dataset_id}/media", response_model=MediumShown, status_code=201, openapi_extra=_RAW_BODY)
async def upload_medium(
    request: Request,
    ctx: Ctx,
    actor: Caller,
    dataset_id: str,
    *,
    x_filename: Annotated[str | None, Header(description="File name, percent-encoded UTF-8.")] = None,
    x_sha256: Annotated[str | None, Header(description="SHA-256 of the bytes; checked when given.")] = None,
) -> Response:
    """Upload one picture as the raw body; its bytes are kept unchanged."""
    name = file_name(x_filename)
    medium = await receive(request, ctx, actor, dataset_id, name, sha256=x_sha256)
    return MsgspecResponse(medium, status_code=201)


def file_name(header: str | None) -> str:
    """Decode the X-filename header. Raises Invalid when it is missing or no UTF-8."""
    if not header:
        message = "The header X-filename with the picture's name is missing."
        raise Invalid(message, (Issue("/X-filename", "missing", message),))
    try:
        return unquote_to_bytes(header.encode("latin-1")).decode("utf-8")
    except UnicodeDecodeError:
        return header


async def receive(
    request: Request, ctx: Context, actor: Actor, dataset_id: str, name: str, sha256: str | None = None
) -> Json:
    """Stream the body into the store and make a medium of it; nothing stays when it fails or the client goes away."""
    announced = request.headers.get("content-length", "")
    expected = Expected(size_bytes=int(announced) if announced.isdigit() else None, sha256=sha256)
    receiver = await run_in_threadpool(uploads.begin_upload, ctx, actor, dataset_id, name, expected)
    with receiver as incoming:
        async for chunk in request.stream():
            await run_in_threadpool(incoming.write, chunk)
        received = await run_in_threadpool(incoming.finish)
        return await run_in_threadpool(uploads.keep_upload, ctx, actor, dataset_id, name, received)


@router.post("/datasets/{dataset_id}/links", response_model=LinkResults)
def add_links(ctx: Ctx, actor: Caller, dataset_id: str, body: LinksBody) -> Response:
    """Add public links; the server fetches them, the browser never does."""
    return MsgspecResponse({"results": links.add_links(ctx, actor, dataset_id, body.urls)})


@router.get("/media/{medium_id}", response_model=MediumShown)
def get_medium(ctx: Ctx, actor: Caller, medium_id: str) -> Response:
    """One medium."""
    return MsgspecResponse(media.get_medium(ctx, actor, medium_id))


@file_at(router, "/media/{medium_id}/file", responses=_PICTURE, response_class=Response)
def get_file(request: Request, ctx: Ctx, actor: Caller, medium_id: str, *, download: bool = False) -> Response:
    """The original bytes, unchanged; ranges are served."""
    return serve(request, ctx, pictures.original(ctx, actor, medium_id), download=download)


@file_at(router, "/media/{medium_id}/display", responses=_PICTURE, response_class=Response)
def get_display(request: Request, ctx: Ctx, actor: Caller, medium_id: str) -> Response:
    """The picture as a browser shows it, at exactly the displayed size."""
    return serve(request, ctx, pictures.display(ctx, actor, medium_id))


@file_at(router, "/media/{medium_id}/thumbnail", responses=_PICTURE, response_class=Response)
def get_thumbnail(request: Request, ctx: Ctx, actor: Caller, medium_id: str, size: int = 256) -> Response:
    """A small version: 128, 256 or 512 pixels at most."""
    return serve(request, ctx, pictures.thumbnail(ctx, actor, medium_id, size))


@file_at(router, "/media/{medium_id}/tiles/{level}/{column}_{row}", responses=_PICTURE, response_class=Response)
def get_tile(  # noqa: PLR0913, PLR0917 - an address has three parts
    request: Request, ctx: Ctx, actor: Caller, medium_id: str, level: int, column: int, row: int
) -> Response:
    """One tile of a very large picture, 512 pixels a side; level 0 is the full size."""
    tile = tiles.get_tile(ctx, actor, medium_id, Address(level, column, row))
    headers = _headers(tile.etag, tile.name)
    if _has_already(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(tile.data, media_type=tile.content_type, headers=headers)


# User bytes never run as anything: no script, no frame, no guess at their type.
_SANDBOX = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox"


def serve(request: Request, ctx: Context, picture: Picture, *, download: bool = False) -> Response:
    """Serve stored bytes with ETag, ranges and headers that keep them a picture."""
    path = ctx.store.find_local_path(picture.key)
    if path is None:
        raise DamagedFile(f"The stored file of “{picture.name}” is gone. Upload the same file again.")
    headers = _headers(picture.etag, picture.name, download=download)
    if _has_already(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=picture.content_type, headers=headers)


def _headers(etag: str, name: str, *, download: bool = False) -> dict[str, str]:
    return {
        "ETag": f'"{etag}"',
        "Cache-Control": "private, max-age=31536000, immutable",
        "Content-Security-Policy": _SANDBOX,
        "Content-Disposition": content_disposition(name, download=download),
    }


def _has_already(request: Request, etag: str) -> bool:
    """Compare `If-None-Match` weakly, as RFC 9110 wants it."""
    given = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return etag in given or given == ["*"]


@router.delete("/media/{medium_id}", status_code=204)
def delete_medium(ctx: Ctx, actor: Caller, medium_id: str) -> Response:
    """Delete one medium with its tasks."""
    media.delete_media(ctx, actor, [medium_id])
    return Response(status_code=204)


@router.post("/media/delete", response_model=Deleted)
def delete_media(ctx: Ctx, actor: Caller, body: IdsBody) -> Response:
    """Delete several media with their tasks, all or none."""
    return MsgspecResponse({"deleted": media.delete_media(ctx, actor, body.ids)})


@router.post("/media/{medium_id}/retry", response_model=MediumShown)
def retry_medium(ctx: Ctx, actor: Caller, medium_id: str) -> Response:
    """Fetch a broken link again, or make the tiles of a very large picture again."""
    return MsgspecResponse(links.retry(ctx, actor, medium_id))
