"""What Discord's refusals mean, as our errors; none of their words is repeated, since they may quote somebody."""

import json
import re
import traceback
from typing import Final

import aiohttp
import discord

from bot.errors import Forbidden, Gone, PlatformError, RateLimited, Revoked, Unavailable, Unsupported

NOT_LOGGED_IN: Final = (
    "Discord does not accept the bot's token (any more): make a new one in the developer portal (Bot > Reset Token) "
    "and put it into FOLKMOOT_DISCORD_TOKEN"
)

_JSON = "application/json"
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_LARGE, _TOO_MANY, _SERVER_ERRORS = 401, 403, 404, 413, 429, 500
_USUAL_WAIT, _LONGEST_WAIT = 5.0, 3600.0

_GONE: Final = {
    10003: "the channel is not there any more",
    10004: "the server is not there any more",
    10007: "the member is not in the server any more",
    10008: "the message is not there any more",
    10013: "there is no such account",
    10015: "the webhook is not there any more",
    10026: "there is no such ban",
    10062: "the interaction is over",
    50027: "the interaction is over",
}
_NO_LETTERS: Final = frozenset({50007, 50278, 40007})
"""No direct messages: switched off, no server in common, banned."""

_PASSING: Final = frozenset({40006, 40333, 110000, 110001, 130000, 131000})
"""Overloaded, switched off for a time, an index that is not ready."""

_LIMITS: Final = {
    30003: "no more messages can be pinned there",
    30010: "no more reactions fit under that message",
    30013: "the server has as many channels as it can have",
    30033: "no more people fit into that thread",
    30035: "the server has banned as many strangers as it can in a day",
    30039: "the server has as many stickers as it can have",
    30046: "old messages were edited too often lately",
    160004: "that message has a thread already",
    160005: "the thread is locked",
    160006: "the server has as many open threads as it can have",
    160007: "the server has as many open announcement threads as it can have",
}
_UNFIT: Final = {
    20001: "bots cannot do that",
    40005: "it is too large",
    40060: "the interaction was answered already",
    50006: "there is nothing in it",
    50008: "nothing can be posted in such a channel",
    50021: "that cannot be done with a message of Discord's own",
    50024: "that cannot be done in such a channel",
    50034: "messages of more than two weeks cannot be deleted together",
    50068: "that cannot be done with such a message",
    200000: "the server's AutoMod blocked it",
    200001: "the server's AutoMod blocked the title",
    240000: "a filter of the server's blocked a link in it",
}
_FIELD = re.compile(r"^In ([\w.]{1,80}): ", re.ASCII | re.MULTILINE)


class NoLetters(Forbidden):
    """Somebody takes no direct messages from the bot. `code` is Discord's."""

    def __init__(self, what: str, where: str, code: int) -> None:
        super().__init__(what, where, "Direct Messages")
        self.args = (f"may not {what}: they take no direct messages from the bot",)
        self.code = code


class Denied(Forbidden):
    """A permission, or something like one, is missing. `code` is Discord's."""

    def __init__(self, what: str, where: str, permission: str, code: int, reason: str = "") -> None:
        """`reason`: said instead, where it is no permission that is missing."""
        super().__init__(what, where, permission)
        if reason:
            self.args = (f"may not {what} in {where}: {reason}",)
        self.code = code


class Missing(Gone):
    """Discord does not know it (any more). `code` is Discord's, 0 where it gave none."""

    def __init__(self, words: str, code: int) -> None:
        super().__init__(words)
        self.code = code


class Refused(Unsupported):
    """It can never work like this.

    Attributes:
        code: Discord's.
        fields: parts of the request that it did not take ("content", "components.0.components").
    """

    def __init__(self, words: str, code: int, fields: tuple[str, ...] = ()) -> None:
        super().__init__(words)
        self.code, self.fields = code, fields


def translated(error: Exception, what: str, where: str, permission: str = "") -> PlatformError | None:
    """None for what neither discord.py nor the network raised: a mistake of ours."""
    match error:
        case PlatformError():
            return error
        case discord.HTTPException():
            return refusal(error, what, where, permission)
        case discord.RateLimited():
            return RateLimited(_within(error.retry_after))
        case discord.LoginFailure():
            return Revoked(NOT_LOGGED_IN)
        case discord.GatewayNotFound(__cause__=discord.HTTPException() as cause):
            return refusal(cause, what, where, permission)
        case discord.InteractionResponded():
            return Refused(_UNFIT[40060], 40060)
        case discord.DiscordException():
            return Unavailable(f"could not {what}: the connection to Discord has trouble ({type(error).__name__})")
        case aiohttp.ClientConnectorDNSError():
            return Unavailable("the name of Discord's server is not known to the network")
        case aiohttp.ClientSSLError() | aiohttp.ClientConnectorCertificateError():
            return Unavailable("no secure connection to Discord: its certificate is not valid")
        case TimeoutError():
            return Unavailable("Discord did not answer in time")
        case aiohttp.ClientError() | OSError():
            return Unavailable("Discord cannot be reached, or broke off its answer")
    return Unavailable("what answers in Discord's place makes no sense") if _is_unreadable(error) else None


