"""Ids and links: Matrix's own on one side, `matrix:...` and matrix.to on the other. Pure.

A message is `matrix:!room/$event`: a link and a request need the room too. A thread is named by its room and its first
event, `matrix:!room/$event` as well.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from bot.domain.ids import ConversationId, MemberId, MessageId, native_of

PLATFORM = "matrix"

_EVENT = re.compile(r"(?P<room>![^/]+)/(?P<event>\$.+)")
_LINK = re.compile(
    r"(?:https://matrix\.to/#/|matrix:)(?P<room>(?:%21|!|roomid/)[^/?\s]+)/(?P<event>(?:%24|\$|e/)[^?\s]+)(?:\?\S*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A room, or a thread in it by its first event."""

    room: str
    thread: str | None = None


def member_id(user: str) -> MemberId:
    return MemberId(f"{PLATFORM}:{user}")


def user_of(member: MemberId) -> str:
    return native_of(member)


def conversation_id(room: str, thread: str | None = None) -> ConversationId:
    return ConversationId(f"{PLATFORM}:{room}/{thread}" if thread else f"{PLATFORM}:{room}")


def place_of(conversation: ConversationId) -> Place:
    native = native_of(conversation)
    found = _EVENT.fullmatch(native)
    return Place(found["room"], found["event"]) if found else Place(native)


def message_id(room: str, event: str) -> MessageId:
    return MessageId(f"{PLATFORM}:{room}/{event}")


def event_of(message: MessageId) -> tuple[str, str] | None:
    """Room and event; None for an id that is not of this platform's making."""
    found = _EVENT.fullmatch(native_of(message))
    return (found["room"], found["event"]) if found else None


def link_to(room: str, event: str | None = None, via: Iterable[str] = ()) -> str:
    """An address that opens a room or message in any client; `via`: servers that are in the room."""
    servers = "&".join(f"via={quote(server)}" for server in via)
    path = quote(room, safe="!:") + (f"/{quote(event, safe='$')}" if event else "")
    return f"https://matrix.to/#/{path}{'?' if servers else ''}{servers}"


def link_to_user(user: str) -> str:
    return f"https://matrix.to/#/{quote(user, safe='@:')}"


def linked(text: str) -> MessageId | None:
    """The message that a link opens: matrix.to addresses and `matrix:` URIs, as clients make them."""
    found = _LINK.fullmatch(text.strip().strip("<>"))
    if found is None:
        return None
    room, event = unquote(found["room"]), unquote(found["event"])
    room = f"!{room.removeprefix('roomid/')}" if not room.startswith("!") else room
    event = f"${event.removeprefix('e/')}" if not event.startswith("$") else event
    return message_id(room, event)


def server_of(identifier: str) -> str:
    """The server in a user id, alias or older room id; empty where it names none (rooms of version 12)."""
    return identifier.partition(":")[2]
