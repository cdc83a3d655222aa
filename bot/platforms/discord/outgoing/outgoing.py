"""Everything that the bot does on Discord, by effect: the one door for whoever has a delivery."""

from bot.domain.effect import (
    Ask,
    Attach,
    Audience,
    Deliverable,
    DirectMessage,
    Edit,
    Guarantee,
    Kick,
    OpenThread,
    Priority,
    React,
    Say,
)
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.interactions.tokens import Tokens
from bot.platforms.discord.options import Options
from bot.platforms.discord.outgoing.answers import Answers
from bot.platforms.discord.outgoing.changes import Changes
from bot.platforms.discord.outgoing.hiding import Hiding
from bot.platforms.discord.outgoing.letters import Letters
from bot.platforms.discord.outgoing.measures import Measures
from bot.platforms.discord.outgoing.posts import Posts
from bot.platforms.discord.outgoing.private import Private
from bot.platforms.discord.outgoing.sender import Sender
from bot.platforms.discord.outgoing.threads import Threads
from bot.platforms.discord.servers.servers import Servers
from bot.ports.clock import Clock
from bot.ports.core import Core
from bot.ports.platform import Delivery, Receipt

_CONNECT_WITHIN = 10.0
"""Seconds that an effect waits for the connection before it is tried again later."""


class Outgoing:
    """`letters` has what members who take no direct messages have yet to read."""

    def __init__(
        self, options: Options, connection: Connection, servers: Servers, tokens: Tokens, core: Core, clock: Clock
    ) -> None:
        self._connection = connection
        self._sender = Sender(connection, core, clock)
        self.letters = Letters(core.notes, clock)
        answers = Answers(self._sender, tokens, core.notes)
        private = Private(connection, servers, self._sender, self.letters)
        self._posts = Posts(servers, options, self._sender, answers, private)
        self._changes = Changes(servers, self._sender, self._posts, answers, self.letters)
        self._threads = Threads(connection, servers, self._sender, self._posts)
        hiding = Hiding(servers, self._sender, self._posts, core.notes, clock)
        self._measures = Measures(options, connection, servers, self._sender, self._posts, hiding, clock)

    async def apply(self, delivery: Delivery) -> Receipt:
        """Carry out an effect. Raises as `Platform.apply`."""
        await self._connection.ready(_CONNECT_WITHIN)
        with self._sender.turns.begun(_priority(delivery.effect)):
            return await self._apply(delivery)

    def guarantee(self, effect: Deliverable) -> Guarantee:
        """Posts are found again by nonce, marker or words; what one person alone sees in place can be found by nobody.

        Somebody who was removed may have come back before a second attempt, which removes them again.
        """
        if isinstance(effect, Kick):
            return Guarantee.AT_LEAST_ONCE
        alone = isinstance(effect, Say | Ask | Attach) and effect.audience in (Audience.ASKER, Audience.ASIDE)
        return Guarantee.AT_LEAST_ONCE if alone else Guarantee.EXACTLY_ONCE

    async def _apply(self, delivery: Delivery) -> Receipt:
        match delivery.effect:
            case Say() as effect if self._threads.takes(effect):
                return await self._threads.say(delivery, effect)
            case Say() as effect:
                return await self._posts.say(delivery, effect)
            case Ask() as effect:
                return await self._posts.ask(delivery, effect)
            case Edit() as effect:
                return await self._changes.edit(delivery, effect)
            case React() as effect:
                return await self._changes.react(effect)
            case Attach() as effect:
                return await self._posts.attach(delivery, effect)
            case DirectMessage() as effect:
                told = await self._posts.write(delivery, effect)
                return Receipt(names.message_id(told.place.id, told.message), told.note)
            case OpenThread() as effect:
                return await self._threads.open(delivery, effect)
            case effect:
                return await self._measures.carry_out(delivery, effect)


def _priority(effect: Deliverable) -> Priority:
    return effect.priority if isinstance(effect, Say | Ask | Edit) else Priority.ANSWER
