"""Hostile texts through the whole bot: stored or refused with words, never a crash, never a ping."""

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from bot.config.core import ModelsSection
from bot.domain.ids import CommunityId
from bot.domain.text import storable
from bot.inference import local_models
from bot.testing.harness import COMMUNITY, harness
from tests.hostile import texts
from tests.hostile.acting import Actor

ALL = [" ".join(texts.FRAGMENTS[start::16]) for start in range(16)]
"""Every fragment, in some text."""


async def nothing_broke(bot):
    assert bot.app.incidents.by_cog == {}
    posts = bot.server.posts()
    assert [post for post in posts if post.pings] == []
    assert [(post.text, found) for post in posts if (found := texts.acts(post.text))] == []
    for community in (COMMUNITY, "far"):
        assert await bot.app.store.audit.verify(CommunityId(community)) is None
    assert "!summarize" in await bot.command("Zoe", "!help")


async def what_was_said_comes_back(bot, actor):
    found = await bot.app.store.history.messages(list(actor.said))
    assert {name: found[name].text for name in actor.said} == {
        name: storable(text) for name, text in actor.said.items()
    }


async def talk(several, folder, models=None):
    bot = harness(folder, models=models)
    async with bot.started():
        actor = Actor(bot)
        for number, text in enumerate(several):
            actor.talk(text, several[number - 1])
        await bot.settle()
        cards = [post for post in bot.posts(bot.desk) if post.choices]
        for number, post in enumerate(cards[: len(several)]):
            actor.press(post, several[number % len(several)][:4000])
        await bot.settle()
        await what_was_said_comes_back(bot, actor)
        await bot.command("Ada", "!summarize 200")
        await nothing_broke(bot)
        await bot.advance(timedelta(hours=1))
    async with bot.started():  # what is stored can be read again
        await nothing_broke(bot)


async def give_commands(several, folder):
    bot = harness(folder)
    async with bot.started():
        actor = Actor(bot)
        await bot.say("Ann", "you idiot")  # so that there is a case 1
        for text in several:
            actor.command(text)
            await bot.settle()
        await nothing_broke(bot)


def run(work, *given):
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(work(*given, Path(folder)))


@given(st.lists(texts.texts(), min_size=6, max_size=10))
@example(ALL)
@texts.profile(examples=1, thorough=150)
def test_whatever_is_said_wherever(several):
    run(talk, several)


@given(st.lists(texts.huge(), min_size=2, max_size=3))
@example(list(texts.HUGE[::3]))
@texts.profile(examples=1, thorough=40)
def test_however_much_is_said(several):
    run(talk, several)


@given(st.lists(texts.texts() | texts.huge(), min_size=2, max_size=4))
@example([*ALL[::8], texts.FRAGMENTS[1], texts.HUGE[13]])
@texts.profile(examples=1, thorough=60)
def test_whatever_follows_a_command(several):
    run(give_commands, several)


def test_whatever_the_real_models_read():
    async def with_models(several, folder):
        async with local_models(ModelsSection()) as models:
            assert models.classifier.model
            assert models.summarizer.model
            await talk(several, folder, models)

    run(with_models, [*ALL[::4], *(text[:30_000] for text in texts.HUGE[::4])])
