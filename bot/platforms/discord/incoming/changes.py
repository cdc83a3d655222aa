"""What happens to messages that stand: edits, deletions, reactions."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import discord

from bot.domain.event import Incoming, MessageDeleted, Reacted, ReactionRemoved
from bot.domain.ids import MessageId
from bot.domain.member import Member
from bot.domain.reaction import approves
from bot.errors import Forbidden, Gone, PlatformError, RateLimited, StorageError, Unavailable
from bot.log import logger
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.incoming.audit import Traces
from bot.platforms.discord.incoming.authors import is_stranger
from bot.platforms.discord.incoming.convert import Converter, emoji_text
from bot.platforms.discord.incoming.hidden import Hidden
from bot.platforms.discord.incoming.lines import DIRECTS, Lines, Marks
from bot.platforms.discord.incoming.pages import Pages
from bot.platforms.discord.incoming.votes import Votes
from bot.platforms.discord.servers.servers import Channel, Servers
from bot.platforms.patience import Patience
from bot.ports.clock import Clock
from bot.ports.core import Stored

_REMEMBERED = 5_000
_TOGETHER = 250
_ALL = 10_000
"""Stored messages of a channel that is deleted as a whole."""

_ATTEMPTS = 10
"""To find out what a change means, while Discord or the store has trouble."""

_log = logger("discord")


class Changes:
    def __init__(
        self,
        connection: Connection,
        servers: Servers,
        converter: Converter,
        pages: Pages,
        lines: Lines,
        marks: Marks,
        hidden: Hidden,
        traces: Traces,
        stored: Stored,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._servers = servers
        self._converter = converter
        self._pages = pages
        self._lines = lines
        self._marks = marks
        self._hidden = hidden
        self._traces = traces
        self._stored = stored
        self._clock = clock
        self._votes = Votes()
        self._people: OrderedDict[int, Member] = OrderedDict()
        self._aside: set[asyncio.Task[None]] = set()

    def met(self, member: Member) -> None:
        """Somebody whose name is known: Discord gives only the number of who takes a reaction back."""
        number = names.user_of(member.id)
        if number is not None:
            self._people[number] = member
            self._people.move_to_end(number)
            while len(self._people) > _REMEMBERED:
                self._people.popitem(last=False)

    def stop(self) -> list["asyncio.Task[None]"]:
        """Cancels what is still under way."""
        for task in self._aside:
            task.cancel()
        return list(self._aside)

    # --- edits ----------------------------------------------------------------------------------------------------

    def edited(self, raw: discord.RawMessageUpdateEvent) -> None:
        """Discord updates messages by itself, too, with what links lead to: these are no edits."""
        if not raw.data.get("edited_timestamp") or not self._is_ours(raw.message.channel):
            return
        is_whole = hasattr(raw.message, "author")
        if not is_whole or (raw.message.guild is not None and is_stranger(raw.message)):
            self._later(partial(self._fetched, self._channel(raw.channel_id, raw.guild_id), raw.message_id))
            return
        self._tell_edit(raw.message)

    def unreadable(self, event: str, data: Mapping[str, Any]) -> None:
        """An edit may come as a part of the message alone, which the library cannot read."""
        if event != "MESSAGE_UPDATE" or not data.get("edited_timestamp"):
            return
        server = data.get("guild_id")
        channel = self._channel(int(data["channel_id"]), int(server) if server else None)
        if self._is_ours(channel):
            self._later(partial(self._fetched, channel, int(data["id"])))

    def _tell_edit(self, message: discord.Message) -> None:
        event = self._converter.edited(message, self._connection.own)
        if event is not None:
            self._beside(self._channel(message.channel.id, message.guild.id if message.guild else None), (event,))

    async def _fetched(self, channel: Channel, message: int) -> None:
        found = await self._pages.one(channel, message)
        if found is not None:
            self._tell_edit(found)

    # --- deletions ------------------------------------------------------------------------------------------------

    def deleted(self, raw: "discord.RawMessageDeleteEvent | discord.RawBulkMessageDeleteEvent") -> None:
        channel = self._channel(raw.channel_id, raw.guild_id)
        if not self._is_ours(channel):
            return
        several = raw.message_ids if isinstance(raw, discord.RawBulkMessageDeleteEvent) else {raw.message_id}
        for message in several:
            self._traces.deleted(channel.id, message)
        gone = [names.message_id(channel.id, each) for each in sorted(several)]
        self._later(partial(self._tell_deleted, channel, gone))

    def vanished(self, channel: Channel) -> None:
        """A thread or channel was deleted: so were all messages in it, of which Discord says nothing."""
        if self._is_ours(channel):
            self._later(partial(self._tell_vanished, channel))

    async def _tell_vanished(self, channel: Channel) -> None:
        where = self._servers.conversation(channel)
        kept, at = await self._stored.newest(where.id, _ALL), self._clock.now()
        gone = [MessageDeleted(message, where, at) for message in kept if names.message_of(message)]
        for start in range(0, len(gone), _TOGETHER):
            self._lines.beside(gone[start : start + _TOGETHER])

    async def _tell_deleted(self, channel: Channel, messages: Iterable[MessageId]) -> None:
        gone = await self._hidden.by_others(messages)
        if not gone:
            return
        if isinstance(channel, discord.PartialMessageable) and channel.guild_id is not None:
            # An archived thread: only asked for it is known what it is called, and which room it belongs to.
            channel = await self._looked_up(channel)
        where, at = self._servers.conversation(channel), self._clock.now()
        self._beside(channel, [MessageDeleted(message, where, at) for message in gone])

    async def _looked_up(self, channel: discord.PartialMessageable) -> Channel:
        """An archived thread; as little as is known of it where the bot cannot see it any more."""
        try:
            return await self._servers.messageable(names.conversation_id(channel.id))  # type: ignore[return-value] # what one can write in is a channel
        except (Forbidden, Gone):
            return channel

    # --- reactions ------------------------------------------------------------------------------------------------

    def reacted(self, raw: discord.RawReactionActionEvent) -> None:
        channel = self._channel(raw.channel_id, raw.guild_id)
        if raw.user_id == self._connection.own or not self._is_ours(channel):
            return
        user = raw.member or self._user(raw.user_id)
        if user is not None:
            self.met(self._servers.member(user))
        member = self._people.get(raw.user_id)
        if member is None:
            self._later(partial(self._stranger_reacted, raw, channel))
            return
        self._tell_reaction(raw, channel, member)

    def cleared(self, raw: "discord.RawReactionClearEvent | discord.RawReactionClearEmojiEvent") -> None:
        """Of whose reactions is not said: those that were seen in this run are known."""
        channel = self._channel(raw.channel_id, raw.guild_id)
        if not self._is_ours(channel):
            return
        emoji = emoji_text(raw.emoji) if isinstance(raw, discord.RawReactionClearEmojiEvent) else None
        message, where, at = (
            names.message_id(channel.id, raw.message_id),
            self._servers.conversation(channel),
            self._now,
        )
        gone = self._votes.cleared(message, emoji)
        self._beside(channel, [ReactionRemoved(message, where, member, sign, at) for sign, member in gone])

    async def _stranger_reacted(self, raw: discord.RawReactionActionEvent, channel: Channel) -> None:
        """Who took something back is worth asking only where it counts."""
        guild = getattr(channel, "guild", None)
        if not approves(emoji_text(raw.emoji)) or not isinstance(guild, discord.Guild):
            return
        found = await self._servers.fetched(guild, raw.user_id)
        if found is not None:
            self.met(self._servers.member(found))
            self._tell_reaction(raw, channel, self._servers.member(found))

    def _tell_reaction(self, raw: discord.RawReactionActionEvent, channel: Channel, member: Member) -> None:
        message, emoji = names.message_id(channel.id, raw.message_id), emoji_text(raw.emoji)
        where = self._servers.conversation(channel)
        if raw.event_type == "REACTION_ADD":
            self._votes.given(message, emoji, member)
            self._beside(channel, (Reacted(message, where, member, emoji, self._now),))
        else:
            self._votes.withdrawn(message, emoji, member)
            self._beside(channel, (ReactionRemoved(message, where, member, emoji, self._now),))

    # --- shared ---------------------------------------------------------------------------------------------------

    @property
    def _now(self) -> datetime:
        return self._clock.now()

    def _user(self, user: int) -> discord.User | None:
        return self._connection.client.get_user(user)

    def _channel(self, number: int, server: int | None) -> Channel:
        """As the client knows it, else what little the event says of it."""
        client = self._connection.client
        guild = client.get_guild(server) if server is not None else None
        known = guild.get_channel_or_thread(number) if guild is not None else client.get_channel(number)
        kind = discord.ChannelType.private if server is None else None
        return known or client.get_partial_messageable(number, guild_id=server, type=kind)  # type: ignore[return-value] # messages stand there

    def _is_ours(self, channel: object) -> bool:
        """Also an archived thread, which is known by its mark alone."""
        return self._servers.hears(channel) or (
            isinstance(channel, discord.PartialMessageable) and self._marks.of(channel.id) is not None
        )

    def _beside(self, channel: Channel, events: Iterable[Incoming]) -> None:
        guild = getattr(channel, "guild", None)
        place = guild.id if guild is not None else DIRECTS
        self._lines.about(place, channel.id, events)

    def _later(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """What has to ask first; other events do not wait for it."""
        task = asyncio.get_running_loop().create_task(self._patiently(work), name="discord change")
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    async def _patiently(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        patience = Patience()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await work()
            except (RateLimited, Unavailable, StorageError) as error:
                if attempt == _ATTEMPTS:
                    _log.warning("a change of a message could not be followed", error=str(error))
                else:
                    await self._clock.sleep(patience.after(error))
            except PlatformError as error:
                _log.warning("a change of a message could not be followed", error=str(error))
                return None
            except Exception:  # noqa: BLE001 - whatever is odd about it costs no other
                _log.exception("a change of a message could not be followed")
                return None
        return None
