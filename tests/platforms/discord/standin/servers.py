"""Servers of the stand-in: roles, members, bans, channels, the audit log."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.platforms.discord.standin import permissions
from tests.platforms.discord.standin.channels import KINDS, Channel, channel_data, thread_data
from tests.platforms.discord.standin.permissions import NOTHING, Can
from tests.platforms.discord.standin.snowflakes import written

if TYPE_CHECKING:
    from tests.platforms.discord.standin.people import Person
    from tests.platforms.discord.standin.posts import Post
    from tests.platforms.discord.standin.world import World


class Server:
    """`data` is the object as Discord writes it, without what changes elsewhere: roles, channels, members."""

    def __init__(self, world: "World", name: str, owner: "Person", identity: int) -> None:
        self.world, self.id, self.name = world, identity, name
        self.owner = owner.id
        self.data: dict[str, Any] = _server_data(identity, name, owner.id, world)
        self.roles: dict[int, dict[str, Any]] = {}
        self.members: dict[int, dict[str, Any]] = {}
        self.channels: dict[int, Channel] = {}
        self.bans: dict[int, str | None] = {}
        self.audit: list[dict[str, Any]] = []
        self.available = True
        self.incidents: dict[str, Any] = {}
        self._new_role("@everyone", permissions.EVERYONE, identity)

    # --- roles and members --------------------------------------------------------------------------------------

    def role(self, name: str, can: Can = NOTHING, *, position: int | None = None, mentionable: bool = False) -> int:
        """Its id; the newest role stands highest unless `position` says otherwise."""
        role = self._new_role(name, can, self.world.time.new_id())
        role["mentionable"] = mentionable
        if position is not None:
            role["position"] = position
        self.world.emit("GUILD_ROLE_CREATE", {"guild_id": str(self.id), "role": role}, server=self)
        return int(role["id"])

    def change_role(self, role: int, **changes: Any) -> None:
        """Such as `permissions=Can.VIEW`."""
        if "permissions" in changes:
            changes["permissions"] = str(int(changes["permissions"]))
        self.roles[role].update(changes)
        self.world.emit("GUILD_ROLE_UPDATE", {"guild_id": str(self.id), "role": self.roles[role]}, server=self)

    def delete_role(self, role: int) -> None:
        del self.roles[role]
        for member in self.members.values():
            member["roles"] = [each for each in member["roles"] if each != str(role)]
        self.world.emit("GUILD_ROLE_DELETE", {"guild_id": str(self.id), "role_id": str(role)}, server=self)

    def _new_role(self, name: str, can: Can, identity: int) -> dict[str, Any]:
        role = self.roles[identity] = {
            "id": str(identity),
            "name": name,
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "icon": None,
            "unicode_emoji": None,
            "position": len(self.roles),
            "permissions": str(int(can)),
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }
        return role

    def join(self, *people: "Person", roles: Iterable[int] = ()) -> None:
        """They come in, with these roles."""
        for person in people:
            assert person.id not in self.bans, f"{person.name} is banned"
            self.members[person.id] = member_data(person, roles, self.world.time.now())
            if person is self.world.bot:
                whole = self.whole()
                del whole["unavailable"]  # it says that a server is new, not back
                self.world.emit("GUILD_CREATE", whole, server=self)
            else:
                data = {**self.members[person.id], "guild_id": str(self.id)}
                self.world.emit("GUILD_MEMBER_ADD", data, server=self)

    def remove(self, user: int) -> None:
        """They are out, however that came about."""
        if self.members.pop(user, None) is None:
            return
        for channel in self.channels.values():
            channel.joined.pop(user, None)
        if user == self.world.bot.id:
            self.world.emit("GUILD_DELETE", {"id": str(self.id)}, server=self)
            return
        person = self.world.people[user]
        self.world.emit("GUILD_MEMBER_REMOVE", {"guild_id": str(self.id), "user": person.data}, server=self)

    def change_member(self, user: int, **changes: Any) -> None:
        """Nickname, roles, `communication_disabled_until`; the server tells of it."""
        self.members[user].update(changes)
        self.world.emit("GUILD_MEMBER_UPDATE", {**self.members[user], "guild_id": str(self.id)}, server=self)

    def give_role(self, person: "Person", role: int) -> None:
        self.change_member(person.id, roles=[*self.members[person.id]["roles"], str(role)])

    def take_role(self, person: "Person", role: int) -> None:
        roles = [each for each in self.members[person.id]["roles"] if each != str(role)]
        self.change_member(person.id, roles=roles)

    def in_timeout(self, user: int) -> bool:
        until = self.members[user]["communication_disabled_until"]
        return until is not None and datetime.fromisoformat(until) > self.world.time.now()

    def highest(self, user: int) -> int:
        """Position of the highest role of a member; 0 for who has none."""
        roles = self.members[user]["roles"] if user in self.members else []
        return max((self.roles[int(role)]["position"] for role in roles if int(role) in self.roles), default=0)

    def may_act_on(self, actor: int, target: int) -> bool:
        """By the hierarchy: nobody acts on the owner, and only on who stands lower."""
        if target == self.owner:
            return False
        return actor == self.owner or target not in self.members or self.highest(actor) > self.highest(target)

    # --- measures, whoever takes them ---------------------------------------------------------------------------

    def ban(self, by: int, user: int, reason: str | None = None, *, seconds_of_messages: int = 0) -> None:
        self.bans[user] = reason
        person = self.world.people[user]
        self.remove(user)
        self.world.emit("GUILD_BAN_ADD", {"guild_id": str(self.id), "user": person.data}, server=self)
        self.note(22, by, user, reason)
        if seconds_of_messages:
            self._delete_messages_of(user, seconds_of_messages)

    def _delete_messages_of(self, user: int, seconds: int) -> None:
        since = self.world.time.now() - timedelta(seconds=seconds)
        for channel in list(self.channels.values()):
            gone = [post for post in channel.standing if post.author_id == user and post.at >= since]
            if gone:
                channel.take_away(gone, bulk=True)

    def unban(self, by: int, user: int, reason: str | None = None) -> None:
        del self.bans[user]
        person = self.world.people[user]
        self.world.emit("GUILD_BAN_REMOVE", {"guild_id": str(self.id), "user": person.data}, server=self)
        self.note(23, by, user, reason)

    def kick(self, by: int, user: int, reason: str | None = None) -> None:
        self.remove(user)
        self.note(20, by, user, reason)

    def time_out(self, by: int, user: int, until: datetime | None, reason: str | None = None) -> None:
        """None lifts it."""
        before = self.members[user]["communication_disabled_until"]
        self.change_member(user, communication_disabled_until=written(until))
        change: dict[str, Any] = {"key": "communication_disabled_until"}
        change |= {"new_value": written(until)} if until else {}
        change |= {"old_value": before} if before else {}
        self.note(24, by, user, reason, changes=[change])

    def note(self, action: int, by: int, target: int | None, reason: str | None = None, **more: Any) -> None:
        """A line of the audit log, which the bot hears of if it may read it; `more`: changes, options."""
        entry = {
            "id": str(self.world.time.new_id()),
            "user_id": str(by),
            "target_id": None if target is None else str(target),
            "action_type": action,
            **({"reason": reason} if reason else {}),
            **more,
        }
        self.audit.append(entry)
        if permissions.in_server(self, self.world.bot.id) & Can.VIEW_AUDIT_LOG:
            self.world.emit("GUILD_AUDIT_LOG_ENTRY_CREATE", {**entry, "guild_id": str(self.id)}, server=self)

    # --- channels -----------------------------------------------------------------------------------------------

    def channel(
        self,
        name: str,
        kind: str = "text",
        *,
        parent: "Channel | None" = None,
        hidden_from: Iterable[int] = (),
        **more: Any,
    ) -> Channel:
        """A new channel: text, voice, category, announcement, stage or forum; hidden from roles or people by id.

        More keys of the object may be given: `topic`, `permission_overwrites`, `available_tags`.
        """
        overwrites = [self.overwrite(each, deny=Can.VIEW) for each in hidden_from]
        data = channel_data(self, name, KINDS[kind], parent)
        data |= {"permission_overwrites": overwrites, **more}
        channel = self._add(Channel(self.world, self, data))
        self.world.emit("CHANNEL_CREATE", channel.wire(), server=self)
        return channel

    def overwrite(self, identity: int, *, allow: Can = NOTHING, deny: Can = NOTHING) -> dict[str, str | int]:
        """For a role (the server's own id: everybody) or for somebody."""
        kind = 0 if identity in self.roles else 1
        return {"id": str(identity), "type": kind, "allow": str(int(allow)), "deny": str(int(deny))}

    def open_thread(
        self, parent: Channel, name: str, by: int, *, private: bool = False, identity: int | None = None, **more: Any
    ) -> Channel:
        """`identity`: of the message that it grows from. The founder is in it."""
        kind = 12 if private else 10 if parent.kind == KINDS["announcement"] else 11
        data = thread_data(parent, name, kind, by, identity or self.world.time.new_id()) | more
        thread = self._add(Channel(self.world, self, data))
        thread.joined[by] = self.world.time.now()
        self.world.emit("THREAD_CREATE", {**thread.wire(), "newly_created": True}, channel=thread)
        return thread

    def _add(self, channel: Channel) -> Channel:
        self.channels[channel.id] = self.world.channels[channel.id] = channel
        return channel

    # --- how it is written --------------------------------------------------------------------------------------

    def head(self) -> dict[str, Any]:
        """Without members and channels, as GUILD_UPDATE and GET /guilds have it."""
        return {**self.data, "roles": list(self.roles.values())}

    def whole(self, *, presences: bool = False) -> dict[str, Any]:
        """As in GUILD_CREATE. Without the intent for presences only the bot is among the members."""
        bot = self.world.bot.id
        members = [data for user, data in self.members.items() if presences or user == bot]
        threads = [
            one for one in self.channels.values() if one.is_thread and not one.archived and one.can(bot) & Can.VIEW
        ]
        return {
            **self.head(),
            "joined_at": self.members[bot]["joined_at"],
            "large": False,
            "unavailable": False,
            "member_count": len(self.members),
            "members": members,
            "channels": [one.wire() for one in self.channels.values() if not one.is_thread],
            "threads": [one.wire(for_user=bot) for one in threads],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def goes_away(self) -> None:
        """An outage of Discord's: the server is unavailable."""
        self.available = False
        self.world.emit("GUILD_DELETE", {"id": str(self.id), "unavailable": True}, server=self)

    def comes_back(self) -> None:
        self.available = True
        self.world.emit("GUILD_CREATE", self.whole(), server=self)

    def change(self, **changes: Any) -> None:
        """Such as `name="Forum"`."""
        self.data.update(changes)
        self.world.emit("GUILD_UPDATE", self.head(), server=self)

    def automod_acts(
        self, person: "Person", channel: Channel, text: str, *, post: "Post | None" = None, **more: Any
    ) -> None:
        """A rule of Discord's own AutoMod held words back, or let them through and raised an alert."""
        data: Mapping[str, Any] = {
            "guild_id": str(self.id),
            "action": {"type": 1, "metadata": {}},
            "rule_id": str(self.world.time.new_id()),
            "rule_trigger_type": 1,
            "user_id": str(person.id),
            "channel_id": str(channel.id),
            **({"message_id": str(post.id)} if post else {}),
            "content": text,
            "matched_keyword": text[:20],
            "matched_content": text[:20],
            **more,
        }
        if permissions.in_server(self, self.world.bot.id) & Can.MANAGE_SERVER:
            self.world.emit("AUTO_MODERATION_ACTION_EXECUTION", dict(data), server=self)


def member_data(person: "Person", roles: Iterable[int], joined: datetime) -> dict[str, Any]:
    return {
        "user": person.data,
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": [str(role) for role in roles],
        "joined_at": written(joined),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }


def _server_data(identity: int, name: str, owner: int, world: "World") -> dict[str, Any]:
    absent = (
        "icon", "splash", "discovery_splash", "banner", "description", "afk_channel_id", "system_channel_id",
        "vanity_url_code",
        "rules_channel_id", "public_updates_channel_id", "safety_alerts_channel_id", "application_id",
        "widget_channel_id",
        "incidents_data",
    )  # fmt: skip
    zero = (
        "verification_level", "default_message_notifications", "explicit_content_filter", "mfa_level", "nsfw_level",
        "premium_tier", "premium_subscription_count", "system_channel_flags",
    )  # fmt: skip
    return {
        "id": str(identity),
        "name": name,
        "owner_id": str(owner),
        "afk_timeout": 300,
        "preferred_locale": "en-US",
        "premium_progress_bar_enabled": False,
        "features": [],
        "emojis": [],
        "stickers": [],
        "widget_enabled": False,
        "max_members": 500_000,
        **dict.fromkeys(absent),
        **dict.fromkeys(zero, 0),
    }
