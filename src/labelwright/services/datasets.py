"""Datasets: create, edit, list, delete and restore; and the tasks that their media make in connected projects."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from labelwright.db import tables as t
from labelwright.model.errors import NameTaken
from labelwright.model.task import TaskState
from labelwright.services.access import Actor, Right, access_dataset, choose_organisation
from labelwright.services.context import Context
from labelwright.services.naming import check_texts, composed, contains
from labelwright.services.restore import free_name

Json = dict[str, Any]


def create_dataset(
    ctx: Context, actor: Actor, *, name: str, short_description: str | None = None, owner: str | None = None
) -> Json:
    """Make an empty dataset. Raises NameTaken, Invalid, Forbidden."""
    organisation_id = choose_organisation(actor, owner, Right.CREATE_DATASET)
    name = composed(name)
    check_texts(name, {"shortDescription": short_description})
    values = {
        "id": ctx.new_id(),
        "organisation_id": organisation_id,
        "name": name,
        "short_description": short_description or "",
        "media_type": "IMAGE",
        "created_at": ctx.now_ms(),
    }

    def work(conn: Connection) -> Json:
        _check_free(conn, organisation_id, name)
        conn.execute(t.dataset.insert().values(**values))
        return _shown_one(conn, str(values["id"]))

    return ctx.db.write(work)


def change_dataset(
    ctx: Context, actor: Actor, dataset_id: str, *, name: str | None = None, short_description: str | None = None
) -> Json:
    """Change what is not None. Raises NameTaken, Invalid, Forbidden, NotFound."""
    name = composed(name) if name is not None else None
    check_texts(name, {"shortDescription": short_description})
    values = {k: v for k, v in {"name": name, "short_description": short_description}.items() if v is not None}

    def work(conn: Connection) -> Json:
        dataset = access_dataset(conn, actor, dataset_id, Right.MANAGE_DATASET)
        if name is not None and name != dataset.name:
            _check_free(conn, dataset.organisation_id, name)
        if values:
            conn.execute(update(t.dataset).where(t.dataset.c.id == dataset_id).values(**values))
        return _shown_one(conn, dataset_id)

    return ctx.db.write(work)


def _check_free(conn: Connection, organisation_id: str, name: str) -> None:
    same = select(t.dataset.c.id).where(
        t.dataset.c.organisation_id == organisation_id, t.dataset.c.name == name, t.dataset.c.deleted_at.is_(None)
    )
    if conn.execute(same).first():
        raise NameTaken("dataset", name)


def delete_dataset(ctx: Context, actor: Actor, dataset_id: str) -> None:
    """Hide a dataset and its media, and so their tasks; `restore_dataset` brings all of them back."""

    def work(conn: Connection) -> None:
        access_dataset(conn, actor, dataset_id, Right.MANAGE_DATASET)
        now = ctx.now_ms()
        conn.execute(update(t.dataset).where(t.dataset.c.id == dataset_id).values(deleted_at=now))
        live = (t.medium.c.dataset_id == dataset_id) & t.medium.c.deleted_at.is_(None)
        conn.execute(update(t.medium).where(live).values(deleted_at=now))
        conn.execute(update(t.task).where(t.task.c.dataset_id == dataset_id).values(medium_deleted=True))

    ctx.db.write(work)


def restore_dataset(ctx: Context, actor: Actor, dataset_id: str) -> Json:
    """Bring a dataset back with the media that were deleted together with it."""

    def work(conn: Connection) -> Json:
        dataset = access_dataset(conn, actor, dataset_id, Right.MANAGE_DATASET, deleted=True)
        with_it = (t.medium.c.dataset_id == dataset_id) & (t.medium.c.deleted_at == dataset.deleted_at)
        media = select(t.medium.c.id).where(with_it).scalar_subquery()
        conn.execute(update(t.task).where(t.task.c.medium_id.in_(media)).values(medium_deleted=False))
        conn.execute(update(t.medium).where(with_it).values(deleted_at=None))
        name = free_name(conn, t.dataset, dataset)
        conn.execute(update(t.dataset).where(t.dataset.c.id == dataset_id).values(deleted_at=None, name=name))
        return _shown_one(conn, dataset_id)

    return ctx.db.write(work)


def insert_tasks(
    conn: Connection, ctx: Context, project_ids: Iterable[str], dataset_id: str, media: list[tuple[str, str]]
) -> None:
    """Make a task in the backlog of every project for every medium, given as (id, name)."""
    now = ctx.now_ms()
    rows = [
        {
            "id": ctx.new_id(),
            "project_id": project_id,
            "medium_id": medium_id,
            "dataset_id": dataset_id,
            "medium_name": name,
            "medium_deleted": False,
            "state": TaskState.BACKLOG.value,
            "has_import": False,
            "created_at": now,
            "changed_at": now,
        }
        for project_id in project_ids
        for medium_id, name in media
    ]
    if rows:
        conn.execute(t.task.insert(), rows)


# --- reading --------------------------------------------------------------------------------------------------------


def list_datasets(ctx: Context, actor: Actor, *, search: str = "", deleted: bool = False) -> list[Json]:
    """Datasets of the caller's organisations by name."""
    conditions: list[ColumnElement[bool]] = [
        t.dataset.c.organisation_id.in_(actor.grants),
        t.dataset.c.deleted_at.is_not(None) if deleted else t.dataset.c.deleted_at.is_(None),
    ]
    if search.strip():
        conditions.append(contains(t.dataset.c.name, search))
    with ctx.db.read() as conn:
        return _shown(conn, list(conn.execute(select(t.dataset).where(*conditions).order_by(t.dataset.c.name))))


