"""Imports of files in any format: read, compared with what is there, stored when somebody says so, undone as a whole.

`waiting` → the file is read in a process of its own → `planning` → every difference is written down → `ready`. Then
`applying` → `done`, and perhaps `undoing` → `undone`. Where the project has no label configuration yet it is
`needs_classes` until it has one (`import_classes`). Each step (`import_work`) can be repeated after a restart: tasks
that have the import's change already are passed over.
"""

import shutil
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, select, update

from labelwright.db import tables as t
from labelwright.exchange.reading import SURVEY, Surveyed
from labelwright.formats import FORMATS
from labelwright.media.names import clean_name
from labelwright.model.errors import Invalid, Issue, NotFound, WrongTaskState
from labelwright.model.meaning import meant
from labelwright.services import configurations, import_mappings
from labelwright.services.access import Actor, Right, access_project
from labelwright.services.context import Context
from labelwright.services.import_kept import Terms
from labelwright.services.import_mappings import checked
from labelwright.services.import_options import Options, check_options, summary_of
from labelwright.services.import_undo import imported_media
from labelwright.services.work_folders import removed_after
from labelwright.storage.durable import naming_a_full_disk
from labelwright.storage.receiver import Received

FOLDER: Final = "imports"
UPLOAD: Final = "upload"
SIDE_CARS: Final = ("use", "ignore")
AT_WORK: Final = ("waiting", "planning", "applying", "undoing")
NEED_FILES: Final = ("waiting", "planning", "applying")
UNDOABLE: Final = ("done", "cancelled")
COMPARED: Final = ("ready", "needs_classes")


def check_import(ctx: Context, actor: Actor, project_id: str) -> None:
    """Refuse an import before its file is sent. Raises NotFound, Forbidden."""
    with ctx.db.read() as conn:
        access_project(conn, actor, project_id, Right.IMPORT)


def create_import(  # noqa: PLR0913 - what came, and how to read it
    ctx: Context,
    actor: Actor,
    project_id: str,
    received: Received,
    *,
    file_name: str,
    form: str | None = None,
    side_car: str = "use",
) -> dict[str, Any]:
    """Take in an upload; it is read and compared in the background. Raises Invalid for a format that is not known.

    `side_car` says whether one that lies in it is to be used, or ignored.
    """
    check_import(ctx, actor, project_id)
    if form is not None:
        _check_format(form)
    if side_car not in SIDE_CARS:
        raise _invalid("sideCar", f"sideCar={side_car[:40]} will not do; use {' or '.join(SIDE_CARS)}.")
    import_id = ctx.new_id()
    folder = folder_of(ctx, import_id)
    with naming_a_full_disk():
        folder.mkdir(parents=True, mode=0o700)
        shutil.move(received.path, folder / UPLOAD)
    values = {
        "id": import_id,
        "project_id": project_id,
        "created_by": actor.id,
        "created_by_name": actor.name,
        "created_at": ctx.now_ms(),
        "state": "waiting",
        "file_name": clean_name(file_name),
        "size": received.size_bytes,
        "sha256": received.sha256,
        "format": form,
        "options": msgspec.json.encode(Options(side_car=side_car == "use")),
        "done": 0,
        "total": 0,
    }
    ctx.db.write(lambda conn: conn.execute(t.label_import.insert().values(**values)))
    ctx.bell.ring()
    return get_import(ctx, actor, import_id)


def _check_format(form: str) -> None:
    if form not in FORMATS or FORMATS[form].read is None:
        known = [f.id for f in FORMATS.values() if f.read is not None]
        text = f"There is no format “{form[:60]}” to read.{meant(form, known)} There are {', '.join(known)}."
        raise _invalid("format", text)


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, (Issue(f"/{field}", f"invalid_{field}", message),))


# --- looking --------------------------------------------------------------------------------------------------------


def list_imports(ctx: Context, actor: Actor, project_id: str) -> list[dict[str, Any]]:
    """The imports of a project, newest first. Raises NotFound, Forbidden."""
    query = select(t.label_import).where(t.label_import.c.project_id == project_id)
    with ctx.db.read() as conn:
        access_project(conn, actor, project_id, Right.IMPORT)
        rows = conn.execute(query.order_by(t.label_import.c.created_at.desc(), t.label_import.c.id.desc()).limit(200))
        return [_shown(ctx, row) for row in rows]


def get_import(ctx: Context, actor: Actor, import_id: str) -> dict[str, Any]:
    """One import with what it found, the saved mappings that fit it, and whether it can be undone."""
    with ctx.db.read() as conn:
        row = access_import(conn, actor, import_id)
        shown = _shown(ctx, row)
        surveyed = read_survey(ctx, import_id)
        # Thousands of faults are for the change set, where they are paged.
        shown["survey"] = msgspec.structs.replace(surveyed, faults=()) if surveyed else None
        shown["mappings"] = import_mappings.offered(conn, row.project_id, surveyed) if surveyed else []
        shown["undo"] = _undo_state(conn, row)
    return shown


def read_survey(ctx: Context, import_id: str) -> Surveyed | None:
    """What the file holds; None before it was read."""
    path = folder_of(ctx, import_id) / SURVEY
    return msgspec.json.decode(path.read_bytes(), type=Surveyed) if path.is_file() else None


def access_import(conn: Connection, actor: Actor, import_id: str, right: Right = Right.IMPORT) -> Row[Any]:
    """Fetch and authorise. Raises NotFound, Forbidden."""
    row = conn.execute(select(t.label_import).where(t.label_import.c.id == import_id)).first()
    if row is None:
        raise NotFound("import", import_id)
    try:
        access_project(conn, actor, row.project_id, right)
    except NotFound:
        raise NotFound("import", import_id) from None
    return row


