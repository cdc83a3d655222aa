"""Whether the configuration names a room as one of a community's, itself or as a room that was upgraded to it."""

from bot.platforms.matrix import names
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.rooms import Rooms

_MOST_UPGRADES = 20


def is_named(room: str, options: Options, rooms: Rooms) -> bool:
    """Review rooms are none of them."""
    here = room
    for _ in range(_MOST_UPGRADES):
        if names.conversation_id(here) in options.review_rooms:
            return False
        if any(names.conversation_id(here) in together for together in options.communities):
            return True
        known = rooms.get(here)
        former = known.predecessor if known else None
        if former is None or not _was_replaced(former, here, rooms):
            return False
        here = former
    return False


def _was_replaced(former: str, successor: str, rooms: Rooms) -> bool:
    """Anybody can say that their room follows another: that one must say so too, where the bot knows it."""
    known = rooms.get(former)
    return known is None or known.replaced_by == successor
