"""Mira's server with a channel, a member and the bot, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest

from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.moderation import Ground, Origin
from bot.platforms.discord import names
from tests.platforms.discord.outgoing.bot import Bot
from tests.platforms.discord.standin.channels import Channel
from tests.platforms.discord.standin.people import Person
from tests.platforms.discord.standin.posts import Post
from tests.platforms.discord.standin.servers import Server
from tests.platforms.discord.standin.standin import Standin

T = TypeVar("T")


@dataclass
class Scene:
    """`mira` owns the server, `rem` is a member of it."""

    standin: Standin
    mira: Person
    rem: Person
    server: Server
    channel: Channel
    bot: Bot
    stack: AsyncExitStack

    @property
    def here(self) -> ConversationId:
        return names.conversation_id(self.channel.id)

    @property
    def member(self) -> MemberId:
        return names.member_id(self.rem.id)

    def message(self, post: Post) -> MessageId:
        return names.message_id(post.channel.id, post.id)

    def post(self, message: MessageId | None) -> Post:
        found = names.message_of(message) if message else None
        assert found is not None
        return self.standin.world.channels[found[0]].posts[found[1]]

    def posted(self) -> list[Post]:
        """The bot's posts that stand in the channel, oldest first."""
        return [post for post in self.channel.by_bot() if not post.deleted and post.only_for is None]

    async def next_run(self, **options: Any) -> Bot:
        """The bot after a crash, ten minutes later: Discord has forgotten every nonce, and no receipt was kept."""
        await self.bot.connection.aclose()
        self.standin.time.advance(600)
        return await self.run_of(kept=self.bot.kept, **options)

    async def run_of(self, **options: Any) -> Bot:
        rooms = {"communities": (frozenset({self.here}),)} | options
        self.bot = await self.stack.enter_async_context(Bot(self.standin, **rooms))
        return self.bot

    async def hears(self, event: str, act: Callable[[], T]) -> T:
        """Something happens, and the bot's client has heard of it."""
        heard = asyncio.ensure_future(self.bot.connection.client.wait_for(event))
        await asyncio.sleep(0)
        done = act()
        await heard
        return done

    def measure(self, **fields: Any) -> dict[str, Any]:
        ground = Ground("respect", "a personal attack")
        return {"conversation": self.here, "ground": ground, "origin": Origin.HUMAN, "case": 7} | fields


@pytest.fixture
async def scene(standin: Standin) -> AsyncIterator[Scene]:
    mira, rem = standin.person("mira", shown="Mira"), standin.person("rem", shown="Rem")
    server = standin.server("Agora", mira)
    server.join(rem)
    channel = server.channel("general")
    async with AsyncExitStack() as stack:
        bot = Bot(standin, communities=(frozenset({names.conversation_id(channel.id)}),))
        yield Scene(standin, mira, rem, server, channel, await stack.enter_async_context(bot), stack)
