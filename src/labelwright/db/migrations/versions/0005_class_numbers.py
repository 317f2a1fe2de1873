"""Class numbers that stay: existing geometry classes keep the one they had by age, from 0."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_QUESTIONS = {"option", "checklist", "free_text"}


def upgrade() -> None:
    with op.batch_alter_table("label_configuration") as batch_op:
        batch_op.add_column(sa.Column("numbers", sa.LargeBinary(), nullable=False, server_default=sa.text("'{}'")))
    with op.batch_alter_table("label_configuration") as batch_op:
        batch_op.alter_column("numbers", server_default=None)
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT id, classes FROM label_configuration")).all():
        classes = json.loads(row.classes)
        given = _numbered(classes)
        connection.execute(
            sa.text("UPDATE label_configuration SET classes = :classes, numbers = :numbers WHERE id = :id"),
            {"id": row.id, "classes": _json(classes), "numbers": _json(given)},
        )


def _numbered(classes: list[dict[str, Any]]) -> dict[str, str]:
    """Give the geometry classes their numbers; who holds which."""
    placed = sorted(_geometries(classes, ""), key=lambda pair: pair[0]["id"])
    for number, (label_class, _) in enumerate(placed):
        label_class["number"] = number
    return {str(number): f"{path}: {label_class['type']}" for number, (label_class, path) in enumerate(placed)}


def _geometries(classes: list[dict[str, Any]], above: str) -> Iterator[tuple[dict[str, Any], str]]:
    for label_class in classes:
        if label_class["type"] not in _QUESTIONS:
            yield label_class, f"{above}{label_class['key']}"
            yield from _geometries(label_class["children"], f"{label_class['key']}/")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def downgrade() -> None:
    with op.batch_alter_table("label_configuration") as batch_op:
        batch_op.drop_column("numbers")
