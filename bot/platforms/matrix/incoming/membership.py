"""Who came, who went, and who was sent out by whom. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.event import AccessLost, Incoming, MemberJoined, MemberLeft, ModerationObserved
from bot.domain.member import Member
from bot.platforms.matrix import names
from bot.platforms.matrix.fields import mapping, text
from bot.platforms.matrix.rooms.room import Room

_LONGEST_REASON = 1_000


def before(event: Mapping[str, Any], room: Room, user: str) -> str | None:
    """The user's membership before this event: as the homeserver says beside it, or as the room knew it."""
    unsigned = mapping(event.get("unsigned"))
    previous = mapping(unsigned.get("prev_content")).get("membership")
    if isinstance(previous, str):
        return previous
    return room.people[user].membership if user in room.people else None


def changes(
    event: Mapping[str, Any], room: Room, own: str, user: str, by: Member, member: Member, at: datetime
) -> list[Incoming]:
    """What a change of somebody's membership means; `by` is who made it."""
    content = mapping(event.get("content"))
    now, was, where = content.get("membership"), before(event, room, user), room.conversation()
    if now == was or not isinstance(now, str):
        return []
    reason = text(content.get("reason"))[:_LONGEST_REASON]
    if user == own:
        sent_out = now in {"leave", "ban"} and by.id != names.member_id(own)
        return [AccessLost(where, at, now == "ban", by, reason)] if sent_out else []
    if now == "join":
        return [MemberJoined(member, where, at)]
    found: list[Incoming] = [MemberLeft(member, where, at)] if was == "join" and now in {"leave", "ban"} else []
    action = _action(was, now) if by.id not in {names.member_id(own), names.member_id(user)} else None
    return [*found, ModerationObserved(action, member.id, where, at, by, reason)] if action else found


def _action(was: str | None, now: str) -> str | None:
    """What was done to somebody by somebody else, in the names that the measures of the house have."""
    if now == "ban":
        return "ban"
    if now == "leave" and was in {"join", "ban"}:
        return "kick" if was == "join" else "unban"
    return None
