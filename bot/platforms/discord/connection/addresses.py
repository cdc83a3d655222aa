"""Where Discord is: the two addresses that discord.py reads from its own classes."""

import discord.gateway
import discord.http
from yarl import URL

from bot.errors import ConfigError

_API: str = discord.http.Route.BASE
_GATEWAY: URL = discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
"""As the library has them."""


def use_api(address: str | None) -> None:
    """From now on requests go there; None: to Discord itself."""
    discord.http.Route.BASE = _checked(address, "api_base", {"http", "https"}).rstrip("/") if address else _API


def use_gateway(address: str | None) -> None:
    """From now on connections are made there; None: to Discord itself."""
    found = URL(_checked(address, "gateway", {"ws", "wss"})) if address else _GATEWAY
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = found


def _checked(address: str, setting: str, schemes: set[str]) -> str:
    """Raises ConfigError for what is no address of that kind."""
    try:
        found = URL(address)
        found.port  # noqa: B018 - a port that is no number shows when it is asked for
    except ValueError as error:
        raise ConfigError(f"{address!r} is no address: correct [discord] {setting}") from error
    if found.scheme not in schemes or not found.host:
        raise ConfigError(f"{address!r} is no address of that kind: correct [discord] {setting}")
    return address
