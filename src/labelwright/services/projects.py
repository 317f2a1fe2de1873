"""Projects: create, edit, list, delete and restore, connect and disconnect datasets."""

from collections import defaultdict
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, select, update

from labelwright.db import tables as t
from labelwright.model.canonical import encoded
from labelwright.model.errors import AlreadyConnected, ConfirmationNeeded, NameTaken, NotConnected, NotFound
from labelwright.model.task import EXPORTED_BY_DEFAULT, OPEN_TO_LABELERS, TaskState
from labelwright.services import datasets
from labelwright.services.access import Actor, Right, access_dataset, access_project, choose_organisation
from labelwright.services.context import Context
from labelwright.services.naming import check_texts, composed, contains
from labelwright.services.restore import free_name


class ProjectTexts(msgspec.Struct, frozen=True, kw_only=True):
    """What people write about a project; None leaves a text as it is."""

    name: str | None = None
    short_description: str | None = None
    description: str | None = None
    pinned: bool | None = None
    review_activated: bool | None = None


def create_project(ctx: Context, actor: Actor, texts: ProjectTexts, *, owner: str | None = None) -> dict[str, Any]:
    """Make a project with an empty label configuration. Raises NameTaken, Invalid, Forbidden."""
    organisation_id = choose_organisation(actor, owner, Right.MANAGE_PROJECT)
    name = composed(texts.name or "")
    check_texts(name, {"shortDescription": texts.short_description, "description": texts.description})
    values = {
        "id": ctx.new_id(),
        "organisation_id": organisation_id,
        "name": name,
        "short_description": texts.short_description or "",
        "description": texts.description or "",
        "media_type": "IMAGE",
        "pinned": False,
        "review_activated": False,
        "label_iteration_id": ctx.new_id(),
        "created_at": ctx.now_ms(),
    }

    def work(conn: Connection) -> dict[str, Any]:
        _check_free(conn, organisation_id, name)
        conn.execute(t.project.insert().values(**values))
        configuration = {"id": ctx.new_id(), "project_id": values["id"], "changed_at": ctx.now_ms()}
        nothing = {"revision": 0, "labels_revision": 0, "classes": encoded([]), "numbers": encoded({})}
        conn.execute(t.label_configuration.insert().values(**configuration, **nothing))
        return _shown_one(conn, actor, str(values["id"]))

    return ctx.db.write(work)


def change_project(ctx: Context, actor: Actor, project_id: str, texts: ProjectTexts) -> dict[str, Any]:
    """Change what is not None. Raises NameTaken, Invalid, Forbidden, NotFound."""
    name = composed(texts.name) if texts.name is not None else None
    check_texts(name, {"shortDescription": texts.short_description, "description": texts.description})
    given = {**msgspec.structs.asdict(texts), "name": name}
    values = {field: value for field, value in given.items() if value is not None}

    def work(conn: Connection) -> dict[str, Any]:
        project = access_project(conn, actor, project_id, Right.MANAGE_PROJECT)
        if name is not None and name != project.name:
            _check_free(conn, project.organisation_id, name)
        if values:
            conn.execute(update(t.project).where(t.project.c.id == project_id).values(**values))
        return _shown_one(conn, actor, project_id)

    return ctx.db.write(work)


def _check_free(conn: Connection, organisation_id: str, name: str) -> None:
    same = select(t.project.c.id).where(
        t.project.c.organisation_id == organisation_id, t.project.c.name == name, t.project.c.deleted_at.is_(None)
    )
    if conn.execute(same).first():
        raise NameTaken("project", name)


def delete_project(ctx: Context, actor: Actor, project_id: str) -> None:
    """Hide a project and its tasks; `restore_project` brings them back."""

    def work(conn: Connection) -> None:
        access_project(conn, actor, project_id, Right.MANAGE_PROJECT)
        conn.execute(update(t.project).where(t.project.c.id == project_id).values(deleted_at=ctx.now_ms()))

    ctx.db.write(work)


def restore_project(ctx: Context, actor: Actor, project_id: str) -> dict[str, Any]:
    """Bring a deleted project back, under another name where its own is taken meanwhile."""

    def work(conn: Connection) -> dict[str, Any]:
        project = access_project(conn, actor, project_id, Right.MANAGE_PROJECT, deleted=True)
        name = free_name(conn, t.project, project)
        conn.execute(update(t.project).where(t.project.c.id == project_id).values(deleted_at=None, name=name))
        return _shown_one(conn, actor, project_id)

    return ctx.db.write(work)


def connect_dataset(ctx: Context, actor: Actor, project_id: str, dataset_id: str) -> int:
    """Connect a dataset and make a task in the backlog for each of its media; returns how many."""

    def work(conn: Connection) -> int:
        project = access_project(conn, actor, project_id, Right.CREATE_DATASET)
        dataset = access_dataset(conn, actor, dataset_id, Right.CREATE_DATASET)
        if dataset.organisation_id != project.organisation_id:
            raise NotFound("dataset", dataset_id)
        pair = {"project_id": project_id, "dataset_id": dataset_id}
        if conn.execute(select(t.project_dataset).filter_by(**pair)).first():
            raise AlreadyConnected(f"The dataset “{dataset.name}” is connected to “{project.name}” already.")
        conn.execute(t.project_dataset.insert().values(**pair, created_at=ctx.now_ms()))
        media = conn.execute(
            select(t.medium.c.id, t.medium.c.name)
            .where(t.medium.c.dataset_id == dataset_id, t.medium.c.deleted_at.is_(None))
            .order_by(t.medium.c.name, t.medium.c.id)
        ).all()
        datasets.insert_tasks(conn, ctx, [project_id], dataset_id, [(m.id, m.name) for m in media])
        return len(media)

    return ctx.db.write(work)


