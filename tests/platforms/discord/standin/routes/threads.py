"""Routes about threads: opening, joining, lists of them."""

from typing import Any

from tests.platforms.discord.standin import gestures
from tests.platforms.discord.standin.asked import Asked, Routes, Site
from tests.platforms.discord.standin.channels import KINDS, Channel
from tests.platforms.discord.standin.checks.texts import check_post
from tests.platforms.discord.standin.permissions import Can
from tests.platforms.discord.standin.refusals import Errors, Refused, malformed
from tests.platforms.discord.standin.routes.needed import channel_for, not_archived, post_in, server_for

routes = Routes()

_FIELDS = {"name", "auto_archive_duration", "type", "invitable", "rate_limit_per_user"}


def _named(asked: Asked) -> str:
    errors = Errors()
    errors.length(["name"], asked.body.get("name"), 1, 100)
    if asked.body.get("auto_archive_duration") not in (None, 60, 1440, 4320, 10080):
        errors.add(["auto_archive_duration"], "BASE_TYPE_CHOICES", "Value must be one of {60, 1440, 4320, 10080}.")
    if asked.body.get("rate_limit_per_user") is not None:
        errors.number(["rate_limit_per_user"], asked.body["rate_limit_per_user"], 0, 21_600)
    errors.raise_if_any()
    return str(asked.body["name"])


@routes.on("POST /channels/{channel}/messages/{message}/threads", _FIELDS)
def on_message(site: Site, asked: Asked, channel_id: int, message: int) -> Any:
    channel = channel_for(site, channel_id, Can.VIEW | Can.HISTORY | Can.CREATE_PUBLIC_THREADS)
    if channel.kind not in (KINDS["text"], KINDS["announcement"]):
        raise Refused(50024, status=400)
    post = post_in(channel, message)
    name = _named(asked)
    if post.id in site.world.channels:
        raise Refused(160004)
    opened = gestures.thread(site.world, channel, name, site.world.bot.id, on=post)
    return opened.wire(for_user=site.world.bot.id)


@routes.on("POST /channels/{channel}/threads", _FIELDS | {"message", "applied_tags"})
def without_message(site: Site, asked: Asked, channel_id: int) -> Any:
    channel = channel_for(site, channel_id)
    bot = site.world.bot.id
    if channel.kind == KINDS["forum"]:
        return _in_forum(site, asked, channel)
    if channel.kind not in (KINDS["text"], KINDS["announcement"]):
        raise Refused(50024, status=400)
    private = asked.body.get("type", 12) == 12
    if (Can.CREATE_PRIVATE_THREADS if private else Can.CREATE_PUBLIC_THREADS) & ~channel.can(bot):
        raise Refused(50013)
    opened = gestures.thread(site.world, channel, _named(asked), bot, private=private)
    return opened.wire(for_user=bot)


def _in_forum(site: Site, asked: Asked, forum: Channel) -> Any:
    bot = site.world.bot.id
    if Can.SEND & ~forum.can(bot):
        raise Refused(50013)
    name, first = _named(asked), asked.body.get("message")
    if first is None:
        raise malformed(["message"], "BASE_TYPE_REQUIRED", "This field is required")
    check_post(first, asked.files)
    assert forum.server is not None
    identity = site.world.time.new_id()
    applied = [str(tag) for tag in asked.body.get("applied_tags") or ()]
    opened = forum.server.open_thread(forum, name, bot, identity=identity, applied_tags=applied)
    post = gestures.first_post(site.world, opened, bot, first, identity, asked.files)
    return {**opened.wire(for_user=bot), "message": post.wire()}


def _thread(site: Site, identity: int) -> Channel:
    channel = channel_for(site, identity)
    if not channel.is_thread:
        raise Refused(50024, status=400)
    return channel


@routes.on("PUT /channels/{channel}/thread-members/@me")
def join(site: Site, asked: Asked, thread: int) -> Any:
    found = _thread(site, thread)
    not_archived(found)
    found.add(site.world.bot.id)


