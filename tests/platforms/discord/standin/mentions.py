"""Whom a post pings: what it mentions, less what `allowed_mentions` leaves out."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.platforms.discord.standin.permissions import Can

if TYPE_CHECKING:
    from tests.platforms.discord.standin.channels import Channel

_USER = re.compile(r"<@!?(\d{1,20})>", re.ASCII)
_ROLE = re.compile(r"<@&(\d{1,20})>", re.ASCII)
_ALL = re.compile(r"@(everyone|here)\b")


def pinged(
    text: str, allowed: Mapping[str, Any] | None, channel: "Channel", author: int, replied: int | None
) -> list[str]:
    """Such as ["user:123", "role:456", "@everyone"], sorted.

    Without `allowed` everything pings that the author's permissions let. `replied` is who wrote the message that this
    one answers.
    """
    can_ping_all = bool(channel.can(author) & Can.MENTION_EVERYONE)
    parse = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse") or ())
    named = {kind: {str(each) for each in (allowed or {}).get(kind) or ()} for kind in ("users", "roles")}
    found = {f"user:{user}" for user in _USER.findall(text) if "users" in parse or user in named["users"]}
    roles = channel.server.roles if channel.server else {}
    for role in _ROLE.findall(text):
        may = can_ping_all or roles.get(int(role), {}).get("mentionable")
        if may and ("roles" in parse or role in named["roles"]):
            found.add(f"role:{role}")
    if can_ping_all and "everyone" in parse:
        found |= {f"@{word}" for word in _ALL.findall(text)}
    if replied is not None and (allowed is None or allowed.get("replied_user")):
        found.add(f"user:{replied}")
    return sorted(found)
