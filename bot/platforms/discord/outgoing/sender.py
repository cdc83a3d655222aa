"""Sending one message into a channel, once however often it is tried, and in its turn."""

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import discord

from bot.domain.effect import Priority
from bot.domain.ids import ConversationId
from bot.errors import RateLimited, StorageError, Unavailable
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.outgoing.earlier import PART, SINCE, Earlier
from bot.platforms.discord.outgoing.marks import marker, nonce
from bot.platforms.discord.outgoing.post import Post, layout, under
from bot.platforms.discord.servers.servers import Channel
from bot.platforms.turns import Turns
from bot.ports.clock import Clock
from bot.ports.core import Core
from bot.ports.platform import Delivery, Note

_REMEMBERED = 2_000
"""Posts of this run whose part of which delivery is known without asking."""

_TIGHT_FOR = 60.0
"""Seconds after a limit during which the most urgent goes first, one at a time."""

_SLOW = 2.0
"""Seconds; a request that takes longer has waited for a limit, most likely."""


@dataclass(frozen=True, slots=True)
class Place:
    """A channel to post into; `name` is for people."""

    channel: discord.abc.Messageable
    id: int
    name: str

    @property
    def conversation(self) -> ConversationId:
        return names.conversation_id(self.id)


class Sender:
    def __init__(self, connection: Connection, core: Core, clock: Clock) -> None:
        self._connection, self._core, self._clock = connection, core, clock
        self._limited = float("-inf")
        self.turns = Turns(lambda: clock.monotonic() - self._limited < _TIGHT_FOR)
        self._sent: OrderedDict[str, int] = OrderedDict()
        self._owners: OrderedDict[int, str] = OrderedDict()

    def earlier(self, delivery: Delivery) -> Earlier | None:
        """Where an earlier attempt's posts are looked for; None: this is the first."""
        return Earlier(delivery.key, self._core, self, self._clock) if delivery.attempt > 1 else None

    def owner_of(self, message: int) -> str | None:
        """The key of the delivery that posted it in this run; None: not known."""
        return self._owners.get(message)

    async def send(
        self,
        delivery: Delivery,
        place: Place,
        post: Post,
        part: int | str,
        *,
        priority: Priority = Priority.ANSWER,
        earlier: Earlier | None = None,
        after: int = 0,
    ) -> int:
        """Post a part of a delivery; gives the message's number. The same part is never posted twice.

        `earlier`: an attempt may have arrived: it is looked for among what the bot posted `after` the part before.

        Raises:
            RateLimited, Unavailable: try again with the same part.
            Gone, Forbidden, Unsupported: it will not work.
        """
        transaction = f"{delivery.key}/{part}"
        if (known := self._sent.get(transaction)) is not None:
            return known
        if earlier is not None:
            async with self.asking(priority, "look for an earlier post", place.name, "Read Message History") as client:
                channel, own = cast("Channel", place.channel), self._connection.own
                found = await earlier.find(client, channel, own, post, transaction, after=after)
            if found is not None:
                return self._remembered(delivery, transaction, found)
        async with self.asking(priority, "write", place.name, "Send Messages"):
            sent = await place.channel.send(**_arguments(post, place.id, transaction))
        self._remembered(delivery, transaction, sent.id)
        if part and post.card is None:
            await self._claim(delivery, place, sent.id)
        return sent.id

    async def _claim(self, delivery: Delivery, place: Place, message: int) -> None:
        """A receipt names the first part alone: the others of the same words are nobody else's either."""
        until = self._clock.now() + 2 * SINCE
        note = Note(PART, names.message_id(place.id, message), delivery.key, until=until)
        try:
            await self._core.notes.write([note])
        except StorageError as error:
            raise Unavailable("the store cannot take note of a post") from error

    def known(self, delivery: Delivery, part: int | str) -> int | None:
        """The message of a part that was posted in this run, through whatever door."""
        return self._sent.get(f"{delivery.key}/{part}")

    def note(self, delivery: Delivery, part: int | str, message: int) -> None:
        """A part was posted through another door."""
        self._remembered(delivery, f"{delivery.key}/{part}", message)

    @asynccontextmanager
    async def asking(
        self, priority: Priority, what: str, where: str, permission: str = ""
    ) -> AsyncIterator[discord.AutoShardedClient]:
        """Around a request, as `Connection.asking`, but in its turn."""
        async with self.turns.turn(priority):
            begun = self._clock.monotonic()
            try:
                async with self._connection.asking(what, where, permission) as client:
                    yield client
            except RateLimited:
                self._limited = self._clock.monotonic()
                raise
            finally:
                if self._clock.monotonic() - begun > _SLOW:
                    self._limited = self._clock.monotonic()

    def _remembered(self, delivery: Delivery, transaction: str, message: int) -> int:
        self._sent[transaction] = message
        self._owners[message] = delivery.key
        for kept in (self._sent, self._owners):
            while len(kept) > _REMEMBERED:
                kept.popitem(last=False)
        return message


def _arguments(post: Post, channel: int, transaction: str) -> dict[str, Any]:
    """Of `Messageable.send`; discord.py sends the nonce with the wish that Discord holds to it."""
    said: dict[str, Any] = {"nonce": nonce(transaction), "allowed_mentions": post.allowed}
    if post.reply_to is not None:
        said["reference"] = discord.MessageReference(
            message_id=post.reply_to, channel_id=channel, fail_if_not_exists=False
        )
    if post.files:
        said["files"] = post.attached()
    if post.card is not None:
        return said | {"view": layout(post.card, marker(transaction))}
    if post.rows:
        said["view"] = under(post.rows)
    return said | {"content": post.text or None, "suppress_embeds": True}
