"""Imports of files in any format: read, compared with what is there, stored when somebody says so, undone as a whole.

`waiting` → the file is read in a process of its own → `planning` → every difference is written down → `ready`. Then
`applying` → `done`, and perhaps `undoing` → `undone`. Each step can be repeated after a restart: tasks that have the
import's change already are passed over.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, select, update

from labelwright.db import tables as t
from labelwright.exchange.reading import SURVEY, Surveyed
from labelwright.exchange.uniting import MODES
from labelwright.exchange.work import Said
from labelwright.formats import FORMATS
from labelwright.media.names import clean_name
from labelwright.model.errors import Invalid, Issue, NotFound, WrongTaskState
from labelwright.services import import_plan
from labelwright.services.access import Actor, Right, access_project
from labelwright.services.context import Context
from labelwright.services.import_plan import CHANGES, Options, Summary
from labelwright.services.merging import OUT_OF_BOUNDS
from labelwright.storage.durable import naming_a_full_disk
from labelwright.storage.receiver import Received

FOLDER: Final = "imports"
UPLOAD: Final = "upload"
AT_WORK: Final = ("waiting", "planning", "applying", "undoing")
AT_ONCE: Final = 2000
"""Imports of up to so many media are one transaction; larger ones are stored in portions, undone together."""
PORTION: Final = 100


def check_import(ctx: Context, actor: Actor, project_id: str) -> None:
    """Refuse an import before its file is sent. Raises NotFound, Forbidden."""
    with ctx.db.read() as conn:
        access_project(conn, actor, project_id, Right.IMPORT)


def create_import(
    ctx: Context, actor: Actor, project_id: str, received: Received, *, file_name: str, form: str | None = None
) -> dict[str, Any]:
    """Take in an upload; it is read and compared in the background. Raises Invalid for a format that is not known."""
    check_import(ctx, actor, project_id)
    if form is not None and (form not in FORMATS or FORMATS[form].read is None):
        known = ", ".join(f.id for f in FORMATS.values() if f.read is not None)
        raise _invalid("format", f"There is no format {form[:40]} to read; there are {known}.")
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
        "options": msgspec.json.encode(Options()),
        "done": 0,
        "total": 0,
    }
    ctx.db.write(lambda conn: conn.execute(t.label_import.insert().values(**values)))
    return get_import(ctx, actor, import_id)


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, (Issue(f"/{field}", f"invalid_{field}", message),))


# --- looking --------------------------------------------------------------------------------------------------------


def list_imports(ctx: Context, actor: Actor, project_id: str) -> list[dict[str, Any]]:
    """The imports of a project, newest first. Raises NotFound, Forbidden."""
    query = select(t.label_import).where(t.label_import.c.project_id == project_id)
    with ctx.db.read() as conn:
        access_project(conn, actor, project_id, Right.IMPORT)
        rows = conn.execute(query.order_by(t.label_import.c.created_at.desc(), t.label_import.c.id.desc()).limit(200))
        return [_shown(row) for row in rows]


def get_import(ctx: Context, actor: Actor, import_id: str) -> dict[str, Any]:
    """One import with what it found. Raises NotFound, Forbidden."""
    with ctx.db.read() as conn:
        row = _access(conn, actor, import_id)
    shown = _shown(row)
    survey = folder_of(ctx, import_id) / SURVEY
    shown["survey"] = msgspec.Raw(survey.read_bytes()) if survey.is_file() else None
    return shown


def _access(conn: Connection, actor: Actor, import_id: str) -> Row[Any]:
    row = conn.execute(select(t.label_import).where(t.label_import.c.id == import_id)).first()
    if row is None:
        raise NotFound("import", import_id)
    try:
        access_project(conn, actor, row.project_id, Right.IMPORT)
    except NotFound:
        raise NotFound("import", import_id) from None
    return row


def _shown(row: Row[Any]) -> dict[str, Any]:
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
        "summary": None if row.summary is None else msgspec.Raw(row.summary),
    }


def list_changes(
    ctx: Context, actor: Actor, import_id: str, *, what: str | None = None, start: int = 0, limit: int = 100
) -> list[msgspec.Raw]:
    """Lines of the change set: all, or those of one kind (added, changed, removed, refused)."""
    get_import(ctx, actor, import_id)
    path = folder_of(ctx, import_id) / CHANGES
    if not path.is_file():
        return []
    wanted = f'{{"what":"{what}"'.encode() if what else b""
    with path.open("rb") as file:
        lines = (line for line in file if line.startswith(wanted))
        return [msgspec.Raw(line.rstrip(b"\n")) for line in islice(lines, start, start + min(limit, 1000))]


def folder_of(ctx: Context, import_id: str) -> Path:
    """Where an import's files lie. The id comes from the database, never from a caller."""
    return ctx.settings.data.resolve() / FOLDER / import_id


# --- steering -------------------------------------------------------------------------------------------------------


def set_options(ctx: Context, actor: Actor, import_id: str, options: Options) -> dict[str, Any]:
    """Choose how it is merged and what classes become; everything is compared anew. Raises Invalid, WrongTaskState."""
    if options.mode not in MODES:
        raise _invalid("mode", f"There is no mode {options.mode[:40]}; there are {', '.join(MODES)}.")
    if options.out_of_bounds not in OUT_OF_BOUNDS:
        text = f"outOfBounds={options.out_of_bounds[:40]} is unknown here; use {', '.join(OUT_OF_BOUNDS)}."
        raise _invalid("outOfBounds", text)
    return _move(ctx, actor, import_id, ("ready", "planning"), "planning", options=msgspec.json.encode(options))


