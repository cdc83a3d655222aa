"""Cogs are found, given what they ask for, and swapped whole or not at all."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.cog import Cog, command, listen
from bot.domain.effect import Reply
from bot.domain.event import MessagePosted
from bot.errors import CogError
from bot.loading.find import available, find, forget_modules
from bot.loading.inject import build
from bot.loading.loader import CogLoader
from bot.ports.clock import Clock
from bot.ports.knowledge import History
from bot.ports.tables import Migration
from bot.registry import FoundCog, Registry, read_cog
from bot.testing.clock import FakeClock
from bot.testing.factories import posted

SOURCE = '''
from bot.api import Clock, Cog, Document, Invocation, command

class Greeter(Cog):
    """Says hello."""

    name = "greeter"

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    @command("hello", help="Say hello")
    async def hello(self, call: Invocation) -> Document:
        return Document.of("{word}")
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "greeter.py").write_text(SOURCE.format(word="hello"))
    yield tmp_path
    forget_modules("folkmoot_cog_greeter")


def loader(folder: Path, log: list[str] | None = None) -> CogLoader:
    async def migrate(cog: str, _: Sequence[Migration]) -> None:
        if log is not None:
            log.append(f"migrated {cog}")

    async def changed(cog: str | None) -> None:
        if log is not None:
            log.append(f"changed {cog}")

    clock = FakeClock()
    return CogLoader([folder], {Clock: lambda _: clock}, prepare=lambda _: None, migrate=migrate, changed=changed)


async def test_load_reload_unload(folder: Path) -> None:
    log: list[str] = []
    cogs = loader(folder, log)
    await cogs.load("greeter")
    assert cogs.loaded() == {"greeter": "Says hello."}
    first = cogs.registry
    assert first.commands.find("hello") is not None

    (folder / "greeter.py").write_text(SOURCE.format(word="good evening to you"))
    await cogs.reload("greeter")
    assert cogs.registry is not first
    assert type(cogs.registry.cogs["greeter"].cog) is not type(first.cogs["greeter"].cog)

    await cogs.unload("greeter")
    assert cogs.registry.commands.find("hello") is None
    assert "folkmoot_cog_greeter" not in sys.modules
    assert log == ["migrated greeter", "changed greeter", "migrated greeter", "changed greeter", "changed None"]


async def test_a_reload_that_fails_leaves_the_old_cog(folder: Path) -> None:
    cogs = loader(folder)
    await cogs.load("greeter")
    before, module = cogs.registry, sys.modules["folkmoot_cog_greeter"]
    (folder / "greeter.py").write_text("raise RuntimeError('half saved')")
    with pytest.raises(CogError, match=r"RuntimeError: half saved.*The old 'greeter' goes on"):
        await cogs.reload("greeter")
    assert cogs.registry is before
    assert sys.modules["folkmoot_cog_greeter"] is module


async def test_one_broken_cog_does_not_stop_the_others(folder: Path) -> None:
    (folder / "broken.py").write_text("import nowhere_at_all")
    cogs = loader(folder)
    failures = await cogs.load_all(["broken", "missing", "greeter"])
    assert set(failures) == {"broken", "missing"}
    assert "known are:" in str(failures["missing"])
    assert list(cogs.loaded()) == ["greeter"]


async def test_the_permanent_cog_stays_and_strangers_are_named(folder: Path) -> None:
    (folder / "admin.py").write_text(SOURCE.replace("greeter", "admin"))
    cogs = loader(folder)
    with pytest.raises(CogError, match="'nobody' is not loaded"):
        await cogs.unload("nobody")
    await cogs.load("greeter")
    with pytest.raises(CogError, match="loaded already"):
        await cogs.load("greeter")


def test_available_names_every_origin(folder: Path) -> None:
    names = available([folder])
    assert names["greeter"] == str(folder)
    assert names["help"] == "bundled"


@pytest.mark.parametrize("name", ["../etc", "os.path", "", "a-b"])
def test_a_name_that_is_no_name_is_never_imported(name: str, folder: Path) -> None:
    with pytest.raises(CogError, match="not a cog's name"):
        find(name, [folder])


class Curious(Cog):
    name = "curious"

    def __init__(self, history: History, clock: Clock) -> None:
        self.clock = clock


def test_an_unprovided_need_is_named() -> None:
    with pytest.raises(CogError, match="cog 'curious': nothing provides history: History"):
        build(Curious, {Clock: lambda _: FakeClock()})


def test_a_constructor_that_raises_is_a_cog_error() -> None:
    class Fragile(Cog):
        name = "fragile"

        def __init__(self, clock: Clock) -> None:
            raise ValueError("no")

    with pytest.raises(CogError, match="'fragile' cannot be built: ValueError: no"):
        build(Fragile, {Clock: lambda _: FakeClock()})


def _loaded(cog: Cog) -> Registry:
    return Registry({cog.name: read_cog(FoundCog(type(cog), "here", "here"), cog)})


def test_listeners_are_found_by_annotation() -> None:
    class Ear(Cog):
        name = "ear"

        @listen
        async def heard(self, event: MessagePosted) -> Reply: ...

    registry = _loaded(Ear())
    assert [listener.name for listener in registry.listeners(posted("hi"))] == ["heard"]


def test_a_listener_must_say_what_it_hears() -> None:
    class Vague(Cog):
        name = "vague"

        @listen
        async def heard(self, event: Any) -> Reply: ...

    with pytest.raises(CogError, match="'vague': heard must say"):
        _loaded(Vague())


def test_a_command_must_take_an_invocation() -> None:
    class Bare(Cog):
        name = "bare"

        @command("bare", help="Bare")
        async def bare(self, text: str) -> Reply: ...

    with pytest.raises(CogError, match="must take an Invocation first"):
        _loaded(Bare())
