"""Routes about members: looking at them, time-outs, kicks, bans."""

from datetime import datetime, timedelta
from typing import Any

from tests.platforms.discord.standin.asked import Asked, Routes, Site
from tests.platforms.discord.standin.permissions import Can, in_server
from tests.platforms.discord.standin.refusals import Errors, Refused, malformed
from tests.platforms.discord.standin.routes.needed import may_act_on, member_for, server_for
from tests.platforms.discord.standin.servers import Server

routes = Routes()

_LONGEST_TIMEOUT = timedelta(days=28)
_MOST_SECONDS = 604_800
_ADMIN_BITS = Can.ADMINISTRATOR


@routes.on("GET /guilds/{server}/members")
def listed(site: Site, asked: Asked, server_id: int) -> Any:
    server = server_for(site, server_id)
    if not site.portal.members:
        raise Refused(50001)
    errors = Errors()
    limit = asked.number("limit", 1)
    errors.number(["limit"], limit, 1, 1000)
    errors.raise_if_any()
    after = asked.number("after", 0)
    return [server.members[user] for user in sorted(server.members) if user > after][:limit]


@routes.on("GET /guilds/{server}/members/search")
def search(site: Site, asked: Asked, server_id: int) -> Any:
    server = server_for(site, server_id)
    start = asked.query["query"].lower()
    found = [one for one in server.members.values() if one["user"]["username"].lower().startswith(start)]
    return found[: asked.number("limit", 1)]


@routes.on("GET /guilds/{server}/members/{user}")
def fetch(site: Site, asked: Asked, server_id: int, user: int) -> Any:
    return member_for(server_for(site, server_id), user)


@routes.on("PATCH /guilds/{server}/members/@me", {"nick"})
def rename(site: Site, asked: Asked, server_id: int) -> Any:
    server = server_for(site, server_id, Can.CHANGE_NICKNAME)
    server.change_member(site.world.bot.id, nick=asked.body.get("nick"))
    return server.members[site.world.bot.id]


@routes.on("PATCH /guilds/{server}/members/{user}", {"communication_disabled_until", "nick", "roles"})
def change(site: Site, asked: Asked, server_id: int, user: int) -> Any:
    server = server_for(site, server_id)
    member = member_for(server, user)
    body = asked.body
    if "communication_disabled_until" in body:
        _time_out(site, asked, server, user)
    if "nick" in body or "roles" in body:
        needed = (Can.MANAGE_NICKNAMES if "nick" in body else Can(0)) | (
            Can.MANAGE_ROLES if "roles" in body else Can(0)
        )
        server_for(site, server_id, needed)
        may_act_on(site, server, user)
        server.change_member(user, **{name: body[name] for name in ("nick", "roles") if name in body})
    return member


def _time_out(site: Site, asked: Asked, server: Server, user: int) -> None:
    server_for(site, server.id, Can.MODERATE)
    may_act_on(site, server, user)
    if in_server(server, user) & _ADMIN_BITS:
        raise Refused(50013)
    text = asked.body["communication_disabled_until"]
    try:
        until = None if text is None else datetime.fromisoformat(text)
    except (TypeError, ValueError):
        path = ["communication_disabled_until"]
        raise malformed(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {text}. Should be ISO8601.") from None
    if until is not None and until - site.world.time.now() > _LONGEST_TIMEOUT:
        words = "Must be no more than 28 days in the future."
        raise malformed(["communication_disabled_until"], "COMMUNICATION_DISABLED_TOO_LONG", words)
    server.time_out(site.world.bot.id, user, until, asked.reason)


@routes.on("DELETE /guilds/{server}/members/{user}")
def kick(site: Site, asked: Asked, server_id: int, user: int) -> Any:
    server = server_for(site, server_id, Can.KICK)
    member_for(server, user)
    may_act_on(site, server, user)
    server.kick(site.world.bot.id, user, asked.reason)


@routes.on("PUT /guilds/{server}/bans/{user}", {"delete_message_seconds", "delete_message_days"})
def ban(site: Site, asked: Asked, server_id: int, user: int) -> Any:
    server = server_for(site, server_id, Can.BAN)
    errors = Errors()
    seconds = asked.body.get("delete_message_seconds") or 0
    errors.number(["delete_message_seconds"], seconds, 0, _MOST_SECONDS)
    errors.raise_if_any()
    if user not in site.world.people:
        raise Refused(10013)
    may_act_on(site, server, user)
    if user not in server.bans:
        server.ban(site.world.bot.id, user, asked.reason, seconds_of_messages=seconds)


@routes.on("DELETE /guilds/{server}/bans/{user}")
def unban(site: Site, asked: Asked, server_id: int, user: int) -> Any:
    server = server_for(site, server_id, Can.BAN)
    if user not in server.bans:
        raise Refused(10026)
    server.unban(site.world.bot.id, user, asked.reason)


def _ban_data(site: Site, server: Server, user: int) -> dict[str, Any]:
    return {"user": site.world.people[user].data, "reason": server.bans[user]}


@routes.on("GET /guilds/{server}/bans/{user}")
def fetch_ban(site: Site, asked: Asked, server_id: int, user: int) -> Any:
    server = server_for(site, server_id, Can.BAN)
    if user not in server.bans:
        raise Refused(10026)
    return _ban_data(site, server, user)


@routes.on("GET /guilds/{server}/bans")
def bans(site: Site, asked: Asked, server_id: int) -> Any:
    server = server_for(site, server_id, Can.BAN)
    return [_ban_data(site, server, user) for user in sorted(server.bans) if user > asked.number("after", 0)][
        : asked.number("limit", 1000)
    ]
