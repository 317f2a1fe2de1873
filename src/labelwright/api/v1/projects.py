"""Projects, and the datasets connected to them."""

from typing import Any

from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Ctx
from labelwright.api.v1.routing import V1Caller, new_router
from labelwright.services import projects

router = new_router()

_FIELDS = (
    "id",
    "name",
    "shortDescription",
    "description",
    "timestamp",
    "labelConfigurationId",
    "labelIterationId",
    "owner",
    "mediaType",
)
_DATASET_FIELDS = ("id", "name", "shortDescription", "timestamp", "owner", "mediaCount", "projectCount", "mediaType")


def _shown(project: dict[str, Any]) -> dict[str, Any]:
    datasets = [{field: dataset[field] for field in _DATASET_FIELDS} for dataset in project["datasets"]]
    return {**{field: project[field] for field in _FIELDS}, "datasets": datasets}


@router.api_route("/project", methods=["GET", "HEAD"])
def list_projects(ctx: Ctx, actor: V1Caller) -> Response:
    """Projects that are not deleted; HEAD is how clients check their token."""
    return MsgspecResponse([_shown(project) for project in projects.list_projects(ctx, actor)])


@router.post("/project/{project_id}/dataset/{dataset_id}")
def connect_dataset(ctx: Ctx, actor: V1Caller, project_id: str, dataset_id: str) -> Response:
    """Connect a dataset; every medium becomes a task in the backlog."""
    projects.connect_dataset(ctx, actor, project_id, dataset_id)
    return Response()


@router.delete("/project/{project_id}/dataset/{dataset_id}/remove")
def disconnect_dataset(ctx: Ctx, actor: V1Caller, project_id: str, dataset_id: str) -> Response:
    """Disconnect a dataset; its tasks go with all their labels, without a question."""
    projects.disconnect_dataset(ctx, actor, project_id, dataset_id, confirmed=True)
    return Response()
