"""One server that the bot is in: what it may do everywhere there, whom it stands above, whether it has its commands."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.errors import Forbidden, Gone, PlatformError, RateLimited, Revoked, Unavailable
from bot.platforms.discord.checkup.account import Account
from bot.platforms.discord.checkup.answers import entries
from bot.platforms.discord.checkup.needed import NEEDED, Right
from bot.platforms.discord.checkup.rights import Server, roles_of, server_of
from bot.platforms.discord.connection.asking import Asking
from bot.platforms.found import Found, later, mend, note, ok

_MOST_NAMED = 3
_CHAT_INPUT = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A server as the bot stands in it."""

    server: Server
    roles: frozenset[int]
    account: Account

    @property
    def rights(self) -> Right:
        return self.server.rights(self.account.user, self.roles)


async def look_at_server(discord: Asking, identity: int, account: Account) -> Place | None:
    """None: the bot is not in it.

    Raises:
        Unavailable, RateLimited, Revoked: as `Asking.ask`.
    """
    try:
        server = server_of(await discord.ask("guilds", identity))
        own = await discord.ask("guilds", identity, "members", account.user)
    except (Gone, Forbidden):
        return None
    return Place(server, roles_of(own), account) if server.id == identity else None


def server_found(place: Place, *, automod: bool) -> Iterator[Found]:
    """Everything that holds in all of its channels."""
    subject = f"server {place.server.name}"
    if place.rights & Right.ADMINISTRATOR and place.server.owner != place.account.user:
        yield note(
            subject,
            "the bot is an administrator, which is more than it needs: take Administrator from its role (Server "
            "Settings, Roles), and give it what the invite link asks for",
        )
    lacking = [one for one in NEEDED if one.server and not place.rights & one.right]
    if lacking:
        measures = _either([f"{one.what} ({one.label})" for one in lacking])
        yield note(
            subject,
            f"the bot cannot {measures}. Give its role these permissions: Server Settings, Roles, the bot's role, "
            "Permissions; or open the invite link again. Without them everything else works",
        )
    else:
        yield ok(subject, "the bot can time out, kick and ban those who stand below it, and sees the audit log")
    yield from _hierarchy(subject, place)
    if place.server.two_factor:
        yield note(
            subject,
            "it asks moderators for two-factor authentication: whoever owns the bot's application must have that on "
            "(User Settings, My Account), or Discord refuses what the bot does to members",
        )
    if automod and not place.rights & Right.MANAGE_SERVER:
        yield note(
            subject,
            "alerts of Discord's AutoMod do not reach the bot: Discord sends them only to bots with the permission "
            "Manage Server, which is far-reaching and therefore not in the invite link. Give it to the bot's role if "
            "you want them as cards, or set automod = false under [discord]",
        )


def _hierarchy(subject: str, place: Place) -> Iterator[Found]:
    top = place.server.top(place.roles)
    if top is None or place.server.owner == place.account.user:
        return
    above = sorted(
        (role for role in place.server.roles.values() if role.rank > top.rank and not role.managed),
        key=lambda role: role.rank,
        reverse=True,
    )
    if not above:
        yield ok(subject, "its role stands above all others")
        return
    more = f" and {len(above) - _MOST_NAMED} more" if len(above) > _MOST_NAMED else ""
    names = ", ".join(f"“{role.name}”" for role in above[:_MOST_NAMED])
    which = f"the bot's role “{top.name}”" if top.id != place.server.id else "the bot has no role of its own, and"
    yield note(
        subject,
        f"{which} stands below {names}{more}: who has one of those cannot be timed out, kicked or banned by the bot. "
        "To change that move the bot's role up: Server Settings, Roles, drag it above those that it is to act on",
    )


async def commands_found(discord: Asking, place: Place, command_servers: tuple[int, ...]) -> Found:
    """Whether slash commands are there, or why not."""
    subject, account = f"server {place.server.name}", place.account
    if command_servers and place.server.id not in command_servers:
        return note(subject, "it has no slash commands, since it is not under [discord] command_servers")
    try:
        own = await discord.ask("applications", account.application, "guilds", place.server.id, "commands")
        everywhere = await discord.ask("applications", account.application, "commands")
    except Forbidden:
        return mend(
            subject,
            "slash commands are not allowed there: the bot was added without the scope applications.commands. Open the "
            "invite link, which stands below, again: nothing is lost by it",
        )
    except (Unavailable, RateLimited, Revoked, PlatformError) as error:
        return later(subject, f"its slash commands could not be looked at: {error}")
    names = {*_commands(own), *_commands(everywhere)}
    if not names:
        return note(subject, "it has no slash commands yet: the bot registers them when it runs")
    where = "in this server" if _commands(own) else "in all servers; a client shows a change within the hour"
    return ok(subject, f"{len(names)} slash command{'s' if len(names) > 1 else ''}, {where}")


def _commands(answer: Any) -> set[str]:
    kinds = ((one.get("name"), one.get("type", _CHAT_INPUT)) for one in entries(answer))
    return {name for name, kind in kinds if isinstance(name, str) and kind == _CHAT_INPUT}


def _either(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"
