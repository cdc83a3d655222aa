"""People of the stand-in: what they do with a client in their hands, and what they see there."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.platforms.discord.standin import gestures, permissions
from tests.platforms.discord.standin.channels import NO_MESSAGES, Channel
from tests.platforms.discord.standin.permissions import Can

if TYPE_CHECKING:
    from tests.platforms.discord.standin.interactions import Interaction
    from tests.platforms.discord.standin.posts import Post
    from tests.platforms.discord.standin.servers import Server
    from tests.platforms.discord.standin.world import World


class Person:
    """An account. What a client would not let them do raises PermissionError.

    `takes_direct`: whether they take direct messages from the bot.
    """

    def __init__(self, world: "World", name: str, *, bot: bool = False, shown: str | None = None) -> None:
        self.world, self.name = world, name
        self.id = world.time.new_id()
        self.data: dict[str, Any] = {
            "id": str(self.id),
            "username": name,
            "discriminator": "0",
            "global_name": shown,
            "avatar": None,
            "avatar_decoration_data": None,
            "banner": None,
            "accent_color": None,
            "collectibles": None,
            "primary_guild": None,
            "bot": bot,
            "system": False,
            "public_flags": 0,
        }
        self.takes_direct = True

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    # --- talking ------------------------------------------------------------------------------------------------

    def says(
        self,
        channel: Channel,
        text: str = "",
        *,
        reply_to: "Post | None" = None,
        files: Sequence[tuple[str, bytes]] = (),
        ping: bool = True,
        at: datetime | None = None,
        told: bool = True,
        **more: Any,
    ) -> "Post":
        """`more`: embeds, poll, sticker_ids, flags. `at`: as if said then; not `told`: no event tells of it."""
        self._needs(channel, Can.SEND)
        if channel.kind in NO_MESSAGES:
            raise PermissionError("nothing can be said there")
        if channel.locked:
            self._needs(channel, Can.MANAGE_THREADS)
        body: dict[str, Any] = {"content": text, **more}
        if reply_to is not None:
            body["message_reference"] = {"message_id": reply_to.id, "channel_id": reply_to.channel.id}
        if not ping:
            body["allowed_mentions"] = {"parse": ["users", "roles", "everyone"], "replied_user": False}
        return self.world.post(channel, self.id, body, files, at=at, told=told)

    def writes(self, text: str, **more: Any) -> "Post":
        """To the bot, in a direct message."""
        return self.says(self.world.direct(self), text, **more)

    def forwards(self, post: "Post", channel: Channel) -> "Post":
        reference = {"type": 1, "message_id": post.id, "channel_id": post.channel.id}
        self._needs(channel, Can.SEND)
        return self.world.post(channel, self.id, {"message_reference": reference})

    def asks_all(self, channel: Channel, question: str, answers: Sequence[str]) -> "Post":
        """A poll."""
        listed = [{"answer_id": number, "poll_media": {"text": text}} for number, text in enumerate(answers, 1)]
        poll = {"question": {"text": question}, "answers": listed, "allow_multiselect": False, "layout_type": 1}
        return self.says(channel, poll=poll)

    def edits(self, post: "Post", text: str, **more: Any) -> None:
        assert post.author_id == self.id
        post.change({"content": text, **more})

    def deletes(self, post: "Post", *more: "Post", reason: str | None = None) -> None:
        """One's own, or as a moderator anybody's; several at once as moderators' tools do."""
        posts = (post, *more)
        if any(one.author_id != self.id for one in posts):
            self._needs(post.channel, Can.MANAGE_MESSAGES)
        post.channel.take_away(posts, bulk=bool(more))
        server = post.channel.server
        if server is None or post.author_id == self.id:
            return
        options = {"channel_id": str(post.channel.id), "count": str(len(posts))}
        if more:
            server.note(73, self.id, post.channel.id, reason, options={"count": str(len(posts))})
        else:
            server.note(72, self.id, post.author_id, reason, options=options)

    def reacts(self, post: "Post", emoji: str) -> None:
        self._needs(post.channel, Can.ADD_REACTIONS | Can.HISTORY)
        gestures.react(post, self.id, emoji)

    def takes_back(self, post: "Post", emoji: str) -> None:
        """Their reaction."""
        gestures.unreact(post, self.id, emoji)

    def opens_thread(self, channel: Channel, name: str, *, on: "Post | None" = None, private: bool = False) -> Channel:
        """On a message, or by itself."""
        self._needs(channel, Can.CREATE_PRIVATE_THREADS if private else Can.CREATE_PUBLIC_THREADS)
        return gestures.thread(self.world, channel, name, self.id, on=on, private=private)

    def opens_post(self, forum: Channel, title: str, text: str, *, tags: Iterable[int] = (), **more: Any) -> Channel:
        """A forum post: a thread with its first message."""
        assert forum.kind == 15 and forum.server is not None  # noqa: PT018 - a forum is in a server
        self._needs(forum, Can.SEND)
        identity = self.world.time.new_id()
        applied = [str(tag) for tag in tags]
        thread = forum.server.open_thread(forum, title, self.id, identity=identity, applied_tags=applied)
        gestures.first_post(self.world, thread, self.id, {"content": text, **more}, identity)
        return thread

    # --- commands, buttons, forms -------------------------------------------------------------------------------

    def gives(self, channel: Channel, command: str, **options: Any) -> "Interaction":
        """A slash command: "warn", or "privacy erase" for one of a group; people, channels, roles as themselves."""
        return gestures.slash(self, channel, command, options)

    def is_typing(self, channel: Channel, command: str, option: str, text: str, **options: Any) -> "Interaction":
        """Asks for what could complete an option."""
        return gestures.autocomplete(self, channel, command, option, text, options)

    def opens_menu(self, name: str, target: "Post | Person", channel: Channel | None = None) -> "Interaction":
        """A command of the menu on a message or on somebody (then with the channel)."""
        return gestures.menu(self, name, target, channel)

    def presses(self, post: "Post", button: str) -> "Interaction":
        """By its label, custom id or emoji."""
        return gestures.press(self, post, button)

    def chooses(self, post: "Post", select: str, *values: str) -> "Interaction":
        """In a select, found by its custom id or placeholder."""
        return gestures.choose(self, post, select, values)

    def submits(self, interaction: "Interaction", fields: Mapping[str, str | Sequence[str]]) -> "Interaction":
        """The form that an interaction opened; fields by custom id or label, those left out are empty."""
        return gestures.submit(self, interaction, fields)

    # --- what they see ------------------------------------------------------------------------------------------

    def sees(self, channel: Channel) -> "list[Post]":
        """Oldest first, with what is for their eyes only."""
        return channel.seen_by(self)

    def sees_alone(self, channel: Channel | None = None) -> "list[Post]":
        """Ephemeral posts, in one channel or all."""
        channels = [channel] if channel else list(self.world.channels.values())
        found = [post for one in channels for post in one.posts.values() if post.only_for == self.id]
        return sorted(found, key=lambda post: post.id)

    @property
    def inbox(self) -> "list[Post]":
        """What the bot wrote to them directly."""
        return self.world.direct(self).by_bot()

    # --- coming, going, moderating ------------------------------------------------------------------------------

    def leaves(self, server: "Server") -> None:
        server.remove(self.id)

    def bans(
        self, server: "Server", person: "Person", reason: str | None = None, *, seconds_of_messages: int = 0
    ) -> None:
        self._over(server, person, Can.BAN)
        server.ban(self.id, person.id, reason, seconds_of_messages=seconds_of_messages)

    def unbans(self, server: "Server", person: "Person", reason: str | None = None) -> None:
        self._over(server, person, Can.BAN)
        server.unban(self.id, person.id, reason)

    def kicks(self, server: "Server", person: "Person", reason: str | None = None) -> None:
        self._over(server, person, Can.KICK)
        server.kick(self.id, person.id, reason)

    def times_out(self, server: "Server", person: "Person", seconds: float, reason: str | None = None) -> None:
        """0 lifts it."""
        self._over(server, person, Can.MODERATE)
        until = self.world.time.now() + timedelta(seconds=seconds) if seconds else None
        server.time_out(self.id, person.id, until, reason)

    def renames(self, shown: str) -> None:
        """Themselves."""
        self.data["global_name"] = shown
        for server in self.world.servers.values():
            if self.id in server.members:
                server.change_member(self.id)

    def _needs(self, channel: Channel, needed: Can) -> None:
        missing = needed & ~channel.can(self.id)
        if missing:
            raise PermissionError(f"{self.name} may not {missing!r} in {channel.name or 'a direct channel'}")

    def _over(self, server: "Server", person: "Person", needed: Can) -> None:
        if needed & ~permissions.in_server(server, self.id):
            raise PermissionError(f"{self.name} may not {needed!r}")
        if not server.may_act_on(self.id, person.id):
            raise PermissionError(f"{person.name} stands higher than {self.name}")
