"""Media as old clients list them: whole datasets at once."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Row, select

from labelwright.db import tables as t
from labelwright.services.context import Context


def of_datasets(ctx: Context, dataset_ids: list[str]) -> dict[str, list[Row[Any]]]:
    """The media of datasets that the caller has access to, by name; deleted ones are left out."""
    columns: tuple[Any, ...] = (
        t.medium.c.id,
        t.medium.c.dataset_id,
        t.medium.c.name,
        t.medium.c.source,
        t.medium.c.created_at,
    )
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    with ctx.db.read() as conn:
        for start in range(0, len(dataset_ids), 500):
            query = (
                select(*columns)
                .where(t.medium.c.dataset_id.in_(dataset_ids[start : start + 500]), t.medium.c.deleted_at.is_(None))
                .order_by(t.medium.c.name, t.medium.c.id)
            )
            for row in conn.execute(query):
                found[row.dataset_id].append(row)
    return found
