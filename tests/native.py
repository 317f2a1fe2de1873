"""The native format in tests: export a project to bytes, take it apart."""

import json
from typing import Any

import pytest

from labelwright.model.document import Document
from labelwright.model.errors import InvalidLabels
from labelwright.model.task import TaskState
from labelwright.services import configurations, exports, imports, labels, tasks
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.imports import Imported
from labelwright.services.merging import MergeOptions
from tests.builders import Project, Team

BASE_URL = "https://labels.example.org"


def export_bytes(ctx: Context, actor: Actor, project_id: str, **options: Any) -> bytes:
    """The whole file that an export gives; `options` as in its address (status, include, coordinates)."""
    parsed = exports.parse_options(**options)
    export = exports.open_export(ctx, actor, project_id, parsed, base_url=BASE_URL)
    export.start()
    try:
        return b"".join(export)
    finally:
        export.close()


def exported(ctx: Context, actor: Actor, project_id: str, **options: Any) -> list[dict[str, Any]]:
    """The tasks of an export by JSON, without element 0."""
    tasks: list[dict[str, Any]] = json.loads(export_bytes(ctx, actor, project_id, **options))[1:]
    return tasks


ALL_STATES = tuple(state.lower() for state in TaskState)


class Importer:
    """Imports JSON values into the tests' project."""

    def __init__(self, ctx: Context, team: Team, project: Project) -> None:
        self.ctx, self.team, self.project = ctx, team, project
        page = tasks.list_tasks(ctx, team.admin, project.id, tasks.TaskFilter())
        self.media = {task["mediumName"]: task["mediumId"] for task in page.items}

    @property
    def medium(self) -> str:
        return self.media["a.png"]

    def load(self, *items, **options) -> Imported:
        return self.load_text(json.dumps(items), **options)

    def load_text(self, text: str | bytes, **options) -> Imported:
        content = text.encode() if isinstance(text, str) else text
        return imports.import_labels(self.ctx, self.team.admin, self.project.id, content, MergeOptions(**options))

    def labels(self, labels: dict, **more) -> Imported:
        options = {name: more.pop(name) for name in ("out_of_bounds", "null_clears") if name in more}
        return self.load({"internal_media_ID": self.medium, "labels": labels, **more}, **options)

    def answers(self, answers: dict, **options) -> Imported:
        return self.load({"internal_media_ID": self.medium, "global_classifications": answers}, **options)

    def refusal(self, *items) -> InvalidLabels:
        with pytest.raises(InvalidLabels) as error:
            self.load(*items)
        return error.value

    def document(self, name: str = "a.png") -> Document:
        with self.ctx.db.read() as conn:
            configuration = configurations.of_project(conn, self.project.id)
            return labels.load(conn, self.project.task_ids[name], configuration).document

    def revision(self, name: str = "a.png") -> int:
        with self.ctx.db.read() as conn:
            configuration = configurations.of_project(conn, self.project.id)
            return labels.load(conn, self.project.task_ids[name], configuration).revision
