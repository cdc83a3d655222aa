import asyncio
from datetime import timedelta

import pytest

from bot.domain.document import Document, Mention
from bot.domain.effect import (
    Ask,
    Attach,
    Audience,
    Choice,
    DirectMessage,
    Edit,
    Field,
    Hide,
    OpenThread,
    React,
    Restore,
    Say,
    Timeout,
    Warn,
)
from bot.domain.event import CommandInvoked, MessageDeleted, MessageEdited, MessagePosted, PromptAnswered
from bot.domain.member import Standing
from bot.domain.moderation import Origin
from bot.errors import Forbidden, Gone, OutcomeUnknown, RateLimited, Revoked, Unavailable
from bot.testing import factories as make
from bot.testing.clock import FakeClock
from bot.testing.platform import Checkpoints, FakePlatform, FakeServer

KINDS = [Checkpoints.ONE_TOKEN, Checkpoints.PER_ROOM]


@pytest.fixture(params=KINDS, ids=["one token", "per room"])
def server(request):
    return FakeServer(FakeClock(), checkpoints=request.param)


@pytest.fixture
def politics(server):
    return server.room("city-politics")


@pytest.fixture
def mira(server, politics):
    return server.person("Mira", politics)


@pytest.fixture
def noor(server, politics):
    return server.person("Noor", politics, standing=Standing.MODERATOR)


async def start(platform, resume):
    """A reader that has begun to listen, with the batch that names where it starts."""
    reader = platform.batches(resume)
    first = None if resume else await anext(reader)
    return reader, first


async def drain(platform, resume):
    """Everything there is, then the connection is closed."""
    batches = []
    reader = asyncio.create_task(_collect(platform, resume, batches))
    for _ in range(50):
        await asyncio.sleep(0)
    await platform.aclose()
    await reader
    return batches


async def _collect(platform, resume, batches):
    batches += [batch async for batch in platform.batches(resume)]


def texts(batches):
    return [e.message.text for batch in batches for e in batch.events if isinstance(e, MessagePosted)]


def marks(batches):
    found = {}
    for batch in batches:
        found |= batch.checkpoints
    return found


async def test_a_fresh_install_starts_at_the_end_and_says_where(server, politics, mira):
    server.post(mira, politics, "old")
    platform = FakePlatform(server)
    server.post(mira, politics, "new")
    batches = await drain(platform, {})
    assert texts(batches) == ["new"]
    assert batches[0].events == ()
    assert batches[0].checkpoints


async def test_resuming_brings_what_was_missed_over_all_rooms(server, politics, mira):
    library = server.room("library")
    resume = marks(await drain(FakePlatform(server), {}))
    for number in range(120):
        server.post(mira, library if number % 3 else politics, str(number))
    batches = await drain(FakePlatform(server, batch_size=7), resume)
    assert texts(batches) == [str(number) for number in range(120)]
    assert set(marks(batches)) == (
        {"sync"} if server.checkpoints is Checkpoints.ONE_TOKEN else {politics.id, library.id}
    )
    assert texts(await drain(FakePlatform(server), marks(batches))) == []
    assert texts(await drain(FakePlatform(server), marks(batches[:5]))) == [str(number) for number in range(35, 120)]


async def test_rooms_that_came_while_the_client_was_away_are_read_from_their_start(server, politics, mira):
    resume = marks(await drain(FakePlatform(server), {}))
    server.post(mira, politics, "one")
    server.post(mira, server.room("new-room"), "two")
    assert texts(await drain(FakePlatform(server), resume)) == ["one", "two"]


async def test_gaps_are_paged_back(server, politics, mira):
    resume = marks(await drain(FakePlatform(server), {}))
    server.faults.timeline_limit = 3
    written = [server.post(mira, politics, str(number)) for number in range(130)]
    server.edit(written[5], "changed")
    server.delete(written[6])
    batches = await drain(FakePlatform(server), resume)
    events = [event for batch in batches for event in batch.events]
    if server.checkpoints is Checkpoints.ONE_TOKEN:
        assert texts(batches) == [str(number) for number in range(130)]
    else:
        assert texts(batches) == ["changed" if number == 5 else str(number) for number in range(130) if number != 6]
    assert [type(event) for event in events[-2:]] == [MessageEdited, MessageDeleted]


async def test_redelivery_repeats_but_loses_nothing(server, politics, mira):
    resume = marks(await drain(FakePlatform(server), {}))
    for number in range(10):
        server.post(mira, politics, str(number))
    after_all = marks(await drain(FakePlatform(server), resume))
    server.faults.redeliver = 4
    server.post(mira, politics, "10")
    assert texts(await drain(FakePlatform(server), after_all)) == ["6", "7", "8", "9", "10"]
    assert texts(await drain(FakePlatform(server), {})) == []


async def test_edits_and_deletions_can_overtake(server, politics, mira):
    reader, _ = await start(FakePlatform(server), {})
    with server.timeline.reversed():
        first = server.post(mira, politics, "one")
        server.edit(first, "two")
        server.delete(first)
    kinds = [type(event) for event in (await anext(reader)).events]
    assert kinds == [MessageDeleted, MessageEdited, MessagePosted]
    await reader.aclose()


