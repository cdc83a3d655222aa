"""Where what concerns a whole server is heard: in one room of each community that has rooms there. Pure."""

import discord

from bot.domain.conversation import Conversation
from bot.platforms.discord import names
from bot.platforms.discord.options import Options
from bot.platforms.discord.servers.servers import Servers


def homes(server: discord.Guild, options: Options, servers: Servers) -> list[Conversation]:
    """The room in which Discord itself greets people, where it is one of the community's; else the oldest."""
    found = list[Conversation]()
    for rooms in options.communities:
        numbers = (names.channel_of(room) for room in rooms)
        channels = [channel for number in numbers if number and (channel := server.get_channel(number))]
        if channels:
            first = min(channels, key=lambda channel: (channel != server.system_channel, channel.id))
            found.append(servers.conversation(first))
    return found
