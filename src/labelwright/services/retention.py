"""What jobs that have ended leave in their folders goes after some days: uploads, and snapshots to go on from.

Archives stay, and so do reports, the survey and the change set of an import, and whatever its undo needs.
"""

from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from sqlalchemy import Connection, Table, select, update

from labelwright.db import tables as t
from labelwright.exchange.reading import SURVEY
from labelwright.services import label_exports, label_imports
from labelwright.services.context import Context
from labelwright.services.import_plan import CHANGES
from labelwright.services.work_folders import empty, mark_removed, removed_after, untouched_days


class _Kind(NamedTuple):
    """Jobs of one table: in which states they have ended, of those given up when nobody comes back, and what stays."""

    table: Table
    folder: str
    ended: tuple[str, ...]
    given_up: tuple[str, ...] = ()
    stays: tuple[str, ...] = ()


_KINDS: Final = (
    _Kind(t.label_export, label_exports.FOLDER, ("failed", "cancelled")),
    _Kind(
        t.label_import,
        label_imports.FOLDER,
        ("failed", "cancelled", "done", "undone"),
        label_imports.COMPARED,
        (SURVEY, CHANGES),
    ),
)


def remove_stale(ctx: Context) -> bool:
    """Empty the folders of jobs that ended, or were left waiting for an answer, so many days ago; there is no more."""
    for kind in _KINDS:
        for folder in _stale(ctx, kind):
            if ctx.db.write(partial(_marked, ctx, kind, folder)):
                empty(folder, kind.stays)
    return False


def _stale(ctx: Context, kind: _Kind) -> list[Path]:
    days, now_s = ctx.settings.job_files_days, ctx.now_ms() / 1000
    root = ctx.settings.data.resolve() / kind.folder
    with ctx.db.read() as conn:
        ids = conn.execute(select(kind.table.c.id).where(kind.table.c.state.in_(kind.ended + kind.given_up))).scalars()
        folders = [root / job for job in ids if (root / job).is_dir()]
    return [one for one in folders if removed_after(one) is None and untouched_days(one, now_s) >= days]


def _marked(ctx: Context, kind: _Kind, folder: Path, conn: Connection) -> bool:
    """Say that the files are gone, in one step with looking at the state: nobody goes on with it meanwhile."""
    here = kind.table.c.id == folder.name
    conn.execute(update(kind.table).where(here, kind.table.c.state.in_(kind.given_up)).values(state="cancelled"))
    if conn.execute(select(kind.table.c.state).where(here)).scalar() not in kind.ended:
        return False
    mark_removed(folder, ctx.settings.job_files_days)
    return True
