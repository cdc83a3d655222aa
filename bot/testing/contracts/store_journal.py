"""The part of the store's contract about how events reach their readers, and a handler's outcome the store."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.document import Document
from bot.domain.effect import Put, Record, Say, Schedule
from bot.domain.event import Announced, Flagged, MessageEdited, MessagePosted
from bot.domain.ids import CommunityId
from bot.domain.member import Standing
from bot.errors import Conflict
from bot.ports.stores import Envelope, Outcome, Post, Reader, Store, StoreFactory, Unfinished
from bot.ports.tables import CreateTable, Migration
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW, OpenedStore, ingest
from bot.testing.contracts.store_rows import Case


def _announced(topic: str) -> Announced:
    return Announced("review", topic, NOW, factories.room().id, {"case": "1"})


class JournalContract(OpenedStore):
    async def test_events_are_unfinished_until_finished(self, stores: StoreFactory) -> None:
        posts = [factories.posted() for _ in range(3)]
        async with stores.open() as store:
            fresh = (await ingest(store, *posts)).fresh
            await store.journal.finish([fresh[0].number])
        async with stores.open() as store:
            assert await store.journal.unfinished(0, 9) == list(fresh[1:])
            assert await store.journal.unfinished(0, 1) == [fresh[1]]
            assert await store.journal.unfinished(fresh[1].number, 9) == [fresh[2]]

    async def test_what_waits_is_counted_and_the_oldest_of_it_tells_since_when(self, store: Store) -> None:
        assert await store.journal.waiting() == Unfinished(0, None, 0)
        fresh = (await ingest(store, *(factories.posted() for _ in range(3)))).fresh
        later = NOW + timedelta(minutes=5)
        await store.journal.ingest("fake", factories.batch(factories.posted()), later)
        newest = fresh[-1].number + 1
        assert await store.journal.waiting() == Unfinished(4, NOW, newest)
        await store.journal.finish([one.number for one in fresh])
        assert await store.journal.waiting() == Unfinished(1, later, newest)

    async def test_an_event_comes_back_with_its_message_as_it_is_now(self, store: Store) -> None:
        post = factories.posted("before", standing=Standing.TRUSTED)
        await ingest(store, post)
        await ingest(store, factories.edited(post.message, "after"))
        again = [one.event for one in await store.journal.unfinished(0, 9)]
        newest = await store.history.message(post.message.id)
        assert newest
        assert again == [MessagePosted(newest, post.standing), MessageEdited(newest)]

    async def test_handlers_are_marked_one_by_one(self, store: Store) -> None:
        (event,) = (await ingest(store, factories.posted("!queue"))).fresh
        for handler in ("!queue", "heard"):
            await store.journal.commit(Outcome("review", NOW, handler, (event.number,), events=(_announced(handler),)))
        assert await store.journal.handled_by(event.number) == {("review", "!queue"), ("review", "heard")}
        kinds = ["Announced"]
        assert len(await store.journal.after(0, kinds, 9)) == len(await store.journal.handled_by(event.number))
        await store.journal.finish([event.number])
        assert await store.journal.handled_by(event.number) == frozenset()

    async def test_a_handler_that_runs_again_stores_nothing_again(self, store: Store) -> None:
        (event,) = (await ingest(store, factories.posted())).fresh
        outcome = Outcome("review", NOW, "heard", (event.number,), events=(_announced("once"),))
        assert len(await store.journal.commit(outcome)) == 1
        assert await store.journal.commit(outcome) == ()
        assert len(await store.journal.after(0, ["Announced"], 9)) == 1

    async def test_a_worker_gets_its_kinds_in_order_and_keeps_its_place(self, stores: StoreFactory) -> None:
        async with stores.open() as store:
            await ingest(store, factories.posted("a"), factories.invoked("queue"), factories.posted("b"))
            events = await store.journal.after(0, ["MessagePosted"], 9)
            assert [_text(one) for one in events] == ["a", "b"]
            assert await store.journal.cursor("civility", "judge") == 0
            moved = Outcome("civility", NOW, cursor=("judge", events[0].number), events=(_announced("judged"),))
            await store.journal.commit(moved)
            assert await store.journal.commit(moved) == ()
        async with stores.open() as store:
            cursor = await store.journal.cursor("civility", "judge")
            assert [_text(one) for one in await store.journal.after(cursor, ["MessagePosted"], 9)] == ["b"]
            assert await store.journal.cursor("civility", "other") == 0
            assert len(await store.journal.after(0, ["Announced"], 9)) == 1

    async def test_backlog_says_how_many_wait_since_when(self, store: Store) -> None:
        assert await store.journal.backlog("civility", "judge", ["MessagePosted"]) == (0, None)
        (first,) = (await ingest(store, factories.posted())).fresh
        later = NOW + timedelta(minutes=1)
        await store.journal.ingest("fake", factories.batch(factories.posted(), factories.invoked("queue")), later)
        count, since = await store.journal.backlog("civility", "judge", ["MessagePosted"])
        assert (count - 1, since) == (1, NOW)
        await store.journal.commit(Outcome("civility", NOW, cursor=("judge", first.number)))
        assert await store.journal.backlog("civility", "judge", ["MessagePosted"]) == (1, later)

    async def test_new_events_get_numbers_and_are_told(self, store: Store) -> None:
        (event,) = (await ingest(store, factories.posted())).fresh
        flagged = Flagged(
            factories.message().id, 1, factories.member(), factories.room().id, (factories.ground(score=0.9),), NOW
        )
        envelopes = await store.journal.commit(Outcome("civility", NOW, events=(flagged, _announced("a"))))
        assert [one.event for one in envelopes] == [flagged, _announced("a")]
        assert event.number < envelopes[0].number < envelopes[1].number
        assert await store.journal.unfinished(event.number, 9) == list(envelopes)

    async def test_an_outcome_is_stored_whole_or_not_at_all(self, store: Store) -> None:
        await store.migrate_cog("review", [Migration(1, (CreateTable(Case),))])
        (event,) = (await ingest(store, factories.posted())).fresh
        case = Case("tarnwick", 1)
        await store.journal.commit(Outcome("review", NOW, rows=(Put(case),)))
        say = Say(factories.room().id, Document.of("hello"))
        outcome = Outcome(
            "review",
            NOW,
            "heard",
            (event.number,),
            rows=(Put(Case("tarnwick", 2)), Put(case)),
            events=(_announced("lost"),),
            posts=(Post("key", "review", event.number, "fake", say.conversation, 0, say),),
            records=(Record(CommunityId("tarnwick"), "opened", "case 2"),),
            schedules=(Schedule("weekly", "prompt", "mon 18:00", "UTC"),),
        )
        with pytest.raises(Conflict):
            await store.journal.commit(outcome)
        assert await store.journal.handled_by(event.number) == frozenset()
        assert await store.tables("review").of(Case).find() == [case]
        assert await store.journal.after(0, ["Announced"], 9) == []
        assert await store.outbox.waiting() == {}
        assert await store.audit.recent(CommunityId("tarnwick"), limit=9) == []
        assert await store.schedules.all() == []

    async def test_numbers_are_never_given_twice(self, stores: StoreFactory) -> None:
        async with stores.open() as store:
            (event,) = (await ingest(store, factories.posted())).fresh
            await store.journal.finish([event.number])
            assert await store.journal.prune(NOW + timedelta(days=1), []) == 1
        async with stores.open() as store:
            (later,) = (await ingest(store, factories.posted())).fresh
            assert later.number > event.number

    async def test_pruning_keeps_what_somebody_still_needs(self, store: Store) -> None:
        fresh = (await ingest(store, *(factories.posted() for _ in range(4)))).fresh
        await store.journal.finish([one.number for one in fresh[:3]])
        await store.journal.commit(Outcome("civility", NOW, cursor=("judge", fresh[1].number)))
        readers = [Reader("civility", "judge", ("MessagePosted",)), Reader("civility", "leavers", ("MemberLeft",))]
        assert await store.journal.prune(NOW, readers) == 0  # nothing is older than that
        pruned = await store.journal.prune(NOW + timedelta(seconds=1), readers)
        left = await store.journal.after(0, ["MessagePosted"], 9)
        assert (pruned, left) == (len(fresh[:2]), list(fresh[2:]))
        assert (await ingest(store, fresh[0].event)).duplicates == 1  # type: ignore[arg-type] # what was stored is what came in

    async def test_tasks_may_write_and_read_at_once(self, store: Store) -> None:
        async def one(name: str) -> None:
            for _ in range(5):
                await ingest(store, factories.posted(author=name))
                await store.history.recent(factories.room().id, limit=3)
                await store.journal.commit(Outcome(name, NOW, events=(_announced(name),)))

        names = ["Mira", "Otto", "Dario", "Noor"]
        await asyncio.gather(*map(one, names))
        numbers = [one.number for one in await store.journal.unfinished(0, 100)]
        assert numbers == list(range(numbers[0], numbers[0] + len(names) * 10))


def _text(envelope: Envelope) -> str:
    assert isinstance(envelope.event, MessagePosted)
    return envelope.event.message.text
