"""The import contracts of pyproject.toml hold, and no part of the core stands outside them."""

import pkgutil
import tomllib
from pathlib import Path

from importlinter.cli import lint_imports

import bot

ROOT = Path(__file__).parents[2]
PYPROJECT = ROOT / "pyproject.toml"


def test_every_contract_is_kept(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename=str(PYPROJECT), no_cache=True)
    assert status == 0, capsys.readouterr().out


def test_every_part_of_the_core_has_a_layer():
    contracts = tomllib.loads(PYPROJECT.read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    placed = {name.strip(" ()") for layer in layers for name in layer.replace("|", ":").split(":")}
    there = {f"bot.{module.name}" for module in pkgutil.iter_modules(bot.__path__)}
    assert there - placed == set()
