"""The label configuration of a project."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Caller, Ctx
from labelwright.api.downloads import file_at
from labelwright.api.models import EffectsShown
from labelwright.api.reading import decode, json_body
from labelwright.formats import configuration_file
from labelwright.media.names import content_disposition
from labelwright.model.configuration import Configuration, LabelClass
from labelwright.services import configurations, projects

router = APIRouter(prefix="/projects/{project_id}/configuration", tags=["configuration"])


class ClassesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    classes: tuple[LabelClass, ...]


class SaveBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    classes: tuple[LabelClass, ...]
    revision: int | None = None
    confirm: bool = False
    reopen: bool | None = None


_CLASSES, _SAVE = msgspec.json.Decoder(ClassesBody), msgspec.json.Decoder(SaveBody)
_SHOWN = {
    "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Configuration"}}}}}
}
_CLASS_LIST = {"type": "array", "items": {"$ref": "#/components/schemas/LabelClass"}}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["classes"],
                    "properties": {
                        "classes": _CLASS_LIST,
                        "revision": {"type": ["integer", "null"]},
                        "confirm": {"type": "boolean"},
                        "reopen": {"type": ["boolean", "null"]},
                    },
                }
            }
        },
    }
}

_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}}
}


@router.get("", openapi_extra=_SHOWN)
def get_configuration(ctx: Ctx, actor: Caller, project_id: str) -> Response:
    """The configuration as a tree of classes."""
    return MsgspecResponse(configurations.get_configuration(ctx, actor, project_id))


@router.put("", openapi_extra=_BODY | _SHOWN)
async def save_configuration(request: Request, ctx: Ctx, actor: Caller, project_id: str) -> Response:
    """Save the whole configuration as one transaction; classes that are missing go with all their labels."""
    body = decode(await json_body(request), _SAVE)

    def save() -> Configuration:
        return configurations.save_configuration(
            ctx, actor, project_id, body.classes, revision=body.revision, confirm=body.confirm, reopen=body.reopen
        )

    return MsgspecResponse(await run_in_threadpool(save))


@router.post("/effects", response_model=EffectsShown, openapi_extra=_BODY)
async def preview_effects(request: Request, ctx: Ctx, actor: Caller, project_id: str) -> Response:
    """What saving these classes would do to existing labels."""
    body = decode(await json_body(request), _CLASSES)
    effects = await run_in_threadpool(configurations.preview_effects, ctx, actor, project_id, body.classes)
    return MsgspecResponse(effects)


@file_at(router, "/file", responses=_FILE)
def download_configuration(ctx: Ctx, actor: Caller, project_id: str) -> Response:
    """The configuration as a file that another project can import."""
    configuration = configurations.get_configuration(ctx, actor, project_id)
    name = f"{projects.get_project(ctx, actor, project_id)['name']}_configuration.json"
    return Response(
        configuration_file.write(configuration.classes),
        media_type="application/json",
        headers={"Content-Disposition": content_disposition(name, download=True)},
    )


@router.post("/file", openapi_extra=_SHOWN)
async def import_configuration(request: Request, ctx: Ctx, actor: Caller, project_id: str) -> Response:
    """Import a configuration file into an empty configuration."""
    classes = configuration_file.read(await request.body())
    saved = await run_in_threadpool(configurations.fill_configuration, ctx, actor, project_id, classes)
    return MsgspecResponse(saved)
