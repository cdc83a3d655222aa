"""What holds for every bundled cog."""

import pkgutil
from dataclasses import is_dataclass
from typing import get_args, get_type_hints

import pytest

import cogs
from bot.cog import Cog
from bot.commandline.survey import declarations
from bot.config import CogsSection, Section
from bot.domain.ids import MemberId, MessageId
from bot.ports.tables import CreateTable
from bot.registry import LoadedCog, Registry, description_of

NAMES = sorted(module.name for module in pkgutil.iter_modules(cogs.__path__))


@pytest.fixture(params=NAMES)
def loaded(request) -> LoadedCog:
    return declarations(request.param, [])


def test_the_default_configuration_enables_what_is_bundled():
    assert sorted(CogsSection().enabled) == NAMES


def test_no_two_cogs_share_a_command_or_an_alias():
    registry = Registry()
    for name in NAMES:
        registry = registry.with_cog(declarations(name, []))


def test_a_cog_says_what_it_does(loaded):
    assert description_of(type(loaded.cog)).endswith(".")


def test_a_command_says_what_it_does(loaded):
    for command in loaded.commands:
        assert command.mark.help
        assert "\n" not in command.mark.help


def test_every_setting_is_explained(loaded):
    model = type(loaded.cog).settings or Section
    for name, field in model.model_fields.items():
        assert field.description, f"{loaded.name}.{name}"
        assert field.description.endswith("."), f"{loaded.name}.{name}"
        assert isinstance(field.json_schema_extra, dict), f"{loaded.name}.{name} is not made by setting()"
        assert not field.is_required(), f"{loaded.name}.{name}: a cog runs without configuration"


def test_presets_fit_their_section(loaded):
    model = type(loaded.cog).settings or Section
    for values in model.presets.values():
        model.model_validate(values)


def test_who_stores_what_leads_to_people_can_forget_and_export_it(loaded):
    kind = type(loaded.cog)
    rows = {step.row for migration in kind.migrations for step in migration.steps if isinstance(step, CreateTable)}
    if any(_leads_to_people(row) for row in rows):
        assert kind.forget is not Cog.forget
        assert kind.export is not Cog.export


def _leads_to_people(kind: object) -> bool:
    """Whether a row's columns hold, at any depth, the id of a member or of what one wrote."""
    if kind in (MemberId, MessageId):
        return True
    inside = get_type_hints(kind).values() if is_dataclass(kind) else get_args(kind)
    return any(_leads_to_people(part) for part in inside)


def test_migrations_count_from_one(loaded):
    versions = [migration.version for migration in type(loaded.cog).migrations]
    assert versions == list(range(1, len(versions) + 1))
