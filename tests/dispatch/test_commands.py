"""Commands that cannot be carried out cost nothing, are answered, and keep their place."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import ModelUnavailable, UserError

COSTLY = '''
import asyncio
from datetime import timedelta

class Costly(Cog):
    """Has a command that may be given once a minute."""

    name = "costly"

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.given = 0
        self.gate = asyncio.Event()
        self.gate.set()

    @command("sum", help="Sum up", cooldown=timedelta(minutes=1), aliases=("total",))
    async def sum(self, call: Invocation, count: int = 1) -> Document:
        if self.trouble is not None:
            raise self.trouble
        self.given += 1
        await self.gate.wait()
        return Document.of("the sum")
'''

LISTENER = '''
import asyncio

class Listener(Cog):
    """Notes what is said, in order."""

    name = "listener"

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()

    @listen
    async def hears(self, event: MessagePosted) -> Reply:
        self.begun.set()
        await self.gate.wait()
        self.heard.append(event.message.text)

    @command("known", help="Be known")
    async def known(self, call: Invocation) -> Document:
        return Document.of("known")
'''


def cog(bot, name):
    return bot.app.loader.registry.cogs[name].cog


async def test_a_costly_command_is_given_once_within_its_time(bot_with):
    bot = bot_with(costly=COSTLY)
    async with bot.started():
        assert await bot.command("Dario", "!sum") == "the sum"
        assert "!sum again in 1 min 0 s" in await bot.command("Dario", "!total 3")
        assert await bot.command("Hanna", "!sum") == "the sum"
        assert await bot.command("Mira", "!sum") == await bot.command("Mira", "!sum") == "the sum"
        await bot.advance(timedelta(minutes=1))
        assert await bot.command("Dario", "!sum") == "the sum"
        assert cog(bot, "costly").given == 5


async def test_answers_name_commands_by_the_prefix_that_the_configuration_sets(bot_with):
    bot = bot_with(costly=COSTLY, others=("admin",))
    core = bot.config.core
    commands = core.commands.model_copy(update={"prefix": "?"})
    bot.config = replace(bot.config, core=core.model_copy(update={"commands": commands}))
    async with bot.started():
        assert await bot.command("Dario", "?sum") == "the sum"
        assert "?sum again in" in await bot.command("Dario", "?sum")
        assert "Write: ?sum" in await bot.command("Mira", "?sum 1 2 3")
        assert "?settings is for moderators" in await bot.command("Dario", "?settings")


@pytest.mark.parametrize(
    "trouble", ["usage", RuntimeError("a fault of ours"), "UserError", "ModelUnavailable", "a place that is wrong"]
)
async def test_what_was_not_carried_out_costs_no_cooldown(bot_with, trouble):
    bot = bot_with(costly=COSTLY)
    kinds = {"UserError": UserError("Not now."), "ModelUnavailable": ModelUnavailable("none")}
    async with bot.started():
        where = bot.server.room("elsewhere") if trouble == "a place that is wrong" else bot.square
        cog(bot, "costly").trouble = kinds.get(trouble, trouble if isinstance(trouble, Exception) else None)
        assert await bot.command("Dario", "!sum many" if trouble == "usage" else "!sum", where=where) not in (
            "",
            "the sum",
        )
        cog(bot, "costly").trouble = None
        assert await bot.command("Dario", "!sum") == "the sum"


async def test_a_costly_command_given_in_many_rooms_at_once_is_carried_out_once(bot_with):
    bot = bot_with(costly=COSTLY)
    async with bot.started():
        costly, apply, told = cog(bot, "costly"), bot._platform.apply, asyncio.Event()

        async def counting(delivery):
            receipt = await apply(delivery)
            if len(bot.server.posts()) == 4:
                told.set()
            return receipt

        bot._platform.apply = counting
        costly.gate.clear()
        for number in range(5):
            bot.server.post(bot.person("Dario"), bot.server.thread(bot.square, f"thread {number}"), "!sum")
        async with asyncio.timeout(10):
            await told.wait()  # four of them: to wait
        assert costly.given == 1
        costly.gate.set()
        await bot.settle()
        assert [post.text for post in bot.server.posts()].count("the sum") == costly.given == 1


@pytest.mark.parametrize("others", ["a listener", "no listener"])
async def test_an_unknown_command_of_the_platforms_own_is_answered(bot_with, others):
    bot = bot_with(listener=LISTENER) if others == "a listener" else bot_with(costly=COSTLY)
    async with bot.started():
        bot.server.invoke(bot.person("Dario"), bot.square, "gone-since-the-reload")
        await bot.settle()
        assert [post.text for post in bot.server.posts()] == ["There is no !gone-since-the-reload."]
        assert (await bot.app.store.counters())["events waiting"] == 0


async def test_a_near_miss_is_answered_though_no_cog_listens(bot_with):
    bot = bot_with(costly=COSTLY)
    async with bot.started():
        assert await bot.command("Dario", "!sums") == "There is no !sums. Did you mean !sum?"
        assert await bot.command("Dario", "!you-fool") == ""


async def test_talk_that_looks_like_a_command_keeps_its_place_among_the_rooms_messages(bot_with):
    bot = bot_with(listener=LISTENER)
    async with bot.started():
        listener = cog(bot, "listener")
        listener.gate.clear()
        for text in ("one", "!you fool", "two", "!wonderful", "three"):
            bot.server.post(bot.person("Dario"), bot.square, text)
        await listener.begun.wait()
        for _ in range(20):
            await asyncio.sleep(0)
        listener.gate.set()
        await bot.settle()
        assert listener.heard == ["one", "!you fool", "two", "!wonderful", "three"]
        assert bot.posts() == []


async def test_a_command_does_not_wait_for_the_rooms_talk(bot_with):
    bot = bot_with(listener=LISTENER)
    async with bot.started():
        listener, applied = cog(bot, "listener"), asyncio.Event()
        apply = bot._platform.apply

        async def telling(delivery):
            receipt = await apply(delivery)
            applied.set()
            return receipt

        bot._platform.apply = telling
        listener.gate.clear()
        for n in range(20):
            bot.server.post(bot.person("Dario"), bot.square, f"talk {n}")
        bot.server.post(bot.person("Dario"), bot.square, "!known")
        async with asyncio.timeout(10):
            await applied.wait()
        assert listener.heard == []
        listener.gate.set()
        await bot.settle()
        assert [post.text for post in bot.posts()] == ["known"]
        assert sorted(listener.heard) == sorted(["!known", *(f"talk {n}" for n in range(20))])


# --- long after they were given -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "carried_out"), [(24, True), (24.01, False)])
async def test_a_typed_command_that_is_read_too_late_is_not_carried_out(bot_with, hours, carried_out):
    bot = bot_with(costly=COSTLY)
    async with bot.started():
        await bot.say("Dario", "hello")
    bot.server.post(bot.person("Dario"), bot.square, "!sum")
    bot.server.post(bot.person("Dario"), bot.square, "!summ")
    bot.clock.advance(timedelta(hours=hours))
    async with bot.started():
        answers = {"the sum", "There is no !summ. Did you mean !sum?"}
        assert {post.text for post in bot.posts()} == (answers if carried_out else set())
        commands = bot.app.tally.commands
        assert commands["sum", "stale"] == commands["", "stale"] == (0 if carried_out else 1)
        assert (await bot.app.store.counters())["events waiting"] == 0


async def test_one_that_was_read_in_time_is_carried_out_however_long_it_waited_here(bot_with):
    bot = bot_with(costly=COSTLY)
    async with bot.started():
        cog = bot.app.loader.registry.cogs["costly"].cog
        cog.gate.clear()
        bot.server.post(bot.person("Dario"), bot.square, "!sum")
        await bot._platform.caught_up()
    bot.clock.advance(timedelta(hours=30))
    async with bot.started():
        assert [post.text for post in bot.posts()] == ["the sum"]
