"""Interactions: what somebody began, how the bot answered, what it may still answer."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.platforms.discord.standin.channels import Channel
from tests.platforms.discord.standin.permissions import Can
from tests.platforms.discord.standin.posts import LOADING, Post

if TYPE_CHECKING:
    from tests.platforms.discord.standin.people import Person
    from tests.platforms.discord.standin.world import World

TOKEN_LASTS = 15 * 60.0
"""Seconds."""


@dataclass(eq=False)
class Interaction:
    """A command, press, form or completion that somebody began.

    Attributes:
        callback: the first answer as the bot sent it; None: not yet.
        original: what the first answer showed or promised.
        followups: what came after it.
        modal: the form that it opened. choices: what it completed an option with.
    """

    world: "World"
    id: int
    token: str
    kind: int
    person: "Person"
    channel: Channel
    begun: datetime
    payload: dict[str, Any]
    message: Post | None = None
    callback: dict[str, Any] | None = None
    original: Post | None = None
    followups: list[Post] = field(default_factory=list)
    modal: dict[str, Any] | None = None
    choices: list[dict[str, Any]] | None = None
    after: float | None = None
    """Seconds from its beginning to the first answer."""
    failed: list[str] = field(default_factory=list)
    """Requests about it that were refused."""

    @property
    def seconds(self) -> float:
        """Since it was begun."""
        return (self.world.time.now() - self.begun).total_seconds()

    @property
    def pending(self) -> bool:
        """An answer was promised and has not come."""
        first = self.original
        return first is not None and not first.deleted and bool(first.data["flags"] & LOADING)

    @property
    def posts(self) -> list[Post]:
        """What was answered, oldest first; a promise is no answer."""
        first = [self.original] if self.original and not self.pending and self.original is not self.message else []
        return [post for post in (*first, *self.followups) if not post.deleted]

    @property
    def text(self) -> str:
        return "\n".join(post.text for post in self.posts)

    async def acknowledged(self) -> dict[str, Any]:
        """The first answer, of whatever kind; waited for."""
        await self.world.bell.until(lambda: self.callback is not None, "an acknowledged interaction")
        assert self.callback is not None
        return self.callback

    async def answered(self, count: int = 1) -> Post:
        """The answer that the asker can read, waited for; with `count` the one of that number."""
        await self.world.bell.until(lambda: len(self.posts) >= count, f"answer {count} to an interaction")
        return self.posts[count - 1]

    async def form(self) -> dict[str, Any]:
        """The form that it opens, waited for."""
        await self.world.bell.until(lambda: self.modal is not None, "a form")
        assert self.modal is not None
        return self.modal

    async def completed(self) -> list[Any]:
        """Values that an option is completed with, waited for."""
        await self.world.bell.until(lambda: self.choices is not None, "a completion")
        return [each["value"] for each in self.choices or ()]


def begin(
    person: "Person", channel: Channel, kind: int, data: dict[str, Any], *, message: Post | None = None
) -> Interaction:
    """The bot hears of it, whatever its intents."""
    world, server = person.world, channel.server
    if Can.VIEW & ~channel.can(person.id):
        raise PermissionError(f"{person.name} does not see {channel.name}")
    identity, token = world.time.new_id(), secrets.token_urlsafe(48)
    payload: dict[str, Any] = {
        "id": str(identity),
        "application_id": str(world.application_id),
        "type": kind,
        "data": data,
        "channel_id": str(channel.id),
        "channel": {**channel.wire(), "permissions": str(int(channel.can(person.id)))},
        "token": token,
        "version": 1,
        "app_permissions": str(int(channel.can(world.bot.id))),
        "locale": "en-US",
        "entitlements": [],
        "authorizing_integration_owners": {"0": str(server.id)} if server else {"1": str(person.id)},
        "context": 0 if server else 1,
        "attachment_size_limit": 10 << 20,
    }
    if server is not None:
        member = {**server.members[person.id], "permissions": str(int(channel.can(person.id)))}
        guild = {"id": str(server.id), "locale": "en-US", "features": []}
        payload |= {"guild_id": str(server.id), "guild": guild, "guild_locale": "en-US", "member": member}
    else:
        payload["user"] = person.data
    if message is not None:
        payload["message"] = message.wire()
    begun = Interaction(world, identity, token, kind, person, channel, world.time.now(), payload, message)
    world.interactions[token] = begun
    world.emit("INTERACTION_CREATE", payload, server=server)
    return begun
