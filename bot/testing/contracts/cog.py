"""What every cog that keeps something about members must do: show it, hand it over, let go of it."""

import json
from dataclasses import asdict, is_dataclass
from typing import Any, get_args, get_type_hints

from bot.cog import Cog
from bot.domain.ids import MemberId, MessageId
from bot.ports.stores import Store
from bot.ports.tables import CreateTable, DropTable, declaration
from bot.registry import LoadedCog
from bot.testing.harness import Harness

_MOST = 10_000
"""Messages of one member in a test."""


def rows_of(cog: type[Cog]) -> list[type[Any]]:
    """The kinds of rows in the tables that a cog's migrations leave behind."""
    made: dict[str, type[Any]] = {}
    for migration in cog.migrations:
        for step in migration.steps:
            match step:
                case CreateTable(row=row):
                    made[declaration(row).name] = row
                case DropTable(name=name):
                    made.pop(name, None)
    return list(made.values())


def leads_to_people(kind: object) -> bool:
    """Whether a row's columns hold, at any depth, the id of a member or of what one wrote."""
    if kind in (MemberId, MessageId):
        return True
    inside = get_type_hints(kind).values() if is_dataclass(kind) else get_args(kind)
    return any(leads_to_people(part) for part in inside)


async def check_members_rights(bot: Harness, cog: str, name: str) -> None:
    """Check that a running cog exports all that it keeps about somebody by name, and forgets it when they are erased.

    Have that person do before whatever makes the cog keep something: where a table that leads to people holds nothing
    about them, there is nothing to check, and that is an error, too.
    """
    loaded, member = bot.app.loader.registry.cogs[cog], bot.person(name).id
    kinds = [row for row in rows_of(type(loaded.cog)) if leads_to_people(row)]
    assert kinds, f"cog '{cog}' has no table that leads to people"
    assert type(loaded.cog).keeps, f"cog '{cog}' has rows about members: `keeps` must say what, why and how long"
    exported = json.dumps(await loaded.cog.export(member))
    written = [message.id for message in await bot.app.store.records.messages_of(member, _MOST)]
    for kind in kinds:
        rows = await _rows_about(bot.app.store, loaded, kind, member, *written)
        assert rows, f"cog '{cog}': no row in '{declaration(kind).name}' is about {name}; let them do what makes one"
        for row in rows:
            missing = [value for value in _named_by(row, kind) if value != member and value not in exported]
            assert not missing, f"cog '{cog}': export leaves out {missing} of {row}"
    await bot.command(name, "!forget-me erase everything")
    for kind in kinds:
        left = await _rows_about(bot.app.store, loaded, kind, member)
        assert not left, f"cog '{cog}': still keeps {left}"
    assert member not in json.dumps(await loaded.cog.export(member)), f"cog '{cog}': export is not empty after forget"


async def _rows_about(store: Store, loaded: LoadedCog, kind: type[Any], *ids: str) -> list[Any]:
    rows = await store.tables(loaded.name).of(kind).find()
    return [row for row in rows if any(f'"{one}"' in json.dumps(asdict(row), default=str) for one in ids)]


def _named_by(row: Any, kind: type[Any]) -> list[str]:
    """What of the row's key can be told from other rows: the text in it."""
    return [value for key in declaration(kind).key if isinstance(value := getattr(row, key), str)]