def check_files(ctx: Context, import_id: str) -> None:
    """Raise WrongTaskState when what an import is made of is gone."""
    if (days := removed_after(folder_of(ctx, import_id))) is not None:
        raise WrongTaskState(f"The file of the import was removed after {days} days. Send it again.")


def _undo_state(conn: Connection, row: Row[Any]) -> dict[str, Any]:
    """Whether the import can be taken back, and if not, why."""
    summary = summary_of(row)
    reason = None
    if row.state == "undone":
        reason = "It was taken back already."
    elif row.state not in UNDOABLE:
        reason = "It has not been stored."
    elif row.state == "cancelled" and row.step != "storing":
        reason = "It was stopped before anything was stored."
    elif summary is not None and summary.stored == 0:
        reason = "It changed nothing, so there is nothing to take back."
    elif conn.execute(imported_media(row.project_id).limit(1)).first() is None:
        reason = "The pictures that it was about are not in the project any more."
    return {"possible": reason is None, "reason": reason}


def _shown(ctx: Context, row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "projectId": row.project_id,
        "fileName": row.file_name,
        "size": row.size,
        "format": row.format,
        "state": row.state,
        "options": msgspec.Raw(row.options),
        "createdBy": row.created_by_name,
        "createdAt": row.created_at,
        "finishedAt": row.finished_at,
        "step": row.step,
        "done": row.done,
        "total": row.total,
        "error": row.error,
        "removedAfterDays": removed_after(folder_of(ctx, row.id)),
        "summary": None if row.summary is None else msgspec.Raw(row.summary),
    }


def folder_of(ctx: Context, import_id: str) -> Path:
    """Where an import's files lie. The id comes from the database, never from a caller."""
    return ctx.settings.data.resolve() / FOLDER / import_id


# --- steering -------------------------------------------------------------------------------------------------------


def set_options(ctx: Context, actor: Actor, import_id: str, options: Options) -> dict[str, Any]:
    """Choose how it is merged and what classes become; everything is compared anew. Raises Invalid, WrongTaskState."""
    check_options(options)
    with ctx.db.read() as conn:
        configuration = configurations.of_project(conn, access_import(conn, actor, import_id).project_id)
    mapping = checked(options.mapping, configuration, "/mapping")
    options = msgspec.structs.replace(options, mapping=mapping)
    return _move(ctx, actor, import_id, (*COMPARED, "planning"), "planning", options=msgspec.json.encode(options))


def read_as(ctx: Context, actor: Actor, import_id: str, form: str) -> dict[str, Any]:
    """Read the file again, in another format. Raises Invalid, WrongTaskState."""
    _check_format(form)
    return _move(ctx, actor, import_id, (*COMPARED, "failed"), "waiting", format=form, summary=None)


def apply_import(ctx: Context, actor: Actor, import_id: str) -> dict[str, Any]:
    """Store what was compared; what people saved since is taken into account. Raises WrongTaskState.

    Nothing is stored that was not compared as it is now: one that was stopped before is read or compared anew first.
    """
    with ctx.db.read() as conn:
        row = access_import(conn, actor, import_id)
        now = Terms(row.options, configurations.of_project(conn, row.project_id).revision)
    summary = summary_of(row)
    state = "waiting" if summary is None else "applying" if summary.terms == now.digest else "planning"
    moved = _move(ctx, actor, import_id, ("ready", "cancelled"), state)
    if (row.state, state) == ("ready", "planning"):
        raise WrongTaskState("The label configuration was changed since the file was compared; it is compared anew.")
    return moved


def cancel_import(ctx: Context, actor: Actor, import_id: str) -> dict[str, Any]:
    """Stop. What is stored already can be undone, or the rest stored later. Raises WrongTaskState."""
    return _move(ctx, actor, import_id, ("waiting", "planning", *COMPARED, "applying"), "cancelled")


def undo_import(ctx: Context, actor: Actor, import_id: str) -> dict[str, Any]:
    """Take the whole import back; what people changed since stays. Raises WrongTaskState."""
    if not (undo := get_import(ctx, actor, import_id)["undo"])["possible"]:
        raise WrongTaskState(f"The import cannot be undone. {undo['reason']}")
    return _move(ctx, actor, import_id, UNDOABLE, "undoing")


def delete_import(ctx: Context, actor: Actor, import_id: str) -> None:
    """Forget an import and its file; labels stay. Raises WrongTaskState while it is at work."""

    def work(conn: Connection) -> None:
        row = access_import(conn, actor, import_id)
        if row.state in AT_WORK:
            raise WrongTaskState("The import is at work. Stop it first.")
        conn.execute(t.label_import.delete().where(t.label_import.c.id == import_id))

    ctx.db.write(work)
    shutil.rmtree(folder_of(ctx, import_id), ignore_errors=True)


def _move(
    ctx: Context, actor: Actor, import_id: str, states: tuple[str, ...], state: str, **values: Any
) -> dict[str, Any]:
    def work(conn: Connection) -> None:
        row = access_import(conn, actor, import_id)
        if state in NEED_FILES:
            check_files(ctx, import_id)
        here = (t.label_import.c.id == import_id) & t.label_import.c.state.in_(states)
        changed = update(t.label_import).where(here).values(state=state, error=None, done=0, **values)
        if conn.execute(changed).rowcount == 0:
            raise WrongTaskState(f"The import is {row.state}; this goes only while it is {' or '.join(states)}.")

    ctx.db.write(work)
    ctx.bell.ring()
    return get_import(ctx, actor, import_id)
