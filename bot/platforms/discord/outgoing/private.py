"""Words for one member: a direct message, and where they take none a letter in the room."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import discord

from bot.domain.document import Document
from bot.domain.effect import Choice, Priority
from bot.domain.ids import ConversationId, MemberId, MessageId, platform_of
from bot.errors import Forbidden, Gone, Unsupported
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.connection.refusals import NoLetters
from bot.platforms.discord.outgoing.letters import Letter, Letters
from bot.platforms.discord.outgoing.post import Post
from bot.platforms.discord.outgoing.sender import Place, Sender
from bot.platforms.discord.render.cards import CustomIdOf, card
from bot.platforms.discord.render.contents import EMPTY, in_parts
from bot.platforms.discord.render.spans import LinkTo
from bot.platforms.discord.servers.servers import Servers
from bot.ports.platform import Delivery


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody is to be told, and what they can answer to it."""

    body: Document
    choices: tuple[Choice, ...] = ()
    custom_id_of: CustomIdOf = str


@dataclass(frozen=True, slots=True)
class Told:
    """`message` is the first; `letter`: it lies in the room, and they have yet to open it."""

    place: Place
    message: int
    letter: bool

    @property
    def note(self) -> str:
        """What a receipt says of it."""
        if not self.letter:
            return "told privately"
        return f"they take no direct messages: told by a letter in {self.place.name}, which they have yet to open"


class Private:
    def __init__(self, connection: Connection, servers: Servers, sender: Sender, letters: Letters) -> None:
        self._connection, self._servers, self._sender, self._letters = connection, servers, sender, letters

    async def write(
        self,
        delivery: Delivery,
        member: MemberId,
        began_in: ConversationId,
        posts: Sequence[Post],
        words: Words,
        priority: Priority = Priority.ANSWER,
        reply_to: MessageId | None = None,
    ) -> Told:
        """Write to a member. `posts` say what `words` are, ready to be sent; files go by direct message alone.

        Raises:
            Forbidden: neither way leads to them. Gone, Unsupported: there is no such account.
        """
        user = self._account(member)
        try:
            return await self._directly(delivery, user, posts, priority, reply_to)
        except NoLetters:
            if any(post.files for post in posts):
                raise
            return await self._by_letter(delivery, user, began_in, words, priority)

    async def _directly(
        self, delivery: Delivery, user: int, posts: Sequence[Post], priority: Priority, reply_to: MessageId | None
    ) -> Told:
        async with self._sender.asking(priority, "write to the member", "direct messages") as client:
            channel = await client.create_dm(discord.Object(user))
        place = Place(channel, channel.id, "direct messages")
        earlier, number, first = self._sender.earlier(delivery), 0, 0
        posts = answering(posts, reply_to, place)
        for part, post in enumerate(posts):
            number = await self._sender.send(
                delivery, place, post, part, priority=priority, earlier=earlier, after=number
            )
            first = first or number
        return Told(place, first, letter=False)

    async def _by_letter(
        self, delivery: Delivery, user: int, began_in: ConversationId, words: Words, priority: Priority
    ) -> Told:
        if not await self._servers.may_read(names.member_id(user), began_in):
            raise Forbidden("write to the member", self._servers.where(began_in), "to reach them") from None
        post = await self._letters.write(delivery.key, user, lettered(words, self._servers.link_to))
        channel = await self._servers.messageable(began_in)
        place = Place(channel, names.channel_of(began_in) or 0, self._servers.where(began_in))
        earlier = self._sender.earlier(delivery)
        number = await self._sender.send(delivery, place, post, "letter", priority=priority, earlier=earlier)
        return Told(place, number, letter=True)

    def _account(self, member: MemberId) -> int:
        user = names.user_of(member)
        if user is None and platform_of(member) == names.PLATFORM:
            raise Unsupported("who writes through a webhook has no account on Discord: nothing can be written to them")
        if user is None or user == self._connection.own:
            raise Gone("there is no such account on Discord")
        return user


def answering(posts: Sequence[Post], reply_to: MessageId | None, place: Place) -> list[Post]:
    """The first as a reply, where what it answers stands in the same place."""
    answered = names.message_of(reply_to) if reply_to else None
    if answered is None or answered[0] != place.id:
        return list(posts)
    return [replace(posts[0], reply_to=answered[1]), *posts[1:]]


def lettered(words: Words, link_to: LinkTo) -> Letter:
    """The words as they are shown when a letter is opened."""
    contents = in_parts(words.body, link_to)
    rows = card(words.body, words.choices, link_to, words.custom_id_of).rows
    return Letter(tuple(each.text or EMPTY for each in contents), rows)
