"""A line of chat becomes a command with its arguments."""

import contextlib
from datetime import timedelta
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cog import Cog, Invocation, Rest, command, mark_of
from bot.commands.arguments import Scope
from bot.commands.parse import bind_named, bind_text, read_line
from bot.commands.spec import CommandSpec, read_command
from bot.domain.effect import Reply
from bot.domain.ids import MessageId
from bot.errors import CogError, UserError

SCOPE = Scope("fake")


class Desk(Cog):
    """For these tests."""

    name = "desk"

    @command("uphold", help="Uphold a case")
    async def uphold(
        self,
        call: Invocation,
        number: int,
        action: str = "none",
        reason: Annotated[str, Rest()] = "",
        *,
        quiet: bool = False,
        length: timedelta | None = None,
    ) -> Reply: ...

    @command("report", help="Report a message")
    async def report(self, call: Invocation, message: MessageId, why: Annotated[str, Rest()] = "") -> Reply: ...

    @command("ping", help="Answer")
    async def ping(self, call: Invocation) -> Reply: ...


def spec(name: str) -> CommandSpec:
    handler = getattr(Desk(), name)
    mark = mark_of(handler)
    return read_command("desk", mark, handler)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "!", "! no", "!!!", "!?", "hello !help", "!1", "!help!", "?help", "!hélp"])
def test_what_is_no_command(text: str) -> None:
    assert read_line(text, "!") is None


@pytest.mark.parametrize(("text", "name", "rest"), [("!help", "help", ""), ("!Queue  all ", "queue", "all")])
def test_what_is_one(text: str, name: str, rest: str) -> None:
    line = read_line(text, "!")
    assert line is not None
    assert (line.name, line.rest) == (name, rest)


def test_words_rest_and_options() -> None:
    bound = bind_text(spec("uphold"), '3 --quiet warn --length 2h it is "really" rude  --quiet', SCOPE)
    assert bound == {
        "number": 3,
        "action": "warn",
        "quiet": True,
        "length": timedelta(hours=2),
        "reason": 'it is "really" rude  --quiet',
    }


def test_quoted_words_are_one_word() -> None:
    assert bind_text(spec("uphold"), "3 “time out” now", SCOPE)["action"] == "time out"


@pytest.mark.parametrize(
    ("name", "rest", "says"),
    [
        ("uphold", "", "number is missing. Write: !uphold NUMBER"),
        ("uphold", "three", "not a whole number. Write: !uphold"),
        ("uphold", "3 --length", "--length needs a value"),
        ("ping", "twice", "too much. Write: !ping"),
        ("report", "", "message is missing"),
        ("uphold", "3 " + "x" * 5000, "too long"),
    ],
)
def test_wrong_arguments_say_how_to_write_it(name: str, rest: str, says: str) -> None:
    with pytest.raises(UserError, match=says.replace("!", "!").replace(".", r"\.")):
        bind_text(spec(name), rest, SCOPE)


def test_a_reply_fills_in_the_message() -> None:
    bound = bind_text(spec("report"), "", Scope("fake", MessageId("fake:9")))
    assert bound == {"message": "fake:9"}


def test_named_arguments_of_a_platforms_own_command() -> None:
    assert bind_named(spec("uphold"), {"number": "4", "quiet": "yes"}, SCOPE) == {"number": 4, "quiet": True}
    with pytest.raises(UserError, match="takes no colour"):
        bind_named(spec("uphold"), {"number": "4", "colour": "red"}, SCOPE)


def test_usage_is_read_from_the_signature() -> None:
    assert spec("uphold").usage == "uphold NUMBER [ACTION] [REASON...] [--quiet] [--length VALUE]"


def test_a_handler_that_no_text_can_call_is_refused() -> None:
    class Odd(Cog):
        name = "odd"

        @command("odd", help="Odd")
        async def odd(self, call: Invocation, where: dict[str, Any]) -> Reply: ...

    handler = Odd().odd
    with pytest.raises(CogError, match="'odd': !odd"):
        read_command("odd", mark_of(handler), handler)  # type: ignore[arg-type]


@given(st.text(max_size=300))
def test_no_text_breaks_the_parser(text: str) -> None:
    line = read_line("!uphold " + text, "!")
    assert line is not None
    with contextlib.suppress(UserError):
        assert isinstance(bind_text(spec("uphold"), line.rest, SCOPE)["number"], int)


def test_named_arguments_are_bounded_as_typed_ones_are() -> None:
    for arguments in ({"number": "1" * 60_000}, {"x" * 60_000: "4"}):
        with pytest.raises(UserError, match="too long"):
            bind_named(spec("uphold"), arguments, SCOPE)
