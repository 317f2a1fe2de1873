"""The work of imports, in the background: each step reads, compares, stores or takes back, and can be repeated."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final

import msgspec
from sqlalchemy import Row, select, update

from labelwright.db import tables as t
from labelwright.exchange.reading import SURVEY, Surveyed
from labelwright.model.errors import Invalid, StorageFull
from labelwright.services import configurations, import_plan
from labelwright.services.context import Context, Stopping
from labelwright.services.import_options import Options, summary_of
from labelwright.services.import_undo import Undo
from labelwright.services.label_imports import AT_WORK, FOLDER, UPLOAD, folder_of
from labelwright.services.turns import Turns, waiting
from labelwright.services.work_folders import sweep, tidy
from labelwright.services.worker_processes import run_worker
from labelwright.storage.durable import naming_a_full_disk

AT_ONCE: Final = 2000
"""Imports of up to so many media are one transaction; larger ones are stored in portions, undone together."""
PORTION: Final = 100
READ, STORED = ("waiting",), ("planning", "applying", "undoing")
"""What is read in processes of their own, several at a time, and what is done in the server, one after another."""


def work_next(ctx: Context, turns: Turns | None = None, states: tuple[str, ...] = AT_WORK) -> bool:
    """Do the next step of an import whose turn it is; False when there is none. Raises Stopping."""
    table = t.label_import
    with (turns or Turns()).next(states, lambda: waiting(ctx, table, states)) as import_id:
        has_worked = import_id is not None and _work(ctx, import_id, states)
    if has_worked:
        ctx.bell.ring()  # now that it is let go: its next step may be another thread's
    return has_worked


def _work(ctx: Context, import_id: str, states: tuple[str, ...]) -> bool:
    with ctx.db.read() as conn:
        here = (t.label_import.c.id == import_id) & t.label_import.c.state.in_(states)
        row = conn.execute(select(t.label_import).where(here)).first()
    if row is None:
        return False
    try:
        with naming_a_full_disk():
            STEPS[row.state](ctx, row)
    except Stopping:
        raise  # it stays what it is, and goes on after the next start
    except (Invalid, StorageFull) as error:
        _put(ctx, row, state="failed", error=error.message)
    except Exception:
        _put(ctx, row, state="failed", error="The server could not go on with the import; its log says why.")
        raise
    finally:
        tidy(folder_of(ctx, row.id), is_known=_find_state(ctx, row) is not None)
    return True


def sweep_folders(ctx: Context) -> None:
    """When a server starts: take away what belongs to no import, and what a killed server left half written."""
    with ctx.db.read() as conn:
        known = set(conn.execute(select(t.label_import.c.id)).scalars())
    sweep(ctx.settings.data.resolve() / FOLDER, known)


def _put(ctx: Context, row: Row[Any], **values: Any) -> bool:
    """Write down how it is; False when somebody stopped it meanwhile, or chose otherwise."""
    same = (t.label_import.c.state == row.state) & (t.label_import.c.options == row.options)
    here = (t.label_import.c.id == row.id) & same
    return bool(ctx.db.write(lambda conn: conn.execute(update(t.label_import).where(here).values(**values)).rowcount))


def _find_state(ctx: Context, row: Row[Any]) -> str | None:
    """How it is by now; None when it is gone."""
    with ctx.db.read() as conn:
        return conn.execute(select(t.label_import.c.state).where(t.label_import.c.id == row.id)).scalar()


def _read(ctx: Context, row: Row[Any]) -> None:
    folder = folder_of(ctx, row.id)
    _put(ctx, row, step="reading")
    use = msgspec.json.decode(row.options, type=Options).side_car
    given = (str(folder / UPLOAD), row.file_name, row.format or "", "use" if use else "ignore")
    ended = run_worker(
        "import_worker",
        folder,
        *given,
        is_wanted=lambda: not ctx.is_stopping() and _find_state(ctx, row) == row.state,
    )
    if ended.code == 0:
        surveyed = msgspec.json.decode((folder / SURVEY).read_bytes(), type=Surveyed)
        _put(ctx, row, state="planning", format=surveyed.format, total=surveyed.media)
    elif ended.was_wanted:
        _put(ctx, row, state="failed", error=ended.said.error or f"The file could not be read (exit {ended.code}).")


def _plan(ctx: Context, row: Row[Any]) -> None:
    with ctx.db.read() as conn:
        has_classes = bool(configurations.of_project(conn, row.project_id).classes)
    if not has_classes:
        _put(ctx, row, state="needs_classes", step="needs_classes", summary=None)
        return
    plan = import_plan.open_plan(ctx, row, folder_of(ctx, row.id))
    _put(ctx, row, step="comparing", total=plan.media_count)
    summary = plan.compare(lambda done: _put(ctx, row, done=done))
    if summary is not None:
        _put(ctx, row, state="ready", step="ready", summary=msgspec.json.encode(summary))


def _apply(ctx: Context, row: Row[Any]) -> None:
    plan = import_plan.open_plan(ctx, row, folder_of(ctx, row.id))
    if (summary := summary_of(row)) is not None:
        plan.check_terms(summary)
    _put(ctx, row, step="storing", total=plan.media_count)
    size = plan.media_count if plan.media_count <= AT_ONCE else PORTION
    done = stored = 0
    for portion in _portions(iter(plan.matched), max(size, 1)):
        ctx.go_on()
        stored += plan.store(portion)
        done += len(portion)
        if not _put(ctx, row, done=done):
            return
    _put(ctx, row, state="done", step="done", finished_at=ctx.now_ms(), **_counted(row, stored=stored))
    plan.forget()


def _counted(row: Row[Any], **values: int) -> dict[str, bytes]:
    """The summary with more counts, as a column."""
    summary = summary_of(row)
    return {"summary": msgspec.json.encode(msgspec.structs.replace(summary, **values))} if summary else {}


def _undo(ctx: Context, row: Row[Any]) -> None:
    undo = Undo(ctx, row)
    _put(ctx, row, step="undoing", total=len(undo.media))
    kept = done = 0
    for portion in _portions(iter(undo.media), PORTION):
        ctx.go_on()
        kept += undo.undo(portion)
        done += len(portion)
        _put(ctx, row, done=done)
    _put(ctx, row, state="undone", step="undone", finished_at=ctx.now_ms(), **_counted(row, kept=kept))


def _portions(media: Iterator[str], size: int) -> Iterator[list[str]]:
    while portion := list(islice(media, size)):
        yield portion


STEPS: Final[dict[str, Callable[[Context, Row[Any]], None]]] = {
    "waiting": _read,
    "planning": _plan,
    "applying": _apply,
    "undoing": _undo,
}
