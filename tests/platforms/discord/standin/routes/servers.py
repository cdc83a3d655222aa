"""Routes about servers: what they are, roles, channels, the audit log."""

from typing import Any

from tests.platforms.discord.standin.asked import Asked, Routes, Site
from tests.platforms.discord.standin.permissions import Can
from tests.platforms.discord.standin.refusals import Errors, Refused
from tests.platforms.discord.standin.routes.needed import server_for

routes = Routes()


@routes.on("GET /guilds/{server}")
def fetch(site: Site, asked: Asked, server_id: int) -> Any:
    server = server_for(site, server_id)
    counts = {"approximate_member_count": len(server.members), "approximate_presence_count": 0}
    return server.head() | (counts if asked.query.get("with_counts") else {})


@routes.on("GET /guilds/{server}/channels")
def channels(site: Site, asked: Asked, server_id: int) -> Any:
    server = server_for(site, server_id)
    return [channel.wire() for channel in server.channels.values() if not channel.is_thread]


@routes.on("GET /guilds/{server}/roles")
def roles(site: Site, asked: Asked, server_id: int) -> Any:
    return list(server_for(site, server_id).roles.values())


@routes.on("GET /guilds/{server}/audit-logs")
def audit_log(site: Site, asked: Asked, server_id: int) -> Any:
    server = server_for(site, server_id, Can.VIEW_AUDIT_LOG)
    errors = Errors()
    limit = asked.number("limit", 50)
    errors.number(["limit"], limit, 1, 100)
    errors.raise_if_any()
    found = list(server.audit)
    if "action_type" in asked.query:
        found = [entry for entry in found if entry["action_type"] == asked.number("action_type", 0)]
    if "user_id" in asked.query:
        found = [entry for entry in found if entry["user_id"] == asked.query["user_id"]]
    if "after" in asked.query:
        found = [entry for entry in found if int(entry["id"]) > asked.number("after", 0)][:limit]
    else:
        found = [entry for entry in found if int(entry["id"]) < asked.number("before", 1 << 63)]
        found = found[::-1][:limit]
    users = {entry["user_id"] for entry in found} | {entry["target_id"] for entry in found}
    people = site.world.people
    return {
        "audit_log_entries": found,
        "users": [people[int(user)].data for user in users if user and int(user) in people],
        "application_commands": [],
        "auto_moderation_rules": [],
        "guild_scheduled_events": [],
        "integrations": [],
        "threads": [],
        "webhooks": [],
    }


@routes.on("PUT /guilds/{server}/incident-actions", {"invites_disabled_until", "dms_disabled_until"})
def incidents(site: Site, asked: Asked, server_id: int) -> Any:
    server = server_for(site, server_id, Can.MANAGE_SERVER)
    server.incidents = dict(asked.body)
    return server.incidents


@routes.on("GET /guilds/{server}/auto-moderation/rules")
def automod_rules(site: Site, asked: Asked, server_id: int) -> Any:
    server_for(site, server_id, Can.MANAGE_SERVER)
    return []


@routes.on("GET /guilds/{server}/auto-moderation/rules/{rule}")
def automod_rule(site: Site, asked: Asked, server_id: int, rule_id: int) -> Any:
    server = server_for(site, server_id, Can.MANAGE_SERVER)
    return {
        "id": str(rule_id),
        "guild_id": str(server.id),
        "name": "Insults",
        "creator_id": str(server.owner),
        "event_type": 1,
        "trigger_type": 1,
        "trigger_metadata": {"keyword_filter": ["fool"], "regex_patterns": [], "allow_list": []},
        "actions": [{"type": 1, "metadata": {}}],
        "enabled": True,
        "exempt_roles": [],
        "exempt_channels": [],
    }


@routes.on("DELETE /users/@me/guilds/{server}")
def leave(site: Site, asked: Asked, server_id: int) -> Any:
    server = server_for(site, server_id)
    if server.owner == site.world.bot.id:
        raise Refused(50055)
    server.remove(site.world.bot.id)
