"""The Python client: `Client(url, token)`, typed with the model's own values.

    from labelwright.sdk import Client

    with Client("http://127.0.0.1:8000", token="lw_...") as client:
        project = client.projects.get("Street scenes")
        client.labels.save_export(project.id, "street.json")

What a server refuses is raised as an error of `labelwright.model.errors`.
"""

from labelwright.sdk.client import Client
from labelwright.sdk.errors import ServerUnreachable, UnexpectedAnswer
from labelwright.sdk.tasks import TaskQuery
from labelwright.sdk.values import (
    Dataset,
    Effects,
    ExportSummary,
    HistoryEntry,
    Imported,
    ImportNote,
    LinkResult,
    Medium,
    Moved,
    Named,
    OpenedTask,
    Project,
    Saved,
    Task,
)

__all__ = [
    "Client",
    "Dataset",
    "Effects",
    "ExportSummary",
    "HistoryEntry",
    "ImportNote",
    "Imported",
    "LinkResult",
    "Medium",
    "Moved",
    "Named",
    "OpenedTask",
    "Project",
    "Saved",
    "ServerUnreachable",
    "Task",
    "TaskQuery",
    "UnexpectedAnswer",
]
