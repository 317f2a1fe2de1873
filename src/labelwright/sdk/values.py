"""What a server answers, as values. Fields are those of the HTTP API in Python's spelling; times are epoch ms.

Fields that this version does not know are left out.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from labelwright.model.configuration import Configuration
from labelwright.model.document import Document
from labelwright.model.errors import Invalid


class Named(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: str
    name: str


class Dataset(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: str
    name: str
    short_description: str
    timestamp: int
    deleted: bool
    delete_time: int | None
    owner: str
    media_count: int
    broken_count: int
    project_count: int
    projects: tuple[Named, ...]
    media_type: str


class Project(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: str
    name: str
    short_description: str
    description: str
    pinned: bool
    timestamp: int
    deleted: bool
    delete_time: int | None
    datasets: tuple[Dataset, ...]
    label_configuration_id: str
    label_iteration_id: str
    owner: str
    exportable: bool
    review_activated: bool
    media_type: str
    role: str
    task_counts: dict[str, int]
    open_tasks: int
    has_configuration: bool
    media_count: int


class Tiles(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How a very large picture is cut up; `format` is jpeg or png."""

    size: int
    levels: int
    format: str


class Medium(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`width` and `height` are displayed pixels; None until the picture could be read."""

    id: str
    dataset_id: str
    media_name: str
    media_source_type: str
    timestamp: int
    valid: bool
    reason: str | None
    reason_text: str | None
    url: str | None
    width: int | None
    height: int | None
    size: int | None
    sha256: str | None
    content_type: str | None
    state: str
    orientation: int | None
    tiles: Tiles | None = None
    progress: int | None = None


class LinkResult(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`status`: added, duplicate, unsupported or refused."""

    url: str
    status: str
    medium: Medium | None
    message: str


class Task(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: str
    project_id: str
    state: str
    medium_id: str
    medium_name: str
    dataset_id: str
    labeler: Named | None
    has_import: bool
    review_comment: str | None
    revision: int
    annotation_count: int
    timestamp: int
    thumbnail_url: str
    actions: tuple[str, ...]


class ProjectOfTask(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: str
    name: str
    review_activated: bool


class OpenedTask(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Everything that labelling one task needs. `revision` is that of the labels."""

    task: Task
    project: ProjectOfTask
    dataset: Named
    medium: Medium
    configuration: Configuration
    document: Document
    revision: int
    editable: bool
    read_only_reason: str | None


class Saved(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    revision: int
    saved_at: int


class Moved(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    moved: int
    unchanged: int


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    revision: int
    actor: dict[str, str | None]
    source: str
    at: int
    created: int
    updated: int
    deleted: int


class Effects(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What saving a configuration would do to existing labels."""

    finished_tasks: int
    removed_classes: tuple[dict[str, Any], ...]
    removed_options: tuple[dict[str, Any], ...]
    reopens: bool
    needs_confirmation: bool


class ExportSummary(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an export would hold; `reason` says why it would hold nothing."""

    tasks: int
    by_state: dict[str, int]
    exportable: bool
    reason: str | None


class ImportNote(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Something that an import left out or changed, and how often."""

    code: str
    message: str
    count: int


class Imported(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an import stored, and what it could not take over; `unchanged` of the `tasks` had these labels already."""

    tasks: int
    unchanged: int
    annotations: int
    answers: int
    ignored: int
    warnings: tuple[ImportNote, ...]


Nameable = TypeVar("Nameable", Project, Dataset)


def find_named(things: Iterable[Nameable], name: str) -> Nameable | None:
    """Find the one thing of exactly this name. Raises Invalid when several organisations have one."""
    found = [thing for thing in things if thing.name == name]
    if len(found) > 1:
        ids = ", ".join(thing.id for thing in found)
        raise Invalid(f"“{name}” is the name of several; give one of the ids {ids}.")
    return found[0] if found else None
