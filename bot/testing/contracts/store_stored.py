"""The part of the store's contract that answers adapters: which messages are kept, which are the bot's own posts."""

from datetime import timedelta

from bot.domain.conversation import Conversation
from bot.domain.document import Document
from bot.domain.effect import Edit, Say
from bot.domain.event import Incoming, MessagePosted
from bot.domain.ids import MessageId
from bot.ports.platform import Receipt
from bot.ports.stores import Outcome, Post, PostState, Store, StoreFactory
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW, OpenedStore, ingest

_ROOM, _THREAD, _OTHER = factories.room(), factories.thread(), factories.room("other")
_MANY = 600


def _said(identity: str, minutes: int = 0, where: Conversation = _ROOM) -> Incoming:
    at = NOW - timedelta(days=1) + timedelta(minutes=minutes)
    return factories.posted(id=identity, conversation=where, at=at)


def _ids(*names: str) -> list[MessageId]:
    return [MessageId(f"fake:{name}") for name in names]


async def _begin(store: Store, key: str, effect: Say | Edit) -> None:
    post = Post(key, "review", 1, "fake", effect.conversation, 1, effect, effect.label, None)
    await store.journal.commit(Outcome("review", NOW, posts=(post,)))
    assert len(await store.outbox.lease("fake", NOW, NOW + timedelta(minutes=1), 9)) == 1


class StoredContract(OpenedStore):
    async def test_the_newest_messages_are_those_sent_last_in_just_that_conversation(self, store: Store) -> None:
        await ingest(store, _said("b", 2), _said("d", 9, _THREAD), _said("a", 1), _said("e", 9, _OTHER), _said("c", 2))
        assert await store.stored.newest(_ROOM.id, 9) == _ids("c", "b", "a")
        assert await store.stored.newest(_ROOM.id, 2) == _ids("c", "b")
        assert await store.stored.newest(_THREAD.id, 9) == _ids("d")
        assert await store.stored.newest(factories.room("nowhere").id, 9) == []

    async def test_deleted_messages_are_not_among_the_newest(self, stores: StoreFactory) -> None:
        async with stores.open() as store:
            messages = [factories.message(id=name, conversation=_ROOM) for name in ("a", "b", "c")]
            await ingest(store, *(MessagePosted(message) for message in messages))
            await ingest(store, factories.deleted(messages[1]), factories.deleted(factories.message(id="never-came")))
            await ingest(store, MessagePosted(messages[1]), factories.edited(messages[0], "other words"))
        async with stores.open() as store:
            assert await store.stored.newest(_ROOM.id, 9) == _ids("c", "a")

    async def test_messages_off_the_record_are_kept_and_named(self, store: Store) -> None:
        await ingest(store, factories.posted("[off] between us", id="a", conversation=_ROOM))
        assert await store.stored.newest(_ROOM.id, 9) == _ids("a")

    async def test_posts_are_the_bots_own_once_they_are_known_to_have_arrived(self, stores: StoreFactory) -> None:
        say, (first, second) = Say(_ROOM.id, Document.of("hello"), "label"), _ids("b1", "b2")
        async with stores.open() as store:
            await ingest(store, _said("a"))
            await _begin(store, "one", say)
            assert await store.stored.delivered([first]) == set()
            await store.outbox.applied("one", Receipt(first), NOW, None)
            await _begin(store, "two", say)
            await store.outbox.failed("two", PostState.UNKNOWN, "it may have arrived", NOW, None)
            assert await store.stored.delivered([first, second]) == {first}
            await store.outbox.applied("two", Receipt(second), NOW, None)
        async with stores.open() as store:
            assert await store.stored.delivered([*_ids("a", "unknown"), first, second]) == {first, second}
            assert await store.stored.delivered([]) == set()

    async def test_what_was_edited_is_still_one_post(self, store: Store) -> None:
        [first] = _ids("b1")
        await _begin(store, "one", Say(_ROOM.id, Document.of("hello"), "label"))
        await store.outbox.applied("one", Receipt(first), NOW, None)
        await _begin(store, "two", Edit(_ROOM.id, "label", Document.of("good bye")))
        await store.outbox.applied("two", Receipt(first), NOW, None)
        assert await store.stored.delivered([first]) == {first}

    async def test_any_number_of_messages_may_be_asked_for(self, store: Store) -> None:
        [first] = _ids("b1")
        await _begin(store, "one", Say(_ROOM.id, Document.of("hello")))
        await store.outbox.applied("one", Receipt(first), NOW, None)
        many = _ids(*(f"b{number}" for number in range(_MANY)))
        assert await store.stored.delivered(many) == {first}
