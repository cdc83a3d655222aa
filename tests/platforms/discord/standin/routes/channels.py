"""Routes about channels: looking at them, slow mode, overwrites, direct channels."""

from typing import Any

from tests.platforms.discord.standin.asked import Asked, Routes, Site
from tests.platforms.discord.standin.channels import KINDS
from tests.platforms.discord.standin.permissions import Can
from tests.platforms.discord.standin.refusals import Errors, Refused, malformed
from tests.platforms.discord.standin.routes.needed import channel_for, server_for

routes = Routes()

_SLOWEST = 21_600
_CHANGES = {
    "name", "topic", "nsfw", "rate_limit_per_user", "parent_id", "position", "permission_overwrites", "archived",
    "locked",
    "invitable", "auto_archive_duration", "flags", "applied_tags", "available_tags", "default_auto_archive_duration",
    "type",
}  # fmt: skip
_OF_THREADS = {"archived", "locked", "invitable", "auto_archive_duration"}


@routes.on("GET /channels/{channel}")
def fetch(site: Site, asked: Asked, channel_id: int) -> Any:
    return channel_for(site, channel_id).wire(for_user=site.world.bot.id)


@routes.on("PATCH /channels/{channel}", _CHANGES)
def change(site: Site, asked: Asked, channel_id: int) -> Any:
    channel = channel_for(site, channel_id)
    bot, body = site.world.bot.id, dict(asked.body)
    if channel.server is None:
        raise Refused(50003)
    own_thread = (
        channel.is_thread and channel.data["owner_id"] == str(bot) and not {"locked", "rate_limit_per_user"} & set(body)
    )
    needed = Can.MANAGE_THREADS if channel.is_thread else Can.MANAGE_CHANNELS
    if not own_thread and needed & ~channel.can(bot):
        raise Refused(50013)
    if channel.archived and body.get("archived") is not False:
        raise Refused(50083)
    errors = Errors()
    if "name" in body:
        errors.length(["name"], body["name"], 1, 100)
    if body.get("topic") is not None:
        errors.length(["topic"], body["topic"], 0, 4096 if channel.kind == KINDS["forum"] else 1024)
    if body.get("rate_limit_per_user") is not None:
        errors.number(["rate_limit_per_user"], body["rate_limit_per_user"], 0, _SLOWEST)
    if body.get("auto_archive_duration") not in (None, 60, 1440, 4320, 10080):
        errors.add(["auto_archive_duration"], "BASE_TYPE_CHOICES", "Value must be one of {60, 1440, 4320, 10080}.")
    errors.raise_if_any()
    before = channel.data.get("rate_limit_per_user")
    of_thread = {name: body.pop(name) for name in _OF_THREADS & set(body)}
    if of_thread:
        channel.change_thread(**of_thread)
    if body:
        channel.change(
            **{name: 0 if name == "rate_limit_per_user" and value is None else value for name, value in body.items()}
        )
    changes = [{"key": name, "old_value": before, "new_value": value} for name, value in (body | of_thread).items()]
    channel.server.note(111 if channel.is_thread else 11, bot, channel.id, asked.reason, changes=changes)
    return channel.wire(for_user=bot)


@routes.on("DELETE /channels/{channel}")
def delete(site: Site, asked: Asked, channel_id: int) -> Any:
    channel = channel_for(site, channel_id)
    if channel.server is None:
        return channel.wire()
    needed = Can.MANAGE_THREADS if channel.is_thread else Can.MANAGE_CHANNELS
    if needed & ~channel.can(site.world.bot.id):
        raise Refused(50013)
    data = channel.wire()
    channel.delete()
    channel.server.note(112 if channel.is_thread else 12, site.world.bot.id, channel.id, asked.reason)
    return data


@routes.on("PUT /channels/{channel}/permissions/{target}", {"id", "allow", "deny", "type"})
def overwrite(site: Site, asked: Asked, channel_id: int, target: int) -> Any:
    channel = channel_for(site, channel_id, Can.VIEW | Can.MANAGE_ROLES)
    assert channel.server is not None
    rest = [each for each in channel.data["permission_overwrites"] if each["id"] != str(target)]
    allow, deny = Can(int(asked.body.get("allow") or 0)), Can(int(asked.body.get("deny") or 0))
    channel.change(permission_overwrites=[*rest, channel.server.overwrite(target, allow=allow, deny=deny)])


@routes.on("POST /guilds/{server}/channels", None)
def create(site: Site, asked: Asked, server_id: int) -> Any:
    server = server_for(site, server_id, Can.MANAGE_CHANNELS)
    errors = Errors()
    errors.length(["name"], asked.body.get("name"), 1, 100)
    errors.raise_if_any()
    kind = next(name for name, number in KINDS.items() if number == (asked.body.get("type") or 0))
    channel = server.channel(
        asked.body["name"], kind, permission_overwrites=asked.body.get("permission_overwrites") or []
    )
    return channel.wire()


@routes.on("POST /users/@me/channels", {"recipient_id"})
def open_direct(site: Site, asked: Asked) -> Any:
    user = int(asked.body["recipient_id"])
    person = site.world.people.get(user)
    if person is None:
        raise malformed(["recipient_id"], "SNOWFLAKE_UNKNOWN", "Unknown user")
    if user == site.world.bot.id or person.data["bot"]:
        raise Refused(50007)
    return site.world.direct(person).wire()


@routes.on("GET /channels/{channel}/pins")
def pins(site: Site, asked: Asked, channel_id: int) -> Any:
    channel_for(site, channel_id, Can.VIEW | Can.HISTORY)
    return []
