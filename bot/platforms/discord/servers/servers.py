"""Servers, channels and people as the client knows them: conversations, standing, who may read, links."""

import discord

from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member, MemberKind, Standing
from bot.errors import Forbidden, Gone, PlatformError, Unsupported
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.options import Options
from bot.platforms.discord.servers import permissions
from bot.platforms.discord.servers.channels import Channels
from bot.platforms.discord.servers.people import People
from bot.platforms.discord.servers.standing import permissions_in, standing_by

Channel = discord.abc.GuildChannel | discord.Thread | discord.DMChannel | discord.PartialMessageable
"""Whatever messages stand in."""


class Servers:
    def __init__(self, connection: Connection, options: Options) -> None:
        self._connection = connection
        self._options = options
        self._rooms = options.rooms
        self._channels = Channels(connection, options)
        self._people = People(connection)

    # --- channels -----------------------------------------------------------------------------------------------

    def hears(self, channel: object) -> bool:
        """Whether what is said there concerns the bot.

        It does in a channel that a community names, in a thread or forum post of one, and in direct messages.
        """
        match channel:
            case discord.DMChannel():
                return True
            case discord.Thread(id=own, parent_id=parent):
                return names.conversation_id(own) in self._rooms or names.conversation_id(parent) in self._rooms
            case discord.abc.GuildChannel(id=own):
                return names.conversation_id(own) in self._rooms
            case discord.PartialMessageable(id=own, guild_id=server):
                return names.conversation_id(own) in self._rooms or (server is None and channel.type in _PRIVATE)
        return False

    def channel(self, conversation: ConversationId) -> "discord.abc.GuildChannel | discord.Thread | None":
        """From the cache; None for what the bot cannot see (any more), archived threads among it."""
        return self._channels.cached(conversation)

    async def messageable(self, conversation: ConversationId) -> "discord.abc.Messageable":
        """Where to post: the channel, thread or direct channel; one that is not cached is asked for.

        Raises:
            Gone: there is none, or the bot cannot see it. Unsupported: nothing can be posted there, as in a forum
                itself. Else as `Connection.asking`.
        """
        channel = await self._channels.found(conversation)
        if not isinstance(channel, discord.abc.Messageable):
            raise Unsupported(f"{self.where(conversation)} is no channel that one can write in")
        return channel

    def conversation(self, channel: Channel) -> Conversation:
        """A thread's parent is its channel or forum."""
        own = names.conversation_id(channel.id)
        self._channels.remember(channel)
        match channel:
            case discord.DMChannel():
                return Conversation(own, _with_whom(channel), ConversationKind.DIRECT)
            case discord.Thread(parent_id=parent):
                return Conversation(own, channel.name, ConversationKind.THREAD, names.conversation_id(parent))
            case discord.PartialMessageable(guild_id=None):
                return Conversation(own, "direct messages", ConversationKind.DIRECT)
            case discord.PartialMessageable():
                if (known := self._channels.known(own)) is not None:
                    return self.conversation(known)
                return Conversation(own, f"channel {channel.id}")
        return Conversation(own, channel.name)

    def server_of(self, conversation: ConversationId) -> discord.Guild:
        """Raises Gone where the bot is in no server with that channel, Unsupported in direct messages."""
        channel = self._channels.known(conversation)
        if isinstance(channel, discord.DMChannel):
            raise Unsupported("that is possible in a server, not in direct messages")
        server = getattr(channel, "guild", None)
        if not isinstance(server, discord.Guild):
            raise Gone(f"the bot is in no server with the channel {names.channel_of(conversation) or 'of that id'}")
        return server

    def link_to(self, message: MessageId) -> str | None:
        """The address that opens a message; None for another platform's."""
        found = names.message_of(message)
        return names.link_to(self._channels.server_id(found[0]), *found) if found else None

    def where(self, conversation: ConversationId) -> str:
        """A channel's name for people: "#square in Assembly"."""
        match self._channels.known(conversation):
            case discord.DMChannel() as channel:
                return f"direct messages with {_with_whom(channel)}"
            case discord.Thread(parent=parent) as thread:
                inside = f"#{parent.name} > " if parent is not None else ""
                return f"{inside}{thread.name} in {thread.guild.name or 'a server'}"
            case discord.abc.GuildChannel() as channel:
                return f"#{channel.name} in {channel.guild.name or 'a server'}"
        number = names.channel_of(conversation)
        return f"channel {number}" if number else "no channel of Discord's"

    # --- people -------------------------------------------------------------------------------------------------

    def member(self, user: "discord.abc.User") -> Member:
        """By the name shown in the server, else the account's."""
        kind = MemberKind.BOT if user.bot else MemberKind.PERSON
        return Member(names.member_id(user.id), user.display_name or user.name, kind)

    def standing(self, user: "discord.abc.User", channel: Channel) -> Standing:
        """From permissions there.

        Administrator or Manage Server: admin; Manage Messages, Kick, Ban or Time out members: moderator; else member.
        Member also in direct messages, and for who is in no server with the channel. Of somebody who is no
        `discord.Member` (an author in history) nothing is known without `fetched`: a member, too.
        """
        server = getattr(channel, "guild", None)
        if not isinstance(server, discord.Guild):
            return Standing.MEMBER
        known = user if isinstance(user, discord.Member) and user.guild.id == server.id else server.get_member(user.id)
        found = standing_by(permissions_in(channel, known)) if known is not None else Standing.MEMBER
        return max(found, Standing.MODERATOR) if user.id in self._options.stewards else found

    async def fetched(self, server: discord.Guild, user: int) -> discord.Member | None:
        """A member of a server, asked for where the cache has none; None: not in it. Raises as `Connection.asking`."""
        return await self._people.fetched(server, user)

    async def may_read(self, member: MemberId, conversation: ConversationId) -> bool:
        """At this moment: sees the channel and its history, is in a private thread or may manage threads.

        False where that cannot be found out.
        """
        user = names.user_of(member)
        if user is None:
            return False
        try:
            channel = await self._channels.found(conversation)
            if isinstance(channel, discord.DMChannel):
                return user == self._connection.own or (channel.recipient is not None and channel.recipient.id == user)
            return await self._people.sees(user, channel)
        except PlatformError:
            return False

    # --- before acting ------------------------------------------------------------------------------------------

    def missing(self, place: "discord.Guild | Channel", *wanted: str) -> list[str]:
        """What the bot lacks in a channel or server, as clients call it; `wanted` as discord.py does.

        Nothing where it cannot be known: then Discord says it.
        """
        server = place if isinstance(place, discord.Guild) else getattr(place, "guild", None)
        own = server.me if isinstance(server, discord.Guild) and not server.unavailable else None
        if own is None or (isinstance(place, discord.Thread) and place.parent is None):
            return []
        if isinstance(place, discord.Guild):
            return permissions.lacking(own.guild_permissions, wanted)
        if isinstance(place, discord.PartialMessageable | discord.DMChannel):
            return []
        return permissions.lacking(permissions_in(place, own), wanted)

    def needs(self, conversation: ConversationId, what: str, *wanted: str) -> None:
        """Raises Forbidden where the bot lacks one of these permissions there; passes where it cannot know."""
        channel = self._channels.known(conversation)
        if channel is not None and (lacks := self.missing(channel, *wanted)):
            raise Forbidden(what, self.where(conversation), " and ".join(lacks))

    def able(self, server: discord.Guild, what: str, *wanted: str) -> None:
        """The same for what holds in the whole server."""
        if lacks := self.missing(server, *wanted):
            raise Forbidden(what, server.name, " and ".join(lacks))

    def outranks(self, server: discord.Guild, member: discord.Member, what: str = "do that") -> str | None:
        """Why the bot cannot do something to a member, whatever it is permitted; None: nothing is in the way.

        `what` stands after "cannot": "ban them", "time them out" (which Discord lets nobody do to administrators).
        """
        own = server.me
        return permissions.above(own, member, what) if own is not None else None

    def above(self, server: discord.Guild, member: discord.Member, what: str) -> None:
        """Raises Unsupported, in words that say how to mend it, where `outranks` finds something."""
        if reason := self.outranks(server, member, what):
            raise Unsupported(reason)


_PRIVATE = (None, discord.ChannelType.private)


def _with_whom(channel: discord.DMChannel) -> str:
    return channel.recipient.display_name if channel.recipient is not None else "direct messages"
