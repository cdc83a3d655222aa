"""Servers, channels and people as the client knows them: conversations, standing, who may read, links."""

import discord

from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member, Standing
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.options import Options

Channel = discord.abc.GuildChannel | discord.Thread | discord.DMChannel | discord.PartialMessageable
"""Whatever messages stand in."""


class Servers:
    def __init__(self, connection: Connection, options: Options) -> None: ...

    def hears(self, channel: object) -> bool:
        """Whether what is said there concerns the bot.

        It does in a channel that a community names, in a thread or forum post of one, and in a direct message to the bot.
        """
        raise NotImplementedError

    def channel(self, conversation: ConversationId) -> "discord.abc.GuildChannel | discord.Thread | None":
        """From the cache; None for what the bot cannot see (any more), archived threads among it."""
        raise NotImplementedError

    async def messageable(self, conversation: ConversationId) -> "discord.abc.Messageable":
        """Where to post: the channel, thread or direct channel; one that is not cached is asked for.

        Raises:
            Gone: there is none, or the bot cannot see it; else as `Connection.asking`.
        """
        raise NotImplementedError

    def conversation(self, channel: Channel) -> Conversation:
        """A thread's parent is its channel or forum."""
        raise NotImplementedError

    def server_of(self, conversation: ConversationId) -> discord.Guild:
        """Raises Gone where the bot is in no server with that channel, Unsupported in direct messages."""
        raise NotImplementedError

    def member(self, user: "discord.abc.User") -> Member:
        """By the name shown in the server, else the account's."""
        raise NotImplementedError

    def standing(self, user: "discord.abc.User", channel: Channel) -> Standing:
        """From permissions there.

        Administrator or Manage Server: admin; Manage Messages, Kick, Ban or Time out members: moderator; else member.
        Member also in direct messages, and for who is in no server with the channel.
        """
        raise NotImplementedError

    async def fetched(self, server: discord.Guild, user: int) -> discord.Member | None:
        """A member of a server, asked for where the cache has none; None: not in it."""
        raise NotImplementedError

    async def may_read(self, member: MemberId, conversation: ConversationId) -> bool:
        """At this moment: sees the channel and its history, is in a private thread or may manage threads."""
        raise NotImplementedError

    def link_to(self, message: MessageId) -> str | None:
        """The address that opens a message; None for another platform's."""
        raise NotImplementedError

    def where(self, conversation: ConversationId) -> str:
        """A channel's name for people: "#square in Assembly"."""
        raise NotImplementedError
