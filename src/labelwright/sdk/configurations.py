"""The label configuration of a project."""

from collections.abc import Sequence

import msgspec

from labelwright.model.configuration import Configuration, LabelClass
from labelwright.sdk.transport import Transport, segment
from labelwright.sdk.values import Effects


class Configurations:
    """`client.configurations`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, project_id: str) -> Configuration:
        """The configuration as a tree of classes."""
        return self._transport.get(_path(project_id), Configuration)

    def save(
        self,
        project_id: str,
        classes: Sequence[LabelClass],
        *,
        revision: int | None = None,
        confirm: bool = False,
        reopen: bool | None = None,
    ) -> Configuration:
        """Save the whole tree; a class without id is new, a class left out goes with its labels.

        Raises InvalidConfiguration, ConfirmationNeeded, ConfigurationConflict (`revision` is no longer the newest).
        """
        body = {"classes": classes, "revision": revision, "confirm": confirm, "reopen": reopen}
        return self._transport.send("PUT", _path(project_id), Configuration, body=body)

    def effects(self, project_id: str, classes: Sequence[LabelClass]) -> Effects:
        """What saving these classes would do to existing labels."""
        return self._transport.send("POST", f"{_path(project_id)}/effects", Effects, body={"classes": classes})

    def read_file(self, project_id: str) -> bytes:
        """The configuration as a file that another project takes with `import_file`."""
        with self._transport.stream("GET", f"{_path(project_id)}/file") as answer:
            return answer.read()

    def import_file(self, project_id: str, raw: bytes) -> Configuration:
        """Fill an empty configuration from such a file. Raises ConfigurationNotEmpty, InvalidConfiguration."""
        return self._transport.send("POST", f"{_path(project_id)}/file", Configuration, body=msgspec.Raw(raw))


def _path(project_id: str) -> str:
    return f"/api/projects/{segment(project_id)}/configuration"