@routes.on("DELETE /channels/{channel}/thread-members/@me")
def leave(site: Site, asked: Asked, thread: int) -> Any:
    found = _thread(site, thread)
    not_archived(found)
    found.drop(site.world.bot.id)


@routes.on("PUT /channels/{channel}/thread-members/{user}")
def add(site: Site, asked: Asked, thread: int, user: int) -> Any:
    found = _thread(site, thread)
    not_archived(found)
    if Can.SEND & ~found.can(site.world.bot.id):
        raise Refused(50013)
    if found.server is None or user not in found.server.members:
        raise Refused(10007)
    found.add(user)


@routes.on("DELETE /channels/{channel}/thread-members/{user}")
def drop(site: Site, asked: Asked, thread: int, user: int) -> Any:
    found = _thread(site, thread)
    not_archived(found)
    if Can.MANAGE_THREADS & ~found.can(site.world.bot.id):
        raise Refused(50013)
    found.drop(user)


@routes.on("GET /channels/{channel}/thread-members")
def members(site: Site, asked: Asked, thread: int) -> Any:
    found = _thread(site, thread)
    return [found.membership(user) for user in found.joined]


@routes.on("GET /channels/{channel}/thread-members/{user}")
def member(site: Site, asked: Asked, thread: int, user: int) -> Any:
    found = _thread(site, thread)
    if user not in found.joined:
        raise Refused(10007)
    return found.membership(user)


@routes.on("GET /guilds/{server}/threads/active")
def active(site: Site, asked: Asked, server_id: int) -> Any:
    server = server_for(site, server_id)
    bot = site.world.bot.id
    found = [one for one in server.channels.values() if one.is_thread and not one.archived and one.can(bot) & Can.VIEW]
    return _listed(site, found) | {"has_more": False}


@routes.on("GET /channels/{channel}/threads/archived/public")
def archived_public(site: Site, asked: Asked, channel_id: int) -> Any:
    channel = channel_for(site, channel_id, Can.VIEW | Can.HISTORY)
    return _archived(site, asked, channel, private=False)


@routes.on("GET /channels/{channel}/threads/archived/private")
def archived_private(site: Site, asked: Asked, channel_id: int) -> Any:
    channel = channel_for(site, channel_id, Can.VIEW | Can.HISTORY | Can.MANAGE_THREADS)
    return _archived(site, asked, channel, private=True)


@routes.on("GET /channels/{channel}/users/@me/threads/archived/private")
def archived_joined(site: Site, asked: Asked, channel_id: int) -> Any:
    channel = channel_for(site, channel_id, Can.VIEW | Can.HISTORY)
    found = _archived(site, asked, channel, private=True)
    bot = site.world.bot.id
    found["threads"] = [one for one in found["threads"] if bot in site.world.channels[int(one["id"])].joined]
    return found


def _archived(site: Site, asked: Asked, parent: Channel, *, private: bool) -> dict[str, Any]:
    """Most lately archived first; `before` is a time."""
    assert parent.server is not None
    limit, before = asked.number("limit", 50), asked.query.get("before")
    errors = Errors()
    errors.number(["limit"], limit, 2, 100)
    errors.raise_if_any()
    found = [
        one for one in parent.server.channels.values()
        if one.is_thread and one.parent is parent and one.archived and one.is_private_thread == private
    ]  # fmt: skip
    found.sort(key=lambda one: one.data["thread_metadata"]["archive_timestamp"], reverse=True)
    if before is not None:
        found = [one for one in found if one.data["thread_metadata"]["archive_timestamp"] < before]
    return _listed(site, found[:limit]) | {"has_more": len(found) > limit}


def _listed(site: Site, found: list[Channel]) -> dict[str, Any]:
    bot = site.world.bot.id
    return {
        "threads": [one.wire(for_user=bot) for one in found],
        "members": [one.membership(bot) for one in found if bot in one.joined],
    }
