"""config.example.toml names every setting there is, loads, and is what the code says."""

import re
import tomllib
from pathlib import Path

import pytest

from bot.commandline.example import example_text
from bot.config import Config, Core, Section, load_config
from bot.config.section import section_in
from bot.loading.settings import section_models

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


@pytest.fixture(scope="module")
def with_examples() -> str:
    """The example with the lines switched on that show what has no default."""
    return re.sub(r"(?m)^#(?=\S)", "", EXAMPLE.read_text(encoding="utf-8"))


def test_the_committed_file_is_the_generated_one():
    assert EXAMPLE.read_text(encoding="utf-8") == example_text(), "run `make example`"


def test_it_sets_nothing_but_defaults():
    config = load_config(EXAMPLE, section_models)
    assert config.core == Config().core
    for name, model in section_models(config).items():
        if model is not None:
            assert config.section(name, model) == model()


def test_its_examples_can_be_used(with_examples, tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(with_examples, encoding="utf-8")
    (community,) = load_config(path, section_models).communities
    assert community.rules
    assert community.stewards
    assert community.review_room


def test_every_setting_stands_in_it(with_examples):
    tables = tomllib.loads(with_examples)
    models = {name: model for name, model in section_models(Config()).items() if model}
    missing = {
        *_missing(Core, tables),
        *(f"{name}.{key}" for name in models for key in _missing(models[name], tables.get(name, {}))),
    }
    assert missing == set()


def _missing(model: type[Section], table: dict) -> list[str]:
    names = [name for name in model.model_fields if name not in table]
    for name, field in model.model_fields.items():
        inner = section_in(field.annotation)
        if inner is not None and name in table:
            within = table[name][0] if isinstance(table[name], list) else table[name]
            names += [f"{name}.{key}" for key in _missing(inner, within)]
    return names


def test_every_setting_of_the_core_is_explained():
    assert list(_unexplained(Core)) == []


def _unexplained(model: type[Section]):
    for name, field in model.model_fields.items():
        inner = section_in(field.annotation)
        if inner is not None:
            if not (inner.__doc__ or "").strip():
                yield inner.__name__
            yield from _unexplained(inner)
        elif not (field.description or "").endswith("."):
            yield f"{model.__name__}.{name}"
