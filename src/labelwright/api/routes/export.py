"""Export, import and semantic maps of a project's labels."""

import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Caller, Ctx, base_url
from labelwright.api.downloads import file_at
from labelwright.api.errors import problem
from labelwright.api.label_models import ExportSummary, ImportDone
from labelwright.formats.export_schema import export_schema
from labelwright.media.names import content_disposition
from labelwright.model.errors import Invalid, Issue
from labelwright.services import exports, imports, label_streams, maps
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.exports import Export
from labelwright.services.imports import Imported
from labelwright.services.label_exports import Wanted
from labelwright.services.merging import MergeOptions
from labelwright.storage.receiver import Expected

T = TypeVar("T")

router = APIRouter(tags=["export"])
public = APIRouter(tags=["export"])

States = Annotated[list[str] | None, Query(description="Task states, in either case; default: the finished ones.")]
Includes = Annotated[list[str] | None, Query(description="media, ids, provenance, comments, timing, review")]


class StreamOptions(BaseModel):
    """The file of another format than the native one."""

    format: str | None = Field(None, description="A format that is one file: coco, csv, cvat, datumaro, ndjson, ...")
    label_class: list[str] = Field([], alias="class", description="Geometry classes; default: all.")
    option: list[str] = Field([], description="NAME=VALUE, an option of the format.")
    empty: bool = Field(True, description="Pictures without labels too.")
    compact: bool = Field(False, description="Number the classes anew, without gaps.")
    conversions: str = Field("allow", description="allow, or refuse: what would be converted is left out.")
    frame: str = Field("displayed", description="displayed, or stored for programs that ignore EXIF.")

    def wanted(self, states: tuple[str, ...]) -> Wanted:
        """As the service wants it. Raises Invalid."""
        pairs = [text.partition("=") for text in self.option]
        for name, equals, _ in pairs:
            if not equals:
                text = f"option={name[:40]} needs a value: write option={name[:40]}=VALUE."
                raise Invalid(text, (Issue("/option", "invalid_option", text),))
        return Wanted(
            format=self.format or "",
            settings={name: value for name, _, value in pairs},
            states=states,
            classes=tuple(self.label_class),
            empty=self.empty,
            compact=self.compact,
            conversions=self.conversions,
            frame=self.frame,
        )


_FILE: dict[int | str, dict[str, Any]] = {
    "200": {"description": "The file; /schema/export.schema.json.", "content": {"application/json": {}}}
}
_IMPORT_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "array"}}}}}


@file_at(router, "/projects/{project_id}/export", responses=_FILE)
async def export_labels(  # noqa: PLR0913 - the options of the file
    request: Request,
    ctx: Ctx,
    actor: Caller,
    project_id: str,
    *,
    status: States = None,
    include: Includes = None,
    coordinates: str = "exact",
    streamed: Annotated[StreamOptions, Query()],
) -> Response:
    """The labels of a project as one file, streamed from one moment of the database.

    Without `format` it is the native file; with it, the file that an archive of this format holds, byte for byte. What
    does not come along, an export with `dryRun` says.
    """
    if streamed.format is not None:
        _check_names(request)
        if include or coordinates != "exact":
            text = "include and coordinates are for the native file alone; leave them out, or the format."
            raise Invalid(text, (Issue("/format", "invalid_format", text),))
        wanted = streamed.wanted(tuple(status or ()))
        stream = await run_in_threadpool(label_streams.open_stream, ctx, actor, project_id, wanted)
        return await download(request, stream.export, stream.media_type)
    options = exports.parse_options(status=status or (), include=include or (), coordinates=coordinates)
    address = base_url(request)
    export = await run_in_threadpool(exports.open_export, ctx, actor, project_id, options, base_url=address)
    return await download(request, export)


def _check_names(request: Request) -> None:
    """Raise Invalid for a parameter that is none: misspelt, a filter would let everything through."""
    names = {field.alias or name for name, field in StreamOptions.model_fields.items()}
    known = ("status", "include", "coordinates", *sorted(names))
    for name in request.query_params:
        if name not in known:
            text = f"There is no parameter {name[:40]} here; there are {', '.join(known)}."
            raise Invalid(text, (Issue(f"/{name[:40]}", "unknown_parameter", text),))


async def download(request: Request, export: Export, media_type: str = "application/json") -> Response:
    """Answer with an export; a failure before its first bytes is an ordinary error, one behind them cuts the line."""
    headers = {"Content-Disposition": _disposition(export.file_name), "Cache-Control": "no-store"}
    if request.method == "HEAD":
        answer = Response(media_type=media_type, headers=headers)
        del answer.headers["Content-Length"]  # how long it gets is known at its end
        return answer
    export.start()
    try:
        if request.scope["http_version"] == "1.0":
            # Without chunks, only the length tells such a client that it has everything.
            headers["Content-Length"] = str(await run_in_threadpool(export.size_bytes))
        first = await run_in_threadpool(export.take)
    except BaseException:
        export.close()
        raise
    return _Download(export, first, headers, media_type)


