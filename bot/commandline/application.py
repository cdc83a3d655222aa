"""The part of `folkmoot init` about Discord: the bot's application, how channels are named, the invite link."""

import re

import typer

from bot.config.discord import channel_linked
from bot.platforms.discord.checkup.needed import invite_link
from bot.platforms.discord.names import PLATFORM

_SECTION = """\
[discord]
application = {application}

"""
_ID = re.compile(r"[1-9]\d{14,19}", re.ASCII)
_PORTAL = "https://discord.com/developers/applications"
_SET = "Set FOLKMOOT_DISCORD_TOKEN to it, or FOLKMOOT_DISCORD_TOKEN_FILE to a file with it;"
HOW_TO_NAME = (
    "Channels of Discord are named by their links or numbers: right-click a channel there, Copy Link; several with "
    "commas between."
)


def application_of(text: str) -> int:
    """Raises BadParameter for what is no application's id; the text says where it stands."""
    if not _ID.fullmatch(text.strip()):
        raise typer.BadParameter(
            f"{text!r} is no application's id, which is a number such as 1098765432109876543: it stands at {_PORTAL}, "
            "the application, General Information, Application ID"
        )
    return int(text)


def looks_like_one(text: str) -> bool:
    return text.isascii() and text.isdigit()


def channel_of(text: str) -> str | None:
    """The room that a number, a link or a mention stands for; None for what is none of these."""
    number = text if looks_like_one(text) else channel_linked(text)
    return None if number is None else f"{PLATFORM}:{number}"


def section_text(application: int) -> str:
    return _SECTION.format(application=application)


def next_steps(application: int) -> list[str]:
    """What is to be done outside, one line each."""
    return [
        f"Add the bot to your server: {invite_link(application)}",
        f"At {_PORTAL}/{application}/bot switch on Message Content Intent and Server Members Intent.",
        f"There, too, take the token (Reset Token). {_SET} docs/discord.md has the rest.",
    ]
