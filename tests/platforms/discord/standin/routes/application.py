"""Routes about the bot itself: where the gateway is, its account, its application, other accounts."""

from typing import Any

from tests.platforms.discord.standin.asked import Asked, Routes, Site
from tests.platforms.discord.standin.permissions import in_server
from tests.platforms.discord.standin.refusals import Refused

routes = Routes()


@routes.on("GET /gateway", anybody=True)
def gateway(site: Site, asked: Asked) -> Any:
    return {"url": site.gateway_address()}


@routes.on("GET /gateway/bot")
def gateway_for_bot(site: Site, asked: Asked) -> Any:
    limit = {"total": 1000, "remaining": site.portal.sessions_left, "reset_after": 14_400_000, "max_concurrency": 1}
    return {"url": site.gateway_address(), "shards": site.portal.advised_shards, "session_start_limit": limit}


@routes.on("GET /users/@me")
def own_account(site: Site, asked: Asked) -> Any:
    return {**site.world.bot.data, "verified": True, "mfa_enabled": False, "email": None, "locale": "en-US", "flags": 0}


@routes.on("GET /users/{user}")
def account(site: Site, asked: Asked, user: int) -> Any:
    if user not in site.world.people:
        raise Refused(10013)
    return site.world.people[user].data


@routes.on("GET /users/@me/guilds")
def own_servers(site: Site, asked: Asked) -> Any:
    bot = site.world.bot.id
    found = [server for server in site.world.servers.values() if bot in server.members]
    found = [server for server in sorted(found, key=lambda one: one.id) if server.id > asked.number("after", 0)]
    return [
        {
            "id": str(server.id),
            "name": server.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str(int(in_server(server, bot))),
            "features": [],
            "approximate_member_count": len(server.members),
            "approximate_presence_count": 0,
        }
        for server in found[: asked.number("limit", 200)]
    ]


def _application(site: Site) -> dict[str, Any]:
    bot = site.world.bot
    owner = {**bot.data, "id": "1", "username": "operator", "bot": False}
    return {
        "id": str(site.world.application_id),
        "name": bot.name,
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot": bot.data,
        "bot_public": site.portal.public,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": site.portal.flags,
        "owner": owner,
        "team": None,
        "rpc_origins": [],
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "integration_types_config": {"0": {}},
        "approximate_guild_count": len(site.world.servers),
        "approximate_user_install_count": 0,
        "event_webhooks_status": 1,
    }


@routes.on("GET /oauth2/applications/@me")
def application_by_oauth(site: Site, asked: Asked) -> Any:
    return _application(site)


@routes.on("GET /applications/@me")
def application(site: Site, asked: Asked) -> Any:
    return _application(site)
