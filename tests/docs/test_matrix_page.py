"""The page on Matrix says what is so: its messages are the bot's own, its settings and commands exist."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from bot.commandline.accounts import accounts_of
from bot.commandline.app import app
from bot.config import load_config
from bot.config.matrix import MatrixSection

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "matrix.md").read_text(encoding="utf-8")
TROUBLE = PAGE.partition("## When something is wrong")[2]
MESSAGES = [message for line in TROUBLE.splitlines() for message in re.findall(r"`([^`]+)`", line.split(" | ")[0])]


def source():
    """All texts of the bot, with what is filled in taken for anything."""
    modules = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in modules)
    return re.sub(r'"\s*\n\s*f?"', "", text)  # texts that go on in the next line


WRITTEN = source()


def test_there_are_messages_to_look_for():
    assert len(MESSAGES) > 15


@pytest.mark.parametrize("message", [one for one in MESSAGES if one not in {"doctor", "'power"}])
def test_every_message_on_the_page_is_one_of_the_bots(message):
    for part in re.split(r"'#…'|'power$", message):  # what is filled in
        assert part in WRITTEN, part


def test_every_setting_on_the_page_exists(tmp_path):
    path = tmp_path / "config.toml"
    blocks = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        tables = tomllib.loads(block)
        account = '[matrix]\nhomeserver = "https://matrix.example.org"\nuser = "@folkmoot:example.org"\n'
        path.write_text(block if "homeserver" in tables["matrix"] else account + block)
        assert load_config(path).matrix.is_on
    named = {"inviters", "report_emoji", "policy_lists", "encryption", "bots"}
    assert all(f"`{name}" in PAGE for name in named)
    assert named <= MatrixSection.model_fields.keys()


def test_the_four_commands_are_those_that_there_are():
    commands = re.search(r"```\npython3 -m venv.*?\n(.*?)```", PAGE, re.DOTALL)[0].strip("`\n").splitlines()
    assert len(commands) == 4
    init, run = commands[2], commands[3]
    options = {option for parameter in get_command(app).commands["init"].params for option in parameter.opts}
    assert set(re.findall(r"--\w+", init)) <= options
    assert accounts_of(" ".join(re.findall(r"@\S+", init))).own == "@ada:example.org"
    assert run.startswith("FOLKMOOT_MATRIX_PASSWORD=")
    assert run.endswith(" folkmoot run")


def test_every_variable_on_the_page_is_read_somewhere():
    for name in set(re.findall(r"FOLKMOOT_MATRIX_([A-Z_]+?)(?:_FILE)?\b", PAGE)):
        assert f'"matrix_{name.lower()}"' in WRITTEN


def test_links_within_the_page_lead_somewhere():
    headings = {re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in PAGE.splitlines()}
    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= headings
    for target in re.findall(r"\]\((\w[^)#]*)(?:#[^)]*)?\)", PAGE):
        assert (ROOT / "docs" / target).exists()
