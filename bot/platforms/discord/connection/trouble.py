"""Why a client ended, in words for an operator, and what follows from it."""

import traceback

import discord

from bot.errors import ConfigError, PlatformError, Revoked, Unavailable
from bot.platforms.discord.connection.refusals import NOT_LOGGED_IN, translated

_PORTAL = "https://discord.com/developers/applications"
_REFUSED = {
    4010: "Discord knows no such shard: correct [discord] shard_ids and shard_count",
    4011: "the bot is on too many servers for so few shards: leave [discord] shard_count out",
    4012: "Discord no longer speaks the version that this Folkmoot knows: update Folkmoot",
    4013: "Discord does not know the intents that this Folkmoot asks for: update Folkmoot",
}
_VOID = 4004


def ending(error: Exception, flags: discord.ApplicationFlags | None) -> PlatformError | ConfigError | None:
    """What the end of a client means; None: it stumbled over something that it could not read.

    `flags`: of the application, which say what is switched on in the developer portal.
    """
    match error:
        case ConfigError():
            return error
        case discord.PrivilegedIntentsRequired():
            return ConfigError(_switched_off(flags))
        case discord.ConnectionClosed(code=code) if code == _VOID:
            return Revoked(NOT_LOGGED_IN)
        case discord.ConnectionClosed(code=code) if code in _REFUSED:
            return ConfigError(_REFUSED[code])
        case discord.ConnectionClosed(code=code):
            return Unavailable(f"Discord closed the connection (code {code})")
    return translated(error, "connect", "Discord")


def unread(error: Exception) -> str | None:
    """The name of the event ("MESSAGE_CREATE") whose parser raised this; None: it was none."""
    names = [frame.f_code.co_name for frame, _ in traceback.walk_tb(error.__traceback__)]
    return next((name.removeprefix("parse_").upper() for name in names if name.startswith("parse_")), None)


def _switched_off(flags: discord.ApplicationFlags | None) -> str:
    wanted = {"Server Members Intent": True, "Message Content Intent": True}
    if flags is not None:
        wanted = {
            "Server Members Intent": not (flags.gateway_guild_members or flags.gateway_guild_members_limited),
            "Message Content Intent": not (flags.gateway_message_content or flags.gateway_message_content_limited),
        }
    names = [name for name, is_off in wanted.items() if is_off] or list(wanted)
    return (
        f"Discord refuses the connection: {' and '.join(names)} {'is' if len(names) == 1 else 'are'} switched off. "
        f"Open {_PORTAL}, choose the application, then Bot > Privileged Gateway Intents, switch on "
        f"{' and '.join(names)} and save"
    )
