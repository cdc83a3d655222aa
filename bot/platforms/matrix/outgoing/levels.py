"""Power levels changed without losing what somebody else changes at the same time."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.errors import Gone, Unavailable
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.fields import mapping
from bot.platforms.matrix.outgoing.sender import Sender
from bot.platforms.matrix.rooms.power import LEVELS

Change = Callable[[dict[str, Any]], dict[str, Any]]
"""From levels to levels; it may be asked again, with newer ones. The same levels: nothing is to be done."""

_ATTEMPTS = 5


class Levels:
    def __init__(self, homeserver: Homeserver, sender: Sender) -> None:
        self._homeserver, self._sender = homeserver, sender

    async def read(self, room: str) -> dict[str, Any]:
        """As they stand at this moment; empty where the room has none."""
        return (await self._standing(room))[0]

    async def change(self, room: str, change: Change) -> None:
        """Read, change, write; then see whether it was the levels read that were replaced.

        Matrix knows no writing on condition. Whoever wrote in between was overwritten: then their levels are taken,
        changed likewise and written again.

        Raises:
            Forbidden: the bot may not. Unavailable: others change the levels all the time.
        """
        content, event = await self._standing(room)
        changed = change(content)
        if changed == content:
            return
        for _ in range(_ATTEMPTS):
            written = await self._sender.send_state(room, LEVELS, "", changed)
            replaced = _text(mapping((await self._event(room, written)).get("unsigned")).get("replaces_state"))
            if replaced is None or replaced == event:
                return
            changed = change(dict(mapping((await self._event(room, replaced)).get("content"))))
            event = written
        raise Unavailable("the room's power levels are being changed by others")

    async def _standing(self, room: str) -> tuple[dict[str, Any], str | None]:
        """The levels and the event that set them."""
        try:
            answer = await self._homeserver.call("GET", v3("rooms", room, "state", LEVELS), query={"format": "event"})
        except Gone:
            return {}, None
        if "event_id" in answer and isinstance(answer.get("content"), Mapping):
            return dict(answer["content"]), _text(answer["event_id"])
        return answer, None  # a homeserver that knows only one form

    async def _event(self, room: str, event: str) -> dict[str, Any]:
        try:
            return await self._homeserver.call("GET", v3("rooms", room, "event", event))
        except Gone:
            return {}


def with_level(content: Mapping[str, Any], user: str, level: Any) -> dict[str, Any]:
    """The levels with that of one user set; None: the user is listed no more."""
    users = dict(mapping(content.get("users")))
    if level is None:
        users.pop(user, None)
    else:
        users[user] = level
    return {**content, "users": users}


def level_of(content: Mapping[str, Any], user: str) -> Any:
    """The user's own entry, as it is written; None: there is none."""
    return mapping(content.get("users")).get(user)


def below_all(content: Mapping[str, Any]) -> int:
    """A level that is too low for anything that somebody may send in the room."""
    named = [*mapping(content.get("events")).values(), content.get("events_default"), content.get("state_default")]
    levels = [level for level in named if isinstance(level, int) and not isinstance(level, bool)]
    return min(0, *levels) - 1 if levels else -1


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
