"""Projects and the datasets connected to them."""

from fastapi import APIRouter
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Caller, Ctx
from labelwright.api.models import ProjectBody, ProjectChangeBody, Projects, ProjectShown, TasksCreated
from labelwright.services import projects
from labelwright.services.projects import ProjectTexts

router = APIRouter(prefix="/projects", tags=["projects"])


@router.get("", response_model=Projects)
def list_projects(ctx: Ctx, actor: Caller, *, search: str = "", deleted: bool = False) -> Response:
    """Projects of the caller's organisations, pinned ones first."""
    return MsgspecResponse({"items": projects.list_projects(ctx, actor, search=search, deleted=deleted)})


@router.post("", response_model=ProjectShown, status_code=201)
def create_project(ctx: Ctx, actor: Caller, body: ProjectBody) -> Response:
    """Make a project with an empty label configuration."""
    texts = ProjectTexts(name=body.name, short_description=body.short_description, description=body.description)
    return MsgspecResponse(projects.create_project(ctx, actor, texts, owner=body.owner), status_code=201)


@router.get("/{project_id}", response_model=ProjectShown)
def get_project(ctx: Ctx, actor: Caller, project_id: str) -> Response:
    """One project with its counts."""
    return MsgspecResponse(projects.get_project(ctx, actor, project_id))


@router.patch("/{project_id}", response_model=ProjectShown)
def change_project(ctx: Ctx, actor: Caller, project_id: str, body: ProjectChangeBody) -> Response:
    """Change what the body names."""
    texts = ProjectTexts(**body.model_dump())
    return MsgspecResponse(projects.change_project(ctx, actor, project_id, texts))


@router.delete("/{project_id}", status_code=204)
def delete_project(ctx: Ctx, actor: Caller, project_id: str) -> Response:
    """Delete a project; it can be restored."""
    projects.delete_project(ctx, actor, project_id)
    return Response(status_code=204)


@router.post("/{project_id}/restore", response_model=ProjectShown)
def restore_project(ctx: Ctx, actor: Caller, project_id: str) -> Response:
    """Bring a deleted project back."""
    return MsgspecResponse(projects.restore_project(ctx, actor, project_id))


@router.put("/{project_id}/datasets/{dataset_id}", response_model=TasksCreated)
def connect_dataset(ctx: Ctx, actor: Caller, project_id: str, dataset_id: str) -> Response:
    """Connect a dataset: every medium becomes a task in the backlog."""
    return MsgspecResponse({"tasksCreated": projects.connect_dataset(ctx, actor, project_id, dataset_id)})


@router.delete("/{project_id}/datasets/{dataset_id}", status_code=204)
def disconnect_dataset(ctx: Ctx, actor: Caller, project_id: str, dataset_id: str, *, confirm: bool = False) -> Response:
    """Disconnect a dataset: its tasks go with all their labels. `confirm` where there are labels."""
    projects.disconnect_dataset(ctx, actor, project_id, dataset_id, confirmed=confirm)
    return Response(status_code=204)
