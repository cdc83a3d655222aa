"""Messages taken away, and put back as quotes: a redaction cannot be undone, so the words are kept for a while."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.document import Document, Mention, Moment, Quote, Text, paragraph
from bot.domain.effect import Hide, Restore
from bot.domain.ids import MessageId
from bot.errors import Forbidden, Gone
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.homeserver import Homeserver, Json
from bot.platforms.matrix.connection.paths import v1, v3
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.crypto.machine import Machine
from bot.platforms.matrix.fields import mapping
from bot.platforms.matrix.incoming.words import SPOKEN, words_of
from bot.platforms.matrix.outgoing.places import reason_of
from bot.platforms.matrix.outgoing.posts import Posts
from bot.platforms.matrix.outgoing.sender import Sender
from bot.platforms.matrix.outgoing.spots import Spot
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.ports.clock import Clock
from bot.ports.platform import Delivery, Note, Notes, Receipt

SCOPE = "sealed"

_KEPT = timedelta(days=30)
"""For so long a message that was taken away can be put back."""

_PAGES = 10


@dataclass(frozen=True, slots=True)
class _Sealed:
    text: str
    author: str
    name: str
    at: float
    thread: str | None


class Hiding:
    def __init__(
        self,
        homeserver: Homeserver,
        rooms: Rooms,
        machine: Machine | None,
        sender: Sender,
        posts: Posts,
        notes: Notes,
        clock: Clock,
    ) -> None:
        self._homeserver, self._rooms, self._machine = homeserver, rooms, machine
        self._sender, self._posts, self._notes, self._clock = sender, posts, notes, clock

    async def hide(self, delivery: Delivery, effect: Hide) -> Receipt:
        """Its edits are redacted too, each of which holds the whole text.

        Raises:
            Gone: there is no such message (any more). Forbidden: the bot may not redact there.
        """
        room, identity = _named(effect.message)
        event = await self._event(room, identity)
        if _is_redacted(event):
            if delivery.attempt == 1 and await self._notes.get(SCOPE, effect.message) is None:
                raise Gone("the message was taken away already")
            return Receipt(note="it was taken away already")
        edits = await self._edits(room, event)
        kept = await self._notes.get(SCOPE, effect.message)  # by an attempt that came as far as the newest form
        sealed = None if kept else self._sealed(room, event, edits)
        if sealed is not None:
            await self._notes.write([self._note(effect.message, sealed)])
        try:
            for each in [*edits, event]:
                one = each["event_id"]
                await self._sender.redact(room, one, transaction=f"{delivery.key}/{one}", reason=reason_of(effect))
        except (Forbidden, Gone, Refused):
            await self._notes.write([Note(SCOPE, effect.message, None)])
            raise
        return Receipt(note="" if kept or sealed else "its words could not be read and cannot be put back")

    async def restore(self, delivery: Delivery, effect: Restore) -> Receipt:
        """Raises Gone where the words are no longer kept, or where the message was never hidden."""
        room, identity = _named(effect.message)
        if delivery.attempt > 1 and (earlier := await self._sender.earlier(room, f"{delivery.key}/0", seek=True)):
            return Receipt(names.message_id(self._rooms.current(room), earlier))
        note = await self._notes.get(SCOPE, effect.message)
        if note is None or not note.text:
            if not _is_redacted(await self._event(room, identity)):
                raise Gone("the message was never hidden: it stands where it stood, and nothing is to be done")
            raise Gone("the words of the message are not kept (any more): it cannot be put back")
        sealed = _Sealed(**json.loads(note.text))
        moved = self._rooms.current(room) != room
        receipt = await self._posts.quote(delivery, _put_back(sealed), Spot(room, None if moved else sealed.thread))
        await self._notes.write([Note(SCOPE, effect.message, None)])
        return receipt

    async def _event(self, room: str, identity: str) -> dict[str, Any]:
        try:
            event = await self._homeserver.call("GET", v3("rooms", room, "event", identity))
        except (Gone, Refused) as error:
            raise Gone("there is no such message, or the bot is not in its room") from error
        kinds = {*SPOKEN, "m.room.encrypted"}
        if "state_key" in event or event.get("type") not in kinds or not isinstance(event.get("sender"), str):
            raise Gone("there is no such message")
        return {**event, "event_id": identity, "room_id": room}

    async def _edits(self, room: str, event: Json) -> list[dict[str, Any]]:
        """By the author, newest first."""
        found: list[dict[str, Any]] = []
        path, query = v1("rooms", room, "relations", event["event_id"], "m.replace"), {"limit": "100"}
        for _ in range(_PAGES):
            page = await self._homeserver.call("GET", path, query=query)
            for each in page.get("chunk") or ():
                ours = isinstance(each, Mapping) and each.get("sender") == event["sender"]
                if ours and isinstance(each.get("event_id"), str):
                    found.append({**each, "room_id": room})
            if not isinstance(page.get("next_batch"), str):
                break
            query = {**query, "from": page["next_batch"]}
        return found

    def _sealed(self, room: str, event: Json, edits: list[dict[str, Any]]) -> _Sealed | None:
        """Its newest form; None: it cannot be decrypted."""
        for each in [*edits, event]:
            clear = self._clear(room, each)
            content = mapping(clear.get("content")) if clear else {}
            content = content if each is event else mapping(content.get("m.new_content"))
            kind, name = str(clear.get("type")) if clear else "", self._name(room, event["sender"])
            words = words_of(kind, content, name) if kind in SPOKEN else None
            if words is not None:
                text = "\n".join([words.text, *(f"[{file}]" for file in words.attachments)]).strip()
                return _Sealed(text, event["sender"], name, _time(event), _thread(event))
        return None

    def _clear(self, room: str, event: Json) -> Json | None:
        if event.get("type") != "m.room.encrypted":
            return event
        return self._machine.decrypt(room, event) if self._machine else None

    def _name(self, room: str, user: str) -> str:
        known = self._rooms.get(room)
        return known.member(user).name if known else user

    def _note(self, message: MessageId, sealed: _Sealed) -> Note:
        author = names.member_id(sealed.author)
        return Note(SCOPE, message, json.dumps(asdict(sealed)), author, message, self._clock.now() + _KEPT)


def _put_back(sealed: _Sealed) -> Document:
    said_at = datetime.fromtimestamp(sealed.at, UTC)
    source = (Mention(names.member_id(sealed.author), sealed.name), Text(", "), Moment(said_at))
    return Document((paragraph("This message had been taken away; here it is again."), Quote(sealed.text, source)))


def _named(message: MessageId) -> tuple[str, str]:
    found = names.event_of(message)
    if found is None:
        raise Gone("there is no such message")
    return found


def _is_redacted(event: Json) -> bool:
    return "redacted_because" in mapping(event.get("unsigned")) or not event.get("content")


def _time(event: Json) -> float:
    at = event.get("origin_server_ts")
    return at / 1000 if isinstance(at, int) and 0 <= at < 10**14 else 0.0


def _thread(event: Json) -> str | None:
    relation = mapping(mapping(event.get("content")).get("m.relates_to"))
    root = relation.get("event_id")
    return root if relation.get("rel_type") == "m.thread" and isinstance(root, str) else None
