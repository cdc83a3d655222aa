"""Whom a moderator silenced, or let speak again, by changing power levels by hand. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.platforms.matrix.fields import is_user
from bot.platforms.matrix.rooms.power import Power
from bot.platforms.matrix.rooms.room import Room


def changes(room: Room, levels: Mapping[str, Any]) -> dict[str, str]:
    """Users to "timeout" or "lift timeout"; those that the levels do not name are not meant one by one."""
    before, after = room.power, replace(room.power, levels=levels or {"users": {}})
    speaking = "m.room.encrypted" if room.encrypted else "m.room.message"
    found: dict[str, str] = {}
    for user in sorted(_named(before) | _named(after)):
        could, can = before.may_send(user, speaking), after.may_send(user, speaking)
        if could != can and is_user(user):
            found[user] = "lift timeout" if can else "timeout"
    return found


def _named(power: Power) -> set[str]:
    users = power.levels.get("users")
    return {user for user in users if isinstance(user, str)} if isinstance(users, Mapping) else set()
