"""Pages of a channel's history, as the gateway would have brought the same messages."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import discord

from bot.domain.ids import ConversationId, MessageId
from bot.domain.message import Message
from bot.errors import Forbidden, Gone
from bot.log import logger
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.incoming.authors import Authors, is_stranger
from bot.platforms.discord.incoming.convert import Converter
from bot.platforms.discord.servers.servers import Channel, Servers
from bot.ports.clock import Clock

PAGE = 100
"""Messages of one request: Discord gives no more."""

_HISTORY = "Read Message History"
_BREATH = 25
"""Messages after which others get their turn."""

_MOST_PAGES = 20

_log = logger("discord")


@dataclass(frozen=True, slots=True)
class Page:
    """Oldest first; what was malformed is in `ids` and not in `messages`."""

    messages: tuple[discord.Message, ...]
    ids: tuple[int, ...]

    @property
    def is_last(self) -> bool:
        return len(self.ids) < PAGE


class Pages:
    """Asks for history; raises what `Connection.asking` raises."""

    def __init__(self, connection: Connection, servers: Servers, converter: Converter, clock: Clock) -> None:
        self._connection = connection
        self._servers = servers
        self._converter = converter
        self._authors = Authors(connection, servers, clock)

    async def after(self, channel: Channel, message: int) -> Page:
        """The first messages that are newer."""
        return await self._page(channel, after=message)

    async def before(self, channel: Channel, message: int | None) -> Page:
        """The last messages that are older; None: the newest of all."""
        return await self._page(channel, before=message)

    async def one(self, channel: Channel, message: int) -> discord.Message | None:
        """A single message; None: it is gone."""
        where = self._where(channel)
        try:
            async with self._connection.asking("read a message", where, _HISTORY) as client:
                raw = await client.http.get_message(channel.id, message)
        except Gone:
            return None
        found = as_message(client, channel, raw)
        if found is not None:
            await self._know(channel, [found])
        return found

    async def history(self, conversation: ConversationId, *, before: MessageId | None, limit: int) -> list[Message]:
        """Up to `limit` messages older than `before`, oldest first. Nothing of what the bot cannot read."""
        at = names.message_of(before) if before is not None else None
        channel = await self._readable(conversation)
        if channel is None or limit <= 0 or (before is not None and (at is None or at[0] != channel.id)):
            return []
        found, start = list[Message](), at[1] if at else None
        for _ in range(_MOST_PAGES):
            try:
                page = await self.before(channel, start)
            except (Forbidden, Gone):
                break
            found = [*self._said(page), *found]
            if page.is_last or len(found) >= limit:
                break
            start = page.ids[0]
        return found[-limit:]

    def may_read(self, channel: Channel) -> bool:
        """Whether history is given: without the permission Discord answers as if there were none."""
        guild = getattr(channel, "guild", None)
        if not isinstance(guild, discord.Guild) or guild.me is None or isinstance(channel, discord.PartialMessageable):
            return True
        try:
            granted = channel.permissions_for(guild.me)
        except discord.ClientException:  # a thread whose channel is not known
            return True
        return granted.read_messages and granted.read_message_history

    def _said(self, page: Page) -> list[Message]:
        read = (self._converter.posted(message, self._connection.own) for message in page.messages)
        return [posted.message for posted in read if posted is not None]

    async def _readable(self, conversation: ConversationId) -> Channel | None:
        try:
            found = self._servers.channel(conversation) or await self._servers.messageable(conversation)
        except (Forbidden, Gone):
            return None
        return found if hasattr(found, "id") else None  # type: ignore[return-value] # whatever can be posted to has one

    async def _page(self, channel: Channel, *, after: int | None = None, before: int | None = None) -> Page:
        where = self._where(channel)
        if not self.may_read(channel):
            raise Forbidden("read what was missed", where, _HISTORY)
        async with self._connection.asking("read what was missed", where, _HISTORY) as client:
            raws = await client.http.logs_from(channel.id, PAGE, before=before, after=after)
        found, ids = list[discord.Message](), list[int]()
        for number, raw in enumerate(raws):
            identity = int(raw["id"])
            ids.append(identity)
            message = as_message(client, channel, raw)
            if message is not None:
                found.append(message)
            if number % _BREATH == _BREATH - 1:
                await asyncio.sleep(0)
        await self._know(channel, found)
        return Page(tuple(sorted(found, key=lambda message: message.id)), tuple(sorted(ids)))

    async def _know(self, channel: Channel, messages: Iterable[discord.Message]) -> None:
        """History does not say how its authors are called on the server, nor what they may do: they are asked for."""
        guild = getattr(channel, "guild", None)
        if not isinstance(guild, discord.Guild):
            return
        unknown = [message for message in messages if is_stranger(message)]
        known = await self._authors.found(guild, {message.author.id for message in unknown})
        for message in unknown:
            message.author = known.get(message.author.id) or message.author

    def _where(self, channel: Channel) -> str:
        return self._servers.where(names.conversation_id(channel.id))


def as_message(client: discord.Client, channel: Channel, raw: object) -> discord.Message | None:
    """None for what the library cannot read: one malformed message never costs the others."""
    try:
        state = client._connection  # noqa: SLF001 - the library's own iterator over history ends at the first such message
        return discord.Message(state=state, channel=channel, data=raw)  # type: ignore[arg-type] # as Discord gave it
    except Exception as error:  # noqa: BLE001 - whatever it stumbles over
        _log.warning("a message cannot be read and is left out", channel=channel.id, error=type(error).__name__)
        return None
