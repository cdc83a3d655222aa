"""Cogs are found, given what they ask for, and swapped whole or not at all."""

import asyncio
import re
import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from typing import Any

import pytest

from bot.cog import Cog, command, listen
from bot.domain.effect import Reply
from bot.domain.event import MessagePosted
from bot.errors import CogError, StorageError
from bot.loading.find import ENTRY_POINT_GROUP, available, find, forget_modules
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


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('"hello"', '"bye"'), "bye"),  # a command that another cog has
        (("clock: Clock", "clock: Store"), "Store"),
        (("call: Invocation", "call: 'Missing'"), "hello: NameError.*Missing"),
        (("self.clock = clock", "raise ValueError"), "ValueError"),
        (('name = "greeter"', 'name = "somebody else"'), "exactly one"),
    ],
)
async def test_what_is_refused_has_not_touched_its_tables(folder: Path, change: tuple[str, str], words: str) -> None:
    log: list[str] = []
    (folder / "farewell.py").write_text(SOURCE.replace("greeter", "farewell").replace('"hello"', '"bye"'))
    cogs = loader(folder, log)
    for name in ("farewell", "greeter"):
        await cogs.load(name)
    before, module, done = cogs.registry, sys.modules["folkmoot_cog_greeter"], list(log)
    broken = SOURCE.replace(*change)
    (folder / "greeter.py").write_text(broken)
    with pytest.raises(CogError, match=f"{words}.*The old 'greeter' goes on"):
        await cogs.reload("greeter")
    assert (cogs.registry, sys.modules["folkmoot_cog_greeter"], log) == (before, module, done)
    await cogs.unload("greeter")
    with pytest.raises(CogError, match=words):
        await cogs.load("greeter")
    (folder / "greeter.py").write_text(SOURCE)
    await cogs.load("greeter")  # the mended file is read, not the module that was refused
    await cogs.unload("farewell")


async def test_whatever_fails_in_a_reload_the_old_modules_are_put_back(folder: Path) -> None:
    trouble: list[BaseException] = []

    async def migrate(_: str, __: Sequence[Migration]) -> None:
        if trouble:
            raise trouble.pop()

    async def changed(_: str | None) -> None:
        assert not trouble

    providers = {Clock: lambda _: FakeClock()}
    cogs = CogLoader([folder], providers, prepare=lambda _: None, migrate=migrate, changed=changed)
    await cogs.load("greeter")
    before, module = cogs.registry, sys.modules["folkmoot_cog_greeter"]
    for error in (StorageError("the disk is full"), asyncio.CancelledError()):
        trouble.append(error)
        with pytest.raises(type(error)):
            await cogs.reload("greeter")
        assert cogs.registry is before
        assert sys.modules["folkmoot_cog_greeter"] is module


_TYPING = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from bot.api import Board\n"
_SOUND = "    @listen\n    async def heard(self, event: MessagePosted) -> Reply: ...\n"


@pytest.mark.parametrize(
    ("body", "handler"),
    [
        ("    @listen\n    async def heard(self, event: 'Board') -> Reply: ...", "heard"),
        ("    @listen\n    async def heard(self, event: MessagePosted) -> 'Board': ...", "heard"),
        ("    @listen\n    async def heard(self) -> Reply: ...", "heard"),
        ("    @listen\n    async def heard() -> Reply: ...", "heard"),
        ("    @listen\n    async def heard(self, event, also: MessagePosted) -> Reply: ...", "heard"),
        ("    @listen\n    async def heard(self, event: [MessagePosted]) -> Reply: ...", "heard"),
        ("    @worker()\n    async def work(self, events: list) -> Reply: ...", "work"),
        ("    @worker()\n    async def work(self, events: typing.Sequence) -> Reply: ...", "work"),
        ("    @command('x', help='X')\n    async def run(self, call: 'Board') -> Reply: ...", "run"),
        ("    @command('x', help='X')\n    async def run(self) -> Reply: ...", "run|!x"),
        ("    @command('x', help='X')\n    async def run(self, call: Invocation, n: [int]) -> Reply: ...", "run|!x"),
        ("    def __init__(self, board: 'Board') -> None: ...", "__init__.*Board"),
        ("    def __init__(self, board: []) -> None: ...", "board"),
        ("    def __init__(self, board) -> None: ...", "board"),
        ("    def __init__(self, board: list) -> None: ...", "board"),
        ("    keeps = ('your words',)", "keeps"),
        ("    keeps = 5", "int"),
        ("    name = 'odd'\nraise SystemExit(3)", "SystemExit"),
        ("    def", "SyntaxError"),
    ],
)
async def test_a_cog_written_wrongly_is_named_and_stops_no_other(folder: Path, body: str, handler: str) -> None:
    header = f"import typing\nfrom bot.api import *\n{_TYPING}class Odd(Cog):\n    name = 'odd'\n"
    (folder / "odd.py").write_text(f"{header}{body}\n")
    cogs = loader(folder)
    failures = await cogs.load_all(["odd", "greeter"])
    assert list(cogs.loaded()) == ["greeter"]
    assert re.search(f"'odd'.*({handler})", str(failures["odd"]))
    assert "folkmoot_cog_odd" not in sys.modules
    (folder / "odd.py").write_text(header + _SOUND)
    await cogs.load("odd")
    await cogs.unload("odd")


def test_the_parts_of_a_package_that_fails_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "halfway"
    package.mkdir()
    (package / "__init__.py").write_text("from halfway import rows\nraise RuntimeError")
    (package / "rows.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint("halfway", "halfway", ENTRY_POINT_GROUP)
    monkeypatch.setattr("bot.loading.find.entry_points", lambda **_: EntryPoints([point]))
    with pytest.raises(CogError, match="'halfway' cannot be imported: RuntimeError"):
        find("halfway", [])
    assert not [name for name in sys.modules if name.startswith("halfway")]


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
