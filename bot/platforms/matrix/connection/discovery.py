"""Where the homeserver of a server name is: what the server itself says under /.well-known."""

import re
from typing import Any

from bot.errors import ConfigError, PlatformError
from bot.platforms.matrix.connection.transport import Transport

_ADDRESS = re.compile(r"https?://[^\s/\"\\]+(/[^\s\"\\]*)?")
_PATIENCE = 8.0


async def homeserver_of(server: str, *, scheme: str = "https") -> str | None:
    """The address as the server says it; None: it says nothing, or cannot be asked now."""
    try:
        transport = Transport(f"{scheme}://{server}")
    except ConfigError:
        return None
    try:
        answer = await transport.request("GET", "/.well-known/matrix/client", patience=_PATIENCE)
    except PlatformError:
        return None
    finally:
        await transport.aclose()
    return address_in(answer.content or {}) if answer.good else None


def address_in(told: dict[str, Any]) -> str | None:
    """The homeserver's address in the answer, if it is one."""
    homeserver = told.get("m.homeserver")
    address = homeserver.get("base_url") if isinstance(homeserver, dict) else None
    return address.rstrip("/") if isinstance(address, str) and _ADDRESS.fullmatch(address) else None
