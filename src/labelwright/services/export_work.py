"""The work of exports, in the background: a snapshot, and a process that writes the archive from it."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Row, select, update

from labelwright.db import tables as t
from labelwright.exchange.requesting import Request
from labelwright.exchange.snapshot import Frame, write_frames
from labelwright.exchange.source import Scheme
from labelwright.exchange.work import JOB, REPORT, SNAPSHOT, Done, Job
from labelwright.model.errors import StorageFull
from labelwright.services import configurations
from labelwright.services.context import Context, Stopping
from labelwright.services.export_snapshot import frames
from labelwright.services.exports import file_name
from labelwright.services.label_exports import FOLDER, KEPT, UNFINISHED, folder_of
from labelwright.services.turns import Turns, waiting
from labelwright.services.work_folders import sweep, tidy
from labelwright.services.worker_processes import run_worker
from labelwright.storage.durable import naming_a_full_disk


def write_next(ctx: Context, turns: Turns | None = None) -> bool:
    """Write the export whose turn it is, or that a restart interrupted; False if there is none. Raises Stopping."""
    with (turns or Turns()).next(UNFINISHED, lambda: waiting(ctx, t.label_export, UNFINISHED)) as export_id:
        return export_id is not None and _write(ctx, export_id)


def _write(ctx: Context, export_id: str) -> bool:
    with ctx.db.read() as conn:
        here = (t.label_export.c.id == export_id) & t.label_export.c.state.in_(UNFINISHED)
        row = conn.execute(select(t.label_export).where(here)).first()
    if row is None:
        return False
    _put(ctx, row.id, state="running", step="snapshot", done=0)
    folder = folder_of(ctx, row.id)
    try:
        with naming_a_full_disk():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _prepare(ctx, row, folder)
            error = _run_worker(ctx, row.id, folder)
    except Stopping:
        raise  # it goes on after the next start
    except StorageFull as full:
        error = full.message
    except Exception:
        _put(ctx, row.id, state="failed", error="The server could not write the export; its log says why.")
        raise
    finally:
        tidy(folder, is_known=_find_state(ctx, row.id) is not None)
    if error is not None:
        _put(ctx, row.id, state="failed", error=error, finished_at=ctx.now_ms())
    else:
        _finish(ctx, row, folder)
    return True


def sweep_folders(ctx: Context) -> None:
    """When a server starts: take away what belongs to no export, and what a killed server left half written."""
    with ctx.db.read() as conn:
        known = set(conn.execute(select(t.label_export.c.id)).scalars())
    sweep(ctx.settings.data.resolve() / FOLDER, known)


def _put(ctx: Context, export_id: str, **values: Any) -> bool:
    """Write down how it is; False when somebody stopped or deleted it meanwhile."""
    here = (t.label_export.c.id == export_id) & t.label_export.c.state.in_(UNFINISHED)
    return bool(ctx.db.write(lambda conn: conn.execute(update(t.label_export).where(here).values(**values)).rowcount))


def _find_state(ctx: Context, export_id: str) -> str | None:
    """How it is by now; None when it is gone."""
    with ctx.db.read() as conn:
        return conn.execute(select(t.label_export.c.state).where(t.label_export.c.id == export_id)).scalar()


def _prepare(ctx: Context, row: Row[Any], folder: Path) -> None:
    """Take the snapshot, once."""
    if (folder / JOB).exists():
        return
    request = msgspec.json.decode(row.request, type=Request)
    with ctx.db.read() as conn:
        configuration = configurations.of_project(conn, row.project_id)
        project = conn.execute(select(t.project.c.name).where(t.project.c.id == row.project_id)).scalar_one()
        with (folder / "snapshot.part").open("wb", buffering=1 << 20) as file:
            total = write_frames(file, _while_going(ctx, frames(conn, configuration)))
    (folder / "snapshot.part").replace(folder / SNAPSHOT)
    job = Job(
        request=request,
        configuration=configuration,
        indices=Scheme(configuration).indices,
        project=project,
        originals=str(ctx.store.root),
        total=total,
        dry_run=row.dry_run,
    )
    (folder / "job.part").write_bytes(msgspec.json.encode(job))
    (folder / "job.part").replace(folder / JOB)


def _while_going(ctx: Context, frames: Iterable[Frame]) -> Iterator[Frame]:
    for frame in frames:
        ctx.go_on()
        yield frame


def _run_worker(ctx: Context, export_id: str, folder: Path) -> str | None:
    """Let a process write the archive; None when it is there or nobody wants it any more, else why it is not."""
    ended = run_worker(
        "export_worker",
        folder,
        ctx.settings.judges,
        is_wanted=lambda: not ctx.is_stopping() and _find_state(ctx, export_id) in UNFINISHED,
        tell=lambda said: _put(ctx, export_id, step=said.step, done=said.done, total=said.total),
    )
    if ended.code == 0 or not ended.was_wanted:
        return None
    return ended.said.error or f"The export broke off (exit {ended.code}); errors.log in its folder says why."


def _finish(ctx: Context, row: Row[Any], folder: Path) -> None:
    if not (folder / REPORT).exists():
        return  # it was stopped
    done = msgspec.json.decode((folder / REPORT).read_bytes(), type=Done)
    with ctx.db.read() as conn:
        name = conn.execute(select(t.project.c.name).where(t.project.c.id == row.project_id)).scalar_one()
    is_done = _put(
        ctx,
        row.id,
        state="done",
        step="done",
        file_name=f"{file_name(name, row.created_at).removesuffix('.json')}_{row.format}.zip",
        size=done.size_bytes,
        sha256=done.sha256,
        report=msgspec.json.encode(done.report),
        finished_at=ctx.now_ms(),
    )
    if is_done:  # one that was stopped goes on with it
        (folder / SNAPSHOT).unlink(missing_ok=True)
        _forget_old(ctx, row.project_id)


def _forget_old(ctx: Context, project_id: str) -> None:
    query = (
        select(t.label_export.c.id)
        .where(t.label_export.c.project_id == project_id, t.label_export.c.state == "done")
        .order_by(t.label_export.c.created_at.desc())
        .offset(KEPT)
    )
    with ctx.db.read() as conn:
        old = conn.execute(query).scalars().all()
    for export_id in old:
        shutil.rmtree(folder_of(ctx, export_id), ignore_errors=True)
