"""Routes about messages: posting, editing, deleting, history, reactions, pins."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.platforms.discord.standin import gestures
from tests.platforms.discord.standin.asked import Asked, Routes, Site
from tests.platforms.discord.standin.channels import NO_MESSAGES, Channel
from tests.platforms.discord.standin.checks.texts import EDITED, FIELDS, check_post
from tests.platforms.discord.standin.gateway import emptied
from tests.platforms.discord.standin.permissions import Can
from tests.platforms.discord.standin.posts import Post
from tests.platforms.discord.standin.refusals import Errors, Refused, malformed
from tests.platforms.discord.standin.routes.needed import NONCE_LASTS, channel_for, not_archived, post_in
from tests.platforms.discord.standin.snowflakes import time_of

routes = Routes()

_BULK_OLDEST = timedelta(days=14)
_MOST_REACTIONS = 20


@routes.on("POST /channels/{channel}/messages", FIELDS)
def create(site: Site, asked: Asked, channel_id: int) -> Any:
    channel = channel_for(site, channel_id)
    _may_post(site, channel, asked)
    check_post(asked.body, asked.files)
    earlier = _same_nonce(site, channel, asked.body)
    if earlier is not None:
        return {**earlier.wire(), "nonce": earlier.nonce}
    _check_reference(site, channel, asked.body.get("message_reference"))
    post = site.world.post(channel, site.world.bot.id, asked.body, asked.files, told=False)
    post.nonce = asked.body.get("nonce")
    if post.nonce is not None:
        channel.nonces[site.world.bot.id, str(post.nonce)] = (site.world.time.now(), post)
    site.world.emit("MESSAGE_CREATE", post.event(), channel=channel, post=post)
    return post.wire() | ({"nonce": post.nonce} if post.nonce is not None else {})


def _may_post(site: Site, channel: Channel, asked: Asked) -> None:
    if channel.server is None:
        _may_write_to(site, channel)
        return
    if channel.kind in NO_MESSAGES:
        raise Refused(50024, status=400)
    needed = Can.SEND | (Can.ATTACH_FILES if asked.files else Can(0))
    needed |= Can.EMBED_LINKS if isinstance(asked.body, dict) and asked.body.get("embeds") else Can(0)
    if isinstance(asked.body, dict) and asked.body.get("message_reference"):
        needed |= Can.HISTORY
    held = channel.can(site.world.bot.id)
    if needed & ~held:
        raise Refused(50013)
    if channel.locked and not held & Can.MANAGE_THREADS:
        raise Refused(160005 if not channel.archived else 50083)


def _may_write_to(site: Site, channel: Channel) -> None:
    person = site.world.people[channel.recipients[0]]
    bot = site.world.bot.id
    if not any(person.id in one.members and bot in one.members for one in site.world.servers.values()):
        raise Refused(50278)
    if not person.takes_direct:
        raise Refused(50007)


def _same_nonce(site: Site, channel: Channel, body: Mapping[str, Any]) -> Post | None:
    """With `enforce_nonce`, what the same nonce posted within some minutes."""
    if not body.get("enforce_nonce") or body.get("nonce") is None:
        return None
    at, post = channel.nonces.get((site.world.bot.id, str(body["nonce"])), (None, None))
    if at is None or site.world.time.now() - at >= NONCE_LASTS:
        return None
    return post


def _check_reference(site: Site, channel: Channel, reference: Mapping[str, Any] | None) -> None:
    if not reference:
        return
    if reference.get("message_id") is None:
        raise malformed(["message_reference", "message_id"], "BASE_TYPE_REQUIRED", "This field is required")
    forward = reference.get("type") == 1
    place = int(reference.get("channel_id") or channel.id)
    if place != channel.id and not forward:
        raise malformed(["message_reference"], "REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL", "Not in this channel")
    source = channel_for(site, place, Can.VIEW | Can.HISTORY)
    found = source.posts.get(int(reference["message_id"]))
    if (found is None or found.only_for is not None) and reference.get("fail_if_not_exists", True):
        raise malformed(["message_reference"], "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    if found is not None and found.data["type"] in (18, 7) and not forward:
        raise malformed(
            ["message_reference"], "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "Cannot reply to a system message"
        )


def shown(site: Site, post: Post) -> dict[str, Any]:
    """As REST gives it: without content where the portal's switch is off."""
    data = post.wire()
    readable = site.portal.message_content or site.portal.is_open(post, site.world.bot.id)
    return data if readable else emptied(data)


