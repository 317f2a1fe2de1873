"""Bringing back what was deleted softly, when its name is taken meanwhile."""

from typing import Any

from sqlalchemy import Connection, Row, Table, select

LONGEST_KEPT = 89


def free_name(conn: Connection, table: Table, row: Row[Any]) -> str:
    """The row's own name, or `<name>_<id>` (name cut to 89 characters) when a live one has it."""
    taken = conn.execute(
        select(table.c.id).where(
            table.c.organisation_id == row.organisation_id, table.c.name == row.name, table.c.deleted_at.is_(None)
        )
    ).first()
    return f"{row.name[:LONGEST_KEPT]}_{row.id}" if taken else str(row.name)
