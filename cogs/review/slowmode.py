"""Slow mode: moderators set how long each member waits between two messages in a room."""

from dataclasses import dataclass
from typing import Final, Self

from bot.api import (
    Community,
    Conversation,
    Document,
    Effect,
    Ground,
    Invocation,
    Origin,
    Record,
    SlowMode,
    UserError,
    duration,
)
from cogs.review import policy
from cogs.review.desk import Desk

_OFF: Final = frozenset({"off", "none", "0", "0s"})


@dataclass(frozen=True, slots=True)
class Pause:
    """Seconds between two messages of one member; 0: as many as they like."""

    seconds: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a duration, or "off"."""
        if text.lower() in _OFF:
            return cls(0)
        try:
            return cls(max(1, round(duration(text).total_seconds())))
        except UserError as error:
            raise UserError(f"{error}; or off") from error

    @property
    def in_words(self) -> str:
        if self.seconds % 60:
            return "1 second" if self.seconds == 1 else f"{self.seconds:,} seconds"
        return policy.lasting(self.seconds // 60)


async def slowed(desk: Desk, call: Invocation, pause: Pause, room: str) -> list[Effect]:
    """The measure, its line in the trail, and what the moderator hears of it.

    Raises:
        UserError: it is not clear which room is meant.
    """
    community = call.home
    where = await _room(desk, call.conversation, community, room)
    ground = Ground("", f"Set by {call.caller.name} with {desk.prefix}{call.command}.")
    details = {"room": where.name, "pause": pause.in_words if pause.seconds else "off"}
    return [
        SlowMode(conversation=where.id, ground=ground, origin=Origin.HUMAN, by=call.caller.id, seconds=pause.seconds),
        Record(community.id, "slowmode.set", where.id, call.caller.id, details),
        call.answer(_answer(pause, where.name)),
    ]


async def _room(desk: Desk, here: Conversation, community: Community, name: str) -> Conversation:
    """The room that was named, or else the one where the command was given, unless that is the moderators' own."""
    rooms = [await desk.directory.conversation(room) or Conversation(room, room) for room in community.rooms_now]
    rooms.sort(key=lambda room: room.name)
    if not name and here.room in community.rooms_now:
        return next(room for room in rooms if room.id == here.room)
    wanted = name.strip().lstrip("#").casefold()
    found = [room for room in rooms if wanted in (room.name.lstrip("#").casefold(), room.id.casefold())]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(room.name for room in rooms)
    if found:
        raise UserError(f"Several rooms are called “{name}”: give the command in the one you mean.")
    which = f"There is no room “{name}” here." if name else "Name the room, too."
    raise UserError(f"{which} There are: {listed}.")


def _answer(pause: Pause, room: str) -> Document:
    what = f"{pause.in_words} between two messages of one member" if pause.seconds else "off"
    return Document.of(
        f"I am setting the slow mode of {room}: {what}. If that cannot be done there, the moderators' room hears why."
    )
