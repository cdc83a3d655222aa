from dataclasses import replace

import pytest

from bot.api import CommandInfo, Place, Standing, UserError, plain
from bot.testing.factories import direct, room
from cogs.help import Help

COMMANDS = [
    CommandInfo("help", "help [COMMAND]", "Show help", {}, (), Standing.MEMBER, Place.ANYWHERE, "help"),
    CommandInfo(
        "summarize", "summarize [SPAN]", "Sum up", {"span": "how far back"}, ("tldr",), Standing.MEMBER,
        Place.COMMUNITY, "summaries",
    ),
    CommandInfo(
        "uphold", "uphold NUMBER", "Uphold a flag", {}, (), Standing.MODERATOR, Place.REVIEW_ROOM, "review"
    ),
    CommandInfo("cogs", "cogs", "Load cogs", {}, (), Standing.ADMIN, Place.REVIEW_ROOM, "admin"),
]  # fmt: skip


class Catalog:
    prefix = "§"

    def all(self):
        return COMMANDS


@pytest.fixture
def cog():
    return Help(Catalog())


def asked(ports, standing=Standing.MEMBER, where=None):
    return ports.call("help", conversation=where or room(), standing=standing)


def shown(document):
    return {info.name for info in COMMANDS if f"§{info.name} {info.help}" in plain(document)}


@pytest.mark.parametrize(
    ("standing", "where", "expected"),
    [
        (Standing.MEMBER, room(), {"help", "summarize"}),
        (Standing.MODERATOR, room(), {"help", "summarize"}),
        (Standing.MEMBER, room("moderators"), {"help", "summarize"}),
        (Standing.MODERATOR, room("moderators"), {"help", "summarize", "uphold"}),
        (Standing.ADMIN, room("moderators"), {"help", "summarize", "uphold", "cogs"}),
    ],
)
async def test_only_what_the_asker_may_use_here_is_shown(ports, cog, standing, where, expected):
    assert shown(await cog.help(asked(ports, standing, where))) == expected


async def test_moderators_hear_that_they_have_more_in_their_room(ports, cog):
    more = "In the moderators' room you have more."
    assert more in plain(await cog.help(asked(ports, Standing.MODERATOR)))
    assert more not in plain(await cog.help(asked(ports, Standing.MODERATOR, room("moderators"))))
    assert more not in plain(await cog.help(asked(ports)))


async def test_outside_every_community_only_what_works_anywhere_is_shown(ports, cog):
    call = replace(asked(ports, Standing.ADMIN, direct()), community=None)
    assert shown(await cog.help(call)) == {"help"}


async def test_commands_stand_under_their_cog(ports, cog):
    lines = plain(await cog.help(asked(ports))).splitlines()
    assert lines[lines.index("Summaries") + 1] == "• §summarize Sum up"


@pytest.mark.parametrize("name", ["summarize", "tldr", "§summarize", "SUMMARIZE"])
async def test_one_command_is_explained_by_any_of_its_names(ports, cog, name):
    text = plain(await cog.help(asked(ports), name))
    assert "§summarize [SPAN]" in text
    assert "Also: §tldr" in text


@pytest.mark.parametrize(
    ("name", "hint"), [("sumarize", "Did you mean §summarize"), ("tlrd", "Did you mean §tldr"), ("xyz", "§help shows")]
)
async def test_a_mistyped_name_is_answered_with_the_nearest(ports, cog, name, hint):
    with pytest.raises(UserError, match=hint):
        await cog.help(asked(ports), name)


@pytest.mark.parametrize("name", ["uphold", "upholt", "cogs"])
async def test_a_member_learns_nothing_of_the_moderators_commands(ports, cog, name):
    with pytest.raises(UserError) as raised:
        await cog.help(asked(ports), name)
    assert "Uphold" not in str(raised.value)
    assert "Did you mean" not in str(raised.value)


async def test_a_name_of_any_length_makes_a_short_answer(ports, cog):
    with pytest.raises(UserError) as raised:
        await cog.help(asked(ports), "a" * 3000)
    assert len(str(raised.value)) < 200
