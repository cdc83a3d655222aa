import sqlite3

import pytest

from bot.domain.effect import Ban, Record
from bot.domain.moderation import Origin
from bot.ports.stores import Outcome, Post
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW, ingest

_ROOM = factories.room().id


@pytest.mark.parametrize(
    ("tampering", "first"),
    [
        ("UPDATE audit SET action = 'dismissed' WHERE number = 2", 2),
        ("UPDATE audit SET details = '{}' WHERE number = 3", 3),
        ("UPDATE audit SET at = at + 1 WHERE number = 1", 1),
        ("UPDATE audit SET actor = NULL WHERE number = 2", 2),
        ("UPDATE audit SET community = 'elsewhere' WHERE number = 2", 2),
        ("DELETE FROM audit WHERE number = 1", 1),
        ("DELETE FROM audit WHERE number = 2", 2),
        ("UPDATE audit SET digest = 'x' WHERE number = 2", 2),
    ],
)
async def test_a_trail_that_was_tampered_with_shows_where(store, stores, tampering, first):
    records = tuple(Record("tarnwick", "upheld", f"case {n}", "fake:noor", {"rule": "respect"}) for n in range(4))
    await store.journal.commit(Outcome("review", NOW, records=records))
    assert await store.audit.verify("tarnwick") is None
    with sqlite3.connect(stores.path) as connection:
        connection.execute(tampering)
    connection.close()
    assert await store.audit.verify("tarnwick") == first


async def test_the_lines_hold_no_members_id(store, stores):
    noor, otto, stranger = (factories.member(name) for name in ("Noor", "Otto", "Stranger"))
    await ingest(store, factories.posted(author=otto))
    ban = Ban(conversation=_ROOM, ground=factories.ground(), origin=Origin.HUMAN, by=noor.id, member=stranger.id)
    await store.journal.commit(
        Outcome(
            "review",
            NOW,
            posts=(Post("k", "review", 1, "fake", _ROOM, 0, ban),),
            records=(
                Record("tarnwick", "upheld", otto.id, noor.id, {"by": noor.id, "about": otto.id, "message": "fake:m1"}),
                Record("tarnwick", "sanction.applied", stranger.id, noor.id),
            ),
        )
    )
    lines = await store.audit.recent("tarnwick", limit=9)
    assert [(line.subject, line.actor) for line in lines] == [(stranger.id, noor.id), (otto.id, noor.id)]
    assert dict(lines[1].details) == {"by": noor.id, "about": otto.id, "message": "fake:m1"}
    with sqlite3.connect(stores.path) as connection:
        stored = str(connection.execute("SELECT subject, actor, details FROM audit").fetchall())
    connection.close()
    assert "fake:m1" in stored
    assert not [who.id for who in (noor, otto, stranger) if who.id in stored]


async def test_a_member_who_was_not_known_yet_is_found_in_old_lines_too(store):
    otto = factories.member("Otto")
    await store.journal.commit(Outcome("review", NOW, records=(Record("tarnwick", "noted", otto.id),)))
    await ingest(store, factories.posted(author=otto))
    await store.journal.commit(Outcome("review", NOW, records=(Record("tarnwick", "upheld", otto.id),)))
    found = await store.audit.recent("tarnwick", limit=9, subject=otto.id)
    assert [line.action for line in found] == ["upheld", "noted"]
