"""Channels by their ids: from the client's cache, from what was asked for lately, or asked for now."""

from collections import OrderedDict
from typing import TypeVar

import discord

from bot.domain.ids import ConversationId
from bot.errors import Forbidden, Gone, Unsupported
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.options import Options

_MOST_ASKED, _MOST_PLACES = 500, 10_000

Found = discord.abc.GuildChannel | discord.Thread | discord.DMChannel
Value = TypeVar("Value")


class Channels:
    """Archived threads and direct channels are in no cache of the library's: these are kept here."""

    def __init__(self, connection: Connection, options: Options) -> None:
        self._connection = connection
        self._rooms = options.rooms
        self._asked: OrderedDict[int, Found] = OrderedDict()
        self._servers: OrderedDict[int, int | None] = OrderedDict()
        """Channel to the server that it was seen in, None for direct ones."""

    def cached(self, conversation: ConversationId) -> discord.abc.GuildChannel | discord.Thread | None:
        """What the library has at this moment."""
        number, client = names.channel_of(conversation), self._connection.known
        channel = client.get_channel(number) if number is not None and client is not None else None
        return channel if isinstance(channel, discord.abc.GuildChannel | discord.Thread) else None

    def known(self, conversation: ConversationId) -> Found | None:
        """Also what was asked for once; not what it may have become since."""
        number, client = names.channel_of(conversation), self._connection.known
        if number is None or client is None:
            return None
        channel = client.get_channel(number)
        if isinstance(channel, discord.abc.GuildChannel | discord.Thread | discord.DMChannel):
            return channel
        return self._asked.get(number)

    async def found(self, conversation: ConversationId) -> Found:
        """From the cache, else asked for. Raises Gone, or as `Connection.asking`."""
        if (cached := self.cached(conversation)) is not None:
            return cached
        number = names.channel_of(conversation)
        if number is None:
            raise Gone("that is no channel of Discord's")
        known = self.known(conversation)
        if isinstance(known, discord.DMChannel) and known.recipient is not None:
            return known
        try:
            async with self._connection.asking("find the channel", f"channel {number}", "View Channels") as client:
                channel = await client.fetch_channel(number)
        except Forbidden as error:
            raise Gone(f"the bot cannot see the channel {number}") from error
        if not isinstance(channel, discord.abc.GuildChannel | discord.Thread | discord.DMChannel):
            raise Unsupported("that is a group conversation, which bots take no part in")
        _keep(self._asked, number, channel, _MOST_ASKED)
        self.remember(channel)
        return channel

    def remember(self, channel: Found | discord.PartialMessageable) -> None:
        """Where it is: links to messages in it are needed when it has long been archived."""
        server = getattr(channel, "guild", None)
        number = server.id if isinstance(server, discord.Guild) else getattr(channel, "guild_id", None)
        _keep(self._servers, channel.id, number, _MOST_PLACES)

    def server_id(self, channel: int) -> int | None:
        """The server that a channel is in; None for direct messages.

        Of a channel that was not seen since the start it is a guess: an old thread in the one server that there is.
        """
        if (found := self.known(names.conversation_id(channel))) is not None:
            return found.guild.id if not isinstance(found, discord.DMChannel) else None
        if channel in self._servers:
            return self._servers[channel]
        homes = {seen.guild.id for room in self._rooms if (seen := self.cached(room)) is not None}
        return homes.pop() if len(homes) == 1 else None


def _keep(kept: "OrderedDict[int, Value]", number: int, value: Value, most: int) -> None:
    kept[number] = value
    kept.move_to_end(number)
    while len(kept) > most:
        kept.popitem(last=False)
