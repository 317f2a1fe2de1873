"""Media of datasets: lists, deletion, and what the rest needs to know of one medium. See uploads.py, pictures.py."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from labelwright.db import tables as t
from labelwright.db.database import Database
from labelwright.media.pyramid import TILE, level_sizes
from labelwright.model.errors import AlreadyDeleted, Invalid, Issue, NotFound
from labelwright.services.access import Actor, Right, access_dataset, access_medium, require
from labelwright.services.context import Context
from labelwright.services.naming import contains
from labelwright.services.paging import Page, behind, cut, page_size, parts

Json = dict[str, Any]
LOCAL, LINK = "LOCAL", "SHAREABLE_LINK"
# Pending: a link that waits to be fetched. Preparing: a very large picture whose tiles are being made.
READY, PENDING, PREPARING, BROKEN = "ready", "pending", "preparing", "broken"
STATES, SOURCES = (READY, PENDING, PREPARING, BROKEN), (LOCAL, LINK)


class MediaFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a media list shows; empty means everything."""

    search: str = ""
    state: str | None = None
    source: str | None = None


def medium_json(row: Row[Any]) -> Json:
    """Dress a row of `medium`; width and height are displayed pixels."""
    return {
        "id": row.id,
        "datasetId": row.dataset_id,
        "mediaName": row.name,
        "mediaSourceType": row.source,
        "timestamp": row.created_at,
        "valid": row.state != BROKEN,
        "reason": row.reason,
        "reasonText": row.reason_text,
        "url": row.url,
        "width": row.width,
        "height": row.height,
        "size": row.size,
        "sha256": row.sha256,
        "contentType": row.content_type,
        "state": row.state,
        "orientation": row.orientation,
        "tiles": _tiles_json(row) if row.tiles else None,
        "progress": row.progress,
    }


def _tiles_json(row: Row[Any]) -> Json:
    return {"size": TILE, "levels": len(level_sizes((row.width, row.height))), "format": row.tiles}


def get_medium_json(conn: Connection, medium_id: str) -> Json:
    """One medium whose task the caller has access to."""
    return medium_json(conn.execute(select(t.medium).where(t.medium.c.id == medium_id)).one())


def get_medium(ctx: Context, actor: Actor, medium_id: str) -> Json:
    """One medium. Raises NotFound."""
    with ctx.db.read() as conn:
        return medium_json(access_medium(conn, actor, medium_id, Right.VIEW_MEDIUM))


def list_media(
    ctx: Context, actor: Actor, dataset_id: str, wanted: MediaFilter, *, cursor: str | None = None, limit: int = 100
) -> Page:
    """One page of a dataset's media by name. Raises NotFound, Invalid."""
    size = page_size(limit)
    with ctx.db.read() as conn:
        access_dataset(conn, actor, dataset_id, Right.READ_DATASET)
        conditions = _conditions(dataset_id, wanted)
        total = conn.scalar(select(func.count()).select_from(t.medium).where(*conditions)) or 0
        rows = conn.execute(
            select(t.medium)
            .where(*conditions, *behind(cursor, t.medium.c.name, t.medium.c.id))
            .order_by(t.medium.c.name, t.medium.c.id)
            .limit(size + 1)
        ).all()
    kept, following = cut(list(rows), size, "name", "id")
    return Page([medium_json(row) for row in kept], following, total)


def _conditions(dataset_id: str, wanted: MediaFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [t.medium.c.dataset_id == dataset_id, t.medium.c.deleted_at.is_(None)]
    if wanted.search.strip():
        conditions.append(contains(t.medium.c.name, wanted.search))
    for field, value, known in (("state", wanted.state, STATES), ("source", wanted.source, SOURCES)):
        if value and value not in known:
            message = f"There is no {field} “{value[:40]}” of media; use {', '.join(known)}."
            raise Invalid(message, (Issue(f"/{field}", f"invalid_{field}", message),))
    if wanted.state:
        conditions.append(t.medium.c.state == wanted.state)
    if wanted.source:
        conditions.append(t.medium.c.source == wanted.source)
    return conditions


def delete_media(ctx: Context, actor: Actor, media_ids: list[str]) -> int:
    """Hide media and their tasks, all or none of them. Raises NotFound for the first unknown id."""

    def work(conn: Connection) -> int:
        wanted = list(dict.fromkeys(media_ids))
        for part in parts(wanted):
            _check_deletable(conn, actor, part)
            conn.execute(update(t.medium).where(t.medium.c.id.in_(part)).values(deleted_at=ctx.now_ms()))
            conn.execute(update(t.task).where(t.task.c.medium_id.in_(part)).values(medium_deleted=True))
        return len(wanted)

    return ctx.db.write(work)


def _check_deletable(conn: Connection, actor: Actor, media_ids: list[str]) -> None:
    query = (
        select(t.medium.c.id, t.dataset.c.organisation_id)
        .join(t.dataset, t.dataset.c.id == t.medium.c.dataset_id)
        .where(t.medium.c.id.in_(media_ids), t.medium.c.deleted_at.is_(None))
    )
    organisations = {row.id: row.organisation_id for row in conn.execute(query)}
    for medium_id in media_ids:
        if medium_id not in organisations:
            raise NotFound("medium", medium_id)
        require(actor, organisations[medium_id], Right.DELETE_MEDIUM, what="medium", value=medium_id)


def check_not_deleted(ctx: Context, actor: Actor, medium_id: str) -> None:
    """Tell a deleted medium of the caller's organisations from one that never was. Raises AlreadyDeleted."""
    query = (
        select(t.medium.c.deleted_at, t.medium.c.name, t.dataset.c.organisation_id)
        .join(t.dataset, t.dataset.c.id == t.medium.c.dataset_id)
        .where(t.medium.c.id == medium_id)
    )
    with ctx.db.read() as conn:
        row = conn.execute(query).first()
    if row is None:
        raise NotFound("medium", medium_id)
    require(actor, row.organisation_id, Right.DELETE_MEDIUM, what="medium", value=medium_id)
    if row.deleted_at is not None:
        raise AlreadyDeleted(f"The medium “{row.name}” is deleted already.")


def is_used(database: Database, sha256: str) -> bool:
    """Say whether any medium, deleted or not, refers to the stored bytes."""
    with database.read() as conn:
        return conn.execute(select(t.medium.c.id).where(t.medium.c.sha256 == sha256).limit(1)).first() is not None
