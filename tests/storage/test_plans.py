"""The reads and leases that happen all the time walk an index: no scan of a table, no sorting of a room."""

import pytest
from sqlalchemy import event

from bot.ports.stores import Horizons
from bot.testing import factories
from bot.testing.clock import START
from bot.testing.contracts.store_opened import NOW

_ROOM = factories.room().id
_CALLS = {
    "recent": lambda store: store.history.recent(_ROOM, limit=50),
    "recent since": lambda store: store.history.recent(_ROOM, limit=50, since=START),
    "around": lambda store: store.history.around("fake:here", before=2, after=2),
    "message": lambda store: store.history.message("fake:here"),
    "unfinished": lambda store: store.journal.unfinished(5, 50),
    "after": lambda store: store.journal.after(5, ["MessagePosted"], 50),
    "backlog": lambda store: store.journal.backlog("civility", "judge", ["MessagePosted", "MessageEdited"]),
    "finish": lambda store: store.journal.finish([1, 2]),
    "lease": lambda store: store.outbox.lease("fake", NOW, NOW, 9),
    "open prompts": lambda store: store.prompts.open_in(_ROOM),
    "an open prompt": lambda store: store.prompts.open_under(_ROOM, "review", "case:1"),
    "newest kept": lambda store: store.stored.newest(_ROOM, 50),
    "delivered": lambda store: store.stored.delivered([f"fake:{number}" for number in range(300)]),
    "a prompt": lambda store: store.prompts.newest_under(_ROOM, "review", "case:1"),
    "what waits": lambda store: store.journal.waiting(),
    "trail": lambda store: store.audit.recent("tarnwick", limit=9),
    "trail of a subject": lambda store: store.audit.recent("tarnwick", limit=9, subject="case 1"),
    "a member's messages": lambda store: store.records.messages_of("fake:mira", 50),
    "newest sent": lambda store: store.journal.last_sent(),
    "too old": lambda store: store.history.oldest([_ROOM], before=NOW, limit=50),
    "too old elsewhere": lambda store: store.history.oldest([_ROOM], before=NOW, limit=50, elsewhere=True),
    "off the record": lambda store: store.history.oldest([_ROOM], before=NOW, limit=50, off_record=True),
    "prune": lambda store: store.prune(Horizons(NOW, NOW, NOW, NOW, NOW)),
    "ingest": lambda store: store.journal.ingest(
        "fake", factories.batch(factories.posted(), factories.deleted(factories.message())), NOW
    ),
}
# Sorted in memory: heads of conversations that wait, prompts that stand in one room, what is to be deleted now.
_FEW = {"lease", "open prompts", "an open prompt", "a prompt", "too old", "too old elsewhere", "off the record"}
# Read through once an hour: rooms and people, and what is kept for days only.
_HOURLY = {"too old", "too old elsewhere", "off the record", "prune"}
_SHORT = {"conversations", "members", "outbox", "early_edits", "approvals", "undecryptable", "occurrences", "handled"}


@pytest.mark.parametrize("name", _CALLS)
async def test_the_plan(store, name):
    await store.journal.ingest("fake", factories.batch(factories.posted(id="here")), NOW)
    statements = []
    engines = (store._database._writer.sync_engine, store._database._readers.sync_engine)

    def note(connection, cursor, statement, parameters, context, many):
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            statements.append((statement, parameters[0] if many else parameters))

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    await _CALLS[name](store)
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)

    assert statements
    async with store._database.reading() as reading:
        for statement, parameters in statements:
            plan = await reading.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row.detail for row in plan]
            # The index of unfinished events holds nothing else.
            whole = [step for step in steps if step.startswith("SCAN") and "ix_journal_unfinished" not in step]
            scans = [step.split()[1] for step in whole if step != "SCAN CONSTANT ROW"]
            assert not scans or (name in _HOURLY and set(scans) <= _SHORT), (statement, steps)
            if name not in _FEW:
                assert not [step for step in steps if "TEMP B-TREE" in step], (statement, steps)
