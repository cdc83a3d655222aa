"""Words for one person that could not be delivered to them: shown where they press for them, to them alone."""

from collections.abc import Sequence
from typing import Protocol

import discord
from discord import ui

from bot.errors import StorageError
from bot.log import logger
from bot.platforms.discord.interactions.answering import Answering
from bot.platforms.discord.interactions.handing import Handing
from bot.platforms.discord.interactions.presses import LATER

_log = logger("discord")

NOT_YOURS = "That is addressed to somebody else, or it is not kept any more."


class Letter(Protocol):
    @property
    def parts(self) -> Sequence[str]:
        """At least one, each of what fits into a message."""
        ...

    def view(self) -> "ui.View | None":
        """What the member can answer, below the last part."""
        ...


class Letters(Protocol):
    async def read(self, note: str, user: int) -> Letter | None:
        """What is kept for a user under a note; None where there is nothing for them."""
        ...


class PrivateWords:
    def __init__(self, letters: Letters, handing: Handing, answering: Answering) -> None:
        self._letters = letters
        self._handing = handing
        self._answering = answering

    async def asked_for(self, interaction: discord.Interaction, note: str) -> None:
        try:
            letter = await self._handing.looked_up(interaction, self._letters.read(note, interaction.user.id))
        except (StorageError, TimeoutError) as error:
            _log.warning("a letter could not be looked up", error=type(error).__name__)
            await self._answering.say(interaction, LATER)
            return
        if letter is None or not letter.parts:
            await self._answering.say(interaction, NOT_YOURS)
            return
        *before, last = letter.parts
        view = letter.view()
        for number, part in enumerate((*before, last)):
            shown = view if part is last else None
            if not await self._show(interaction, part, shown, first=number == 0):
                return

    async def _show(self, interaction: discord.Interaction, part: str, view: "ui.View | None", *, first: bool) -> bool:
        quiet = discord.AllowedMentions.none()
        shown = view if view is not None else discord.utils.MISSING
        if view is not None:
            view.stop()  # its buttons are known by their ids: discord.py need not keep them
        if first:
            return await self._answering.give(
                interaction,
                lambda: interaction.response.send_message(part, view=shown, ephemeral=True, allowed_mentions=quiet),
            )
        return await self._answering.give(
            interaction, lambda: interaction.followup.send(part, view=shown, ephemeral=True, allowed_mentions=quiet)
        )
