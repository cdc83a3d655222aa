"""Commands are denied unless room, sender and standing allow them."""

from datetime import timedelta

import pytest

from bot.cog import CommandMark, Place
from bot.commands.authority import refusal
from bot.commands.cooldown import Cooldowns
from bot.commands.spec import CommandSpec
from bot.commands.table import CommandTable
from bot.domain.community import Community, Steward
from bot.domain.effect import Audience, Reply
from bot.domain.ids import CommunityId, MemberId
from bot.domain.member import Standing
from bot.errors import CogError
from bot.testing.clock import START
from bot.testing.factories import room, thread

DESK = room("desk")
SQUARE = room("square")
COMMUNITY = Community(
    CommunityId("riverton"),
    rooms=frozenset({SQUARE.id}),
    review_room=DESK.id,
    stewards=(Steward("Mira", frozenset({MemberId("fake:mira"), MemberId("other:mira")})),),
)


async def _nothing(*_: object) -> Reply:
    return None


def spec(
    name: str = "queue",
    standing: Standing = Standing.MEMBER,
    place: Place = Place.COMMUNITY,
    *,
    cooldown: timedelta = timedelta(0),
    aliases: tuple[str, ...] = (),
    cog: str = "review",
) -> CommandSpec:
    return CommandSpec(cog, CommandMark(name, "Do it", aliases, standing, place, cooldown, Audience.ROOM), (), _nothing)


def refused(
    one: CommandSpec, *, by: str = "fake:ann", standing: Standing = Standing.MEMBER, where=SQUARE, community=COMMUNITY
):  # type: ignore[no-untyped-def]
    merged = community.standing(MemberId(by), standing) if community else standing
    return refusal(one, standing=merged, conversation=where, community=community, prefix="!")


def test_members_may_give_members_commands_in_their_rooms_and_threads() -> None:
    assert refused(spec()) is None
    assert refused(spec(), where=thread(SQUARE)) is None


def test_standing_is_required() -> None:
    assert "moderators" in refused(spec(standing=Standing.MODERATOR))
    assert refused(spec(standing=Standing.MODERATOR), standing=Standing.MODERATOR) is None
    assert refused(spec(standing=Standing.ADMIN), standing=Standing.MODERATOR)


def test_a_steward_counts_by_any_account() -> None:
    assert refused(spec(standing=Standing.MODERATOR), by="other:mira") is None


def test_the_review_room_is_required_even_of_admins() -> None:
    desk = spec(standing=Standing.MODERATOR, place=Place.REVIEW_ROOM)
    assert "moderators' room" in refused(desk, standing=Standing.ADMIN)
    assert refused(desk, standing=Standing.MODERATOR, where=DESK) is None
    assert refused(desk, standing=Standing.MODERATOR, where=thread(DESK)) is None


def test_a_member_in_the_review_room_is_still_a_member() -> None:
    assert refused(spec(standing=Standing.MODERATOR, place=Place.REVIEW_ROOM), where=DESK)


@pytest.mark.parametrize("standing", list(Standing))
def test_outside_any_community_standing_means_nothing(standing: Standing) -> None:
    for place in (Place.COMMUNITY, Place.REVIEW_ROOM):
        assert refused(spec(place=place), standing=standing, community=None, where=room("elsewhere"))
    anywhere = spec(standing=Standing.MODERATOR, place=Place.ANYWHERE)
    assert refused(anywhere, standing=standing, community=None, where=room("elsewhere"))
    assert refused(spec(place=Place.ANYWHERE), standing=standing, community=None) is None


def test_cooldown_per_member_and_command() -> None:
    cooldowns = Cooldowns()
    costly = spec(cooldown=timedelta(minutes=1))
    ann, bob = MemberId("fake:ann"), MemberId("fake:bob")
    assert cooldowns.wait(costly, ann, START) is None
    cooldowns.start(costly, ann, START)
    assert cooldowns.wait(costly, ann, START + timedelta(seconds=20)) == timedelta(seconds=40)
    assert cooldowns.wait(costly, bob, START + timedelta(seconds=20)) is None
    assert cooldowns.wait(costly, ann, START + timedelta(seconds=60)) is None


def test_a_clock_set_back_does_not_lock_anybody_out() -> None:
    cooldowns = Cooldowns()
    costly = spec(cooldown=timedelta(minutes=1))
    cooldowns.start(costly, MemberId("fake:ann"), START)
    assert cooldowns.wait(costly, MemberId("fake:ann"), START - timedelta(days=1)) is None


def test_two_cogs_cannot_claim_one_name() -> None:
    with pytest.raises(CogError, match="!queue is declared by the cogs 'review' and 'other'"):
        CommandTable([spec(), spec("q2", aliases=("queue",), cog="other")])


def test_near_misses_are_suggested_by_their_proper_name() -> None:
    table = CommandTable([spec("summarize", aliases=("tldr",)), spec("queue")])
    assert table.nearest("sumarise") == "summarize"
    assert table.nearest("quee") == "queue"
    assert table.nearest("banana") is None
    assert [info.name for info in table.all()] == ["queue", "summarize"]
