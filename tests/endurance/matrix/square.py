"""Rooms of old and new version, in clear and encrypted, with people who talk, ask and moderate through any trouble."""

import asyncio
import math
import random
import zlib
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import aiohttp

from tests.endurance.verdicts import is_flagged
from tests.platforms.matrix.homeserver.encrypted import EncryptedPerson
from tests.platforms.matrix.homeserver.people import People
from tests.platforms.matrix.homeserver.person import Refused
from tests.platforms.matrix.homeserver.synapse import Account
from tests.platforms.matrix.homeserver.view import Post

Result = TypeVar("Result")

KINDS = (("11", False), ("11", True), ("12", False), ("12", True))
"""Version and whether it is encrypted, of each room."""
_SURELY_FLAGGED = 1
"""So many of the first messages of each sender are drawn until they are flagged: no run is without cards."""
MARKER = "org.folkmoot"
PRIVATELY = "!privacy"
_COMMANDS = ("!help", "!summarize 20", "!watch", "!hlep", PRIVATELY, PRIVATELY)
"""The last one is answered in a private room."""
_LOOK_AGAIN = 0.2
_PATIENCE = 300.0


@dataclass(frozen=True)
class Said:
    """A message as it was sent; `id` is the event's."""

    room: str
    sender: str
    text: str
    id: str


@dataclass
class Square:
    """What was set up, and what has happened.

    Attributes:
        said: everything in the order in which the homeserver took it, for each sender.
        commands: events of commands that are answered in the room.
        whispered: sender to events of commands that are answered in private.
        pressed: label of a card to the choice that Mira made on it.
        quota: people wait when so many messages have been said.
    """

    rooms: list[str]
    desk: str
    bot: Account
    mira: EncryptedPerson
    senders: list[EncryptedPerson]
    random: random.Random
    said: list[Said] = field(default_factory=list)
    commands: set[str] = field(default_factory=set)
    whispered: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    pressed: dict[str, str] = field(default_factory=dict)
    quota: float = math.inf

    @classmethod
    async def laid_out(cls, people: People, senders: int, seed: int) -> "Square":
        """Everybody is in all rooms but the moderators'; the bot is invited and has not come yet."""
        bot = people.server.register("folkmoot")
        mira = await people.encrypted("mira")
        talking = [await people.encrypted(f"sender{number}") for number in range(senders)]
        powers = {bot.user: 50}
        rooms = []
        for version, encrypted in KINDS:
            name = f"version {version}, {'encrypted' if encrypted else 'in clear'}"
            invited = [bot.user, *(one.user for one in talking)]
            room = await mira.create_room(*invited, version=version, encrypted=encrypted, name=name, powers=powers)
            for one in talking:
                await one.join(room)
            rooms.append(room)
        desk = await mira.create_room(bot.user, version="12", encrypted=True, name="moderators", powers=powers)
        return cls(rooms, desk, bot, mira, talking, random.Random(seed))

    async def bot_has_come(self) -> None:
        """Wait until the bot is in all rooms and others can encrypt for it."""
        for room in (*self.rooms, self.desk):
            await self.mira.in_room(room, self.bot.user)
        await self.mira.until(lambda: self.mira.devices_with_keys(self.bot.user), "keys of the bot's device")
        for one in self.senders:
            for room in self.rooms:
                if await one.is_encrypted(room):
                    await one.ready(room)
            one.eager = False  # nobody comes or goes from now on

    # --- talking ------------------------------------------------------------------------------------------------

    async def talk(self, sender: EncryptedPerson, count: int, every: int) -> None:
        """Say so many things in all rooms, at times (one in `every`) with a command among them."""
        for number in range(count):
            room = self.random.choice(self.rooms)
            asks = number % every == every // 2
            text = self.random.choice(_COMMANDS) if asks else self._words(sender, number)
            transaction = f"{sender.device} said {number}"
            while len(self.said) >= self.quota:  # noqa: ASYNC110 - a number that others move
                await asyncio.sleep(_LOOK_AGAIN)
            event = await persistent(lambda: sender.say(room, text, transaction=transaction))  # noqa: B023 - awaited here
            self.said.append(Said(room, sender.user, text, event))
            if text == PRIVATELY:
                self.whispered[sender.user].append(event)
            elif asks:
                self.commands.add(event)

    def _words(self, sender: EncryptedPerson, number: int) -> str:
        """Different each time; some are flagged by their checksum, the first ones among them whatever the seed."""
        while True:
            text = f"{sender.user[1:].partition(':')[0]} says thing {number}, {self.random.getrandbits(40):x}"
            if number >= _SURELY_FLAGGED or is_flagged(text):
                return text

    @property
    def flagged(self) -> set[str]:
        """Events that must be flagged; commands are not judged."""
        return {one.id for one in self.said if is_flagged(one.text) and not one.text.startswith("!")}

    # --- moderating ---------------------------------------------------------------------------------------------

    async def moderate(self) -> None:
        """Mira presses on every other card, as soon as the bot has set the reaction, until cancelled."""
        while True:
            for post in await persistent(lambda: self.mira.posts(self.desk, self.bot.user)):
                label = label_of(post)
                emoji = decision_on(label) if label and label not in self.pressed else None
                if label and emoji and post.reactions[emoji, self.bot.user]:
                    await persistent(lambda: self._press(post, emoji))  # noqa: B023 - awaited here
                    self.pressed[label] = emoji
            await asyncio.sleep(_LOOK_AGAIN)

    async def _press(self, post: Post, emoji: str) -> None:
        try:
            await self.mira.react(self.desk, post.id, emoji)
        except Refused as refused:
            if refused.errcode != "M_DUPLICATE_ANNOTATION":  # an earlier attempt arrived
                raise

    async def shown(self) -> dict[str, list[Post]]:
        """What the bot posted in each room, as Mira's client shows it."""
        return {room: await self.mira.posts(room, self.bot.user) for room in (*self.rooms, self.desk)}

    async def private(self) -> dict[str, list[list[Post]]]:
        """For each sender: what the bot posted in each room that it opened for them."""
        found: dict[str, list[list[Post]]] = defaultdict(list)
        for one in self.senders:
            await one.accept_invitations()
            for room in set(await one.joined_rooms()) - {*self.rooms}:
                found[one.user].append(await one.posts(room, self.bot.user))
        return found

    async def timeline(self) -> dict[str, list[str]]:
        """Events of messages by people, in the order in which each room has them."""
        found = defaultdict(list)
        for room in self.rooms:
            found[room] = [post.id for post in await self.mira.posts(room) if post.sender != self.bot.user]
        return found


def decision_on(label: str) -> str | None:
    """What Mira makes of a card; None: she leaves it open."""
    return {1: "✅", 3: "❌"}.get(zlib.crc32(label.encode()) % 4)


def label_of(post: Post) -> str | None:
    """The prompt that a post shows; "case:7" for the card of case 7."""
    prompt = (post.first.get(MARKER) or {}).get("prompt") or {}
    label: str | None = prompt.get("label")
    return label if label and label.startswith("case:") else None


async def persistent(attempt: Callable[[], Awaitable[Result]]) -> Result:
    """Try again while the homeserver is away, as clients do."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            try:
                return await attempt()
            except (aiohttp.ClientError, ConnectionError, TimeoutError):
                await asyncio.sleep(_LOOK_AGAIN)
