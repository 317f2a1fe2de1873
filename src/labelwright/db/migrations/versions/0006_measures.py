"""Measures of shapes, beside the labels they belong to."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_label_document_task_id_revision", "label_document", ["task_id", "revision"])
    op.create_table(
        "label_measure",
        sa.Column("task_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Integer(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_label_measure_task_id_task"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_label_measure")),
    )
    op.create_index("ix_label_measure_task_id_revision_rule", "label_measure", ["task_id", "revision", "rule"])


def downgrade() -> None:
    op.drop_table("label_measure")
    op.drop_index("ix_label_document_task_id_revision", "label_document")
