"""Posts are found by the message that they became, for adapters that ask which messages are the bot's own."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    arrived = sa.text("message IS NOT NULL")
    op.create_index("ix_outbox_message", "outbox", ["message"], sqlite_where=arrived, postgresql_where=arrived)
