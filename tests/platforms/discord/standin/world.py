"""The world of the stand-in: people, servers, channels, what is posted; changes are told to whoever listens."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from tests.platforms.discord.standin.bell import Bell
from tests.platforms.discord.standin.channels import Channel
from tests.platforms.discord.standin.mentions import pinged
from tests.platforms.discord.standin.people import Person
from tests.platforms.discord.standin.permissions import BOT, Can
from tests.platforms.discord.standin.posts import COMPONENTS_V2, EPHEMERAL, Post, message_data, texts_in
from tests.platforms.discord.standin.servers import Server
from tests.platforms.discord.standin.snowflakes import Time, time_of, written

if TYPE_CHECKING:
    from tests.platforms.discord.standin.interactions import Interaction


_FORWARDED = (
    "content", "embeds", "attachments", "components", "timestamp", "edited_timestamp", "flags", "mentions",
    "mention_roles", "type",
)  # fmt: skip


class Emit(Protocol):
    """Tells the bot of an event, if it concerns it."""

    def __call__(
        self,
        event: str,
        data: dict[str, Any],
        *,
        server: Server | None = None,
        channel: Channel | None = None,
        post: Post | None = None,
    ) -> None: ...


class World:
    """Everything there is; nothing here knows of sockets."""

    def __init__(self) -> None:
        self.time = Time()
        self.people: dict[int, Person] = {}
        self.servers: dict[int, Server] = {}
        self.channels: dict[int, Channel] = {}
        self.webhooks: dict[int, dict[str, Any]] = {}
        self.commands: dict[int, dict[str, Any]] = {}
        self.interactions: dict[str, Interaction] = {}
        self.emit: Emit = _to_nobody
        self.bell = Bell()
        self.files: dict[str, bytes] = {}
        self.files_at = ""
        self.first_answer_within = 3.0
        """Seconds in which an interaction must be answered for the first time."""
        self.bot = self.person("folkmoot", bot=True)
        self.application_id = self.bot.id

    # --- people and servers -------------------------------------------------------------------------------------

    def person(self, name: str, *, bot: bool = False, shown: str | None = None) -> Person:
        """A new account; `shown` is its display name."""
        person = Person(self, name, bot=bot, shown=shown)
        self.people[person.id] = person
        return person

    def server(
        self, name: str, owner: Person, *, bot_can: Can | None = BOT, shard: tuple[int, int] | None = None
    ) -> Server:
        """A new one with its owner and the bot, whose role allows `bot_can`; None: the bot is not in it."""
        server = Server(self, name, owner, self.time.new_id(shard=shard))
        self.servers[server.id] = server
        server.join(owner)
        if bot_can is not None:
            role = server.role("folkmoot", bot_can, position=50)
            server.roles[role] |= {"managed": True, "tags": {"bot_id": str(self.bot.id)}}
            server.join(self.bot, roles=[role])
        return server

    def direct(self, person: Person) -> Channel:
        """The channel between somebody and the bot, made at the first call."""
        for channel in self.channels.values():
            if channel.kind == 1 and person.id in channel.recipients:
                return channel
        data = {
            "id": str(self.time.new_id()),
            "type": 1,
            "recipients": [person.data],
            "last_message_id": None,
            "flags": 0,
        }
        channel = Channel(self, None, data)
        channel.recipients = [person.id, self.bot.id]
        self.channels[channel.id] = channel
        return channel

    def webhook(self, channel: Channel, name: str, *, application: int | None = None) -> dict[str, Any]:
        """Of a channel; `application` where a bot such as a proxy or bridge made it."""
        assert channel.server is not None
        identity = self.time.new_id()
        data: dict[str, Any] = {
            "id": str(identity),
            "type": 1,
            "guild_id": str(channel.server.id),
            "channel_id": str(channel.id),
            "name": name,
            "avatar": None,
            "token": f"hook{identity}",
            "application_id": None if application is None else str(application),
        }
        self.webhooks[identity] = data
        place = {"guild_id": str(channel.server.id), "channel_id": str(channel.id)}
        self.emit("WEBHOOKS_UPDATE", place, server=channel.server)
        return data

    def webhook_says(
        self,
        webhook: Mapping[str, Any],
        body: Mapping[str, Any],
        files: Sequence[tuple[str, bytes]] = (),
        *,
        channel: Channel | None = None,
    ) -> Post:
        """`body` may have `username`: whom it speaks for. `channel`: a thread of its channel."""
        identity, application = int(webhook["id"]), webhook["application_id"]
        author = {
            "id": webhook["id"],
            "username": body.get("username") or webhook["name"],
            "discriminator": "0000",
            "global_name": None,
            "avatar": None,
            "bot": True,
            "public_flags": 0,
            "flags": 0,
        }
        more = {"webhook_id": webhook["id"], **({"application_id": application} if application else {})}
        place = channel or self.channels[int(webhook["channel_id"])]
        return self.post(place, identity, body, files, shown_author=author, **more)

    def find_post(self, identity: int) -> Post | None:
        return next((one.posts[identity] for one in self.channels.values() if identity in one.posts), None)

    # --- posting ------------------------------------------------------------------------------------------------

    def post(
        self,
        channel: Channel,
        author: int,
        body: Mapping[str, Any],
        files: Sequence[tuple[str, bytes]] = (),
        *,
        shown_author: Mapping[str, Any] | None = None,
        only_for: int | None = None,
        at: datetime | None = None,
        told: bool = True,
        **more: Any,
    ) -> Post:
        """`body` as a request has it; `more` are further keys of the message."""
        identity = self.time.new_id(at)
        author_data = shown_author or self.people[author].data
        data = message_data(identity, channel, author_data, at or time_of(identity))
        post = Post(channel, data, author, only_for=only_for)
        self.write(post, body, files)
        self.address(post, body)
        data.update(more)
        self._settle(post, told=told)
        return post

    def address(self, post: Post, body: Mapping[str, Any]) -> None:
        """Whom it answers and pings."""
        replied = self._reference(post, body.get("message_reference"))
        text = "\n".join([post.content, *texts_in(post.data["components"])])
        if post.only_for is None:
            allowed = body.get("allowed_mentions")
            post.pinged = pinged(text, allowed, post.channel, post.author_id, replied)
        users = [int(each.removeprefix("user:")) for each in post.pinged if each.startswith("user:")]
        post.data["mentions"] = [self._mentioned(post.channel, user) for user in users if user in self.people]
        post.data["mention_roles"] = [each.removeprefix("role:") for each in post.pinged if each.startswith("role:")]
        post.data["mention_everyone"] = any(each.startswith("@") for each in post.pinged)

    def _settle(self, post: Post, *, told: bool) -> None:
        channel = post.channel
        if channel.archived:
            channel.change_thread(archived=False)
        channel.posts[post.id] = post
        if post.only_for is None:
            channel.data["last_message_id"] = str(post.id)
            if (
                channel.is_thread
                and post.author_id in self.people
                and channel.server
                and post.author_id in channel.server.members
            ):
                channel.add(post.author_id)
            if told:
                self.emit("MESSAGE_CREATE", post.event(), channel=channel, post=post)

    def write(self, post: Post, body: Mapping[str, Any], files: Sequence[tuple[str, bytes]] = ()) -> None:
        """Puts what a body says into a message, also at an edit; what it leaves out stays as it is."""
        data = post.data
        for name, empty in (("content", ""), ("embeds", []), ("components", [])):
            if name in body:
                data[name] = body[name] if body[name] is not None else empty
        if body.get("embeds"):
            data["embeds"] = [{"type": "rich", **embed} for embed in body["embeds"]]
        if body.get("flags") is not None:
            data["flags"] = data["flags"] & (COMPONENTS_V2 | EPHEMERAL) | body["flags"]
        if body.get("poll"):
            ends = written(post.at + timedelta(hours=body["poll"].get("duration") or 24))
            data["poll"] = {**body["poll"], "expiry": ends, "results": {"is_finalized": False, "answer_counts": []}}
        if body.get("sticker_ids"):
            data["sticker_items"] = [
                {"id": str(each), "name": "sticker", "format_type": 1} for each in body["sticker_ids"]
            ]
        _number(data["components"])
        self._attach(post, body, files)

    def _attach(self, post: Post, body: Mapping[str, Any], files: Sequence[tuple[str, bytes]]) -> None:
        kept = post.data["attachments"]
        if "attachments" in body:
            named = {str(each["id"]) for each in body["attachments"] or ()}
            kept = [each for each in kept if each["id"] in named]
        said = {str(each.get("id")): each for each in body.get("attachments") or ()}
        new = []
        for number, (name, content) in enumerate(files):
            identity = self.time.new_id()
            address = f"{self.files_at}/attachments/{post.channel.id}/{identity}/{name}"
            self.files[f"/attachments/{post.channel.id}/{identity}"] = content
            more = {key: value for key, value in said.get(str(number), {}).items() if key == "description"}
            new.append(
                {
                    "id": str(identity),
                    "filename": name,
                    "size": len(content),
                    "url": address,
                    "proxy_url": address,
                    **more,
                }
            )
            post.files.append((name, content))
        post.data["attachments"] = [*kept, *new]

    def _reference(self, post: Post, reference: Mapping[str, Any] | None) -> int | None:
        """Who wrote what is answered; a forwarded message is copied."""
        if not reference:
            return None
        channel = self.channels.get(int(reference.get("channel_id") or post.channel.id), post.channel)
        answered = channel.posts.get(int(reference["message_id"]))
        kept = {
            "type": int(reference.get("type") or 0),
            "message_id": str(reference["message_id"]),
            "channel_id": str(channel.id),
        }
        post.data["message_reference"] = kept | ({"guild_id": str(channel.server.id)} if channel.server else {})
        if kept["type"] == 1 and answered is not None:
            post.data["message_snapshots"] = [{"message": {name: answered.data[name] for name in _FORWARDED}}]
            return None
        post.data["type"] = 19
        return answered.author_id if answered is not None and answered.author_id in self.people else None

    def _mentioned(self, channel: Channel, user: int) -> dict[str, Any]:
        data = dict(self.people[user].data)
        if channel.server and user in channel.server.members:
            data["member"] = {name: value for name, value in channel.server.members[user].items() if name != "user"}
        return data


def _number(components: Any) -> None:
    """Components without an id of their own are numbered, as Discord does it."""
    taken = set()
    missing = []

    def visit(parts: Any) -> None:
        for each in parts or ():
            if each.get("id"):
                taken.add(each["id"])
            else:
                missing.append(each)
            visit(each.get("components"))
            visit([each[name] for name in ("accessory", "component") if each.get(name)])

    visit(components)
    number = 0
    for each in missing:
        number += 1
        while number in taken:
            number += 1
        each["id"] = number


def _to_nobody(
    event: str,
    data: dict[str, Any],
    *,
    server: Server | None = None,
    channel: Channel | None = None,
    post: Post | None = None,
) -> None:
    """Before anything listens."""
