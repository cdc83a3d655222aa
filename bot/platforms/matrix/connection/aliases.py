"""Rooms by their addresses ("#square:example.org"): looked up once, then kept, so that the bot stays in the same room.

An address can be moved to another room by whoever runs its server. What was found at first therefore stays: a room that
is upgraded is followed by its tombstone, and any other move is for an admin to take up, who removes the line.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from bot.errors import Unavailable
from bot.log import logger
from bot.platforms.matrix.connection.asking import Asking
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.connection.private import write_private

_NAME = "aliases.json"

_log = logger("matrix")


class AliasFile:
    """`aliases.json` in the platform's folder: address to room id."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / _NAME

    def known(self) -> dict[str, str]:
        """What earlier runs found; a file that makes no sense counts as none, since all of it can be asked again."""
        try:
            kept = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            kept = None
        if not isinstance(kept, dict):
            _log.warning("the file of room addresses cannot be read: they are looked up anew", path=self.path)
            return {}
        return {alias: room for alias, room in kept.items() if _is_room(room)}

    def keep(self, found: Mapping[str, str]) -> None:
        """Add what was found.

        Raises:
            ConfigError: the file cannot be written.
        """
        write_private(self.path, json.dumps({**self.known(), **found}, ensure_ascii=False, indent=1).encode())


async def look_up(homeserver: Asking, alias: str) -> str:
    """The id of the room with this address.

    Raises:
        Gone: there is none. Unavailable, RateLimited: try again later. Refused: any other no.
    """
    found = (await homeserver.ask("GET", v3("directory", "room", alias))).get("room_id")
    if not _is_room(found):
        raise Unavailable("the homeserver gave no room for an address")
    return str(found)


def _is_room(text: object) -> bool:
    return isinstance(text, str) and text.startswith("!")
