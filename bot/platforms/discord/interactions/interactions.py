"""Interactions: commands, buttons and forms, from wherever discord.py brings them to whoever understands them."""

from typing import Any

import discord

from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.incoming.feed import Feed
from bot.platforms.discord.interactions.answering import Answering
from bot.platforms.discord.interactions.custom_ids import read_choice, read_letter, read_menu
from bot.platforms.discord.interactions.handing import Handing
from bot.platforms.discord.interactions.invocations import Invocations
from bot.platforms.discord.interactions.presses import Presses
from bot.platforms.discord.interactions.private_words import Letters, PrivateWords
from bot.platforms.discord.interactions.syncing import Syncing
from bot.platforms.discord.interactions.taking import Tree, buttons, taken
from bot.platforms.discord.interactions.tokens import Tokens
from bot.platforms.discord.options import Options
from bot.platforms.discord.servers.servers import Servers
from bot.ports.clock import Clock
from bot.ports.core import Core

UNKNOWN = "I do not know that button any more."

_ANSWERABLE = (discord.InteractionType.component, discord.InteractionType.modal_submit)


class Interactions:
    """Each is acknowledged within a second, whatever else goes on."""

    def __init__(
        self,
        options: Options,
        connection: Connection,
        servers: Servers,
        feed: Feed,
        tokens: Tokens,
        letters: Letters,
        core: Core,
        clock: Clock,
    ) -> None:
        self._answering = Answering(connection)
        handing = Handing(feed, tokens, self._answering, clock)
        self._invocations = Invocations(servers, handing, self._answering, core.commands)
        self._presses = Presses(servers, handing, self._answering, core.prompts)
        self._private = PrivateWords(letters, handing, self._answering)
        self._syncing = Syncing(options, connection, core, clock)

    def attach(self, client: discord.Client) -> None:
        """Called for each new client, before it connects."""
        self._syncing.use(Tree(client, self._invocations.invoked))
        client.add_dynamic_items(buttons(self._pressed))

        @client.event
        async def on_interaction(interaction: "discord.Interaction[Any]") -> None:
            """After the tree and the buttons: forms, and what neither of them knows."""
            if interaction.type in _ANSWERABLE:
                await taken(interaction, self._pressed)

    async def run(self) -> None:
        """Keep Discord's list of commands up to date, until cancelled."""
        await self._syncing.run()

    async def _pressed(self, interaction: discord.Interaction) -> None:
        data: dict[str, Any] = dict(interaction.data or {})
        custom_id = str(data.get("custom_id") or "")
        submitted = interaction.type is discord.InteractionType.modal_submit
        choice, letter, menu = read_choice(custom_id), read_letter(custom_id), read_menu(custom_id)
        if menu is not None and submitted:
            await self._invocations.submitted(interaction, *menu)
        elif letter is not None and not submitted:
            await self._private.asked_for(interaction, letter)
        elif choice is not None and submitted == (choice.step == "form"):
            await self._presses.pressed(interaction, choice)
        else:
            await self._answering.say(interaction, UNKNOWN)
