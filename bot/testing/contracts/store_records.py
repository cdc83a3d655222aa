"""The part of the store's contract about what is written down for people: the audit trail, settings, counts."""

from collections.abc import Mapping

from bot.domain.effect import Configure, Record
from bot.domain.ids import CommunityId
from bot.ports.stores import Outcome, Store, StoreFactory
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW, OpenedStore, ingest

_HERE, _THERE = CommunityId("tarnwick"), CommunityId("elsewhere")


def _record(action: str, subject: str = "case 1", community: CommunityId = _HERE) -> Record:
    return Record(community, action, subject, factories.member("Noor").id, {"rule": "respect"})


class RecordsContract(OpenedStore):
    async def test_records_are_kept_per_community_newest_first(self, stores: StoreFactory) -> None:
        async with stores.open() as store:
            records = (_record("opened"), _record("opened", community=_THERE), _record("upheld", "case 2"))
            await store.journal.commit(Outcome("review", NOW, records=records))
            await store.journal.commit(Outcome("review", NOW, records=(_record("undone"),)))
        async with stores.open() as store:
            here = await store.audit.recent(_HERE, limit=9)
            assert [(entry.number, entry.action) for entry in here] == [(3, "undone"), (2, "upheld"), (1, "opened")]
            assert [entry.action for entry in await store.audit.recent(_HERE, limit=1)] == ["undone"]
            about = await store.audit.recent(_HERE, limit=9, subject="case 2")
            assert [entry.action for entry in about] == ["upheld"]
            assert (here[0].at, here[0].actor, dict(here[0].details)) == (NOW, "fake:noor", {"rule": "respect"})

    async def test_an_untouched_trail_is_whole(self, store: Store) -> None:
        assert await store.audit.verify(_HERE) is None
        hostile = Record(_HERE, "noted", "\ud800 \x00", None, {"note": "\udfff 🚌"})
        await store.journal.commit(Outcome("review", NOW, records=(_record("opened"), hostile, _record("closed"))))
        assert await store.audit.verify(_HERE) is None
        assert len({entry.digest for entry in await store.audit.recent(_HERE, limit=9)}) == len("abc")

    async def test_settings_are_set_changed_and_taken_back(self, stores: StoreFactory) -> None:
        async with stores.open() as store:
            for value in ("0.5", "0.7"):
                await self._set(store, "threshold", value)
            await self._set(store, "gentle", "yes")
            await self._set(store, "gentle", None)
            await self._set(store, "never set", None)
            await self._set(store, "threshold", "0.9", _THERE)
        async with stores.open() as store:
            values: Mapping[CommunityId, object] = (await store.settings()).values
            assert values == {
                _HERE: {"civility": {"threshold": "0.7"}},
                _THERE: {"civility": {"threshold": "0.9"}},
            }

    @staticmethod
    async def _set(store: Store, name: str, value: str | None, community: CommunityId = _HERE) -> None:
        change = Configure(community, "civility", name, value)
        await store.journal.commit(Outcome("admin", NOW, settings=(change,)))

    async def test_counters_say_how_much_there_is(self, store: Store) -> None:
        posts = [factories.posted(author=name) for name in ("Mira", "Otto")]
        fresh = (await ingest(store, *posts)).fresh
        await store.journal.finish([fresh[0].number])
        assert await store.counters() == {
            "messages": 2,
            "members": 2,
            "conversations": 1,
            "events waiting": 1,
            "posts waiting": 0,
        }
