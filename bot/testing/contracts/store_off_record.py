"""The part of the store's contract about words that are off the record: kept for those who must see them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.domain.effect import OffTheRecord
from bot.domain.event import MessageEdited, MessagePosted
from bot.domain.message import Message
from bot.ports.stores import Outcome, Store, StoreFactory
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW, OpenedStore, ingest

_MIRA, _OTTO = factories.member("Mira").id, factories.member("Otto").id


class OffRecordContract(OpenedStore):
    async def test_neighbours_are_there_without_their_words(self, store: Store) -> None:
        root, aside, leaf = await self._talk(store)
        room = root.conversation.id
        silent = replace(aside, text="", attachments=())
        assert await store.history.recent(room, limit=9) == [root, silent, leaf]
        assert await store.history.around(root.id, before=9, after=9) == [silent, leaf]
        assert await store.history.around(leaf.id, before=9, after=9) == [root, silent]
        assert await store.history.answered(leaf, depth=5) == [root, silent]

    async def test_who_asks_for_that_very_message_gets_the_words(self, store: Store) -> None:
        _, aside, _ = await self._talk(store)
        assert await store.history.message(aside.id) == aside
        assert await store.history.messages([aside.id]) == {aside.id: aside}
        assert aside in await store.records.messages_of(aside.author.id, 9)

    async def test_cogs_hear_of_it_with_its_mark(self, store: Store) -> None:
        _, aside, _ = await self._talk(store)
        told = [one.event for one in await store.journal.unfinished(0, 9) if isinstance(one.event, MessagePosted)]
        assert [post.message for post in told if post.message.off_record] == [aside]

    async def test_an_edit_brings_the_mark_and_none_takes_it_away(self, store: Store) -> None:
        root, aside, _ = await self._talk(store)
        await ingest(store, MessageEdited(replace(aside, text="without a slip", edited_at=NOW, off_record=False)))
        assert (await self._stored(store, aside)).off_record is True
        later = replace(root, text="said aside", edited_at=NOW + timedelta(minutes=1), off_record=True)
        await ingest(store, MessageEdited(later))
        assert await self._stored(store, root) == replace(later, revision=1)

    async def test_an_edit_that_changes_the_mark_alone_is_stored_and_no_new_text(self, store: Store) -> None:
        root, _, _ = await self._talk(store)
        result = await ingest(store, MessageEdited(replace(root, edited_at=NOW, off_record=True)))
        assert result.fresh == ()
        assert await self._stored(store, root) == replace(root, edited_at=NOW, off_record=True)

    async def test_an_edit_before_its_message_brings_its_mark(self, store: Store) -> None:
        post = factories.posted("said openly")
        edit = factories.edited(post.message, "[off] said aside")
        await ingest(store, replace(edit, message=replace(edit.message, off_record=True)))
        await ingest(store, post)
        assert (await self._stored(store, post.message)).off_record is True

    async def test_the_oldest_of_those_off_the_record(self, store: Store) -> None:
        root, aside, leaf = await self._talk(store)
        room, before = root.conversation.id, leaf.sent_at + timedelta(minutes=1)
        assert await store.history.oldest([room], before=before, limit=9, off_record=True) == [aside]
        assert await store.history.oldest([room], before=aside.sent_at, limit=9, off_record=True) == []
        assert await store.history.oldest([], before=before, limit=9, off_record=True) == []
        elsewhere = await store.history.oldest([], before=before, limit=9, off_record=True, elsewhere=True)
        assert elsewhere == [aside]

    async def test_what_members_prefer_is_kept_until_they_prefer_otherwise(self, stores: StoreFactory) -> None:
        async with stores.open() as store:
            wishes = [OffTheRecord(_MIRA, wanted=True), OffTheRecord(_OTTO, wanted=True)]
            await self._wish(store, wishes)
            await self._wish(store, [OffTheRecord(_MIRA, wanted=True)])
        async with stores.open() as store:
            assert await store.records.off_record() == {_MIRA, _OTTO}
            await self._wish(store, [OffTheRecord(_MIRA, wanted=False), OffTheRecord(_MIRA, wanted=False)])
            assert await store.records.off_record() == {_OTTO}

    @staticmethod
    async def _wish(store: Store, wishes: Sequence[OffTheRecord]) -> None:
        await store.journal.commit(Outcome("privacy", NOW, preferences=tuple(wishes)))

    @staticmethod
    async def _talk(store: Store) -> tuple[Message, Message, Message]:
        root = factories.message("root")
        aside = factories.message("[off] aside", reply_to=root, off_record=True, attachments=("plan.pdf",))
        leaf = factories.message("leaf", reply_to=aside)
        await ingest(store, *map(MessagePosted, (root, aside, leaf)))
        return root, aside, leaf

    @staticmethod
    async def _stored(store: Store, message: Message) -> Message:
        found = await store.history.message(message.id)
        assert found
        return found
