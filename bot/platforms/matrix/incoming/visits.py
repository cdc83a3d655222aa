"""Rooms that the bot came into for a private conversation alone: where others are asked in, it leaves.

Members of a community may speak with the bot in private, and anybody can call an invitation private. Without this, any
member could bring the bot, which keeps what it reads, into a room of people who know nothing of it.
"""

from bot.platforms.matrix.errands import Errands
from bot.platforms.matrix.named import is_named
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.room import Room
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.ports.platform import Note, Notes

VISIT = "visit"
"""Scope of notes: such rooms, by whoever sent the invitation."""

LEAVE = "leave"


class Visits:
    """Kept in notes, written with the batch that brings the invitation."""

    def __init__(self, options: Options, rooms: Rooms, errands: Errands, notes: Notes) -> None:
        self._options = options
        self._rooms = rooms
        self._errands = errands
        self._notes = notes
        self._visited: set[str] = set()
        self._leaving: set[str] = set()

    async def load(self) -> None:
        """Raises StorageError."""
        self._visited = {note.id for note in await self._notes.all(VISIT)}
        self._leaving.clear()

    def begun(self, room: str, inviter: str | None, *, direct: bool) -> tuple[Note, ...]:
        """An invitation came; one by a listed inviter is to whatever room it may be."""
        follows = any(known.replaced_by == room and known.id not in self._visited for known in self._rooms)
        if inviter is None or not direct or self._options.welcomes(inviter) or follows:
            return ()
        self._visited.add(room)
        return (Note(VISIT, room, inviter),)

    def moved(self, old: str, new: str) -> tuple[Note, ...]:
        """A room was upgraded: whoever could not ask the bot into a room cannot lead it there either."""
        if old not in self._visited or new in self._visited:
            return ()
        self._visited.add(new)
        return (Note(VISIT, new, old),)

    def ended(self, room: str) -> tuple[Note, ...]:
        """The bot is out of the room, or was never in it."""
        if room not in self._visited:
            return ()
        self._visited.discard(room)
        self._leaving.discard(room)
        return (Note(VISIT, room, None), self._errands.forgotten(LEAVE, room))

    def outgrown(self, room: Room) -> tuple[Note, ...]:
        """What is to be done where others than the two are, or may come, into a room."""
        if room.id not in self._visited or room.id in self._leaving or room.is_of_two:
            return ()
        if is_named(room.id, self._options, self._rooms):
            return ()
        self._leaving.add(room.id)
        return (self._errands.note(LEAVE, room.id, {"room": room.id}, room=room.id),)
