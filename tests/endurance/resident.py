"""The bot of a kill run: the real core, store and cogs on a town's server.

`python -m tests.endurance.resident SOCKET STORE` is how the supervisor starts it.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from bot.app import App, running
from bot.config import Config
from bot.config.core import Core
from bot.domain.effect import Ask, Audience, Deliverable, DirectMessage, Guarantee, Say, Warn
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.message import Message
from bot.log import configure_logging
from bot.ports.platform import Batch, Delivery, Receipt, Remark
from tests.endurance.script import DESK, PLATFORM, ROOMS
from tests.endurance.verdicts import hash_models
from tests.endurance.wire import Link

COGS = ("civility", "review", "summaries", "reading", "admin", "help")
COMMUNITY = "town"
_BATCH = 50
_LOOK_AGAIN = 0.1


class TownPlatform:
    """The client of a town's server."""

    name = PLATFORM

    def __init__(self, link: Link) -> None:
        self._link = link
        self.position = 0
        self.resting = asyncio.Event()

    async def batches(self, resume: Mapping[str, str]) -> AsyncIterator[Batch]:
        self.position = await self._link.ask("resume", int(resume.get(PLATFORM, 0)))
        while True:
            events, self.position = await self._link.ask("since", self.position, _BATCH)
            if events:
                yield Batch(tuple(events), {PLATFORM: str(self.position)})
            else:
                self.resting.set()
                await self._link.ask("news", self.position)
                self.resting.clear()

    async def apply(self, delivery: Delivery) -> Receipt:
        receipt: Receipt = await self._link.ask("apply", delivery)
        return receipt

    def guarantee(self, effect: Deliverable) -> Guarantee:
        match effect:
            case Say(audience=Audience.ASKER | Audience.ASIDE) | DirectMessage() | Warn():
                return Guarantee.AT_LEAST_ONCE
            case Say() | Ask():
                return Guarantee.EXACTLY_ONCE
        return Guarantee.AT_LEAST_ONCE

    def linked(self, _: str) -> MessageId | None:
        return None

    def address(self, _: MessageId) -> str | None:
        return None

    async def may_read(self, _member: MemberId, conversation: ConversationId) -> bool:
        return conversation in {room.id for room in ROOMS}

    async def history(self, _: ConversationId, *, before: MessageId | None, limit: int) -> list[Message]:
        del before, limit
        return []

    async def remarks(self, _: MemberId) -> Sequence[Remark]:
        return ()

    async def aclose(self) -> None: ...


def configuration(store: Path) -> Config:
    rules = [{"id": "no-personal-attacks", "text": "Argue with the claim, not with the person."}]
    community = {"id": COMMUNITY, "rooms": [room.id for room in ROOMS], "review_room": DESK.id, "rules": rules}
    core = {"store": {"path": str(store)}, "cogs": {"enabled": COGS}, "community": [community]}
    return Config(store.parent / "config.toml", Core.model_validate(core), {})


async def report_rest(app: App, platform: TownPlatform, link: Link) -> None:
    """Tell the supervisor, again and again, how far the bot is whenever it has nothing to do."""
    while True:
        await platform.resting.wait()
        await app.idle()
        counters = await app.store.counters()
        await link.ask("rest", platform.position, counters["events waiting"], counters["posts waiting"])
        await asyncio.sleep(_LOOK_AGAIN)


async def main(socket: Path, store: Path) -> None:
    configure_logging("warning", "console", sys.stderr)
    link = await Link.to(socket)
    await link.ask("hello")
    platform = TownPlatform(link)
    async with running(configuration(store), [lambda *_: platform], models=hash_models()) as app:
        telling = asyncio.create_task(report_rest(app, platform, link))
        stop = asyncio.create_task(link.ask("stop"))  # answered when the run is over
        broken = asyncio.create_task(app.wait())
        await asyncio.wait({telling, stop, broken}, return_when=asyncio.FIRST_COMPLETED)
        for task in (telling, broken):
            if task.done():
                task.result()
            task.cancel()
        await asyncio.gather(telling, broken, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
