"""What holds for every bundled cog."""

import pkgutil

import pytest

import cogs
from bot.cog import Cog
from bot.commandline.survey import declarations
from bot.config import CogsSection, Section
from bot.registry import LoadedCog, Registry, description_of
from bot.testing.contracts.cog import leads_to_people, rows_of

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


def test_who_stores_what_leads_to_people_says_so_and_can_forget_and_export_it(loaded):
    kind = type(loaded.cog)
    leads = any(leads_to_people(row) for row in rows_of(kind))
    assert (kind.forget is not Cog.forget) is leads
    assert (kind.export is not Cog.export) is leads
    assert bool(kind.keeps) is leads


def test_what_is_kept_is_said_in_words_that_fit_one_sentence(loaded):
    for kept in type(loaded.cog).keeps:
        for words in (kept.what, kept.why, kept.until):
            assert words.strip() == words
            assert words[0].islower()
            assert not words.endswith(".")
        assert kept.why.startswith("so that")
        assert kept.until.startswith(("until", "for", "as long"))


def test_migrations_count_from_one(loaded):
    versions = [migration.version for migration in type(loaded.cog).migrations]
    assert versions == list(range(1, len(versions) + 1))
