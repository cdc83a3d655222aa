"""What an earlier attempt of a delivery may have left: looked for among the bot's own posts of the last days."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import discord

from bot.platforms.discord import names
from bot.platforms.discord.outgoing.marks import marker, nonce
from bot.platforms.discord.outgoing.post import Post
from bot.ports.clock import Clock
from bot.ports.core import Stored

_SINCE = timedelta(hours=48)
_MOST = 2_000
"""Messages of everybody that are gone through, a hundred with each request."""


class Claims(Protocol):
    """Which delivery a post is known to belong to, in this run."""

    def owner_of(self, message: int) -> str | None: ...


class Earlier:
    """The bot's posts of one channel, oldest first, read once for all parts of a delivery.

    Cards bear a marker. Content bears none that Discord would keep: there the same words, answering the same message,
    with as many files, are taken for ours, unless they are known to be another delivery's.
    """

    def __init__(self, key: str, stored: Stored, claims: Claims) -> None:
        self._key, self._stored, self._claims = key, stored, claims
        self._posts: list[discord.Message] | None = None

    async def find(
        self, channel: discord.abc.Messageable, own: int, clock: Clock, post: Post, transaction: str, *, after: int
    ) -> int | None:
        """The message of a part that comes after another one; raises what discord.py raises."""
        if self._posts is None:
            self._posts = await _own_posts(channel, own, clock)
        later = [each for each in self._posts if each.id > after]
        if known := next((each.id for each in later if str(each.nonce or "") == nonce(transaction)), None):
            return known
        if post.card is not None:
            return next((each.id for each in later if marker(transaction) in _frames(each)), None)
        return await self._alike(later, post)

    async def _alike(self, posts: Sequence[discord.Message], post: Post) -> int | None:
        like = [each for each in posts if _is_like(each, post) and self._is_free(each.id)]
        ids = {names.message_id(each.channel.id, each.id): each.id for each in like}
        others = await self._stored.delivered(ids) if ids else set()
        return next((number for identity, number in ids.items() if identity not in others), None)

    def _is_free(self, message: int) -> bool:
        return self._claims.owner_of(message) in (None, self._key)


async def _own_posts(channel: discord.abc.Messageable, own: int, clock: Clock) -> list[discord.Message]:
    since, found = clock.now() - _SINCE, list[discord.Message]()
    async for message in channel.history(limit=_MOST, oldest_first=False):
        if message.created_at < since:
            break
        if message.author.id == own:
            found.append(message)
    return found[::-1]


def _is_like(message: discord.Message, post: Post) -> bool:
    answered = message.reference.message_id if message.reference else None
    return (
        message.content == post.text
        and len(message.attachments) == len(post.files)
        and (answered is None or answered == post.reply_to)
        and not message.flags.components_v2
        and bool(message.components) == bool(post.rows)
    )


def _frames(message: discord.Message) -> set[int]:
    return {each.id for each in message.components if isinstance(each, discord.Container) and each.id is not None}
