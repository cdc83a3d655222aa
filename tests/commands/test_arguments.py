"""Texts become values, or a sentence that says what would have been right."""

from datetime import timedelta
from enum import StrEnum
from typing import Literal

import pytest

from bot.commands.arguments import Scope, choices_of, converter_for, duration, kind_of
from bot.domain.ids import MemberId, MessageId
from bot.errors import UserError
from bot.platforms.discord import names
from bot.ports.knowledge import Kind

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
        (MemberId, "fake", "fake:fake"),
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
        (MemberId, "<@&42>"),
        (MemberId, "<#42>"),
    ],
)
def test_what_does_not_fit_is_a_user_error(hint: object, text: str) -> None:
    with pytest.raises(UserError):
        converter_for(hint)(text, SCOPE)


@pytest.mark.parametrize(
    ("hint", "text", "value"),
    [
        (MemberId, "<@123>", "discord:123"),
        (MemberId, "<@!123>", "discord:123"),
        (MemberId, "123", "discord:123"),
        (MemberId, "@123", "discord:123"),
        (MemberId, "discord:123", "discord:123"),
        (MemberId, "<@discord:123>", "discord:123"),
        (MemberId, "matrix:@ada:example.org", "matrix:@ada:example.org"),
        (MemberId, "@matrix:@ada:example.org", "matrix:@ada:example.org"),
        (MemberId, "irc:ada", "discord:irc:ada"),
        (MessageId, "https://discord.com/channels/1/22/333", "discord:22/333"),
        (MessageId, "<https://discord.com/channels/1/22/333>", "discord:22/333"),
        (MessageId, "https://ptb.discord.com/channels/@me/22/333", "discord:22/333"),
        (MessageId, "22/333", "discord:22/333"),
        (MessageId, "discord:22/333", "discord:22/333"),
        (int, "3", 3),
        (bool, "yes", True),
        (float, "0.66", 0.66),
        (timedelta, "2h", timedelta(hours=2)),
    ],
)
def test_what_discord_writes_is_read(hint: object, text: str, value: object) -> None:
    scope = Scope("discord", linked=names.linked, prefix="/", others=("matrix",))
    assert converter_for(hint)(text, scope) == value


def test_a_link_that_opens_no_message_is_refused_in_words() -> None:
    scope = Scope("discord", linked=names.linked)
    for text in ("https://discord.com/channels/1/22", "<https://example.org/channels/1/22/333>"):
        with pytest.raises(UserError, match="opens no message here"):
            converter_for(MessageId)(text, scope)


def test_members_of_another_platform_are_named_in_full() -> None:
    scope = Scope("matrix", others=("discord",))
    assert converter_for(MemberId)("discord:123", scope) == "discord:123"
    assert converter_for(MemberId)("123", scope) == "matrix:123"


@pytest.mark.parametrize(
    ("hint", "kind", "choices"),
    [
        (str, Kind.TEXT, ()),
        (int, Kind.WHOLE_NUMBER, ()),
        (float, Kind.NUMBER, ()),
        (bool, Kind.YES_OR_NO, ()),
        (timedelta, Kind.DURATION, ()),
        (MemberId, Kind.MEMBER, ()),
        (MessageId, Kind.MESSAGE, ()),
        (Pair, Kind.TEXT, ()),
        (Colour, Kind.CHOICE, ("red", "blue")),
        (Literal["on", "off"], Kind.CHOICE, ("on", "off")),
        (Literal[1, 2], Kind.CHOICE, ("1", "2")),
    ],
)
def test_every_type_has_a_kind_for_forms(hint: object, kind: Kind, choices: tuple[str, ...]) -> None:
    converter_for(hint)
    assert (kind_of(hint), choices_of(hint)) == (kind, choices)


def test_every_kind_stands_for_some_type() -> None:
    hints = (str, int, float, bool, timedelta, MemberId, MessageId, Colour)
    assert {kind_of(hint) for hint in hints} == set(Kind)


def test_a_class_of_the_cogs_own_reads_itself() -> None:
    assert converter_for(Pair)("a/b", SCOPE).both == ("a", "b")


def test_choices_are_known_for_help() -> None:
    assert choices_of(Colour) == ("red", "blue")
    assert choices_of(Literal["on", "off"]) == ("on", "off")
    assert choices_of(str) == ()


def test_a_type_that_no_text_can_fill_is_refused_when_the_cog_is_loaded() -> None:
    with pytest.raises(TypeError, match="dict"):
        converter_for(dict)
