"""Events of a room's timeline: decrypted, understood, and told on, one malformed one never costing the others."""

import asyncio
import copy
import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from bot.domain.event import Incoming, MessagePosted, Reacted, ReactionRemoved
from bot.domain.ids import MessageId
from bot.domain.member import Member, MemberKind
from bot.errors import StorageError
from bot.log import logger
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.homeserver import Json
from bot.platforms.matrix.crypto.machine import Machine
from bot.platforms.matrix.fields import event_id, mapping, moment, user_id
from bot.platforms.matrix.incoming.convert import Surroundings, events_of
from bot.platforms.matrix.incoming.notices import Notices
from bot.platforms.matrix.incoming.own import OUT
from bot.platforms.matrix.incoming.taken import Taken
from bot.platforms.matrix.incoming.waiting import Waiting
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.power import LEVELS
from bot.platforms.matrix.rooms.room import Room
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.ports.clock import Clock
from bot.ports.platform import Note, Notes

REACTION = "reaction"

_KEPT = timedelta(days=30)
_REMEMBERED = 10_000
"""Events of this run whose author or nature is known without asking."""

_BREATH = 50
"""Events after which others get their turn."""

_log = logger("matrix")


class Presses(Protocol):
    """What understands reactions and replies that mean more than themselves (`incoming.presses`)."""

    async def own(self, room: Room, event: Json) -> Taken | None: ...

    async def reaction(self, room: Room, event: Json) -> Taken | None: ...

    async def reply(self, room: Room, event: Json) -> Taken | None: ...

    async def withdrawn(self, room: Room, event: str) -> Taken | None: ...


class Lists(Protocol):
    """Rooms that are there for their policy rules only (`sources.policy_lists`)."""

    def is_list(self, room: str) -> bool: ...

    def redacted(self, room: str, event: str) -> None: ...


@dataclass(slots=True)
class Read:
    """What events came to, to be handed over in one go."""

    events: list[Incoming] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def add(self, taken: Taken) -> None:
        self.events += taken.events
        self.notes += taken.notes


