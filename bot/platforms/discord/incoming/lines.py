"""The order of each channel: what is heard live waits behind what was missed, and marks only ever grow."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain.event import Incoming
from bot.platforms.discord.incoming.feed import Feed, Heard
from bot.ports.platform import Note

DIRECTS = 0
"""The place of direct messages, which are in no server."""

_MOST_WAITING = 10_000
"""Entries in the feed from which live messages are not kept but read again later."""

_MOST_HELD = 500
"""Live messages of one channel that wait for those before them; of more, all are read again."""

_MOST_HELD_AT_ALL = 20_000


@dataclass(slots=True)
class _Held:
    """Live messages of a channel that is behind; `lost`: some were not kept."""

    messages: deque[tuple[int, tuple[Incoming, ...]]] = field(default_factory=deque)
    lost: bool = False


class Marks:
    """Channel to the newest message up to which everything is in the feed."""

    def __init__(self) -> None:
        self._marks: dict[int, int] = {}

    def load(self, resume: Mapping[str, str]) -> None:
        """As they were stored; what is no mark of this platform's is left out."""
        self._marks = {
            int(scope): int(token) for scope, token in resume.items() if scope.isdecimal() and token.isdecimal()
        }

    def __iter__(self) -> Iterator[int]:
        return iter(self._marks)

    def of(self, channel: int) -> int | None:
        return self._marks.get(channel)

    def advance(self, channel: int, message: int) -> dict[int, int]:
        """The mark to be stored with what it stands for; empty where it is no newer one."""
        if message <= self._marks.get(channel, 0):
            return {}
        self._marks[channel] = message
        return {channel: message}


class Lines:
    """Puts what is heard into the feed.

    A place is a server's id, or `DIRECTS`. After each fresh session it is unsettled: nothing is known of what was
    missed there, and live messages are held. A channel that is behind holds its own.
    """

    def __init__(self, feed: Feed, marks: Marks, fell_behind: Callable[[int, int], None]) -> None:
        """`fell_behind` is called with place and channel where live messages could not be kept."""
        self._feed = feed
        self._marks = marks
        self._fell_behind = fell_behind
        self._settled: set[int] = set()
        self._behind: set[int] = set()
        self._held: dict[int, _Held] = {}
        self._places: dict[int, int] = {}
        self._count = 0

    # --- live -----------------------------------------------------------------------------------------------------

    def message(self, place: int, channel: int, message: int, events: tuple[Incoming, ...]) -> None:
        """A message that came live; `events` are empty where it is not for the bot: its mark counts all the same."""
        if channel in self._behind or place not in self._settled:
            self._hold(place, channel, message, events)
        elif self._feed.waiting >= _MOST_WAITING:
            self.behind(channel)
            self._hold(place, channel, message, ())
            self._held[channel].lost = True
            self._fell_behind(place, channel)
        else:
            self._feed.put(Heard(events, self._marks.advance(channel, message)))

    def beside(self, events: Iterable[Incoming], notes: Iterable[Note] = ()) -> None:
        """Edits, deletions, reactions: they may overtake a message that is still to be read."""
        heard = Heard(tuple(events), notes=tuple(notes))
        if heard.events or heard.notes:
            self._feed.put(heard)

    def about(self, place: int, channel: int, events: Iterable[Incoming]) -> None:
        """The same for events of one channel, which are found again by reading it where too much waits."""
        if self._feed.waiting >= _MOST_WAITING and self._marks.of(channel) is not None:
            self._fell_behind(place, channel)
        else:  # without a mark all that was ever said there would be read
            self.beside(events)

    def mark(self, channel: int, message: int) -> None:
        """Up to here there is nothing to be heard."""
        marks = self._marks.advance(channel, message)
        if marks:
            self._feed.put(Heard(marks=marks))

    # --- sessions -------------------------------------------------------------------------------------------------

    def unsettle(self, concerns: Callable[[int], bool]) -> None:
        """A fresh session, or a server that went away: what comes now may leave something out."""
        self._settled = {place for place in self._settled if not concerns(place)}

    def is_settled(self, place: int) -> bool:
        return place in self._settled

    def settle(self, place: int) -> list[int]:
        """What was missed there is known, and what has to be read is marked as behind.

        Gives further channels that have to be read: live messages were held there.
        """
        self._settled.add(place)
        return [channel for channel in self._held if self._places[channel] == place and channel not in self._behind]

    def first_held(self, channel: int) -> int | None:
        """The oldest live message that waits."""
        held = self._held.get(channel)
        return held.messages[0][0] if held is not None and held.messages else None

    # --- catching up ----------------------------------------------------------------------------------------------

    def behind(self, channel: int) -> None:
        """From now on live messages wait until `caught_up`."""
        self._behind.add(channel)

    def reading(self, channel: int) -> None:
        """A page is about to be asked for: it will hold what was not kept before this moment."""
        held = self._held.get(channel)
        if held is not None:
            held.lost = False

    def caught_up(self, channel: int, newest: int) -> bool:
        """All up to the message `newest` was read: what waits follows. False: some was not kept, read on."""
        held = self._held.get(channel)
        if held is not None and held.lost:
            self._drop(held)
            return False
        self._behind.discard(channel)
        if held is None or self._places[channel] not in self._settled:
            return True
        del self._held[channel]
        self._count -= len(held.messages)
        for message, events in held.messages:
            if message > newest:
                self._feed.put(Heard(events, self._marks.advance(channel, message)))
        return True

    # --- holding --------------------------------------------------------------------------------------------------

    def _hold(self, place: int, channel: int, message: int, events: tuple[Incoming, ...]) -> None:
        held = self._held.setdefault(channel, _Held())
        self._places[channel] = place
        if len(held.messages) >= _MOST_HELD or self._count >= _MOST_HELD_AT_ALL:
            self._drop(held)
            held.lost = True
        held.messages.append((message, events))
        self._count += 1

    def _drop(self, held: _Held) -> None:
        self._count -= len(held.messages)
        held.messages.clear()
