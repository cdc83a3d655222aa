"""Invitations and upgrades: whose the bot accepts, and how it follows a room to its successor."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.document import Document, Link
from bot.domain.effect import Priority
from bot.domain.event import ConversationReplaced
from bot.errors import Forbidden, Gone, PlatformError, RateLimited, Revoked, Unavailable
from bot.log import logger
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.homeserver import Homeserver, Json
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.errands import Errand, Errands
from bot.platforms.matrix.fields import is_room, mapping, user_id
from bot.platforms.matrix.incoming.own import own_membership
from bot.platforms.matrix.incoming.taken import Taken
from bot.platforms.matrix.incoming.visits import LEAVE, Visits
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.outgoing.sender import Sender
from bot.platforms.matrix.render import bodies
from bot.platforms.matrix.render import content as contents
from bot.platforms.matrix.rooms.room import Room
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.ports.clock import Clock
from bot.ports.platform import Note, Notes

INVITED, FOLLOW, ASK_IN = "invited", "follow", "ask-in"

FOLLOWED = "followed"
"""Scope of notes: an upgraded room, with the room that it led to when the bot set out to follow."""

_log = logger("matrix")


class Invites:
    """What the reading loop notes down of invitations and upgrades; `Doorkeeper` does the rest."""

    def __init__(self, options: Options, rooms: Rooms, errands: Errands, notes: Notes, clock: Clock) -> None:
        self._options = options
        self._rooms = rooms
        self._errands = errands
        self._notes = notes
        self._clock = clock
        self._followed: dict[str, str] = {}
        self._visits = Visits(options, rooms, errands, notes)

    async def load(self) -> None:
        """Raises StorageError."""
        await self._visits.load()
        self._followed = {note.id: note.text for note in await self._notes.all(FOLLOWED) if note.text}
        for old, new in self._followed.items():
            if is_room(new):
                self._rooms.replaced.setdefault(old, new)

    def invited(self, room: str, state: Sequence[Json]) -> tuple[Note, ...]:
        """An invitation; what the homeserver shows of the room is said by strangers."""
        for event in state:
            if own_membership(event, self._options.user) == "invite":
                inviter = user_id(event.get("sender"))
                direct = mapping(event.get("content")).get("is_direct") is True
                data = {"room": room, "inviter": inviter, "direct": direct}
                visit = self._visits.begun(room, inviter, direct=direct)
                return (*visit, self._errands.note(INVITED, room, data, room=room))
        return ()

    def withdrawn(self, room: str) -> tuple[Note, ...]:
        """Also of a room that the bot is out of."""
        return (self._errands.forgotten(INVITED, room), *self._visits.ended(room))

    def outgrown(self, room: Room) -> tuple[Note, ...]:
        """Where others are asked into a private conversation, the bot leaves."""
        return self._visits.outgrown(room)

    def followed(self, room: Room) -> Taken:
        """An upgraded room is followed once, however the bot learnt of it; its successor names it, or nothing moves."""
        new = room.replaced_by
        if new is None or new == room.id or self._followed.get(room.id) == new:
            return Taken()
        self._followed[room.id] = new
        noted, there = Note(FOLLOWED, room.id, new), self._rooms.get(new)
        if there is None:
            data = {"old": room.id, "new": new, "via": room.via()[:1]}
            visit = self._visits.moved(room.id, new)
            return Taken(notes=(noted, *visit, self._errands.note(FOLLOW, room.id, data, room=new)))
        if there.predecessor != room.id:
            _log.warning("a room is said to be replaced by one that does not follow it", room=room.id, other=new)
            return Taken(notes=(noted,))
        return Taken((self._replacement(room, there),), (noted,))

    def entered(self, room: Room) -> Taken:
        """The bot joined a room: if one that it knows was upgraded to it, what comes next happens here."""
        before = room.predecessor
        if before is None or self._followed.get(before) != room.id:
            return Taken()
        old = self._rooms.get(before) or Room(before, name=room.name, own=self._options.user)
        calls_off = (self._errands.forgotten(FOLLOW, before), self._errands.forgotten(ASK_IN, before))
        return Taken((self._replacement(old, room),), calls_off)

    def _replacement(self, old: Room, new: Room) -> ConversationReplaced:
        return ConversationReplaced(old.conversation(), new.conversation(), self._clock.now())


class Doorkeeper:
    """The errands: joins, declines, follows, asks to be let in. All of it may be done twice."""

    def __init__(
        self, options: Options, homeserver: Homeserver, rooms: Rooms, sender: Sender, errands: Errands
    ) -> None:
        self._options = options
        self._homeserver = homeserver
        self._rooms = rooms
        self._sender = sender
        self._errands = errands

    def kinds(self) -> Mapping[str, Errand]:
        return {INVITED: self._answer, FOLLOW: self._follow, ASK_IN: self._ask_in, LEAVE: self._leave}

    async def _answer(self, data: Mapping[str, Any]) -> None:
        """Accept or decline an invitation."""
        room, inviter = data["room"], data["inviter"]
        if self._rooms.get(room) is not None:
            return
        if await self._is_welcome(room, inviter, direct=data["direct"]):
            await self._join(room, [names.server_of(inviter)])
            _log.info("an invitation was accepted", room=room, inviter=inviter)
            return
        reason = "I only come where those who run me let me: ask them to invite me, or to list you as an inviter."
        try:
            await self._homeserver.call("POST", v3("rooms", room, "leave"), {"reason": reason})
        except (Gone, Refused) as error:
            _log.info("an invitation was gone before it was declined", room=room, error=str(error))
            return
        _log.warning(
            "an invitation was declined: who sent it is not listed under matrix.inviters",
            room=room,
            inviter=inviter or "nobody who can be named",
        )

    async def _leave(self, data: Mapping[str, Any]) -> None:
        """Go out of a private conversation that others were asked into."""
        room = data["room"]
        if self._rooms.get(room) is None:
            return
        reason = "I was asked here for a private conversation, and it no longer is one."
        await self._homeserver.call("POST", v3("rooms", room, "leave"), {"reason": reason})
        _log.warning(
            "a private conversation was left: others were asked in, by nobody under matrix.inviters", room=room
        )

    async def _is_welcome(self, room: str, inviter: str | None, *, direct: bool) -> bool:
        if inviter is None:
            return False
        if self._options.welcomes(inviter):
            return True
        if any(known.replaced_by == room for known in self._rooms):
            return True
        return direct and await self._is_known(inviter)

    async def _is_known(self, user: str) -> bool:
        """Whether they are in a room of a community: then they may speak with the bot in private."""
        if self._options.is_bot(user):
            return False
        ours = {names.place_of(room).room for rooms in self._options.communities for room in rooms}
        ours |= {names.place_of(room).room for room in self._options.review_rooms}
        here = [room for room in self._rooms if room.id in ours or room.predecessor in ours]
        for room in here:
            if await self._rooms.membership(room.id, user) == "join":
                return True
        return False

    async def _join(self, room: str, via: Sequence[str]) -> None:
        query = {"via": via[0]} if via and via[0] else None
        await self._homeserver.call("POST", v3("join", room), {}, query=query, patience=120)

    async def _follow(self, data: Mapping[str, Any]) -> None:
        """Join the room that replaces one; where that needs an invitation, ask for it in the old room."""
        old, new, via = data["old"], data["new"], data["via"]
        if self._rooms.get(new) is not None:
            return
        try:
            await self._join(new, via)
        except (RateLimited, Unavailable, Revoked):
            raise
        except PlatformError as error:
            _log.warning("the room that replaces another cannot be joined yet", room=new, old=old, error=str(error))
            await self._errands.add(self._errands.note(ASK_IN, old, {"old": old, "new": new}, room=old))
        else:
            _log.info("a room was followed to the one that replaces it", room=new, old=old)

    async def _ask_in(self, data: Mapping[str, Any]) -> None:
        """Once, whatever happens: in the old room, or of who replaced it where the bot may no longer speak there."""
        old, new = data["old"], data["new"]
        if self._rooms.get(new) is not None:
            return
        words = (
            "This room was replaced, and I cannot enter the new one by myself. Somebody who may invite there: please "
            "invite me, then I go on there with the settings of this room."
        )
        try:
            await self._say(old, Document.of(words), f"ask in {old} {new}")
        except (Forbidden, Refused, Gone) as error:
            _log.info("the bot may not ask in the old room to be invited to the new one", room=old, error=str(error))
            await self._ask_in_private(old, new)

    async def _ask_in_private(self, old: str, new: str) -> None:
        path = v3("rooms", old, "state", "m.room.tombstone", "")
        tombstone = await self._homeserver.call("GET", path, query={"format": "event"})
        who = user_id(tombstone.get("sender"))
        if who is None or who == self._homeserver.user:
            return
        said = Document.of(
            "You replaced a room that I am in, and I cannot enter the new one by myself: please invite me there, then "
            "I go on there with the settings of the old one. It is ",
            Link(new, names.link_to(new)),
            ".",
        )
        await self._say(await self._sender.private_room(who), said, f"ask in {old} {new} privately")

    async def _say(self, room: str, said: Document, transaction: str) -> None:
        content = contents.message(bodies.in_one(said, lambda _: None), loud=True)
        await self._sender.send(
            room, "m.room.message", content, transaction=transaction, priority=Priority.ANSWER, follow=False
        )
