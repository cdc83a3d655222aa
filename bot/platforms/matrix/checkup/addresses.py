"""Rooms that the configuration names by their addresses: where they are, and whether an address has moved since."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import Gone, PlatformError, RateLimited, Unavailable
from bot.platforms.found import Found, later, mend, note, ok
from bot.platforms.matrix.connection.aliases import look_up
from bot.platforms.matrix.connection.asking import Asking


@dataclass
class Addresses:
    """What came of looking them up.

    Attributes:
        rooms: address to the id that the bot uses: the one that it found first.
        moved: address to the id that it names now, where that is another one.
    """

    rooms: dict[str, str]
    moved: dict[str, str] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)


async def look_up_all(homeserver: Asking, wanted: Iterable[str], kept: Mapping[str, str]) -> Addresses:
    """`kept`: those that an earlier run found."""
    addresses = Addresses({alias: kept[alias] for alias in wanted if alias in kept})
    for alias in wanted:
        subject = f"room {alias}"
        try:
            now = await look_up(homeserver, alias)
        except (Unavailable, RateLimited) as error:
            if alias not in kept:
                addresses.found.append(later(subject, f"it cannot be looked up now: {error}"))
            continue
        except PlatformError as error:
            addresses.found.append(_missing(subject, kept.get(alias), error))
            continue
        if addresses.rooms.setdefault(alias, now) != now:
            addresses.moved[alias] = now
    return addresses


def _missing(subject: str, kept: str | None, error: PlatformError) -> Found:
    if kept is not None:
        return note(subject, f"there is no such address any more; the bot stays in {kept}, which it named before")
    why = "" if isinstance(error, Gone) else f" ({error})"
    return mend(
        subject,
        f"there is no such room{why}: in Element the room's settings show its address under General, Room Addresses; "
        "make one there, or name the room by its id, which stands under Advanced",
    )


def moved_found(subject: str, kept: str, now: str, line: Sequence[str], file: Path) -> Found:
    """`line`: the rooms that the kept one was upgraded to, which moves an address along and is followed anyway."""
    if now in line:
        return ok(subject, "its address moved along with the upgrade")
    return note(
        subject,
        f"its address now names {now}, and the bot stays in {kept}, which it named first: an address can be moved by "
        f"whoever runs its server. If it was you, remove the line from {file} and restart the bot",
    )
