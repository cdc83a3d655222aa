"""What was said before the bot came: pages of a room or thread, newest first, until there is enough."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain.event import MessageEdited, MessagePosted
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.message import Message
from bot.errors import Gone
from bot.platforms.matrix import names
from bot.platforms.matrix.connection import paths
from bot.platforms.matrix.connection.homeserver import Homeserver, Json
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.crypto.machine import Machine
from bot.platforms.matrix.fields import mapping, user_id
from bot.platforms.matrix.incoming.convert import Surroundings, events_of
from bot.platforms.matrix.incoming.words import SPOKEN
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.room import Room
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.ports.clock import Clock

_PAGE = 100
_MOST_REQUESTS = 40
"""Pages of one answer: where a room holds little but reactions, an answer is short sooner than late."""

_BREATH = 50
"""Events after which others get their turn."""

_ENCRYPTED = "m.room.encrypted"
_FILTER = json.dumps({"types": [*sorted(SPOKEN), _ENCRYPTED], "lazy_load_members": True})


class History:
    """Reads older messages; `machine` is None where encryption is switched off."""

    def __init__(
        self, homeserver: Homeserver, rooms: Rooms, machine: Machine | None, options: Options, clock: Clock
    ) -> None:
        self._homeserver = homeserver
        self._rooms = rooms
        self._machine = machine
        self._options = options
        self._clock = clock

    async def messages(self, conversation: ConversationId, *, before: MessageId | None, limit: int) -> list[Message]:
        """Up to `limit` messages older than `before`, oldest first, in their newest form known to the homeserver.

        Left out: redacted ones, the bot's own, and what it has no key for. Nothing of a conversation that it is not in.
        Raises RateLimited and Unavailable.
        """
        place = names.place_of(conversation)
        room = self._rooms.get(place.room)
        if room is None or limit <= 0:
            return []
        try:
            token = await self._token(room, before)
            if before is not None and token is None:
                return []
            return await self._paged(_Found(conversation, room.aside(), limit), place.thread, token)
        except (Gone, Refused):
            return []

    async def _token(self, room: Room, before: MessageId | None) -> str | None:
        """Where pages begin that are older than a message; None: it is none of this room."""
        spot = names.event_of(before) if before is not None else None
        if spot is None or spot[0] != room.id:
            return None
        answer = await self._homeserver.call(
            "GET", paths.v3("rooms", room.id, "context", spot[1]), query={"limit": "0"}
        )
        start = answer.get("start")
        return start if isinstance(start, str) else None

    async def _paged(self, found: "_Found", thread: str | None, token: str | None) -> list[Message]:
        room = found.room.id
        path = (
            paths.v1("rooms", room, "relations", thread, "m.thread") if thread else paths.v3("rooms", room, "messages")
        )
        following = "next_batch" if thread else "end"
        for _ in range(_MOST_REQUESTS):
            query = {"dir": "b", "limit": str(_PAGE)} | ({} if thread else {"filter": _FILTER})
            answer = await self._homeserver.call("GET", path, query=query | ({"from": token} if token else {}))
            found.meet(_events(answer.get("state")))
            for number, event in enumerate(_events(answer.get("chunk")), 1):
                self._take(found, event)
                if number % _BREATH == 0:
                    await asyncio.sleep(0)
            earlier, token = token, answer.get(following)
            if found.enough or not isinstance(token, str) or token == earlier:
                break
        return found.oldest_first()

    def _take(self, found: "_Found", event: Json) -> None:
        """An event, and the newest edit of it that the homeserver put beside it."""
        bundled = mapping(mapping(event.get("unsigned")).get("m.relations")).get("m.replace")
        surroundings = Surroundings(self._options.user, self._options, self._clock.now())
        for one in (bundled, event):
            clear = self._clear(found.room.id, one) if isinstance(one, dict) else None
            for happened in events_of(clear, found.room, surroundings):
                if isinstance(happened, MessageEdited):
                    found.edited(happened.message)
                elif isinstance(happened, MessagePosted) and one is event:
                    found.posted(happened.message)

    def _clear(self, room: str, event: dict[str, Any]) -> dict[str, Any] | None:
        if event.get("type") != _ENCRYPTED or "redacted_because" in mapping(event.get("unsigned")):
            return event
        return self._machine.decrypt(room, event) if self._machine is not None else None


@dataclass(slots=True)
class _Found:
    """What the pages read so far hold, newest first."""

    conversation: ConversationId
    room: Room
    limit: int
    messages: dict[MessageId, Message] = field(default_factory=dict)
    edits: dict[tuple[MessageId, MemberId], Message] = field(default_factory=dict)
    """By author, too: nobody's words are replaced by somebody else's, and homeservers take in edits by anybody."""

    @property
    def enough(self) -> bool:
        return len(self.messages) >= self.limit

    def meet(self, members: Iterable[Json]) -> None:
        """Names of people who spoke; whether they are still there, an old page cannot say."""
        for event in members:
            user = user_id(event.get("state_key"))
            if event.get("type") == "m.room.member" and user is not None and user not in self.room.people:
                self.room.apply({**event, "content": {**mapping(event.get("content")), "membership": "leave"}})

    def edited(self, edit: Message) -> None:
        name = (edit.id, edit.author.id)
        known = self.edits.get(name)
        if known is None or (edit.edited_at or edit.sent_at) > (known.edited_at or known.sent_at):
            self.edits[name] = edit

    def posted(self, message: Message) -> None:
        if self.enough or message.conversation.id != self.conversation or message.id in self.messages:
            return
        edit = self.edits.get((message.id, message.author.id))
        self.messages[message.id] = message if edit is None else _newest(message, edit)

    def oldest_first(self) -> list[Message]:
        return list(reversed(self.messages.values()))


def _newest(message: Message, edit: Message) -> Message:
    """The message with the words of its edit; where and when it was said, and what it answers, stays."""
    return replace(
        message, text=edit.text, edited_at=edit.edited_at, mentions=edit.mentions, attachments=edit.attachments
    )


def _events(value: Any) -> list[dict[str, Any]]:
    return [event for event in value if isinstance(event, dict)] if isinstance(value, list) else []
