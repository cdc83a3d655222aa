"""The executor over a real outbox and a fake platform: in order, urgent first, tried again, told what came of it."""

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count

import pytest

from bot.dispatch import executor as module
from bot.dispatch.directory import CommunityDirectory
from bot.dispatch.executor import Executor
from bot.dispatch.guarding.incidents import Incidents
from bot.dispatch.observing.tally import Tally
from bot.domain.document import Document
from bot.domain.effect import Ban, DirectMessage, Edit, Priority, React, Say
from bot.domain.event import EffectApplied, EffectFailed
from bot.domain.ids import MessageId, platform_of
from bot.domain.moderation import Ground, Origin
from bot.errors import Forbidden, Gone, OutcomeUnknown, RateLimited, Revoked, StorageError, Unavailable
from bot.ports.stores import Outcome, Post
from bot.storage import open_store
from bot.testing.clock import FakeClock
from bot.testing.factories import community
from bot.testing.platform import FakePlatform
from bot.testing.server import FakeServer


class Talkative:
    """A registry in which every cog wants to hear what came of its effects."""

    def listens(self, *_):
        return True


class Desk:
    """One store, one server, and an executor between them that can be started again."""

    def __init__(self, store, clock):
        self.store, self.clock = store, clock
        self.server = FakeServer(clock)
        self.room = self.server.room("square")
        self.community = community(rooms=(self.room,), review_room=self.server.room("desk", private=True))
        self.tried, self.told, self.broken = [], [], []
        self.incidents = Incidents()
        self.tally = Tally()
        self._numbers = count(1)
        self.connect()

    def connect(self):
        """A new connection, as after a restart."""
        self.platform = FakePlatform(self.server)
        self._apply, self.platform.apply = self.platform.apply, self.apply

    async def apply(self, delivery):
        self.tried.append((delivery.key, delivery.attempt))
        return await self._apply(delivery)

    async def add(self, effect, key=None, *, label=None, priority=Priority.ANSWER, expires_at=None):
        key = key or f"k{next(self._numbers)}"
        where = effect.member if isinstance(effect, DirectMessage) else effect.conversation
        post = Post(
            key, "review", 7, platform_of(where), effect.conversation, priority, effect, label, expires_at=expires_at
        )
        await self.store.journal.commit(Outcome("review", self.clock.now(), posts=(post,)))
        return key

    async def say(self, text, where=None, **others):
        return await self.add(Say((where or self.room).id, Document.of(text)), **others)

    @asynccontextmanager
    async def running(self):
        self.executor = Executor(
            self.platform,
            self.store.outbox,
            self.clock,
            CommunityDirectory([self.community], self.store.people, {}),
            self.incidents,
            self.tally,
            registry=Talkative,
            publish=lambda envelopes: self.told.extend(envelope.event for envelope in envelopes),
            broken=self.broken.append,
        )
        self.task = asyncio.create_task(self.executor.run())
        try:
            yield self
        finally:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def rest(self):
        self.executor.wake()
        await self.executor.idle()

    async def later(self, seconds):
        self.clock.advance(seconds)
        await self.rest()

    @property
    def texts(self):
        return [post.text for post in self.server.posts(self.room)]

    @property
    def outcomes(self):
        return [(type(event).__name__, event.effect) for event in self.told]

    async def waiting(self):
        return (await self.store.outbox.waiting()).get("fake", 0)


@pytest.fixture
async def desk(tmp_path):
    store = await open_store(tmp_path / "store.sqlite")
    yield Desk(store, FakeClock())
    await store.aclose()


# --- order --------------------------------------------------------------------------------------------------------


async def test_order_within_a_room_and_priority_across_rooms(desk):
    other, third = desk.server.room("other"), desk.server.room("third")
    await desk.say("one", key="one", priority=Priority.DIGEST)
    await desk.say("two", key="two", priority=Priority.CARD)
    await desk.say("answer", other, key="answer", priority=Priority.ANSWER)
    await desk.say("card", third, key="card", priority=Priority.CARD)
    async with desk.running():
        await desk.rest()
    assert [key for key, _ in desk.tried] == ["card", "answer", "one", "two"]
    assert desk.texts == ["one", "two"]


