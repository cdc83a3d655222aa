"""Messages that cannot be read yet: kept as they came until their key does, or thirty days."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.event import Undecryptable
from bot.domain.ids import MessageId
from bot.domain.member import Member
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.homeserver import Json
from bot.platforms.matrix.crypto.machine import Machine
from bot.platforms.matrix.fields import event_id, mapping, moment, relation
from bot.platforms.matrix.incoming.taken import Taken
from bot.platforms.matrix.rooms.room import Room
from bot.ports.platform import Note, Notes

UNDECRYPTABLE = "undecryptable"

_KEPT = timedelta(days=30)

_MOST = 5_000
"""Messages of one room; who floods it with what nobody can read fills no disk."""

Key = tuple[str, str]
"""Room and megolm session."""


class Waiting:
    """Finds by key what waits for it; the notes themselves hold the ciphertext."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._under: dict[Key, dict[MessageId, int]] = {}
        """Key to messages, with when each was sent in milliseconds."""
        self._key: dict[MessageId, Key] = {}
        self._until: dict[MessageId, datetime] = {}
        """When each note goes."""
        self._count: Counter[str] = Counter()

    async def load(self) -> None:
        """Raises StorageError."""
        self._under.clear()
        self._key.clear()
        self._until.clear()
        self._count.clear()
        for note in await self._notes.all(UNDECRYPTABLE):
            event, place = _event(note), names.event_of(MessageId(note.id))
            if event is not None and place is not None:
                self._index(MessageId(note.id), place[0], event, note.until)

    def taken(self, room: Room, event: Json, sender: Member, machine: Machine | None, now: datetime) -> Taken:
        """A message that nobody gave the bot the key of; without a machine none will come, and nothing is kept."""
        identity, at = event_id(event.get("event_id")), moment(event, now)
        if identity is None or at is None:
            return Taken()
        related = relation(mapping(event.get("content")))
        thread = event_id(related.get("event_id")) if related.get("rel_type") == "m.thread" else None
        message = names.message_id(room.id, identity)
        unread = Undecryptable(message, room.conversation(thread), sender, at)
        if self._count[room.id] >= _MOST:
            self._forget_old(now)
        if machine is None or self._count[room.id] >= _MOST:
            return Taken((unread,))
        until = now + _KEPT
        self._index(message, room.id, event, until)
        kept = Note(UNDECRYPTABLE, message, json.dumps(event), sender.id, message, until)
        return Taken((unread,), (kept,))

    def knows(self, message: MessageId) -> bool:
        return message in self._key

    def forgotten(self, message: MessageId) -> Note:
        """It waits no longer; the note that says so."""
        key = self._key.pop(message, None)
        self._until.pop(message, None)
        if key is not None:
            self._count[key[0]] -= 1
            self._under[key].pop(message, None)
            if not self._under[key]:
                del self._under[key]
        return Note(UNDECRYPTABLE, message, None)

    async def under(self, keys: Iterable[Key] | None) -> list[MessageId]:
        """What waits for any of these keys, oldest first; None: all that waits."""
        found = [self._under.get(key, {}) for key in (list(self._under) if keys is None else keys)]
        times = {message: at for messages in found for message, at in messages.items()}
        return sorted(times, key=lambda message: (times[message], message))

    async def event(self, message: MessageId) -> Json | None:
        """The ciphertext; None: it was forgotten, since the message was deleted or its author erased."""
        note = await self._notes.get(UNDECRYPTABLE, message)
        event = _event(note) if note is not None else None
        if event is None:
            self.forgotten(message)
        return event

    def _forget_old(self, now: datetime) -> None:
        """What the store has forgotten by itself takes the place of nothing any more."""
        for message in [message for message, until in self._until.items() if until <= now]:
            self.forgotten(message)

    def _index(self, message: MessageId, room: str, event: Json, until: datetime | None) -> None:
        session = mapping(event.get("content")).get("session_id")
        key = (room, session if isinstance(session, str) else "")
        stamp = event.get("origin_server_ts")
        self.forgotten(message)
        self._under.setdefault(key, {})[message] = stamp if isinstance(stamp, int) else 0
        self._key[message] = key
        if until is not None:
            self._until[message] = until
        self._count[room] += 1


def _event(note: Note) -> Json | None:
    try:
        event = json.loads(note.text or "")
    except ValueError:
        return None
    return event if isinstance(event, dict) else None