async def test_an_outage_passes_without_loss(server, politics, mira):
    platform = FakePlatform(server)
    reader, _ = await start(platform, {})
    server.faults.go_down()
    waiting = asyncio.create_task(anext(reader))
    await asyncio.sleep(0)
    server.post(mira, politics, "meanwhile")
    with pytest.raises(Unavailable):
        await platform.apply(make.delivery(Say(politics.id, Document.of("hello"))))
    assert not await platform.may_read(mira.id, politics.id)
    assert not waiting.done()
    server.faults.come_back()
    assert texts([await waiting]) == ["meanwhile"]
    await reader.aclose()


async def test_a_revoked_token_ends_reading_and_a_renewed_one_needs_a_new_connection(server, politics, mira):
    old = FakePlatform(server)
    reader, first = await start(old, {})
    waiting = asyncio.create_task(anext(reader))
    await asyncio.sleep(0)
    server.faults.revoke()
    with pytest.raises(Revoked):
        await waiting
    server.faults.renew()
    server.post(mira, politics, "again")
    with pytest.raises(Revoked):
        await old.apply(make.delivery(Say(politics.id, Document.of("hello"))))
    assert texts(await drain(FakePlatform(server), first.checkpoints)) == ["again"]


async def test_commands_are_acknowledged_within_three_seconds_or_fail(server, politics, mira):
    reader, _ = await start(FakePlatform(server), {})
    server.invoke(mira, politics, "summarize", {"span": "2h"})
    event = (await anext(reader)).events[0]
    assert isinstance(event, CommandInvoked)
    assert event.arguments == {"span": "2h"}
    late = server.invoke(mira, politics, "summarize")
    server.clock.advance(timedelta(seconds=4))
    assert server.failed == [late]
    server.post(mira, politics, "next")
    assert texts([await anext(reader)]) == ["next"]
    await reader.aclose()


DISMISS = Choice(
    "dismiss", "Dismiss", "❌", confirm="Sure?", form=(Field("why", "Why?"), Field("note", "Note", required=False))
)


async def asked(server, politics, platform):
    ask = Ask(politics.id, Document.of("Is this an attack?"), "case-1", (Choice("keep", "Keep", "✅"), DISMISS))
    receipt = await platform.apply(make.delivery(ask))
    return next(post for post in server.posts(politics) if post.id == receipt.message)


async def test_prompts_are_confirmed_and_filled_in_before_an_answer_comes(server, politics, noor):
    platform = FakePlatform(server)
    reader, _ = await start(platform, {})
    post = await asked(server, politics, platform)
    server.press(noor, post, "dismiss", confirmed=False, fields={"why": "fair"})
    with pytest.raises(ValueError, match="why"):
        server.press(noor, post, "dismiss")
    server.press(noor, post, "dismiss", fields={"why": "fair"})
    [event] = (await anext(reader)).events
    assert isinstance(event, PromptAnswered)
    assert (event.cog, event.label, event.choice, event.fields) == ("review", "case-1", "dismiss", {"why": "fair"})
    assert event.standing is Standing.MODERATOR
    await platform.apply(make.delivery(Edit(politics.id, "case-1", Document.of("Dismissed")), key="k2", target=post.id))
    with pytest.raises(LookupError, match="no choice"):
        server.press(noor, post, "keep")
    assert [(p.text, p.edits) for p in server.posts(politics)] == [("Dismissed", 1)]
    await reader.aclose()


async def test_a_press_while_the_client_is_away_waits_only_where_it_is_an_event(server, politics, noor):
    platform = FakePlatform(server)
    post = await asked(server, politics, platform)
    resume = marks(await drain(platform, {}))
    server.press(noor, post, "keep")
    server.clock.advance(60)
    events = [event for batch in await drain(FakePlatform(server), resume) for event in batch.events]
    assert len(events) == (1 if server.checkpoints is Checkpoints.ONE_TOKEN else 0)
    assert len(server.failed) == 1 - len(events)


async def test_a_post_whose_answer_was_lost_is_found_again(server, politics):
    platform = FakePlatform(server)
    server.faults.lose_answer()
    say = Say(politics.id, Document.of("hello"))
    with pytest.raises(Unavailable):
        await platform.apply(make.delivery(say))
    receipt = await FakePlatform(server).apply(make.delivery(say, attempt=2))
    assert [post.id for post in server.posts(politics)] == [receipt.message]


async def test_what_only_one_member_sees_stays_unknown_but_a_refusal_is_none(server, politics, mira):
    platform = FakePlatform(server)
    note = DirectMessage(politics.id, mira.id, Document.of("between us"))
    server.faults.trouble(RateLimited(2))
    with pytest.raises(RateLimited):
        await platform.apply(make.delivery(note))
    server.faults.lose_answer()
    with pytest.raises(OutcomeUnknown):
        await platform.apply(make.delivery(note, attempt=2))
    with pytest.raises(OutcomeUnknown):
        await FakePlatform(server).apply(make.delivery(note, attempt=3))
    assert [post.text for post in server.posts(mira)] == ["between us"]


