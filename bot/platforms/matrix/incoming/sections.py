"""A sync answer's sections, read with distrust: what has the wrong form is left out. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.platforms.matrix.connection.homeserver import Json
from bot.platforms.matrix.fields import is_room, mapping

TIMELINE_LIMIT = 100
"""Events of one room in one answer; where more happened, the rest is paged for. Synapse never gives more."""

_NOTHING = {"not_types": ["*"]}

FILTER = json.dumps(
    {
        "presence": _NOTHING,
        "account_data": {"types": ["m.direct"]},
        "room": {
            "timeline": {"limit": TIMELINE_LIMIT, "lazy_load_members": True},
            "state": {"lazy_load_members": True},
            "ephemeral": _NOTHING,
            "account_data": _NOTHING,
        },
    },
    separators=(",", ":"),
)


@dataclass(frozen=True, slots=True)
class Section:
    """What an answer says of one room.

    Attributes:
        state: the room's state at the beginning of the timeline; `at_end`: at its end.
        limited: the timeline leaves out what happened before it since the last answer.
    """

    room: str
    state: tuple[Json, ...]
    at_end: bool
    timeline: tuple[Json, ...]
    limited: bool
    summary: Any


def joined(answer: Json) -> list[Section]:
    return [_section(room, content) for room, content in _rooms(answer, "join")]


def left(answer: Json) -> list[Section]:
    return [_section(room, content) for room, content in _rooms(answer, "leave")]


def invited(answer: Json) -> list[tuple[str, tuple[Json, ...]]]:
    """Rooms with the few pieces of state that an invitation shows."""
    return [(room, _events(content.get("invite_state"))) for room, content in _rooms(answer, "invite")]


def direct_rooms(answer: Json) -> dict[str, frozenset[str]] | None:
    """User to rooms, as the account's own list has it; None: the answer does not give the list."""
    for event in reversed(_events(answer.get("account_data"))):
        if event.get("type") == "m.direct":
            lists = mapping(event.get("content"))
            return {
                user: frozenset(room for room in rooms if is_room(room))
                for user, rooms in lists.items()
                if isinstance(user, str) and isinstance(rooms, list)
            }
    return None


def token_of(answer: Json) -> str | None:
    token = answer.get("next_batch")
    return token if isinstance(token, str) and token else None


def events_in(value: Any) -> tuple[Json, ...]:
    """The objects in a list."""
    return tuple(event for event in value if isinstance(event, Mapping)) if isinstance(value, list) else ()


def _section(room: str, content: Mapping[str, Any]) -> Section:
    timeline = mapping(content.get("timeline"))
    after = content.get("state_after", content.get("org.matrix.msc4222.state_after"))
    return Section(
        room,
        _events(content.get("state") if after is None else after),
        after is not None,
        events_in(timeline.get("events")),
        timeline.get("limited") is True,
        content.get("summary"),
    )


def _rooms(answer: Json, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for room, content in mapping(mapping(answer.get("rooms")).get(kind)).items():
        if is_room(room) and isinstance(content, Mapping):
            yield room, content


def _events(value: Any) -> tuple[Json, ...]:
    return events_in(mapping(value).get("events"))
