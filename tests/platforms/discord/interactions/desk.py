"""Interactions over real sockets: connection, servers and interactions of the adapter, and a store that can be slow."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import discord
from discord import ui
from pydantic import SecretStr

from bot.domain.document import Document
from bot.domain.effect import Ask, Choice, Field
from bot.platforms.discord import names
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.incoming.feed import Feed
from bot.platforms.discord.interactions.custom_ids import choice_id
from bot.platforms.discord.interactions.interactions import Interactions
from bot.platforms.discord.interactions.tokens import Tokens
from bot.platforms.discord.options import Options
from bot.platforms.discord.servers.servers import Servers
from bot.ports.core import Core
from bot.ports.platform import PromptPost
from bot.scheduling.clock import SystemClock
from bot.testing.contracts.platform_driver import KnownMessages, KnownNotes, KnownPrompts
from tests.platforms.discord.interactions.real_commands import Commands, real_commands
from tests.platforms.discord.standin.permissions import Can

HIDE = Choice("hide", "Hide", "🫥")
BAN = Choice("ban", "Ban", "🔨", danger=True, confirm="Ban the author for good?")
WARN = Choice(
    "warn", "Warn", "⚠️", confirm="Warn the author?", form=(Field("reason", "Why? The member reads it", long=True),)
)
NOTE = Choice("note", "Note", "📝", form=(Field("reason", "Why", required=False), Field("rule", "Which rule")))


class Letters:
    """Note id to (user, letter)."""

    def __init__(self):
        self.kept = {}

    async def read(self, note, user):
        whose, letter = self.kept.get(note, (None, None))
        return letter if whose == user else None


class Desk:
    """`events`: what was stored; `holding`: while it is set nothing is stored."""

    def __init__(self, standin, options, kept):
        self.standin = standin
        self.prompts, self.notes, self.commands, self.letters = kept
        self.clock = SystemClock()
        core = Core(self.prompts, self.notes, KnownMessages(), self.commands)
        self.feed = Feed()
        self.connection = Connection(options, self.clock, self._prepare)
        self.servers = Servers(self.connection, options)
        self.tokens = Tokens(self.notes, self.clock)
        self.interactions = Interactions(
            options, self.connection, self.servers, self.feed, self.tokens, self.letters, core, self.clock
        )
        self.events = []
        self.flowing = asyncio.Event()
        self.flowing.set()
        self._came = asyncio.Event()

    def _prepare(self, client):
        self.interactions.attach(client)

    async def store(self):
        async for batch in self.feed.batches():
            await self.flowing.wait()
            await self.notes.write(batch.notes)
            self.events += batch.events
            came, self._came = self._came, asyncio.Event()
            came.set()

    async def event(self, number=1):
        """The event of that number, waited for."""
        async with asyncio.timeout(20):
            while len(self.events) < number:
                await self._came.wait()
        return self.events[number - 1]

    async def prompt(self, channel, *choices, cog="review", label="case 7", known=True, **more):
        """Something that asks, posted by the bot as plain buttons with the ids that cards have."""
        card = ui.LayoutView(timeout=None)
        row = ui.ActionRow()
        for choice in choices:
            own = more.get("custom_id") or choice_id("choice", cog, label, choice.id)
            row.add_item(ui.Button(label=choice.text, custom_id=own))
        more.pop("custom_id", None)
        card.add_item(ui.Container(ui.TextDisplay("card"), row))
        card.stop()
        client = await self.connection.ready(20)
        place = client.get_partial_messageable(channel.id)
        sent = await place.send(view=card, allowed_mentions=discord.AllowedMentions.none())
        conversation = names.conversation_id(more.pop("asked_in", channel).id)
        ask = Ask(conversation, Document(()), label, tuple(choices), **more)
        if known:
            self.prompts.add(PromptPost(cog, names.message_id(channel.id, sent.id), ask))
        return channel.posts[sent.id]


class Town:
    """A server with a moderator, a member, a public and a review channel."""

    def __init__(self, standin):
        self.mira, self.rem, self.ada = standin.person("mira"), standin.person("rem"), standin.person("ada")
        self.server = standin.server("Agora", self.mira)
        self.moderators = self.server.role("moderators", Can.MODERATE | Can.MANAGE_MESSAGES, position=10)
        self.server.join(self.rem)
        self.server.join(self.ada, roles=[self.moderators])
        self.square = self.server.channel("square")
        self.review = self.server.channel("review")


def options(standin, town=None, **more):
    square = frozenset({names.conversation_id(town.square.id)}) if town else frozenset()
    review = frozenset({names.conversation_id(town.review.id)}) if town else frozenset()
    return Options(
        SecretStr(standin.token),
        api_base=standin.api_base,
        gateway=standin.gateway_address,
        shard_count=1,
        communities=(square,) if town else (),
        review_rooms=review,
        **more,
    )


def fresh(commands=None):
    """What is kept over restarts: prompts, notes, commands, letters."""
    table = Commands(real_commands() if commands is None else commands)
    return KnownPrompts(), KnownNotes(), table, Letters()


@asynccontextmanager
async def running(standin, town, kept=None, *, synced=True, **more):
    """The adapter's part from its start to its end; nothing of it may have failed."""
    desk = Desk(standin, options(standin, town, **more), kept or fresh())
    await desk.tokens.load()
    parts = [asyncio.create_task(part) for part in (desk.connection.run(), desk.interactions.run(), desk.store())]
    try:
        await desk.connection.ready(20)
        if synced:
            await standin.until(lambda: standin.world.commands, "commands")
        yield desk
        for part in parts:
            if part.done():
                part.result()
    finally:
        desk.flowing.set()
        for part in parts:
            part.cancel()
        await asyncio.wait(parts)
        await desk.connection.aclose()


def ago(**passed):
    return datetime.now(UTC) - timedelta(**passed)
