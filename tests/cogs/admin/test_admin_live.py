"""The admin's commands through the whole core."""

import pytest

from bot.loading.find import forget_modules
from bot.testing.harness import harness

ECHO = '''
from bot.api import Cog


class Echo(Cog):
    """Say nothing."""

    name = "echo"
'''


@pytest.fixture
def bot(tmp_path):
    return harness(tmp_path)


async def test_a_setting_holds_at_once_in_this_community_only_and_after_a_restart(bot):
    async with bot.started():
        answer = await bot.command("Mira", "!set summaries.issues 3", where=bot.desk)
        assert "summaries.issues" in answer
        assert "is now 3 issues" in answer
    async with bot.started():
        assert "issues = 3" in (await bot.command("Mira", "!settings summaries", where=bot.desk)).replace("`", "")
        assert "issues = 5" in (await bot.command("Mira", "!settings summaries", where=bot.far_desk)).replace("`", "")
        await bot.command("Mira", "!set summaries.issues default", where=bot.desk)
        assert "issues = 5" in (await bot.command("Mira", "!settings summaries", where=bot.desk)).replace("`", "")


async def test_a_change_stands_in_the_audit_trail(bot):
    async with bot.started():
        await bot.command("Mira", "!set summaries.issues 3", where=bot.desk)
        [entry] = await bot.app.store.audit.recent("tarnwick", limit=1)
        assert (entry.action, entry.subject, entry.actor) == ("setting.changed", "summaries.issues", "fake:mira")


async def test_what_does_not_fit_is_refused_in_words(bot):
    async with bot.started():
        for change in ("summaries.issues many", "summaries.isues 3", "nonsense 3", "reading.deck /etc/passwd"):
            answer = await bot.command("Mira", f"!set {change}", where=bot.desk)
            assert answer
            assert "incident" not in answer
        assert await bot.app.store.audit.recent("tarnwick", limit=1) == []


async def test_a_preset_changes_what_the_cogs_say_it_changes(bot):
    async with bot.started():
        assert "holds from now on" in await bot.command("Mira", "!set preset gentle", where=bot.desk)
        assert "threshold = 0.8" in (await bot.command("Mira", "!settings civility", where=bot.desk)).replace("`", "")


async def test_a_cog_is_unloaded_loaded_and_reloaded_on_a_live_bot(bot):
    async with bot.started():
        assert "unloaded" in await bot.command("Ada", "!cogs unload reading", where=bot.desk)
        assert "weekly" not in await bot.command("Ada", "!help", where=bot.desk)
        assert "is loaded" in await bot.command("Ada", "!cogs load reading", where=bot.desk)
        assert "loaded anew" in await bot.command("Ada", "!cogs reload reading", where=bot.desk)
        assert "No weekly prompt" in await bot.command("Ada", "!weekly", where=bot.desk)
        assert "reading" in await bot.command("Ada", "!cogs", where=bot.desk)


async def test_admin_stays_and_unknown_cogs_are_named(bot):
    async with bot.started():
        assert "stays" in await bot.command("Ada", "!cogs unload admin", where=bot.desk)
        assert "no cog 'nothing'" in await bot.command("Ada", "!cogs load nothing", where=bot.desk)


async def test_health_names_the_models(bot):
    async with bot.started():
        answer = await bot.command("Mira", "!health", where=bot.desk)
    assert "scripted-1" in answer
    assert "Nothing went wrong" in answer


async def test_health_names_cogs_that_could_not_be_loaded_until_they_are(tmp_path):
    broken = tmp_path / "cogs" / "echo.py"
    broken.parent.mkdir()
    broken.write_text("import nothing_of_that_name\n")
    bot = harness(tmp_path, cogs=("admin", "echo"), paths=[broken.parent])
    async with bot.started():
        answer = await bot.command("Mira", "!health", where=bot.desk)
        assert "Cogs that are not loaded" in answer
        assert "nothing_of_that_name" in answer
        broken.write_text(ECHO)
        await bot.command("Ada", "!cogs load echo", where=bot.desk)
        assert "not loaded" not in await bot.command("Mira", "!health", where=bot.desk)
    forget_modules("folkmoot_cog_echo")


@pytest.mark.parametrize(
    ("who", "where", "commands"),
    [
        ("Dario", "desk", ["!settings", "!set summaries.issues 3", "!set preset gentle", "!cogs", "!health"]),
        ("Mira", "square", ["!settings", "!set summaries.issues 3", "!set preset gentle", "!health"]),
        ("Mira", "desk", ["!cogs", "!cogs unload reading", "!cogs reload reading"]),
        ("Ada", "square", ["!cogs", "!cogs unload reading", "!set summaries.issues 3"]),
    ],
)
async def test_who_may_not_is_told_so_and_changes_nothing(bot, who, where, commands):
    async with bot.started():
        for command in commands:
            answer = await bot.command(who, command, where=getattr(bot, where))
            assert "moderators" in answer or "admins" in answer
        assert "reading" in bot.app.loader.registry.cogs
        assert await bot.app.store.audit.recent("tarnwick", limit=1) == []
