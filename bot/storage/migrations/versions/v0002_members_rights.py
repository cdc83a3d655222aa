"""Off the record, pseudonyms in the trails, erasures; no words of members in prompts any more.

What becomes of the audit trails: their lines held the ids of members, for ever. Now they hold pseudonyms, whose meaning
can be forgotten. That changes the lines and with them the chain of digests, so each community's chain is checked first:

- Where it is sound, every line gets a new digest, and a line "trail.rewritten" is appended that names the number of
  lines and the old head digest: whoever noted that digest earlier can still tell that nothing else was put there.
- Where it is broken, the lines before the break get new digests; from the break on every line keeps the digest that it
  had, so that `verify-audit` names the same line as before. A line "trail.broken" is appended that says which that is.
  Ids are replaced there too: that somebody changed a line must not keep anybody from being erased. Until then each
  pseudonym stands for exactly one id, so that the old lines can be put together again.

The old head digest covers ids: whoever has all the lines and guesses an erased member's id can test the guess with it.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_PAGE = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_audit = sa.table(
    "audit",
    *(sa.column(name) for name in ("community", "number", "at", "action", "subject", "actor", "details", "digest")),
)
_members = sa.table("members", sa.column("id"))
_pseudonyms = sa.table("pseudonyms", sa.column("member"), sa.column("pseudonym"))
_prompts = sa.table("prompts", sa.column("message"), sa.column("ask"))


def upgrade() -> None:
    _add_columns()
    _add_tables()
    now = (datetime.now(UTC) - _EPOCH) // timedelta(microseconds=1)
    op.execute(sa.update(sa.table("undecryptable", sa.column("at"))).values(at=now))
    _forget_what_prompts_said()
    actors = sa.select(_audit.c.actor).where(_audit.c.actor.is_not(None))
    known = set(op.get_bind().scalars(sa.union(sa.select(_members.c.id), actors)))
    names: dict[str, str] = {}
    for community in op.get_bind().scalars(sa.select(_audit.c.community).distinct()).all():
        _rewrite(community, known, names, now)
    if names:
        op.get_bind().execute(
            sa.insert(_pseudonyms), [{"member": member, "pseudonym": name} for member, name in names.items()]
        )


def _add_columns() -> None:
    for table in ("messages", "early_edits"):
        op.add_column(table, sa.Column("off_record", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("undecryptable", sa.Column("at", sa.BigInteger(), nullable=True))
    op.create_index("ix_messages_author_number", "messages", ["author", "number"])
    op.create_index(
        "ix_messages_off_record",
        "messages",
        ["sent_at"],
        sqlite_where=sa.text("off_record IS 1"),
        postgresql_where=sa.text("off_record IS true"),
    )
    op.create_index(
        "ix_messages_deleted",
        "messages",
        ["deleted_at"],
        sqlite_where=sa.text("deleted_at IS NOT NULL"),
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )


def _add_tables() -> None:
    op.create_table(
        "pseudonyms",
        sa.Column("member", sa.Text(), primary_key=True, nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.UniqueConstraint("pseudonym"),
    )
    op.create_table(
        "off_record_members",
        sa.Column("member", sa.Text(), primary_key=True, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "erasures",
        sa.Column("digest", sa.Text(), primary_key=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    salts = op.create_table(
        "salts",
        sa.Column("name", sa.Text(), primary_key=True, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
    )
    op.bulk_insert(salts, [{"name": "erasures", "value": secrets.token_hex(32)}])


def _forget_what_prompts_said() -> None:
    """A prompt is kept for its choices; its text may quote members, and stands in the room anyway."""
    rows = op.get_bind().execute(sa.select(_prompts)).all()
    for row in rows:
        bare = json.dumps({**json.loads(row.ask), "body": {"blocks": []}}, sort_keys=True, separators=(",", ":"))
        op.execute(sa.update(_prompts).where(_prompts.c.message == row.message).values(ask=bare))


def _rewrite(community: str, known: set[str], names: dict[str, str], now: int) -> None:
    """Put pseudonyms into a community's lines and chain them anew, then say so in a line of its own."""
    number, old_head, new_head, broken = 0, "", "", 0
    for row in _lines(community):
        entry = {name: row[name] for name in ("community", "number", "at", "action", "subject", "actor")}
        details = json.loads(row["details"])
        if not broken and (row["number"] != number + 1 or row["digest"] != _digest(old_head, entry, details)):
            broken = number + 1
        number, old_head = row["number"], row["digest"]
        entry["subject"] = _named(entry["subject"], known, names)
        entry["actor"] = _named(entry["actor"], known, names)
        details = {name: _named(value, known, names) for name, value in details.items()}
        new_head = old_head if broken else _digest(new_head, entry, details)
        same = (_audit.c.community == community, _audit.c.number == number)
        changed = {"subject": entry["subject"], "actor": entry["actor"], "details": _stored(details)}
        op.execute(sa.update(_audit).where(*same).values(**changed, digest=new_head))
    entry = {"community": community, "number": number + 1, "at": now, "subject": "trail", "actor": None}
    entry["action"] = "trail.broken" if broken else "trail.rewritten"
    details = {"entries": str(number), "digest": old_head} | ({"first": str(broken)} if broken else {})
    op.execute(sa.insert(_audit).values(**entry, details=_stored(details), digest=_digest(new_head, entry, details)))


def _lines(community: str) -> Iterator[dict[str, Any]]:
    last = -1
    page = sa.select(_audit).where(_audit.c.community == community).order_by(_audit.c.number).limit(_PAGE)
    while rows := op.get_bind().execute(page.where(_audit.c.number > last)).mappings().all():
        yield from map(dict, rows)
        last = rows[-1]["number"]


def _named(value: Any, known: set[str], names: dict[str, str]) -> Any:
    return names.setdefault(value, f"pseudonym-{secrets.token_hex(16)}") if value in known else value


def _stored(details: dict[str, str]) -> str:
    return json.dumps(details, sort_keys=True)


def _digest(previous: str, entry: dict[str, Any], details: dict[str, str]) -> str:
    """As it was computed when this step was written; `bot.storage.audit` may learn another way later."""
    at = (_EPOCH + timedelta(microseconds=entry["at"])).isoformat(timespec="microseconds")
    canonical = json.dumps({**entry, "at": at, "details": details}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256((previous + canonical).encode()).hexdigest()