async def test_what_is_urgent_passes_what_waits_in_many_other_rooms(desk):
    rooms = [desk.server.room(f"room {n}") for n in range(20)]
    for room in rooms:
        await desk.say("digest", room, priority=Priority.DIGEST)
    await desk.say("card", rooms[-1], priority=Priority.CARD)  # behind a digest of its own room
    await desk.say("card", desk.room, key="card", priority=Priority.CARD)
    async with desk.running():
        await desk.rest()
    assert desk.tried[0] == ("card", 1)
    assert len(desk.tried) == 22
    assert [post.text for post in desk.server.posts(rooms[-1])] == ["digest", "card"]


async def test_a_room_whose_delivery_hangs_holds_no_other_not_even_one_that_waits_for_its_time(desk):
    other, let_go, went = desk.server.room("other"), asyncio.Event(), asyncio.Event()
    carry_out = desk._apply

    async def hang(delivery):
        if delivery.effect.conversation == desk.room.id:
            await let_go.wait()
        receipt = await carry_out(delivery)
        went.set()
        return receipt

    desk._apply = hang
    desk.server.faults.trouble(RateLimited(3), room=other.id)
    await desk.say("hangs")
    await desk.say("goes", other)
    async with desk.running():
        async with asyncio.timeout(10):
            await desk.clock.until_sleeping()
            desk.clock.advance(5)
            await went.wait()
        assert (desk.texts, len(desk.tried)) == ([], 3)
        let_go.set()
        await desk.rest()
    assert desk.texts == ["hangs"]


# --- trouble that passes ------------------------------------------------------------------------------------------


async def test_a_rate_limit_is_waited_for_as_long_as_the_platform_says(desk):
    desk.server.faults.trouble(RateLimited(30))
    await desk.say("one")
    await desk.say("two")
    async with desk.running():
        await desk.rest()
        await desk.later(29)
        assert (len(desk.tried), await desk.waiting()) == (1, 2)
        await desk.later(1)
    assert desk.texts == ["one", "two"]
    assert desk.outcomes == [("EffectApplied", "Say")] * 2


async def test_an_outage_is_met_with_longer_and_longer_pauses_without_end(desk):
    desk.server.faults.trouble(Unavailable("gone fishing"), times=40)
    await desk.say("patience")
    pauses = []
    async with desk.running():
        await desk.rest()
        while len(desk.tried) <= 40:
            pause = 0
            before = len(desk.tried)
            while len(desk.tried) == before:
                pause += 1
                await desk.later(1) if pause < 3 else await desk.later(30)
            pauses.append(pause)
    assert desk.texts == ["patience"]
    assert pauses[0] == 1
    assert pauses[20] > 5
    assert max(pauses) <= 13  # never more than five minutes
    assert [attempt for _, attempt in desk.tried] == list(range(1, 42))


async def test_posts_that_wait_are_looked_at_without_being_asked(desk):
    carry_out, went = desk._apply, asyncio.Event()

    async def telling(delivery):
        receipt = await carry_out(delivery)
        went.set()
        return receipt

    desk._apply = telling
    desk.server.faults.trouble(RateLimited(4))
    await desk.say("soon")
    async with desk.running():
        await desk.rest()
        await desk.clock.until_sleeping()
        desk.clock.advance(5)
        async with asyncio.timeout(10):
            await went.wait()
    assert desk.texts == ["soon"]


async def test_a_delivery_that_takes_too_long_is_tried_again(desk):
    carry_out, slow = desk._apply, [True]

    async def hang(delivery):
        receipt = await carry_out(delivery)
        if slow.pop() if slow else False:
            await asyncio.Event().wait()
        return receipt

    desk._apply = hang
    await desk.say("once")
    async with desk.running():
        desk.executor._time_limit = 0.01
        await desk.rest()
        await desk.later(2)
    assert [attempt for _, attempt in desk.tried] == [1, 2]
    assert desk.texts == ["once"]


