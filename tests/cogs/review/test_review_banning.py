"""Sending out and banning: the member is told first, is told otherwise where it failed, and it can be taken back."""

from dataclasses import replace

import pytest

from bot.api import (
    Ask,
    Ban,
    DirectMessage,
    Edit,
    Kick,
    MemberId,
    Origin,
    Record,
    Say,
    Steward,
    Unban,
    UserError,
    plain,
)
from bot.testing.factories import member, room
from cogs.review.rows import Action, State
from tests.cogs.review.steps import applied, failure, of_kind, only, undo, uphold

OUT = [(Action.KICK, Kick, "send you out"), (Action.BAN, Ban, "ban you")]


@pytest.mark.parametrize(("action", "sanction", "told"), OUT)
async def test_the_member_is_told_before_they_are_out(bench, action, sanction, told):
    said = await bench.opened()
    effects = await uphold(bench, 1, action, "Third time.")
    outside = of_kind(effects, DirectMessage | Kick | Ban)
    assert [type(effect) for effect in outside] == [DirectMessage, sanction]
    letter, measure = outside
    assert letter.conversation == measure.conversation == said.conversation.id, "what goes to one place goes in order"
    assert letter.member == measure.member == said.author.id
    assert (measure.origin, measure.by, measure.case) == (Origin.HUMAN, member("Noor").id, 1)
    assert measure.ground.reason == "Third time."
    text = plain(letter.body)
    for shown in (f"decided to {told}", "Third time.", "Argue with the claim", "case 1"):
        assert shown in text
    assert await applied(bench, sanction.__name__) == [], "they were told already"


@pytest.mark.parametrize(("action", "sanction", "told"), OUT)
async def test_who_was_told_of_what_then_failed_is_told_so(bench, action, sanction, told):
    await bench.opened()
    await uphold(bench, 1, action)
    effects = await bench.do(bench.cog.measure_failed(failure(sanction.__name__, case=1)))
    letter = only(effects, DirectMessage)
    assert told in plain(letter.body)
    assert "has not come about" in plain(letter.body)
    assert "could not be" in plain(only(effects, Edit).body)
    again = await bench.do(bench.cog.measure_failed(failure(sanction.__name__, case=1)))
    assert of_kind(again, DirectMessage) == [], "once is enough"


async def test_whom_no_letter_reached_needs_no_correction(bench):
    await bench.opened()
    letter = only(await uphold(bench, 1, Action.BAN), DirectMessage)
    lost = replace(failure("DirectMessage", reason="they take no messages"), label=letter.label)
    effects = await bench.do(bench.cog.measure_failed(lost))
    assert "Case 1: I could not tell a member" in plain(only(effects, Say).body)
    card = plain(only(effects, Edit).body)
    assert "member banned" in card, "the measure is another matter than the letter"
    assert "They take no messages" in card
    effects = await bench.do(bench.cog.measure_failed(failure("Ban", case=1)))
    assert of_kind(effects, DirectMessage) == []
    card = plain(only(effects, Edit).body)
    assert "They take no messages" in card
    assert "ban a member" in card, "both are told"


@pytest.mark.parametrize(
    ("action", "measure", "words"),
    [
        (Action.HIDE, "Hide", "the message could not be hidden"),
        (Action.TIMEOUT, "Timeout", "the member could not be timed out"),
        (Action.WARN, "Warn", "the member could not be warned"),
        (Action.BAN, "Ban", "the member could not be banned"),
    ],
)
async def test_the_head_of_a_card_says_what_came_about(bench, action, measure, words):
    await bench.opened()
    await uphold(bench, 1, action)
    card = plain(only(await bench.do(bench.cog.measure_failed(failure(measure, case=1))), Edit).body)
    assert f"Upheld by Noor, but {words}, " in card
    await undo(bench, 1)
    again = plain(only(await uphold(bench, 1, action), Edit).body)
    assert "could not" not in again


