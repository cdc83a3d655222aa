"""What a cog's settings are in a community: the configuration file, over it what `!set` changed there."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import ValidationError

from bot.cog import Cog
from bot.config import Config, Section, SectionModels
from bot.config.problems import nearest, problems_of
from bot.domain.effect import Configure
from bot.domain.ids import CommunityId
from bot.errors import CogError, ConfigError, UserError
from bot.loading.find import available, find
from bot.log import logger
from bot.ports.knowledge import SettingInfo
from bot.ports.stores import StoredSettings

Model = TypeVar("Model", bound=Section)

_LONGEST_VALUE = 500
_log = logger("settings")


def section_models(config: Config) -> SectionModels:
    """The sections that may stand in the configuration: those of all cogs that can be found.

    Only enabled cogs are imported; one that cannot be is left to the loader, which says why.
    """
    paths = [config.beside(path) for path in config.cogs.paths]
    models: dict[str, type[Section] | None] = dict.fromkeys(available(paths))
    for name in config.cogs.enabled:
        try:
            models[name] = settings_model(find(name, paths).type)
        except CogError:
            models.setdefault(name, None)
    return models


def settings_model(cog: type[Cog]) -> type[Section]:
    return cog.settings or Section


class SettingsOverlay:
    """Every cog's settings in every community; implements the port `SettingsCatalog`.

    Args:
        config: what holds where chat changed nothing.
        stored: what chat changed until now.
        loaded: the cogs whose settings can be seen and set.
    """

    def __init__(self, config: Config, stored: StoredSettings, loaded: Callable[[], Iterable[type[Cog]]]) -> None:
        self._config = config
        self._loaded = loaded
        self._changes: dict[tuple[CommunityId, str], dict[str, str]] = {
            (community, section): dict(values)
            for community, sections in stored.values.items()
            for section, values in sections.items()
        }
        self._resolved: dict[tuple[CommunityId, str], Section] = {}

    def section(self, cog: type[Cog]) -> Section:
        """A cog's settings as the configuration gives them.

        Raises:
            CogError: its section cannot be used.
        """
        try:
            return self._config.section(cog.name, settings_model(cog))
        except ConfigError as error:
            raise CogError(f"cog '{cog.name}': {error}") from error

    def settings_of(self, cog: type[Cog]) -> "CogSettings[Any]":
        """What a constructor that asks for `Settings[...]` is given; raises CogError as `section` does."""
        return CogSettings(self, cog.name, self.section(cog))

    def apply(self, changes: Iterable[Configure]) -> None:
        """Take over changes that were committed."""
        for change in changes:
            values = self._changes.setdefault((change.community, change.section), {})
            if change.value is None:
                values.pop(change.name, None)
            else:
                values[change.name] = change.value
        self._resolved.clear()

    def resolve(self, community: CommunityId, name: str, configured: Model) -> Model:
        """The section `name` in a community; a stored value that no longer fits is left out and logged."""
        found = self._resolved.get((community, name))
        if not isinstance(found, type(configured)):  # a reload brought a new model
            found = self._with_changes(community, name, configured)
            self._resolved[community, name] = found
        return found

    def all(self, community: CommunityId) -> list[SettingInfo]:
        return [info for cog in self._loaded() for info in self._described(cog, community)]

    def check(self, section: str, name: str, value: str) -> str:
        cogs = {cog.name: cog for cog in self._loaded() if _chat_settings(settings_model(cog))}
        if section not in cogs:
            raise UserError(f"There are no settings called {section[:40]!r}{nearest(section[:40], cogs)}")
        configured = self.section(cogs[section])
        names = _chat_settings(type(configured))
        if name not in names:
            if name in type(configured).model_fields:
                raise UserError(f"{section}.{name} can be changed in the configuration file only.")
            raise UserError(f"There is no setting {section}.{name[:40]}{nearest(name[:40], names)}")
        if len(value) > _LONGEST_VALUE:
            raise UserError(f"{section}.{name} takes {_LONGEST_VALUE} characters at most; these are {len(value)}.")
        try:
            return _written(_changed(configured, {name: value}), name)
        except ValidationError as error:
            problems = problems_of(error, type(configured), {}, (section,))
            raise UserError(f"That does not fit. {'; '.join(map(str, problems))}.") from None

    def presets(self) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
        found: dict[str, dict[str, Mapping[str, str]]] = {}
        for cog in self._loaded():
            for preset, values in settings_model(cog).presets.items():
                section = settings_model(cog).model_validate(values)
                found.setdefault(preset, {})[cog.name] = {name: _written(section, name) for name in values}
        return found

    def _with_changes(self, community: CommunityId, name: str, configured: Model) -> Model:
        known = _chat_settings(type(configured))
        changes = {key: text for key, text in self._changes.get((community, name), {}).items() if key in known}
        try:
            return _changed(configured, changes)
        except ValidationError:
            usable = configured
            for key, text in changes.items():
                try:
                    usable = _changed(usable, {key: text})
                except ValidationError:
                    _log.warning("a stored setting no longer fits", community=community, section=name, setting=key)
            return usable

    def _described(self, cog: type[Cog], community: CommunityId) -> Iterable[SettingInfo]:
        configured = self.section(cog)
        present = self.resolve(community, cog.name, configured)
        changes = self._changes.get((community, cog.name), {})
        for name, extra in _chat_settings(type(configured)).items():
            yield SettingInfo(
                section=cog.name,
                name=name,
                value=_written(present, name),
                default=_written(configured, name),
                description=type(configured).model_fields[name].description or "",
                unit=str(extra["unit"]),
                changed=name in changes,
            )


class CogSettings(Generic[Model]):
    """One cog's own section in each community; implements the port `Settings`."""

    def __init__(self, overlay: SettingsOverlay, name: str, configured: Model) -> None:
        self._overlay = overlay
        self._name = name
        self._configured = configured

    def of(self, community: CommunityId | None) -> Model:
        if community is None:
            return self._configured
        return self._overlay.resolve(community, self._name, self._configured)


def _chat_settings(model: type[Section]) -> dict[str, dict[str, Any]]:
    """The settings that chat may change, with what `setting` noted of each."""
    return {
        name: field.json_schema_extra
        for name, field in model.model_fields.items()
        if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("chat")
    }


def _changed(section: Model, texts: Mapping[str, str]) -> Model:
    """`section` with values read from texts; raises pydantic's ValidationError."""
    model = type(section)
    values = {name: _parsed(model.model_fields[name].annotation, text) for name, text in texts.items()}
    return model.model_validate({**dict(section), **values})


def _parsed(annotation: Any, text: str) -> Any:
    """What pydantic is given for a text: lists are parted by commas, "none" is nothing where that is allowed."""
    if get_origin(annotation) in (tuple, list, set, frozenset):
        return [part.strip() for part in text.split(",") if part.strip()]
    if type(None) in get_args(annotation) and text.strip().lower() == "none":
        return None
    return text.strip()


def _written(section: Section, name: str) -> str:
    """A value in the form in which it is stored and shown, and which `_parsed` reads."""
    value = section.model_dump(mode="json")[name]
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)
