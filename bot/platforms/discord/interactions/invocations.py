"""Commands that Discord itself reads: slash commands, the menus of messages, completion while somebody types."""

from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands

from bot.domain.effect import Audience, Field
from bot.domain.event import CommandInvoked
from bot.domain.ids import MessageId
from bot.domain.member import Standing
from bot.platforms.discord import names
from bot.platforms.discord.interactions import custom_ids, forms
from bot.platforms.discord.interactions.answering import Answering
from bot.platforms.discord.interactions.arguments import arguments, focused, shown_as
from bot.platforms.discord.interactions.declared import behind_menu, completions
from bot.platforms.discord.interactions.handing import Handing, named
from bot.platforms.discord.interactions.places import place_of
from bot.platforms.discord.servers.servers import Servers
from bot.ports.knowledge import CommandCatalog, CommandInfo, Kind

_SLASH, _MESSAGE_MENU = 1, 3
"""Types of application commands, as Discord numbers them."""

_REASON = "reason"
"""What a command behind a menu takes under this name is asked for in a form."""

_VANISHED = (
    "That command is not there at the moment: it was changed or switched off. Your list of commands follows soon."
)
_NOWHERE = "I cannot take commands here: I do not know this kind of channel."


class Invocations:
    def __init__(self, servers: Servers, handing: Handing, answering: Answering, commands: CommandCatalog) -> None:
        self._servers = servers
        self._handing = handing
        self._answering = answering
        self._commands = commands

    async def invoked(self, interaction: discord.Interaction) -> None:
        """A slash command or menu, or the beginning of one."""
        data = _data(interaction)
        if interaction.type is discord.InteractionType.autocomplete:
            await self._complete(interaction, data)
        elif data.get("type", _SLASH) == _SLASH:
            info = self._info(str(data.get("name")))
            await self._command(interaction, info, arguments(data.get("options"), info.parameters if info else ()))
        elif data.get("type") == _MESSAGE_MENU:
            await self._menu(interaction, data)
        else:
            await self._answering.say(interaction, _VANISHED)

    async def submitted(self, interaction: discord.Interaction, command: str, target: str) -> None:
        """The form that a menu opened was filled in."""
        info = self._info(command)
        reason = forms.filled_in(_data(interaction).get("components")).get(_REASON, "")
        given = {_REASON: reason} if reason else {}
        await self._command(interaction, info, given, _target(target))

    async def _menu(self, interaction: discord.Interaction, data: Mapping[str, Any]) -> None:
        info = behind_menu(self._commands.all(), str(data.get("name")))
        target = _menu_target(interaction, data)
        if info is None or target is None:
            await self._answering.say(interaction, _VANISHED)
        elif any(each.name == _REASON and each.kind is Kind.TEXT for each in info.parameters):
            await self._ask_reason(interaction, info, target)
        else:
            await self._command(interaction, info, {}, target)

    async def _ask_reason(self, interaction: discord.Interaction, info: CommandInfo, target: MessageId) -> None:
        reason = next(each for each in info.parameters if each.name == _REASON)
        field = Field(_REASON, "What is wrong with it?" if reason.required else "What is wrong with it? (may be empty)")
        custom_id = custom_ids.menu_id(info.name, target.partition(":")[2])
        long = Field(field.id, field.text, long=True, required=reason.required)
        opened = forms.modal(info.menu or info.name, custom_id, [long])
        await self._answering.give(interaction, lambda: interaction.response.send_modal(opened))

    async def _command(
        self,
        interaction: discord.Interaction,
        info: CommandInfo | None,
        given: Mapping[str, str],
        target: MessageId | None = None,
    ) -> None:
        place = place_of(interaction, self._servers)
        if info is None or place is None:
            await self._answering.say(interaction, _VANISHED if info is None else _NOWHERE)
            return
        event = CommandInvoked(
            id=named(interaction),
            name=info.name,
            arguments=given,
            caller=place.member,
            standing=place.standing,
            conversation=place.conversation,
            at=interaction.created_at,
            target=target,
        )
        quiet = is_ephemeral(info)
        await self._handing.hand_on(
            interaction,
            event,
            lambda: interaction.response.defer(ephemeral=quiet, thinking=True),
            promises=True,
            ephemeral=quiet,
        )

    async def _complete(self, interaction: discord.Interaction, data: Mapping[str, Any]) -> None:
        info, typing = self._info(str(data.get("name"))), focused(data.get("options"))
        found: list[app_commands.Choice[str]] = []
        if info is not None and typing is not None:
            shown, text = typing
            parameter = next((each for each in info.parameters if shown_as(each.name) == shown), None)
            words = completions(parameter, text) if parameter else []
            found = [app_commands.Choice(name=word, value=word) for word in words]
        await self._answering.give(interaction, lambda: interaction.response.autocomplete(found))

    def _info(self, shown: str) -> CommandInfo | None:
        return next((info for info in self._commands.all() if shown_as(info.name) == shown_as(shown)), None)


def is_ephemeral(info: CommandInfo) -> bool:
    """Whether the answer is for the asker's eyes: all that moderators ask is, too."""
    return info.audience in (Audience.ASKER, Audience.ASIDE) or info.standing >= Standing.MODERATOR


def _data(interaction: discord.Interaction) -> dict[str, Any]:
    return dict(interaction.data or {})


def _menu_target(interaction: discord.Interaction, data: Mapping[str, Any]) -> MessageId | None:
    """The message that the menu was opened on, by the channel that Discord says it is in."""
    target = str(data.get("target_id"))
    messages = (data.get("resolved") or {}).get("messages") or {}
    channel = (messages.get(target) or {}).get("channel_id") or interaction.channel_id
    return _target(f"{channel}/{target}")


def _target(native: str) -> MessageId | None:
    message = MessageId(f"{names.PLATFORM}:{native}")
    return message if names.message_of(message) is not None else None
