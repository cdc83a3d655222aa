"""All that comes in: the gateway's events in each channel's order, what was missed, what is done by hand."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import discord

from bot.domain.event import Incoming, MemberJoined, MemberLeft
from bot.domain.ids import ConversationId, MessageId
from bot.domain.message import Message
from bot.errors import PlatformError, StorageError
from bot.log import logger
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.incoming.audit import Audit, Traces
from bot.platforms.discord.incoming.authors import is_stranger
from bot.platforms.discord.incoming.automod import AutoMod
from bot.platforms.discord.incoming.blindness import WORDS, Blindness
from bot.platforms.discord.incoming.changes import Changes
from bot.platforms.discord.incoming.convert import Converter
from bot.platforms.discord.incoming.directs import Directs
from bot.platforms.discord.incoming.feed import Feed
from bot.platforms.discord.incoming.gaps import Gaps
from bot.platforms.discord.incoming.hidden import Hidden
from bot.platforms.discord.incoming.homes import homes
from bot.platforms.discord.incoming.joining import Joining
from bot.platforms.discord.incoming.lines import DIRECTS, Lines, Marks
from bot.platforms.discord.incoming.pages import Pages
from bot.platforms.discord.incoming.reach import Reach
from bot.platforms.discord.incoming.sessions import Sessions
from bot.platforms.discord.options import Options
from bot.platforms.discord.servers.servers import Servers
from bot.platforms.patience import Patience
from bot.ports.clock import Clock
from bot.ports.core import Core

_log = logger("discord")

Listener = Callable[..., None]


class Reading:
    """Puts events into the feed; `attach` for each new client, `run` once."""

    def __init__(
        self, options: Options, connection: Connection, servers: Servers, feed: Feed, core: Core, clock: Clock
    ) -> None:
        self._options = options
        self._connection = connection
        self._servers = servers
        self._clock = clock
        self._blindness = Blindness()
        self._marks = marks = Marks()
        self._lines = lines = Lines(feed, marks, self._fell_behind)
        self._converter = converter = Converter(options, servers)
        hidden = Hidden(core.notes, clock)
        self._traces = Traces(clock)
        self._pages = pages = Pages(connection, servers, converter, clock)
        self._gaps = gaps = Gaps(connection, servers, converter, pages, feed, lines, marks, core.stored, hidden, clock)
        self._joining = Joining(connection, servers, clock)
        self._directs = Directs(core.notes, clock)
        self._reach = Reach(options, servers, core.notes, clock)
        self._sessions = Sessions(
            connection, servers, lines, marks, gaps, pages, self._joining, self._directs, self._reach, clock
        )
        self._changes = Changes(
            connection, servers, converter, pages, lines, marks, hidden, self._traces, core.stored, clock
        )
        self._audit = Audit(options, servers, self._traces, clock)
        self._automod = AutoMod(connection, servers, marks, clock)

    # --- what the platform asks -----------------------------------------------------------------------------------

    async def run(self, resume: Mapping[str, str]) -> None:
        """Read what was missed and what has to be asked for, until cancelled; raises what cannot pass (Revoked)."""
        self._marks.load(resume)
        await self._loaded(self._reach.load)
        await self._loaded(self._directs.load)
        try:
            async with asyncio.TaskGroup() as group:
                for work in (self._gaps.run, self._sessions.run, self._joining.run):
                    group.create_task(work(), name="discord reading")
        except BaseExceptionGroup as errors:
            raise _first(errors) from errors
        finally:
            await asyncio.gather(*self._changes.stop(), return_exceptions=True)

    async def history(self, conversation: ConversationId, *, before: MessageId | None, limit: int) -> list[Message]:
        """Up to `limit` messages older than `before`, oldest first; nothing of what the bot cannot read."""
        return await self._pages.history(conversation, before=before, limit=limit)

    def troubles(self) -> list[str]:
        """What an operator should know, in words: what cannot be read, and how to mend it."""
        found = [WORDS] if self._blindness.is_blind else []
        return [*found, *self._gaps.given_up.values()]

    @property
    def is_caught_up(self) -> bool:
        """Nothing that was missed is still to be read."""
        return self._gaps.is_idle

    async def _loaded(self, load: Callable[[], Coroutine[Any, Any, None]]) -> None:
        patience = Patience()
        while True:
            try:
                return await load()
            except StorageError as error:
                pause = patience.after(error)
                _log.warning("what an earlier run knew is read later", error=str(error), pause=pause)
                await self._clock.sleep(pause)

    def _fell_behind(self, place: int, channel: int) -> None:
        """Too much waits: the channel is read again once that is stored."""
        client, mark = self._connection.client, self._marks.of(channel)
        after = mark if mark is not None else (self._lines.first_held(channel) or 1) - 1
        guild = client.get_guild(place) if place != DIRECTS else None
        kind = discord.ChannelType.private if guild is None else None
        known = guild.get_channel_or_thread(channel) if guild is not None else None
        where = known or client.get_partial_messageable(channel, guild_id=place or None, type=kind)
        self._gaps.open(where, after, compare=mark)

    # --- listening ------------------------------------------------------------------------------------------------

    def attach(self, client: discord.AutoShardedClient) -> None:
        """Listen to a client that has not connected yet."""
        self._sessions.renewed(client)
        changes, sessions = self._changes, self._sessions
        listeners: dict[str, Listener] = {
            "message": self._message,
            "raw_message_edit": changes.edited,
            "unreadable_event": changes.unreadable,
            "raw_message_delete": changes.deleted,
            "raw_bulk_message_delete": changes.deleted,
            "raw_reaction_add": changes.reacted,
            "raw_reaction_remove": changes.reacted,
            "raw_reaction_clear": changes.cleared,
            "raw_reaction_clear_emoji": changes.cleared,
            "member_join": self._joined,
            "raw_member_remove": self._left,
            "thread_create": self._thread,
            "thread_join": self._thread,
            "thread_update": lambda _before, after: self._thread(after),
            "raw_thread_delete": self._thread_deleted,
            "guild_available": lambda guild: sessions.came(guild.id),
            "guild_join": lambda guild: sessions.came(guild.id),
            "guild_unavailable": lambda guild: sessions.went(guild.id),
            "guild_remove": lambda _guild: sessions.changed(),
            "guild_channel_create": lambda _channel: sessions.changed(),
            "guild_channel_update": lambda _before, _after: sessions.changed(),
            "guild_channel_delete": self._channel_deleted,
            "guild_role_update": lambda _before, _after: sessions.changed(),
            "guild_role_delete": lambda _role: sessions.changed(),
            "member_update": self._member_changed,
            "shard_connect": sessions.began,
            "shard_ready": sessions.became_ready,
        }
        for name, listener in listeners.items():
            _listen(client, name, _guarded(name, listener))
        _listen(client, "audit_log_entry_create", self._done_by_hand)
        _listen(client, "automod_action", self._automod_acted)

    def _message(self, message: discord.Message) -> None:
        """Of every channel that is heard the mark moves on, also where the message is not for the bot."""
        channel, own = message.channel, self._connection.own
        if not self._servers.hears(channel):
            return
        self._blindness.see(message, own)
        events: tuple[Incoming, ...] = ()
        try:
            posted = self._converter.posted(message, own)
        except Exception:  # noqa: BLE001 - what a stranger wrote must not cost the messages beside it
            _log.exception("a message cannot be understood and is left out", channel=channel.id, id=message.id)
            posted = None
        if posted is not None:
            events = (posted,)
            self._changes.met(posted.message.author)
            self._traces.heard(channel.id, message.id, message.author.id)
        place = _place_of(message)
        if place == DIRECTS and events:
            self._lines.beside((), self._directs.heard(message))
        looks_up = bool(events) and place != DIRECTS and self._lines.is_settled(place) and is_stranger(message)
        if looks_up:
            self._lines.behind(channel.id)
        self._lines.message(place, channel.id, message.id, events)
        if looks_up:  # what they may do is not said: their message is read again, which asks for it
            mark = self._marks.of(channel.id)
            self._gaps.open(channel, mark if mark is not None else message.id - 1)  # type: ignore[arg-type] # group channels hold no bots

    # --- people and places ----------------------------------------------------------------------------------------

    def _joined(self, member: discord.Member) -> None:
        who, at = self._servers.member(member), member.joined_at or self._clock.now()
        self._lines.beside(MemberJoined(who, home, at) for home in homes(member.guild, self._options, self._servers))

    def _left(self, raw: discord.RawMemberRemoveEvent) -> None:
        guild = self._connection.client.get_guild(raw.guild_id)
        if guild is None or raw.user.id == self._connection.own:
            return
        who, at = self._servers.member(raw.user), self._clock.now()
        self._lines.beside(MemberLeft(who, home, at) for home in homes(guild, self._options, self._servers))

    def _member_changed(self, _before: discord.Member, after: discord.Member) -> None:
        if after.id == self._connection.own:
            self._sessions.changed()

    def _thread(self, thread: discord.Thread) -> None:
        if self._servers.hears(thread) and not thread.archived:
            self._sessions.appeared(thread)

    def _thread_deleted(self, raw: discord.RawThreadDeleteEvent) -> None:
        if raw.thread is not None:
            self._changes.vanished(raw.thread)
        elif self._marks.of(raw.thread_id) is not None:
            client = self._connection.client
            self._changes.vanished(client.get_partial_messageable(raw.thread_id, guild_id=raw.guild_id))

    def _channel_deleted(self, channel: discord.abc.GuildChannel) -> None:
        self._sessions.changed()
        self._changes.vanished(channel)

    # --- what has to ask first --------------------------------------------------------------------------------------

    async def _done_by_hand(self, entry: discord.AuditLogEntry) -> None:
        try:
            self._lines.beside(await self._audit.observed(entry, self._connection.own))
        except PlatformError as error:
            _log.warning("a line of the audit log could not be followed", error=str(error))

    async def _automod_acted(self, action: discord.AutoModAction) -> None:
        if not self._options.automod or action.channel_id is None:
            return
        channel = action.channel
        if channel is None or not self._servers.hears(channel):
            return
        try:
            self._lines.beside(await self._automod.events(action, channel))
        except PlatformError as error:
            _log.warning("what AutoMod did could not be followed", error=str(error))


def _place_of(message: discord.Message) -> int:
    """A server that is not known yet is one all the same: its messages wait until it has come."""
    server = message.guild.id if message.guild is not None else getattr(message.channel, "guild_id", None)
    return server or DIRECTS


def _guarded(name: str, listener: Listener) -> Callable[..., Coroutine[Any, Any, None]]:
    """At once when its turn comes, with nothing awaited: so events keep their order. One that fails costs no other."""

    async def heard(*args: Any) -> None:
        try:
            listener(*args)
        except PlatformError as error:
            _log.warning("an event could not be followed", event_name=name, error=str(error))
        except Exception:  # noqa: BLE001 - whatever is odd about it
            _log.exception("an event could not be followed", event_name=name)

    return heard


def _listen(client: discord.Client, name: str, listener: Callable[..., Coroutine[Any, Any, None]]) -> None:
    """Beside whoever listens already: the library has room for one."""
    before = getattr(client, f"on_{name}", None)

    async def both(*args: Any) -> None:
        await listener(*args)
        if before is not None:
            await before(*args)

    both.__name__ = f"on_{name}"
    client.event(both)


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """One error stands for all: the first that came."""
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
