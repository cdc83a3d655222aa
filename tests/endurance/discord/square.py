"""Channels, threads and a forum post on the stand-in for Discord, with people who talk, ask and moderate."""

import asyncio
import math
import random
import zlib
from collections import defaultdict
from dataclasses import dataclass, field

from bot.platforms.discord.interactions.custom_ids import read_choice
from tests.endurance.verdicts import is_flagged
from tests.platforms.discord.standin.channels import Channel
from tests.platforms.discord.standin.interactions import Interaction
from tests.platforms.discord.standin.people import Person
from tests.platforms.discord.standin.permissions import Can
from tests.platforms.discord.standin.posts import Post
from tests.platforms.discord.standin.standin import Standin

_SURELY_FLAGGED = 1
"""So many of the first messages of each sender are drawn until they are flagged: no run is without cards."""
PRIVATELY = "!privacy"
_TYPED = ("!help", "!summarize 20", "!hlep", PRIVATELY, PRIVATELY)
"""The last one is answered in a direct message."""
SLASHES = ("help", "summarize", "privacy")
PUBLIC = {"summarize"}
"""Slash commands whose answer everybody in the channel sees."""
_PAUSE = 0.3
_LOOK_AGAIN = 0.2
_PRESS_AGAIN = 6.0
"""Seconds after which Mira presses again on a card that shows no decision."""


@dataclass
class Square:
    """What was set up, and what has happened.

    Attributes:
        places: where people talk; threads are added as they are opened.
        said: everything, in the order in which it was said.
        typed: commands as messages that are answered in place.
        whispered: person to commands as messages that are answered in private.
        slashes: commands as interactions.
        pressed: label of a card to the choice that Mira made on it; `_last_press` when, by the loop's clock.
        quota: people wait when so many messages have been said.
    """

    standin: Standin
    mira: Person
    members: list[Person]
    rooms: list[Channel]
    places: list[Channel]
    desk: Channel
    random: random.Random
    said: list[Post] = field(default_factory=list)
    typed: list[Post] = field(default_factory=list)
    whispered: dict[int, list[Post]] = field(default_factory=lambda: defaultdict(list))
    slashes: list[tuple[str, Interaction]] = field(default_factory=list)
    pressed: dict[str, str] = field(default_factory=dict)
    presses: int = 0
    quota: float = math.inf
    _last_press: dict[str, float] = field(default_factory=dict)

    @classmethod
    def laid_out(cls, standin: Standin, members: int, seed: int) -> "Square":
        """Two text channels, a voice channel, a thread, a post in a forum; a room of moderators, hidden from others."""
        mira = standin.person("mira")
        people = [standin.person(f"member{number}") for number in range(members)]
        server = standin.server("Agora", mira)
        server.join(*people)
        general, side, voice = server.channel("general"), server.channel("side"), server.channel("voice", "voice")
        forum = server.channel("forum", "forum")
        thread = mira.opens_thread(general, "aside")
        post = mira.opens_post(forum, "a question", "what do you make of it?")
        desk = server.channel("desk")
        sees = Can.VIEW | Can.SEND | Can.HISTORY
        hidden, shown = server.overwrite(server.id, deny=Can.VIEW), server.overwrite(standin.bot.id, allow=sees)
        desk.change(permission_overwrites=[hidden, shown])
        rooms = [general, side, voice, forum]
        return cls(standin, mira, people, rooms, [general, side, voice, thread, post], desk, random.Random(seed))

    # --- talking ------------------------------------------------------------------------------------------------

    async def talk(self, sender: Person, count: int, every: int) -> None:
        """Say so many things in all places, at times (one in `every`) with a command among them."""
        slashing = self.members.index(sender) % 2 == 1
        for number in range(count):
            place = self.random.choice(self.places)
            asks = number % every == every // 2
            while len(self.said) >= self.quota:  # noqa: ASYNC110 - a number that others move
                await asyncio.sleep(_LOOK_AGAIN)
            if asks and slashing:
                name = self.random.choice(SLASHES)
                self.slashes.append((name, sender.gives(place, name)))
                self._say(sender, place, self._words(sender, number))
            elif asks:
                self._ask(sender, place)
            else:
                self._say(sender, place, self._words(sender, number))
            if slashing and number == count // 2:
                self._branch(sender)
            await asyncio.sleep(self.random.uniform(0, _PAUSE))

    def _say(self, sender: Person, place: Channel, text: str) -> Post:
        post = sender.says(place, text)
        self.said.append(post)
        return post

    def _ask(self, sender: Person, place: Channel) -> None:
        text = self.random.choice(_TYPED)
        post = self._say(sender, place, text)
        if text == PRIVATELY:
            self.whispered[sender.id].append(post)
        else:
            self.typed.append(post)

    def _branch(self, sender: Person) -> None:
        """A thread on something that was said."""
        text_channels = {room.id for room in self.rooms if room.kind == 0}
        post = next(one for one in reversed(self.said) if one.channel.id in text_channels)
        if post.id not in self.standin.world.channels:
            self.places.append(sender.opens_thread(post.channel, f"about {post.id % 1000}", on=post))

    def _words(self, sender: Person, number: int) -> str:
        """Different each time; some are flagged by their checksum, the first ones among them whatever the seed."""
        while True:
            text = f"{sender.name} says thing {number}, {self.random.getrandbits(40):x}"
            if number >= _SURELY_FLAGGED or is_flagged(text):
                return text

    @property
    def flagged(self) -> set[int]:
        """Messages that must be flagged; commands are not judged."""
        return {one.id for one in self.said if is_flagged(one.content) and not one.content.startswith("!")}

    # --- moderating ---------------------------------------------------------------------------------------------

    async def moderate(self) -> None:
        """Mira presses a button on every other card, again where nothing came of it, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            for post in self.desk.by_bot():
                label = label_of(post)
                wanted = decision_on(label) if label else None
                if label is None or wanted is None or wanted not in {each.get("label") for each in post.buttons}:
                    continue
                if loop.time() - self._last_press.get(label, -math.inf) > _PRESS_AGAIN:
                    self.mira.presses(post, wanted)
                    self._last_press[label] = loop.time()
                    self.pressed[label] = wanted
                    self.presses += 1
            await asyncio.sleep(_LOOK_AGAIN)


def decision_on(label: str) -> str | None:
    """What Mira makes of a card; None: she leaves it open."""
    return {1: "Uphold", 3: "Dismiss"}.get(zlib.crc32(label.encode()) % 4)


def label_of(post: Post) -> str | None:
    """The prompt that a post shows; "case:7" for the card of case 7."""
    for button in post.buttons:
        pressed = read_choice(button.get("custom_id") or "")
        if pressed is not None and pressed.label.startswith("case:"):
            return pressed.label
    return None
