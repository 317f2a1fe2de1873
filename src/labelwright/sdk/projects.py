"""Projects and the datasets connected to them."""

import msgspec

from labelwright.model.errors import NotFound
from labelwright.model.ids import is_uuid
from labelwright.sdk.transport import Page, Transport, segment
from labelwright.sdk.values import Project, find_named


class TasksCreated(msgspec.Struct, frozen=True, rename="camel"):
    tasks_created: int


class Projects:
    """`client.projects`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, search: str = "", *, deleted: bool = False) -> tuple[Project, ...]:
        """Projects of the token's organisation whose name contains `search`."""
        query = {"search": search, "deleted": deleted}
        return self._transport.get("/api/projects", Page[Project], query).items

    def get(self, name_or_id: str) -> Project:
        """One project. Raises NotFound; Invalid when several organisations have one of this name."""
        if is_uuid(name_or_id):
            return self._transport.get(f"/api/projects/{name_or_id}", Project)
        found = find_named(self.list(name_or_id), name_or_id)
        if found is None:
            raise NotFound("project", name_or_id, criterion="name or id")
        return found

    def create(
        self, name: str, *, short_description: str = "", description: str = "", owner: str | None = None
    ) -> Project:
        """Make a project with an empty configuration. Raises NameTaken, Invalid, Forbidden."""
        body = {"name": name, "shortDescription": short_description, "description": description, "owner": owner}
        return self._transport.send("POST", "/api/projects", Project, body=body)

    def change(
        self,
        project_id: str,
        *,
        name: str | None = None,
        short_description: str | None = None,
        description: str | None = None,
        pinned: bool | None = None,
    ) -> Project:
        """Change what is given."""
        body = {"name": name, "shortDescription": short_description, "description": description, "pinned": pinned}
        given = {field: value for field, value in body.items() if value is not None}
        return self._transport.send("PATCH", _path(project_id), Project, body=given)

    def delete(self, project_id: str) -> None:
        """Delete a project; `restore` brings it back."""
        self._transport.act("DELETE", _path(project_id))

    def restore(self, project_id: str) -> Project:
        """Bring a deleted project back."""
        return self._transport.send("POST", f"{_path(project_id)}/restore", Project)

    def connect(self, project_id: str, dataset_id: str) -> int:
        """Connect a dataset; returns how many tasks that made. Raises AlreadyConnected."""
        path = f"{_path(project_id)}/datasets/{segment(dataset_id)}"
        return self._transport.send("PUT", path, TasksCreated).tasks_created

    def disconnect(self, project_id: str, dataset_id: str, *, confirm: bool = False) -> None:
        """Disconnect a dataset; its tasks go with their labels. Raises ConfirmationNeeded where there are labels."""
        path = f"{_path(project_id)}/datasets/{segment(dataset_id)}"
        self._transport.act("DELETE", path, query={"confirm": confirm})


def _path(project_id: str) -> str:
    return f"/api/projects/{segment(project_id)}"
