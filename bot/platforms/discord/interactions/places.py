"""Who gives a command or presses a button, and where: from what an interaction says of itself."""

from dataclasses import dataclass

import discord

from bot.domain.conversation import Conversation
from bot.domain.member import Member, Standing
from bot.platforms.discord.servers.servers import Servers

_KNOWN = (discord.abc.GuildChannel, discord.Thread, discord.DMChannel, discord.PartialMessageable)


@dataclass(frozen=True, slots=True)
class Place:
    """The one who acts, with what they may do there."""

    member: Member
    standing: Standing
    conversation: Conversation


def place_of(interaction: discord.Interaction, servers: Servers) -> Place | None:
    """None: nobody, or nowhere that the bot could answer for."""
    user, channel = interaction.user, interaction.channel
    if not isinstance(user, discord.abc.User) or not isinstance(channel, _KNOWN):
        return None
    return Place(servers.member(user), servers.standing(user, channel), servers.conversation(channel))
