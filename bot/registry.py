"""Everything the loaded cogs declare, immutable: a reload builds a new registry and swaps one reference."""

from __future__ import annotations

import collections.abc
import inspect
import types
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any, Union, get_args, get_origin, get_type_hints

from bot.cog import Cog, CommandMark, JobMark, Kept, ListenMark, Mark, WorkMark, mark_of
from bot.commands.spec import CommandSpec, read_command
from bot.commands.table import CommandTable
from bot.domain.effect import Reply
from bot.domain.event import CogStarted, EffectApplied, EffectFailed, Event, JobDue, PromptAnswered
from bot.domain.ids import MemberId
from bot.errors import CogError
from bot.ownership import Owner

Handle = Callable[..., Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class FoundCog:
    """A cog's class and the top module it was imported from, by which a reload imports it anew."""

    type: type[Cog]
    module: str
    origin: str


@dataclass(frozen=True, slots=True)
class Listener:
    cog: str
    name: str
    kinds: tuple[type[Any], ...]
    handle: Handle


@dataclass(frozen=True, slots=True)
class Worker:
    cog: str
    name: str
    kinds: tuple[type[Any], ...]
    batch: int
    handle: Handle

    @property
    def kind_names(self) -> tuple[str, ...]:
        return tuple(kind.__name__ for kind in self.kinds)


@dataclass(frozen=True, slots=True)
class LoadedCog:
    """One cog's declarations, read once when it is loaded.

    What its handlers, `export` and `forget` start on the event loop belongs to `owner`.
    """

    found: FoundCog
    cog: Cog
    owner: Owner
    commands: tuple[CommandSpec, ...]
    listeners: tuple[Listener, ...]
    workers: tuple[Worker, ...]
    jobs: Mapping[str, Handle]

    @property
    def name(self) -> str:
        return self.cog.name

    @property
    def description(self) -> str:
        return description_of(type(self.cog))

    async def export(self, member: MemberId) -> Mapping[str, Any]:
        return await self.owner.run("export", self.cog.export, member)

    async def forget(self, member: MemberId) -> Reply:
        return await self.owner.run("forget", self.cog.forget, member)


class Registry:
    """The loaded cogs by name, and their declarations by what the dispatcher looks for."""

    def __init__(self, cogs: Mapping[str, LoadedCog] | None = None) -> None:
        """Raises CogError where two cogs declare the same command."""
        self.cogs: Mapping[str, LoadedCog] = MappingProxyType(dict(cogs or {}))
        self.commands = CommandTable(spec for cog in self.cogs.values() for spec in cog.commands)
        self.workers = tuple(worker for cog in self.cogs.values() for worker in cog.workers)
        self._listeners: dict[type[Any], list[Listener]] = {}
        for cog in self.cogs.values():
            for listener in cog.listeners:
                for kind in listener.kinds:
                    self._listeners.setdefault(kind, []).append(listener)

    def listeners(self, event: Event) -> Iterable[Listener]:
        """Who hears an event; one that names a cog is heard by that cog only."""
        heard = self._listeners.get(type(event), ())
        owner = addressee(event)
        return heard if owner is None else [listener for listener in heard if listener.cog == owner]

    def listens(self, cog: str, kind: type[Any]) -> bool:
        return any(listener.cog == cog for listener in self._listeners.get(kind, ()))

    def job(self, cog: str, name: str) -> Handle | None:
        loaded = self.cogs.get(cog)
        return loaded.jobs.get(name) if loaded else None

    def with_cog(self, cog: LoadedCog) -> Registry:
        return Registry({**self.cogs, cog.name: cog})

    def without(self, name: str) -> Registry:
        return Registry({key: cog for key, cog in self.cogs.items() if key != name})


def description_of(cog: type[Cog]) -> str:
    """The first line of a cog's docstring."""
    return (cog.__doc__ or "").strip().partition("\n")[0]


def addressee(event: Event) -> str | None:
    """The one cog that an event is meant for, if it is."""
    owned = CogStarted | JobDue | PromptAnswered | EffectApplied | EffectFailed
    return event.cog if isinstance(event, owned) else None


def read_cog(found: FoundCog, cog: Cog, owner: Owner | None = None) -> LoadedCog:
    """Collect a cog's marked handlers.

    Args:
        found: where it came from.
        cog: the instance.
        owner: whose its tasks are; a new one unless its constructor ran under one.

    Raises:
        CogError: a handler's signature does not fit its mark, or `keeps` is not what `!privacy` can show.
    """
    owner = owner or Owner(cog.name)
    _require_words(cog)
    commands: list[CommandSpec] = []
    listeners: list[Listener] = []
    workers: list[Worker] = []
    jobs: dict[str, Handle] = {}
    for name, handler, mark in _marked(cog):
        handle = partial(owner.run, name, handler)
        try:
            match mark:
                case CommandMark():
                    commands.append(replace(read_command(cog.name, mark, handler), handler=handle))
                case ListenMark():
                    listeners.append(Listener(cog.name, name, _event_kinds(cog, name, handler), handle))
                case WorkMark(batch=batch):
                    workers.append(Worker(cog.name, name, _event_kinds(cog, name, handler), batch, handle))
                case JobMark(name=job_name):
                    jobs[job_name] = handle
        except CogError:
            raise
        except Exception as error:  # a signature is whatever its author wrote
            raise CogError(f"cog '{cog.name}': {name}: {type(error).__name__}: {error}") from error
    return LoadedCog(found, cog, owner, tuple(commands), tuple(listeners), tuple(workers), jobs)


def _require_words(cog: Cog) -> None:
    """What a cog says about members' data is shown together with that of all others."""
    if not all(isinstance(one, Kept) and all(isinstance(text, str) for text in astuple(one)) for one in cog.keeps):
        raise CogError(f"cog '{cog.name}': keeps is a tuple of Kept(what, why, until), each in words")


def _marked(cog: Cog) -> Iterable[tuple[str, Handle, Mark]]:
    for name in dir(type(cog)):
        mark = mark_of(getattr(type(cog), name, None))
        if mark is not None:
            yield name, getattr(cog, name), mark


def _event_kinds(cog: Cog, name: str, handler: Handle) -> tuple[type[Any], ...]:
    hints = get_type_hints(handler)
    first = next(iter(inspect.signature(handler).parameters), "")
    hint = hints.get(first)
    if get_origin(hint) in (collections.abc.Sequence, list, tuple):
        hint = next(iter(get_args(hint)), None)
    kinds = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    known = get_args(Event)
    if not all(kind in known for kind in kinds):
        raise CogError(f"cog '{cog.name}': {name} must say by annotation which events it takes")
    return tuple(kinds)
