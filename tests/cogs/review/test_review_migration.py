"""A store that the first release wrote: its cases and reports are there afterwards, and can be gone on with."""

from dataclasses import fields, make_dataclass
from typing import get_type_hints

from bot.api import ConversationId, Ground, MemberId, MessageId
from bot.domain.effect import Put
from bot.ports.stores import Outcome
from bot.ports.tables import CreateTable, Migration, declaration, table
from bot.storage.store import open_store
from bot.testing.clock import START
from bot.testing.harness import harness
from cogs.review.rows import Action, Case, Report, Shown, State


def as_released(row, *newer):
    """The row class as it was before these columns."""
    hints, declared = get_type_hints(row), declaration(row)
    older = [(one.name, hints[one.name]) for one in fields(row) if one.name not in newer]
    made = make_dataclass(row.__name__, older, frozen=True)
    return table(declared.name, key=declared.key, index=declared.index)(made)


OldCase, OldReport = as_released(Case, "failed", "decision"), as_released(Report, "automatic")


def old_case(number, **decided):
    values = {
        "community": "tarnwick",
        "number": number,
        "message": MessageId(f"fake:old{number}"),
        "revision": 0,
        "author": MemberId("fake:ben"),
        "conversation": ConversationId("fake:square"),
        "grounds": (Ground("respect", "It reads as an attack."),),
        "opened_at": START,
        "state": State.OPEN,
        "action": Action.NONE,
        "reason": "",
        "decided_by": None,
        "decided_at": None,
        "cleared": None,
        "trouble": "",
        "drawn": 3,
    }
    return OldCase(**(values | decided))


async def write_old_store(bot):
    store = await open_store(bot.config.beside(bot.config.store.path))
    await store.migrate_cog("review", [Migration(1, tuple(map(CreateTable, (OldCase, OldReport, Shown))))])
    warned = {"state": State.UPHELD, "action": Action.WARN, "decided_by": MemberId("fake:mira"), "decided_at": START}
    rows = old_case(1), old_case(2, **warned), OldReport("tarnwick", 1, MemberId("fake:zoe"), "rude", START)
    await store.journal.commit(Outcome("review", START, rows=tuple(map(Put, rows))))
    await store.aclose()


async def test_old_cases_are_decided_and_old_decisions_appealed_against(tmp_path):
    bot = harness(tmp_path, cogs=("review",))
    await write_old_store(bot)
    bot.person("Ben")
    async with bot.started():
        assert "1 open case, oldest first" in await bot.command("Mira", "!queue", where=bot.desk)
        assert "reported it: “rude”" in await bot.command("Mira", "!case 1", where=bot.desk)
        await bot.command("Mira", "!uphold 1 ban", where=bot.desk)
        assert [type(effect).__name__ for effect in bot.server.sanctions.values()] == ["Ban"]
        assert "before the moderators" in await bot.command("Ben", "!appeal 2 That was a joke.")
        assert "1 appeal, oldest first" in await bot.command("Mira", "!queue", where=bot.desk)
        assert "Case 2 is open again" in await bot.command("Noor", "!undo 2", where=bot.desk)
