"""Members of servers, asked for one by one, and what they see."""

import discord

from bot.errors import Gone
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.servers.standing import permissions_in


class People:
    """Nobody but the bot itself is in the library's cache: whoever else is meant is asked for."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def fetched(self, server: discord.Guild, user: int) -> discord.Member | None:
        """None: not in the server. Raises as `Connection.asking`."""
        if (cached := server.get_member(user)) is not None:
            return cached
        try:
            async with self._connection.asking("look a member up", server.name, "View Channels"):
                return await server.fetch_member(user)
        except Gone:
            return None

    async def sees(self, user: int, channel: discord.abc.GuildChannel | discord.Thread) -> bool:
        """Whether somebody can open a channel and read what stands in it. Raises as `Connection.asking`."""
        server = channel.guild
        if server.unavailable or not server.roles:
            return False
        member = await self.fetched(server, user)
        if member is None:
            return False
        may = permissions_in(channel, member)
        place = channel.parent if isinstance(channel, discord.Thread) else channel
        if isinstance(place, discord.VoiceChannel | discord.StageChannel) and not may.connect:
            return False
        if not (may.view_channel and may.read_message_history):
            return False
        if isinstance(channel, discord.Thread) and channel.is_private() and not may.manage_threads:
            return await self._is_in(user, channel)
        return True

    async def _is_in(self, user: int, thread: discord.Thread) -> bool:
        try:
            async with self._connection.asking("look a thread's member up", thread.name, "View Channels"):
                await thread.fetch_member(user)
        except Gone:
            return False
        return True
