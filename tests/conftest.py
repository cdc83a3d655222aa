"""What holds for every test: the log is set up as in production, and quiet; bots with cogs of a few lines."""

import io
from collections.abc import Generator

import pytest

from bot.config import Config
from bot.loading.find import forget_modules
from bot.log import configure_logging
from bot.testing.harness import harness
from tests.platforms.discord.standin.fixtures import standin
from tests.platforms.matrix.homeserver.fixtures import log_of, people, synapse

__all__ = ["people", "standin", "synapse"]

pytest.register_assert_rewrite("bot.testing.contracts")  # before any of the suites that use them


@pytest.fixture(autouse=True)
def quiet_log() -> None:
    """Lines go where nobody looks; a test of the log sets it up anew."""
    configure_logging("debug", "json", io.StringIO())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure shows what the homeserver had to say, if the test used it."""
    report = yield
    if report.failed and (words := log_of(item)):
        report.sections.append(("Synapse", words))
    return report


@pytest.fixture
def bot_with(tmp_path):
    """A bot, not running yet, whose cogs are given by name and source; `limits` are those of the configuration."""
    made = []

    def make(*, limits=None, others=(), **sources):
        folder = tmp_path / "cogs"
        folder.mkdir()
        for name, source in sources.items():
            (folder / f"{name}.py").write_text("from collections.abc import Sequence\nfrom bot.api import *\n" + source)
        made.extend(sources)
        bot = harness(tmp_path, cogs=(*sources, *others), paths=[folder])
        core = bot.config.core
        changed = core.model_copy(update={"limits": core.limits.model_copy(update=limits or {})})
        bot.config = Config(bot.config.path, changed, {})
        return bot

    yield make
    for name in made:
        forget_modules(f"folkmoot_cog_{name}")