async def test_a_ban_is_lifted_and_the_member_told_when_it_was(bench):
    await bench.opened()
    await uphold(bench, 1, Action.BAN)
    effects = await undo(bench, 1, by="Otto")
    lifted = only(effects, Unban)
    assert (lifted.member, lifted.by, lifted.case) == (member("Mira").id, member("Otto").id, 1)
    assert of_kind(effects, DirectMessage) == []
    assert "The ban is lifted" in plain(only(effects, Say).body)
    assert "no longer banned" in plain(only(await applied(bench, "Unban"), DirectMessage).body)


async def test_whoever_was_sent_out_is_told_that_they_can_come_back(bench):
    await bench.opened()
    await uphold(bench, 1, Action.KICK)
    effects = await undo(bench, 1)
    assert of_kind(effects, Unban | Kick) == []
    assert "You can come back." in plain(only(effects, DirectMessage).body)


async def test_the_cards_button_asks_first_and_takes_a_reason(bench):
    said = bench.said()
    effects = await bench.do(bench.cog.flagged(bench.flag(said)))
    offered = {choice.id: choice for choice in only(effects, Ask).choices}
    for choice in ("hide", "timeout", "ban"):
        assert offered[choice].danger
        assert offered[choice].confirm
        assert [field.required for field in offered[choice].form] == [False]
    assert offered["ban"].emoji == "🔨"
    effects = await bench.press("ban", fields={"words": "Enough."})
    assert only(effects, Ban).ground.reason == "Enough."
    assert (await bench.case()).reason == "Enough."


@pytest.mark.parametrize(("action", "sanction", "told"), OUT)
async def test_nobody_is_sent_out_who_moderates_by_the_configuration(bench, action, sanction, told):
    linked = Steward("Noor", frozenset({member("Noor").id, MemberId("fake:noor-at-home")}))
    bench.ports.known[0] = replace(bench.ports.known[0], stewards=(linked,))
    await bench.opened(author=replace(member("Noor at home"), id=MemberId("fake:noor-at-home")))
    with pytest.raises(UserError, match="Noor is one of the moderators"):
        await uphold(bench, 1, action, by="Otto")
    assert (await bench.case()).state is State.OPEN
    (whisper,) = await bench.press("ban", by="Otto")
    assert "one of the moderators" in plain(whisper.body)


@pytest.mark.parametrize(
    ("action", "match", "after"),
    [(Action.KICK, "nobody to send out", "cannot be told"), (Action.BAN, "nobody to ban", "cannot lift the ban")],
)
async def test_somebody_who_was_erased_is_neither_sent_out_nor_let_in(bench, action, match, after):
    await bench.opened()
    await uphold(bench, 1, action)
    await bench.do(bench.cog.forget(member("Mira").id))
    effects = await undo(bench, 1)
    assert of_kind(effects, Unban | DirectMessage) == []
    assert after in plain(of_kind(effects, Say)[-1].body)
    with pytest.raises(UserError, match=match):
        await uphold(bench, 1, action)


async def test_the_trail_and_the_history_have_words_for_it(bench):
    await bench.opened()
    await uphold(bench, 1, Action.BAN, "enough")
    bench.ports.apply(
        Record(bench.ports.known[0].id, "sanction.applied", member("Mira").id, member("Noor").id, {"effect": "Ban"})
    )
    text = plain(await bench.cog.audit(bench.ports.call("audit")))
    assert "Case 1 upheld, to ban the member, by Noor: “enough”" in text
    assert "Mira banned, by Noor" in text
    shown = plain(await bench.cog.history(bench.ports.call("history"), member("Mira").id))
    assert "Upheld by Noor, member banned" in shown


async def test_a_failed_measure_elsewhere_is_nobodys_business(bench):
    assert await bench.do(bench.cog.measure_failed(failure("Ban", where=room("elsewhere"), case=1))) == []
