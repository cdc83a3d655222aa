"""What stands in an encrypted event, as the event that it would have been in a room without encryption. Pure."""

from typing import Any

from bot.platforms.matrix.connection.answers import read_answer
from bot.platforms.matrix.connection.homeserver import Json

_MAY_BE_SECRET = frozenset({"m.room.message"})
_JUDGED_BY_THE_SERVER = ("m.room.", "m.space.", "m.policy.")
_OUTER = ("event_id", "sender", "origin_server_ts", "room_id", "unsigned")


def clear_event(room: str, event: Json, plaintext: str) -> dict[str, Any] | None:
    """None where the plaintext is none of an event of this room.

    Nobody checks who may send what is inside: kinds that only count when the homeserver has allowed them (redactions,
    memberships, power) are none there.
    """
    inner = read_answer(plaintext.encode("utf-8", "replace"))
    if inner is None or inner.get("room_id") != room:
        return None
    kind, content = inner.get("type"), inner.get("content")
    if not isinstance(kind, str) or not isinstance(content, dict):
        return None
    if kind.startswith(_JUDGED_BY_THE_SERVER) and kind not in _MAY_BE_SECRET:
        return None
    outer = event.get("content")
    relation = outer.get("m.relates_to") if isinstance(outer, dict) else None
    if relation is not None and "m.relates_to" not in content:
        content = {**content, "m.relates_to": relation}
    return {**{key: event[key] for key in _OUTER if key in event}, "type": kind, "content": content}
