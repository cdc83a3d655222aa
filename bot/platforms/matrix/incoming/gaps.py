"""What sync answers left out, fetched page by page: oldest first within its room, rooms beside each other.

Between two sync tokens /messages gives a room's events all and once, from the earlier token to the later one: measured
with Synapse 1.163. It sorts them by depth, so a stretch has to have a fixed end: an event of little depth that arrives
late would lie before a mark that moves. What happens in a room while it has a gap becomes a further stretch of it.
"""

import asyncio
import json
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import Gone, PlatformError, RateLimited, StorageError, Unavailable
from bot.log import logger
from bot.platforms.matrix.connection.homeserver import Homeserver, Json
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.fields import is_room
from bot.platforms.matrix.incoming.own import since_entry, until_exit
from bot.platforms.matrix.incoming.sections import events_in
from bot.platforms.matrix.incoming.timeline import Read, Timeline
from bot.platforms.matrix.rooms.room import Room
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.platforms.patience import Patience
from bot.ports.clock import Clock
from bot.ports.platform import Note, Notes

GAP = "gap"

PAGE = 250
"""Events asked for at once; Synapse gives up to 1,000."""

_AT_ONCE = 4
_PATIENCE = 120.0
"""Seconds for one page: a homeserver may have to fetch it from others."""

_LAZILY = json.dumps({"lazy_load_members": True})

_log = logger("matrix")

HandOver = Callable[[Read], Awaitable[None]]
"""Gives a batch to the core and returns once it is stored."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events of a room between two tokens.

    Attributes:
        number: stretches of a room are filled in this order.
        entering: nothing before the bot's own entry, which lies in it, is for the bot.
        begun: `start` is no sync token any more, but the mark up to which it is filled.
    """

    room: str
    start: str
    end: str
    number: int
    entering: bool = False
    begun: bool = False

    @property
    def id(self) -> str:
        return f"{self.room} {self.number}"

    def note(self) -> Note:
        said = {
            "room": self.room,
            "from": self.start,
            "to": self.end,
            "number": self.number,
            "entering": self.entering,
            "begun": self.begun,
        }
        return Note(GAP, self.id, json.dumps(said))

    def forgotten(self) -> Note:
        return Note(GAP, self.id, None)


