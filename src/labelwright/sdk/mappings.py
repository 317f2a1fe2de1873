"""Mappings of a project: what the classes, questions and options of some kind of file become, kept by name."""

from typing import Any

import msgspec

from labelwright.model.errors import Issue, NotFound
from labelwright.sdk.transport import Transport, segment


class Mapping(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A saved mapping. `mapping` names classes by id, `portable` by export key, for a file or another project.

    `sources` are the classes of files that it speaks of; `problems` say what of it does not fit any more.
    """

    id: str
    project_id: str
    name: str
    mapping: dict[str, Any]
    portable: dict[str, Any]
    sources: list[str]
    problems: tuple[Issue, ...] = ()
    created_by: str = ""
    changed_at: int = 0


class _Items(msgspec.Struct):
    items: list[Mapping]


class Mappings:
    """`client.mappings`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, project_id: str) -> list[Mapping]:
        """The saved mappings of a project, by name."""
        return self._transport.get(_of(project_id), _Items).items

    def get(self, project_id: str, name: str) -> Mapping:
        """The mapping of this name or id. Raises NotFound."""
        found = [one for one in self.list(project_id) if name in {one.name, one.id}]
        if not found:
            raise NotFound("mapping", name, "name")
        return found[0]

    def save(self, project_id: str, name: str, mapping: dict[str, Any]) -> Mapping:
        """Save a mapping under a name; classes by export key or id. Raises NameTaken, Invalid where it does not fit."""
        return self._transport.send("POST", _of(project_id), Mapping, body={"name": name, "mapping": mapping})

    def change(self, mapping_id: str, *, name: str | None = None, mapping: dict[str, Any] | None = None) -> Mapping:
        """Give a mapping another name or content; what is None stays."""
        body = {"name": name, "mapping": mapping}
        return self._transport.send("PATCH", f"/api/mappings/{segment(mapping_id)}", Mapping, body=body)

    def delete(self, mapping_id: str) -> None:
        """Forget a mapping."""
        self._transport.act("DELETE", f"/api/mappings/{segment(mapping_id)}")


def _of(project_id: str) -> str:
    return f"/api/projects/{segment(project_id)}/mappings"
