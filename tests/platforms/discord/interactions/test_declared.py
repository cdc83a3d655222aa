"""Commands within Discord's limits, whatever a cog declares."""

from dataclasses import replace

import discord
import pytest

from bot.domain.member import Standing
from bot.platforms.discord.interactions.arguments import arguments, as_text, shortened, shown_as
from bot.platforms.discord.interactions.declared import behind_menu, completions, offer
from bot.platforms.discord.interactions.taking import Tree
from bot.ports.knowledge import Kind, ParameterInfo
from tests.platforms.discord.interactions.real_commands import real_commands
from tests.platforms.discord.standin.checks.commands import check_commands

WATCH = next(info for info in real_commands() if info.name == "watch")


def payload(infos):
    tree = Tree(discord.Client(intents=discord.Intents.none()), None)
    return [command.to_dict(tree) for command in offer(infos).commands]


def one(**changes):
    (command,) = payload([replace(WATCH, **changes)])
    check_commands([command])
    return command


async def test_the_real_table_passes_discords_checks():
    check_commands(payload(real_commands()))
    assert offer(real_commands()).left_out == ()


async def test_required_options_come_first_and_long_words_are_cut():
    command = one(
        help="word " * 60,
        parameters=(
            ParameterInfo("off_record", Kind.YES_OR_NO, required=False),
            ParameterInfo("who", Kind.MEMBER, required=True),
        ),
    )
    assert [option["name"] for option in command["options"]] == ["who", "off-record"]
    assert command["description"].endswith("word…")
    assert len(command["description"]) <= 100


async def test_every_kind_has_an_option():
    kinds = [ParameterInfo(f"p{number}", kind, required=True) for number, kind in enumerate(Kind)]
    types = [option["type"] for option in one(parameters=tuple(kinds))["options"]]
    assert types == [3, 4, 10, 5, 3, 6, 3, 3]


async def test_large_tables_keep_to_the_limits():
    many = tuple(f"choice-{number}-{'x' * 60}" for number in range(25))
    parameters = tuple(ParameterInfo(f"p{number}", Kind.CHOICE, required=False, choices=many) for number in range(40))
    command = one(parameters=parameters)
    assert len(command["options"]) == 25
    assert any(option.get("autocomplete") for option in command["options"])
    infos = [replace(WATCH, name=f"c{number}", menu=f"Menu {number}") for number in range(130)]
    check_commands(payload(infos))
    assert len(offer(infos).left_out) == 30 + 125


async def test_members_commands_come_first_where_there_are_too_many():
    infos = [replace(WATCH, name=f"c{number}", standing=Standing.MODERATOR) for number in range(120)]
    assert "watch" not in offer([*infos, WATCH]).left_out


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "yes"), (False, "no"), (12, "12"), (-3.0, "-3"), (1e-07, "0.0000001"), (0.6, "0.6"), (None, ""), ([], "")],
)
def test_values_become_text_that_the_core_reads(value, text):
    assert as_text(value) == text


def test_numbers_of_any_size_become_text():
    assert as_text(1e300).isdigit()
    assert as_text(float("nan")) == "nan"
    assert as_text(0.1 + 0.2) == "0.3"


def test_options_find_back_to_parameters():
    parameters = [ParameterInfo("off_record", Kind.TEXT, required=False)]
    given = [{"name": "off-record", "value": "x"}, {"name": "gone", "value": 1}, {"value": 1}, "x"]
    assert arguments(given, parameters) == {"off_record": "x", "gone": "1"}


def test_names_and_lines_fit():
    assert shown_as("Off_Record ünd mehr!") == "off-recordndmehr"
    assert shortened("a" * 300) == "a" * 99 + "…"
    assert shortened("  two\n words ") == "two words"


def test_completion_prefers_beginnings():
    parameter = ParameterInfo("which", Kind.CHOICE, required=True, choices=("unban", "ban", "warn", "x" * 120))
    assert completions(parameter, " BA") == ["ban", "unban"]
    assert completions(parameter, "x") == []


def test_a_menu_is_found_by_its_line():
    infos = [replace(WATCH, menu="M" * 50)]
    title = offer(infos).commands[1].name
    assert behind_menu(infos, title) is infos[0]
    assert behind_menu(infos, "else") is None
