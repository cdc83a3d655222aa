"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), **{"nullable": False, **options})


def _moment(name: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), **{"nullable": False, **options})


def _number(name: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, _NUMBER, **{"nullable": False, "autoincrement": False, **options})


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def upgrade() -> None:
    _people()
    _messages()
    _journal()
    _outbox()
    _schedules()
    _records()


def _people() -> None:
    op.create_table(
        "conversations",
        _text("id", primary_key=True),
        _text("name"),
        _text("kind"),
        _text("parent", nullable=True),
        _flag("encrypted"),
    )
    op.create_table("members", _text("id", primary_key=True), _text("name"), _text("kind"))


def _messages() -> None:
    op.create_table(
        "messages",
        _text("id", primary_key=True),
        sa.Column("conversation", sa.Text(), sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("author", sa.Text(), sa.ForeignKey("members.id")),
        _text("text", nullable=True),
        _moment("sent_at", nullable=True),
        _number("number", nullable=True),
        _moment("edited_at", nullable=True),
        _count("revision"),
        _count("likes"),
        _text("reply_to", nullable=True),
        _text("mentions", nullable=True),
        _text("attachments", nullable=True),
        _text("link", nullable=True),
        _moment("deleted_at", nullable=True),
    )
    op.create_index("ix_messages_conversation_sent_at_number", "messages", ["conversation", "sent_at", "number"])
    op.create_table(
        "early_edits",
        _text("message", primary_key=True),
        _text("author", primary_key=True),
        _text("text"),
        _moment("edited_at"),
        _text("mentions", nullable=True),
        _text("attachments", nullable=True),
    )
    op.create_table(
        "approvals",
        _text("message", primary_key=True),
        _text("member", primary_key=True),
        _text("emoji", primary_key=True),
        _moment("at"),
        _flag("present"),
    )
    op.create_table(
        "undecryptable",
        _text("message", primary_key=True),
        sa.Column("conversation", sa.Text(), sa.ForeignKey("conversations.id"), nullable=False),
    )
    op.create_index("ix_undecryptable_conversation", "undecryptable", ["conversation"])


def _journal() -> None:
    op.create_table("sequences", _text("name", primary_key=True), _number("value"))
    op.create_table(
        "journal",
        _number("number", primary_key=True),
        _text("kind"),
        _text("key", nullable=True),
        _moment("stored_at"),
        _text("message", nullable=True),
        _text("payload"),
        _flag("finished"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_journal_kind_number", "journal", ["kind", "number"])
    op.create_index("ix_journal_message", "journal", ["message"])
    op.create_index(
        "ix_journal_unfinished",
        "journal",
        ["number"],
        sqlite_where=sa.text("finished IS 0"),
        postgresql_where=sa.text("finished IS false"),
    )
    op.create_table(
        "handled",
        _number("number", primary_key=True),
        _text("cog", primary_key=True),
        _text("handler", primary_key=True),
    )
    op.create_table("cursors", _text("cog", primary_key=True), _text("worker", primary_key=True), _number("number"))
    op.create_table(
        "checkpoints", _text("platform", primary_key=True), _text("scope", primary_key=True), _text("token")
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _NUMBER, primary_key=True),
        _text("key"),
        _text("cog"),
        _number("cause"),
        _text("platform"),
        _text("conversation"),
        _count("priority"),
        _text("kind"),
        _text("label", nullable=True),
        _text("effect", nullable=True),
        _moment("expires_at", nullable=True),
        _text("state"),
        _count("attempt"),
        _moment("not_before", nullable=True),
        _moment("leased_until", nullable=True),
        _moment("settled_at", nullable=True),
        _text("message", nullable=True),
        _text("reason", nullable=True),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_outbox_state_platform_conversation_id", "outbox", ["state", "platform", "conversation", "id"])
    op.create_index("ix_outbox_cog_label", "outbox", ["cog", "label"])
    op.create_table(
        "prompts",
        _text("message", primary_key=True),
        sa.Column("post", _NUMBER, sa.ForeignKey("outbox.id"), nullable=False),
        _text("cog"),
        _text("conversation"),
        _text("ask"),
        _flag("open"),
    )
    op.create_index("ix_prompts_post", "prompts", ["post"])
    op.create_index("ix_prompts_conversation_open", "prompts", ["conversation", "open"])


def _schedules() -> None:
    op.create_table(
        "schedules",
        _text("cog", primary_key=True),
        _text("name", primary_key=True),
        _text("job"),
        _text("rule"),
        _text("zone"),
        _text("community", nullable=True),
        _text("missed"),
        _text("data"),
        _moment("next_due", nullable=True),
    )
    op.create_index("ix_schedules_next_due", "schedules", ["next_due"])
    op.create_table(
        "occurrences",
        _text("cog", primary_key=True),
        _text("schedule", primary_key=True),
        _moment("due", primary_key=True),
        _moment("claimed_at"),
    )


def _records() -> None:
    op.create_table(
        "audit",
        _text("community", primary_key=True),
        _number("number", primary_key=True),
        _moment("at"),
        _text("action"),
        _text("subject"),
        _text("actor", nullable=True),
        _text("details"),
        _text("digest"),
    )
    op.create_index("ix_audit_community_subject_number", "audit", ["community", "subject", "number"])
    op.create_table(
        "settings",
        _text("community", primary_key=True),
        _text("section", primary_key=True),
        _text("name", primary_key=True),
        _text("value"),
    )
    op.create_table("cog_schemas", _text("cog", primary_key=True), _count("version"))
