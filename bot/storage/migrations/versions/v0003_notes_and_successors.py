"""Notes of the platforms' adapters; rooms that another one took the place of."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "platform_notes",
        sa.Column("platform", sa.Text(), primary_key=True, nullable=False),
        sa.Column("scope", sa.Text(), primary_key=True, nullable=False),
        sa.Column("id", sa.Text(), primary_key=True, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("with_batch", sa.Boolean(), nullable=False),
    )
    for column in ("member", "message", "until"):
        op.create_index(f"ix_platform_notes_{column}", "platform_notes", [column])
    op.create_table(
        "successors",
        sa.Column("old", sa.Text(), primary_key=True, nullable=False),
        sa.Column("new", sa.Text(), primary_key=True, nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
    )
