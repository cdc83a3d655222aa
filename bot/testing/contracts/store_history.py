"""The part of the store's contract that says how stored messages are read, and what is known of people and rooms."""

from datetime import timedelta

from bot.domain.event import MemberJoined, MessagePosted
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member
from bot.domain.message import Message
from bot.ports.knowledge import Counts
from bot.ports.stores import Store
from bot.testing import factories
from bot.testing.clock import START
from bot.testing.contracts.store_opened import OpenedStore, ingest


class HistoryContract(OpenedStore):
    async def test_recent_gives_the_newest_oldest_first(self, store: Store) -> None:
        messages = await self._said(store, 5)
        room = messages[0].conversation.id
        assert await store.history.recent(room, limit=2) == messages[-2:]
        assert await store.history.recent(room, limit=9, since=messages[3].sent_at) == messages[3:]
        assert await store.history.recent(ConversationId("fake:elsewhere"), limit=9) == []

    async def test_messages_are_ordered_by_when_they_were_sent(self, store: Store) -> None:
        late, early = factories.message("late", at=START + timedelta(hours=1)), factories.message("early", at=START)
        await ingest(store, MessagePosted(late))
        await ingest(store, MessagePosted(early))
        assert await store.history.recent(late.conversation.id, limit=9) == [early, late]

    async def test_messages_of_one_moment_keep_the_order_in_which_they_came(self, store: Store) -> None:
        messages = [factories.message(f"number {n}", at=START, id=f"{9 - n}") for n in range(4)]
        await ingest(store, *map(MessagePosted, messages))
        assert await store.history.recent(messages[0].conversation.id, limit=9) == messages
        assert await store.history.around(messages[2].id, before=1, after=1) == [messages[1], messages[3]]

    async def test_messages_gives_those_that_are_stored(self, store: Store) -> None:
        first, second = await self._said(store, 2)
        many = [MessageId(f"fake:unknown {n}") for n in range(1_100)]
        found = await store.history.messages([second.id, *many, first.id])
        assert found == {first.id: first, second.id: second}
        assert await store.history.messages([]) == {}

    async def test_around_gives_neighbours_of_the_same_conversation(self, store: Store) -> None:
        messages = await self._said(store, 6)
        aside = factories.message("aside", conversation=factories.thread(), at=messages[2].sent_at)
        await ingest(store, MessagePosted(aside))
        around = await store.history.around(messages[3].id, before=2, after=9)
        assert around == [messages[1], messages[2], messages[4], messages[5]]
        assert await store.history.around(aside.id, before=2, after=2) == []
        assert await store.history.around(MessageId("fake:unknown"), before=2, after=2) == []

    async def test_the_oldest_of_rooms_and_their_threads(self, store: Store) -> None:
        room = factories.room()
        messages = await self._said(store, 3)
        aside = factories.message("aside", conversation=factories.thread(room), at=START)
        elsewhere = factories.message("elsewhere", conversation=factories.room("elsewhere"), at=START)
        await ingest(store, MessagePosted(aside), MessagePosted(elsewhere))
        before = messages[2].sent_at
        assert await store.history.oldest([room.id], before=before, limit=9) == [aside, *messages[:2]]
        assert await store.history.oldest([room.id], before=before, limit=1) == [aside]
        assert await store.history.oldest([], before=before, limit=9) == []

    async def test_answered_follows_replies_back(self, store: Store) -> None:
        root = factories.message("root")
        middle = factories.message("middle", reply_to=root)
        leaf = factories.message("leaf", reply_to=middle)
        await ingest(store, *map(MessagePosted, (root, middle, leaf)))
        assert await store.history.answered(leaf) == [middle]
        assert await store.history.answered(leaf, depth=5) == [root, middle]
        assert await store.history.answered(root, depth=5) == []

    async def test_answered_ends_where_a_message_is_gone_or_replies_go_round(self, store: Store) -> None:
        first = factories.message("first", id="a", reply_to=MessageId("fake:b"))
        second = factories.message("second", id="b", reply_to=first)
        third = factories.message("third", reply_to=second)
        await ingest(store, *map(MessagePosted, (first, second, third)))
        assert await store.history.answered(third, depth=9) == [first, second]
        await ingest(store, factories.deleted(first))
        assert await store.history.answered(third, depth=9) == [second]

    async def test_deleted_messages_are_never_returned(self, store: Store) -> None:
        messages = await self._said(store, 3)
        await ingest(store, factories.deleted(messages[1]))
        assert await store.history.recent(messages[0].conversation.id, limit=9) == [messages[0], messages[2]]
        assert await store.history.around(messages[0].id, before=1, after=1) == [messages[2]]
        assert await store.history.message(messages[1].id) is None

    async def test_names_are_the_newest(self, store: Store) -> None:
        post = factories.posted(author=Member(MemberId("fake:1"), "Mira"))
        renamed = Member(MemberId("fake:1"), "Mira R.")
        await ingest(store, post)
        await ingest(store, MemberJoined(renamed, factories.room(), post.at))
        assert await store.people.member(renamed.id) == renamed
        stored = await store.history.message(post.message.id)
        assert stored
        assert stored.author == renamed

    async def test_people_and_rooms_that_were_seen_are_known(self, store: Store) -> None:
        thread = factories.thread()
        await ingest(store, factories.posted(conversation=thread, author="Otto"))
        assert await store.people.conversation(thread.id) == thread
        assert await store.people.member(factories.member("Otto").id) == factories.member("Otto")
        assert await store.people.member(MemberId("fake:nobody")) is None
        assert await store.people.conversation(ConversationId("fake:nowhere")) is None

    async def test_counts_of_a_conversation(self, store: Store) -> None:
        posts = [factories.posted(author=name) for name in ("Mira", "Otto", "Mira", "Dario")]
        await ingest(store, *posts, factories.posted(conversation=factories.room("elsewhere")))
        await ingest(store, factories.deleted(posts[3].message))
        assert await store.people.counts(factories.room().id) == Counts(
            messages=3, people=2, deleted=1, undecryptable=0
        )

    @staticmethod
    async def _said(store: Store, count: int) -> list[Message]:
        posts = [factories.posted(f"number {n}") for n in range(count)]
        await ingest(store, *posts)
        return [post.message for post in posts]
