from dataclasses import dataclass

import pytest

from bot.domain.effect import Put
from bot.errors import CogError
from bot.ports.stores import Outcome
from bot.ports.tables import AddColumn, CreateTable, DropTable, Migration, table
from bot.testing.contracts.store_opened import NOW
from bot.testing.contracts.store_rows import Case


@table("notes", key=("id",), index=(("missing",),))
@dataclass(frozen=True, slots=True)
class WithoutItsIndex:
    id: int


@table("notes; DROP TABLE audit", key=("id",))
@dataclass(frozen=True, slots=True)
class Injected:
    id: int


@dataclass(frozen=True, slots=True)
class Undeclared:
    id: int


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (CreateTable(WithoutItsIndex), "no column 'missing'"),
        (CreateTable(Injected), "cannot name a table"),
        (DropTable("Notes__x"), "cannot name a table"),
        (AddColumn(Case, "colour", None), "no field 'colour'"),
    ],
)
async def test_a_step_that_makes_no_sense_is_refused_in_words(store, step, words):
    with pytest.raises(CogError, match=words):
        await store.migrate_cog("review", [Migration(1, (step,))])


async def test_migrations_must_be_numbered_without_a_gap(store):
    with pytest.raises(CogError, match="numbered 1, 2, 3"):
        await store.migrate_cog("review", [Migration(2, ())])


async def test_names_that_run_together_do_not_meet(store):
    """`a_b` with `c` and `a` with `b_c` are different tables."""

    @table("c", key=("id",))
    @dataclass(frozen=True, slots=True)
    class Short:
        id: int

    @table("b_c", key=("id",))
    @dataclass(frozen=True, slots=True)
    class Long:
        id: int

    await store.migrate_cog("a_b", [Migration(1, (CreateTable(Short),))])
    await store.migrate_cog("a", [Migration(1, (CreateTable(Long),))])
    await store.journal.commit(Outcome("a", NOW, rows=(Put(Long(1)),)))
    assert await store.tables("a_b").of(Short).count() == 0


async def test_rows_without_a_table_are_the_cogs_fault(store):
    with pytest.raises(CogError, match=r"no such table.*which migration makes it"):
        await store.journal.commit(Outcome("review", NOW, rows=(Put(Case("a", 1)),)))
    with pytest.raises(CogError, match="no such table"):
        await store.tables("review").of(Case).find()
    for row in (Undeclared, Undeclared(1), Case("a", 1)):
        with pytest.raises(CogError, match="is not declared with @table"):
            store.tables("review").of(row)