def apply_import(ctx: Context, actor: Actor, import_id: str) -> dict[str, Any]:
    """Store what was compared; what people saved since is taken into account. Raises WrongTaskState."""
    return _move(ctx, actor, import_id, ("ready", "cancelled"), "applying")


def cancel_import(ctx: Context, actor: Actor, import_id: str) -> dict[str, Any]:
    """Stop. What is stored already can be undone, or the rest stored later. Raises WrongTaskState."""
    return _move(ctx, actor, import_id, ("waiting", "planning", "ready", "applying"), "cancelled")


def undo_import(ctx: Context, actor: Actor, import_id: str) -> dict[str, Any]:
    """Take the whole import back; what people changed since stays. Raises WrongTaskState."""
    return _move(ctx, actor, import_id, ("done", "cancelled"), "undoing")


def delete_import(ctx: Context, actor: Actor, import_id: str) -> None:
    """Forget an import and its file; labels stay. Raises WrongTaskState while it is at work."""

    def work(conn: Connection) -> None:
        row = _access(conn, actor, import_id)
        if row.state in AT_WORK:
            raise WrongTaskState("The import is at work. Stop it first.")
        conn.execute(t.label_import.delete().where(t.label_import.c.id == import_id))

    ctx.db.write(work)
    shutil.rmtree(folder_of(ctx, import_id), ignore_errors=True)


def _move(
    ctx: Context, actor: Actor, import_id: str, states: tuple[str, ...], state: str, **values: Any
) -> dict[str, Any]:
    def work(conn: Connection) -> None:
        row = _access(conn, actor, import_id)
        here = (t.label_import.c.id == import_id) & t.label_import.c.state.in_(states)
        changed = update(t.label_import).where(here).values(state=state, error=None, done=0, **values)
        if conn.execute(changed).rowcount == 0:
            raise WrongTaskState(f"The import is {row.state}; this goes only while it is {' or '.join(states)}.")

    ctx.db.write(work)
    return get_import(ctx, actor, import_id)


# --- the work -------------------------------------------------------------------------------------------------------


def work_next(ctx: Context) -> bool:
    """Do the next step of the oldest import that has one; False when there is none."""
    with ctx.db.read() as conn:
        query = select(t.label_import).where(t.label_import.c.state.in_(AT_WORK))
        row = conn.execute(query.order_by(t.label_import.c.created_at, t.label_import.c.id).limit(1)).first()
    if row is None:
        return False
    try:
        STEPS[row.state](ctx, row)
    except Invalid as error:
        _put(ctx, row, state="failed", error=error.message)
    except Exception:
        _put(ctx, row, state="failed", error="The server could not go on with the import; its log says why.")
        raise
    return True


def _put(ctx: Context, row: Row[Any], **values: Any) -> bool:
    """Write down how it is; False when somebody stopped it meanwhile."""
    here = (t.label_import.c.id == row.id) & (t.label_import.c.state == row.state)
    return bool(ctx.db.write(lambda conn: conn.execute(update(t.label_import).where(here).values(**values)).rowcount))


def _read(ctx: Context, row: Row[Any]) -> None:
    folder = folder_of(ctx, row.id)
    _put(ctx, row, step="reading")
    command = [sys.executable, "-m", "labelwright.jobs.import_worker", str(folder), str(folder / UPLOAD), row.file_name]
    command += [row.format] if row.format else []
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode == 0:
        surveyed = msgspec.json.decode((folder / SURVEY).read_bytes(), type=Surveyed)
        _put(ctx, row, state="planning", format=surveyed.format, total=surveyed.media)
        return
    (folder / "errors.log").write_bytes(done.stderr)
    lines = done.stdout.splitlines()
    said = msgspec.json.decode(lines[-1], type=Said) if lines else Said(step="failed")
    _put(ctx, row, state="failed", error=said.error or f"The file could not be read (exit {done.returncode}).")


def _plan(ctx: Context, row: Row[Any]) -> None:
    plan = import_plan.open_plan(ctx, row, folder_of(ctx, row.id))
    _put(ctx, row, step="comparing", total=plan.media_count)
    summary = plan.compare(lambda done: _put(ctx, row, done=done))
    if summary is not None:
        _put(ctx, row, state="ready", step="ready", summary=msgspec.json.encode(summary))


def _apply(ctx: Context, row: Row[Any]) -> None:
    plan = import_plan.open_plan(ctx, row, folder_of(ctx, row.id))
    _put(ctx, row, step="storing", total=plan.media_count)
    size = plan.media_count if plan.media_count <= AT_ONCE else PORTION
    done = 0
    for portion in _portions(iter(plan.matched), max(size, 1)):
        plan.store(portion)
        done += len(portion)
        if not _put(ctx, row, done=done):
            return
    _put(ctx, row, state="done", step="done", finished_at=ctx.now_ms())


def _undo(ctx: Context, row: Row[Any]) -> None:
    plan = import_plan.open_plan(ctx, row, folder_of(ctx, row.id))
    _put(ctx, row, step="undoing", total=plan.media_count)
    kept = done = 0
    for portion in _portions(iter(plan.matched), PORTION):
        kept += plan.undo(portion)
        done += len(portion)
        _put(ctx, row, done=done)
    summary = msgspec.json.decode(row.summary, type=Summary) if row.summary else None
    values = {} if summary is None else {"summary": msgspec.json.encode(msgspec.structs.replace(summary, kept=kept))}
    _put(ctx, row, state="undone", step="undone", finished_at=ctx.now_ms(), **values)


def _portions(media: Iterator[str], size: int) -> Iterator[list[str]]:
    while portion := list(islice(media, size)):
        yield portion


STEPS: Final[dict[str, Callable[[Context, Row[Any]], None]]] = {
    "waiting": _read,
    "planning": _plan,
    "applying": _apply,
    "undoing": _undo,
}
