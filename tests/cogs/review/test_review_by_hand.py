"""What moderators do without the bot, and what other bots report: on the card, in the trail, in plain words."""

from datetime import timedelta

import pytest

from bot.api import Ask, Edit, Record, Say, plain
from bot.domain.event import ModerationObserved
from bot.domain.member import MemberKind
from bot.errors import Conflict
from bot.testing.factories import member, reported, room
from cogs.review.rows import Action, ByHand, Report
from tests.cogs.review.steps import dismiss, of_kind, only, uphold

AUTOMOD = member("AutoMod", kind=MemberKind.BOT)


def by_hand(bench, action="ban", *, whom="Mira", by="Noor", reason="threats", message=None, where=None):
    actor = member(by) if by else None
    event = ModerationObserved(
        action,
        member(whom).id,
        where or room(),
        bench.ports.clock.now(),
        actor,
        reason,
        message.id if message else None,
    )
    return bench.do(bench.cog.done_by_hand(event))


# --- by hand --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("ban", "Meanwhile by hand: banned by Noor, "),
        ("kick", "Meanwhile by hand: sent out by Noor, "),
        ("timeout", "Meanwhile by hand: timed out by Noor, "),
        ("lift timeout", "Meanwhile by hand: timeout lifted by Noor, "),
        ("unban", "Meanwhile by hand: no longer banned by Noor, "),
    ],
)
async def test_it_stands_on_the_card_of_an_open_case(bench, action, words):
    await bench.opened()
    effects = await by_hand(bench, action)
    card = plain(only(effects, Edit).body)
    assert words in card
    assert "(“threats”)" in card
    assert only(effects, Record).details["cases"] == "1"


async def test_all_that_was_done_is_listed_in_order(bench):
    await bench.opened()
    await by_hand(bench, "timeout", by=None, reason="")
    bench.ports.clock.advance(timedelta(minutes=3))
    card = plain(only(await by_hand(bench), Edit).body)
    assert "timed out, 20" in card, "nobody is named where the platform names nobody"
    assert card.index("timed out, ") < card.index("banned by Noor")
    assert [row.place for row in bench.ports.of(ByHand).rows.values()] == [1, 2]


async def test_it_bears_on_cases_that_were_decided_lately_and_on_no_older_ones(bench):
    await bench.opened("Old fool.")
    await dismiss(bench, 1)
    bench.ports.clock.advance(timedelta(days=8))
    await bench.opened("New fool.")
    await uphold(bench, 2)
    await bench.opened("Dolt!", author="Dario")
    await bench.opened("Fool!")
    effects = await by_hand(bench)
    assert only(effects, Record).details["cases"] == "4 2"
    assert {edit.label for edit in of_kind(effects, Edit)} == {"case:2", "case:4"}


async def test_a_message_hidden_by_hand_bears_on_its_own_cases_alone(bench):
    first = await bench.opened("Fool!")
    await bench.opened("Dolt!")
    effects = await by_hand(bench, "hide", message=first)
    assert only(effects, Edit).label == "case:1"
    assert "message hidden by Noor" in plain(only(effects, Edit).body)
    assert only(effects, Record).subject == first.id
    assert of_kind(await by_hand(bench, "hide", message=None), Edit) == []


async def test_without_a_case_the_trail_alone_knows(bench, two_communities):
    await bench.opened("Parks secret", conversation=room("parks"))
    (record,) = await by_hand(bench)
    assert "cases" not in record.details
    assert await by_hand(bench, "nudge") == []
    assert await by_hand(bench, where=room("elsewhere")) == []


async def test_the_trail_of_the_case_shows_it_and_that_of_others_does_not(bench):
    await bench.opened("Fool!")
    await by_hand(bench)
    bench.ports.clock.advance(timedelta(days=8))
    await uphold(bench, 1)
    bench.ports.clock.advance(timedelta(days=8))
    await bench.opened("Dolt!")
    first, second = [plain(await bench.cog.audit(bench.ports.call("audit"), number)) for number in (1, 2)]
    assert "By hand in city-politics: Mira banned, by Noor: “threats”" in first
    assert "By hand" not in second


async def test_what_one_did_by_hand_is_handed_over_and_forgotten(bench):
    await bench.opened()
    await by_hand(bench)
    exported = await bench.cog.export(member("Noor").id)
    assert exported["what you did by hand about cases"][0]["what"] == "Ban"
    effects = await bench.do(bench.cog.forget(member("Noor").id))
    assert "Meanwhile by hand: banned, " in plain(only(effects, Edit).body)
    assert await bench.do(bench.cog.forget(member("Noor").id)) == []


async def test_two_things_at_once_are_both_noted(bench):
    await bench.opened()
    event = ModerationObserved("timeout", member("Mira").id, room(), bench.ports.clock.now(), member("Noor"))
    late = await bench.cog.done_by_hand(event)
    await by_hand(bench)
    with pytest.raises(Conflict):
        bench.ports.apply(late)
    card = plain(only(await bench.do(bench.cog.done_by_hand(event)), Edit).body)
    assert "banned by Noor" in card
    assert "timed out by Noor" in card


# --- other bots -----------------------------------------------------------------------------------------------


async def test_what_a_filter_of_the_platform_found_is_told_as_its_own(bench):
    said = bench.said("Something foul.")
    effects = await bench.do(bench.cog.reported(reported(said, "blocked by “slurs”", by=AUTOMOD)))
    card = plain(only(effects, Ask).body)
    assert "AutoMod: “blocked by “slurs””" in card
    assert "reported it" not in card
    bench.ports.members[AUTOMOD.id] = AUTOMOD
    again = plain(only(await bench.do(bench.cog.case(bench.ports.call("case"), 1)), Ask).body)
    assert "AutoMod: “blocked by" in again
    assert "reported it" not in again
    (row,) = bench.ports.of(Report).rows.values()
    assert row.automatic


async def test_it_joins_what_members_reported_and_is_told_apart(bench):
    said = await bench.opened()
    await bench.do(bench.cog.reported(reported(said, "rude", by="Dario")))
    card = plain(only(await bench.do(bench.cog.reported(reported(said, "", by=AUTOMOD))), Edit).body)
    assert "Dario reported it: “rude”" in card
    assert "AutoMod brought it up." in card


async def test_nobody_is_told_that_members_reported_what_a_filter_found(bench):
    said = bench.said("Something foul.")
    await bench.do(bench.cog.reported(reported(said, "blocked", by=AUTOMOD)))
    effects = await uphold(bench, 1, Action.HIDE)
    assert "embers" not in next(effect for effect in effects if hasattr(effect, "ground")).ground.reason
    assert of_kind(effects, Say)
