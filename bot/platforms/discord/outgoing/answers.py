"""Answers to commands and presses through the interaction itself: seen by the asker alone, or in place of a promise."""

from collections.abc import Sequence
from typing import Any, cast

import discord

from bot.domain.effect import Priority
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.errors import Gone
from bot.platforms.discord import names
from bot.platforms.discord.interactions.tokens import LASTS, Token, Tokens
from bot.platforms.discord.outgoing.marks import marker
from bot.platforms.discord.outgoing.post import Post, layout, under
from bot.platforms.discord.outgoing.sender import Sender
from bot.ports.platform import Delivery, Note, Notes

SCOPE = "shown"
"""Of notes: through which interaction a message was shown to one person. It can be changed through that alone."""

_WHERE = "an answer to a command"
_PROMISED = cast("int", "@original")  # the API's own name for it, which discord.py passes on as it is
_NO_MESSAGE = 10008


class Answers:
    """An interaction lasts for fifteen minutes; where it is over nothing is given, and the usual way has to do."""

    def __init__(self, sender: Sender, tokens: Tokens, notes: Notes) -> None:
        self._sender, self._tokens, self._notes = sender, tokens, notes

    async def to(self, reply_to: MessageId | None) -> Token | None:
        """The interaction that an effect answers, if it answers one that lasts."""
        return await self._tokens.acknowledged(reply_to) if reply_to else None

    async def of(self, reply_to: MessageId | None, asker: MemberId | None, where: ConversationId) -> Token | None:
        """Through what somebody can be told something alone: what they asked by, else what they did last there."""
        token = await self.to(reply_to)
        if token is not None and asker in (None, token.member):
            return token
        latest = self._tokens.latest(asker, where) if asker else None
        return await self._tokens.acknowledged(latest.id) if latest else None

    async def promised(self, delivery: Delivery, token: Token, post: Post, priority: Priority) -> int | None:
        """Put a post in place of what was promised. None: nothing was, another delivery kept it, or it is over."""
        if not _is_open(token, delivery):
            return None
        try:
            number = await self._edit(token, _PROMISED, post, f"{delivery.key}/0", priority)
        except Gone as gone:
            if _code(gone) != _NO_MESSAGE:
                self._tokens.drop(token.id)
            return None
        await self._tokens.kept_promise(token.id, delivery.key)
        self._sender.note(delivery, 0, number)
        return number

    async def privately(self, delivery: Delivery, token: Token, posts: Sequence[Post], priority: Priority) -> list[int]:
        """Show posts to the asker alone; gives the numbers of as many as could be shown."""
        shown: list[int] = []
        if _is_open(token, delivery) and not token.ephemeral:
            await self._take_back(token, delivery, priority)
        for part, post in enumerate(posts):
            number = self._sender.known(delivery, part)
            if number is None and part == 0 and token.ephemeral:
                number = await self.promised(delivery, token, post, priority)
            if number is None:
                number = await self._follow(delivery, token, post, part, priority)
            if number is None:
                break
            shown.append(number)
        return shown

    async def remember(self, token: Token, message: MessageId) -> None:
        """That a message can be changed through an interaction only."""
        await self._notes.write([Note(SCOPE, message, token.id, token.member, until=token.at + LASTS)])

    async def is_shown_alone(self, message: MessageId) -> bool:
        """Whether a message is known to have been shown to one person only."""
        return await self._notes.get(SCOPE, message) is not None

    async def change(self, delivery: Delivery, message: MessageId, post: Post, priority: Priority) -> bool:
        """Change what only one person sees; False: no interaction that lasts leads there."""
        found, note = names.message_of(message), await self._notes.get(SCOPE, message)
        if found is None:
            return False
        shown_by = await self.to(MessageId(note.text)) if note is not None and note.text else None
        pressed = self._tokens.on(message)
        for token in (shown_by, await self.to(pressed.id) if pressed else None):
            if token is None:
                continue
            try:
                await self._edit(token, found[1], post, delivery.key, priority)
            except Gone:
                continue
            return True
        return False

    async def _take_back(self, token: Token, delivery: Delivery, priority: Priority) -> None:
        """A promise that everybody sees, where the answer is not for everybody."""
        try:
            async with self._sender.asking(priority, "answer", _WHERE) as client:
                await _webhook(client, token).delete_message(_PROMISED)
        except Gone:
            pass  # by an earlier attempt, or the interaction is over, which the next request finds out
        await self._tokens.kept_promise(token.id, delivery.key)

    async def _follow(self, delivery: Delivery, token: Token, post: Post, part: int, priority: Priority) -> int | None:
        said: dict[str, Any] = {"ephemeral": True, "wait": True, "allowed_mentions": post.allowed}
        said |= _shown(post, f"{delivery.key}/{part}")
        if post.files:
            said["files"] = post.attached()
        if post.card is None:
            said["suppress_embeds"] = True
        try:
            async with self._sender.asking(priority, "answer", _WHERE) as client:
                sent = await _webhook(client, token).send(**said)
        except Gone:
            self._tokens.drop(token.id)
            return None
        self._sender.note(delivery, part, sent.id)
        return int(sent.id)

    async def _edit(self, token: Token, message: int, post: Post, transaction: str, priority: Priority) -> int:
        said: dict[str, Any] = {"allowed_mentions": post.allowed, "attachments": post.attached()}
        said |= _shown(post, transaction)
        async with self._sender.asking(priority, "answer", _WHERE) as client:
            edited = await _webhook(client, token).edit_message(message, **said)
        return edited.id


def _is_open(token: Token, delivery: Delivery) -> bool:
    """Whether a promise stands, or this very delivery has kept it, as far as an earlier attempt came."""
    return token.deferred and (not token.answered or token.answered_by == delivery.key)


def _webhook(client: discord.Client, token: Token) -> discord.Webhook:
    webhook = discord.Webhook.partial(token.application, token.token, client=client)
    webhook.type = discord.WebhookType.application
    return webhook


def _shown(post: Post, transaction: str) -> dict[str, Any]:
    if post.card is not None:
        return {"view": layout(post.card, marker(transaction))}
    rows = {"view": under(post.rows)} if post.rows else {}
    return {"content": post.text, **rows} if post.text else rows


def _code(error: Gone) -> int:
    return getattr(error, "code", 0)
