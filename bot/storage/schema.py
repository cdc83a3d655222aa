"""The core's tables. `migrations` makes them; a test holds the two together."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, UniqueConstraint, false

from bot.storage.columns import Mapped, Moment, Names, Number, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("parent", Words),
    Column("encrypted", Boolean, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("id", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("kind", Words, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Words, primary_key=True),
    Column("conversation", Words, ForeignKey("conversations.id"), nullable=False),
    # Of a deleted message only its id, its conversation and the time of deletion are left.
    Column("author", Words, ForeignKey("members.id")),
    Column("text", Words),
    Column("sent_at", Moment),
    Column("number", Number),  # of the journal, where it was posted: the order of messages sent at the same moment
    Column("edited_at", Moment),
    Column("revision", Integer, nullable=False),
    Column("likes", Integer, nullable=False),
    Column("reply_to", Words),
    Column("mentions", Names),
    Column("attachments", Names),
    Column("link", Words),
    Column("deleted_at", Moment),
    Column("off_record", Boolean, nullable=False, server_default=false()),
    Index(None, "conversation", "sent_at", "number"),
    Index(None, "author", "number"),
)
Index(
    "ix_messages_off_record",
    messages.c.sent_at,
    sqlite_where=messages.c.off_record.is_(True),
    postgresql_where=messages.c.off_record.is_(True),
)
Index(
    "ix_messages_deleted",
    messages.c.deleted_at,
    sqlite_where=messages.c.deleted_at.is_not(None),
    postgresql_where=messages.c.deleted_at.is_not(None),
)

# Edits that came before their message. Whose message it is shows only when it comes, so one is kept per author.
early_edits = Table(
    "early_edits",
    metadata,
    Column("message", Words, primary_key=True),
    Column("author", Words, primary_key=True),
    Column("text", Words, nullable=False),
    Column("edited_at", Moment, nullable=False),
    Column("mentions", Names),
    Column("attachments", Names),
    Column("off_record", Boolean, nullable=False, server_default=false()),
)

# Approving reactions, also withdrawn ones: which of the two was later decides, not which came later.
approvals = Table(
    "approvals",
    metadata,
    Column("message", Words, primary_key=True),
    Column("member", Words, primary_key=True),
    Column("emoji", Words, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("present", Boolean, nullable=False),
)

undecryptable = Table(
    "undecryptable",
    metadata,
    Column("message", Words, primary_key=True),
    Column("conversation", Words, ForeignKey("conversations.id"), nullable=False, index=True),
    Column("at", Moment),
)

# One row per counter. On a server database the row's lock also makes numbers appear in order, as cursors need.
sequences = Table(
    "sequences",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", Number, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("kind", Words, nullable=False),
    # The event's own name; NULL where the messages table already keeps it from being stored twice.
    Column("key", Words),
    Column("stored_at", Moment, nullable=False),
    # The message whose form the event carries: its words are in `messages` only.
    Column("message", Words, index=True),
    Column("payload", Words, nullable=False),
    Column("finished", Boolean, nullable=False),
    UniqueConstraint("key"),
    Index(None, "kind", "number"),
)
Index(
    "ix_journal_unfinished",
    journal.c.number,
    sqlite_where=journal.c.finished.is_(False),
    postgresql_where=journal.c.finished.is_(False),
)

handled = Table(
    "handled",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("cog", Words, primary_key=True),
    Column("handler", Words, primary_key=True),
)

cursors = Table(
    "cursors",
    metadata,
    Column("cog", Words, primary_key=True),
    Column("worker", Words, primary_key=True),
    Column("number", Number, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("platform", Words, primary_key=True),
    Column("scope", Words, primary_key=True),
    Column("token", Words, nullable=False),
)

# Notes of the platforms' adapters. Those written with a batch belong to its checkpoints; the others do not.
platform_notes = Table(
    "platform_notes",
    metadata,
    Column("platform", Words, primary_key=True),
    Column("scope", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("text", Words, nullable=False),
    Column("member", Words, index=True),
    Column("message", Words, index=True),
    Column("until", Moment, index=True),
    Column("with_batch", Boolean, nullable=False),
)

# Rooms that another one took the place of, on their platforms: the configuration still names the old ones.
successors = Table(
    "successors",
    metadata,
    Column("old", Words, primary_key=True),
    Column("new", Words, primary_key=True),
    Column("number", Number, nullable=False),  # of the journal, where it was told: a later one counts
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True),
    Column("key", Words, nullable=False),
    Column("cog", Words, nullable=False),
    Column("cause", Number, nullable=False),
    Column("platform", Words, nullable=False),
    Column("conversation", Words, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("kind", Words, nullable=False),
    Column("label", Words),
    Column("effect", Words),  # NULL once it is settled: what was said is in the room
    Column("expires_at", Moment),
    Column("state", Words, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("not_before", Moment),
    Column("leased_until", Moment),
    Column("settled_at", Moment),
    Column("message", Words),
    Column("reason", Words),
    UniqueConstraint("key"),
    Index(None, "state", "platform", "conversation", "id"),
    Index(None, "cog", "label"),
)
Index(
    "ix_outbox_message",
    outbox.c.message,
    sqlite_where=outbox.c.message.is_not(None),
    postgresql_where=outbox.c.message.is_not(None),
)

prompts = Table(
    "prompts",
    metadata,
    Column("message", Words, primary_key=True),
    Column("post", Number, ForeignKey("outbox.id"), nullable=False, index=True),
    Column("cog", Words, nullable=False),
    Column("conversation", Words, nullable=False),
    Column("ask", Words, nullable=False),
    Column("open", Boolean, nullable=False),
    Index(None, "conversation", "open"),
)

schedules = Table(
    "schedules",
    metadata,
    Column("cog", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("job", Words, nullable=False),
    Column("rule", Words, nullable=False),
    Column("zone", Words, nullable=False),
    Column("community", Words),
    Column("missed", Words, nullable=False),
    Column("data", Mapped, nullable=False),
    Column("next_due", Moment, index=True),
)

occurrences = Table(
    "occurrences",
    metadata,
    Column("cog", Words, primary_key=True),
    Column("schedule", Words, primary_key=True),
    Column("due", Moment, primary_key=True),
    Column("claimed_at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("community", Words, primary_key=True),
    Column("number", Number, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("action", Words, nullable=False),
    Column("subject", Words, nullable=False),  # a member's pseudonym where it is about one; details likewise
    Column("actor", Words),  # always a pseudonym
    Column("details", Mapped, nullable=False),
    Column("digest", Words, nullable=False),
    Index(None, "community", "subject", "number"),
)

settings = Table(
    "settings",
    metadata,
    Column("community", Words, primary_key=True),
    Column("section", Words, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("value", Words, nullable=False),
)

cog_schemas = Table(
    "cog_schemas",
    metadata,
    Column("cog", Words, primary_key=True),
    Column("version", Integer, nullable=False),
)

# Whom the lines of the trails mean. Without a row here a pseudonym means nobody any more.
pseudonyms = Table(
    "pseudonyms",
    metadata,
    Column("member", Words, primary_key=True),
    Column("pseudonym", Words, nullable=False),
    UniqueConstraint("pseudonym"),
)

# Members all of whose messages are off the record.
off_record_members = Table(
    "off_record_members",
    metadata,
    Column("member", Words, primary_key=True),
    Column("since", Moment, nullable=False),
)

# Who was erased and when, so that a store restored from an older backup can erase them again. The digest is keyed with
# this store's own salt: whoever holds the list alone can test no id against it; whoever holds the store too can test
# an id that they know already, which is what the list is for.
erasures = Table(
    "erasures",
    metadata,
    Column("digest", Words, primary_key=True),
    Column("at", Moment, nullable=False),
)

# Random words that this store made for itself; its backups carry them along.
salts = Table(
    "salts",
    metadata,
    Column("name", Words, primary_key=True),
    Column("value", Words, nullable=False),
)