class Gaps:
    """Fills noted stretches; what a stretch gives goes out with the note of what is left of it.

    Attributes:
        given_up: room to the number of its gaps that could not be filled.
    """

    def __init__(self, homeserver: Homeserver, rooms: Rooms, timeline: Timeline, notes: Notes, clock: Clock) -> None:
        self._homeserver = homeserver
        self._rooms = rooms
        self._timeline = timeline
        self._notes = notes
        self._clock = clock
        self._open: dict[str, deque[Stretch]] = {}
        self._former: dict[str, Room] = {}
        self._count = 0
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._filling: dict[str, asyncio.Task[None]] = {}
        self._work: Callable[[str], asyncio.Task[None]] | None = None
        self.given_up: Counter[str] = Counter()

    # --- what the reading loop asks and tells ---------------------------------------------------------------------

    async def load(self) -> None:
        """Take up what an earlier run left open. Raises StorageError."""
        self._open.clear()
        found = [stretch for note in await self._notes.all(GAP) if (stretch := _stretch(note)) is not None]
        for stretch in sorted(found, key=lambda stretch: stretch.number):
            self._open.setdefault(stretch.room, deque()).append(stretch)
            self._count = max(self._count, stretch.number)

    def is_open(self, room: str) -> bool:
        """Whether what happens in the room now has to wait for what happened before."""
        return room in self._open

    @property
    def rooms(self) -> frozenset[str]:
        """Rooms with a gap, for whoever looks after the bot."""
        return frozenset(self._open)

    def stretch(self, room: str, start: str, end: str, *, entering: bool = False) -> Stretch:
        """To be noted with the batch that stores the token `end`; `opened` when that is done."""
        self._count += 1
        return Stretch(room, start, end, self._count, entering)

    def opened(self, stretches: Iterable[Stretch], former: Iterable[Room] = ()) -> None:
        """The batch that notes these is stored; `former`: rooms that the bot is out of, as it knew them."""
        known = {room.id: room for room in former}
        for stretch in stretches:
            if stretch.room in known:
                self._former[stretch.room] = known[stretch.room]
            self._open.setdefault(stretch.room, deque()).append(stretch)
            self._begin(stretch.room)

    async def run(self, hand_over: HandOver) -> None:
        """Fill until cancelled; raises what cannot pass (Revoked)."""
        try:
            async with asyncio.TaskGroup() as group:
                self._work = lambda room: group.create_task(self._fill(room, hand_over), name="matrix gap")
                for room in list(self._open):
                    self._begin(room)
                await asyncio.Event().wait()
        except BaseExceptionGroup as errors:
            raise _first(errors) from errors
        finally:
            self._work = None
            self._filling.clear()

    def _begin(self, room: str) -> None:
        if self._work is not None and room not in self._filling:
            self._filling[room] = self._work(room)

    # --- filling --------------------------------------------------------------------------------------------------

    async def _fill(self, room: str, hand_over: HandOver) -> None:
        """All stretches of a room, in order."""
        patience = Patience()
        while (waiting := self._open.get(room)) is not None:
            merged, absorbed = _merged(waiting)
            try:
                async with self._at_once:
                    read, left = await self._page(merged)
            except (RateLimited, Unavailable, StorageError) as error:
                pause = patience.after(error)
                _log.warning("a gap is filled later", room=room, error=str(error), pause=pause)
                await self._clock.sleep(pause)
                continue
            patience.rewarded()
            read.notes += [stretch.forgotten() for stretch in absorbed if left is None or stretch.id != left.id]
            read.notes += [left.note()] if left is not None else []
            await hand_over(read)
            self._filled(room, absorbed, left)
        self._filling.pop(room, None)
        self._former.pop(room, None)

    def _filled(self, room: str, absorbed: Sequence[Stretch], left: Stretch | None) -> None:
        """Stored: what is left of the first stretches takes their place; others may have come meanwhile."""
        waiting = self._open[room]
        for _ in absorbed:
            waiting.popleft()
        if left is not None:
            waiting.appendleft(left)
        if not waiting:
            del self._open[room]

    async def _page(self, stretch: Stretch) -> tuple[Read, Stretch | None]:
        """The next events of a stretch, and what is left of it. Raises RateLimited, Unavailable, Revoked."""
        query = {"dir": "f", "from": stretch.start, "to": stretch.end, "limit": str(PAGE), "filter": _LAZILY}
        try:
            answer = await self._messages(stretch.room, query)
        except (Gone, Refused) as error:
            return await self._last_of(stretch, error), None
        events, end = events_in(answer["chunk"]), answer.get("end")
        left = None
        if isinstance(end, str) and end and end not in {stretch.start, stretch.end}:
            left = replace(stretch, start=end, begun=True)
        return await self._read(stretch, answer, events, left)

    async def _read(
        self, stretch: Stretch, answer: Json, events: Sequence[Json], left: Stretch | None
    ) -> tuple[Read, Stretch | None]:
        room = self._room(stretch.room)
        own = room.own or self._homeserver.user
        if stretch.entering:
            since = since_entry(events, own)
            events = since or ()
            left = replace(left, entering=False) if left is not None and since is not None else left
        if self._rooms.get(stretch.room) is None:
            events = until_exit(events, own)
        for event in events_in(answer.get("state")):
            if event.get("state_key") not in room.people and event.get("type") == "m.room.member":
                self._timeline.apply(room, event)
        return await self._timeline.read(room, events, live=False), left

    async def _last_of(self, stretch: Stretch, error: PlatformError) -> Read:
        """It cannot be filled: its last events, as many as a timeline shows, have to do."""
        self.given_up[stretch.room] += 1
        _log.error(
            "messages of a room are lost to the bot: a gap cannot be filled", room=stretch.room, error=str(error)
        )
        query = {"dir": "b", "from": stretch.end, "limit": "100", "filter": _LAZILY}
        try:
            answer = await self._messages(stretch.room, query)
        except (Gone, Refused) as again:
            _log.error("nor are its last messages to be had", room=stretch.room, error=str(again))
            return Read()
        events = tuple(reversed(events_in(answer["chunk"])))
        since = since_entry(events, self._homeserver.user)
        if stretch.entering and since is None:
            return Read()
        return (await self._read(replace(stretch, entering=False), answer, since or events, None))[0]

    async def _messages(self, room: str, query: dict[str, str]) -> dict[str, Any]:
        path = v3("rooms", room, "messages")
        answer = await self._homeserver.call("GET", path, query=query, patience=_PATIENCE)
        if not isinstance(answer.get("chunk"), list):
            raise Unavailable("what the homeserver answers holds no messages")
        return answer

    def _room(self, room: str) -> Room:
        return self._rooms.get(room) or self._former.get(room) or Room(room, own=self._homeserver.user)


def _merged(waiting: Sequence[Stretch]) -> tuple[Stretch, list[Stretch]]:
    """The first stretch, with those after it that have not begun either: between them the room was silent."""
    first, *others = waiting
    if first.begun or first.entering:
        return first, [first]
    absorbed = [first]
    for stretch in others:
        if stretch.entering:
            break
        absorbed.append(stretch)
    return replace(first, end=absorbed[-1].end), absorbed


def _stretch(note: Note) -> Stretch | None:
    try:
        said = json.loads(note.text or "")
        room, start, end, number = (said[name] for name in ("room", "from", "to", "number"))
        if is_room(room) and isinstance(start, str) and isinstance(end, str) and isinstance(number, int):
            return Stretch(room, start, end, number, said.get("entering") is True, said.get("begun") is True)
    except (ValueError, KeyError, TypeError):
        pass
    return None


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """One error stands for all: the first that came."""
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
