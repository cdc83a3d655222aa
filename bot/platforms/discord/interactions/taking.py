"""Where discord.py brings interactions in: the command tree, the buttons' template, and whatever is left over.

Commands are read from what Discord sent, not by the tree: a command that changed or vanished since a member's client
learned of it would be an error there, and is answered in words here. Nothing is ever raised into the library.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands, ui

from bot.log import logger
from bot.platforms.discord.interactions.handing import arrived

_log = logger("discord")

Taker = Callable[[discord.Interaction], Awaitable[None]]

_TEMPLATE = r"fm:[\s\S]{0,100}"
_TAKEN = "taken"


class Tree(app_commands.CommandTree[discord.Client]):
    """Holds what Discord is told; hands every invocation over before it looks for its command."""

    def __init__(self, client: discord.Client, taker: Taker) -> None:
        super().__init__(client)
        self._taker = taker

    async def interaction_check(self, interaction: "discord.Interaction[Any]", /) -> bool:
        """False: there is nothing more to do."""
        await taken(interaction, self._taker)
        return False


def buttons(taker: Taker) -> type["ui.DynamicItem[Any]"]:
    """The template of all buttons of the bot's, those of messages from before a restart among them."""

    class Button(ui.DynamicItem[ui.Button[ui.View]], template=_TEMPLATE):
        @classmethod
        async def from_custom_id(cls, _interaction: "discord.Interaction[Any]", item: Any, _match: Any, /) -> "Button":
            return cls(item)

        async def callback(self, interaction: "discord.Interaction[Any]") -> None:
            await taken(interaction, taker)

    return Button


async def taken(interaction: "discord.Interaction[Any]", taker: Taker) -> None:
    """Each interaction once, by whichever way it comes; a fault of ours ends here."""
    if interaction.extras.setdefault(_TAKEN, False):
        return
    interaction.extras[_TAKEN] = True
    arrived(interaction)
    if getattr(interaction.user, "bot", True):
        return  # bots give no commands; where nobody is named, there is nobody to answer
    try:
        await taker(interaction)
    except Exception:  # noqa: BLE001 - one interaction's fault must not be the library's, which would log what it holds
        _log.exception("an interaction failed", interaction=interaction.id, kind=interaction.type.name)
