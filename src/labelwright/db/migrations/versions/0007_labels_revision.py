"""Configurations know which of their revisions last changed labels; until now each did."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("label_configuration") as batch_op:
        batch_op.add_column(sa.Column("labels_revision", sa.Integer(), nullable=False, server_default=sa.text("0")))
    with op.batch_alter_table("label_configuration") as batch_op:
        batch_op.alter_column("labels_revision", server_default=None)
    op.execute("UPDATE label_configuration SET labels_revision = revision")


def downgrade() -> None:
    with op.batch_alter_table("label_configuration") as batch_op:
        batch_op.drop_column("labels_revision")
