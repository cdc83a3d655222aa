"""What power the bot lacks, in words that an administrator can act on. Pure."""

from bot.platforms.matrix.rooms.power import Power
from bot.platforms.matrix.rooms.rooms import Rooms


def needs(power: Power, what: str, *, state: bool = False, message: bool = False) -> str:
    """As in "power 50 (ban)"; `what` is an action, or a kind of event."""
    level = power.needed_to_send(what, state=state) if state or message else power.needed(what)
    return f"power {shown(level)} ({what})"


def shown(level: float) -> str:
    """A level as clients show it."""
    return f"{level:.0f}"


def room_name(rooms: Rooms, room: str) -> str:
    """A room as people call it."""
    known = rooms.get(room)
    return (known.name or known.alias or room) if known else room
