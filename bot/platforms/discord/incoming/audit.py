"""What moderators do by hand, as the server's audit log tells it."""

from collections import OrderedDict, deque
from dataclasses import dataclass

import discord

from bot.domain.conversation import Conversation
from bot.domain.event import ModerationObserved
from bot.domain.ids import MessageId
from bot.domain.member import Member
from bot.errors import PlatformError
from bot.log import logger
from bot.platforms.discord import names
from bot.platforms.discord.incoming.homes import homes
from bot.platforms.discord.incoming.words import text
from bot.platforms.discord.options import Options
from bot.platforms.discord.servers.servers import Servers
from bot.ports.clock import Clock

_ACTIONS = {
    discord.AuditLogAction.kick: "kick",
    discord.AuditLogAction.ban: "ban",
    discord.AuditLogAction.unban: "unban",
}
_LONGEST_REASON = 1_000
_REMEMBERED = 20_000
_LATELY = 10.0
"""Seconds between a deletion and the line of the log about it, at the most; either may come first."""

_PAUSE = 1.0

_log = logger("discord")


@dataclass(frozen=True, slots=True)
class _Deletion:
    channel: int
    author: int
    message: MessageId
    at: float


class Traces:
    """Who wrote what was heard in this run, and what of it was taken away lately."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._authors: OrderedDict[MessageId, int] = OrderedDict()
        self._deleted: deque[_Deletion] = deque(maxlen=1_000)

    def heard(self, channel: int, message: int, author: int) -> None:
        self._authors[names.message_id(channel, message)] = author
        while len(self._authors) > _REMEMBERED:
            self._authors.popitem(last=False)

    def deleted(self, channel: int, message: int) -> None:
        identity = names.message_id(channel, message)
        author = self._authors.pop(identity, None)
        if author is not None:
            self._deleted.append(_Deletion(channel, author, identity, self._clock.monotonic()))

    def taken(self, channel: int, author: int) -> MessageId | None:
        """The newest message of somebody that was taken away just now; each is given once."""
        since = self._clock.monotonic() - _LATELY
        for deletion in reversed(self._deleted):
            if deletion.channel == channel and deletion.author == author and deletion.at >= since:
                self._deleted.remove(deletion)
                return deletion.message
        return None


class Audit:
    """Discord sends the log to who may View Audit Log; without that nothing comes."""

    def __init__(self, options: Options, servers: Servers, traces: Traces, clock: Clock) -> None:
        self._options = options
        self._servers = servers
        self._traces = traces
        self._clock = clock

    async def observed(self, entry: discord.AuditLogEntry, own: int) -> list[ModerationObserved]:
        """What a line means; nothing for what the bot itself did."""
        if entry.user_id is None or entry.user_id == own:
            return []
        if entry.action is discord.AuditLogAction.message_delete:
            return await self._hidden(entry)
        action = _ACTIONS.get(entry.action) or _timeout(entry)
        if action is not None and entry._target_id is not None:  # noqa: SLF001 - `target` is None for who is not cached
            where = homes(entry.guild, self._options, self._servers)
            by = await self._by(entry)
            return [self._event(entry, by, action, entry._target_id, home) for home in where]  # noqa: SLF001 - the same
        if entry.action in {discord.AuditLogAction.member_prune, discord.AuditLogAction.message_bulk_delete}:
            # Neither names anybody: who was away long is no case, and deleted messages are told one by one.
            _log.info("moderators did something to many at once", action=entry.action.name, server=entry.guild.id)
        return []

    async def _hidden(self, entry: discord.AuditLogEntry) -> list[ModerationObserved]:
        """A message of somebody else's was taken away; which one, the log does not say."""
        channel = getattr(entry.extra, "channel", None)
        author = entry._target_id  # noqa: SLF001 - `target` is None for who is not cached
        if author is None or author == entry.user_id or not isinstance(channel, _SPOKEN_IN):
            return []
        if not self._servers.hears(channel):
            return []
        message = self._traces.taken(channel.id, author)
        if message is None:
            await self._clock.sleep(_PAUSE)
            message = self._traces.taken(channel.id, author)
        where = self._servers.conversation(channel)
        return [self._event(entry, await self._by(entry), "hide", author, where, message)]

    async def _by(self, entry: discord.AuditLogEntry) -> Member | None:
        """Who did it, asked for where the line does not name them."""
        user = entry.user
        if user is None and entry.user_id is not None:
            try:
                user = await self._servers.fetched(entry.guild, entry.user_id)
            except PlatformError as error:
                _log.info("who did something by hand is not known", error=str(error))
        return self._servers.member(user) if user is not None else None

    def _event(
        self,
        entry: discord.AuditLogEntry,
        by: Member | None,
        action: str,
        member: int,
        where: Conversation,
        message: MessageId | None = None,
    ) -> ModerationObserved:
        reason = text(entry.reason)[:_LONGEST_REASON]
        return ModerationObserved(action, names.member_id(member), where, entry.created_at, by, reason, message)


_SPOKEN_IN = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


def _timeout(entry: discord.AuditLogEntry) -> str | None:
    """A change of a member that silences them, or lets them speak again."""
    if entry.action is not discord.AuditLogAction.member_update:
        return None
    missing = object()
    until = getattr(entry.after, "timed_out_until", missing)
    if until is missing:
        return None
    return "timeout" if until is not None else "lift timeout"
