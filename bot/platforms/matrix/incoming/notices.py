"""What an encrypted room is told once: that the bot keeps its messages readable, how long, and how to prevent it."""

from collections.abc import Mapping
from typing import Any

from bot.domain.document import Code, Document, Inline, Text
from bot.domain.effect import Priority
from bot.platforms.matrix import names
from bot.platforms.matrix.errands import Errand, Errands
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.outgoing.sender import Sender
from bot.platforms.matrix.render import bodies
from bot.platforms.matrix.render import content as contents
from bot.platforms.matrix.rooms.room import Room
from bot.ports.platform import Note, Notes

TOLD = "told"
TELL = "tell"


class Notices:
    """Decides who is to be told, in the batch that brings the first readable words."""

    def __init__(self, options: Options, notes: Notes, errands: Errands) -> None:
        self._options = options
        self._notes = notes
        self._errands = errands
        self._told: set[str] = set()

    async def load(self) -> None:
        """Raises StorageError."""
        self._told = {note.id for note in await self._notes.all(TOLD)}

    def first_words(self, room: Room) -> tuple[Note, ...]:
        """Somebody's words could be read here. Also a room that follows one that was told is told: others may read."""
        if room.id in self._told:
            return ()
        self._told.add(room.id)
        data = {"room": room.id, "days": self._days(room)}
        return (Note(TOLD, room.id, "yes"), self._errands.note(TELL, room.id, data, room=room.id))

    def _days(self, room: Room) -> int | None:
        """For how long the room's texts are kept, by its own name or that of the room it replaced."""
        for name in (room.id, room.predecessor):
            if name is not None and (days := self._options.retention_days.get(names.conversation_id(name))):
                return days
        return None


class Telling:
    """The errand; `kinds` is for `Errands`."""

    def __init__(self, options: Options, sender: Sender) -> None:
        self._options = options
        self._sender = sender

    def kinds(self) -> Mapping[str, Errand]:
        return {TELL: self._tell}

    async def _tell(self, data: Mapping[str, Any]) -> None:
        body = bodies.in_one(notice(data["days"], self._options.off_record), lambda _: None)
        await self._sender.send(
            data["room"],
            "m.room.message",
            contents.message(body),
            transaction=f"told {data['room']}",
            priority=Priority.ANSWER,
            follow=False,
        )


def notice(days: int | None, markers: tuple[str, ...]) -> Document:
    """In plain words. `days`: None where no number holds."""
    long = "for a limited time" if days is None else "for one day" if days == 1 else f"for {days} days"
    said: list[str | Inline] = [
        Text(
            "This room is encrypted, but not from me: like everybody here I can read what is written, and I keep its "
            f"messages {long} on the machine that I run on, in a form that whoever runs me can read. I need them to "
            "notice attacks and to sum up discussions; nobody else gets them."
        )
    ]
    if markers:
        said += [
            " If you want to keep a message off the record, begin it with ",
            Code(markers[0]),
            ": then it is never quoted nor summed up, and kept for moderators only, and briefly.",
        ]
    return Document.of(*said)
