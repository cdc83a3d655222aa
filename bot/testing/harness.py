"""A whole bot in memory's reach: the real core and cogs, a fake server, a fake clock, scripted models."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.app import App, running
from bot.config import Config
from bot.config.core import Core
from bot.domain.conversation import Conversation
from bot.domain.ids import MessageId
from bot.domain.member import Member, Standing
from bot.domain.message import Message
from bot.ports.models import Models
from bot.testing.clock import FakeClock
from bot.testing.models import scripted_models
from bot.testing.platform import FakePlatform
from bot.testing.server import FakePost, FakeServer

COMMUNITY = "tarnwick"


@dataclass
class Harness:
    """Act as people of the community "tarnwick" and look at what the bot does.

    There are the room `square`, the review room `desk`, and a second community with `far_square` and `far_desk`. Mira
    and Noor moderate,
    Ada is an admin, everybody else is a member. Each method waits until the bot is at rest again.

    Attributes:
        app: the running bot; another one after `restart`.
    """

    server: FakeServer
    clock: FakeClock
    models: Models
    config: Config
    square: Conversation
    desk: Conversation
    far_square: Conversation
    far_desk: Conversation
    app: App = field(init=False)
    _platform: FakePlatform = field(init=False)

    def person(self, name: str) -> Member:
        """Somebody by name, with the standing that this person always has."""
        standing = {"Mira": Standing.MODERATOR, "Noor": Standing.MODERATOR, "Ada": Standing.ADMIN}.get(name)
        rooms = (self.square, self.desk, self.far_square, self.far_desk) if standing else ()
        return self.server.person(name, *rooms, standing=standing or Standing.MEMBER)

    async def say(
        self, name: str, text: str, *, where: Conversation | None = None, reply_to: Message | MessageId | None = None
    ) -> Message:
        """Post a message in the square or elsewhere."""
        answered = reply_to.id if isinstance(reply_to, Message) else reply_to
        message = self.server.post(self.person(name), where or self.square, text, reply_to=answered)
        await self.settle()
        return message

    async def command(
        self, name: str, text: str, *, where: Conversation | None = None, reply_to: Message | None = None
    ) -> str:
        """Give a command; gives the text of everything that the bot posted because of it, one post a line."""
        before = {post.id for post in self.server.posts()}
        await self.say(name, text, where=where, reply_to=reply_to)
        return "\n".join(post.text for post in self.server.posts() if post.id not in before)

    async def press(self, name: str, post: FakePost, choice: str, fields: Mapping[str, str] | None = None) -> None:
        """Choose on a prompt, confirm it, fill in its form."""
        self.server.press(self.person(name), post, choice, fields=fields)
        await self.settle()

    async def delete(self, message: Message) -> None:
        self.server.delete(message)
        await self.settle()

    async def edit(self, message: Message, text: str) -> Message:
        changed = self.server.edit(message, text)
        await self.settle()
        return changed

    def posts(self, where: Conversation | None = None) -> list[FakePost]:
        """What stands in the square or elsewhere of the bot's posts."""
        return self.server.posts(where or self.square)

    async def advance(self, step: timedelta) -> None:
        """Let time pass: due jobs run, waiting posts are tried again."""
        self.clock.advance(step)
        for executor in self.app.executors:
            executor.wake()
        await self.app.scheduler.tick()
        await self.settle()

    async def settle(self) -> None:
        """Wait until the bot has read everything and has nothing left to do."""
        await self._platform.caught_up()
        await self.app.idle()

    @asynccontextmanager
    async def started(self) -> AsyncIterator["Harness"]:
        """Run the bot; after the block it is stopped, and `started` again is a restart on the same store."""
        self._platform = FakePlatform(self.server)

        async with running(self.config, [lambda *_: self._platform], clock=self.clock, models=self.models) as self.app:
            await self.settle()
            yield self


def harness(
    folder: Path,
    *,
    cogs: Sequence[str] = ("civility", "review", "summaries", "reading", "admin", "privacy", "help"),
    paths: Iterable[Path] = (),
    sections: Mapping[str, Mapping[str, Any]] | None = None,
    models: Models | None = None,
    mode: str = "suggest",
) -> Harness:
    """A bot that is not running yet.

    Args:
        folder: an empty folder for the store.
        cogs: which are loaded.
        paths: folders of further cogs.
        sections: cog name to its settings, as in the configuration file.
        models: scripted ones unless given.
        mode: of the community "tarnwick".
    """
    clock = FakeClock()
    server = FakeServer(clock)
    square, far_square = server.room("square"), server.room("far-square")
    desk, far_desk = server.room("desk", private=True), server.room("far-desk", private=True)
    rules = [{"id": "respect", "text": "Argue with the claim, not with the person."}]
    core = Core.model_validate(
        {
            "store": {"path": "folkmoot.sqlite"},
            "cogs": {"enabled": list(cogs), "paths": [str(path.absolute()) for path in paths]},
            "community": [
                {"id": COMMUNITY, "rooms": [square.id], "review_room": desk.id, "mode": mode, "rules": rules},
                {"id": "far", "rooms": [far_square.id], "review_room": far_desk.id, "rules": rules},
            ],
        }
    )
    config = Config(folder / "config.toml", core, dict(sections or {}))
    return Harness(server, clock, models or scripted_models(), config, square, desk, far_square, far_desk)
