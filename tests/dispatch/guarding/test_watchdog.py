"""Whoever holds up the event loop is named, from a thread that it cannot hold up."""

import asyncio
import threading
from functools import partial

import pytest

from bot.dispatch.guarding.watchdog import Watchdog

BLOCKING = '''
import threading, time

class Blocking(Cog):
    """Holds up everything."""

    name = "blocking"
    noticed = threading.Event()

    @listen
    async def hears(self, event: MessagePosted) -> Reply:
        if event.message.text == "block":
            self.noticed.wait(60)
'''


@pytest.fixture
def watched():
    """A watchdog that lets the loop go on as soon as it has noticed; what it recorded, and what it said at the end."""
    noticed, recorded, over = threading.Event(), [], asyncio.Event()

    def record(*found):
        recorded.append(found)
        noticed.set()
        return "7F3K-Q2ZM"

    def ended(*found):
        recorded.append(found)
        over.set()

    return noticed, recorded, over, lambda: Watchdog(record, ended, longest=0.05)


async def test_a_loop_that_stands_still_is_noticed_once_with_its_stack(watched):
    noticed, recorded, over, make = watched
    with make() as watchdog:
        assert noticed.wait(60)  # on the loop's own thread: it stands still
        await over.wait()
        (cog, handler, _, error), (_, _, seconds, incident) = recorded
        assert (cog, handler, incident) == ("core", "the event loop", "7F3K-Q2ZM")
        frames = []
        trace = error.__traceback__
        while trace is not None:
            frames.append(trace.tb_frame.f_code.co_name)
            trace = trace.tb_next
        assert "test_a_loop_that_stands_still_is_noticed_once_with_its_stack" in frames
        assert watchdog.longest_standstill == seconds > 0.05


async def test_a_loop_that_turns_is_left_alone(watched):
    _, recorded, _, make = watched
    with make():
        turned = asyncio.Event()
        asyncio.get_running_loop().call_soon(turned.set)
        await turned.wait()
    assert recorded == []


async def test_the_cog_and_its_handler_are_named_and_people_told(bot_with, monkeypatch):
    monkeypatch.setattr("bot.dispatch.guarding.guards.Watchdog", partial(Watchdog, longest=0.2))
    bot = bot_with(blocking=BLOCKING, others=("admin",))
    async with bot.started():
        cog = type(bot.app.loader.registry.cogs["blocking"].cog)
        incidents, over = bot.app.incidents, asyncio.Event()
        record, told = incidents.record, bot.app.guards.watchdog._over

        def recorded(*found):
            cog.noticed.set()
            return record(*found)

        def ended(*found):
            told(*found)
            over.set()

        bot.app.guards.watchdog._record, bot.app.guards.watchdog._over = recorded, ended
        await bot.say("Dario", "block")
        await over.wait()
        await bot.settle()
        assert incidents.by_cog["blocking"] == 1
        (said,) = [post.text for post in bot.posts(bot.desk) if "blocking in hears" in post.text]
        assert "The whole bot stood still" in said
        assert "A cog held up the whole bot" in await bot.command("Mira", "!health", where=bot.desk)
