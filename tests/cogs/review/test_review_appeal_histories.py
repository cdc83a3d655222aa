"""Whatever the member and two moderators press, in any order, repeated and at the same time: one outcome, told once."""

import asyncio
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.api import Ban, DirectMessage, Kick, Standing, Unban, UserError, Warn, plain
from bot.errors import Conflict
from bot.testing.factories import answered, member, room
from cogs.review import letters
from cogs.review.rows import Action, Appeal, AppealState, Case, State

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["warn", "ban", "kick", "undo", "appeal", "!appeal", "old appeal", "keep", "!keep", "grant"]),
        st.sampled_from(["Noor", "Otto"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=14,
)


class World:
    """One case; a step may be worked out before another one is stored, and then runs again, as in the dispatcher."""

    def __init__(self, bench: Any) -> None:
        self.bench = bench
        self.labels: list[str] = []
        self.sent: Counter[str] = Counter()
        self.measures: Counter[type] = Counter()
        self.letters: list[str] = []
        self.pending: tuple[str, str, Any] | None = None

    async def effects(self, kind: str, who: str) -> Any:
        cog, ports = self.bench.cog, self.bench.ports
        call = ports.call(kind, by=who)
        match kind:
            case "warn" | "ban" | "kick":
                return await cog.uphold(call, 1, Action(kind))
            case "undo":
                return await cog.undo(call, 1)
            case "!keep":
                return await cog.keep(call, 1, "no")
            case "keep" | "grant":
                return await self.pressed(kind, "case:1", who, room("moderators"))
            case "!appeal":
                own = ports.call(kind, by="Mira", conversation=room(), standing=Standing.MEMBER)
                return await cog.appeal(own, 1, "unfair")
            case _ if not self.labels:
                return []
            case _:
                return await self.pressed(
                    letters.APPEAL, self.labels[0 if kind == "old appeal" else -1], "Mira", room()
                )

    async def pressed(self, choice: str, label: str, who: str, where: Any) -> Any:
        fields, at = {"why": "unfair", "words": "so"}, self.bench.ports.clock.now()
        event = answered("review", label, choice, by=who, conversation=where, at=at, fields=fields)
        return await self.bench.cog.answered(event)

    async def run(self, kind: str, who: str, *, late: bool) -> None:
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
            self.measures[type(effect)] += 1
            if isinstance(effect, DirectMessage | Warn):
                self.sent[effect.label] += 1
                self.letters.append(plain(effect.body))
                if effect.choices:
                    self.labels.append(effect.label)


async def lived(bench: Any, steps: list[tuple[str, str, bool]]) -> World:
    world = World(bench)
    await bench.opened("You fool.", author=member("Mira"))
    for kind, who, late in steps:
        await world.run(kind, who, late=late)
    if world.pending is not None:
        await world.store(*world.pending)
    return world


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_every_appeal_has_one_outcome_that_is_told_once(new_bench, steps):
    bench = new_bench()
    world = asyncio.run(lived(bench, steps))
    (case,) = bench.ports.of(Case).rows.values()
    appeals = list(bench.ports.of(Appeal).rows.values())
    assert world.measures[Ban] - world.measures[Unban] == int(case.action is Action.BAN)
    assert world.measures[Kick] <= sum(label.count(":") == 2 for label in world.sent), "nobody goes without a letter"
    assert set(world.sent.values()) <= {1}, "no letter is written twice"
    told = {state: [] for state in AppealState}
    for appeal in appeals:
        told[appeal.state].append(appeal.decision)
        assert (appeal.settled_by is None) is (appeal.state is AppealState.OPEN)
    for state, word in ((AppealState.KEPT, "kept"), (AppealState.GRANTED, "granted")):
        assert {label for label in world.sent if label.endswith(word)} == {f"letter:1:{n}:{word}" for n in told[state]}
    assert told[AppealState.OPEN] in ([], [case.decision])
    if told[AppealState.OPEN]:
        assert case.state is State.UPHELD, "an appeal is open only against what stands"
    text = plain(asyncio.run(bench.cog.queue(bench.ports.call("queue"))))
    assert ("1 appeal," in text) is bool(told[AppealState.OPEN])
    assert ("1 open case," in text) is (case.state is State.OPEN)
    trail = Counter(entry.action for entry in bench.ports.entries)
    assert (trail["case.appealed"], trail["case.kept"]) == (len(appeals), len(told[AppealState.KEPT]))
    assert trail["case.upheld"] == case.decision
    assert not any(name in text for text in world.letters for name in ("Noor", "Otto")), "who decided is not told"
