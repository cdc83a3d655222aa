"""The process dies at every fault point that a scenario passes, starts again, and the world is as if it had not.

A scenario is played once without a death. At every point it passes, the store's files and the chat server are copied as
they are: that is all that a killed process leaves. From each copy a new bot takes the scenario to its end, and what
stands then must be what stood at the end of the undisturbed run. Points between which nothing has changed, neither a
byte of the store nor anything on the server, leave one and the same world, which is entered once.
"""

import asyncio
import copy
import hashlib
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.effect import Audience
from bot.errors import Forbidden, RateLimited
from bot.fault_points import FaultPoint, Phase, watched
from bot.testing.clock import FakeClock
from bot.testing.harness import harness
from bot.testing.server import Checkpoints

DAY = timedelta(days=1)

# --- dying ----------------------------------------------------------------------------------------------------------


async def restart(bot):
    """The step that stops the bot in order and starts it again."""


@dataclass
class World:
    """What a death leaves, and the steps that come after it."""

    folder: Path
    server: Any
    rest: Sequence[Any]
    hits: list = field(default_factory=list)

    def entered_by(self, bot):
        """Give a bot that does not run yet what another one left."""
        for file in self.folder.iterdir():
            shutil.copy(file, bot.config.path.parent / file.name)
        bot.server = copied(self.server)
        bot.clock = bot.server.clock
        return bot


