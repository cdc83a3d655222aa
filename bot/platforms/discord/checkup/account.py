"""The token, whose it is, what its application may hear: what must work before anything else can be looked at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.errors import PlatformError, RateLimited, Revoked, Unavailable
from bot.platforms.discord.checkup.answers import flag, named, number, text
from bot.platforms.discord.checkup.needed import invite_link
from bot.platforms.discord.connection.asking import Asking
from bot.platforms.found import Found, later, mend, note, ok

_SLACK = timedelta(seconds=60)
_TOKEN_PARTS = 3
_FEW_STARTS = 50
PORTAL = "https://discord.com/developers/applications"


@dataclass(frozen=True, slots=True)
class Intent:
    """What an application must be allowed to hear; either bit of its flags means that it is."""

    bits: int
    name: str
    without: str


INTENTS = (
    Intent(1 << 18 | 1 << 19, "Message Content Intent", "messages come without their words, so nothing can be judged"),
    Intent(1 << 14 | 1 << 15, "Server Members Intent", "Discord does not tell who is in a server and who moderates"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """`user` is the bot as somebody on Discord, `application` what it belongs to: often the same number."""

    user: int
    application: int


async def account_found(
    discord: Asking, token: str, expected: int | None, now: datetime
) -> tuple[Account | None, list[Found]]:
    """Whose token it is; None: nothing else can be looked at.

    Args:
        discord: asked in its name.
        token: as it is sent, to tell what else was pasted in its place; never shown.
        expected: the application that the configuration names.
        now: to compare the clocks.
    """
    try:
        own = await discord.ask("users", "@me")
        application = await discord.ask("oauth2", "applications", "@me")
    except Revoked:
        return None, [mend("token", _not_taken(token))]
    except (Unavailable, RateLimited) as error:
        return None, [later("discord", f"{error}; the rest is looked at once it answers")]
    except PlatformError as error:
        return None, [mend("discord", f"{error}: is [discord] api_base right?")]
    account = Account(number(own, "id"), number(application, "id"))
    if not account.user or not account.application:
        return None, [mend("discord", f"{discord.host} answers, but not as Discord does: is [discord] api_base right?")]
    found = [_clock(discord.date, now)]
    if expected is not None and expected != account.application:
        other = (
            f"it belongs to the application {account.application} (“{_name(application)}”), not to {expected}: correct "
            "[discord] application, or set the other bot's token"
        )
        return None, [*found, mend("token", other)]
    found.append(ok("token", f"“{_name(own)}”, account {account.user}, application {account.application}"))
    found.extend(_application(application, account))
    return account, found


def _name(answer: Any) -> str:
    return named(text(answer, "username") or text(answer, "name"))


def _not_taken(token: str) -> str:
    why = "it was reset since, or something is missing at its end"
    if token.count(".") + 1 != _TOKEN_PARTS:
        why = "a bot's token has two dots in it, and this has not: it may be the client secret or the public key"
    return (
        f"Discord does not take it: {why}. Make a new one at {PORTAL}: the application, Bot, Reset Token; then set "
        "FOLKMOOT_DISCORD_TOKEN, or write it into the file that FOLKMOOT_DISCORD_TOKEN_FILE names"
    )


def _clock(theirs: datetime | None, now: datetime) -> Found:
    if theirs is None:
        return note("clocks", "Discord does not say what time it is")
    ahead = theirs - now
    if abs(ahead) <= _SLACK:
        return ok("clocks", "Discord's and this machine's agree")
    which = "behind" if ahead > timedelta() else "ahead of"
    seconds = abs(ahead.total_seconds())
    return mend("clocks", f"this machine is {seconds:.0f} s {which} Discord: set its clock")


def _application(application: Any, account: Account) -> Iterator[Found]:
    allowed = number(application, "flags")
    place = f"{PORTAL}/{account.application}/bot"
    missing = [intent for intent in INTENTS if not allowed & intent.bits]
    for intent in missing:
        yield mend(
            "intents",
            f"{intent.without}. Switch it on: {place}, Privileged Gateway Intents, {intent.name}, Save Changes",
        )
    if not missing:
        yield ok("intents", f"{' and '.join(intent.name for intent in INTENTS)} are on")
    if flag(application, "bot_require_code_grant"):
        yield mend(
            "install",
            f"the invite link cannot work: switch off Requires OAuth2 Code Grant at {place}, Save Changes",
        )
    if flag(application, "bot_public"):
        yield note(
            "install",
            "anybody can add the bot to their server; it does nothing there, but if nobody else is to: "
            f"{PORTAL}/{account.application}/installation, Install Link: None; then {place}, Public Bot off",
        )
    yield ok("invite link", invite_link(account.application))


async def connecting_found(discord: Asking, shard_count: int | None) -> Found:
    """Whether the bot may connect as often as it may have to."""
    try:
        told = await discord.ask("gateway", "bot")
    except PlatformError as error:
        return later("connecting", f"it could not be looked at: {error}")
    limit = told.get("session_start_limit") if isinstance(told, dict) else None
    left, advised = number(limit, "remaining"), number(told, "shards")
    if limit is not None and left < _FEW_STARTS:
        hours = number(limit, "reset_after") / 3_600_000
        return note(
            "connecting",
            f"only {left} logins are left for the next {hours:.0f} h: something logs in again and again; at none "
            "Discord resets the token. Stop the bot and read its log",
        )
    if shard_count is not None and shard_count < advised:
        return note(
            "connecting", f"Discord advises {advised} connections: raise [discord] shard_count, which is {shard_count}"
        )
    count = shard_count or advised or 1
    made = "one connection is made" if count == 1 else f"{count} connections are made"
    return ok("connecting", f"{left} logins are left today; {made}")
