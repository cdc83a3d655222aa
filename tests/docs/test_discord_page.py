"""The page on Discord says what is so: its messages are the bot's own, its settings, permissions and commands exist."""

import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from bot.commandline.app import app
from bot.config import load_config
from bot.config.discord import DiscordSection
from bot.platforms.discord.checkup.account import INTENTS
from bot.platforms.discord.checkup.needed import NEEDED

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "discord.md").read_text(encoding="utf-8")
TROUBLE = PAGE.partition("## When something is wrong")[2]
MESSAGES = [message for line in TROUBLE.splitlines() for message in re.findall(r"`([^`]+)`", line.split(" | ")[0])]


def source():
    """All texts of the bot, with those that go on in the next line joined."""
    modules = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "cogs").rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in modules)
    return re.sub(r'"\s*\n\s*f?"', "", text)


WRITTEN = source()


def test_there_are_messages_to_look_for():
    assert len(MESSAGES) > 20


@pytest.mark.parametrize("message", [one for one in MESSAGES if one != "doctor"])
def test_every_message_on_the_page_is_one_of_the_bots(message):
    assert message in WRITTEN


def test_every_setting_on_the_page_exists(tmp_path):
    path = tmp_path / "config.toml"
    blocks = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        path.write_text(block)
        config = load_config(path)
        assert config.discord.bridge or config.has_rooms_on("discord")
        assert "community" not in tomllib.loads(block) or config.has_rooms_on("discord")
    named = {"application", "automod", "command_servers", "shard_count", "shard_ids"}
    assert all(f"`{name}" in PAGE for name in named)
    assert named <= DiscordSection.model_fields.keys()


def test_the_permissions_are_those_that_the_invite_link_asks_for():
    table = PAGE.partition("| permission |")[2].partition("\n\n")[0]
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in table.splitlines()[2:]]
    assert rows == [(one.label, one.what) for one in NEEDED]


def test_the_intents_are_named_as_the_portal_names_them():
    steps = PAGE.partition("```")[0]
    assert all(f"**{intent.name}**" in steps for intent in INTENTS)


def test_the_four_commands_are_those_that_there_are():
    commands = re.search(r"```\npython3 -m venv.*?\n(.*?)```", PAGE, re.DOTALL)[0].strip("`\n").splitlines()
    assert len(commands) == 4
    options = {option for parameter in get_command(app).commands["init"].params for option in parameter.opts}
    assert set(re.findall(r"--[\w-]+", commands[1])) == {"--discord", "--rooms", "--review-room"} <= options
    for line, name in zip(commands[2:], ("doctor", "run"), strict=True):
        assert line == f"FOLKMOOT_DISCORD_TOKEN='THE TOKEN' folkmoot {name}"


def test_commands_and_menus_on_the_page_exist():
    for name in ("help", "privacy", "my-data", "forget-me"):
        assert f"`/{name}`" in PAGE
        assert f'"{name}"' in WRITTEN
    for menu in ("Report to moderators", "Summarize from here"):
        assert f"*{menu}*" in PAGE
        assert f'menu="{menu}"' in WRITTEN


def test_every_variable_on_the_page_is_read_somewhere():
    for name in set(re.findall(r"FOLKMOOT_DISCORD_([A-Z_]+?)(?:_FILE)?\b", PAGE)):
        assert f'"discord_{name.lower()}"' in WRITTEN


def test_links_within_the_page_lead_somewhere():
    headings = {re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in PAGE.splitlines()}
    assert set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) <= headings
    for target in re.findall(r"\]\((\w[^)#]*)(?:#[^)]*)?\)", PAGE):
        assert (ROOT / "docs" / target).exists()
