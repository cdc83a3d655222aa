"""What an earlier attempt of a delivery may have left: looked for among the bot's own posts of the last days."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import discord

from bot.platforms.discord import names
from bot.platforms.discord.incoming.pages import PAGE, as_message
from bot.platforms.discord.outgoing.marks import LEAST_MARKER, marker, nonce
from bot.platforms.discord.outgoing.post import Post
from bot.platforms.discord.render.cards import Card
from bot.platforms.discord.servers.servers import Channel
from bot.ports.clock import Clock
from bot.ports.core import Core

SINCE = timedelta(hours=48)
PART = "part"
"""Scope of the notes about parts of text after the first: which delivery they belong to."""

_MOST = 2_000
"""Messages of everybody that are gone through, a hundred with each request."""


class Claims(Protocol):
    """Which delivery a post is known to belong to, in this run."""

    def owner_of(self, message: int) -> str | None: ...


class Earlier:
    """The bot's posts of one channel, oldest first, read once for all parts of a delivery.

    Cards bear a marker. Content bears none that Discord would keep: there the same words, answering the same message,
    with as many files, are taken for ours, unless they are known to be another delivery's. So are the same words and
    buttons of a card on a server that numbers components anew.
    """

    def __init__(self, key: str, core: Core, claims: Claims, clock: Clock) -> None:
        self._key, self._core, self._claims, self._clock = key, core, claims, clock
        self._posts: list[discord.Message] | None = None

    async def find(
        self, client: discord.Client, channel: Channel, own: int, post: Post, transaction: str, *, after: int
    ) -> int | None:
        """The message of a part that comes after another one; raises what discord.py raises."""
        if self._posts is None:
            self._posts = await _own_posts(client, channel, own, self._clock)
        later = [each for each in self._posts if each.id > after]
        if known := next((each.id for each in later if str(each.nonce or "") == nonce(transaction)), None):
            return known
        if marked := next((each.id for each in later if marker(transaction) in _frames(each)), None):
            return marked
        return await self._alike(later, post)

    async def _alike(self, posts: Sequence[discord.Message], post: Post) -> int | None:
        like = [each for each in posts if _is_like(each, post) and self._is_free(each.id)]
        ids = {names.message_id(each.channel.id, each.id): each.id for each in like}
        others = await self._core.stored.delivered(ids) if ids else set()
        for identity, number in ids.items():
            note = await self._core.notes.get(PART, identity)
            if identity not in others and (note is None or note.text == self._key):
                return number
        return None

    def _is_free(self, message: int) -> bool:
        return self._claims.owner_of(message) in (None, self._key)


async def _own_posts(client: discord.Client, channel: Channel, own: int, clock: Clock) -> list[discord.Message]:
    """Oldest first. Read one by one: what somebody else wrote and the library cannot read is passed over."""
    since, before = discord.utils.time_snowflake(clock.now() - SINCE), None
    found = list[discord.Message]()
    for _ in range(_MOST // PAGE):
        page = await client.http.logs_from(channel.id, PAGE, before=before)
        ours = [each for each in page if int(each["id"]) >= since and int(each["author"]["id"]) == own]
        read = (as_message(client, channel, each) for each in ours)
        found += (message for message in read if message is not None)
        before = min((int(each["id"]) for each in page), default=0)
        if len(page) < PAGE or before < since:
            break
    return sorted(found, key=lambda message: message.id)


def _is_like(message: discord.Message, post: Post) -> bool:
    if post.card is not None:
        return _is_card(message, post.card)
    answered = message.reference.message_id if message.reference else None
    return (
        message.content == post.text
        and len(message.attachments) == len(post.files)
        and (answered is None or answered == post.reply_to)
        and message.webhook_id is None  # else it answered an interaction
        and not message.flags.components_v2
        and bool(message.components) == bool(post.rows)
    )


def _frames(message: discord.Message) -> set[int]:
    return {each.id for each in message.components if isinstance(each, discord.Container) and each.id is not None}


def _is_card(message: discord.Message, card: Card) -> bool:
    """One whose frame bears a marker is of another delivery: ours was looked for."""
    frames = [each for each in message.components if isinstance(each, discord.Container)]
    if not frames or any(number >= LEAST_MARKER for number in _frames(message)):
        return False
    parts = [part for frame in frames for part in frame.children]
    words = [part.content for part in parts if isinstance(part, discord.TextDisplay)]
    rows = (part.children for part in parts if isinstance(part, discord.ActionRow))
    pressed = [each.custom_id for row in rows for each in row if isinstance(each, discord.Button)]
    return words == [card.text] and pressed == [button.custom_id for row in card.rows for button in row]