# --- whether it arrived -------------------------------------------------------------------------------------------


async def test_what_is_exactly_once_is_tried_again_and_not_doubled(desk):
    desk.server.faults.trouble_after(OutcomeUnknown("who knows"), times=2)
    await desk.say("once")
    async with desk.running():
        await desk.rest()
        await desk.later(300)
        await desk.later(300)
    assert desk.texts == ["once"]
    assert desk.outcomes == [("EffectApplied", "Say")]


@pytest.mark.parametrize("kind", ["a direct message", "a reaction", "a ban"])
async def test_what_may_or_may_not_have_arrived_is_told_and_not_sent_again(desk, kind):
    dario = desk.server.person("Dario", desk.room)
    said = desk.server.post(dario, desk.room, "hello")
    ground = Ground("respect", "insults")
    effect = {
        "a direct message": DirectMessage(desk.room.id, dario.id, Document.of("for you")),
        "a reaction": React(desk.room.id, said.id, "👀"),
        "a ban": Ban(conversation=desk.room.id, ground=ground, origin=Origin.HUMAN, member=dario.id, case=3),
    }[kind]
    desk.server.faults.trouble_after(OutcomeUnknown("who knows"))
    await desk.add(effect)
    async with desk.running():
        await desk.rest()
        await desk.later(600)
    (told,) = desk.told
    assert isinstance(told, EffectFailed)
    assert told.reason == "it may or may not have arrived: who knows"
    assert len(desk.tried) == 1
    audit = await desk.store.audit.recent(desk.community.id, limit=9)
    assert [entry.action for entry in audit] == (["sanction.unknown"] if kind == "a ban" else [])


# --- what will never work -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Forbidden("ban members", "square", "ban"), "needs the permission 'ban'"),
        (Gone("Dario is not here any more"), "not here any more"),
    ],
)
async def test_a_refused_sanction_is_told_to_its_cog_and_written_into_the_audit(desk, error, words):
    dario = desk.server.person("Dario", desk.room)
    ground = Ground("respect", "insults")
    desk.server.faults.trouble(error)
    await desk.add(Ban(conversation=desk.room.id, ground=ground, origin=Origin.HUMAN, member=dario.id, case=3))
    await desk.say("the next one")
    async with desk.running():
        await desk.rest()
    failed, applied = desk.told
    assert (failed.effect, failed.case, failed.cog, failed.cause) == ("Ban", 3, "review", 7)
    assert words in failed.reason
    assert isinstance(applied, EffectApplied)
    (entry,) = await desk.store.audit.recent(desk.community.id, limit=9)
    assert (entry.action, entry.subject, entry.details["case"]) == ("sanction.failed", dario.id, "3")
    assert words in entry.details["note"]
    assert desk.server.sanctions == {}


async def test_a_sanction_that_is_carried_out_is_written_into_the_audit_once(desk):
    dario = desk.server.person("Dario", desk.room)
    ground = Ground("respect", "insults")
    key = await desk.add(Ban(conversation=desk.room.id, ground=ground, origin=Origin.HUMAN, member=dario.id))
    async with desk.running():
        await desk.rest()
        await desk.rest()
    assert list(desk.server.sanctions) == [key]
    assert [one.action for one in await desk.store.audit.recent(desk.community.id, limit=9)] == ["sanction.applied"]


async def test_an_edit_of_what_was_never_posted_is_told_and_stops_nothing(desk):
    await desk.add(Edit(desk.room.id, "card 3", Document.of("decided")))
    await desk.say("the next one")
    async with desk.running():
        await desk.rest()
    assert desk.told[0].label == "card 3"
    assert "no post “card 3” to edit" in desk.told[0].reason
    assert desk.texts == ["the next one"]


async def test_an_edit_finds_the_post_that_stands_under_its_label(desk):
    await desk.say("card", label="card 3")
    await desk.add(Edit(desk.room.id, "card 3", Document.of("decided")))
    async with desk.running():
        await desk.rest()
    assert desk.texts == ["decided"]


