"""Tiles of very large pictures."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("medium") as batch_op:
        batch_op.add_column(sa.Column("tiles", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("progress", sa.Integer(), nullable=True))
    # Pictures that were shown whole and are too large for it get their tiles now.
    op.execute(
        "UPDATE medium SET state = 'preparing', progress = 0 WHERE state = 'ready' AND width * height >= 100000000"
        " AND content_type IN ('image/jpeg', 'image/png', 'image/tiff', 'image/bmp')"
    )