@routes.on("GET /channels/{channel}/messages")
def history(site: Site, asked: Asked, channel_id: int) -> Any:
    channel = channel_for(site, channel_id)
    if channel.kind in NO_MESSAGES:
        raise Refused(50024, status=400)
    limit = asked.number("limit", 50)
    errors = Errors()
    errors.number(["limit"], limit, 1, 100)
    if sum(name in asked.query for name in ("before", "after", "around")) > 1:
        errors.add(["before"], "MESSAGES_QUERY_EXCLUSIVE", "Only one of before, after, around")
    errors.raise_if_any()
    if not channel.can(site.world.bot.id) & Can.HISTORY:
        return []
    found = channel.standing
    if "after" in asked.query:
        found = [post for post in found if post.id > asked.number("after", 0)][:limit]
    elif "around" in asked.query:
        middle = asked.number("around", 0)
        older, newer = [post for post in found if post.id < middle], [post for post in found if post.id >= middle]
        found = older[-(limit // 2) :] + newer[: limit - limit // 2]
    else:
        found = [post for post in found if post.id < asked.number("before", 1 << 63)][-limit:]
    return [shown(site, post) for post in reversed(found)]


@routes.on("GET /channels/{channel}/messages/{message}")
def fetch(site: Site, asked: Asked, channel_id: int, message: int) -> Any:
    return shown(site, post_in(channel_for(site, channel_id, Can.VIEW | Can.HISTORY), message))


@routes.on("PATCH /channels/{channel}/messages/{message}", EDITED)
def edit(site: Site, asked: Asked, channel_id: int, message: int) -> Any:
    channel = channel_for(site, channel_id)
    post = post_in(channel, message)
    if post.author_id != site.world.bot.id:
        flags_alone = set(asked.body) == {"flags"} and channel.can(site.world.bot.id) & Can.MANAGE_MESSAGES
        if not flags_alone:
            raise Refused(50005)
    not_archived(channel)
    if post.data["type"] not in (0, 19, 20, 23):
        raise Refused(50021)
    check_post(asked.body, asked.files, before=post.data)
    rewrite(site, post, asked)
    return post.wire()


def rewrite(site: Site, post: Post, asked: Asked) -> None:
    """An edit that was found good."""
    before = dict(post.data)
    site.world.write(post, asked.body, asked.files)
    after, post.data = post.data, before
    post.change(after)


@routes.on("DELETE /channels/{channel}/messages/{message}")
def delete(site: Site, asked: Asked, channel_id: int, message: int) -> Any:
    channel = channel_for(site, channel_id)
    post = post_in(channel, message)
    bot = site.world.bot.id
    if post.author_id != bot:
        if channel.server is None:
            raise Refused(50003)
        if not channel.can(bot) & Can.MANAGE_MESSAGES:
            raise Refused(50013)
    not_archived(channel)
    if post.data["type"] in (1, 2, 3, 4, 5, 14, 15, 16, 17, 21):
        raise Refused(50021)
    channel.take_away([post])
    if post.author_id != bot and channel.server is not None and post.author_id in site.world.people:
        options = {"channel_id": str(channel.id), "count": "1"}
        channel.server.note(72, bot, post.author_id, asked.reason, options=options)


@routes.on("POST /channels/{channel}/messages/bulk-delete", {"messages"})
def bulk_delete(site: Site, asked: Asked, channel_id: int) -> Any:
    channel = channel_for(site, channel_id, Can.VIEW | Can.MANAGE_MESSAGES)
    if channel.server is None:
        raise Refused(50003)
    named = [int(each) for each in asked.body["messages"]]
    if not 2 <= len(named) <= 100:
        raise Refused(50016)
    if len(set(named)) < len(named):
        raise malformed(["messages"], "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
    if any(site.world.time.now() - time_of(each) > _BULK_OLDEST for each in named):
        raise Refused(50034)
    channel.take_away([channel.posts[each] for each in named if each in channel.posts], bulk=True)
    channel.server.note(73, site.world.bot.id, channel.id, asked.reason, options={"count": str(len(named))})


@routes.on("PUT /channels/{channel}/messages/{message}/reactions/{emoji}/@me")
def react(site: Site, asked: Asked, channel_id: int, message: int, emoji: str) -> Any:
    channel = channel_for(site, channel_id, Can.VIEW | Can.HISTORY)
    post = post_in(channel, message)
    emoji = str(emoji)
    not_archived(channel)
    if emoji.isascii() and ":" not in emoji and emoji not in "0123456789#*":
        raise Refused(10014)
    if emoji not in post.reacted or not post.reacted[emoji]:
        if not channel.can(site.world.bot.id) & Can.ADD_REACTIONS:
            raise Refused(50013)
        if sum(bool(who) for who in post.reacted.values()) >= _MOST_REACTIONS:
            raise Refused(30010)
    gestures.react(post, site.world.bot.id, emoji)


@routes.on("DELETE /channels/{channel}/messages/{message}/reactions/{emoji}/@me")
def take_back(site: Site, asked: Asked, channel_id: int, message: int, emoji: str) -> Any:
    post = post_in(channel_for(site, channel_id, Can.VIEW | Can.HISTORY), message)
    gestures.unreact(post, site.world.bot.id, str(emoji))


@routes.on("GET /channels/{channel}/messages/{message}/reactions/{emoji}")
def reactors(site: Site, asked: Asked, channel_id: int, message: int, emoji: str) -> Any:
    post = post_in(channel_for(site, channel_id, Can.VIEW | Can.HISTORY), message)
    return [site.world.people[user].data for user in post.reacted.get(str(emoji), [])]


@routes.on("POST /channels/{channel}/typing")
def typing(site: Site, asked: Asked, channel_id: int) -> Any:
    channel_for(site, channel_id, Can.VIEW | Can.SEND)
