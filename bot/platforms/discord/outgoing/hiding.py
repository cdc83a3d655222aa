"""Messages taken away, and put back as quotes: a deletion cannot be undone, so the words are kept for a while."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import discord

from bot.domain.document import Document, Mention, Moment, Quote, Text, paragraph
from bot.domain.effect import Hide, Priority, Restore
from bot.domain.ids import MemberId, MessageId
from bot.errors import Forbidden, Gone, Unsupported
from bot.platforms.discord import names
from bot.platforms.discord.incoming.hidden import HIDDEN
from bot.platforms.discord.incoming.words import files_of, words_of
from bot.platforms.discord.outgoing.changes import is_withheld
from bot.platforms.discord.outgoing.posts import Posts
from bot.platforms.discord.outgoing.sender import Sender
from bot.platforms.discord.servers.servers import Servers
from bot.ports.clock import Clock
from bot.ports.platform import Delivery, Note, Notes, Receipt

SCOPE = "sealed"

_KEPT = timedelta(days=30)
"""For so long a message that was taken away can be put back."""

_NOT_TOLD = timedelta(days=60)
"""For so long its deletion is known as the bot's own, when it is read from history."""


@dataclass(frozen=True, slots=True)
class _Sealed:
    """`back`: the key of the delivery that put it back, and `back_as` what it is now; then no words are left."""

    text: str
    author: str
    name: str
    at: str
    back: str = ""
    back_as: str = ""


class Hiding:
    def __init__(self, servers: Servers, sender: Sender, posts: Posts, notes: Notes, clock: Clock) -> None:
        self._servers, self._sender, self._posts = servers, sender, posts
        self._notes, self._clock = notes, clock

    async def hide(self, delivery: Delivery, effect: Hide, reason: str) -> Receipt:
        """Raises Gone where there is no such message (any more), Forbidden where the bot may not remove it."""
        if is_withheld(effect.message):
            return Receipt(note="AutoMod had let it not through: there is nothing to take away")
        channel, number = _named(effect.message)
        where = names.conversation_id(channel)
        kept = await self._notes.get(SCOPE, effect.message)
        message = await self._message(channel, number)
        if message is None:
            if delivery.attempt == 1 and kept is None:
                raise Gone("the message was taken away already")
            return Receipt(note="it was taken away already")
        self._servers.needs(where, "remove messages", "view_channel", "manage_messages")
        await self._notes.write([self._note(effect.message, message), self._not_told(effect.message)])
        try:
            async with self._sender.asking(
                Priority.CARD, "remove messages", self._servers.where(where), "Manage Messages"
            ) as client:  # discord.py takes a reason for this nowhere but here
                await client.http.delete_message(channel, number, reason=reason)
        except Gone:
            return Receipt(note="it was taken away already")
        except (Forbidden, Unsupported):
            await self._notes.write([Note(SCOPE, effect.message, None), Note(HIDDEN, effect.message, None)])
            raise
        return Receipt(note="its files cannot be put back" if message.attachments else "")

    async def restore(self, delivery: Delivery, effect: Restore) -> Receipt:
        """Raises Gone where the words are no longer kept, or where the message was never hidden."""
        note = await self._notes.get(SCOPE, effect.message)
        sealed = _Sealed(**json.loads(note.text)) if note is not None and note.text else None
        channel = _channel_of(effect.message)
        if sealed is None:
            found = names.message_of(effect.message)
            if found is not None and await self._message(*found) is not None:
                raise Gone("the message was never hidden: it stands where it stood, and nothing is to be done")
            raise Gone("the words of the message are not kept (any more): it cannot be put back")
        if sealed.back:
            if sealed.back != delivery.key:
                raise Gone("the message was put back already")
            return Receipt(MessageId(sealed.back_as))
        place = await self._posts.place(names.conversation_id(channel))
        number = await self._posts.here(delivery, place, self._posts.said(_put_back(sealed)))
        posted = names.message_id(place.id, number)
        done = _Sealed("", sealed.author, sealed.name, sealed.at, delivery.key, posted)
        await self._notes.write([self._kept(effect.message, done)])
        return Receipt(posted)

    async def _message(self, channel: int, number: int) -> discord.Message | None:
        place = await self._posts.place(names.conversation_id(channel))
        try:
            async with self._sender.asking(Priority.CARD, "read the message", place.name, "Read Message History"):
                return await place.channel.fetch_message(number)
        except Gone:
            return None

    def _note(self, identity: MessageId, message: discord.Message) -> Note:
        is_hook = message.webhook_id is not None
        words = words_of(message, embeds=is_hook or message.author.bot)
        text = "\n".join([words, *(f"[{name}]" for name in files_of(message))]).strip()
        author = (
            names.webhook_member_id(message.webhook_id, message.author.name)
            if message.webhook_id is not None
            else names.member_id(message.author.id)
        )
        return self._kept(identity, _Sealed(text, author, message.author.display_name, message.created_at.isoformat()))

    def _kept(self, identity: MessageId, sealed: _Sealed) -> Note:
        until, author = self._clock.now() + _KEPT, MemberId(sealed.author)
        return Note(SCOPE, identity, json.dumps(asdict(sealed)), author, identity, until)

    def _not_told(self, identity: MessageId) -> Note:
        return Note(HIDDEN, identity, "yes", message=identity, until=self._clock.now() + _NOT_TOLD)


def _put_back(sealed: _Sealed) -> Document:
    said_at = datetime.fromisoformat(sealed.at)
    source = (Mention(MemberId(sealed.author), sealed.name), Text(", "), Moment(said_at))
    return Document((paragraph("This message had been taken away; here it is again."), Quote(sealed.text, source)))


def _named(message: MessageId) -> tuple[int, int]:
    found = names.message_of(message)
    if found is None:
        raise Gone("there is no such message")
    return found


def _channel_of(message: MessageId) -> int:
    if (found := names.message_of(message)) is None:
        raise Gone("there is no such message")
    return found[0]
