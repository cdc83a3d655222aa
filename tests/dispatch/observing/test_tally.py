"""What is counted since the start, and what a bot says of its troubles."""

from datetime import timedelta

from bot.errors import Forbidden, Unavailable
from bot.ports.monitoring import HANDLER_SECONDS
from bot.testing.harness import harness

ECHO = """
class Echo(Cog):
    \"\"\"Say it again.\"\"\"
    name = "echo"
    @command("echo", help="Say it again")
    async def echo(self, call: Invocation) -> Document:
        return Document.of("again")
    @command("fail", help="Fail")
    async def fail(self, call: Invocation) -> Document:
        raise RuntimeError("no")
"""


async def test_events_are_counted_once_however_often_they_come(tmp_path):
    bot = harness(tmp_path, cogs=("help",))
    async with bot.started():
        message = await bot.say("Dario", "buses first")
        await bot.edit(message, "trams first")
        tally = bot.app.tally
    assert (tally.events["MessagePosted"], tally.events["MessageEdited"]) == (1, 1)
    bot.server.faults.redeliver = 3
    async with bot.started():
        again = bot.app.tally
    assert (again.events.total(), again.passed_over["duplicate"] > 0) == (0, True)


async def test_commands_are_counted_by_what_came_of_them(bot_with):
    bot = bot_with(echo=ECHO, others=("help", "admin"))
    async with bot.started():
        await bot.command("Dario", "!echo")
        await bot.command("Hanna", "!fail")
        await bot.command("Dario", "!ehco alice")
        await bot.command("Dario", "!settings")
        measures = await bot.app.measuring.measures()
    assert measures.commands == {
        ("echo", "answered"): 1,
        ("fail", "failed"): 1,
        ("settings", "refused"): 1,
        ("", "unknown"): 1,
    }
    assert measures.incidents == {"echo": 1}
    times = measures.handlers["echo"]
    assert len(times.counts) == len(HANDLER_SECONDS) + 1
    assert sum(times.counts) == 2  # the one that failed too; what the core answers is nobody's handler


async def test_flags_are_counted_and_the_store_is_measured(tmp_path):
    bot = harness(tmp_path)
    async with bot.started():
        await bot.say("Dario", "you idiot")
        measures = await bot.app.measuring.measures()
        assert bot.app.troubles() == []
    assert measures.flags == {"civility": 1}
    assert measures.store_bytes["store"] > 0
    assert measures.free_bytes > 0


async def test_a_platform_that_takes_no_posts_is_a_trouble_until_it_takes_one(bot_with):
    bot = bot_with(echo=ECHO)
    async with bot.started():
        posts = bot.app.tally.posts
        bot.server.faults.trouble(Unavailable("down"), times=100)
        await bot.command("Dario", "!echo")
        assert (posts["fake", "retried"], bot.app.troubles()) == (1, [])
        await bot.advance(timedelta(minutes=3))
        (trouble,) = bot.app.troubles()
        assert "fake has not answered a post since" in trouble
        bot.server.faults._troubles.clear()
        await bot.advance(timedelta(hours=1))
        assert (posts["fake", "applied"], bot.app.troubles()) == (1, [])


async def test_a_platform_that_refuses_answers_all_the_same(bot_with):
    bot = bot_with(echo=ECHO)
    async with bot.started():
        bot.server.faults.trouble(Forbidden("post", "square", "send messages"))
        await bot.command("Dario", "!echo")
        assert bot.app.tally.posts["fake", "failed"] == 1
        await bot.advance(timedelta(minutes=3))
        assert bot.app.troubles() == []


async def test_a_platform_that_has_ended_is_a_trouble(tmp_path):
    bot = harness(tmp_path, cogs=("help",))
    async with bot.started():
        await bot._platform.aclose()
        await bot.app.wait()
        assert bot.app.troubles() == ["fake has ended: nothing is read there"]
