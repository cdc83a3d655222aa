"""What the directory asks of platforms, and what it gives where none answers."""

import pytest

from bot.errors import Unavailable
from bot.ports.platform import Remark
from bot.testing.harness import harness


@pytest.fixture
def bot(tmp_path):
    return harness(tmp_path, cogs=("civility", "review"), sections={"civility": {"rule": "respect"}})


async def test_remarks_are_the_platforms_own(bot):
    async with bot.started():
        otto = bot.person("Otto")
        bot.server.remarks[otto.id] = (Remark("Spam", "sells cars"),)
        assert await bot.app.directory.remarks(otto.id) == (Remark("Spam", "sells cars"),)
        assert await bot.app.directory.remarks(bot.person("Ines").id) == ()
        assert await bot.app.directory.remarks("elsewhere:otto") == ()


async def test_where_the_platform_does_not_answer_there_are_none(bot, monkeypatch):
    async def refuse(self, member):
        raise Unavailable("the server is down")

    async with bot.started():
        monkeypatch.setattr(type(bot._platform), "remarks", refuse)
        assert await bot.app.directory.remarks(bot.person("Otto").id) == ()
        await bot.say("Otto", "You are an idiot.")
        assert any("Case 1" in post.text for post in bot.posts(bot.desk))


async def test_only_moderators_see_remarks_and_nobody_is_pinged_by_them(bot):
    async with bot.started():
        bot.server.remarks[bot.person("Otto").id] = (Remark("@everyone", "<@fake:ines> \u202e @here"),)
        await bot.say("Otto", "You are an idiot.")
        (card,) = [post for post in bot.posts(bot.desk) if "Case 1" in post.text]
        assert "On the list" in card.text
        assert card.pings == []
        assert "\u202e" not in card.text
        assert not any("On the list" in post.text for post in bot.server.posts() if post.conversation != bot.desk.id)
