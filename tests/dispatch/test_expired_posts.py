"""A post that nobody wants any more is not posted, and its cog is told."""

from datetime import timedelta

import pytest

from bot.errors import RateLimited
from bot.loading.find import forget_modules
from bot.testing.harness import harness

CRIER = '''
from datetime import timedelta

from bot.api import *

class Crier(Cog):
    """Says what is soon out of date."""

    name = "crier"

    @listen
    async def heard(self, event: MessagePosted) -> Reply:
        soon = event.at + timedelta(seconds=int(event.message.text))
        return Say(event.message.conversation.id, Document.of("hear, hear"), label="cry", expires_at=soon)

    @listen
    async def told(self, event: EffectFailed) -> Reply:
        return Say(event.conversation, Document.of(f"{event.label} failed: {event.reason}"))
'''


@pytest.fixture
def bot(tmp_path):
    folder = tmp_path / "cogs"
    folder.mkdir()
    (folder / "crier.py").write_text(CRIER)
    yield harness(tmp_path, cogs=("crier",), paths=[folder])
    forget_modules("folkmoot_cog_crier")


@pytest.mark.parametrize(("seconds", "state"), [("0", "failed"), ("30", "unknown")])
async def test_a_cog_hears_that_its_post_came_too_late(bot, seconds, state):
    async with bot.started():
        bot.server.faults.trouble(RateLimited(60), times=1)
        await bot.say("Dario", seconds)
        await bot.advance(timedelta(minutes=2))
        await bot.advance(timedelta(minutes=2))
        assert [post.text for post in bot.posts()] == ["cry failed: it expired before it could be posted"]
        assert await bot.app.store.outbox.waiting() == {}
        async with bot.app.store._database.reading() as reading:
            found = await reading.exec_driver_sql("SELECT state FROM outbox WHERE label = 'cry'")
            assert found.scalar_one() == state
