"""The part of the store's contract that says how cogs keep tables of their own."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum, StrEnum

import pytest

from bot.domain.effect import Put, Remove, Swap, Upsert
from bot.domain.ids import MemberId
from bot.domain.moderation import Ground
from bot.errors import CogError, Conflict
from bot.ports.stores import Outcome, Store, StoreFactory
from bot.ports.tables import AddColumn, AtLeast, Below, CreateTable, DropTable, Migration, OneOf, Rows, table
from bot.testing import factories
from bot.testing.contracts.store_opened import NOW, OpenedStore


class State(StrEnum):
    OPEN = "open"
    DECIDED = "decided"


class Weight(IntEnum):
    LIGHT = 2
    HEAVY = 10


@table("cases", key=("community", "number"), index=(("community", "state"),))
@dataclass(frozen=True, slots=True)
class Case:
    community: str
    number: int
    state: State = State.OPEN
    weight: Weight = Weight.LIGHT
    score: float = 0.5
    urgent: bool = False
    token: bytes = b""
    opened_at: datetime = NOW
    moderator: MemberId | None = None
    grounds: tuple[Ground, ...] = ()
    note: str | None = None


@table("cases", key=("community", "number"))
@dataclass(frozen=True, slots=True)
class EarlyCase:
    """`Case` as it was before columns were added."""

    community: str
    number: int


_FIRST = Migration(1, (CreateTable(Case),))


class RowsContract(OpenedStore):
    @staticmethod
    async def _rows(store: Store, *rows: Case) -> Rows[Case]:
        await store.migrate_cog("review", [_FIRST])
        await store.journal.commit(Outcome("review", NOW, rows=tuple(map(Put, rows))))
        return store.tables("review").of(Case)

    async def test_every_kind_of_value_comes_back(self, stores: StoreFactory) -> None:
        full = Case(
            "tarnwick",
            7,
            State.DECIDED,
            Weight.HEAVY,
            0.1 + 0.2,
            urgent=True,
            token=b"\x00\xff",
            opened_at=datetime(2026, 3, 1, 12, 0, 0, 1, timezone(timedelta(hours=2))),
            moderator=MemberId("fake:noor"),
            grounds=(factories.ground(score=0.7), factories.ground("rude")),
            note="'; DROP TABLE messages; -- 🚌",
        )
        async with stores.open() as store:
            await self._rows(store, full, Case("tarnwick", 8))
        async with stores.open() as store:
            rows = store.tables("review").of(Case)
            assert await rows.get("tarnwick", 7) == full
            assert await rows.get("tarnwick", 8) == Case("tarnwick", 8)
            assert await rows.get("tarnwick", 9) is None

    async def test_rows_are_found_sorted_and_counted(self, store: Store) -> None:
        cases = [
            Case("a", 1, score=0.1, weight=Weight.HEAVY),
            Case("a", 2, State.DECIDED, score=0.9),
            Case("b", 3, score=0.5, note="n"),
        ]
        rows = await self._rows(store, *cases)
        assert await rows.find({"community": "a"}, order=["-number"]) == [cases[1], cases[0]]
        assert await rows.find({"score": AtLeast(0.5)}, order=["score"]) == [cases[2], cases[1]]
        assert await rows.find({"score": Below(0.5)}) == [cases[0]]
        assert await rows.find({"number": OneOf([1, 3])}, order=["number"]) == [cases[0], cases[2]]
        assert await rows.find({"state": State.DECIDED}) == [cases[1]]
        assert await rows.find({"note": None}, order=["number"], limit=1) == [cases[0]]
        assert await rows.find({"weight": AtLeast(Weight.HEAVY)}) == [cases[0]]
        assert await rows.find({"opened_at": Below(NOW)}) == []
        assert await rows.find({"number": OneOf([])}) == []
        assert [await rows.count(), await rows.count({"community": "b"})] == [len(cases), 1]

    async def test_an_unknown_column_is_said_to_be_one(self, store: Store) -> None:
        rows = await self._rows(store)
        with pytest.raises(CogError, match="no column 'colour'"):
            await rows.find({"colour": "red"})
        with pytest.raises(CogError, match="number"):
            await rows.get("tarnwick")

    async def test_put_conflicts_when_the_key_is_taken(self, store: Store) -> None:
        rows = await self._rows(store, Case("a", 1))
        with pytest.raises(Conflict):
            await store.journal.commit(Outcome("review", NOW, rows=(Put(Case("a", 1, State.DECIDED)),)))
        assert await rows.get("a", 1) == Case("a", 1)

    async def test_swap_conflicts_when_the_row_is_no_longer_what_it_was(self, store: Store) -> None:
        old = Case("a", 1, grounds=(factories.ground(),))
        rows = await self._rows(store, old)
        decided = replace(old, state=State.DECIDED, moderator=MemberId("fake:noor"))
        await store.journal.commit(Outcome("review", NOW, rows=(Swap(old, decided),)))
        with pytest.raises(Conflict):
            await store.journal.commit(Outcome("review", NOW, rows=(Swap(old, replace(old, note="late")),)))
        with pytest.raises(Conflict):
            await store.journal.commit(Outcome("review", NOW, rows=(Swap(Case("a", 2), Case("a", 2, note="x")),)))
        assert await rows.find() == [decided]

    async def test_swaps_of_many_tasks_lose_nothing(self, store: Store) -> None:
        rows = await self._rows(store, Case("a", 1, score=0))

        async def add() -> None:
            while True:
                old = await rows.get("a", 1)
                assert old
                try:
                    await store.journal.commit(
                        Outcome("review", NOW, rows=(Swap(old, replace(old, score=old.score + 1)),))
                    )
                except Conflict:
                    continue
                return

        await asyncio.gather(*(add() for _ in range(12)))
        found = await rows.get("a", 1)
        assert found
        assert round(found.score) == len(range(12))

    async def test_upsert_and_remove_never_conflict(self, store: Store) -> None:
        rows = await self._rows(store, Case("a", 1))
        changes = (Upsert(Case("a", 1, note="new")), Upsert(Case("a", 2)), Remove(Case("a", 3)))
        await store.journal.commit(Outcome("review", NOW, rows=changes))
        assert await rows.find(order=["number"]) == [Case("a", 1, note="new"), Case("a", 2)]
        await store.journal.commit(Outcome("review", NOW, rows=(Remove(Case("a", 1)),)))
        assert await rows.find() == [Case("a", 2)]

    async def test_a_cog_sees_only_its_own_tables(self, store: Store) -> None:
        await self._rows(store, Case("a", 1))
        await store.migrate_cog("other", [_FIRST])
        assert await store.tables("other").of(Case).find() == []

    async def test_migrations_run_once_and_in_order(self, stores: StoreFactory) -> None:
        added = tuple(
            AddColumn(Case, name, value)
            for name, value in {
                "state": State.OPEN,
                "weight": Weight.HEAVY,
                "score": 0.25,
                "urgent": True,
                "token": b"t",
                "opened_at": datetime(2026, 1, 1, tzinfo=UTC),
                "moderator": None,
                "grounds": (),
                "note": "old",
            }.items()
        )
        early = Migration(1, (CreateTable(EarlyCase),))
        async with stores.open() as store:
            await store.migrate_cog("review", [early])
            await store.journal.commit(Outcome("review", NOW, rows=(Put(EarlyCase("a", 1)),)))
        async with stores.open() as store:
            for _ in range(2):
                await store.migrate_cog("review", [early, Migration(2, added)])
            old = await store.tables("review").of(Case).get("a", 1)
            assert old
            assert (old.weight, old.urgent, old.note, old.moderator) == (Weight.HEAVY, True, "old", None)

    async def test_a_column_that_is_there_already_is_left_alone(self, store: Store) -> None:
        await store.migrate_cog("review", [_FIRST, Migration(2, (AddColumn(Case, "note", "filled"),))])
        await store.journal.commit(Outcome("review", NOW, rows=(Put(Case("a", 1)),)))
        assert await store.tables("review").of(Case).get("a", 1) == Case("a", 1)

    async def test_a_dropped_table_can_be_made_anew(self, store: Store) -> None:
        await self._rows(store, Case("a", 1))
        await store.migrate_cog("review", [_FIRST, Migration(2, (DropTable("cases"), CreateTable(Case)))])
        assert await store.tables("review").of(Case).count() == 0

    async def test_tables_of_a_newer_cog_are_refused(self, store: Store) -> None:
        await store.migrate_cog("review", [_FIRST, Migration(2, (AddColumn(Case, "note", None),))])
        with pytest.raises(CogError, match="newer"):
            await store.migrate_cog("review", [_FIRST])

    async def test_a_step_that_fails_changes_nothing(self, store: Store) -> None:
        rows = await self._rows(store, Case("a", 1))
        broken = Migration(2, (DropTable("cases"), DropTable("never_made")))
        with pytest.raises(CogError, match="migration 2"):
            await store.migrate_cog("review", [_FIRST, broken])
        assert await rows.find() == [Case("a", 1)]
        await store.migrate_cog("review", [_FIRST, Migration(2, ())])