def get_dataset(ctx: Context, actor: Actor, dataset_id: str) -> Json:
    """One dataset with its counts. Raises NotFound."""
    with ctx.db.read() as conn:
        access_dataset(conn, actor, dataset_id, Right.READ_DATASET, deleted=None)
        return _shown_one(conn, dataset_id)


def of_projects(conn: Connection, project_ids: list[str]) -> dict[str, list[Json]]:
    """The connected datasets of each project, deleted ones left out."""
    query = (
        select(t.project_dataset.c.project_id, t.dataset)
        .join(t.dataset, t.dataset.c.id == t.project_dataset.c.dataset_id)
        .where(t.project_dataset.c.project_id.in_(project_ids), t.dataset.c.deleted_at.is_(None))
        .order_by(t.dataset.c.name)
    )
    rows = list(conn.execute(query))
    shown = {dataset["id"]: dataset for dataset in _shown(conn, rows)}
    found: dict[str, list[Json]] = defaultdict(list)
    for row in rows:
        found[row.project_id].append(shown[row.id])
    return found


def _shown_one(conn: Connection, dataset_id: str) -> Json:
    return _shown(conn, list(conn.execute(select(t.dataset).where(t.dataset.c.id == dataset_id))))[0]


def _shown(conn: Connection, rows: list[Row[Any]]) -> list[Json]:
    ids = [row.id for row in rows]
    media, broken = _media_counts(conn, ids)
    projects = _projects(conn, ids)
    return [
        {
            "id": row.id,
            "name": row.name,
            "shortDescription": row.short_description,
            "timestamp": row.created_at,
            "deleted": row.deleted_at is not None,
            "deleteTime": row.deleted_at,
            "owner": row.organisation_id,
            "mediaCount": media[row.id],
            "brokenCount": broken[row.id],
            "projectCount": len(projects[row.id]),
            "projects": projects[row.id],
            "mediaType": row.media_type,
        }
        for row in rows
    ]


def _media_counts(conn: Connection, dataset_ids: list[str]) -> tuple[dict[str, int], dict[str, int]]:
    media: dict[str, int] = defaultdict(int)
    broken: dict[str, int] = defaultdict(int)
    query = (
        select(t.medium.c.dataset_id, t.medium.c.state, func.count())
        .where(t.medium.c.dataset_id.in_(dataset_ids), t.medium.c.deleted_at.is_(None))
        .group_by(t.medium.c.dataset_id, t.medium.c.state)
    )
    for dataset_id, state, count in conn.execute(query):
        media[dataset_id] += count
        if state == "broken":
            broken[dataset_id] += count
    return media, broken


def _projects(conn: Connection, dataset_ids: list[str]) -> dict[str, list[Json]]:
    projects: dict[str, list[Json]] = defaultdict(list)
    query = (
        select(t.project_dataset.c.dataset_id, t.project.c.id, t.project.c.name)
        .join(t.project, t.project.c.id == t.project_dataset.c.project_id)
        .where(t.project_dataset.c.dataset_id.in_(dataset_ids), t.project.c.deleted_at.is_(None))
        .order_by(t.project.c.name)
    )
    for dataset_id, project_id, name in conn.execute(query):
        projects[dataset_id].append({"id": project_id, "name": name})
    return projects