class Timeline:
    """Reads events in the order of their rooms. `machine` is None where encryption is switched off."""

    def __init__(
        self,
        options: Options,
        rooms: Rooms,
        machine: Machine | None,
        presses: Presses,
        notices: Notices,
        notes: Notes,
        clock: Clock,
        lists: Lists | None = None,
    ) -> None:
        self._options = options
        self._rooms = rooms
        self._machine = machine
        self._presses = presses
        self._notices = notices
        self._notes = notes
        self._clock = clock
        self._lists = lists
        self._waiting = Waiting(notes)
        self._authors: OrderedDict[str, str] = OrderedDict()
        self._threads: OrderedDict[str, str] = OrderedDict()
        self._reactions: OrderedDict[str, Note] = OrderedDict()
        self._no_messages: OrderedDict[str, None] = OrderedDict()
        """Presses and the bot's own reactions: their redaction is no message's."""

    async def begin(self) -> None:
        """Look at what an earlier run left. Raises StorageError."""
        await self._waiting.load()
        await self._notices.load()

    async def read(self, room: Room, events: Sequence[Json], *, live: bool) -> Read:
        """Events of a room, oldest first; `live`: they change what is known of the room, which older ones must not.

        Raises StorageError: try again.
        """
        read = Read()
        for number, event in enumerate(events, 1):
            try:
                read.add(await self._one(room if live else _as_it_was(room, event), event))
            except StorageError:
                raise
            except Exception:  # noqa: BLE001 - what a stranger wrote must not cost the events beside it
                _log.exception("an event could not be read", room=room.id, id=event_id(event.get("event_id")))
            if live and "state_key" in event:
                self.apply(room, event)
            if number % _BREATH == 0:
                await asyncio.sleep(0)
        return read

    def apply(self, room: Room, event: Json) -> None:
        """A piece of state that holds now."""
        try:
            room.apply(event)
        except Exception:  # noqa: BLE001
            _log.exception("a room's state could not be read", room=room.id, id=event_id(event.get("event_id")))
        gone = event.get("type") == "m.room.member" and mapping(event.get("content")).get("membership") in OUT
        if gone and self._machine is not None:
            self._machine.people_changed(room.id)

    async def opened(self, keys: Iterable[tuple[str, str]] | None) -> Read:
        """What waited for these keys (room and session); None: try all that waits.

        Raises StorageError: try again.
        """
        read, found = Read(), []
        for message in await self._waiting.under(keys):
            event, place = await self._waiting.event(message), names.event_of(message)
            clear = self._decrypted(place[0], event) if event is not None and place is not None else None
            if clear is not None and place is not None:
                room = self._rooms.get(place[0]) or Room(place[0], own=self._options.user, encrypted=True)
                late = await self.read(room, [clear], live=False)
                read.add(Taken(tuple(late.events), tuple(late.notes)))
                found.append(message)
            await asyncio.sleep(0)
        read.notes += map(self._waiting.forgotten, found)
        return read

    # --- one event ------------------------------------------------------------------------------------------------

    async def _one(self, room: Room, event: Json) -> Taken:
        kind, identity, sender = event.get("type"), event_id(event.get("event_id")), user_id(event.get("sender"))
        if identity is None or sender is None or self._is_of_a_list(room, event):
            return Taken()
        if kind == "m.room.redaction" and "state_key" not in event:
            return await self._redaction(room, event)
        if kind == "m.room.encrypted" and "ciphertext" in mapping(event.get("content")) and "state_key" not in event:
            return await self._encrypted(room, event, identity, sender)
        return await self._clear(room, event, identity, sender)

    def _is_of_a_list(self, room: Room, event: Json) -> bool:
        """What is said among rules is nobody's business here; one that is redacted holds no longer."""
        if self._lists is None or not self._lists.is_list(room.id):
            return False
        target = event_id(mapping(event.get("content")).get("redacts")) or event_id(event.get("redacts"))
        if event.get("type") == "m.room.redaction" and target is not None:
            self._lists.redacted(room.id, target)
        return True

    async def _clear(self, room: Room, event: Json, identity: str, sender: str) -> Taken:
        kind = event.get("type")
        if "state_key" in event:
            return Taken(tuple(self._events(room, event)))
        if sender == self._options.user:
            _remember(self._no_messages, identity, None)
            return await self._presses.own(room, event) or Taken()
        _remember(self._authors, identity, sender)
        if kind == "m.reaction":
            return await self._reaction(room, event, identity, sender)
        if kind == "m.room.message" and (taken := await self._presses.reply(room, event)) is not None:
            return taken
        events = tuple(self._events(room, event))
        for one in events:
            if isinstance(one, MessagePosted) and (thread := names.place_of(one.message.conversation.id).thread):
                _remember(self._threads, identity, thread)
        return Taken(events)

    async def _encrypted(self, room: Room, event: Json, identity: str, sender: str) -> Taken:
        clear = self._decrypted(room.id, event)
        if clear is not None:
            taken = await self._clear(room, clear, identity, sender)
            heard = any(isinstance(one, MessagePosted) for one in taken.events)
            return Taken(taken.events, (*taken.notes, *self._notices.first_words(room))) if heard else taken
        if sender == self._options.user or self._options.heard_elsewhere(sender, *room.known_as()):
            return Taken()
        _remember(self._authors, identity, sender)
        return self._waiting.taken(room, event, self._member(room, sender), self._machine, self._clock.now())

    def _decrypted(self, room: str, event: Json) -> dict[str, Any] | None:
        if self._machine is None:
            return None
        try:
            return self._machine.decrypt(room, event)
        except Exception:  # noqa: BLE001 - whatever somebody wrote there, it cannot be read now
            _log.exception("an event could not be decrypted", room=room, id=event_id(event.get("event_id")))
            return None

    # --- reactions and what is taken back -------------------------------------------------------------------------

    async def _reaction(self, room: Room, event: Json, identity: str, sender: str) -> Taken:
        taken = await self._presses.reaction(room, event)
        if taken is not None:
            _remember(self._no_messages, identity, None)
            return taken
        events = self._events(room, event)
        reacted = next((one for one in events if isinstance(one, Reacted)), None)
        if reacted is None:
            return Taken(tuple(events))
        thread = names.place_of(reacted.conversation.id).thread
        said = json.dumps({"message": reacted.message, "emoji": reacted.emoji, "user": sender, "thread": thread})
        message, until = names.message_id(room.id, identity), self._clock.now() + _KEPT
        note = Note(REACTION, message, said, member=reacted.member.id, until=until)
        _remember(self._reactions, message, note)
        return Taken(tuple(events), (note,))

    async def _redaction(self, room: Room, event: Json) -> Taken:
        target = event_id(mapping(event.get("content")).get("redacts")) or event_id(event.get("redacts"))
        if target is None:
            return Taken()
        message = names.message_id(room.id, target)
        withdrawn = await self._presses.withdrawn(room, target) or Taken()
        removed = await self._reaction_removed(room, event, message)
        if removed is not None:
            return _both(withdrawn, removed)
        if target in self._no_messages:
            return withdrawn
        waited = (self._waiting.forgotten(message),) if self._waiting.knows(message) else ()
        return _both(withdrawn, Taken(tuple(self._events(room, event)), waited))

    async def _reaction_removed(self, room: Room, event: Json, reaction: MessageId) -> Taken | None:
        """None: it was no reaction that is known."""
        note = self._reactions.pop(reaction, None) or await self._notes.get(REACTION, reaction)
        if note is None or note.text is None:
            return None
        forget = Note(REACTION, reaction, None)
        try:
            said = json.loads(note.text)
            message, emoji, user = MessageId(str(said["message"])), str(said["emoji"]), str(said["user"])
            where = room.conversation(event_id(said["thread"]))
        except (ValueError, KeyError, TypeError):
            return Taken(notes=(forget,))
        now = self._clock.now()
        at = moment(event, now) or now
        return Taken((ReactionRemoved(message, where, self._member(room, user), emoji, at),), (forget,))

    # --- shared ---------------------------------------------------------------------------------------------------

    def _events(self, room: Room, event: Json) -> list[Incoming]:
        return events_of(event, room, self._surroundings())

    def _surroundings(self) -> Surroundings:
        return Surroundings(self._options.user, self._options, self._clock.now(), self._authors, self._threads)

    def _member(self, room: Room, user: str) -> Member:
        member = room.member(user)
        return Member(member.id, member.name, MemberKind.BOT) if self._options.is_bot(user) else member


def _as_it_was(room: Room, event: Json) -> Room:
    """The room before an older change of its power levels, which is told by what it changes."""
    if event.get("type") != LEVELS or event.get("state_key") != "":
        return room
    before = copy.copy(room)
    before.apply({**event, "content": mapping(mapping(event.get("unsigned")).get("prev_content"))})
    return before


def _both(one: Taken, other: Taken) -> Taken:
    return Taken((*one.events, *other.events), (*one.notes, *other.notes))


def _remember(memory: "OrderedDict[str, Any]", name: str, value: Any) -> None:
    memory[name] = value
    memory.move_to_end(name)
    while len(memory) > _REMEMBERED:
        memory.popitem(last=False)
