"""Exports into archives: asked for, written by a process of its own, kept with their digest, and downloaded.

A row says what is wanted and how far it is; what it is made of lies in a folder of its own. First a snapshot of the
labels is copied there in one read, so that the archive is of one moment and nobody waits for it; a worker then writes
the archive from it. After a restart, and when a stopped export is resumed, the worker begins anew on the same snapshot.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

import msgspec
from sqlalchemy import Connection, Row, select, update

from labelwright.db import tables as t
from labelwright.exchange.conversions import ALLOW, WAYS
from labelwright.exchange.format import chosen
from labelwright.exchange.requesting import PICTURES, Request, check_frame
from labelwright.exchange.source import Scheme
from labelwright.exchange.splits import parse_splits, splitter
from labelwright.exchange.work import ARCHIVE
from labelwright.formats import FORMATS
from labelwright.model.configuration import Configuration
from labelwright.model.errors import Invalid, Issue, NotFound, WrongTaskState
from labelwright.model.meaning import meant
from labelwright.model.task import EXPORTED_BY_DEFAULT, TaskState
from labelwright.services import configurations
from labelwright.services.access import Actor, Right, access_project
from labelwright.services.context import Context
from labelwright.services.work_folders import removed_after

FOLDER: Final = "exports"
UNFINISHED: Final = ("waiting", "running")
KEPT: Final = 50
"""How many finished exports of a project stay; older ones keep their row and lose their file."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What a caller asks for; `dry_run` gives the report without a file."""

    format: str
    settings: dict[str, str] = {}
    states: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    empty: bool = True
    compact: bool = False
    side_car: bool = False
    conversions: str = ALLOW
    split: str = ""
    group: str = "medium"
    seed: str = ""
    pictures: str = "none"
    frame: str = "displayed"
    dry_run: bool = False


def create_export(ctx: Context, actor: Actor, project_id: str, wanted: Wanted) -> dict[str, Any]:
    """Ask for an export. Raises NotFound, Forbidden, Invalid (with the place in what was asked)."""
    with ctx.db.read() as conn:
        access_project(conn, actor, project_id, Right.EXPORT)
        configuration = configurations.of_project(conn, project_id)
    request = request_of(wanted, configuration)
    export_id = ctx.new_id()
    values = {
        "id": export_id,
        "project_id": project_id,
        "created_by": actor.id,
        "created_by_name": actor.name,
        "created_at": ctx.now_ms(),
        "state": "waiting",
        "dry_run": wanted.dry_run,
        "format": request.format,
        "request": msgspec.json.encode(request),
        "done": 0,
        "total": 0,
    }
    ctx.db.write(lambda conn: conn.execute(t.label_export.insert().values(**values)))
    ctx.bell.ring()
    return get_export(ctx, actor, export_id)


def request_of(wanted: Wanted, configuration: Configuration) -> Request:
    """What a caller asks for, checked. Raises Invalid with the place in what was asked."""
    form = FORMATS.get(wanted.format)
    if form is None or form.write is None:
        _refuse_unknown("format", "format", wanted.format, [f.id for f in FORMATS.values() if f.write is not None])
    if wanted.pictures not in PICTURES:
        _refuse("pictures", f"pictures={wanted.pictures[:40]} will not do; use {', '.join(PICTURES)}.")
    if wanted.conversions not in WAYS:
        _refuse("conversions", f"conversions={wanted.conversions[:40]} will not do; use {' or '.join(WAYS)}.")
    check_frame(form, wanted.frame)
    splits = parse_splits(wanted.split, wanted.group, wanted.seed) if wanted.split else None
    if splits is not None:
        splitter(splits, configuration)
    names = set(Scheme(configuration).names().values())
    for name in wanted.classes:
        if name not in names:
            _refuse_unknown("classes", "geometry class", name, sorted(names))
    return Request(
        format=form.id,
        states=_states(wanted.states),
        classes=wanted.classes,
        empty=wanted.empty,
        compact=wanted.compact,
        side_car=wanted.side_car,
        conversions=wanted.conversions,
        splits=splits,
        pictures=wanted.pictures,
        frame=wanted.frame,
        settings=chosen(form.settings, wanted.settings),
    )


def _refuse(field: str, message: str) -> NoReturn:
    raise Invalid(message, (Issue(f"/{field}", f"invalid_{field}", message),))


def _refuse_unknown(field: str, what: str, given: str, known: Sequence[str]) -> NoReturn:
    _refuse(field, f"There is no {what} “{given[:60]}”.{meant(given, known)} There are {', '.join(known)}.")


def _states(given: tuple[str, ...]) -> tuple[str, ...]:
    known = {state.lower() for state in TaskState}
    for state in given:
        if state.lower() not in known:
            _refuse_unknown("states", "task state", state, sorted(known))
    return tuple(dict.fromkeys(state.lower() for state in given)) or tuple(s.lower() for s in EXPORTED_BY_DEFAULT)