def disconnect_dataset(
    ctx: Context, actor: Actor, project_id: str, dataset_id: str, *, confirmed: bool = False
) -> None:
    """Take a dataset's tasks, and all their labels, out of the project. Raises ConfirmationNeeded with the numbers."""

    def work(conn: Connection) -> None:
        project = access_project(conn, actor, project_id, Right.MANAGE_PROJECT)
        dataset = access_dataset(conn, actor, dataset_id, Right.MANAGE_PROJECT, deleted=None)
        pair = {"project_id": project_id, "dataset_id": dataset_id}
        if not conn.execute(select(t.project_dataset).filter_by(**pair)).first():
            raise NotConnected(f"The dataset “{dataset.name}” is not connected to “{project.name}”.")
        own = and_(t.task.c.project_id == project_id, t.task.c.dataset_id == dataset_id)
        if not confirmed:
            _ask_before_disconnecting(conn, own, dataset.name)
        conn.execute(delete(t.task).where(own))
        conn.execute(delete(t.project_dataset).filter_by(**pair))

    ctx.db.write(work)


def _ask_before_disconnecting(conn: Connection, own: ColumnElement[bool], name: str) -> None:
    tasks = conn.scalar(select(func.count()).select_from(t.task).where(own)) or 0
    labelled = conn.scalar(
        select(func.count())
        .select_from(t.task.join(t.label_document, t.label_document.c.task_id == t.task.c.id))
        .where(own)
    )
    if labelled:
        text = f"Disconnecting “{name}” deletes {tasks} tasks, {labelled} of them with labels, for ever."
        raise ConfirmationNeeded(f"{text} Confirm to go on.", tasks=tasks, labelledTasks=labelled)


# --- reading --------------------------------------------------------------------------------------------------------


def list_projects(ctx: Context, actor: Actor, *, search: str = "", deleted: bool = False) -> list[dict[str, Any]]:
    """Projects of the caller's organisations, pinned first, then by name."""
    conditions: list[ColumnElement[bool]] = [
        t.project.c.organisation_id.in_(actor.grants),
        t.project.c.deleted_at.is_not(None) if deleted else t.project.c.deleted_at.is_(None),
    ]
    if search.strip():
        conditions.append(contains(t.project.c.name, search))
    with ctx.db.read() as conn:
        query = select(t.project).where(*conditions).order_by(t.project.c.pinned.desc(), t.project.c.name)
        return _shown(conn, actor, list(conn.execute(query)))


def get_project(ctx: Context, actor: Actor, project_id: str) -> dict[str, Any]:
    """One project with its counts. Raises NotFound."""
    with ctx.db.read() as conn:
        access_project(conn, actor, project_id, Right.READ_PROJECT, deleted=None)
        return _shown_one(conn, actor, project_id)


def _shown_one(conn: Connection, actor: Actor, project_id: str) -> dict[str, Any]:
    rows = list(conn.execute(select(t.project).where(t.project.c.id == project_id)))
    return _shown(conn, actor, rows)[0]


def _shown(conn: Connection, actor: Actor, rows: list[Row[Any]]) -> list[dict[str, Any]]:
    """Dress rows as project JSON; counts for all of them come from one query each."""
    ids = [row.id for row in rows]
    counts = _task_counts(conn, ids)
    own = _own_counts(conn, actor, ids)
    connected = datasets.of_projects(conn, ids)
    configurations = {
        row.project_id: row
        for row in conn.execute(select(t.label_configuration).where(t.label_configuration.c.project_id.in_(ids)))
    }
    names = {row.id: row.name for row in conn.execute(select(t.organisation.c.id, t.organisation.c.name))}
    return [
        _project_json(row, configurations[row.id], counts[row.id])
        | {
            "datasets": connected[row.id],
            "orgData": {"sub": row.organisation_id, "name": names[row.organisation_id]},
            "role": "admin" if actor.is_admin_of(row.organisation_id) else "labeler",
            "openTasks": sum(counts[row.id].get(state, 0) for state in OPEN_TO_LABELERS) + own[row.id],
        }
        for row in rows
    ]


def _project_json(row: Row[Any], configuration: Row[Any], counts: dict[str, int]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "shortDescription": row.short_description,
        "description": row.description,
        "pinned": row.pinned,
        "timestamp": row.created_at,
        "deleted": row.deleted_at is not None,
        "deleteTime": row.deleted_at,
        "labelConfigurationId": configuration.id,
        "labelIterationId": row.label_iteration_id,
        "owner": row.organisation_id,
        "exportable": any(counts.get(state, 0) for state in EXPORTED_BY_DEFAULT),
        "reviewActivated": row.review_activated,
        "mediaType": row.media_type,
        "taskCounts": {state: counts.get(state, 0) for state in TaskState},
        "hasConfiguration": configuration.classes != b"[]",
        "mediaCount": sum(counts.values()),
    }


def _task_counts(conn: Connection, project_ids: list[str]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    query = (
        select(t.task.c.project_id, t.task.c.state, func.count())
        .where(t.task.c.project_id.in_(project_ids), t.task.c.medium_deleted.is_(False))
        .group_by(t.task.c.project_id, t.task.c.state)
    )
    for project_id, state, count in conn.execute(query):
        counts[project_id][state] = count
    return counts


def _own_counts(conn: Connection, actor: Actor, project_ids: list[str]) -> dict[str, int]:
    query = (
        select(t.task.c.project_id, func.count())
        .where(
            t.task.c.labeler_id == actor.user_id,
            t.task.c.state == TaskState.IN_PROGRESS,
            t.task.c.project_id.in_(project_ids),
            t.task.c.medium_deleted.is_(False),
        )
        .group_by(t.task.c.project_id)
    )
    return defaultdict(int, {row[0]: row[1] for row in conn.execute(query)})
