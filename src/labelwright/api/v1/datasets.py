"""Datasets with the names of their media."""

from typing import Any

import msgspec
from sqlalchemy import Row
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Ctx
from labelwright.api.v1.errors import Refusal, V1Error
from labelwright.api.v1.routing import V1Caller, new_router, read_body
from labelwright.model.errors import Invalid, NotFound
from labelwright.services import datasets, v1_media
from labelwright.services.context import Context

router = new_router()

_FIELDS = ("id", "name", "shortDescription", "timestamp", "owner", "projectCount", "mediaType")


class DatasetBody(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    short_description: str | None = None


_BODY = msgspec.json.Decoder(DatasetBody, strict=False)


def _shown(ctx: Context, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    media = v1_media.of_datasets(ctx, [dataset["id"] for dataset in found])
    return [
        {**{field: dataset[field] for field in _FIELDS}, "media": [_medium(row) for row in media[dataset["id"]]]}
        for dataset in found
    ]


def _medium(row: Row[Any]) -> dict[str, Any]:
    return {"id": row.id, "timestamp": row.created_at, "mediaSourceType": row.source, "mediaName": row.name}


@router.get("/dataset")
def list_datasets(ctx: Ctx, actor: V1Caller) -> Response:
    """Datasets that are not deleted."""
    return MsgspecResponse(_shown(ctx, datasets.list_datasets(ctx, actor)))


@router.get("/dataset/{dataset_id}")
def get_dataset(ctx: Ctx, actor: V1Caller, dataset_id: str) -> Response:
    """One dataset."""
    dataset = datasets.get_dataset(ctx, actor, dataset_id)
    if dataset["deleted"]:
        raise NotFound("dataset", dataset_id)
    return MsgspecResponse(_shown(ctx, [dataset])[0])


@router.post("/dataset")
async def create_dataset(request: Request, ctx: Ctx, actor: V1Caller) -> Response:
    """Make an empty dataset for images."""
    body = read_body(await request.body(), _BODY)

    def create() -> dict[str, Any]:
        made = datasets.create_dataset(ctx, actor, name=body.name, short_description=body.short_description)
        return _shown(ctx, [made])[0]

    try:
        return MsgspecResponse(await run_in_threadpool(create))
    except Invalid as error:
        if any(issue.code == "forbidden_keyword" for issue in error.issues):
            raise V1Error(Refusal(500, "ex_gen_forbidden_keyword", (body.name,)), error.message) from None
        raise
