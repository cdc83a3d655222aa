"""Discord as a platform: composes connection, servers, what comes in, interactions and what goes out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence

import discord

from bot.domain.effect import Deliverable, Guarantee
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.message import Message
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.incoming.feed import Feed
from bot.platforms.discord.incoming.reading import Reading
from bot.platforms.discord.interactions.interactions import Interactions
from bot.platforms.discord.interactions.tokens import Tokens
from bot.platforms.discord.options import Options
from bot.platforms.discord.outgoing.outgoing import Outgoing
from bot.platforms.discord.servers.servers import Servers
from bot.ports.clock import Clock
from bot.ports.core import Core
from bot.ports.platform import Batch, Delivery, Receipt, Remark

_END_WITHIN = 2.0
"""Seconds that whoever reads gets to take the end of `batches`, before what is under way is cut off."""


class DiscordPlatform:
    """One bot account on all its servers. Nothing is asked of Discord before `batches` begins."""

    name = names.PLATFORM

    def __init__(self, options: Options, clock: Clock, core: Core) -> None:
        self._feed = Feed()
        self._connection = Connection(options, clock, self._prepare)
        self._servers = Servers(self._connection, options)
        self._tokens = Tokens(core.notes, clock)
        self._outgoing = Outgoing(options, self._connection, self._servers, self._tokens, core, clock)
        self._reading = Reading(options, self._connection, self._servers, self._feed, core, clock)
        self._interactions = Interactions(
            options, self._connection, self._servers, self._feed, self._tokens, self._outgoing.letters, core, clock
        )
        self._ended = asyncio.Event()
        self._begun = False

    def _prepare(self, client: discord.AutoShardedClient) -> None:
        self._reading.attach(client)
        self._interactions.attach(client)

    # --- coming in ----------------------------------------------------------------------------------------------

    async def batches(self, resume: Mapping[str, str]) -> AsyncIterator[Batch]:
        """Connects first, as often as that takes.

        Raises:
            ConfigError, Revoked: it cannot work until the operator does something; the words say what.
        """
        self._begun = True
        try:
            await self._tokens.load()
            running = [
                asyncio.create_task(self._connection.run(), name="discord connection"),
                asyncio.create_task(self._reading.run(resume), name="discord reading"),
                asyncio.create_task(self._interactions.run(), name="discord interactions"),
            ]
            for task in running:
                task.add_done_callback(self._part_ended)
            try:
                async for batch in self._feed.batches():
                    yield batch
            finally:
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)
        finally:
            self._ended.set()

    def _part_ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._feed.fail(failure)

    # --- going out ----------------------------------------------------------------------------------------------

    async def apply(self, delivery: Delivery) -> Receipt:
        return await self._outgoing.apply(delivery)

    def guarantee(self, effect: Deliverable) -> Guarantee:
        return self._outgoing.guarantee(effect)

    # --- asking -------------------------------------------------------------------------------------------------

    def linked(self, text: str) -> MessageId | None:
        return names.linked(text)

    def address(self, message: MessageId) -> str | None:
        return self._servers.link_to(message)

    async def may_read(self, member: MemberId, conversation: ConversationId) -> bool:
        return await self._servers.may_read(member, conversation)

    async def history(self, conversation: ConversationId, *, before: MessageId | None, limit: int) -> list[Message]:
        return await self._reading.history(conversation, before=before, limit=limit)

    async def remarks(self, member: MemberId) -> Sequence[Remark]:
        return ()

    async def aclose(self) -> None:
        """What is read but not stored comes again after the next start."""
        self._feed.close()
        if self._begun:
            await _within(self._ended.wait(), _END_WITHIN)
        await self._connection.aclose()


async def _within(work: Awaitable[object], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        return