def _disposition(name: str) -> str:
    """The header that names the file, in UTF-8 even where plain ASCII would do."""
    header = content_disposition(name, download=True)
    return header if "filename*=" in header else f"{header}; filename*=UTF-8''{quote(name, safe='')}"


class _Download(StreamingResponse):
    """Sends the chunks of an export and closes it, also when the client is gone before the first one."""

    def __init__(self, export: Export, first: bytes | None, headers: dict[str, str], media_type: str) -> None:
        super().__init__(self._chunks(first), media_type=media_type, headers=headers)
        self._export = export

    async def _chunks(self, first: bytes | None) -> AsyncIterator[bytes]:
        chunk = first
        while chunk is not None:
            yield chunk
            chunk = await run_in_threadpool(self._export.take)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._export.close()


@router.get("/projects/{project_id}/export/summary", response_model=ExportSummary)
def summarise_export(ctx: Ctx, actor: Caller, project_id: str, *, status: States = None) -> Response:
    """What an export would hold, and why it may hold nothing."""
    options = exports.parse_options(status=status or ())
    return MsgspecResponse(exports.summarise(ctx, actor, project_id, options))


@router.post("/projects/{project_id}/import", response_model=ImportDone, openapi_extra=_IMPORT_BODY)
async def import_labels(
    request: Request,
    ctx: Ctx,
    actor: Caller,
    project_id: str,
    *,
    out_of_bounds: Annotated[str, Query(alias="outOfBounds", description="refuse, keep or clip")] = "refuse",
) -> Response:
    """Import a file in the native format: all of it or nothing."""
    refusal = _unsupported(request)
    if refusal is not None:
        return refusal
    options = imports.parse_options(out_of_bounds=out_of_bounds)
    return MsgspecResponse(await receive_import(request, ctx, actor, project_id, options))


def _unsupported(request: Request) -> Response | None:
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        text = f"Send the labels as application/json, not as {kind[:80]}."
        return problem(415, "unsupported_content_type", text)
    return None


async def receive_import(
    request: Request, ctx: Context, actor: Actor, project_id: str, options: MergeOptions
) -> Imported:
    """Stream the body into a temporary file and import it. Raises what `imports.import_file` raises, TooLarge."""
    await run_in_threadpool(imports.check_import, ctx, actor, project_id)
    return await with_body_file(request, ctx, lambda path: imports.import_file(ctx, actor, project_id, path, options))


async def with_body_file(request: Request, ctx: Context, act: Callable[[Path], T]) -> T:
    """Stream the body into a temporary file and give it to `act`, in a thread. Raises what that raises, TooLarge."""
    announced = request.headers.get("content-length", "")
    expected = Expected(size_bytes=int(announced) if announced.isdigit() else None)
    receiver = ctx.store.receive(limit_bytes=ctx.settings.max_import_bytes, expected=expected)
    with receiver as incoming:
        async for chunk in request.stream():
            await run_in_threadpool(incoming.write, chunk)
        received = await run_in_threadpool(incoming.finish)
        return await run_in_threadpool(act, received.path)


def send_semantic_map(  # noqa: PLR0913 - the options of the picture
    request: Request, ctx: Context, actor: Actor, task_id: str, export_key: str, *, form: str | None, rule: str
) -> Response:
    """Answer with the semantic map of one class of one task, or 304 when the caller has it.

    `form` is png, bmp or None: what the Accept header asks for. `rule` is centre or outline.
    """
    wants_bmp = request.headers.get("accept", "").partition(",")[0].partition(";")[0].strip() == "image/bmp"
    options = maps.parse_options(form=form or ("bmp" if wants_bmp else "png"), rule=rule)
    found = maps.open_map(ctx, actor, task_id, export_key, options)
    headers = {"ETag": f'"{found.etag}"', "Cache-Control": "private, no-cache", "Vary": "Accept"}
    if request.headers.get("if-none-match") in {headers["ETag"], "*"}:
        return Response(status_code=304, headers=headers)
    return Response(found.paint(), media_type=found.content_type, headers=headers)


_SCHEMA = msgspec.json.encode(export_schema())
_SCHEMA_TAG = f'"{hashlib.sha256(_SCHEMA).hexdigest()[:32]}"'


@file_at(public, "/schema/export.schema.json", responses={"200": {"content": {"application/schema+json": {}}}})
def get_export_schema() -> Response:
    """The JSON Schema (2020-12) of exported files."""
    headers = {"ETag": _SCHEMA_TAG, "Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}
    return Response(_SCHEMA, media_type="application/schema+json", headers=headers)
