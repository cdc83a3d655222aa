"""Texts become values, or a sentence that says what would have been right."""

from datetime import timedelta
from enum import StrEnum
from typing import Literal

import pytest

from bot.commands.arguments import Scope, choices_of, converter_for, duration
from bot.domain.ids import MemberId, MessageId
from bot.errors import UserError

SCOPE = Scope("fake")


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Pair:
    def __init__(self, left: str, right: str) -> None:
        self.both = (left, right)

    @classmethod
    def parse(cls, text: str) -> "Pair":
        left, _, right = text.partition("/")
        return cls(left, right)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("15m", 900), ("2h", 7200), ("1d12h", 129_600), ("1.5h", 5400), ("1W", 604_800), ("2 h", 7200)],
)
def test_durations(text: str, seconds: float) -> None:
    assert duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "2", "h", "2x", "2h later", "-2h", "0s", "99999w", "\u0661h", "2h;drop"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UserError, match=r"write|between"):
        duration(text)


@pytest.mark.parametrize(
    ("hint", "text", "value"),
    [
        (str, "plain", "plain"),
        (int, "#12", 12),
        (int, "-3", -3),
        (float, "0,5", 0.5),
        (bool, "Off", False),
        (Colour, "RED", Colour.RED),
        (Literal["on", "off"], "on", "on"),
        (MemberId, "@dario", "fake:dario"),
        (MemberId, "<@!42>", "fake:42"),
        (MemberId, "fake:dario", "fake:dario"),
        (MemberId, "@fake:dario", "fake:dario"),
        (MemberId, "@dario:example.org", "fake:@dario:example.org"),
        (MemberId, "fake:@dario:example.org", "fake:@dario:example.org"),
        (MessageId, "#17", "fake:17"),
    ],
)
def test_simple_values(hint: object, text: str, value: object) -> None:
    assert converter_for(hint)(text, SCOPE) == value


@pytest.mark.parametrize(
    ("hint", "text"),
    [
        (int, "1.5"),
        (int, "9" * 40),
        (int, "٣"),
        (float, "nan"),
        (float, ""),
        (bool, "maybe"),
        (Colour, "green"),
        (MemberId, "@"),
    ],
)
def test_what_does_not_fit_is_a_user_error(hint: object, text: str) -> None:
    with pytest.raises(UserError):
        converter_for(hint)(text, SCOPE)


def test_a_class_of_the_cogs_own_reads_itself() -> None:
    assert converter_for(Pair)("a/b", SCOPE).both == ("a", "b")


def test_choices_are_known_for_help() -> None:
    assert choices_of(Colour) == ("red", "blue")
    assert choices_of(Literal["on", "off"]) == ("on", "off")
    assert choices_of(str) == ()


def test_a_type_that_no_text_can_fill_is_refused_when_the_cog_is_loaded() -> None:
    with pytest.raises(TypeError, match="dict"):
        converter_for(dict)
