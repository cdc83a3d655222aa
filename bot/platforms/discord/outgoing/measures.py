"""Measures against members and messages, each in every server of the community where it applies."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import discord

from bot.domain.effect import (
    AnySanction,
    Ban,
    Hide,
    Kick,
    LiftTimeout,
    Priority,
    Restore,
    Sanction,
    SlowMode,
    Timeout,
    Unban,
    Warn,
)
from bot.domain.ids import ConversationId, MemberId, platform_of
from bot.errors import Forbidden, Gone, PlatformError, Unsupported
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.options import Options
from bot.platforms.discord.outgoing.hiding import Hiding
from bot.platforms.discord.outgoing.posts import Posts
from bot.platforms.discord.outgoing.ranks import Ranks
from bot.platforms.discord.outgoing.reasons import reason_of
from bot.platforms.discord.outgoing.sender import Sender
from bot.platforms.discord.servers import permissions
from bot.platforms.discord.servers.servers import Servers
from bot.ports.clock import Clock
from bot.ports.platform import Delivery, Receipt

_LONGEST_TIMEOUT = timedelta(days=28)
_LONGEST_SLOW_MODE = 21_600
_URGENT = Priority.CARD
"""Measures go before talk."""

Act = Callable[[discord.Guild, str], Awaitable[str]]
"""Does something in a server, for the audit log's reason; gives why there was nothing to do, or nothing."""


