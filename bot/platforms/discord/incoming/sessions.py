"""After each fresh session: what of which server was missed, and which rooms the bot lost or sees again."""

import asyncio

import discord

from bot.errors import PlatformError, RateLimited, Revoked, Unavailable
from bot.log import logger
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.incoming.directs import Directs
from bot.platforms.discord.incoming.gaps import Gaps
from bot.platforms.discord.incoming.joining import Joining
from bot.platforms.discord.incoming.lines import DIRECTS, Lines, Marks
from bot.platforms.discord.incoming.pages import Pages
from bot.platforms.discord.incoming.reach import Reach
from bot.platforms.discord.servers.servers import Channel, Servers
from bot.platforms.patience import Patience
from bot.ports.clock import Clock

_MOST_ARCHIVED = 500
"""Archived threads of one channel that are looked at; those archived last come first."""

_NEW = 60.0
"""Seconds for which a thread counts as one that appears now."""

_log = logger("discord")


class Sessions:
    """Servers are looked at one by one as they come: one that does not come holds up no other."""

    def __init__(
        self,
        connection: Connection,
        servers: Servers,
        lines: Lines,
        marks: Marks,
        gaps: Gaps,
        pages: Pages,
        joining: Joining,
        directs: Directs,
        reach: Reach,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._servers = servers
        self._lines = lines
        self._marks = marks
        self._gaps = gaps
        self._pages = pages
        self._joining = joining
        self._directs = directs
        self._reach = reach
        self._clock = clock
        self._client: discord.AutoShardedClient | None = None
        self._ready: set[int] = set()
        self._arrived: asyncio.Queue[int] = asyncio.Queue()
        self._queued: set[int] = set()
        self._look = asyncio.Event()
        self._archives: asyncio.Queue[tuple[discord.TextChannel | discord.ForumChannel, int, dict[int, int]]]
        self._archives = asyncio.Queue()

    # --- what the gateway tells -----------------------------------------------------------------------------------

    def renewed(self, client: discord.AutoShardedClient) -> None:
        """A new client: nothing that was known of sessions holds."""
        self._client = client
        self._ready.clear()
        self._lines.unsettle(lambda _place: True)

    def began(self, shard: int) -> None:
        """A shard has a fresh session: what it brings may leave something out."""
        self._ready.discard(shard)
        self._lines.unsettle(lambda place: self._shard_of(place) == shard)

    def came(self, server: int) -> None:
        """A server's channels and threads are known."""
        self._arrive(server)
        self._look.set()

    def went(self, server: int) -> None:
        """Discord itself has lost it for a while."""
        self._lines.unsettle(lambda place: place == server)

    def became_ready(self, shard: int) -> None:
        """Whatever of this shard comes at once has come."""
        self._ready.add(shard)
        client = self._client
        for server in client.guilds if client is not None else ():
            if server.shard_id == shard and not server.unavailable and not self._lines.is_settled(server.id):
                self._arrive(server.id)
        if shard == 0:
            self._arrive(DIRECTS)
        self._look.set()

    def changed(self) -> None:
        """Channels, roles or the bot's own place changed: rooms may have come into sight or gone out of it."""
        self._look.set()

    def _arrive(self, place: int) -> None:
        """It is told in several ways, and looked at once."""
        if place not in self._queued:
            self._queued.add(place)
            self._arrived.put_nowait(place)

    # --- at work --------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until cancelled; raises Revoked."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._plan(), name="discord plans")
            group.create_task(self._watch(), name="discord reach")
            group.create_task(self._scan(), name="discord archives")

    async def _plan(self) -> None:
        while True:
            place = await self._arrived.get()
            self._queued.discard(place)
            try:
                self._settle(place)
            except Exception:  # noqa: BLE001 - one broken server holds up no other
                _log.exception("a server's channels could not be looked at", server=place)
                self._lines.settle(place)

    async def _watch(self) -> None:
        while True:
            await self._look.wait()
            self._look.clear()
            if self._client is None:
                continue
            try:
                lost, notes, back = self._reach.check(self._client, self._is_known)
            except Exception:  # noqa: BLE001 - it is beside the reading, which must go on
                _log.exception("which rooms can be seen could not be found out")
                continue
            self._lines.beside(lost, notes)
            for room in back:
                channel = self._servers.channel(room)
                if channel is not None and self._lines.is_settled(channel.guild.id):
                    self._arrive(channel.guild.id)

    def _is_known(self, server: int) -> bool:
        """Whether the bot is in a server can be told: it is there, or all of its shard have come."""
        client = self._client
        guild = client.get_guild(server) if client is not None else None
        if guild is not None:
            return not guild.unavailable
        return self._shard_of(server) in self._ready

    def _shard_of(self, place: int) -> int:
        count = (self._client.shard_count if self._client is not None else None) or 1
        return (place >> 22) % count

    # --- plans ----------------------------------------------------------------------------------------------------

    def _settle(self, place: int) -> None:
        """At once, without anything in between: what is live afterwards comes after what was missed."""
        if place == DIRECTS:
            self._settle_directs()
            return
        guild = self._client.get_guild(place) if self._client is not None else None
        if guild is None or guild.unavailable:
            return
        self._settle_server(guild)

    def _settle_server(self, guild: discord.Guild) -> None:
        channels = [channel for channel in guild.channels if self._servers.hears(channel)]
        threads = [thread for thread in guild.threads if self._servers.hears(thread)]
        marked = [mark for channel in (*channels, *threads) if (mark := self._marks.of(channel.id)) is not None]
        known, floor = max(marked, default=None), _entry(guild)
        marks = {channel: mark for channel in self._marks if (mark := self._marks.of(channel)) is not None}
        for channel in channels:
            if isinstance(channel, discord.ForumChannel | discord.CategoryChannel):
                self._lines.mark(channel.id, max(getattr(channel, "last_message_id", None) or 0, channel.id))
            else:
                self._missed(channel, None, floor)
            if known is not None and isinstance(channel, discord.TextChannel | discord.ForumChannel):
                self._archives.put_nowait((channel, max(known, floor), marks))
        for thread in threads:
            self._missed(thread, known, floor)
            self._joining.want(thread)
        for held in self._lines.settle(guild.id):
            waiting = guild.get_channel_or_thread(held) or self._partial(held, guild.id)
            self._gaps.open(waiting, self._marks.of(held) or (self._lines.first_held(held) or 1) - 1)

    def _missed(self, channel: "discord.abc.GuildChannel | discord.Thread", known: int | None, floor: int) -> None:
        """What of a channel is to be read.

        A thread without a mark is one that appeared, or came to life again, while nobody listened: what was said in it
        since the server was heard last (`known`) is read. A room without a mark begins now: no old history. A channel
        that does not say what was said last is looked into: it may be empty, or on a server that never says it.
        """
        mark = self._marks.of(channel.id)
        last = getattr(channel, "last_message_id", None) or 0
        if mark is None and known is None:
            held = self._lines.first_held(channel.id)
            begins = max(last, channel.id)
            self._lines.mark(channel.id, min(begins, held - 1) if held is not None else begins)
            return
        after = max(mark if mark is not None else known or 0, floor)
        self._lines.mark(channel.id, after)
        if not last or last > after:
            self._gaps.open(channel, after, compare=mark)
        elif mark is not None:
            self._gaps.compare(channel, mark)

    def appeared(self, thread: discord.Thread) -> None:
        """A thread that is new, that came to life again, or that the bot may see again."""
        self._joining.want(thread)
        if not self._lines.is_settled(thread.guild.id):
            return  # it is looked at with its server
        mark, last = self._marks.of(thread.id), thread.last_message_id or 0
        if mark is not None:
            if last > mark:
                self._gaps.open(thread, mark)
            return
        # One that is new begins with its first message; of an older one, what was said before is history.
        age = self._clock.now() - (thread.created_at or discord.utils.snowflake_time(thread.id))
        is_new = age.total_seconds() < _NEW
        self._lines.mark(thread.id, thread.id - 1 if is_new else max(last, thread.id))

    def _settle_directs(self) -> None:
        for number in self._directs.channels():
            mark = self._marks.of(number)
            if mark is not None:
                self._gaps.open(self._partial(number, None), mark, compare=mark)
        for held in self._lines.settle(DIRECTS):
            self._gaps.open(self._partial(held, None), self._marks.of(held) or (self._lines.first_held(held) or 1) - 1)

    def _partial(self, number: int, server: int | None) -> Channel:
        kind = discord.ChannelType.private if server is None else None
        return self._connection.client.get_partial_messageable(number, guild_id=server, type=kind)

    # --- archived threads -----------------------------------------------------------------------------------------

    async def _scan(self) -> None:
        """Threads that were written in and archived while nobody listened are in no list that the gateway sends."""
        patience = Patience()
        while True:
            channel, known, marks = await self._archives.get()
            try:
                await self._archived(channel, known, marks)
                patience.rewarded()
            except (RateLimited, Unavailable) as error:
                await self._clock.sleep(patience.after(error))
                self._archives.put_nowait((channel, known, marks))  # behind the others, which it does not hold up
            except Revoked:
                raise
            except PlatformError as error:
                _log.info("archived threads of a channel cannot be read", channel=channel.id, error=str(error))

    async def _archived(
        self, channel: "discord.TextChannel | discord.ForumChannel", known: int, marks: dict[int, int]
    ) -> None:
        if not self._pages.may_read(channel):
            return
        since, found = discord.utils.snowflake_time(known), list[discord.Thread]()
        where = self._servers.where(names.conversation_id(channel.id))
        async with self._connection.asking("list archived threads", where, "Read Message History"):
            async for thread in channel.archived_threads(limit=_MOST_ARCHIVED):
                if thread.archive_timestamp < since:
                    break
                found.append(thread)
        for thread in found:
            mark = marks.get(thread.id)
            after = max(mark or 0, _entry(channel.guild)) if mark is not None else known
            if thread.last_message_id is None or thread.last_message_id > after:
                self._gaps.open(thread, after, compare=mark)


def _entry(guild: discord.Guild) -> int:
    """The bot's own entry, as a message's id: nothing before it is for the bot."""
    joined = guild.me.joined_at if guild.me is not None else None
    return max(0, discord.utils.time_snowflake(joined) - 1) if joined is not None else 0
