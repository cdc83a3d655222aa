"""What a cog starts by itself is its own: it ends with the cog, and what it raises is the cog's failure."""

import asyncio
import gc
import sys
import threading
import weakref

import pytest

from bot.errors import CogError
from bot.ownership import MOST_TASKS, OwnTask

LEAKY = '''
import asyncio, sys, threading, types

class Thing:
    pass

def library():
    """A module that is none of the cog's."""
    module = types.ModuleType("somelibrary")
    exec("import asyncio\\nasync def wait(): await asyncio.Event().wait()\\n"
         "def begin(): return asyncio.create_task(wait(), name='leaky library')", module.__dict__)
    return module

async def forever():
    await asyncio.Event().wait()

async def stubborn():
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass

async def parent():
    asyncio.create_task(forever(), name="leaky grandchild")
    await forever()

async def fails():
    raise ValueError("words of a member")

async def ends_the_process():
    sys.exit(3)

class Leaky(Cog):
    """Starts things."""

    name = "leaky"
    fired = []
    free = threading.Event()
    inside = threading.Event()

    def __init__(self, control: CogControl, history: History) -> None:
        self.control, self.history = control, history
        asyncio.create_task(forever(), name="leaky from the constructor")

    def again(self):
        self.fired.append(1)
        asyncio.get_running_loop().call_soon(self.again)

    def block(self):
        self.inside.set()
        self.free.wait()

    @listen
    async def hears(self, event: MessagePosted) -> Reply:
        loop = asyncio.get_running_loop()
        match event.message.text:
            case "task":
                asyncio.create_task(forever(), name="leaky task")
            case "library":
                library().begin()
            case "nested":
                asyncio.create_task(parent(), name="leaky parent")
            case "stubborn":
                asyncio.create_task(stubborn(), name="leaky stubborn")
            case "timer":
                loop.call_later(3600, self.fired.append, 1)
            case "callback":
                loop.call_soon(self.again)
            case "bad timer":
                loop.call_soon(lambda: 1 / 0)
            case "fails":
                asyncio.create_task(fails())
            case "exits":
                asyncio.create_task(ends_the_process())
            case "exits itself":
                sys.exit(3)
            case "many":
                while True:
                    asyncio.create_task(forever(), name="leaky one of many")
            case "group":
                async with asyncio.TaskGroup() as group:
                    parts = [group.create_task(self.history.recent(event.message.conversation.id, limit=n + 1))
                             for n in range(3)]
                return Say(event.message.conversation.id, Document.of(f"{len(parts[0].result())} at the least"))
            case "group that fails":
                async with asyncio.TaskGroup() as group:
                    group.create_task(forever())
                    group.create_task(fails())
            case "thread":
                threading.Thread(target=self.block, name="leaky thread", daemon=True).start()
            case "reload":
                await self.control.reload("other")
            case "cancels itself":
                asyncio.current_task().cancel()
                await asyncio.sleep(0)
'''
OTHER = '''
class Other(Cog):
    """Works."""

    name = "other"

    @worker()
    async def work(self, events: Sequence[MessagePosted]) -> Reply: ...
'''
LASTING = ["task", "library", "nested", "stubborn", "timer", "callback", "group", "many"]


@pytest.fixture
def bot(bot_with, monkeypatch):
    monkeypatch.setattr("bot.ownership.MOST_TASKS", 20)
    return bot_with(leaky=LEAKY, other=OTHER)


def loaded(bot, name="leaky"):
    return bot.app.loader.registry.cogs[name]


def own():
    return [task for task in asyncio.all_tasks() if isinstance(task, OwnTask)]


@pytest.mark.parametrize("deed", LASTING)
async def test_unloading_leaves_no_task_timer_or_module(bot, deed):
    async with bot.started():
        loaded(bot).owner._grace = 0.05
        await bot.say("Dario", deed)
        left = weakref.ref(type(loaded(bot).cog)), weakref.ref(sys.modules["folkmoot_cog_leaky"])
        fired = type(loaded(bot).cog).fired
        await bot.app.loader.unload("leaky")
        assert own() == []
        before = len(fired)
        for _ in range(3):
            await asyncio.sleep(0)
        assert len(fired) == before
        await bot.say("Dario", "what comes next")
        gc.collect()
        assert [one() for one in left] == [None, None]


@pytest.mark.parametrize("deed", ["task", "nested"])
async def test_reloading_ends_the_old_tasks_only(bot, deed):
    async with bot.started():
        await bot.say("Dario", deed)
        old = own()
        await bot.app.loader.reload("leaky")
        assert [task.get_name() for task in own()] == ["leaky from the constructor"]
        assert all(task.done() for task in old)


async def test_stopping_the_bot_ends_them(bot):
    async with bot.started():
        for deed in LASTING:
            await bot.say("Dario", deed)
        loaded(bot).owner._grace = 0.05
        assert len(own()) > 5
    assert own() == []


async def test_a_cog_that_cannot_be_built_leaves_no_task(bot, tmp_path):
    file = tmp_path / "cogs" / "leaky.py"
    source = file.read_text()
    async with bot.started():
        await bot.app.loader.unload("leaky")
        file.write_text(source.replace('name="leaky from the constructor")', 'name="leaky")\n        raise ValueError'))
        with pytest.raises(CogError, match="cannot be built: ValueError"):
            await bot.app.loader.load("leaky")
        assert own() == []
        file.write_text(source.replace('name="leaky from the constructor")', 'name="leaky")\n        sys.exit(3)'))
        with pytest.raises(CogError, match="cannot be built: SystemExit"):
            await bot.app.loader.load("leaky")


RAISING = ["fails", "exits", "exits itself", "bad timer", "group that fails", "cancels itself"]


@pytest.mark.parametrize("deed", RAISING)
async def test_what_they_raise_is_the_cogs_failure_and_nobody_elses(bot, deed):
    async with bot.started():
        await bot.say("Dario", deed)
        for _ in range(5):
            await asyncio.sleep(0)
        assert bot.app.incidents.by_cog == {"leaky": 1}
        await bot.say("Dario", "group")
        assert [post.text for post in bot.posts()] == ["1 at the least"]


async def test_the_tasks_of_one_cog_are_bounded(bot):
    assert MOST_TASKS == 1_000
    async with bot.started():
        await bot.say("Dario", "many")
        assert len(own()) == 20


async def test_what_the_core_starts_for_a_cog_is_not_the_cogs(bot):
    async with bot.started():
        await bot.say("Dario", "reload")
        await bot.say("Dario", "group")
        assert [task.get_name() for task in own()] == ["leaky from the constructor"]
        await bot.app.loader.unload("leaky")
        assert [one.worker.cog for one in bot.app.workers.all()] == ["other"]
        assert len([task for task in asyncio.all_tasks() if "'other', 'work'" in task.get_name()]) == 1
        await bot.say("Dario", "goes on")


async def test_a_thread_cannot_be_ended_but_is_named(bot, caplog):
    async with bot.started():
        await bot.say("Dario", "thread")
        cog = type(loaded(bot).cog)
        cog.inside.wait()
        await bot.app.loader.unload("leaky")
        cog.free.set()
    (line,) = [record.msg for record in caplog.records if record.name == "ownership"]
    assert (line["thread"], line["cog"]) == ("leaky thread", "leaky")
    for thread in threading.enumerate():
        if thread.name == "leaky thread":
            thread.join()
