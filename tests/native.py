"""The native format in tests: export a project to bytes, take it apart."""

import json
from typing import Any

from labelwright.model.task import TaskState
from labelwright.services import exports
from labelwright.services.access import Actor
from labelwright.services.context import Context

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
