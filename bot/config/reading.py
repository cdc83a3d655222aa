"""Read a configuration file; everything that is wrong with it is said at once."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.config.core import (
    CogsSection,
    CommandsSection,
    CommunitySection,
    ConsoleSection,
    Core,
    LimitsSection,
    LogSection,
    ModelsSection,
    MonitoringSection,
    RecordSection,
    StoreSection,
)
from bot.config.discord import DiscordSection
from bot.config.lines import Location, line_of, lines_of
from bot.config.matrix import MatrixSection
from bot.config.problems import Problem, nearest, path_of, problems_of, refusal
from bot.config.secret import is_secret
from bot.config.section import Section
from bot.errors import ConfigError

SAFE_COGS = ("admin",)
"""What safe mode loads, also where the configuration does not."""

AnySection = TypeVar("AnySection", bound=Section)
SectionModels = Mapping[str, type[Section] | None]
"""Cog name to the model of its section: `Section` itself for one without settings, None for one that is not loaded."""


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration that was read and checked. `Config()` is the one that holds without a file.

    `left_out` are the cogs that safe mode does without; None in a normal run.
    """

    path: Path = Path("config.toml")
    core: Core = field(default_factory=Core)
    cog_tables: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[Location, int] = field(default_factory=dict)
    left_out: tuple[str, ...] | None = None

    def in_safe_mode(self) -> "Config":
        """The same without models, and without cogs but the one that can load others."""
        changes = {
            "cogs": self.cogs.model_copy(update={"enabled": SAFE_COGS}),
            "models": self.models.model_copy(update={"enabled": False}),
        }
        left_out = tuple(name for name in self.cogs.enabled if name not in SAFE_COGS)
        return replace(self, core=self.core.model_copy(update=changes), left_out=left_out)

    @property
    def store(self) -> StoreSection:
        return self.core.store

    @property
    def log(self) -> LogSection:
        return self.core.log

    @property
    def commands(self) -> CommandsSection:
        return self.core.commands

    @property
    def models(self) -> ModelsSection:
        return self.core.models

    @property
    def limits(self) -> LimitsSection:
        return self.core.limits

    @property
    def record(self) -> RecordSection:
        return self.core.record

    @property
    def monitoring(self) -> MonitoringSection:
        return self.core.monitoring

    @property
    def cogs(self) -> CogsSection:
        return self.core.cogs

    @property
    def console(self) -> ConsoleSection:
        return self.core.console

    @property
    def matrix(self) -> MatrixSection:
        return self.core.matrix

    @property
    def discord(self) -> DiscordSection:
        return self.core.discord

    def has_rooms_on(self, platform: str) -> bool:
        """Whether a community has a room there, for members or for moderators."""
        rooms = (room for community in self.communities for room in (*community.rooms, community.review_room))
        return any(room is not None and room.startswith(f"{platform}:") for room in rooms)

    @property
    def communities(self) -> tuple[CommunitySection, ...]:
        return self.core.community

    def beside(self, path: Path) -> Path:
        """A path from the file, whose relative ones start at the file's folder."""
        return self.path.parent / path.expanduser()

    def section(self, name: str, model: type[AnySection]) -> AnySection:
        """A cog's own section.

        Raises:
            ConfigError: with every problem of that section.
        """
        try:
            return model.model_validate(self.cog_tables.get(name, {}))
        except ValidationError as error:
            raise refusal(self.path, problems_of(error, model, self.lines, (name,))) from None

    def problems(self, models: SectionModels) -> list[Problem]:
        """What is wrong with the cogs' sections, and sections that belong to nobody."""
        found: list[Problem] = []
        for name, table in self.cog_tables.items():
            model = models.get(name)
            if model is not None:
                try:
                    model.model_validate(table)
                except ValidationError as error:
                    found += problems_of(error, model, self.lines, (name,))
            elif name not in models:
                found.append(_stray(name, table, models, self.lines))
        return found


def load_config(path: Path, known: Callable[[Config], SectionModels] | None = None) -> Config:
    """Read the file at `path`.

    Args:
        path: a TOML file.
        known: finds the sections of the cogs; without it those are checked when a cog asks for its own.

    Raises:
        ConfigError: the file is missing, is no TOML, or something in it cannot be used: all problems together.
    """
    text = _read(path)
    lines = lines_of(text)
    tables = _parse(path, text)
    problems = [_taken_out(tables, location, lines) for location in list(_secrets_in(tables))]
    own = {name: table for name, table in tables.items() if name in Core.model_fields}
    others = {name: table for name, table in tables.items() if name not in own}
    try:
        core = Core.model_validate(own)
    except ValidationError as error:
        problems += problems_of(error, Core, lines)
        core = Core(cogs=_cogs_if_valid(own))
    config = Config(path, core, others, lines)
    if known:
        problems += config.problems(known(config))
    if problems:
        raise refusal(path, problems)
    return config


def _secrets_in(value: Any, inside: Location = ()) -> Iterator[Location]:
    """Where a text stands under the name of a secret."""
    named = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in named:
        if isinstance(name, str) and isinstance(one, str | list) and is_secret(name):
            yield (*inside, name)
        else:
            yield from _secrets_in(one, (*inside, name))


def _taken_out(tables: dict[str, Any], location: Location, lines: Mapping[Location, int]) -> Problem:
    """Remove a secret, so that nothing quotes it; gives the problem that says where it belongs."""
    *above, name = location
    place: Any = tables
    for part in above:
        place = place[part]
    del place[name]
    variable = "_".join(["FOLKMOOT", *(part for part in location if isinstance(part, str))]).upper().replace("-", "_")
    what = f"secrets do not belong into this file: set {variable}, or {variable}_FILE to the path of a file with it"
    return Problem(path_of(location), what, line_of(lines, location))


def _cogs_if_valid(own: Mapping[str, Any]) -> CogsSection:
    try:
        return CogsSection.model_validate(own.get("cogs", {}))
    except ValidationError:
        return CogsSection()


def _stray(name: str, table: Any, models: SectionModels, lines: Mapping[Location, int]) -> Problem:
    """What to say of a name at the top of the file that is no section."""
    if isinstance(table, dict | list):
        hint = nearest(name, {*Core.model_fields, *models})
        return Problem(path_of((name,)), f"there is no such section{hint}", line_of(lines, (name,)))
    sections = {**models, **_core_models()}
    homes = {field: section for section, model in sections.items() if model for field in model.model_fields}
    close = get_close_matches(name, homes, n=1)
    hint = f"; did you mean {close[0]!r} under [{homes[close[0]]}]?" if close else "."
    return Problem("", f"{name} stands above every [section]{hint}", line_of(lines, (name,)))


def _core_models() -> dict[str, type[Section]]:
    return {
        name: found.annotation
        for name, found in Core.model_fields.items()
        if isinstance(found.annotation, type) and issubclass(found.annotation, Section)
    }


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path} does not exist. `folkmoot init` makes one.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8.") from error


def _parse(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{path} is no TOML: {error}. Texts need quotation marks, keys stand once.") from error
