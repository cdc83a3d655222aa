"""What the catalog tells of commands: which there are, how platforms show them, when they changed."""

import asyncio
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

import pytest

from bot.cog import Invocation, Rest, command, mark_of
from bot.commands.catalog import Catalog
from bot.commands.spec import read_command
from bot.commands.table import CommandTable
from bot.domain.document import Document
from bot.domain.effect import Audience
from bot.domain.ids import MemberId, MessageId
from bot.errors import CogError
from bot.ports.knowledge import Kind, ParameterInfo


class Depth(StrEnum):
    SHORT = "short"
    LONG = "long"


@command("queue", help="List", aliases=("q",))
async def queue(call: Invocation) -> None: ...


@command("everything", help="Take everything", audience=Audience.ASKER, menu="Take everything")
async def everything(
    call: Invocation,
    number: int,
    member: MemberId,
    message: MessageId,
    share: float = 0.5,
    depth: Depth = Depth.SHORT,
    reason: Annotated[str, Rest()] = "",
    *,
    quiet: bool = False,
    length: timedelta | None = None,
    switch: Literal["on", "off"] | None = None,
) -> Document: ...


def spec(handler, cog="review"):
    return read_command(cog, mark_of(handler), handler)


def menu_command(name, menu, cog="review"):
    @command(name, help="Do something", menu=menu)
    async def handler(call: Invocation) -> None: ...

    return spec(handler, cog)


@pytest.fixture
def catalog():
    table = CommandTable([spec(queue), spec(everything)])
    catalog = Catalog("!")
    catalog.follow(lambda: table)
    return catalog


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("!queue", True),
        ("!QUEUE city", True),
        ("!q", True),
        ("!queue\nand more", True),
        ("!you fool", False),
        ("! queue", False),
        (" !queue", False),
        ("!", False),
        ("", False),
        ("queue", False),
    ],
)
def test_only_a_known_command_at_the_very_start_is_one(catalog, text, expected):
    assert catalog.is_command(text) is expected


# --- as platforms show them ---------------------------------------------------------------------------------------


def test_every_argument_says_what_it_takes(catalog):
    info = next(one for one in catalog.all() if one.name == "everything")
    assert info.parameters == (
        ParameterInfo("number", Kind.WHOLE_NUMBER, required=True),
        ParameterInfo("member", Kind.MEMBER, required=True),
        ParameterInfo("message", Kind.MESSAGE, required=True, is_target=True),
        ParameterInfo("share", Kind.NUMBER, required=False),
        ParameterInfo("depth", Kind.CHOICE, required=False, choices=("short", "long")),
        ParameterInfo("reason", Kind.TEXT, required=False),
        ParameterInfo("quiet", Kind.YES_OR_NO, required=False),
        ParameterInfo("length", Kind.DURATION, required=False),
        ParameterInfo("switch", Kind.CHOICE, required=False, choices=("on", "off")),
    )


def test_who_sees_the_answer_and_the_place_in_a_menu_are_told(catalog):
    shown = {one.name: (one.audience, one.menu) for one in catalog.all()}
    assert shown == {"queue": (Audience.THREAD, None), "everything": (Audience.ASKER, "Take everything")}


@pytest.mark.parametrize("menu", ["", " ", "Report ", "x" * 33])
def test_a_name_that_no_menu_shows_is_refused_when_the_cog_is_loaded(menu):
    with pytest.raises(CogError, match="1 to 32 characters"):
        menu_command("report", menu)


def test_the_longest_name_of_a_menu_is_taken():
    assert CommandTable([menu_command("report", "x" * 32)]).all()[0].menu == "x" * 32


def test_no_two_commands_share_a_name_in_menus():
    first, second = menu_command("report", "Report", "review"), menu_command("flag", "Report", "civility")
    with pytest.raises(CogError, match=r"!report of 'review' and !flag of 'civility'"):
        CommandTable([first, second])
    CommandTable([first, menu_command("flag", "Flag", "civility"), spec(queue)])


# --- as they change -----------------------------------------------------------------------------------------------


async def test_the_revision_grows_with_every_change_and_whoever_waits_is_woken(catalog):
    assert catalog.revision == 0
    waiting = [asyncio.create_task(catalog.newer_than(0)) for _ in range(3)]
    later = asyncio.create_task(catalog.newer_than(1))
    await asyncio.sleep(0)
    assert not any(task.done() for task in (*waiting, later))
    catalog.changed()
    assert await asyncio.gather(*waiting) == [1, 1, 1]
    assert not later.done()
    catalog.changed()
    assert await later == catalog.revision == 2


async def test_what_is_newer_already_is_told_at_once(catalog):
    for _ in range(3):
        catalog.changed()
    assert await catalog.newer_than(0) == await catalog.newer_than(2) == 3


async def test_changes_while_nobody_waits_are_not_missed(catalog):
    seen = await _next(catalog, 0)
    catalog.changed()
    catalog.changed()
    assert await catalog.newer_than(seen) == seen + 2


async def _next(catalog, revision):
    catalog.changed()
    return await catalog.newer_than(revision)


async def test_a_waiter_that_gives_up_leaves_the_others(catalog):
    first, second = (asyncio.create_task(catalog.newer_than(0)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    catalog.changed()
    assert await second == 1
