"""The developer portal: the token, and the switches for privileged intents."""

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.platforms.discord.standin import intents

if TYPE_CHECKING:
    from tests.platforms.discord.standin.posts import Post

_PRESENCES, _MEMBERS, _CONTENT = 1 << 13, 1 << 15, 1 << 19
"""Flags of an application that is in fewer than 100 servers."""


@dataclass
class Portal:
    """What the operator has set up."""

    token: str = field(default_factory=lambda: f"stand.in.{secrets.token_urlsafe(24)}")
    members: bool = True
    presences: bool = False
    message_content: bool = True
    public: bool = True
    servers_per_shard: int = 2_500
    advised_shards: int = 1
    sessions_left: int = 999

    def allowed_intents(self) -> int:
        allowed = intents.KNOWN
        for switch, intent in (
            (self.members, intents.MEMBERS),
            (self.presences, intents.PRESENCES),
            (self.message_content, intents.CONTENT),
        ):
            if not switch:
                allowed &= ~intent
        return allowed

    @property
    def flags(self) -> int:
        on = ((self.presences, _PRESENCES), (self.members, _MEMBERS), (self.message_content, _CONTENT))
        return sum(flag for switch, flag in on if switch)

    def is_open(self, post: "Post", bot: int) -> bool:
        """Whether the content of a post is given also to who lacks the intent."""
        direct = post.channel.server is None
        return direct or post.author_id == bot or any(each["id"] == str(bot) for each in post.data["mentions"])
