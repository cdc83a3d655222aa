"""Whatever two moderators, members and the author do, in any order and at the same time: no case is decided twice."""

import asyncio
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.api import Edit, EffectApplied, Hide, LiftTimeout, Restore, Timeout, UserError, plain
from bot.domain.event import MessageEdited
from bot.errors import Conflict
from bot.testing.factories import deleted, reported
from cogs.review.rows import Action, Case, State

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["uphold", "hide", "timeout", "dismiss", "undo", "flag", "report", "edit", "delete", "show"]),
        st.sampled_from(["Noor", "Otto"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


class World:
    """One case; a step may be worked out before another one is stored, and then runs again, as in the dispatcher."""

    def __init__(self, bench: Any) -> None:
        self.bench = bench
        self.said = bench.said("You absolute fool.")
        self.cards: dict[str, str] = {}
        self.sanctions: Counter[type] = Counter()
        self.pending: tuple[str, str, Any] | None = None
        self.calls = 1

    async def effects(self, kind: str, who: str) -> Any:
        cog, ports = self.bench.cog, self.bench.ports
        self.calls += 1
        call = ports.call(kind, by=who)
        match kind:
            case "uphold":
                return await cog.uphold(call, 1)
            case "hide" | "timeout":
                return await cog.uphold(call, 1, Action(kind))
            case "dismiss":
                return await cog.dismiss(call, 1)
            case "undo":
                return await cog.undo(call, 1)
            case "show":
                return await cog.case(call, 1)
            case "flag":
                newest = ports.stored.get(self.said.id, self.said)
                return await cog.flagged(self.bench.flag(newest))
            case "report":
                return await cog.reported(reported(self.said, "rude", by=f"Reporter {self.calls}"))
            case "edit" if self.said.id in ports.stored:
                return await cog.text_changed(MessageEdited(ports.stored[self.said.id]))
            case _:
                return await cog.text_changed(deleted(self.said))

    async def run(self, kind: str, who: str, *, late: bool) -> None:
        if kind == "delete":
            self.bench.ports.stored.pop(self.said.id, None)
        elif kind == "edit" and self.said.id in self.bench.ports.stored:
            self.bench.ports.edit(self.bench.ports.stored[self.said.id], "You absolute fool, sorry.")
        try:
            reply = await self.effects(kind, who)
        except UserError:
            return
        if late and self.pending is None:
            self.pending = (kind, who, reply)
            return
        await self.store(kind, who, reply)
        if self.pending is not None:
            waiting, self.pending = self.pending, None
            await self.store(*waiting)

    async def store(self, kind: str, who: str, reply: Any) -> None:
        try:
            applied = self.bench.ports.apply(reply)
        except Conflict:
            try:
                applied = self.bench.ports.apply(await self.effects(kind, who))
            except UserError:
                return
        for effect in applied:
            self.sanctions[type(effect)] += 1
            if hasattr(effect, "choices"):
                self.cards[effect.label] = plain(effect.body)
                await self.arrived(effect)

    async def arrived(self, card: Any) -> None:
        """The core tells the cog that a card was posted or edited."""
        now = self.bench.ports.clock.now()
        event = EffectApplied("review", type(card).__name__, card.label, 1, card.conversation, now)
        for edit in self.bench.ports.apply(await self.bench.cog.applied(event)):
            if isinstance(edit, Edit):
                self.cards[edit.label] = plain(edit.body)


async def lived(bench: Any, steps: list[tuple[str, str, bool]]) -> World:
    world = World(bench)
    await world.store("flag", "", await world.effects("flag", ""))
    for kind, who, late in steps:
        await world.run(kind, who, late=late)
    if world.pending is not None:
        await world.store(*world.pending)
    return world


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_measures_and_cards_agree_with_the_case_after_any_history(new_bench, steps):
    bench = new_bench()
    world = asyncio.run(lived(bench, steps))
    case = next(row for row in bench.ports.of(Case).rows.values() if row.number == 1)
    standing = {Hide: world.sanctions[Hide] - world.sanctions[Restore]}
    standing[Timeout] = world.sanctions[Timeout] - world.sanctions[LiftTimeout]
    assert standing == {Hide: int(case.action is Action.HIDE), Timeout: int(case.action is Action.TIMEOUT)}
    for label, text in world.cards.items():
        if label.split(":")[1] == "1":
            assert ("Upheld by" in text or "Dismissed by" in text) is (case.state is not State.OPEN)
    if world.said.id not in bench.ports.stored:
        assert not any("absolute" in text for text in world.cards.values())
