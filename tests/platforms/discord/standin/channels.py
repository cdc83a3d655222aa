"""Channels of the stand-in: text, voice, forums, threads, direct messages; what stands in them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.platforms.discord.standin import permissions
from tests.platforms.discord.standin.permissions import Can
from tests.platforms.discord.standin.snowflakes import written

if TYPE_CHECKING:
    from tests.platforms.discord.standin.people import Person
    from tests.platforms.discord.standin.posts import Post
    from tests.platforms.discord.standin.servers import Server
    from tests.platforms.discord.standin.world import World

KINDS = {"text": 0, "dm": 1, "voice": 2, "category": 4, "announcement": 5, "stage": 13, "forum": 15}
THREADS = {10, 11, 12}
NO_MESSAGES = {4, 15, 16}
"""Kinds in which nothing can be said: categories, forums."""


class Channel:
    """`joined`: who is in a thread, since when. `recipients`: whom a direct channel joins with the bot."""

    def __init__(self, world: "World", server: "Server | None", data: dict[str, Any]) -> None:
        self.world, self.server, self.data = world, server, data
        self.id = int(data["id"])
        self.kind: int = data["type"]
        self.posts: dict[int, Post] = {}
        self.joined: dict[int, datetime] = {}
        self.recipients: list[int] = []
        self.nonces: dict[tuple[int, str], tuple[datetime, Post]] = {}

    @property
    def name(self) -> str:
        return str(self.data.get("name") or "")

    @property
    def is_thread(self) -> bool:
        return self.kind in THREADS

    @property
    def is_private_thread(self) -> bool:
        return self.kind == 12

    @property
    def archived(self) -> bool:
        return self.is_thread and bool(self.data["thread_metadata"]["archived"])

    @property
    def locked(self) -> bool:
        return self.is_thread and bool(self.data["thread_metadata"]["locked"])

    @property
    def parent(self) -> "Channel":
        return self.world.channels[int(self.data["parent_id"])]

    def can(self, user: int) -> Can:
        """What somebody may do here."""
        return permissions.in_channel(self, user)

    @property
    def standing(self) -> "list[Post]":
        """What everybody there can see, oldest first."""
        return sorted((one for one in self.posts.values() if one.only_for is None), key=lambda one: one.id)

    def by_bot(self) -> "list[Post]":
        """What stands there of the bot, oldest first; ephemeral posts are not among it."""
        return [one for one in self.standing if one.author_id == self.world.bot.id]

    def seen_by(self, person: "Person") -> "list[Post]":
        """With what is for their eyes only, oldest first."""
        if not self.can(person.id) & Can.VIEW:
            return []
        return sorted((one for one in self.posts.values() if one.only_for in (None, person.id)), key=lambda one: one.id)

    def wire(self, *, for_user: int | None = None) -> dict[str, Any]:
        """With counts for a thread, and whether `for_user` is in it."""
        if not self.is_thread:
            return dict(self.data)
        said = sum(post.data["type"] in {0, 19, 20} for post in self.standing if post.id != self.id)
        data = {**self.data, "message_count": said, "total_message_sent": said, "member_count": len(self.joined)}
        if for_user in self.joined:
            data["member"] = self.membership(for_user)
        return data

    def membership(self, user: int) -> dict[str, Any]:
        return {"id": str(self.id), "user_id": str(user), "join_timestamp": written(self.joined[user]), "flags": 0}

    # --- changes ------------------------------------------------------------------------------------------------

    def change(self, **changes: Any) -> None:
        """Such as `name=`, `topic=`, `rate_limit_per_user=`, `permission_overwrites=`; the server tells of it."""
        sees = bool(self.can(self.world.bot.id) & Can.VIEW)
        self.data.update(changes)
        if self.is_thread:
            self.world.emit("THREAD_UPDATE", self.wire(), channel=self)
            return
        self.world.emit("CHANNEL_UPDATE", self.wire(), server=self.server)
        if not sees and self.can(self.world.bot.id) & Can.VIEW:
            self._sync_threads()

    def _sync_threads(self) -> None:
        """Whoever gets to see a channel hears of the threads in it."""
        assert self.server is not None
        bot = self.world.bot.id
        threads = [
            one for one in self.server.channels.values()
            if one.is_thread and one.parent is self and not one.archived and one.can(bot) & Can.VIEW
        ]  # fmt: skip
        data = {
            "guild_id": str(self.server.id),
            "channel_ids": [str(self.id)],
            "threads": [one.wire() for one in threads],
            "members": [one.membership(bot) for one in threads if bot in one.joined],
        }
        self.world.emit("THREAD_LIST_SYNC", data, server=self.server)

    def change_thread(self, **changes: Any) -> None:
        """`archived`, `locked`, `invitable`, `auto_archive_duration`."""
        if "archived" in changes and changes["archived"] != self.archived:
            changes["archive_timestamp"] = written(self.world.time.now())
        self.data["thread_metadata"].update(changes)
        self.change()

    def archive(self, *, locked: bool = False) -> None:
        self.change_thread(archived=True, locked=locked)

    def add(self, user: int) -> None:
        """Into the thread."""
        if user in self.joined:
            return
        self.joined[user] = self.world.time.now()
        self._members_changed(added=[user], removed=[])

    def drop(self, user: int) -> None:
        """Out of the thread."""
        if self.joined.pop(user, None) is not None:
            self._members_changed(added=[], removed=[user])

    def _members_changed(self, added: Sequence[int], removed: Sequence[int]) -> None:
        assert self.server is not None
        bot = self.world.bot.id
        data = {
            "id": str(self.id),
            "guild_id": str(self.server.id),
            "member_count": len(self.joined),
            "added_members": [
                {**self.membership(user), "member": self.server.members[user], "presence": None} for user in added
            ],
            "removed_member_ids": [str(user) for user in removed],
        }
        if bot in added:
            self.world.emit("THREAD_CREATE", self.wire(for_user=bot), channel=self)
        self.world.emit("THREAD_MEMBERS_UPDATE", data, channel=self)

    def delete(self) -> None:
        """With everything in it; without a channel go its threads."""
        assert self.server is not None
        for one in [each for each in self.server.channels.values() if each.is_thread and each.parent is self]:
            one.delete()
        data = self.wire()
        if self.is_thread:
            slim = {name: data[name] for name in ("id", "guild_id", "parent_id", "type")}
            self.world.emit("THREAD_DELETE", slim, channel=self)
        else:
            self.world.emit("CHANNEL_DELETE", data, server=self.server)
        del self.server.channels[self.id]
        del self.world.channels[self.id]

    def take_away(self, posts: "Sequence[Post]", *, bulk: bool = False) -> None:
        """Posts are deleted; several at once are one event."""
        for post in posts:
            post.deleted = True
            self.posts.pop(post.id, None)
        place = {"channel_id": str(self.id), **({"guild_id": str(self.server.id)} if self.server else {})}
        seen = [post for post in posts if post.only_for is None]
        if bulk and seen:
            self.world.emit("MESSAGE_DELETE_BULK", {"ids": [str(post.id) for post in seen], **place}, channel=self)
        else:
            for post in seen:
                self.world.emit("MESSAGE_DELETE", {"id": str(post.id), **place}, channel=self)


def channel_data(server: "Server", name: str, kind: int, parent: Channel | None) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": str(server.world.time.new_id()),
        "type": kind,
        "guild_id": str(server.id),
        "name": name,
        "position": len(server.channels),
        "permission_overwrites": [],
        "nsfw": False,
        "topic": None,
        "parent_id": str(parent.id) if parent else None,
        "rate_limit_per_user": 0,
        "last_message_id": None,
        "flags": 0,
    }
    more: Mapping[int, Mapping[str, Any]] = {
        2: {"bitrate": 64_000, "user_limit": 0, "rtc_region": None, "video_quality_mode": 1},
        13: {"bitrate": 64_000, "user_limit": 0, "rtc_region": None, "video_quality_mode": 1},
        15: {
            "available_tags": [],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
            "default_auto_archive_duration": 4320,
            "default_thread_rate_limit_per_user": 0,
        },
    }
    return data | dict(more.get(kind, {}))


def thread_data(parent: Channel, name: str, kind: int, by: int, identity: int) -> dict[str, Any]:
    now = written(parent.world.time.now())
    return {
        "id": str(identity),
        "type": kind,
        "guild_id": parent.data["guild_id"],
        "parent_id": str(parent.id),
        "owner_id": str(by),
        "name": name,
        "last_message_id": None,
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
        "rate_limit_per_user": 0,
        "flags": 0,
        "applied_tags": [],
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 4320,
            "archive_timestamp": now,
            "locked": False,
            "create_timestamp": now,
            **({"invitable": True} if kind == 12 else {}),
        },
    }
