"""Handing on what somebody wants: stored first where that is quick, then Discord is told that it was taken."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import discord

from bot.domain.event import CommandInvoked, PromptAnswered
from bot.domain.ids import MessageId
from bot.platforms.discord import names
from bot.platforms.discord.incoming.feed import Feed, Heard
from bot.platforms.discord.interactions.answering import Answering
from bot.platforms.discord.interactions.tokens import Token, Tokens
from bot.ports.clock import Clock

Answer_co = TypeVar("Answer_co", covariant=True)

_STORE_WITHIN = 0.8
"""Seconds for all that is asked of the store before an interaction is acknowledged."""

_ARRIVED = "arrived"


class Handing:
    """An interaction that the bot dies on before it is stored is seen to have failed, and given again.

    One that is stored counts, whether or not Discord could be told.
    """

    def __init__(self, feed: Feed, tokens: Tokens, answering: Answering, clock: Clock) -> None:
        self._feed = feed
        self._tokens = tokens
        self._answering = answering
        self._clock = clock
        self._reading: set[asyncio.Task[Any]] = set()

    async def hand_on(
        self,
        interaction: discord.Interaction,
        event: CommandInvoked | PromptAnswered,
        acknowledge: Callable[[], Awaitable[object]],
        *,
        promises: bool = False,
        ephemeral: bool = True,
    ) -> None:
        """`promises`: the acknowledgement says that an answer comes, which then takes its place."""
        if self._tokens.of(event.id) is not None:
            return  # Discord delivered it twice
        note = self._tokens.keep(self._token(interaction, event, promises, ephemeral), coming=True)
        stored = self._feed.put(Heard((event,), notes=(note,)))
        known = False
        try:
            await asyncio.wait({stored}, timeout=_left(interaction))
            known = await self._answering.give(interaction, acknowledge)
        finally:
            (self._tokens.taken if known else self._tokens.drop)(event.id)

    async def looked_up(self, interaction: discord.Interaction, reading: Coroutine[Any, Any, Answer_co]) -> Answer_co:
        """What the store says, if it does so in time.

        Raises:
            TimeoutError: it takes too long; else as the reading does.
        """
        task = asyncio.create_task(reading)
        self._reading.add(task)
        task.add_done_callback(self._read)
        await asyncio.wait({task}, timeout=_left(interaction))
        if not task.done():
            raise TimeoutError
        return task.result()

    def _read(self, task: asyncio.Task[Any]) -> None:
        """Also of one that nobody waits for any more the error is taken note of."""
        self._reading.discard(task)
        if not task.cancelled():
            task.exception()

    def _token(
        self,
        interaction: discord.Interaction,
        event: CommandInvoked | PromptAnswered,
        promises: bool,  # noqa: FBT001 - as `hand_on` was told, which takes it by name
        ephemeral: bool,  # noqa: FBT001 - likewise
    ) -> Token:
        return Token(
            id=event.id,
            token=interaction.token,
            application=interaction.application_id,
            member=event.caller.id if isinstance(event, CommandInvoked) else event.member.id,
            conversation=event.conversation.id,
            at=self._clock.now(),
            deferred=promises,
            ephemeral=ephemeral,
            message=stands_on(interaction),
        )


def named(interaction: discord.Interaction) -> MessageId:
    """The interaction's own id."""
    return names.message_id(interaction.channel_id or 0, interaction.id)


def stands_on(interaction: discord.Interaction) -> MessageId | None:
    """The message with the button that was pressed, or that opened the form."""
    message, channel = interaction.message, interaction.channel_id
    return names.message_id(channel, message.id) if message is not None and channel is not None else None


def arrived(interaction: discord.Interaction) -> None:
    """From now on the time counts."""
    interaction.extras.setdefault(_ARRIVED, asyncio.get_running_loop().time())


def _left(interaction: discord.Interaction) -> float:
    now = asyncio.get_running_loop().time()
    return max(0.0, float(interaction.extras.get(_ARRIVED, now)) + _STORE_WITHIN - now)