async def test_an_outcome_unknown_after_posting_is_not_doubled(server, politics):
    platform = FakePlatform(server)
    server.faults.trouble_after(OutcomeUnknown("who knows"))
    say = Say(politics.id, Document.of("hello"))
    with pytest.raises(OutcomeUnknown):
        await platform.apply(make.delivery(say))
    await platform.apply(make.delivery(say, attempt=2))
    assert len(server.posts(politics)) == 1


async def test_rates_are_limited_per_room_with_and_without_a_hint(server, politics):
    platform = FakePlatform(server)
    server.faults.limit_rate(1, 10)

    def say(key):
        return make.delivery(Say(politics.id, Document.of("hello")), key=key)

    await platform.apply(say("a"))
    server.clock.advance(4)
    with pytest.raises(RateLimited) as caught:
        await platform.apply(say("b"))
    assert caught.value.retry_after == 6
    server.faults.limit_rate(1, 10, told=False)
    with pytest.raises(Unavailable):
        await platform.apply(say("b"))
    server.clock.advance(6)
    await platform.apply(say("b"))


async def test_permissions_are_per_room(server, politics):
    library = server.room("library")
    platform = FakePlatform(server)
    server.faults.forbid(politics.id)
    with pytest.raises(Forbidden, match="send messages"):
        await platform.apply(make.delivery(Say(politics.id, Document.of("hello"))))
    await platform.apply(make.delivery(Say(library.id, Document.of("hello"))))
    server.faults.allow(politics.id)
    await platform.apply(make.delivery(Say(politics.id, Document.of("hello"))))


async def test_long_posts_are_split_at_the_limit_and_each_part_posted_once(server, politics):
    platform = FakePlatform(server)
    server.size_limit = 40
    words = " ".join(["word"] * 30) + "x" * 100
    server.faults.lose_answer()
    say = Say(politics.id, Document.of(words))
    with pytest.raises(Unavailable):
        await platform.apply(make.delivery(say))
    receipt = await platform.apply(make.delivery(say, attempt=2))
    posts = server.posts(politics)
    assert receipt.message == posts[0].id
    assert "".join(post.text for post in posts).replace(" ", "") == words.replace(" ", "")


async def test_everything_else_that_a_bot_may_do(server, politics, mira):
    platform = FakePlatform(server)
    message = server.post(mira, politics, "you fool")
    measure = {"conversation": politics.id, "ground": make.ground(), "origin": Origin.HUMAN}
    effects = [
        React(politics.id, message.id, "👀"),
        Attach(politics.id, "data.json", b"{}", Document.of("Your data"), Audience.ASKER, mira.id),
        OpenThread(politics.id, "bus lanes", "t1", Document.of("Here")),
        Warn(member=mira.id, body=Document.of("Please be kind"), **measure),
        Timeout(member=mira.id, seconds=60, **measure),
        Hide(message=message.id, **measure),
        Restore(message=message.id, **measure),
    ]
    for number, effect in enumerate(effects):
        await platform.apply(make.delivery(effect, key=f"k{number}"))
    assert server.reactions == [(message.id, "👀")]
    assert [type(effect) for effect in server.sanctions.values()] == [Warn, Timeout, Hide, Restore]
    assert [post.text for post in server.posts(mira)] == ["Please be kind"]
    assert [post.attachment for post in server.posts(politics)] == [("data.json", b"{}")]
    assert [post.conversation for post in server.posts()][1] == f"{politics.id}/bus lanes"
    assert server.messages[message.id].text == "you fool"
    with pytest.raises(Gone):
        await platform.apply(make.delivery(Hide(message="fake:none", **measure), key="other"))


async def test_only_meant_mentions_ping(server, politics, mira):
    platform = FakePlatform(server)
    body = Document.of("@everyone <@fake:noor> ", Mention(mira.id, "Mira", notify=True))
    await platform.apply(make.delivery(Say(politics.id, body)))
    assert server.posts(politics)[0].pings == [mira.id]


async def test_private_rooms_are_read_by_those_who_joined(server, politics, mira, noor):
    review = server.room("moderators", private=True)
    server.join(noor, review, Standing.MODERATOR)
    platform = FakePlatform(server)
    assert await platform.may_read(mira.id, politics.id)
    assert await platform.may_read(noor.id, review.id)
    assert not await platform.may_read(mira.id, review.id)
    assert not await platform.may_read("fake:stranger", politics.id)
    server.leave(noor, review)
    assert not await platform.may_read(noor.id, review.id)


async def test_history_is_paged_in_its_present_form(server, politics, mira):
    written = [server.post(mira, politics, str(number)) for number in range(5)]
    server.delete(written[2])
    server.edit(written[1], "changed")
    found = await FakePlatform(server).history(politics.id, before=written[4].id, limit=2)
    assert [message.text for message in found] == ["changed", "3"]
