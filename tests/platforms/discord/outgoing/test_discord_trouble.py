"""Limits and trouble on the way out: raised as what the outbox understands, the urgent first where it is tight."""

import asyncio

import pytest

from bot.domain.document import Document
from bot.domain.effect import Ask, Choice, DirectMessage, Priority, Say
from bot.errors import RateLimited, Revoked, Unavailable
from bot.platforms.discord.outgoing import outgoing
from bot.platforms.discord.outgoing.outgoing import Outgoing
from bot.ports.platform import Delivery
from tests.platforms.discord.outgoing.bot import Bot

WORDS = Document.of("some words")
POSTS = r"POST .*/messages$"


async def test_a_short_limit_is_waited_for(scene):
    fault = scene.standin.fault(POSTS, status=429, retry_after=0.05, via=True)
    await scene.bot.do(Say(scene.here, WORDS))
    assert fault.met == 1
    assert len(scene.posted()) == 1


async def test_a_long_limit_is_left_to_the_outbox(scene):
    scene.standin.fault(POSTS, status=429, retry_after=400, via=True)
    with pytest.raises(RateLimited) as limit:
        await scene.bot.do(Say(scene.here, WORDS), key="k")
    assert limit.value.retry_after == pytest.approx(400)
    await scene.bot.do(Say(scene.here, WORDS), key="k", attempt=2)
    assert len(scene.posted()) == 1


@pytest.mark.parametrize(
    "trouble", [{"status": 503}, {"status": 503, "effective": True}, {"reset": "before"}, {"reset": "after"}]
)
@pytest.mark.parametrize("kind", ["content", "card", "direct"])
async def test_passing_trouble_leaves_one_post_when_it_is_tried_again(scene, kind, trouble):
    effect = {
        "content": Say(scene.here, WORDS),
        "card": Ask(scene.here, WORDS, "l", (Choice("a", "A", "✅"),)),
        "direct": DirectMessage(scene.here, scene.member, WORDS),
    }[kind]
    scene.standin.fault(POSTS, **trouble)
    with pytest.raises(Unavailable):
        await scene.bot.do(effect, key="k")
    await (await scene.next_run()).do(effect, key="k", attempt=2)
    assert len([*scene.posted(), *scene.rem.inbox]) == 1


async def test_a_void_token_is_told_as_that(scene):
    scene.standin.fault(POSTS, status=401)
    with pytest.raises(Revoked):
        await scene.bot.do(Say(scene.here, WORDS))


async def test_where_it_is_tight_cards_go_before_digests(scene):
    scene.standin.fault(POSTS, status=429, retry_after=400, via=True)
    with pytest.raises(RateLimited):
        await scene.bot.do(Say(scene.here, WORDS))
    held = scene.standin.fault(POSTS, held=True)
    first = asyncio.create_task(scene.bot.do(Say(scene.here, Document.of("first"))))
    await scene.standin.until(lambda: held.met == 1, "the first post")
    digests = [
        asyncio.create_task(scene.bot.do(Say(scene.here, Document.of(f"digest {n}"), priority=Priority.DIGEST)))
        for n in range(3)
    ]
    await asyncio.sleep(0)
    card = asyncio.create_task(scene.bot.do(Ask(scene.here, Document.of("card"), "l", (Choice("a", "A", "✅"),))))
    await asyncio.sleep(0)
    held.let_go()
    await asyncio.gather(first, card, *digests)
    assert [post.text for post in scene.posted()][:2] == ["first", "card"]


async def test_without_a_connection_it_is_tried_again_later(standin, monkeypatch):
    monkeypatch.setattr(outgoing, "_CONNECT_WITHIN", 0.01)
    bot = Bot(standin)
    assert isinstance(bot.outgoing, Outgoing)
    with pytest.raises(Unavailable, match="not connected"):
        await bot.outgoing.apply(Delivery("k", "cog", Say("discord:1", WORDS)))
