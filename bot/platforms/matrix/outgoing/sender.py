"""Posting one event into a room: encrypted where the room is, under a transaction id, within the rate limits."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from bot.domain.effect import Priority
from bot.errors import Forbidden, Gone, RateLimited, Unavailable, Unsupported
from bot.platforms.matrix.connection.homeserver import Homeserver, Json
from bot.platforms.matrix.connection.paths import media, v3
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.crypto.machine import Machine
from bot.platforms.matrix.outgoing.pacing import Pacing
from bot.platforms.matrix.outgoing.powers import needs, room_name
from bot.platforms.matrix.outgoing.private import PrivateRooms
from bot.platforms.matrix.render.content import MARKER
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.platforms.turns import Turns
from bot.ports.clock import Clock

_IN_CLEAR = frozenset({"m.reaction", "m.room.redaction"})
"""Kinds that are never encrypted: servers count reactions, and clients look for them outside."""

_REMEMBERED = 2_000
"""Posts of this run whose transaction is known without asking."""

_PAGES, _PAGE = 5, 100
"""How far back an earlier attempt is looked for: this many of the bot's own posts in the room."""


class Sender:
    """`machine` is None where encryption is switched off."""

    def __init__(self, homeserver: Homeserver, rooms: Rooms, machine: Machine | None, clock: Clock) -> None:
        self._homeserver, self._rooms, self._machine = homeserver, rooms, machine
        self._pacing = Pacing(clock)
        self.turns = Turns(lambda: self._pacing.tight)
        self._private = PrivateRooms(homeserver, rooms, encrypted=machine is not None)
        self._sent: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def send(
        self,
        room: str,
        kind: str,
        content: Json,
        *,
        transaction: str,
        priority: Priority = Priority.ANSWER,
        seek: bool = False,
        follow: bool = True,
    ) -> str:
        """Send an event; gives its id. The same transaction never gives two events.

        An upgraded room's successor takes it, unless `follow` is False: what relates to an event belongs beside it.
        `transaction` is any text: a hash of it becomes the `txn_id` and stands in the content as a marker. `seek`: an
        earlier attempt may have arrived, longer ago than the homeserver remembers transactions: look for the marker
        among the bot's last posts there first.

        Raises:
            RateLimited, Unavailable: try again with the same transaction.
            Gone, Forbidden, Unsupported, Refused: it will not work.
        """
        earlier = await self.earlier(room, transaction, seek=seek)
        if earlier is not None:
            return earlier
        where, mark = self._rooms.current(room) if follow else room, _hashed(transaction)
        self._pacing.check(where)
        async with self.turns.turn(priority):
            self._pacing.check(where)
            marked = {**content, MARKER: {**content.get(MARKER, {}), "key": mark}}
            sent_as, payload = await self._sealed(where, kind, marked)
            answer = await self._paced(where, "PUT", v3("rooms", where, "send", sent_as, mark), payload)
        return self._remembered(where, mark, _event_in(answer))

    async def send_state(self, room: str, kind: str, key: str, content: Json) -> str:
        """Set a piece of a room's state. Raises likewise."""
        self._pacing.check(room)
        return _event_in(await self._paced(room, "PUT", v3("rooms", room, "state", kind, key), content))

    async def redact(self, room: str, event: str, *, transaction: str, reason: str = "") -> None:
        """Take an event back, the bot's own or somebody's. Raises likewise."""
        self._pacing.check(room)
        path = v3("rooms", room, "redact", event, _hashed(transaction))
        await self._paced(room, "PUT", path, {"reason": reason} if reason else {}, action="redact")

    async def earlier(self, room: str, transaction: str, *, seek: bool) -> str | None:
        """The event of this transaction, where it is known to have arrived; `seek`: look in the rooms, too."""
        mark, places = _hashed(transaction), dict.fromkeys((self._rooms.current(room), room))
        if known := next((self._sent[place, mark] for place in places if (place, mark) in self._sent), None):
            return known
        if seek:
            for place in places:
                if found := await self._sought(place, mark):
                    return found
        return None

    async def upload(self, content: bytes, name: str | None, kind: str) -> str:
        """Give the homeserver a file; gives its address (mxc://…). Raises likewise."""
        query = {"filename": name} if name else {}
        try:
            answer = await self._homeserver.call("POST", media("upload"), content, query=query, content_type=kind)
        except Refused as refused:
            if refused.errcode == "M_TOO_LARGE" or refused.status == 413:  # noqa: PLR2004 - HTTP's own number
                raise Unsupported("the file is larger than the homeserver takes") from refused
            raise
        address = answer.get("content_uri")
        if not isinstance(address, str):
            raise Unavailable("the homeserver took a file and gave no address for it")
        return address

    async def private_room(self, user: str) -> str:
        """The room of the bot and this user alone, made (encrypted, if the bot can) where there is none.

        Raises:
            Forbidden: the user takes no invitations.
        """
        return await self._private.room(user)

    async def is_encrypted(self, room: str) -> bool:
        """Asked of the homeserver for a room that no sync has told of yet: nothing goes there in clear by mistake."""
        known = self._rooms.get(room)
        if known is not None and (known.encrypted or room not in self._private.made):
            return known.encrypted
        if room in self._private.made:
            return self._private.made[room]
        try:
            return bool(await self._homeserver.call("GET", v3("rooms", room, "state", "m.room.encryption")))
        except Gone:
            return False
        except Refused as refused:
            raise Gone("the bot is not in that room") from refused

    async def _sealed(self, room: str, kind: str, content: Json) -> tuple[str, Json]:
        """Kind and content as they are sent; the marker stays readable, so that it is found without a key."""
        if kind in _IN_CLEAR or not await self.is_encrypted(room):
            return kind, content
        if self._machine is None:
            raise Unsupported(f"{room_name(self._rooms, room)} is encrypted, and the bot's encryption is switched off")
        everybody = await self._rooms.everybody(room)
        encrypted = await self._machine.encrypt(room, list(everybody), kind, content)
        return "m.room.encrypted", {**encrypted, MARKER: {"key": content[MARKER]["key"]}}

    async def _paced(self, room: str, method: str, path: str, body: Json, *, action: str = "") -> dict[str, Any]:
        try:
            answer = await self._homeserver.call(method, path, body)
        except RateLimited as limit:
            self._pacing.limited(room, limit.retry_after)
            raise
        except Refused as refused:
            raise self._in_words(room, path, refused, action) from refused
        self._pacing.passed(room)
        return answer

    def _in_words(self, room: str, path: str, refused: Refused, action: str) -> Exception:
        if refused.errcode == "M_TOO_LARGE":
            return Unsupported("the event is larger than Matrix allows")
        if refused.errcode != "M_FORBIDDEN":
            return refused
        known = self._rooms.get(room)
        if known is None:
            return Gone("the bot is not in that room")
        if action:
            return Forbidden("remove messages", room_name(self._rooms, room), needs(known.power, action))
        *_, verb, kind, _ = path.split("/")
        if verb == "state":
            return Forbidden(f"change {kind}", room_name(self._rooms, room), needs(known.power, kind, state=True))
        return Forbidden("write", room_name(self._rooms, room), needs(known.power, kind, message=True))

    def _remembered(self, room: str, mark: str, event: str) -> str:
        self._sent[room, mark] = event
        while len(self._sent) > _REMEMBERED:
            self._sent.popitem(last=False)
        return event

    async def _sought(self, room: str, mark: str) -> str | None:
        """Go back through the bot's own posts; what else is found on the way is remembered, too."""
        kinds = ["m.room.message", "m.room.encrypted"]
        query = {
            "dir": "b",
            "limit": str(_PAGE),
            "filter": json.dumps({"senders": [self._homeserver.user], "types": kinds}),
        }
        for _ in range(_PAGES):
            try:
                page = await self._homeserver.call("GET", v3("rooms", room, "messages"), query=query)
            except (
                Refused,
                Gone,
            ):  # the bot has left it: nothing can be looked up, the post itself is refused in words
                return None
            for event in page.get("chunk") or ():
                self._note_mark(room, event)
            if (room, mark) in self._sent:
                return self._sent[room, mark]
            if not isinstance(page.get("end"), str):
                return None
            query = {**query, "from": page["end"]}
        return None

    def _note_mark(self, room: str, event: object) -> None:
        if not isinstance(event, Mapping) or event.get("sender") != self._homeserver.user:
            return
        content, identity = event.get("content"), event.get("event_id")
        marker = content.get(MARKER) if isinstance(content, Mapping) else None
        mark = marker.get("key") if isinstance(marker, Mapping) else None
        if isinstance(mark, str) and isinstance(identity, str):
            self._remembered(room, mark, identity)


def _hashed(transaction: str) -> str:
    return hashlib.sha256(transaction.encode()).hexdigest()[:32]


def _event_in(answer: Mapping[str, Any]) -> str:
    event = answer.get("event_id")
    if not isinstance(event, str):
        raise Unavailable("the homeserver took an event and gave no id for it")
    return event
