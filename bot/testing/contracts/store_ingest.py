"""The part of the store's contract about what people say: stored once, in its newest form, or not at all."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.event import (
    ConversationReplaced,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionRemoved,
    Undecryptable,
)
from bot.domain.ids import MessageId
from bot.ports.platform import Batch
from bot.ports.stores import Store, StoreFactory
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW, OpenedStore, ingest, words


class IngestContract(OpenedStore):
    async def test_a_message_is_stored_once(self, store: Store) -> None:
        post = factories.posted("Buses first.")
        stored = await ingest(store, post, post)
        again = await ingest(store, post)
        assert [envelope.event for envelope in stored.fresh] == [post]
        assert (stored.duplicates, again.duplicates, again.fresh) == (1, 1, ())
        assert await store.history.message(post.message.id) == post.message

    async def test_numbers_grow_in_the_order_of_the_batch(self, store: Store) -> None:
        posts = [factories.posted(f"number {n}") for n in range(3)]
        first = (await ingest(store, *posts)).fresh
        second = (await ingest(store, factories.posted("later"))).fresh
        numbers = [envelope.number for envelope in (*first, *second)]
        assert [envelope.event for envelope in first] == posts
        assert numbers == sorted(set(numbers))

    async def test_all_of_a_message_is_kept(self, store: Store) -> None:
        question = factories.message("Who pays?")
        answer = factories.message(
            "> Who pays?\nAll of us. 🚌 \u202e",
            conversation=factories.thread(),
            author=factories.member("Otto"),
            reply_to=question,
            likes=4,
            mentions=(factories.member("Mira").id,),
            attachments=("plan.pdf",),
            link="https://chat.example/1",
        )
        await ingest(store, MessagePosted(question), MessagePosted(answer))
        assert await store.history.message(answer.id) == answer

    async def test_checkpoints_come_with_the_batch(self, stores: StoreFactory) -> None:
        async with stores.open() as store:
            await store.journal.ingest("fake", Batch((factories.posted(),), {"room 1": "a", "room 2": "b"}), NOW)
            await store.journal.ingest("fake", Batch((), {"room 2": "c"}), NOW)
            await store.journal.ingest("other", Batch((), {"room 1": "z"}), NOW)
        async with stores.open() as store:
            assert dict(await store.journal.checkpoints("fake")) == {"room 1": "a", "room 2": "c"}

    async def test_an_edit_changes_the_text_and_counts_the_revision(self, store: Store) -> None:
        post = factories.posted("I like trams.")
        edit = factories.edited(post.message, "I like buses.")
        await ingest(store, post)
        (told,) = (await ingest(store, edit)).fresh
        stored = await store.history.message(post.message.id)
        assert stored == replace(post.message, text="I like buses.", edited_at=edit.at, revision=1)
        assert told.event == MessageEdited(stored)

    async def test_an_edit_by_another_does_not_count(self, store: Store) -> None:
        post = factories.posted("mine", author="Mira")
        await ingest(store, post)
        forged = factories.edited(replace(post.message, author=factories.member("Mallory")), "forged")
        result = await ingest(store, forged)
        assert (result.fresh, result.ignored) == ((), 1)
        assert await words(store, post.message.id) == "mine"

    async def test_an_edit_that_leaves_the_text_is_ignored(self, store: Store) -> None:
        post = factories.posted("same")
        await ingest(store, post)
        result = await ingest(store, factories.edited(post.message, "same"))
        assert (result.fresh, result.ignored) == ((), 1)

    async def test_an_older_edit_that_comes_late_does_not_count(self, store: Store) -> None:
        post = factories.posted("one")
        older = factories.edited(post.message, "two")
        newer = factories.edited(post.message, "one", at=older.at + timedelta(minutes=1))
        await ingest(store, post, newer)
        assert (await ingest(store, older, newer)).fresh == ()
        assert await words(store, post.message.id) == "one"

    async def test_an_edit_before_its_message_is_kept_for_it(self, store: Store) -> None:
        post = factories.posted("first", author="Mira")
        forged = factories.edited(replace(post.message, author=factories.member("Mallory")), "forged")
        edit = factories.edited(post.message, "second")
        assert (await ingest(store, edit, forged)).fresh == ()
        assert await words(store, post.message.id) is None
        (told,) = (await ingest(store, post)).fresh
        assert isinstance(told.event, MessagePosted)
        assert (told.event.message.text, told.event.message.revision) == ("second", 1)
        assert told.event.message == await store.history.message(post.message.id)

    async def test_a_post_fetched_again_shows_an_edit_that_was_missed(self, store: Store) -> None:
        post = factories.posted("before")
        await ingest(store, post)
        now = factories.edited(post.message, "after").message
        (told,) = (await ingest(store, MessagePosted(now))).fresh
        assert isinstance(told.event, MessageEdited)
        assert await words(store, post.message.id) == "after"

    async def test_a_deletion_purges_the_words_everywhere(self, store: Store) -> None:
        post = factories.posted("take this back")
        await ingest(store, post)
        (told,) = (await ingest(store, factories.deleted(post.message))).fresh
        assert isinstance(told.event, MessageDeleted)
        assert await words(store, post.message.id) is None
        assert [one.event for one in await store.journal.unfinished(0, 9)] == [told.event]
        assert await store.journal.after(0, ["MessagePosted"], 9) == []

    async def test_a_deleted_message_never_comes_back(self, store: Store) -> None:
        post = factories.posted("gone")
        deletion = factories.deleted(post.message)
        edit = factories.edited(post.message, "back")
        assert [one.event for one in (await ingest(store, deletion)).fresh] == [deletion]
        result = await ingest(store, post, edit, deletion)
        assert (result.fresh, result.ignored, result.duplicates) == ((), 2, 1)
        assert await words(store, post.message.id) is None

    async def test_what_one_batch_brings_and_takes_is_not_told(self, store: Store) -> None:
        post = factories.posted("slip")
        edit = factories.edited(post.message, "slip of the tongue")
        deletion = factories.deleted(post.message)
        result = await ingest(store, post, edit, deletion)
        assert [one.event for one in result.fresh] == [deletion]
        assert await words(store, post.message.id) is None

    async def test_approving_reactions_move_the_likes(self, store: Store) -> None:
        post = factories.posted("good point")
        like, heart = factories.reacted(post.message), factories.reacted(post.message, "❤️")
        other = factories.reacted(post.message, "🤔", by="Otto")
        await ingest(store, like, post, heart, other, like)
        assert await self._likes(store, post.message.id) == len({like, heart})
        gone = ReactionRemoved(like.message, like.conversation, like.member, like.emoji, like.at + timedelta(minutes=1))
        await ingest(store, gone)
        again = replace(like, at=like.at + timedelta(seconds=1))
        await ingest(store, again)  # late: it was taken back after that
        assert await self._likes(store, post.message.id) == 1

    async def test_the_same_approval_counts_once(self, store: Store) -> None:
        post = factories.posted("good point")
        like = factories.reacted(post.message)
        await ingest(store, post, like, replace(like, at=like.at + timedelta(minutes=5)))
        assert await self._likes(store, post.message.id) == 1

    @staticmethod
    async def _likes(store: Store, message: MessageId) -> int:
        found = await store.history.message(message)
        assert found
        return found.likes

    async def test_what_cannot_be_read_is_counted_until_it_can(self, store: Store) -> None:
        room = factories.room(encrypted=True)
        post = factories.posted("secret", conversation=room)
        unread = Undecryptable(post.message.id, room, post.message.author, post.at)
        assert len((await ingest(store, unread, unread)).fresh) == 1
        assert (await store.people.counts(room.id)).undecryptable == 1
        await ingest(store, post)
        assert (await store.people.counts(room.id)).undecryptable == 0

    async def test_what_cannot_be_read_is_counted_by_room_with_its_threads(self, store: Store) -> None:
        room, quiet = factories.room(encrypted=True), factories.room("quiet", encrypted=True)
        places = (room, factories.thread(room), room, factories.direct())
        posts = [factories.posted(conversation=where) for where in (*places, quiet)]
        unread = [Undecryptable(one.message.id, one.message.conversation, one.message.author, one.at) for one in posts]
        await ingest(store, *unread)
        await ingest(store, posts[-1])
        assert await store.people.undecryptable() == {room.id: 3, places[-1].id: 1}

    async def test_other_events_are_told_once(self, store: Store) -> None:
        post = factories.posted()
        replaced = ConversationReplaced(factories.room("old"), factories.room("new"), NOW)
        events = (factories.reported(post.message), factories.invoked("queue"), factories.answered("c", "l", "x"))
        first = await ingest(store, *events, replaced)
        second = await ingest(store, *events, replaced)
        assert [one.event for one in first.fresh] == [*events, replaced]
        assert (second.fresh, second.duplicates) == ((), len(first.fresh))

    async def test_rooms_that_were_replaced_are_known_in_the_order_in_which_that_was_told(
        self, stores: StoreFactory
    ) -> None:
        old, new, newer = (factories.room(name) for name in ("old", "new", "newer"))
        later, again = NOW + timedelta(hours=1), ConversationReplaced(old, newer, NOW)
        async with stores.open() as store:
            await ingest(store, ConversationReplaced(new, newer, later), ConversationReplaced(old, new, NOW))
            await ingest(store, again)
            thread = factories.thread()
            elsewhere = factories.room("old", platform="other")
            await ingest(
                store,
                *(ConversationReplaced(*rooms, NOW) for rooms in ((old, old), (thread, new), (old, elsewhere))),
            )
        async with stores.open() as store:
            assert await store.people.successors() == [(new.id, newer.id), (old.id, new.id), (old.id, newer.id)]
            assert await store.people.conversation(newer.id) == newer

    async def test_hostile_text_is_stored_without_what_no_store_takes(self, store: Store) -> None:
        hostile = factories.posted("\ud800 \x00 \x1b[31m <@everyone> \u202e" + "A" * 60_000, author="\udfff")
        (told,) = (await ingest(store, hostile)).fresh
        stored = await store.history.message(hostile.message.id)
        assert stored
        assert stored.text == hostile.message.text.replace("\ud800", "\ufffd").replace("\x00", "\ufffd")
        assert isinstance(told.event, MessagePosted)
        assert told.event.message.text == stored.text

    async def test_a_batch_of_thousands_keeps_its_order(self, store: Store) -> None:
        posts = [factories.posted(f"number {n}") for n in range(1_200)]
        stored = await ingest(store, *posts)
        assert [one.event for one in stored.fresh] == posts
        assert await store.history.recent(factories.room().id, limit=3) == [post.message for post in posts[-3:]]
