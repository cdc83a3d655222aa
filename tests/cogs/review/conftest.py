"""The review cog over the ports in memory, and the steps that its tests take."""

from dataclasses import dataclass
from typing import Any

import pytest

from bot.api import Evidence, Flagged, Ground, Message
from bot.testing.factories import answered, community, deleted, message, room
from cogs.review import Review
from cogs.review.rows import Case
from cogs.review.settings import ReviewSettings


@dataclass
class Bench:
    """`do` runs a handler and stores what it returned, as the core would."""

    ports: Any
    cog: Review

    async def do(self, pending: Any) -> list[Any]:
        return self.ports.apply(await pending)

    def said(self, text: str = "You fool.", **others: Any) -> Message:
        made = message(text, **others)
        self.ports.store(made)
        return made

    def flag(self, said: Message, *, score: float = 0.9, rule: str = "respect", spans: Any = ()) -> Flagged:
        evidence = Evidence(score, 0.6, "participant", "test-model 1", said.revision, spans)
        ground = Ground(rule, "It reads as an attack.", evidence)
        return Flagged(said.id, said.revision, said.author, said.conversation.id, (ground,), self.ports.clock.now())

    async def opened(self, text: str = "You fool.", **others: Any) -> Message:
        """A message with an open case."""
        said = self.said(text, **others)
        await self.do(self.cog.flagged(self.flag(said)))
        return said

    async def press(self, choice: str, *, label: str = "case:1", by: str = "Noor", **others: Any) -> list[Any]:
        where = others.pop("conversation", room("moderators"))
        at = self.ports.clock.now()
        event = answered("review", label, choice, by=by, conversation=where, at=at, **others)
        return await self.do(self.cog.answered(event))

    async def vanish(self, said: Message) -> list[Any]:
        del self.ports.stored[said.id]
        return await self.do(self.cog.text_changed(deleted(said)))

    async def case(self, number: int = 1, community: int = 0) -> Case | None:
        return await self.ports.of(Case).get(self.ports.known[community].id, number)


@pytest.fixture
def bench(ports):
    return _bench(ports)


@pytest.fixture
def new_bench(new_ports):
    """Makes a fresh one at each call, for tests that live through many histories."""
    return lambda: _bench(new_ports())


def _bench(ports: Any) -> Bench:
    ports.values = ReviewSettings()
    cog = Review(history=ports, directory=ports, tables=ports, settings=ports, catalog=ports, audit=ports)
    return Bench(ports, cog)


@pytest.fixture
def two_communities(bench):
    """A second community with its own moderators' room; its case 1 is about the text "Parks secret"."""
    other = community("otherton", rooms=(room("parks"),), review_room=room("parks-desk"), moderators=("Pia",))
    bench.ports.known.append(other)
    return other
