"""The part of the store's contract that says in which order effects leave, and that each is settled once."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.conversation import Conversation
from bot.domain.document import Document
from bot.domain.effect import Ask, Audience, Choice, Deliverable, DirectMessage, Edit, Priority, Record, Say, Warn
from bot.domain.event import EffectApplied, EffectFailed
from bot.domain.ids import CommunityId, MemberId, MessageId
from bot.domain.member import Standing
from bot.domain.moderation import Origin
from bot.ports.platform import PromptPost, Receipt
from bot.ports.stores import LeasedPost, Outcome, Post, PostState, Store, StoreFactory
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW, OpenedStore

_ROOM = factories.room()
_UNTIL = NOW + timedelta(minutes=1)
_NOTHING = Document(())
_YES, _NO = Choice("yes", "Yes", "👍"), Choice("no", "No", "👎", confirm="Sure?")


def _say(text: str = "hello", room: Conversation = _ROOM, label: str | None = None) -> Say:
    return Say(room.id, Document.of(text), label)


def _ask(label: str = "case 1") -> Ask:
    return Ask(_ROOM.id, Document.of("Uphold?"), label, (_YES, _NO))


def _put_to(member: MemberId, label: str) -> Ask:
    """What is known of a prompt that was put to a member alone, by private words."""
    choices, priority = (_YES, _NO), Priority.ANSWER
    return Ask(_ROOM.id, _NOTHING, label, choices, Audience.ASKER, member, None, priority, None, Standing.MEMBER)


def _post(key: str, effect: Deliverable, priority: int = 1, expires_at: datetime | None = None) -> Post:
    label = effect.label if isinstance(effect, Say | Ask | DirectMessage | Warn) else None
    return Post(key, "review", 1, "fake", effect.conversation, priority, effect, label, expires_at)


async def _add(store: Store, *posts: Post) -> None:
    await store.journal.commit(Outcome("review", NOW, posts=posts))


async def _lease(store: Store, now: datetime = NOW, *, limit: int = 9) -> list[LeasedPost]:
    return await store.outbox.lease("fake", now, now + timedelta(minutes=1), limit)


def _keys(leased: Iterable[LeasedPost]) -> list[str]:
    return [one.post.key for one in leased]


async def _send(store: Store, post: Post, message: str | None = None) -> None:
    """Everything that happens to a post when all goes well."""
    await _add(store, post)
    assert _keys(await _lease(store)) == [post.key]
    await store.outbox.applied(post.key, Receipt(MessageId(message) if message else None), NOW, None)


class OutboxContract(OpenedStore):
    async def test_a_post_is_handed_out_as_it_was_given(self, stores: StoreFactory) -> None:
        post = _post("k", _ask(), expires_at=NOW + timedelta(hours=1))
        async with stores.open() as store:
            await _add(store, post)
        async with stores.open() as store:
            assert await store.outbox.lease("other", NOW, _UNTIL, 9) == []
            assert await _lease(store) == [LeasedPost(post, 1)]
            assert await _lease(store) == []

    async def test_a_repeated_key_is_the_same_post(self, store: Store) -> None:
        await _add(store, _post("k", _say("first")))
        await _add(store, _post("k", _say("again")))
        (leased,) = await _lease(store)
        assert leased.post.effect == _say("first")
        await store.outbox.applied("k", Receipt(), NOW, None)
        await _add(store, _post("k", _say("again")))
        assert await _lease(store) == []

    async def test_posts_of_a_cog_that_is_left_out_stay_and_hold_up_nobody(self, store: Store) -> None:
        held, other = _post("held", _say()), replace(_post("other", _say()), cog="help")
        await _add(store, held, other)
        without = await store.outbox.lease("fake", NOW, _UNTIL, 9, without=[held.cog])
        assert _keys(without) == ["other"]
        assert await store.outbox.lease("fake", NOW, _UNTIL, 9, without=[held.cog]) == []
        assert (await store.outbox.waiting())["fake"] == len([held, other])
        assert await _lease(store) == [LeasedPost(held, 1)]

    async def test_order_is_kept_within_a_conversation(self, store: Store) -> None:
        await _add(store, _post("a", _say(), 3), _post("b", _say(), 0))
        assert _keys(await _lease(store)) == ["a"]
        assert await _lease(store) == []
        await store.outbox.applied("a", Receipt(), NOW, None)
        assert _keys(await _lease(store)) == ["b"]

    async def test_priority_decides_between_conversations(self, store: Store) -> None:
        rooms = [factories.room(name) for name in ("one", "two", "three", "four")]
        priorities = (2, 0, 1, 0)
        await _add(
            store,
            *(_post(room.name, _say(room=room), rank) for room, rank in zip(rooms, priorities, strict=True)),
        )
        assert _keys(await _lease(store, limit=2)) == ["two", "four"]
        assert _keys(await _lease(store)) == ["three", "one"]

    async def test_a_lease_that_ran_out_is_given_again(self, stores: StoreFactory) -> None:
        async with stores.open() as store:
            await _add(store, _post("a", _say()), _post("b", _say()))
            assert [one.attempt for one in await _lease(store)] == [1]
        async with stores.open() as store:
            assert await _lease(store, NOW + timedelta(seconds=59)) == []
            (again,) = await _lease(store, NOW + timedelta(seconds=60))
            assert (again.post.key, again.attempt - 1) == ("a", 1)

    async def test_leases_of_a_run_that_died_are_taken_back_and_count_as_attempts(self, stores: StoreFactory) -> None:
        other = factories.room("other")
        async with stores.open() as store:
            await _add(store, _post("a", _say()), _post("b", _say()), _post("c", _say(room=other)))
            await _lease(store)
            await store.outbox.retry("c", NOW + timedelta(seconds=30))
        async with stores.open() as store:
            assert await store.outbox.reclaim() == 1
            assert [(one.post.key, one.attempt) for one in await _lease(store)] == [("a", 2)]
            assert await store.outbox.reclaim() == 1
            await store.outbox.applied("a", Receipt(), NOW, None)
            assert await store.outbox.reclaim() == 0
            assert [(one.post.key, one.attempt) for one in await _lease(store)] == [("b", 1)]

    async def test_only_posts_that_wait_for_a_time_too_far_away_are_hastened(self, store: Store) -> None:
        rooms = [factories.room(name) for name in ("soon", "far", "in hand")]
        await _add(store, *(_post(room.name, _say(room=room)) for room in rooms))
        await _lease(store)
        await store.outbox.retry("soon", NOW + timedelta(hours=1))
        await store.outbox.retry("far", NOW + timedelta(days=365))
        assert await store.outbox.hasten(NOW + timedelta(hours=1)) == 1
        assert [(one.post.key, one.attempt) for one in await _lease(store)] == [("far", 2)]
        assert _keys(await _lease(store, NOW + timedelta(seconds=59))) == []
        assert await store.outbox.hasten(NOW + timedelta(hours=1)) == 0

    async def test_a_post_to_be_tried_later_holds_back_those_behind_it(self, store: Store) -> None:
        await _add(store, _post("a", _say()), _post("b", _say()))
        await _lease(store)
        await store.outbox.retry("a", NOW + timedelta(seconds=30))
        assert await _lease(store, NOW + timedelta(seconds=29)) == []
        (again,) = await _lease(store, NOW + timedelta(seconds=30))
        assert (again.post.key, again.attempt - 1) == ("a", 1)

    async def test_an_expired_post_is_handed_out_to_be_settled(self, store: Store) -> None:
        old = _post("old", _say(), expires_at=NOW)
        await _add(store, old, _post("new", _say()))
        assert await _lease(store) == [LeasedPost(old, 1, expired=True)]
        told = EffectFailed("review", "Say", None, 1, _ROOM.id, NOW, "expired")
        assert await store.outbox.failed("old", PostState.FAILED, "expired", NOW, told)
        assert [(one.post.key, one.expired) for one in await _lease(store)] == [("new", False)]
        assert await store.outbox.waiting() == {"fake": 1}

    async def test_a_post_that_expires_before_it_is_tried_again_is_not_waited_for(self, store: Store) -> None:
        await _add(store, _post("a", _say(), expires_at=NOW + timedelta(minutes=5)))
        assert [one.expired for one in await _lease(store)] == [False]
        await store.outbox.retry("a", NOW + timedelta(hours=1))
        assert await _lease(store, NOW + timedelta(minutes=4)) == []
        (late,) = await _lease(store, NOW + timedelta(minutes=5))
        assert (late.attempt - 1, late.expired) == (1, True)

    async def test_failure_lets_the_next_one_pass(self, store: Store) -> None:
        await _add(store, _post("a", _say()), _post("b", _say()))
        await _lease(store)
        told = EffectFailed("review", "Say", None, 1, _ROOM.id, NOW, "no permission")
        record = Record(CommunityId("tarnwick"), "failed", "post")
        envelope = await store.outbox.failed("a", PostState.FAILED, "no permission", NOW, told, [record])
        assert envelope
        assert await store.journal.unfinished(0, 9) == [envelope]
        assert len(await store.audit.recent(CommunityId("tarnwick"), limit=9)) == 1
        assert await store.outbox.failed("a", PostState.FAILED, "again", NOW, told, [record]) is None
        assert _keys(await _lease(store)) == ["b"]

    async def test_success_is_told_once(self, store: Store) -> None:
        await _add(store, _post("a", _say(label="card")))
        await _lease(store)
        told = EffectApplied("review", "Say", "card", 1, _ROOM.id, NOW, MessageId("fake:9"))
        record = Record(CommunityId("tarnwick"), "posted", "card")
        first = await store.outbox.applied("a", Receipt(MessageId("fake:9")), NOW, told, [record])
        assert first
        assert first.event == told
        assert await store.outbox.applied("a", Receipt(MessageId("fake:9")), NOW, told, [record]) is None
        assert await store.outbox.failed("a", PostState.UNKNOWN, "late", NOW, told) is None
        assert len(await store.audit.recent(CommunityId("tarnwick"), limit=9)) == 1
        assert await store.outbox.waiting() == {}

    async def test_an_edit_finds_the_message_of_its_label(self, store: Store) -> None:
        edit = Edit(_ROOM.id, "card", Document.of("changed"))
        await _add(store, _post("edit 0", edit))
        assert [one.target for one in await _lease(store)] == [None]
        await store.outbox.failed("edit 0", PostState.FAILED, "nothing to edit", NOW, None)
        await _send(store, _post("first", _say(label="card")), "fake:1")
        await _send(store, _post("second", _say(label="card")), "fake:2")
        await _send(store, _post("other", _say(label="other")), "fake:3")
        await _add(store, _post("edit 1", edit))
        assert [one.target for one in await _lease(store)] == ["fake:2"]

    async def test_prompts_stand_with_their_choices_and_without_their_words(self, stores: StoreFactory) -> None:
        async with stores.open() as store:
            await _send(store, _post("one", _ask("case 1")), "fake:1")
            await _send(store, _post("two", _ask("case 2")), "fake:2")
        first = PromptPost("review", MessageId("fake:1"), replace(_ask("case 1"), body=_NOTHING))
        second = PromptPost("review", MessageId("fake:2"), replace(_ask("case 2"), body=_NOTHING))
        async with stores.open() as store:
            assert await store.prompts.at(MessageId("fake:1")) == first
            assert await store.prompts.open_in(_ROOM.id) == [second, first]
            assert await store.prompts.open_in(factories.room("elsewhere").id) == []
            assert await store.prompts.open_under(_ROOM.id, "review", "case 1") == first.ask
            assert await store.prompts.open_under(_ROOM.id, "reading", "case 1") is None
            assert await store.prompts.open_under(factories.room("elsewhere").id, "review", "case 1") is None
            assert await store.prompts.at(MessageId("fake:3")) is None

    async def test_a_prompt_that_was_sent_can_be_answered_before_its_arrival_is_known(self, store: Store) -> None:
        await _add(store, _post("one", _ask("case 1")))
        assert await store.prompts.open_under(_ROOM.id, "review", "case 1") is None, "nobody can have seen it"
        await _lease(store)
        assert await store.prompts.open_under(_ROOM.id, "review", "case 1") == replace(_ask("case 1"), body=_NOTHING)
        assert await store.prompts.open_under(_ROOM.id, "reading", "case 1") is None
        await store.outbox.failed("one", PostState.FAILED, "no permission", NOW, None)
        assert await store.prompts.open_under(_ROOM.id, "review", "case 1") is None

    async def test_edits_change_and_close_prompts(self, store: Store) -> None:
        await _send(store, _post("one", _ask("case 1")), "fake:1")
        fewer = Edit(_ROOM.id, "case 1", Document.of("Undo?"), (_NO,))
        await _send(store, _post("two", fewer))
        left = Ask(_ROOM.id, _NOTHING, "case 1", (_NO,))
        assert await store.prompts.open_in(_ROOM.id) == [PromptPost("review", MessageId("fake:1"), left)]
        await _send(store, _post("three", Edit(_ROOM.id, "case 1", Document.of("Done."))))
        assert await store.prompts.open_in(_ROOM.id) == []

    async def test_private_words_with_choices_are_prompts_put_to_that_member_alone(self, store: Store) -> None:
        warned, told = MemberId("fake:otto"), MemberId("fake:ines")
        warning = Warn(
            conversation=_ROOM.id,
            ground=factories.ground(),
            origin=Origin.HUMAN,
            member=warned,
            body=Document.of("Please argue with the claim."),
            label="appeal 1",
            choices=(_YES, _NO),
            expires_at=NOW + timedelta(days=14),
        )
        letter = DirectMessage(_ROOM.id, told, Document.of("Your message is back."), "appeal 2", (_YES,))
        first = replace(_put_to(warned, "appeal 1"), expires_at=warning.expires_at)
        second = replace(_put_to(told, "appeal 2"), choices=(_YES,))
        await _add(store, _post("one", warning))
        assert await store.prompts.open_under(_ROOM.id, "review", "appeal 1") is None, "nobody can have seen it"
        assert _keys(await _lease(store)) == ["one"]
        assert await store.prompts.open_under(_ROOM.id, "review", "appeal 1") == first
        await store.outbox.applied("one", Receipt(MessageId("fake:1")), NOW, None)
        await _send(store, _post("two", letter), "fake:2")
        posts = [
            PromptPost("review", MessageId("fake:2"), second),
            PromptPost("review", MessageId("fake:1"), first),
        ]
        assert await store.prompts.open_in(_ROOM.id) == posts
        assert await store.prompts.at(MessageId("fake:1")) == posts[1]
        assert await store.prompts.open_under(_ROOM.id, "review", "appeal 2") == second
        await _add(store, _post("three", Edit(_ROOM.id, "appeal 1", Document.of("You appealed."))))
        assert [one.target for one in await _lease(store)] == ["fake:1"]
        await store.outbox.applied("three", Receipt(), NOW, None)
        assert await store.prompts.open_in(_ROOM.id) == posts[:1]
        assert await store.prompts.open_under(_ROOM.id, "review", "appeal 1") is None
        assert await store.prompts.newest_under(_ROOM.id, "review", "appeal 1") == replace(first, choices=())
        assert await store.prompts.newest_under(_ROOM.id, "review", "appeal 2") == second
        assert await store.prompts.newest_under(_ROOM.id, "reading", "appeal 2") is None
        assert await store.prompts.newest_under(factories.room("elsewhere").id, "review", "appeal 2") is None

    async def test_private_words_without_choices_ask_nothing(self, store: Store) -> None:
        letter = DirectMessage(_ROOM.id, MemberId("fake:ines"), Document.of("Your message is back."), "letter")
        await _send(store, _post("one", letter), "fake:1")
        assert await store.prompts.at(MessageId("fake:1")) is None
        assert await store.prompts.open_in(_ROOM.id) == []

    async def test_posts_are_counted_by_cog_while_they_wait_and_found_by_key(self, store: Store) -> None:
        await _send(store, _post("alarm.1.a", _say()), "fake:1")
        waiting = [_post("alarm.1.b", _say()), _post("alarm.10", _say()), _post("another", _say())]
        await _add(store, *waiting)
        await _lease(store)
        assert await store.outbox.waiting_of("review") == len(waiting)
        assert await store.outbox.waiting_of("reading") == 0
        assert await store.outbox.keys("alarm.1.") == ["alarm.1.a", "alarm.1.b"]
        assert await store.outbox.keys("alarm.2") == []
