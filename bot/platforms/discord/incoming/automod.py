"""Discord's own AutoMod: what it found is brought to the moderators, one report for each message."""

import hashlib
from collections import OrderedDict
from datetime import datetime

import discord

from bot.domain.event import Incoming, MessagePosted, Reported
from bot.domain.ids import MemberId
from bot.domain.member import Member, MemberKind, Standing
from bot.domain.message import Message
from bot.errors import PlatformError
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.incoming.lines import Marks
from bot.platforms.discord.incoming.words import text
from bot.platforms.discord.servers.servers import Channel, Servers
from bot.ports.clock import Clock

AUTOMOD = Member(MemberId(f"{names.PLATFORM}:automod"), "AutoMod", MemberKind.BOT)

_TOGETHER = 10.0
"""Seconds within which actions on the same words of somebody are about one message: Discord tells each by itself."""

_REMEMBERED = 1_000
_LOOKS, _BETWEEN = 6, 0.5
"""A report often overtakes its message: so often, so many seconds apart, it is looked whether that was heard."""

_LONGEST_KEYWORD = 100


class AutoMod:
    """Discord tells of it who may Manage Server; without that nothing comes."""

    def __init__(self, connection: Connection, servers: Servers, marks: Marks, clock: Clock) -> None:
        self._connection = connection
        self._servers = servers
        self._marks = marks
        self._clock = clock
        self._told: OrderedDict[tuple[int, int, str], float] = OrderedDict()
        self._rules: OrderedDict[int, str] = OrderedDict()

    async def events(self, action: discord.AutoModAction, channel: Channel) -> tuple[Incoming, ...]:
        """Nothing for a message that was told of. Waits a little for a message that stands to be heard."""
        if not self._is_first(action):
            return ()
        rule, now = await self._rule(action), self._clock.now()
        where = self._servers.conversation(channel)
        if action.message_id is not None:
            message = names.message_id(channel.id, action.message_id)
            await self._heard(channel.id, action.message_id)
            return (Reported(message, where, AUTOMOD, _reason(action, rule, stands=True), now),)
        withheld = await self._withheld(action, channel, now)
        reason = _reason(action, rule, stands=False)
        return (withheld, Reported(withheld.message.id, where, AUTOMOD, reason, now))

    def _is_first(self, action: discord.AutoModAction) -> bool:
        """By message where there is one; else by who wrote what where."""
        said = str(action.message_id) if action.message_id is not None else text(action.content)
        key = (action.channel_id or 0, action.user_id, hashlib.sha256(said.encode()).hexdigest())
        now = self._clock.monotonic()
        before = self._told.get(key)
        if before is not None and (action.message_id is not None or now - before < _TOGETHER):
            return False
        self._told[key] = now
        while len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        return True

    async def _withheld(self, action: discord.AutoModAction, channel: Channel, now: datetime) -> MessagePosted:
        """What stands nowhere: for the moderators' eyes alone."""
        words = text(action.content) or text(action.matched_content) or text(action.matched_keyword)
        digest = hashlib.sha256(f"{action.user_id} {words}".encode()).hexdigest()[:8]
        identity, member = names.member_id(action.user_id), await self._member(action)
        message = Message(
            id=names.withheld_id(channel.id, f"{int(now.timestamp() * 1000)}-{digest}"),
            conversation=self._servers.conversation(channel),
            author=self._servers.member(member) if member else Member(identity, ""),
            text=words,
            sent_at=now,
            off_record=True,
        )
        return MessagePosted(message, self._servers.standing(member, channel) if member else Standing.MEMBER)

    async def _member(self, action: discord.AutoModAction) -> discord.Member | None:
        try:
            return action.member or await self._servers.fetched(action.guild, action.user_id)
        except PlatformError:
            return None

    async def _heard(self, channel: int, message: int) -> None:
        for _ in range(_LOOKS):
            if (self._marks.of(channel) or 0) >= message:
                return
            await self._clock.sleep(_BETWEEN)

    async def _rule(self, action: discord.AutoModAction) -> str:
        """The rule's name; empty where the bot may not know it."""
        if action.rule_id not in self._rules:
            try:
                async with self._connection.asking("read AutoMod's rules", action.guild.name, "Manage Server"):
                    self._rules[action.rule_id] = text((await action.fetch_rule()).name)
            except PlatformError:
                return ""
        while len(self._rules) > _REMEMBERED:
            self._rules.popitem(last=False)
        return self._rules[action.rule_id]


def _reason(action: discord.AutoModAction, rule: str, *, stands: bool) -> str:
    named = f"rule “{rule}”" if rule else "a rule"
    keyword = text(action.matched_keyword)[:_LONGEST_KEYWORD]
    matched = f", matched “{keyword}”" if keyword else ""
    return f"AutoMod, {named}{matched}. {'The message stands.' if stands else 'It was not let through.'}"
