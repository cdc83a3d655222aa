"""Routes about webhooks: follow-ups of interactions, and webhooks proper."""

from typing import Any

from tests.platforms.discord.standin.asked import Asked, Routes, Site
from tests.platforms.discord.standin.checks.texts import FIELDS, check_post
from tests.platforms.discord.standin.permissions import Can
from tests.platforms.discord.standin.refusals import Refused
from tests.platforms.discord.standin.routes.interactions import follow_up
from tests.platforms.discord.standin.routes.needed import channel_for

routes = Routes()


@routes.on(
    "POST /webhooks/{webhook}/{token}", FIELDS | {"username", "avatar_url", "thread_name", "applied_tags"}, anybody=True
)
def execute(site: Site, asked: Asked, webhook: int, token: str) -> Any:
    if webhook == site.world.application_id:
        return follow_up(site, asked, str(token))
    found = site.world.webhooks.get(webhook)
    if found is None or found["token"] != token:
        raise Refused(10015 if found is None else 50027)
    check_post(asked.body, asked.files)
    post = site.world.webhook_says(found, asked.body, asked.files)
    return post.wire() if asked.query.get("wait") in ("true", "1") else None


@routes.on("GET /channels/{channel}/webhooks")
def of_channel(site: Site, asked: Asked, channel: int) -> Any:
    channel_for(site, channel, Can.VIEW | Can.MANAGE_WEBHOOKS)
    return [one for one in site.world.webhooks.values() if one["channel_id"] == str(channel)]
