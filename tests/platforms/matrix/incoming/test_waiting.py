"""Messages that wait for their keys: how many, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.platforms.matrix.incoming import waiting
from bot.platforms.matrix.incoming.waiting import Waiting
from bot.platforms.matrix.rooms.room import Room
from tests.platforms.matrix.notebook import Notebook

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
ROOM = Room("!square:test.local", encrypted=True)


@pytest.fixture
def notebook(monkeypatch):
    monkeypatch.setattr(waiting, "_MOST", 2)
    return Notebook()


def comes(kept, number, now):
    """A message without its key; the note that keeps it, if one does."""
    content = {"algorithm": "m.megolm.v1.aes-sha2", "session_id": "s", "ciphertext": "x"}
    event = {"type": "m.room.encrypted", "event_id": f"$e{number}", "origin_server_ts": 1, "content": content}
    taken = kept.taken(ROOM, event, ROOM.member("@mira:test.local"), object(), now)
    assert len(taken.events) == 1
    return taken.notes


@pytest.mark.parametrize("restarted", [False, True])
async def test_what_the_store_has_forgotten_keeps_no_place(notebook, restarted):
    kept = Waiting(notebook)
    for number in range(2):
        notebook.take(comes(kept, number, NOW))
    if restarted:
        kept = Waiting(notebook)
        await kept.load()
    assert not comes(kept, 2, NOW + timedelta(days=29))
    later = NOW + timedelta(days=30)
    assert comes(kept, 3, later)
    assert comes(kept, 4, later)
    assert not comes(kept, 5, later)
    assert await kept.under(None) == ["matrix:!square:test.local/$e3", "matrix:!square:test.local/$e4"]
