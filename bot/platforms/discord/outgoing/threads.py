"""Threads and forum posts that the bot opens."""

from collections.abc import Sequence

import discord

from bot.domain.document import Document, Heading, Text, plain
from bot.domain.effect import Audience, OpenThread, Priority, Say
from bot.domain.ids import ConversationId
from bot.domain.text import harmless
from bot.errors import Gone, Unsupported
from bot.platforms.cutting import between_characters
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.outgoing.post import Post
from bot.platforms.discord.outgoing.posts import Posts
from bot.platforms.discord.outgoing.sender import Place, Sender
from bot.platforms.discord.servers.servers import Servers
from bot.ports.platform import Delivery, Receipt

_LONGEST_NAME = 100
_HAS_ONE = 160004
_BESIDE = "the words stand in the channel itself: "


class Threads:
    def __init__(self, connection: Connection, servers: Servers, sender: Sender, posts: Posts) -> None:
        self._connection, self._servers, self._sender, self._posts = connection, servers, sender, posts

    async def open(self, delivery: Delivery, effect: OpenThread) -> Receipt:
        """A message that a thread hangs on; in a forum, a post; in a thread, where none can hang, the words alone.

        What is too long for the first message follows in the thread.
        """
        name = name_of(effect.name)
        channel = self._servers.channel(effect.conversation)
        if isinstance(channel, discord.ForumChannel):
            return await self._in_forum(delivery, channel, name, self._posts.said(effect.body))
        posts = self._posts.said(Document((Heading((Text(name),)), *effect.body.blocks)))
        place = await self._posts.place(effect.conversation)
        if isinstance(place.channel, discord.TextChannel):
            self._servers.needs(
                effect.conversation, "open a thread", "view_channel", "send_messages", "create_public_threads"
            )
        first = await self._posts.here(delivery, place, posts[:1])
        message = names.message_id(place.id, first)
        if not isinstance(place.channel, discord.TextChannel):
            await self._posts.here(delivery, place, posts[1:], first=1, after=first)
            return Receipt(message, _BESIDE + "no thread can be opened in such a channel")
        await self._hang(place.channel, first, name, effect.conversation)
        if len(posts) > 1:
            thread = await self._posts.place(names.conversation_id(first))  # a thread has its message's number
            await self._posts.here(delivery, thread, posts[1:], first=1)
        return Receipt(message)

    def takes(self, effect: Say) -> bool:
        """Whether something is said to all in a forum, where everything is a post with a title."""
        forum = isinstance(self._servers.channel(effect.conversation), discord.ForumChannel)
        return forum and effect.audience not in (Audience.ASKER, Audience.ASIDE)

    async def say(self, delivery: Delivery, effect: Say) -> Receipt:
        """A post of its own, which its first words name."""
        opened = OpenThread(effect.conversation, title_of(effect.body), effect.label or "", effect.body)
        return await self.open(delivery, opened)

    async def _hang(self, channel: discord.TextChannel, message: int, name: str, where: ConversationId) -> None:
        """One message has one thread at most: a second attempt finds that it has it."""
        try:
            async with self._sender.asking(
                Priority.ANSWER, "open a thread", self._servers.where(where), "Create Public Threads"
            ):
                await channel.create_thread(name=name, message=discord.Object(message))
        except Unsupported as refused:
            if getattr(refused, "code", 0) != _HAS_ONE:
                raise

    async def _in_forum(
        self, delivery: Delivery, forum: discord.ForumChannel, name: str, posts: Sequence[Post]
    ) -> Receipt:
        where = names.conversation_id(forum.id)
        self._servers.needs(where, "open a post", "view_channel", "send_messages")
        number = self._sender.known(delivery, 0)
        if number is None and delivery.attempt > 1:
            number = await self._earlier(forum, name, posts[0])
        if number is None:
            number = await self._post(forum, name, posts[0])
        self._sender.note(delivery, 0, number)
        if len(posts) > 1:
            place = await self._posts.place(names.conversation_id(number))
            await self._posts.here(delivery, place, posts[1:], first=1, after=number)
        return Receipt(names.message_id(number, number))

    async def _post(self, forum: discord.ForumChannel, name: str, first: Post) -> int:
        """Its thread and the first message in it have one number. A forum that asks for tags gets its first one."""
        tags = forum.available_tags[:1] if forum.flags.require_tag else []
        async with self._sender.asking(Priority.ANSWER, "open a post", forum.name, "Send Messages"):
            made = await forum.create_thread(
                name=name,
                content=first.text,
                files=first.attached(),
                allowed_mentions=first.allowed,
                applied_tags=tags,
                suppress_embeds=True,
            )
        return made.thread.id

    async def _earlier(self, forum: discord.ForumChannel, name: str, first: Post) -> int | None:
        """A forum knows no nonces: a post of the bot's own by that name with these words is the one."""
        async with self._sender.asking(Priority.ANSWER, "look for an earlier post", forum.name, "View Channels"):
            threads = await forum.guild.active_threads()
        own = self._connection.own
        for thread in sorted(threads, key=lambda each: each.id):
            if (thread.parent_id, thread.owner_id, thread.name) != (forum.id, own, name):
                continue
            place = Place(thread, thread.id, thread.name)
            try:
                async with self._sender.asking(
                    Priority.ANSWER, "look for an earlier post", place.name, "Read Message History"
                ):
                    begun = await thread.fetch_message(thread.id)
            except Gone:
                continue
            if begun.content == first.text and self._sender.owner_of(begun.id) is None:
                return thread.id
        return None


def title_of(body: Document) -> str:
    """The first line of a document; empty where it has no words at all."""
    return plain(body).strip().partition("\n")[0]


def name_of(name: str) -> str:
    """As Discord takes it: one line of up to a hundred characters, not empty."""
    line = " ".join(harmless(name).split())
    return line[: between_characters(line, _LONGEST_NAME)] if line else "…"
