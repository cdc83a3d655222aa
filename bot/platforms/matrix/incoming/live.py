"""One sync answer after the other: what each says of the rooms, as events and notes that go with its token."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.errors import RateLimited, StorageError, Unavailable
from bot.log import logger
from bot.platforms.matrix.connection.homeserver import Homeserver, Json
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.crypto.machine import Machine
from bot.platforms.matrix.incoming.gaps import Gaps, Stretch
from bot.platforms.matrix.incoming.invites import Invites
from bot.platforms.matrix.incoming.own import OUT, own_membership, since_entry, until_exit
from bot.platforms.matrix.incoming.sections import FILTER, Section, direct_rooms, invited, joined, left, token_of
from bot.platforms.matrix.incoming.timeline import Read, Timeline
from bot.platforms.matrix.rooms.room import Room
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.platforms.patience import SHORTEST, Patience
from bot.ports.clock import Clock
from bot.ports.platform import Note, Notes

JOINED = "joined"
"""Scope of notes: rooms that the bot is in, so that one joined while it was down is told from one it was in before."""

_LONG_POLL = 30
_PATIENCE, _PATIENCE_AT_START = 90.0, 600.0
"""Seconds for an answer; the first one holds the state of all rooms."""

_BAD_REQUEST = 400

_log = logger("matrix")

Result = TypeVar("Result")


@dataclass(slots=True)
class News:
    """What an answer came to.

    Attributes:
        stretches: what it leaves out, noted in `read`.
        former: rooms that the bot is out of since.
    """

    read: Read = field(default_factory=Read)
    stretches: list[Stretch] = field(default_factory=list)
    former: list[Room] = field(default_factory=list)


class Live:
    """The long poll. `machine` is None where encryption is switched off."""

    def __init__(
        self,
        homeserver: Homeserver,
        rooms: Rooms,
        machine: Machine | None,
        timeline: Timeline,
        gaps: Gaps,
        invites: Invites,
        notes: Notes,
        clock: Clock,
    ) -> None:
        self._homeserver = homeserver
        self._rooms = rooms
        self._machine = machine
        self._timeline = timeline
        self._gaps = gaps
        self._invites = invites
        self._notes = notes
        self._clock = clock
        self._known: set[str] = set()
        self._started = False

    async def run(
        self, since: str | None, hand_over: Callable[[Read, str | None], Awaitable[None]], answered: Callable[[], None]
    ) -> None:
        """Read until cancelled; raises what cannot pass (Revoked).

        Args:
            since: the token of the last answer that is stored.
            hand_over: gives a batch to the core, and returns once it is stored.
            answered: called after each answer.
        """
        self._started = False
        self._known = {note.id for note in await self.patiently(lambda: self._notes.all(JOINED))}
        patience = Patience()
        while True:
            asked_at = self._clock.monotonic()
            try:
                answer = await self._ask(since)
            except (RateLimited, Unavailable, Refused) as error:
                if isinstance(error, Refused) and error.status == _BAD_REQUEST and since is not None:
                    _log.error("the homeserver does not know where the bot stopped: it starts anew", error=str(error))
                    since = None
                pause = patience.after(error)
                _log.warning("the homeserver does not answer", error=str(error), pause=pause)
                await self._clock.sleep(pause)
                continue
            token = token_of(answer)
            if token is None:
                _log.error("a sync answer without a token is left out")
                await self._clock.sleep(patience.after(Unavailable("no token")))
                continue
            if self._started and token == since and self._clock.monotonic() - asked_at < SHORTEST:
                # Not the long poll's end: something in between, a cache perhaps, gives the same answer again.
                await self._clock.sleep(patience.after(Unavailable("no news")))
            else:
                patience.rewarded()
            news = await self._news(answer, since, token)
            answered()
            if token != since or news.read.events or news.read.notes:
                await hand_over(news.read, token)
                self._gaps.opened(news.stretches, news.former)
            since, self._started = token, True

    async def _ask(self, since: str | None) -> dict[str, Any]:
        query = {"filter": FILTER, "timeout": str(_LONG_POLL * 1000 if self._started else 0)}
        if since is not None:
            query["since"] = since
        if not self._started:
            query["full_state"] = "true"
        patience = _PATIENCE if self._started else _PATIENCE_AT_START
        return await self._homeserver.call("GET", v3("sync"), query=query, patience=patience)

    async def patiently(self, does: Callable[[], Awaitable[Result]]) -> Result:
        """Do it again while the store or the homeserver is in passing trouble."""
        patience = Patience()
        while True:
            try:
                return await does()
            except (StorageError, Unavailable, RateLimited) as error:
                pause = patience.after(error)
                _log.warning("what has come is read later", error=str(error), pause=pause)
                await self._clock.sleep(pause)

    # --- one answer -----------------------------------------------------------------------------------------------

    async def _news(self, answer: Json, since: str | None, token: str) -> News:
        """Keys first: they open what comes in the same answer, and what came before."""
        news, machine = News(), self._machine
        keys = await self.patiently(lambda: machine.take(answer)) if machine is not None else frozenset()
        entered = self._state(answer)
        if keys or not self._started:
            late = await self.patiently(lambda: self._timeline.opened(keys if self._started else None))
            news.read.events += late.events
            news.read.notes += late.notes
        for section in left(answer):
            await self._out(section, since, token, news)
        for section in joined(answer):
            await self._in(section, since, token, news)
            if section.room in entered:
                news.read.add(self._invites.entered(self._rooms.entered(section.room)))
        for room, state in invited(answer):
            news.read.notes += self._invites.invited(room, state)
        return news

    def _state(self, answer: Json) -> set[str]:
        """Take what the rooms were before their timelines; gives those that were not known."""
        sections = joined(answer)
        entered = {section.room for section in sections if self._rooms.get(section.room) is None}
        for section in sections:
            room = self._rooms.entered(section.room)
            room.take_summary(section.summary)
            if section.limited and section.room not in entered:
                room.missed()
            if not section.at_end:
                self._apply(room, section)
        direct = direct_rooms(answer)
        if direct is not None:
            private = {identity for rooms in direct.values() for identity in rooms}
            for room in self._rooms:
                room.direct = room.direct or room.id in private
        return entered

    def _apply(self, room: Room, section: Section) -> None:
        for event in section.state:
            self._timeline.apply(room, event)

    async def _in(self, section: Section, since: str | None, token: str, news: News) -> None:
        """A room that the bot is in."""
        room, own = self._rooms.entered(section.room), self._homeserver.user
        was_in = section.room in self._known
        events = section.timeline if was_in else since_entry(section.timeline, own) or ()
        missing = section.limited if was_in else section.limited and not events
        if since is None:
            events, missing = (), False
        if missing or self._gaps.is_open(section.room):
            if since is not None and (missing or section.timeline):
                self._note(news, self._gaps.stretch(section.room, since, token, entering=not was_in))
            self._change(room, section.timeline)
        else:
            self._change(room, section.timeline[: len(section.timeline) - len(events)])
            read = await self.patiently(lambda: self._timeline.read(room, events, live=True))
            news.read.events += read.events
            news.read.notes += read.notes
        if section.at_end:
            self._apply(room, section)
        if not was_in:
            self._known.add(section.room)
            news.read.notes.append(Note(JOINED, section.room, "yes"))
        news.read.add(self._invites.followed(room))
        news.read.notes += self._invites.outgrown(room)

    async def _out(self, section: Section, since: str | None, token: str, news: News) -> None:
        """A room that the bot is out of, or an invitation that was withdrawn."""
        news.read.notes += self._invites.withdrawn(section.room)
        room, own = self._rooms.left(section.room), self._homeserver.user
        if section.room not in self._known:
            return
        self._known.discard(section.room)
        news.read.notes.append(Note(JOINED, section.room, None))
        if room is None:  # it happened while the bot was not running: what it was called is in the answer
            room = Room(section.room, own=own)
            self._apply(room, section)
        news.former.append(room)
        if since is None:
            return
        events = until_exit(section.timeline, own)
        if section.limited or self._gaps.is_open(section.room):
            self._note(news, self._gaps.stretch(section.room, since, token))
            # That it was sent out is told at once; what was said before follows.
            events = [event for event in events if own_membership(event, own) in OUT][-1:]
        elif not any(own_membership(event, own) in OUT for event in events):
            events = [*events, *(event for event in section.state if own_membership(event, own) in OUT)]
        read = await self.patiently(lambda: self._timeline.read(room, events, live=True))
        news.read.events += read.events
        news.read.notes += read.notes

    def _change(self, room: Room, events: "tuple[Json, ...]") -> None:
        """What is paged for later, or is not for the bot, changes the room all the same."""
        for event in events:
            if "state_key" in event:
                self._timeline.apply(room, event)

    def _note(self, news: News, stretch: Stretch) -> None:
        news.stretches.append(stretch)
        news.read.notes.append(stretch.note())


async def beside(wanted: asyncio.Event, does: Callable[[], Awaitable[None]], clock: Clock, what: str) -> None:
    """Do something whenever it is wanted, until cancelled; trouble is logged, and it is tried again later."""
    patience = Patience()
    while True:
        await wanted.wait()
        wanted.clear()
        try:
            await does()
            patience.rewarded()
        except Exception as error:  # noqa: BLE001 - it is beside the reading, which must go on
            pause = patience.after(error)
            _log.warning(f"{what} did not work", error=f"{type(error).__name__}: {error}", pause=pause)
            wanted.set()
            await clock.sleep(pause)
