import pytest

from bot.cog import Invocation, command, mark_of
from bot.commands.catalog import Catalog
from bot.commands.spec import read_command
from bot.commands.table import CommandTable


@command("queue", help="List", aliases=("q",))
async def queue(call: Invocation) -> None: ...


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
def test_only_a_known_command_at_the_very_start_is_one(text, expected):
    table = CommandTable([read_command("review", mark_of(queue), queue)])
    catalog = Catalog("!")
    catalog.follow(lambda: table)
    assert catalog.is_command(text) is expected
