"""`!help` through the whole core, over all bundled cogs."""

import pytest

from bot.testing.harness import harness


@pytest.fixture
def bot(tmp_path):
    return harness(tmp_path)


async def test_a_member_sees_members_commands(bot):
    async with bot.started():
        answer = await bot.command("Dario", "!help")
    assert "!summarize" in answer
    assert "!weekly" not in answer
    assert "!cogs" not in answer


async def test_a_moderator_sees_theirs_in_their_room(bot):
    async with bot.started():
        answer = await bot.command("Mira", "!help", where=bot.desk)
        assert "!weekly" in answer
        assert "!cogs" not in answer
        assert "!cogs" in await bot.command("Ada", "!help", where=bot.desk)


async def test_a_command_is_explained(bot):
    async with bot.started():
        assert "!summarize" in await bot.command("Dario", "!help tldr")
        assert "Did you mean !summarize" in await bot.command("Dario", "!help sumarize")
