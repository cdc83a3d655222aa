"""The bot's own membership, as events tell it. Pure."""

from collections.abc import Sequence

from bot.platforms.matrix.connection.homeserver import Json
from bot.platforms.matrix.fields import mapping

OUT = frozenset({"leave", "ban"})


def own_membership(event: Json, own: str) -> str | None:
    """What an event makes of the bot's membership; None: it is about something else."""
    if event.get("type") != "m.room.member" or event.get("state_key") != own:
        return None
    membership = mapping(event.get("content")).get("membership")
    return membership if isinstance(membership, str) else None


def is_entry(event: Json, own: str) -> bool:
    """Whether the bot came in with this event; a new name or picture of its is no entry."""
    previous = mapping(mapping(event.get("unsigned")).get("prev_content")).get("membership")
    return own_membership(event, own) == "join" and previous != "join"


def since_entry(events: Sequence[Json], own: str) -> Sequence[Json] | None:
    """What came with or after the bot's last entry; None: it is not among these events."""
    for number in range(len(events) - 1, -1, -1):
        if is_entry(events[number], own):
            return events[number:]
    return None


def until_exit(events: Sequence[Json], own: str) -> Sequence[Json]:
    """What came before the bot was out for good, that event included: what follows is not for it."""
    for number in range(len(events) - 1, -1, -1):
        membership = own_membership(events[number], own)
        if membership in OUT:
            return events[: number + 1]
        if membership is not None:
            break
    return events