async def test_an_edit_of_a_post_that_was_refused_is_told_too(desk):
    desk.server.faults.trouble(Forbidden("post", "square", "send messages"))
    await desk.say("card", label="card 3")
    await desk.add(Edit(desk.room.id, "card 3", Document.of("decided")))
    async with desk.running():
        await desk.rest()
    assert desk.outcomes == [("EffectFailed", "Say"), ("EffectFailed", "Edit")]


async def test_an_adapter_that_fails_in_its_own_way_costs_one_post_and_no_more(desk):
    carry_out = desk._apply

    async def fail(delivery):
        if delivery.key == "bad":
            raise ValueError("an adapter's own fault")
        return await carry_out(delivery)

    desk._apply = fail
    await desk.say("bad", key="bad")
    await desk.say("good")
    async with desk.running():
        await desk.rest()
        await desk.later(600)
    assert desk.texts == ["good"]
    assert (len(desk.tried), desk.incidents.total, desk.broken) == (2, 1, [])
    assert "the adapter failed, incident" in desk.told[0].reason
    assert "own fault" not in desk.told[0].reason


# --- the end of a run ---------------------------------------------------------------------------------------------


async def test_a_token_that_works_no_longer_ends_the_run_and_keeps_what_waits(desk):
    other = desk.server.room("other")
    await desk.say("one")
    await desk.say("two")
    await desk.say("three", other)
    desk.server.faults.revoke()
    async with desk.running():
        await asyncio.wait_for(desk.task, 10)
    assert {type(error) for error in desk.broken} == {Revoked}
    assert len(desk.tried) <= 4  # what was in hand, and what was just being taken: not again and again
    assert (await desk.waiting(), desk.told) == (3, [])
    desk.server.faults.renew()
    desk.connect()
    async with desk.running():  # at once: nothing had to be waited for
        await desk.rest()
    assert desk.texts == ["one", "two"]
    assert [post.text for post in desk.server.posts(other)] == ["three"]


async def test_a_lease_that_ran_out_is_handed_out_again_with_a_higher_attempt(desk):
    key = await desk.say("once")
    now = desk.clock.now()
    await desk.store.outbox.lease("fake", now, now + timedelta(seconds=60), 8)  # and that process died
    async with desk.running():
        await desk.rest()
        assert desk.tried == []
        await desk.later(60)
    assert desk.tried == [(key, 2)]
    assert desk.texts == ["once"]


async def test_a_delivery_that_outlives_the_stop_is_neither_lost_nor_doubled(desk, monkeypatch):
    monkeypatch.setattr(module, "_FINISH_WITHIN", 0.01)
    carry_out, begun = desk._apply, asyncio.Event()

    async def never_ends(delivery):
        await carry_out(delivery)
        begun.set()
        await asyncio.Event().wait()

    desk._apply = never_ends
    await desk.say("once")
    async with desk.running():
        await begun.wait()
    assert (desk.told, desk.broken) == ([], [])
    desk.connect()
    async with desk.running():
        await desk.rest()
        await desk.later(60)
    assert desk.texts == ["once"]
    assert desk.outcomes == [("EffectApplied", "Say")]


async def test_a_store_that_fails_while_a_post_is_recorded_ends_the_run_and_loses_nothing(desk):
    key = await desk.say("once")
    applied = desk.store.outbox.applied

    async def full(*_):
        raise StorageError("the disk is full")

    desk.store.outbox.applied = full
    async with desk.running():
        await desk.rest()
    assert [str(error) for error in desk.broken] == ["the disk is full"]
    desk.store.outbox.applied = applied
    async with desk.running():
        await desk.later(60)
    assert desk.texts == ["once"]
    assert desk.tried == [(key, 1), (key, 2)]


async def test_the_words_of_a_receipt_reach_the_cog(desk):
    await desk.say("card", label="card 3")
    async with desk.running():
        await desk.rest()
    (told,) = desk.told
    assert (told.label, told.message) == ("card 3", desk.server.posts(desk.room)[0].id)
    assert told.message != MessageId("")
