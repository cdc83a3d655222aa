"""What was missed, read from history: oldest first within its channel, channels beside each other.

After a fresh session Discord replays nothing. Each channel that has messages beyond its mark is paged from there on;
then its last messages before the mark are compared with what is stored, since edits and deletions were missed, too.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.domain.event import Incoming, MessageDeleted, MessageEdited, MessagePosted
from bot.domain.ids import MessageId
from bot.errors import PlatformError, RateLimited, Revoked, StorageError, Unavailable
from bot.log import logger
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.incoming.convert import Converter
from bot.platforms.discord.incoming.feed import Feed, Heard
from bot.platforms.discord.incoming.hidden import Hidden
from bot.platforms.discord.incoming.lines import Lines, Marks
from bot.platforms.discord.incoming.pages import PAGE, Page, Pages
from bot.platforms.discord.servers.servers import Channel, Servers
from bot.platforms.patience import Patience
from bot.ports.clock import Clock
from bot.ports.core import Stored

_AT_ONCE = 4
_MANY_WAITING = 1_000

_log = logger("discord")


@dataclass(slots=True)
class Gap:
    """What is to be read of one channel.

    Attributes:
        after: everything up to this message is heard.
        compare: the mark up to which edits and deletions may have been missed; None: none.
        stored: the last messages up to there that the store keeps.
        again: more was missed since reading began.
    """

    channel: Channel
    after: int
    compare: int | None = None
    stored: Sequence[MessageId] = ()
    again: bool = False


class Gaps:
    """Fills gaps; `given_up` names the channels whose history cannot be read, for whoever looks after the bot."""

    def __init__(
        self,
        connection: Connection,
        servers: Servers,
        converter: Converter,
        pages: Pages,
        feed: Feed,
        lines: Lines,
        marks: Marks,
        stored: Stored,
        hidden: Hidden,
        clock: Clock,
    ) -> None:
        self._connection = connection
        self._servers = servers
        self._converter = converter
        self._pages = pages
        self._feed = feed
        self._lines = lines
        self._marks = marks
        self._stored = stored
        self._hidden = hidden
        self._clock = clock
        self._open: dict[int, Gap] = {}
        self._compared: dict[int, Gap] = {}
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._work: Callable[[Gap], object] | None = None
        self.given_up: dict[int, str] = {}

    # --- what the reading asks ------------------------------------------------------------------------------------

    def open(self, channel: Channel, after: int, *, compare: int | None = None) -> None:
        """Read a channel from a message on; live messages wait until that is done."""
        self._lines.behind(channel.id)
        known = self._open.get(channel.id)
        if known is not None:
            known.again, known.channel = True, channel
            known.compare = compare if known.compare is None else known.compare
            return
        self._open[channel.id] = gap = Gap(channel, after, compare)
        self._begin(gap)

    def compare(self, channel: Channel, mark: int) -> None:
        """Look for edits and deletions alone: nothing was said."""
        if channel.id not in self._open and channel.id not in self._compared:
            self._compared[channel.id] = gap = Gap(channel, mark, mark)
            self._begin(gap)

    @property
    def is_idle(self) -> bool:
        return not self._open and not self._compared

    async def run(self) -> None:
        """Fill until cancelled; raises what cannot pass (Revoked)."""
        async with asyncio.TaskGroup() as group:
            self._work = lambda gap: group.create_task(self._fill(gap), name="discord gap")
            for gap in (*self._open.values(), *self._compared.values()):
                self._begin(gap)
            try:
                await asyncio.Event().wait()
            finally:
                self._work = None

    def _begin(self, gap: Gap) -> None:
        if self._work is not None:
            self._work(gap)

    # --- filling --------------------------------------------------------------------------------------------------

    async def _fill(self, gap: Gap) -> None:
        """All that is missing of a channel, then what changed before."""
        channel = gap.channel.id
        if gap.compare is not None:
            await self._patiently(gap, self._look)
        if self._open.get(channel) is gap:
            read = await self._patiently(gap, self._read)
            del self._open[channel]
            if gap.compare is None or not read:
                return
            self._compared[channel] = gap
        await self._patiently(gap, self._changes)
        if self._compared.get(channel) is gap:
            del self._compared[channel]

    async def _patiently(self, gap: Gap, does: Callable[[Gap], Coroutine[Any, Any, bool]]) -> bool:
        """Until it is done; what cannot be had is given up (False), for this channel alone. Raises Revoked."""
        patience = Patience()
        while True:
            try:
                async with self._at_once:
                    done = await does(gap)
            except (RateLimited, Unavailable, StorageError) as error:
                pause = patience.after(error)
                _log.warning("what was missed is read later", channel=gap.channel.id, error=str(error), pause=pause)
                await self._clock.sleep(pause)
                continue
            except Revoked:
                raise
            except PlatformError as error:
                self._give_up(gap, str(error))
                return False
            except Exception as error:  # noqa: BLE001 - one odd channel never ends the reading of all
                _log.exception("what was missed in a channel cannot be understood", channel=gap.channel.id)
                self._give_up(gap, type(error).__name__)
                return False
            patience.rewarded()
            if done:
                return True

    async def _look(self, gap: Gap) -> bool:
        """What is stored: before it is read what follows, which pushes it out of reach."""
        await self._feed.put(Heard())  # what waits is stored first
        gap.stored = await self._stored.newest(self._servers.conversation(gap.channel).id, PAGE)
        return True

    async def _read(self, gap: Gap) -> bool:
        """The next page; True: all is read, and live messages have followed."""
        channel = self._newest(gap)
        if self._feed.waiting > _MANY_WAITING:
            await self._feed.put(Heard())  # what waits is stored first: memory never holds more than it may
        gap.again = False
        self._lines.reading(channel.id)
        known = getattr(channel, "last_message_id", None) or 0
        page = await self._pages.after(channel, gap.after)
        newest = page.ids[-1] if page.ids else gap.after
        # What stands last may have been deleted: without this it would be looked for at each start.
        gap.after = max(newest, known) if page.is_last else newest
        self.given_up.pop(channel.id, None)
        await self._feed.put(Heard(self._events(page), self._marks.advance(channel.id, gap.after)))
        return page.is_last and not gap.again and self._lines.caught_up(channel.id, gap.after)

    def _events(self, page: Page) -> tuple[Incoming, ...]:
        return tuple(self._understood(page, self._converter.posted))

    def _understood(
        self, page: Page, converted: Callable[[discord.Message, int], MessagePosted | MessageEdited | None]
    ) -> Iterator[Incoming]:
        """What a stranger wrote never costs the messages beside it."""
        own = self._connection.own
        for message in page.messages:
            try:
                event = converted(message, own)
            except Exception as error:  # noqa: BLE001 - whatever is odd about it
                _log.warning("a message cannot be understood and is left out", error=type(error).__name__)
                continue
            if event is not None:
                yield event

    async def _changes(self, gap: Gap) -> bool:
        """Edits and deletions among the last messages before the mark."""
        mark = gap.compare
        if mark is None:
            return True
        channel = self._newest(gap)
        page = await self._pages.before(channel, mark + 1)
        found = [*self._understood(page, self._converter.edited), *await self._deleted(gap, page, mark)]
        if found:
            await self._feed.put(Heard(tuple(found)))
        return True

    async def _deleted(self, gap: Gap, page: Page, mark: int) -> list[Incoming]:
        """Stored messages that Discord no longer has, in the stretch that the page covers."""
        channel = self._newest(gap)
        where = self._servers.conversation(channel)
        there, first = set(page.ids), 0 if page.is_last else page.ids[0]
        found = list[Incoming]()
        for message in gap.stored:
            spot = names.message_of(message)
            if spot is None or spot[0] != channel.id or not first <= spot[1] <= mark or spot[1] in there:
                continue
            if not await self._hidden.by_the_bot(message):
                found.append(MessageDeleted(message, where, self._clock.now()))
        return found

    def _newest(self, gap: Gap) -> Channel:
        """The channel as the client knows it now: after a new session there is another object for it."""
        known = self._servers.channel(names.conversation_id(gap.channel.id))
        return known if known is not None else gap.channel

    def _give_up(self, gap: Gap, why: str) -> None:
        channel = gap.channel.id
        if channel not in self.given_up:
            _log.warning("what was missed in a channel cannot be read; others go on", channel=channel, error=why)
        self.given_up[channel] = why
        if self._open.get(channel) is gap and not self._lines.caught_up(channel, gap.after):
            # Some live messages were not kept, and history is closed: they are lost, the next ones are not.
            self._lines.reading(channel)
            self._lines.caught_up(channel, gap.after)
