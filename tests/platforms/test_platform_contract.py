"""The contract of platforms, run over the fake one (as Matrix and as Discord behave), the console and transcripts."""

import asyncio
import io
import json
from datetime import timedelta

import pytest
from rich.console import Console

from bot.domain.effect import Audience
from bot.platforms.console import ConsolePlatform
from bot.platforms.transcript import TranscriptPlatform
from bot.testing import factories as make
from bot.testing.clock import START, FakeClock
from bot.testing.contracts.platform import Ability, PlatformContract, PlatformDriver
from bot.testing.platform import Checkpoints, FakePlatform, FakeServer


class FakeDriver(PlatformDriver):
    def __init__(self, checkpoints, *, redeliver=0, timeline_limit=100):
        self.server = FakeServer(FakeClock(), checkpoints=checkpoints)
        self.server.faults.redeliver, self.server.faults.timeline_limit = redeliver, timeline_limit
        self.room = self.server.room("square")
        self.member = self.server.person("Mira", self.room)

    def connect(self, core):
        return FakePlatform(self.server, prompts=core.prompts, batch_size=2)

    async def say(self, text):
        self.server.clock.advance(1)
        self.server.post(self.member, self.room, text)

    async def edit(self, message, text):
        self.server.edit(self.server.messages[message], text)

    async def delete(self, message):
        self.server.delete(self.server.messages[message])

    async def answer(self, prompt, choice, fields):
        self.server.press(self.member, self.server.post_at(prompt.message), choice, fields=fields)

    async def shown(self):
        return [post.text for post in self.server.posts()]

    async def handed_over(self):
        posts = [post for post in self.server.posts() if post.attachment]
        return [(post.asker if post.audience is Audience.ASKER else None, post.attachment[1]) for post in posts]

    async def pinged(self):
        return [who for post in self.server.posts() for who in post.pings]


class ConsoleDriver(PlatformDriver):
    cannot = {  # noqa: RUF012 - a declaration
        Ability.FRESH_START: "nobody types before there is a console",
        Ability.CATCH_UP: "nobody types while there is no console",
    }

    def __init__(self, folder):
        self.folder = folder
        self.screen, self.clock, self.keyboard = io.StringIO(), FakeClock(), asyncio.Queue()
        self.room = make.room("square", platform="console")
        self.member = make.member("you", platform="console")

    def connect(self, core):
        self.keyboard = asyncio.Queue()
        console = Console(file=self.screen, force_terminal=True, color_system=None, width=100)
        return ConsolePlatform(console, self.clock, core.prompts, lines=self._lines(self.keyboard), files=self.folder)

    async def _lines(self, keyboard):
        while True:
            yield await keyboard.get()

    async def say(self, text):
        await self.keyboard.put(text)

    async def edit(self, message, text):
        await self.keyboard.put(f"/edit {message.partition(':')[2]} {text}")

    async def delete(self, message):
        await self.keyboard.put(f"/delete {message.partition(':')[2]}")

    async def answer(self, prompt, choice, fields):
        offered = prompt.ask.choices
        number = next(n for n, each in enumerate(offered, 1) if each.id == choice)
        form = [fields.get(field.id, "") for field in offered[number - 1].form]
        for line in (str(number), "yes", *form):
            await self.keyboard.put(line)

    async def shown(self):
        return [self.screen.getvalue()]

    async def handed_over(self):
        """The screen says who sees a file and where it lies; whoever sits there is everybody."""
        boxes = "".join(self.screen.getvalue().replace("│", " ").split()).split("╭")
        files = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        return [
            (self.member.id if f"seenby{self.member.name}only" in part else None, path.read_bytes())
            for part, path in zip(boxes[-len(files) :], files, strict=True)
            if path.name in part
        ]

    async def pinged(self):
        return ["bell"] if "\x07" in self.screen.getvalue() else []


class TranscriptDriver(PlatformDriver):
    cannot = {  # noqa: RUF012 - a declaration
        Ability.SPEAK_LATER: "everything in a file has been said",
        Ability.FRESH_START: "replaying old history is what it is for",
        Ability.CHANGE: "a JSON line is a message in its last form",
        Ability.ANSWER: "nobody is there",
        Ability.SHOW: "nothing is shown, only written down",
    }

    def __init__(self, path):
        self.path, self.number = path, 0
        self.room = make.room("square", platform="transcript")
        self.member = make.member("mira", platform="transcript")

    def connect(self, core):
        return TranscriptPlatform(self.path, batch_size=2)

    async def say(self, text):
        self.number += 1
        at = (START + timedelta(seconds=self.number)).isoformat()
        line = {"id": f"m{self.number}", "room": "square", "author": "mira", "at": at, "text": text}
        # A file is named by how it begins; this one begins alike from the start.
        begun = self.path.read_text() if self.path.exists() else " " * 5000 + "\n"
        self.path.write_text(begun + json.dumps(line) + "\n")


class TestFakeLikeMatrix(PlatformContract):
    @pytest.fixture
    def driver(self):
        return FakeDriver(Checkpoints.ONE_TOKEN)


class TestFakeLikeDiscord(PlatformContract):
    @pytest.fixture
    def driver(self):
        return FakeDriver(Checkpoints.PER_ROOM)


class TestFakeWithGapsAndRepetitions(PlatformContract):
    @pytest.fixture
    def driver(self):
        return FakeDriver(Checkpoints.PER_ROOM, redeliver=3, timeline_limit=1)


class TestConsole(PlatformContract):
    @pytest.fixture
    def driver(self, tmp_path):
        return ConsoleDriver(tmp_path / "files")


class TestTranscript(PlatformContract):
    @pytest.fixture
    def driver(self, tmp_path):
        return TranscriptDriver(tmp_path / "square.jsonl")