@dataclass
class Recorder:
    """Keeps the world of every point that is passed from the step `first` on; -1 is the first start."""

    bot: Any
    steps: Sequence[Any]
    folder: Path
    first: int = -1
    step: int = -1
    hits: list = field(default_factory=list)
    worlds: dict = field(default_factory=dict)

    async def passed(self, point, phase):
        if self.step < self.first:
            return
        if point is FaultPoint.PLATFORM_APPLY:  # not within a transaction: wait until no other one writes the files
            async with self.bot.app.store._database._lock:
                self._keep(point, phase)
        else:
            self._keep(point, phase)

    def _keep(self, point, phase):
        path = self.bot.config.beside(self.bot.config.store.path)
        files = [file for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")) if file.exists()]
        content = b"".join(file.read_bytes() for file in files[:2])
        state = hashlib.sha256(content + repr((self.step, state_of(self.bot.server))).encode()).hexdigest()
        if state not in self.worlds:
            folder = self.folder / f"world {len(self.worlds)}"
            folder.mkdir(parents=True)
            for file in files:
                shutil.copy(file, folder)
            insists = self.step >= 0 and hasattr(self.steps[self.step], "insists")
            rest = self.steps[self.step if insists else self.step + 1 :]
            self.worlds[state] = World(folder, copied(self.bot.server), rest)
        self.worlds[state].hits.append(f"step {self.step}, {phase} {point}")
        self.hits.append((point, phase))


def copied(server):
    """A second server in the same state at the same time, with nobody connected."""
    clock = FakeClock(server.clock.time, server.clock._elapsed)
    errors = {id(trouble.error): trouble.error for trouble in server.faults._troubles}
    return copy.deepcopy(server, {id(server.clock): clock, id(server._listeners): set(), **errors})


def state_of(server):
    acknowledged = [interaction.acknowledged for interaction in server.interactions]
    troubles = [(trouble.error, trouble.times) for trouble in server.faults._troubles]
    return (server.posts(), server.sanctions, server.reactions, server.messages, acknowledged, troubles)


async def play(bot, steps, look, begun=lambda _: None):
    """Start the bot, take the steps, let time pass until every post has left; gives what `look` sees then."""
    number = -1
    while True:
        async with asyncio.timeout(60), bot.started():
            await _at_rest(bot)
            while (number := number + 1) < len(steps) and steps[number] is not restart:
                begun(number)
                await steps[number](bot)
                await _at_rest(bot)
            if number < len(steps):
                begun(number)
                continue
            await _patiently(bot)
            return await look(bot)


async def _at_rest(bot):
    await bot.clock.until_sleeping(3)  # the scheduler, the watch over the clock and the cleaning: all are done
    await bot.settle()


async def _patiently(bot):
    """Let time pass until nothing is left to do."""
    for pause in (0, 0, 1, 5, 5, 60):
        await bot.advance(timedelta(minutes=pause))
        counts = await bot.app.store.counters()
        if counts["events waiting"] == counts["posts waiting"] == 0:
            return
    pytest.fail(f"something waits for ever: {counts}")


# --- looking --------------------------------------------------------------------------------------------------------

_ORDER = {"journal", "handled", "cursors", "sequences", "outbox", "prompts", "audit"}
"""Tables that also hold in which order things came about; what matters of them is looked at in other ways."""

_CHANCE = {"pseudonyms", "salts", "erasures"}
_PASSING = {"number": "messages", "deleted_at": "messages", "drawn": "cog_review__cases", "claimed_at": "occurrences"}
"""Columns that tell of the way to the world, not of the world."""


async def world_of(bot):
    """All that anybody could notice, without the numbers that tell in which order it came about."""
    store = bot.app.store
    seen = {table: rows for table, rows in _rows(bot).items() if table not in _ORDER | _CHANCE}
    public = [_post(post) for post in bot.server.posts() if post.audience not in (Audience.ASKER, Audience.ASIDE)]
    seen["posts"] = Counter(post for post in public if not _notice(post[0], post[1]))
    seen["settled"] = Counter({row: count for row, count in seen["settled"].items() if not _notice(row[1], row[0])})
    seen["measures"] = Counter(map(str, bot.server.sanctions.values()))
    seen["messages there"] = sorted(bot.server.messages)
    for community in ("tarnwick", "far"):
        trail = await store.audit.recent(community, limit=999)
        seen[f"trail of {community}"] = Counter(
            (one.action, one.subject, one.actor, tuple(sorted(one.details.items()))) for one in trail
        )
        assert await store.audit.verify(community) is None
    return seen


def _notice(where, cog):
    """What the core tells moderators of trouble once a day: news of the moment, which a death may swallow or repeat."""
    return (where, cog) == ("fake:desk", "core")


def _post(post):
    return (post.conversation, post.cog, post.text, tuple(choice.id for choice in post.choices), post.attachment)


def _rows(bot):
    with sqlite3.connect(bot.config.beside(bot.config.store.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {table: _of(connection, table) for table in tables}
        when_it_was_sure_of_the_date = "SELECT * FROM checkpoints WHERE platform = 'retention'"
        rows["checkpoints"] -= Counter(connection.execute(when_it_was_sure_of_the_date))
        rows["settled"] = Counter(
            connection.execute("SELECT cog, conversation, kind, label, state FROM outbox WHERE kind != 'Edit'")
        )
        rows["unknown"] = Counter({row: count for row, count in rows["settled"].items() if row[-1] == "unknown"})
        rows["standing prompts"] = Counter(connection.execute("SELECT cog, conversation, ask, open FROM prompts"))
    connection.close()
    return rows


def _of(connection, table):
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if _PASSING.get(row[1]) != table]
    return Counter(connection.execute(f"SELECT {', '.join(columns)} FROM {table}"))


def private(bot):
    return Counter(_post(post) for post in bot.server.posts() if post.audience in (Audience.ASKER, Audience.ASIDE))


# --- scenarios ------------------------------------------------------------------------------------------------------


def says(name, text, where="square"):
    async def step(bot):
        await bot.say(name, text, where=getattr(bot, where))

    return step


def together(*steps):
    """Things that happen in one breath, before the bot hears of any."""

    async def step(bot):
        for act in steps:
            act(bot)
        await bot.settle()

    return step


def later(**time):
    async def step(bot):
        await bot.advance(timedelta(**time))

    return step


async def an_hour_later(bot):
    """Words whose time is up are deleted every hour, and old events."""
    await bot.advance(timedelta(hours=1))


def find(bot, text):
    return next(message for message in bot.server.messages.values() if message.text == text)


def edits(old, new):
    async def step(bot):
        await bot.edit(find(bot, old), new)

    return step


def deletes(text):
    async def step(bot):
        await bot.delete(find(bot, text))

    return step


def presses(name, choice):
    async def step(bot):
        for card in bot.posts(bot.desk):
            if choice in [one.id for one in card.choices]:
                await bot.press(name, card, choice)

    return step


def presses_until_it_works(name, choice):
    """An interaction that was acknowledged is not delivered again: whose press came to nothing presses again."""
    step = presses(name, choice)
    step.insists = True
    return step


def trouble(error):
    def act(bot):
        bot.server.faults.trouble(error, room=bot.square.id)

    return act


def flood(count):
    def act(bot):
        for number in range(count):
            text = f"You are an idiot, {number}." if number % 16 == 7 else f"Buses, point {number}."
            bot.server.post(bot.person(f"Person {number % 3}"), bot.square, text)

    return act


def post(name, text):
    def act(bot):
        bot.server.post(bot.person(name), bot.square, text)

    return act


@dataclass
class Scenario:
    """`first`: the step from which on it dies; those before are another scenario's matter."""

    cogs: tuple[str, ...]
    steps: tuple[Callable, ...]
    crosses: set[FaultPoint]
    first: int = 0
    checkpoints: Checkpoints = Checkpoints.ONE_TOKEN


ATTACK = "You are an idiot."
P = FaultPoint
_TALK = {P.INGEST, P.COMMIT, P.FINISH}
_POST = {P.LEASE, P.PLATFORM_APPLY, P.APPLIED}

SCENARIOS = {
    "the first start, and an attack": Scenario(
        ("civility", "review"), (says("Ben", ATTACK),), {P.CORE_UPGRADE, P.COG_MIGRATION, P.RECLAIM} | _TALK | _POST, -1
    ),
    "many messages at once": Scenario(("civility", "review"), (together(flood(40)),), _TALK | _POST),
    "a decision that is undone": Scenario(
        ("civility", "review"),
        (says("Ben", ATTACK), presses("Mira", "hide"), presses("Noor", "undo")),
        _TALK | _POST,
        2,
    ),
    "a warning and a timeout": Scenario(
        ("civility", "review"),
        (
            says("Ben", ATTACK),
            says("Cem", "You are a liar."),
            says("Mira", "!uphold 1 warn", "desk"),
            says("Mira", "!uphold 2 timeout", "desk"),
        ),
        _TALK | _POST,
        2,
    ),
    "a ban, and an appeal that is heard": Scenario(
        ("civility", "review"),
        (
            says("Ben", ATTACK),
            says("Mira", "!uphold 1 ban", "desk"),
            says("Ben", "!appeal 1 It was my brother."),
            says("Noor", "!undo 1", "desk"),
        ),
        _TALK | _POST,
        1,
    ),
    "words that change and go": Scenario(
        ("civility", "review"),
        (says("Ben", ATTACK), edits(ATTACK, "You are a liar."), deletes("You are a liar.")),
        _TALK | _POST,
        1,
    ),
    "a weekly prompt": Scenario(
        ("reading",), (says("Mira", "!weekly tue 18:00", "desk"), later(days=1)), {P.PLAN, P.CLAIM} | _TALK | _POST
    ),
    "commands": Scenario(
        ("admin", "civility", "help"),
        (says("Mira", "!set civility.threshold 0.9", "desk"), says("Ben", "!watch"), says("Ben", "!nonsense")),
        _TALK | _POST,
    ),
    "old words go": Scenario(
        ("civility", "review"),
        (says("Ben", ATTACK), later(days=31), later(days=2), an_hour_later),
        _TALK | {P.PRUNE, P.TIDY},
        1,
    ),
    "a platform that refuses": Scenario(
        ("reading", "review", "help"),
        (
            together(trouble(RateLimited(30)), post("Mira", "!help")),
            together(trouble(Forbidden("post", "square", "send messages")), post("Noor", "!help")),
        ),
        {P.RETRY, P.FAILED} | _TALK,
    ),
    "a restart": Scenario(("civility", "review", "reading"), (says("Ben", ATTACK), restart), {P.RECLAIM, P.HASTEN}, 1),
    "somebody is forgotten": Scenario(
        ("civility", "review", "privacy"),
        (says("Ben", ATTACK), says("Ben", "!forget-me erase everything")),
        _TALK | _POST | {P.ERASE},
        1,
    ),
    "presses that have to be acknowledged": Scenario(
        ("civility", "review"),
        (says("Ben", ATTACK), presses_until_it_works("Mira", "hide")),
        _TALK | _POST,
        1,
        Checkpoints.PER_ROOM,
    ),
}


@pytest.fixture
def new_bot(tmp_path):
    def make(scenario, name):
        folder = tmp_path / name
        folder.mkdir()
        bot = harness(
            folder,
            cogs=scenario.cogs,
            sections={"civility": {"rule": "respect"}} if "civility" in scenario.cogs else {},
        )
        bot.server.checkpoints = scenario.checkpoints
        return bot

    return make


ELSEWHERE = {P.CARRY_OVER, P.KEEP_ASIDE, P.DECIDE, P.DROP_LOG, P.PUT_IN_PLACE, P.NOTE}
"""Points of `folkmoot restore`, whose deaths are tested with it: no bot runs then. And notes that an adapter writes
apart from its batches: the fake platform has none, and deaths there are the store's and the adapters' own matter."""


def test_every_point_is_crossed_by_some_scenario():
    crossed = set().union(*(scenario.crosses for scenario in SCENARIOS.values()))
    assert crossed | ELSEWHERE == set(FaultPoint)
    assert crossed & ELSEWHERE == set()


@pytest.mark.parametrize("name", SCENARIOS)
async def test_whoever_dies_comes_back_to_the_same_world(name, new_bot, tmp_path):
    scenario = SCENARIOS[name]
    bot = new_bot(scenario, "undisturbed")
    recorder = Recorder(bot, scenario.steps, tmp_path / "worlds", scenario.first)

    def begun(step):
        recorder.step = step

    with watched(recorder.passed):
        expected = await play(bot, scenario.steps, world_of, begun)
    whispers = private(bot)
    assert scenario.crosses <= {point for point, _ in recorder.hits}
    for point in scenario.crosses - {P.PLATFORM_APPLY}:
        assert {phase for hit, phase in recorder.hits if hit is point} == set(Phase)

    wrong = {}
    for number, world in enumerate(recorder.worlds.values()):
        bot = world.entered_by(new_bot(scenario, f"after death {number}"))
        found = await play(bot, world.rest, world_of)
        differences = {
            part: (Counter(expected[part]) - Counter(found[part]), Counter(found[part]) - Counter(expected[part]))
            for part in expected
            if expected[part] != found[part]
        }
        if found["unknown"]:
            differences = told_of(found, expected, differences)
        elif set(private(bot)) != set(whispers):
            differences["whispers"] = private(bot)
        if differences:
            wrong[tuple(world.hits)] = differences
    assert wrong == {}


def told_of(found, expected, differences):
    """Whether a private word arrived nobody can look up: it is not said again, and moderators hear of a letter."""
    letters = sum(kind in {"DirectMessage", "Warn"} for _, _, kind, _, _ in found["unknown"].elements())
    words = [text for (_, _, text, _, _) in found["posts"].elements() if "may or may not have arrived" in text]
    allowed = {"unknown", "settled"} | (
        {"posts", "cog_review__cases", "standing prompts"} if letters and words else set()
    )
    left = {part: difference for part, difference in differences.items() if part not in allowed}
    doubt = any(kind == "Warn" for _, _, kind, _, _ in found["unknown"])
    return {part: difference for part, difference in left.items() if not (doubt and _is_one_warning(part, difference))}


def _is_one_warning(part, difference):
    """Whether all the difference is one warning, of which the trail says that it may or may not have arrived."""
    missing, new = (list(lines.elements()) for lines in difference)
    if part == "measures":
        return len(missing) == 1 and missing[0].startswith("Warn(") and new == []
    if not part.startswith("trail of "):
        return False
    missing, new = ([(action, dict(details).get("effect")) for action, _, _, details in lines] for lines in difference)
    return (missing, new) == ([("sanction.applied", "Warn")], [("sanction.unknown", "Warn")])
