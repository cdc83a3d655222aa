"""The example of the page on writing a cog, run as its readers would run it."""

from pathlib import Path

import pytest

from bot.loading.find import forget_modules
from bot.testing.contracts.cog import check_members_rights
from bot.testing.harness import harness

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = DOCS / "examples"


@pytest.fixture
def bot(tmp_path):
    yield harness(tmp_path, cogs=("thanks", "admin", "privacy", "help"), paths=[EXAMPLES])
    forget_modules("folkmoot_cog_thanks")


def test_it_is_short():
    assert len((EXAMPLES / "thanks" / "__init__.py").read_text().splitlines()) <= 40


async def test_thanks_are_counted_and_survive_a_restart(bot):
    async with bot.started():
        await bot.say("Ines", "Here is the map you asked for.")
        assert "Ines has 1 thanks now" in await bot.command("Dario", "!thank @ines")
    async with bot.started():
        assert "Ines has 2 thanks now" in await bot.command("Otto", "!thank @ines")


async def test_nobody_thanks_themselves_or_a_stranger(bot):
    async with bot.started():
        assert "somebody else" in await bot.command("Dario", "!thank @dario")
        assert "somebody else" in await bot.command("Dario", "!thank @nobody")


async def test_it_is_in_help_and_can_be_reloaded_live(bot):
    async with bot.started():
        assert "Thank a member" in await bot.command("Dario", "!help")
        assert "loaded anew" in await bot.command("Ada", "!cogs reload thanks", where=bot.desk)
        await bot.say("Ines", "Here is the map you asked for.")
        assert "Ines has 1 thanks now" in await bot.command("Dario", "!thank @ines")


async def test_a_member_can_see_and_take_back_what_it_keeps(bot):
    async with bot.started():
        await bot.say("Ines", "Here is the map you asked for.")
        await bot.command("Dario", "!thank @ines")
        assert await bot.app.loader.registry.cogs["thanks"].cog.export("fake:ines") == {"tarnwick": 1}
        assert "How often you were thanked" in await bot.command("Ines", "!privacy")
        await check_members_rights(bot, "thanks", "Ines")