# --- looking at exports ---------------------------------------------------------------------------------------------


def list_exports(ctx: Context, actor: Actor, project_id: str) -> list[dict[str, Any]]:
    """The exports of a project, newest first. Raises NotFound, Forbidden."""
    query = select(t.label_export).where(t.label_export.c.project_id == project_id)
    with ctx.db.read() as conn:
        access_project(conn, actor, project_id, Right.EXPORT)
        rows = conn.execute(query.order_by(t.label_export.c.created_at.desc(), t.label_export.c.id.desc()).limit(200))
        return [shown(ctx, row) for row in rows]


def get_export(ctx: Context, actor: Actor, export_id: str) -> dict[str, Any]:
    """One export with its report. Raises NotFound, Forbidden."""
    with ctx.db.read() as conn:
        return shown(ctx, access_export(conn, actor, export_id), whole=True)


def access_export(conn: Connection, actor: Actor, export_id: str) -> Row[Any]:
    """Fetch and authorise. Raises NotFound, Forbidden."""
    row = conn.execute(select(t.label_export).where(t.label_export.c.id == export_id)).first()
    if row is None:
        raise NotFound("export", export_id)
    try:
        access_project(conn, actor, row.project_id, Right.EXPORT)
    except NotFound:
        raise NotFound("export", export_id) from None
    return row


def find_export(ctx: Context, export_id: str) -> dict[str, Any]:
    """One export, for whoever holds its signed address. Raises NotFound."""
    with ctx.db.read() as conn:
        row = conn.execute(select(t.label_export).where(t.label_export.c.id == export_id)).first()
    if row is None:
        raise NotFound("archive of the export", export_id)
    return shown(ctx, row)


def shown(ctx: Context, row: Row[Any], *, whole: bool = False) -> dict[str, Any]:
    """An export as people see it; `whole` adds its report."""
    found = {
        "id": row.id,
        "projectId": row.project_id,
        "format": row.format,
        "request": msgspec.json.decode(row.request),
        "state": row.state,
        "dryRun": row.dry_run,
        "createdBy": row.created_by_name,
        "createdAt": row.created_at,
        "finishedAt": row.finished_at,
        "step": row.step,
        "done": row.done,
        "total": row.total,
        "error": row.error,
        "fileName": row.file_name,
        "size": row.size,
        "sha256": row.sha256,
        "removedAfterDays": removed_after(folder_of(ctx, row.id)),
        "downloadable": row.state == "done" and archive_path(ctx, row.id).is_file(),
    }
    if whole:
        found["report"] = None if row.report is None else msgspec.Raw(row.report)
    return found


def folder_of(ctx: Context, export_id: str) -> Path:
    """Where an export's files lie. The id comes from the database, never from a caller."""
    return ctx.settings.data.resolve() / FOLDER / export_id


def archive_path(ctx: Context, export_id: str) -> Path:
    return folder_of(ctx, export_id) / ARCHIVE


# --- stopping, resuming, deleting -----------------------------------------------------------------------------------


def cancel_export(ctx: Context, actor: Actor, export_id: str) -> dict[str, Any]:
    """Stop an export; its snapshot stays, so that it can go on. Raises WrongTaskState when it has ended."""
    return _move(ctx, actor, export_id, UNFINISHED, "cancelled")


def resume_export(ctx: Context, actor: Actor, export_id: str) -> dict[str, Any]:
    """Go on with an export that was stopped or failed, on the labels of the moment it was asked for."""
    return _move(ctx, actor, export_id, ("cancelled", "failed"), "waiting")


def _move(ctx: Context, actor: Actor, export_id: str, states: tuple[str, ...], state: str) -> dict[str, Any]:
    def work(conn: Connection) -> None:
        access_export(conn, actor, export_id)
        here = (t.label_export.c.id == export_id) & t.label_export.c.state.in_(states)
        if state == "waiting" and (days := removed_after(folder_of(ctx, export_id))) is not None:
            raise WrongTaskState(f"The labels of that moment were removed after {days} days. Start the export again.")
        if conn.execute(update(t.label_export).where(here).values(state=state, error=None)).rowcount == 0:
            raise WrongTaskState(f"The export is not {' or '.join(states)} any more.")

    ctx.db.write(work)
    ctx.bell.ring()
    return get_export(ctx, actor, export_id)


def delete_export(ctx: Context, actor: Actor, export_id: str) -> None:
    """Forget an export and its file. Raises NotFound, Forbidden."""

    def work(conn: Connection) -> None:
        access_export(conn, actor, export_id)
        conn.execute(t.label_export.delete().where(t.label_export.c.id == export_id))

    ctx.db.write(work)
    shutil.rmtree(folder_of(ctx, export_id), ignore_errors=True)
