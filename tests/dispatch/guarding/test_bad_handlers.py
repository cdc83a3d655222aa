"""Whatever a handler does, it is its own failure: the others live on, and the restart is clean."""

import asyncio

import pytest

ROGUE = '''
import asyncio
from dataclasses import dataclass
from datetime import datetime

@table("rows", key=("name",))
@dataclass(frozen=True, slots=True)
class Row:
    name: str
    at: datetime

@dataclass(frozen=True)
class Undeclared:
    name: str

@table("unmade", key=("name",))
@dataclass(frozen=True, slots=True)
class Unmade:
    name: str

NAIVE = datetime(2026, 3, 1)

class Rogue(Cog):
    """Does whatever it is told."""

    name = "rogue"
    migrations = (Migration(1, (CreateTable(Row),)),)

    def __init__(self, tables: CogTables, directory: Directory) -> None:
        self.tables, self.directory = tables, directory

    async def do(self, text: str, where: ConversationId) -> Reply:
        match text:
            case "raises a cancellation":
                raise asyncio.CancelledError
            case "cancels what it waits for":
                task = asyncio.create_task(asyncio.Event().wait())
                task.cancel()
                await task
            case "hangs":
                await asyncio.Event().wait()
            case "hangs and will not end":
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    return Announce("late")
            case "swallows every cancellation":
                while True:
                    try:
                        await asyncio.Event().wait()
                    except asyncio.CancelledError:
                        pass
            case "waits for a task of that kind":
                await asyncio.create_task(self.do("swallows every cancellation", where))
            case "cancels the task it runs in":
                asyncio.current_task().cancel()
                await asyncio.sleep(0)
            case "ends the process":
                raise SystemExit(3)
            case "raises what is no exception":
                raise BaseException
            case "raises a group":
                raise ExceptionGroup("several", [ValueError("one"), TypeError("two")])
            case "returns a number":
                return 42
            case "returns a string":
                return "hello"
            case "returns a list with nothing in it but None":
                return [None]
            case "says a string":
                return Say(where, "hello")
            case "says it nowhere":
                return Say(None, Document.of("hello"))
            case "announces nonsense":
                return Announce("topic", where, None)
            case "announces a thing":
                return Announce("topic", where, {"thing": object()})
            case "puts a number":
                return Put(42)
            case "puts what was not declared":
                return Put(Undeclared("x"))
            case "puts what no migration made":
                return Put(Unmade("x"))
            case "puts a naive time":
                return Put(Row("x", NAIVE))
            case "puts nothing where something must be":
                return Upsert(Row("x", None))
            case "says it with a naive end":
                return Say(where, Document.of("hello"), expires_at=NAIVE)
            case "looks for a naive time":
                await self.tables.of(Row).find({"at": NAIVE})
            case "looks for what no migration made":
                await self.tables.of(Unmade).get("x")
            case "schedules nonsense":
                return Schedule("weekly", "job", "whenever it suits", "Nowhere/Atall")
            case "schedules nothing":
                return Schedule("weekly", "job", None, None)
            case "configures nowhere":
                return Configure("nowhere", "rogue", "colour", "blue")
            case "flags nonsense":
                return Flag("fake:1", "first", None, where, None)
            case "records nonsense":
                return Record("tarnwick", "acted", None, details={"thing": object()})

    @listen
    async def hears(self, event: MessagePosted) -> Reply:
        return await self.do(event.message.text, event.message.conversation.id)

    @command("do", help="Do it")
    async def by_command(self, call: Invocation, what: str) -> Reply:
        return await self.do(what, call.conversation.id)

'''

BYSTANDER = '''
class Bystander(Cog):
    """Hears the same."""

    name = "bystander"

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.told: list[str] = []

    @listen
    async def hears(self, event: MessagePosted) -> Reply:
        self.heard.append(event.message.text)
        return Announce(event.message.text)

    @listen
    async def is_told(self, event: Announced) -> Reply:
        self.told.append(event.topic)
'''

HARMLESS = ("schedules nonsense", "configures nowhere")
"""What can be stored, and leads to nothing."""

DEEDS = sorted(line.split('"')[1] for line in ROGUE.splitlines() if line.strip().startswith("case "))


def cog(bot, name):
    return bot.app.loader.registry.cogs[name].cog


@pytest.fixture
def bot(bot_with):
    return bot_with(rogue=ROGUE, bystander=BYSTANDER, limits={"handler_seconds": 0.02})


@pytest.mark.parametrize("deed", DEEDS)
async def test_one_listener_that_fails_leaves_the_others_the_room_and_the_restart_alone(bot, deed):
    async with bot.started():
        await bot.say("Dario", deed)
        await bot.say("Dario", "and on")
        assert cog(bot, "bystander").heard == [deed, "and on"]
        assert cog(bot, "bystander").told == [deed, "and on"]
        assert bot.app.incidents.by_cog["rogue"] == (deed not in HARMLESS)
        assert bot.posts() == []
        assert (await bot.app.store.counters())["events waiting"] == 0
    async with bot.started():
        await bot.say("Dario", "after the restart")
        assert cog(bot, "bystander").heard == ["after the restart"]
        assert bot.app.incidents.total == 0


@pytest.mark.parametrize("deed", ["raises a cancellation", "hangs", "returns a number", "puts a naive time"])
async def test_a_command_that_fails_is_answered_with_its_incident(bot, deed):
    async with bot.started():
        answer = await bot.command("Dario", f'!do "{deed}"')
        assert answer.startswith("!do failed on our side")
        assert await bot.command("Dario", "!do nothing") == ""
    async with bot.started():
        assert len(bot.posts()) == 1


async def test_a_handler_that_hangs_holds_up_its_own_room_only(bot_with):
    bot = bot_with(rogue=ROGUE, bystander=BYSTANDER)  # it may take a minute
    async with bot.started():
        other = bot.server.thread(bot.square, "aside")
        bystander, heard = cog(bot, "bystander"), asyncio.Event()
        bot.server.post(bot.person("Dario"), bot.square, "hangs")
        bot.server.post(bot.person("Dario"), other, "goes on")
        told = bystander.told

        class Telling(list):
            def append(self, topic):
                told.append(topic)
                heard.set()

        bystander.told = Telling()
        async with asyncio.timeout(10):
            await heard.wait()
        assert "goes on" in told
