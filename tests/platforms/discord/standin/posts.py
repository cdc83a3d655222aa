"""Posts: one message as it stands somewhere, how it was written, whom it pinged, who can see it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.platforms.discord.standin.snowflakes import time_of, written

if TYPE_CHECKING:
    from tests.platforms.discord.standin.channels import Channel

EPHEMERAL, LOADING, COMPONENTS_V2, HAS_THREAD, SUPPRESS_EMBEDS = 1 << 6, 1 << 7, 1 << 15, 1 << 5, 1 << 2


@dataclass(eq=False)
class Post:
    """A message.

    Attributes:
        data: as Discord writes it, without nonce and without the message that it answers.
        author_id: an account's id; a webhook's for what it posted.
        only_for: the one account that can see it; None: everybody.
        pinged: as in `mentions.pinged`.
        files: name and content of what is attached, in order.
        forms: `data` as it was before each edit, oldest first.
    """

    channel: "Channel"
    data: dict[str, Any]
    author_id: int
    nonce: str | int | None = None
    only_for: int | None = None
    pinged: list[str] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    forms: list[dict[str, Any]] = field(default_factory=list)
    deleted: bool = False
    reacted: dict[str, list[int]] = field(default_factory=dict)
    """Emoji to who set it."""

    @property
    def id(self) -> int:
        return int(self.data["id"])

    @property
    def at(self) -> datetime:
        return time_of(self.id)

    @property
    def content(self) -> str:
        return str(self.data["content"])

    @property
    def text(self) -> str:
        """All that can be read in it: content, text of components, embeds."""
        parts = [self.content, *texts_in(self.data["components"])]
        parts += [
            str(embed.get(name))
            for embed in self.data["embeds"]
            for name in ("title", "description")
            if embed.get(name)
        ]
        return "\n".join(part for part in parts if part)

    @property
    def reply_to(self) -> int | None:
        reference = self.data.get("message_reference") or {}
        return int(reference["message_id"]) if reference.get("type", 0) == 0 and "message_id" in reference else None

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return [each for each in walk(self.data["components"]) if each["type"] == 2]

    @property
    def controls(self) -> list[dict[str, Any]]:
        """Buttons and selects."""
        return [each for each in walk(self.data["components"]) if "custom_id" in each]

    @property
    def ephemeral(self) -> bool:
        return bool(self.data["flags"] & EPHEMERAL)

    def button(self, label_or_id: str) -> dict[str, Any]:
        """By custom id, label, or emoji."""
        for one in self.buttons:
            if label_or_id in (one.get("custom_id"), one.get("label"), (one.get("emoji") or {}).get("name")):
                return one
        raise LookupError(f"no button {label_or_id!r} among {[one.get('label') for one in self.buttons]}")

    def wire(self) -> dict[str, Any]:
        """As in history: with the message that it answers, without nonce."""
        data = dict(self.data)
        thread = self.channel.world.channels.get(self.id)
        if thread is not None and thread is not self.channel:
            data["thread"] = thread.wire()
        if self.reply_to is not None:
            answered = self.channel.posts.get(self.reply_to)
            data["referenced_message"] = None if answered is None else dict(answered.data)
        return data

    def event(self) -> dict[str, Any]:
        """As the gateway tells of it: with server and member."""
        data, server = self.wire(), self.channel.server
        if server is not None:
            data["guild_id"] = str(server.id)
            if self.author_id in server.members and "webhook_id" not in data:
                data["member"] = {
                    name: value for name, value in server.members[self.author_id].items() if name != "user"
                }
        return data

    def change(self, changes: Mapping[str, Any], *, edited: bool = True) -> None:
        """Without `edited` it is Discord's own doing, as when the picture of a link appears."""
        self.forms.append(dict(self.data))
        self.data.update(changes)
        if edited:
            self.data["edited_timestamp"] = written(self.channel.world.time.now())
        if self.only_for is None:
            self.channel.world.emit("MESSAGE_UPDATE", self.event(), channel=self.channel, post=self)


def walk(components: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """All components, those within others too, in the order in which they are shown."""
    for each in components:
        yield dict(each)
        yield from walk(each.get("components") or ())
        for name in ("accessory", "component"):
            if each.get(name):
                yield from walk([each[name]])


def texts_in(components: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(each["content"]) for each in walk(components) if each["type"] == 10]


def message_data(identity: int, channel: "Channel", author: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """An empty one."""
    return {
        "id": str(identity),
        "channel_id": str(channel.id),
        "author": dict(author),
        "content": "",
        "timestamp": written(at),
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "pinned": False,
        "type": 0,
        "flags": 0,
    }
