"""What stands in for the store's answers to adapters answers as the store does."""

from datetime import timedelta

import pytest

from bot.storage import open_store
from bot.testing import factories as make
from bot.testing.clock import START
from bot.testing.contracts.platform_driver import KnownMessages

_ROOM, _OTHER = make.room(), make.room("other")


def _said(name, minutes, where=_ROOM):
    return make.posted(id=name, conversation=where, at=START + timedelta(minutes=minutes))


_FIRST, _SECOND = _said("a", 1), _said("b", 2)
_LIVES = {
    "nothing": [],
    "in order": [_FIRST, _SECOND, _said("c", 3)],
    "late": [_SECOND, _FIRST, _said("c", 2), _said("d", 9, _OTHER)],
    "twice": [_FIRST, _SECOND, _FIRST],
    "deleted": [_FIRST, _SECOND, make.deleted(_SECOND.message)],
    "deleted before it came": [make.deleted(_SECOND.message), _SECOND, _FIRST],
    "deleted, and delivered again": [_SECOND, make.deleted(_SECOND.message), _SECOND],
    "edited": [_FIRST, _SECOND, make.edited(_FIRST.message, "other words")],
}


@pytest.mark.parametrize("life", _LIVES)
async def test_the_newest_are_the_same(tmp_path, life):
    known, store = KnownMessages(), await open_store(tmp_path / "folkmoot.sqlite")
    try:
        for event in _LIVES[life]:
            known.heard(event)
            await store.journal.ingest("fake", make.batch(event), START + timedelta(days=1))
        for where in (_ROOM, _OTHER):
            for limit in (1, 9):
                assert await known.newest(where.id, limit) == await store.stored.newest(where.id, limit)
    finally:
        await store.aclose()
