"""That nothing of an erased member is left in the file, and that who is erased is found by no part of another's id."""

import asyncio

import pytest

from bot.domain.effect import Record
from bot.ports.stores import Outcome
from bot.storage.members.erasing import digest, names, salt
from bot.testing import factories
from bot.testing.contracts.store_members import live, silence
from bot.testing.contracts.store_opened import NOW, ingest

_INES = factories.member("Ines")


async def test_nothing_of_an_erased_member_is_left_in_the_file(stores):
    private = factories.direct(_INES)
    async with stores.open() as store:
        await live(store, _INES, "one")
        await ingest(store, factories.posted("Ines wrote privately.", author=_INES, conversation=private))
    kept = stores.path.read_bytes()
    assert all(words in kept for words in (b"fake:ines", b"Ines", b"All of us", b"corrects", b"wrote privately"))
    async with stores.open() as store:
        await silence(store, _INES)
        await store.records.erase(_INES.id, NOW, [Record("tarnwick", "member.erased", _INES.id, _INES.id)])
    left = stores.path.read_bytes().lower()
    assert [file.name for file in stores.path.parent.iterdir()] == [stores.path.name]
    for words in (b"ines", b"all of us", b"corrects", b"wrote privately"):
        assert words not in left


async def test_that_somebody_was_erased_is_remembered_as_a_digest(stores):
    async with stores.open() as store:
        await live(store, _INES)
        await store.records.erase(_INES.id, NOW)
        async with store._database.reading() as reading:
            here = await salt(reading)
            found = (await reading.exec_driver_sql("SELECT digest FROM erasures")).scalars().all()
    assert found == [digest(here, _INES.id)]
    assert found != [digest(here, "fake:ines2")]
    assert found != [digest("another store's", _INES.id)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"member":"fake:ines"}', True),
        ("reported fake:m1 fake:ines", True),
        ("fake:ines/direct", True),
        ("forget fake:ines.", True),
        ("<fake:ines>", True),
        ('{"member":"fake:ines2"}', False),
        ("notfake:ines", False),
        ("fake:ines:8448", False),
        ("fake:ines.example", False),
        ("fake:ines-maria", False),
        ("", False),
        (None, False),
    ],
)
def test_an_id_is_a_word_of_its_own(text, named):
    assert names("fake:ines", text) is named


def test_an_id_is_found_in_json_too():
    assert names("matrix:@zoë:example.org", '{"member":"matrix:@zo\\u00eb:example.org"}')
    assert not names("matrix:@zoë:example.org", '{"member":"matrix:@zo\\u00eb:example.org.uk"}')
    assert names('odd:"quoted"', '{"member":"odd:\\"quoted\\""}')


async def test_an_id_full_of_wildcards_erases_nobody_else(store):
    odd, other = factories.member("%"), factories.member("Otto")
    await live(store, other)
    kept = await store.records.export(other.id)
    await ingest(store, factories.posted(author=odd))
    await silence(store, odd)
    await store.records.erase(odd.id, NOW)
    assert await store.records.export(other.id) == kept
    assert await store.people.member(odd.id) is None


async def test_an_erasure_beside_ingestion_leaves_a_store_that_takes_what_comes(store):
    """What is remembered as stored must be stored: else the next message has no author to refer to."""
    for _ in range(5):
        said = [ingest(store, factories.posted(author=_INES)) for _ in range(3)]
        await asyncio.gather(*said[:2], store.records.erase(_INES.id, NOW), *said[2:])
        await ingest(store, factories.posted(author=_INES))
        await silence(store, _INES)
    await store.journal.commit(Outcome("review", NOW, records=(Record("tarnwick", "closed", "case 1", _INES.id),)))
    assert await store.audit.verify("tarnwick") is None
