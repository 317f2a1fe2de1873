"""Measure shapes in the background, so that an export of many labels need not; see `exchange/portions.py`.

What is measured belongs to one revision of a task's labels. Whoever changes labels makes another revision, and need not
know of this: measures of an older one do not count.
"""

import itertools
import time
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection, CursorResult, Row, and_, delete, select

from labelwright.db import tables as t
from labelwright.exchange.portions import RULE, measured
from labelwright.exchange.source import AT_ONCE
from labelwright.services.context import Context

MOST_TASKS: Final = 2048
_MOST_BYTES: Final = 2 << 20
_PAUSE_S: Final = 0.05
"""Between two portions: measuring holds the interpreter, and others wait for it at every step."""

IS_MEASURED: Final = and_(
    t.label_measure.c.task_id == t.label_document.c.task_id,
    t.label_measure.c.revision == t.label_document.c.revision,
    t.label_measure.c.rule == RULE,
)
_WITH_SIZES: Final = (
    select(
        *(t.label_document.c.task_id, t.label_document.c.revision, t.label_document.c.document),
        *(t.medium.c.width, t.medium.c.height),
    )
    .join(t.task, t.task.c.id == t.label_document.c.task_id)
    .join(t.medium, t.medium.c.id == t.task.c.medium_id)
)
_UNMEASURED: Final = (
    select(t.label_document.c.task_id)
    .outerjoin(t.label_measure, IS_MEASURED)
    .where(t.label_measure.c.task_id.is_(None))
    .limit(MOST_TASKS)
)


def measure_next(ctx: Context) -> bool:
    """Measure labels that were changed since they were last measured; False when there are none."""
    with ctx.db.read() as conn:
        waiting = list(conn.scalars(_UNMEASURED))
    for start in range(0, len(waiting), AT_ONCE):
        query = _WITH_SIZES.where(t.label_document.c.task_id.in_(waiting[start : start + AT_ONCE]))
        with ctx.db.read() as conn:
            rows = conn.execution_options(yield_per=1).execute(query)
            found = list(itertools.chain.from_iterable(map(_measured, _portions(rows))))
        ctx.db.write(partial(_keep, found=found))
        time.sleep(_PAUSE_S)
    return bool(waiting)


def _portions(rows: CursorResult[Any]) -> Iterator[list[Row[Any]]]:
    """Rows together, not too many bytes at a time."""
    portion: list[Row[Any]] = []
    size = 0
    for row in rows:
        portion.append(row)
        size += len(row.document)
        if size >= _MOST_BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _measured(rows: list[Row[Any]]) -> Iterator[dict[str, Any]]:
    given = [(row.document, (row.width, row.height) if row.width and row.height else None) for row in rows]
    for row, found in zip(rows, measured(given), strict=True):
        yield {"task_id": row.task_id, "revision": row.revision, "rule": RULE, "rows": found}


def _keep(conn: Connection, found: list[dict[str, Any]]) -> None:
    """Keep what was measured of tasks that are still there."""
    ids = [row["task_id"] for row in found]
    conn.execute(delete(t.label_measure).where(t.label_measure.c.task_id.in_(ids)))
    there = set(conn.scalars(select(t.task.c.id).where(t.task.c.id.in_(ids))))
    rows = [row for row in found if row["task_id"] in there]
    if rows:
        conn.execute(t.label_measure.insert(), rows)
