import pytest
from typer.testing import CliRunner

from bot.commandline.app import app
from bot.commandline.survey import survey
from bot.config import CogsSection, load_config
from bot.loading.find import forget_modules

GREETER = """\
from bot.api import Clock, Cog, Document, Invocation, command

class Greeter(Cog):
    '''Say hello.'''
    name = "greeter"
    def __init__(self, clock: {need}) -> None: ...
    @command("{word}", help="Say hello")
    async def hello(self, call: Invocation) -> Document: ...
"""


@pytest.fixture
def look(tmp_path):
    """Survey a configuration with one cog of its own, `greeter`."""

    def look(enabled: list[str], *, need: str = "Clock", word: str = "hello"):
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "own" / "greeter.py").write_text(GREETER.format(need=need, word=word))
        config = tmp_path / "config.toml"
        config.write_text(f'[cogs]\nenabled = {enabled}\npaths = ["own"]\n')
        return {cog.name: cog for cog in survey(load_config(config))}

    yield look
    forget_modules("folkmoot_cog_greeter")


def test_what_is_found_is_described(look):
    cogs = look(["help", "greeter"])
    assert cogs["greeter"].description == "Say hello."
    assert [command.name for command in cogs["greeter"].commands] == ["hello"]
    assert cogs["greeter"].enabled
    assert not cogs["civility"].enabled
    assert cogs["civility"].description


def test_a_cog_of_others_that_is_not_enabled_is_not_imported(look):
    greeter = look(["help"], need="raise SystemExit")["greeter"]
    assert (greeter.description, greeter.problem) == ("", None)


def test_a_need_that_nothing_meets_is_said(look):
    assert "nothing provides clock: str" in look(["greeter"], need="str")["greeter"].problem


def test_a_command_that_another_cog_has_is_said(look):
    assert "help" in look(["help", "greeter"], word="help")["greeter"].problem


def test_a_cog_that_is_nowhere_is_said(look):
    assert "there is no cog 'nobody'" in look(["nobody"])["nobody"].problem


def test_the_table_shows_every_bundled_cog():
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["cogs"])
    assert result.exit_code == 0
    for name in CogsSection().enabled:
        assert name in result.stdout
    assert "!help" in result.stdout
