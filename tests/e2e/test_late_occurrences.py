"""A scheduled occurrence waits for its cog, and is told late when the cog is there again."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.loading.find import forget_modules

REMINDER = '''
class Reminder(Cog):
    """Reminds, every day."""

    name = "reminder"

    def __init__(self) -> None:
        self.due: list[JobDue] = []

    @listen
    async def started(self, event: CogStarted) -> Reply:
        return Schedule("daily", "remind", "daily 20:00", "UTC", "tarnwick")

    @job("remind")
    async def remind(self, due: JobDue) -> Reply:
        self.due.append(due)
        return Say("fake:square", Document.of(f"due {due.due:%d %H:%M}, missed {len(due.missed)}"))
'''

BYSTANDER = '''
class Bystander(Cog):
    """Is there."""

    name = "bystander"
'''

EIGHT = datetime(2026, 3, 2, 20, tzinfo=UTC)


@pytest.fixture
def bot(bot_with):
    return bot_with(reminder=REMINDER, bystander=BYSTANDER)


def texts(bot):
    return [post.text for post in bot.posts()]


async def test_of_a_cog_that_is_unloaded_it_waits_and_is_told_when_the_cog_is_loaded_again(bot):
    async with bot.started():
        await bot.app.loader.unload("reminder")
        await bot.advance(timedelta(hours=3))
        assert texts(bot) == []
        await bot.app.loader.load("reminder")
        await bot.app.scheduler.tick()
        await bot.settle()
        (due,) = bot.app.loader.registry.cogs["reminder"].cog.due
        assert (due.due, due.at, due.missed) == (EIGHT, EIGHT + timedelta(hours=1), ())
        await bot.advance(timedelta(days=1))
        assert texts(bot) == ["due 02 20:00, missed 0", "due 03 20:00, missed 0"]


async def test_several_that_were_missed_are_told_as_one(bot):
    async with bot.started():
        await bot.app.loader.unload("reminder")
        await bot.advance(timedelta(days=3, hours=3))
        await bot.app.loader.load("reminder")
        await bot.app.scheduler.tick()
        await bot.settle()
        assert texts(bot) == ["due 05 20:00, missed 3"]


async def test_over_a_restart_without_the_cog_it_waits_too(bot):
    path = bot.config.core.cogs.paths[0] / "reminder.py"
    async with bot.started():
        pass
    path.write_text("import nothing_that_there_is\n")
    forget_modules("folkmoot_cog_reminder")
    async with bot.started():
        assert list(bot.app.failures) == ["reminder"]
        await bot.advance(timedelta(hours=3))
        assert texts(bot) == []
    path.write_text("from bot.api import *\n" + REMINDER)
    async with bot.started():
        await bot.app.scheduler.tick()
        await bot.settle()
        assert texts(bot) == ["due 02 20:00, missed 0"]