class Measures:
    def __init__(
        self,
        options: Options,
        connection: Connection,
        servers: Servers,
        sender: Sender,
        posts: Posts,
        hiding: Hiding,
        clock: Clock,
    ) -> None:
        self._options, self._connection, self._servers = options, connection, servers
        self._sender, self._posts, self._hiding, self._clock = sender, posts, hiding, clock
        self._ranks = Ranks(options, servers)

    async def carry_out(self, delivery: Delivery, measure: AnySanction) -> Receipt:
        match measure:
            case Hide():
                return await self._hiding.hide(delivery, measure, await self._reason(measure))
            case Restore():
                return await self._hiding.restore(delivery, measure)
            case SlowMode():
                return await self._slow_down(measure)
            case Warn():
                self._account(measure.member)
                told = await self._posts.write(delivery, measure)
                return Receipt(names.message_id(told.place.id, told.message), told.note)
            case Timeout():
                return await self._time_out(measure)
            case LiftTimeout():
                user = self._account(measure.member)
                return await self._everywhere(measure, lambda server, reason: self._lift(server, user, reason))
            case Kick():
                user = self._account(measure.member)
                return await self._everywhere(measure, lambda server, reason: self._kick(server, user, measure, reason))
            case Ban():
                user = self._account(measure.member)
                return await self._everywhere(measure, lambda server, reason: self._ban(server, user, measure, reason))
            case Unban():
                user = self._account(measure.member)
                return await self._everywhere(measure, lambda server, reason: self._unban(server, user, reason))

    # --- one by one ---------------------------------------------------------------------------------------------

    async def _time_out(self, effect: Timeout) -> Receipt:
        user = self._account(effect.member)
        if effect.seconds > _LONGEST_TIMEOUT.total_seconds():
            raise Unsupported(
                "Discord takes timeouts of up to 28 days; for longer, ban the member and unban them later"
            )
        return await self._everywhere(effect, lambda server, reason: self._silence(server, user, effect, reason))

    async def _silence(self, server: discord.Guild, user: int, effect: Timeout, reason: str) -> str:
        """It never ends earlier than one that holds."""
        what, until = "time members out", self._clock.now() + timedelta(seconds=max(effect.seconds, 1.0))
        self._servers.able(server, what, "moderate_members")
        member = await self._servers.fetched(server, user)
        if member is None:
            return "the member is not there (any more)"
        if permissions.exempt(member) and server.owner_id != user:
            raise Unsupported(f"Discord lets nobody time out administrators, and the member is one in {server.name}")
        await self._reaches(server, member, effect, "time them out")
        if member.timed_out_until is not None and member.timed_out_until >= until:
            return "the member was timed out for longer already"
        async with self._sender.asking(_URGENT, what, server.name, "Time out members"):
            await member.timeout(until, reason=reason)
        return ""

    async def _reaches(self, server: discord.Guild, member: discord.Member, effect: Sanction, what: str) -> None:
        """Raises Unsupported, in words, where the bot cannot touch them, or who asked for it could not."""
        self._servers.above(server, member, what)
        await self._ranks.check(server, member, effect, what)

    async def _lift(self, server: discord.Guild, user: int, reason: str) -> str:
        what = "end timeouts"
        self._servers.able(server, what, "moderate_members")
        member = await self._servers.fetched(server, user)
        if member is None or not member.is_timed_out():
            return "the member was not timed out"
        self._servers.above(server, member, "end their timeout")
        async with self._sender.asking(_URGENT, what, server.name, "Time out members"):
            await member.timeout(None, reason=reason)
        return ""

    async def _kick(self, server: discord.Guild, user: int, effect: Kick, reason: str) -> str:
        what = "remove members"
        self._servers.able(server, what, "kick_members")
        member = await self._servers.fetched(server, user)
        if member is None:
            return "the member was not there (any more)"
        await self._reaches(server, member, effect, "remove them")
        async with self._sender.asking(_URGENT, what, server.name, "Kick Members"):
            await server.kick(member, reason=reason)
        return ""

    async def _ban(self, server: discord.Guild, user: int, effect: Ban, reason: str) -> str:
        """None of their messages go with them: what is to be hidden is hidden by itself."""
        what = "ban members"
        self._servers.able(server, what, "ban_members")
        if await self._is_banned(server, user, what):
            return "the member was banned already"
        member = await self._servers.fetched(server, user)
        if member is not None:
            await self._reaches(server, member, effect, "ban them")
        async with self._sender.asking(_URGENT, what, server.name, "Ban Members"):
            await server.ban(discord.Object(user), reason=reason, delete_message_seconds=0)
        return ""

    async def _unban(self, server: discord.Guild, user: int, reason: str) -> str:
        what = "lift bans"
        self._servers.able(server, what, "ban_members")
        if not await self._is_banned(server, user, what):
            return "the member was not banned"
        async with self._sender.asking(_URGENT, what, server.name, "Ban Members"):
            await server.unban(discord.Object(user), reason=reason)
        return ""

    async def _is_banned(self, server: discord.Guild, user: int, what: str) -> bool:
        try:
            async with self._sender.asking(_URGENT, what, server.name, "Ban Members"):
                await server.fetch_ban(discord.Object(user))
        except Gone:
            return False
        return True

    async def _slow_down(self, effect: SlowMode) -> Receipt:
        """In the one channel or thread."""
        if not 0 <= effect.seconds <= _LONGEST_SLOW_MODE:
            raise Unsupported("Discord takes a slow mode of up to 6 hours (21,600 seconds)")
        channel = self._servers.channel(effect.conversation) or await self._servers.messageable(effect.conversation)
        what, where = "set the slow mode", self._servers.where(effect.conversation)
        has_slow_mode = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.ForumChannel
        if not isinstance(channel, has_slow_mode | discord.Thread):
            raise Unsupported(f"{where} has no slow mode")
        flag = "manage_threads" if isinstance(channel, discord.Thread) else "manage_channels"
        self._servers.needs(effect.conversation, what, "view_channel", flag)
        if channel.slowmode_delay == effect.seconds:
            return Receipt(note="it was so already")
        async with self._sender.asking(_URGENT, what, where, permissions.shown(flag)):
            await channel.edit(slowmode_delay=effect.seconds, reason=await self._reason(effect))
        return Receipt()

    # --- everywhere ---------------------------------------------------------------------------------------------

    async def _everywhere(self, effect: Sanction, act: Act) -> Receipt:
        """In each server of the community, the effect's own first.

        Raises:
            Forbidden, Gone, Unsupported: it worked nowhere, and here is why.
            RateLimited, Unavailable: try again; what is done by then is not done twice.
        """
        done, notes = list[str](), list[str]()
        refused: list[tuple[str, PlatformError]] = []
        servers, reason = await self._servers_of(effect.conversation), await self._reason(effect)
        for server in servers:
            try:
                idle = await act(server, reason)
            except (Forbidden, Gone, Unsupported) as error:
                refused.append((server.name, error))
                continue
            if idle:
                notes.append(f"in {server.name} {idle}" if len(servers) > 1 else idle)
            else:
                done.append(server.name)
        if refused and not done:
            raise refused[0][1]
        worked = [f"in {', '.join(done)}"] if done and len(servers) > 1 else []
        return Receipt(note="; ".join([*worked, *notes, *(f"not in {where}: {error}" for where, error in refused)]))

    async def _servers_of(self, conversation: ConversationId) -> list[discord.Guild]:
        """Raises Gone where the bot is in none, Unsupported in direct messages."""
        channel = self._servers.channel(conversation)
        if channel is None:  # an archived thread is known once it was asked for
            found_out = await self._servers.messageable(conversation)
            channel = found_out if isinstance(found_out, discord.Thread) else None
        room = self._servers.conversation(channel).room if channel is not None else conversation
        own = self._servers.server_of(room)
        found = {own.id: own}
        for each in sorted(self._options.beside(room)):
            try:
                server = self._servers.server_of(each)
            except (Gone, Unsupported):
                continue
            found.setdefault(server.id, server)
        return list(found.values())

    def _account(self, member: MemberId) -> int:
        """The account aimed at. Raises Gone for what is none, and does nothing to the bot itself."""
        user = names.user_of(member)
        if user is None and platform_of(member) == names.PLATFORM:
            raise Unsupported(
                "who writes through a webhook has no account on Discord that anything could be done about: their "
                "messages can be hidden, and the webhook removed in Server Settings > Integrations"
            )
        if user is None:
            raise Gone("there is no such account on Discord")
        if user == self._connection.own:
            raise Unsupported("the bot takes no measures against itself")
        return user

    async def _reason(self, effect: Sanction) -> str:
        return reason_of(effect, await self._name_of(effect.by, effect.conversation))

    async def _name_of(self, member: MemberId | None, conversation: ConversationId) -> str | None:
        """Of who asked for it, as far as the server knows them; somebody of another platform has no name here."""
        user = names.user_of(member) if member else None
        if user is None:
            return "a moderator" if member else None
        try:
            found = await self._servers.fetched(self._servers.server_of(conversation), user)
        except PlatformError:
            found = None
        return found.display_name if found is not None else "a moderator"
