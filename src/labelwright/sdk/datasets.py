"""Datasets."""

from labelwright.model.errors import NotFound
from labelwright.model.ids import is_uuid
from labelwright.sdk.transport import Page, Transport, segment
from labelwright.sdk.values import Dataset, find_named


class Datasets:
    """`client.datasets`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, search: str = "", *, deleted: bool = False) -> tuple[Dataset, ...]:
        """Datasets of the token's organisation whose name contains `search`."""
        query = {"search": search, "deleted": deleted}
        return self._transport.get("/api/datasets", Page[Dataset], query).items

    def find(self, name_or_id: str) -> Dataset | None:
        """One dataset, or None. Raises Invalid when several organisations have one of this name."""
        if is_uuid(name_or_id):
            try:
                return self._transport.get(_path(name_or_id), Dataset)
            except NotFound:
                return None
        return find_named(self.list(name_or_id), name_or_id)

    def get(self, name_or_id: str) -> Dataset:
        """One dataset. Raises NotFound."""
        found = self.find(name_or_id)
        if found is None:
            raise NotFound("dataset", name_or_id, criterion="name or id")
        return found

    def create(self, name: str, *, short_description: str = "", owner: str | None = None) -> Dataset:
        """Make an empty dataset. Raises NameTaken, Invalid, Forbidden."""
        body = {"name": name, "shortDescription": short_description, "owner": owner}
        return self._transport.send("POST", "/api/datasets", Dataset, body=body)

    def change(self, dataset_id: str, *, name: str | None = None, short_description: str | None = None) -> Dataset:
        """Change what is given."""
        body = {"name": name, "shortDescription": short_description}
        given = {field: value for field, value in body.items() if value is not None}
        return self._transport.send("PATCH", _path(dataset_id), Dataset, body=given)

    def delete(self, dataset_id: str) -> None:
        """Delete a dataset with its media; `restore` brings it back."""
        self._transport.act("DELETE", _path(dataset_id))

    def restore(self, dataset_id: str) -> Dataset:
        """Bring a deleted dataset back."""
        return self._transport.send("POST", f"{_path(dataset_id)}/restore", Dataset)


def _path(dataset_id: str) -> str:
    return f"/api/datasets/{segment(dataset_id)}"
