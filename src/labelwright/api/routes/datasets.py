"""Datasets."""

from fastapi import APIRouter
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Caller, Ctx
from labelwright.api.models import DatasetBody, DatasetChangeBody, Datasets, DatasetShown
from labelwright.services import datasets

router = APIRouter(prefix="/datasets", tags=["datasets"])


@router.get("", response_model=Datasets)
def list_datasets(ctx: Ctx, actor: Caller, *, search: str = "", deleted: bool = False) -> Response:
    """Datasets of the caller's organisations."""
    return MsgspecResponse({"items": datasets.list_datasets(ctx, actor, search=search, deleted=deleted)})


@router.post("", response_model=DatasetShown, status_code=201)
def create_dataset(ctx: Ctx, actor: Caller, body: DatasetBody) -> Response:
    """Make an empty dataset."""
    made = datasets.create_dataset(
        ctx, actor, name=body.name, short_description=body.short_description, owner=body.owner
    )
    return MsgspecResponse(made, status_code=201)


@router.get("/{dataset_id}", response_model=DatasetShown)
def get_dataset(ctx: Ctx, actor: Caller, dataset_id: str) -> Response:
    """One dataset with its counts."""
    return MsgspecResponse(datasets.get_dataset(ctx, actor, dataset_id))


@router.patch("/{dataset_id}", response_model=DatasetShown)
def change_dataset(ctx: Ctx, actor: Caller, dataset_id: str, body: DatasetChangeBody) -> Response:
    """Change what the body names."""
    changed = datasets.change_dataset(ctx, actor, dataset_id, name=body.name, short_description=body.short_description)
    return MsgspecResponse(changed)


@router.delete("/{dataset_id}", status_code=204)
def delete_dataset(ctx: Ctx, actor: Caller, dataset_id: str) -> Response:
    """Delete a dataset with its media; it can be restored."""
    datasets.delete_dataset(ctx, actor, dataset_id)
    return Response(status_code=204)


@router.post("/{dataset_id}/restore", response_model=DatasetShown)
def restore_dataset(ctx: Ctx, actor: Caller, dataset_id: str) -> Response:
    """Bring a deleted dataset back with its media."""
    return MsgspecResponse(datasets.restore_dataset(ctx, actor, dataset_id))
