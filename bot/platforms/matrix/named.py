"""Whether the configuration names a room as one of a community's, itself or as a room that was upgraded to it."""

from bot.platforms.matrix import names
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.rooms import Rooms

_MOST_UPGRADES = 20


def is_named(room: str, options: Options, rooms: Rooms) -> bool:
    """Review rooms are none of them."""
    here: str | None = room
    for _ in range(_MOST_UPGRADES):
        if here is None or names.conversation_id(here) in options.review_rooms:
            return False
        if any(names.conversation_id(here) in together for together in options.communities):
            return True
        known = rooms.get(here)
        here = known.predecessor if known else None
    return False