def refusal(error: discord.HTTPException, what: str, where: str, permission: str = "") -> PlatformError:
    """The error for an answer that is no success."""
    status, code = error.status, error.code
    if status == _TOO_MANY:
        return RateLimited(_wait(error))
    if status >= _SERVER_ERRORS or status < 400 or status == 408 or code in _PASSING:  # noqa: PLR2004 - HTTP's own
        return Unavailable(f"Discord has trouble (HTTP {status})")
    if status == _TOO_LARGE or code == 40005:  # noqa: PLR2004 - Discord's own number
        return Refused(f"could not {what} in {where}: {_UNFIT[40005]}", 40005)
    if code in _GONE:
        return Missing(f"could not {what} in {where}: {_GONE[code]}", code)
    if status != _UNAUTHORIZED and not _is_discords(error):
        return Unavailable(f"what answers in Discord's place is not Discord (HTTP {status})")
    if status == _UNAUTHORIZED:
        return Revoked(NOT_LOGGED_IN)
    if code in _NO_LETTERS:
        return NoLetters(what, where, code)
    if words := _LIMITS.get(code) or _UNFIT.get(code):
        return Refused(f"could not {what} in {where}: {words}", code)
    if status == _FORBIDDEN or code in {50001, 50013, 60003, 50083}:
        return _denied(what, where, permission, code)
    if status == _NOT_FOUND:
        return Missing(f"could not {what} in {where}: it is not there any more", code)
    fields = tuple(dict.fromkeys(_FIELD.findall(error.text)))[:5]
    named = f", in {', '.join(fields)}" if fields else ""
    return Refused(
        f"could not {what} in {where}: Discord does not take it (HTTP {status}, code {code}{named})", code, fields
    )


def _denied(what: str, where: str, permission: str, code: int) -> Denied:
    match code:
        case 50001:
            return Denied(what, where, "View Channel", code, "the bot does not see it: it needs 'View Channel' there")
        case 60003:
            words = (
                "the server asks moderators for a second factor: who owns the bot must switch it on for their account"
            )
            return Denied(what, where, permission, code, words)
        case 50083:
            words = "the thread is archived: the bot needs 'Manage Threads and Posts', or somebody opens it again"
            return Denied(what, where, "Manage Threads and Posts", code, words)
        case 50005:
            return Denied(what, where, permission, code, "the message is somebody else's")
        case 50013 if not permission:
            return Denied(what, where, "", code, "the bot lacks a permission there")
    if not permission:
        return Denied(what, where, "", code, f"Discord does not let the bot (code {code})")
    words = (
        f"the bot needs the permission {permission!r} there, and a role above those of whom it concerns "
        "(Server Settings > Roles: drag the bot's role up)"
    )
    return Denied(what, where, permission, code, words)


def _is_discords(error: discord.HTTPException) -> bool:
    """Whether the answer is of Discord's own form: pages of proxies are not."""
    headers = getattr(error.response, "headers", {})
    return str(headers.get("Content-Type", "")).startswith(_JSON)


def _wait(error: discord.HTTPException) -> float:
    header = str(getattr(error.response, "headers", {}).get("Retry-After") or "")
    return _within(float(header[:9])) if header.isascii() and header.isdigit() else _USUAL_WAIT


def _within(seconds: float) -> float:
    """Neither negative nor what nobody would wait for; Discord's own are hours at most."""
    return min(max(seconds, 0.0), _LONGEST_WAIT) if seconds == seconds else _LONGEST_WAIT  # noqa: PLR0124 - NaN


def _is_unreadable(error: Exception) -> bool:
    """Whether discord.py stumbled over an answer: it takes for granted that they are what they should be."""
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return True
    if not isinstance(error, KeyError | IndexError | AttributeError | TypeError):
        return False
    frames = [str(frame.f_globals.get("__name__", "")) for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and frames[-1].partition(".")[0] == "discord"
