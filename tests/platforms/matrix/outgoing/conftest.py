"""A member and the bot in a room of a real homeserver, in clear and encrypted."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.platforms.matrix import names
from tests.platforms.matrix.homeserver.encrypted import EncryptedPerson
from tests.platforms.matrix.homeserver.people import People
from tests.platforms.matrix.homeserver.synapse import Account
from tests.platforms.matrix.homeserver.view import Post
from tests.platforms.matrix.outgoing.bot import Bot


@dataclass
class Scene:
    """`mira` owns the room; `bot` has power 50 there."""

    people: People
    mira: EncryptedPerson
    bot: Bot
    account: Account
    room: str
    folder: Path
    stack: AsyncExitStack

    @property
    def here(self) -> ConversationId:
        return names.conversation_id(self.room)

    @property
    def member(self) -> MemberId:
        return names.member_id(self.mira.user)

    def message(self, event: str) -> MessageId:
        return names.message_id(self.room, event)

    async def posted(self, room: str | None = None) -> list[Post]:
        """The bot's posts as Mira's client shows them."""
        await self.mira.accept_invitations()
        return [post for post in await self.mira.posts(room or self.room, self.bot.user) if not post.redacted]

    async def run_of(self, **options: Any) -> Bot:
        """Another run of the bot, beside the first."""
        run = Bot(self.mira.url, self.account, self.folder, **options)
        return await self.stack.enter_async_context(run)


async def scene_of(people: People, folder: Path, stack: AsyncExitStack, *, encrypted: bool, **options: Any) -> Scene:
    mira, account = await people.encrypted("mira"), people.server.register("folkmoot")
    bot = Bot(mira.url, account, folder, **options)
    room = await mira.create_room(account.user, encrypted=encrypted, powers={account.user: 50})
    await stack.enter_async_context(bot)
    await mira.in_room(room, account.user)
    if encrypted:
        await mira.until(lambda: mira.devices_with_keys(account.user), "keys of the bot's device")
    return Scene(people, mira, bot, account, room, folder, stack)


@pytest.fixture(params=[False, True], ids=["in clear", "encrypted"])
async def scene(people: People, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        yield await scene_of(people, tmp_path, stack, encrypted=request.param)


@pytest.fixture
async def clear(people: People, tmp_path: Path) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        yield await scene_of(people, tmp_path, stack, encrypted=False)
