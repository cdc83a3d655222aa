"""Deciding and undoing: what moderators do, what follows from it, and what they may not."""

from dataclasses import replace

import pytest

from bot.api import (
    Ask,
    Audience,
    DirectMessage,
    Edit,
    Hide,
    Jump,
    LiftTimeout,
    MemberId,
    Origin,
    Record,
    Restore,
    Say,
    Standing,
    Steward,
    Timeout,
    UserError,
    Warn,
    plain,
)
from bot.errors import Conflict
from bot.testing.factories import member, room
from cogs.review.rows import Action, State
from cogs.review.settings import ReviewSettings
from tests.cogs.review.steps import applied, dismiss, of_kind, only, undo, uphold

# --- deciding -------------------------------------------------------------------------------------------------


async def test_upholding_alone_decides_records_and_shows_it_and_sanctions_nobody(bench):
    said = await bench.opened()
    effects = await uphold(bench, 1, Action.NONE, "name-calling")
    case = await bench.case()
    assert (case.state, case.decided_by, case.reason) == (State.UPHELD, member("Noor").id, "name-calling")
    assert of_kind(effects, Hide | Warn | Timeout | DirectMessage) == []
    edit = only(effects, Edit)
    assert "Upheld by Noor" in plain(edit.body)
    assert "name-calling" in plain(edit.body)
    assert [choice.id for choice in edit.choices] == ["undo"]
    record = only(effects, Record)
    assert (record.action, record.subject, record.actor) == ("case.upheld", "case 1", member("Noor").id)
    assert record.details == {
        "message": said.id,
        "revision": "0",
        "rule": "respect",
        "action": "none",
        "reason": "name-calling",
        "score": "0.9000",
        "threshold": "0.6000",
        "target": "participant",
        "model": "test-model 1",
    }


async def test_dismissing_leaves_the_member_alone(bench):
    await bench.opened()
    effects = await dismiss(bench, 1, "heated but fair")
    assert (await bench.case()).state is State.DISMISSED
    assert of_kind(effects, Hide | Warn | Timeout | DirectMessage) == []
    assert only(effects, Record).action == "case.dismissed"


@pytest.mark.parametrize(("action", "sanction"), [(Action.WARN, Warn), (Action.HIDE, Hide), (Action.TIMEOUT, Timeout)])
async def test_a_measure_is_a_moderators_names_the_case_and_tells_the_member_why(bench, action, sanction):
    said = await bench.opened()
    effects = await uphold(bench, 1, action, "Please argue with the claim.")
    measure = only(effects, sanction)
    assert (measure.origin, measure.by, measure.case) == (Origin.HUMAN, member("Noor").id, 1)
    assert measure.conversation == said.conversation.id
    assert (measure.ground.rule, measure.ground.reason) == ("respect", "Please argue with the claim.")
    assert of_kind(effects, DirectMessage) == [], "the member hears of it when it has come about"
    body = measure.body if action is Action.WARN else only(await applied(bench, sanction.__name__), DirectMessage).body
    text = plain(body)
    assert "Argue with the claim, not with the person." in text
    assert "Please argue with the claim." in text
    assert "case 1" in text
    assert "city-politics" in text
    assert said.text not in text, "the letter links to the message; its words live in one place"
    assert any(isinstance(span, Jump) for block in body.blocks for span in getattr(block, "spans", ()))


async def test_a_timeout_lasts_as_long_as_the_community_sets(bench):
    bench.ports.values = ReviewSettings(timeout_minutes=15)
    await bench.opened()
    effects = await uphold(bench, 1, Action.TIMEOUT)
    assert only(effects, Timeout).seconds == 900
    assert "15 minutes" in plain(only(await applied(bench, "Timeout"), DirectMessage).body)


async def test_nobody_is_told_of_a_measure_that_was_taken_back_meanwhile(bench):
    await bench.opened()
    await uphold(bench, 1, Action.HIDE)
    await undo(bench, 1)
    assert await applied(bench, "Hide") == []
    assert "is back" in plain(only(await applied(bench, "Restore"), DirectMessage).body)
    await uphold(bench, 1, Action.HIDE)
    assert await applied(bench, "Restore") == []


async def test_nothing_follows_from_effects_that_belong_to_no_case_or_no_reachable_author(bench):
    await bench.opened()
    await uphold(bench, 1, Action.HIDE)
    assert await applied(bench, "Hide", case=None) == []
    assert await applied(bench, "Hide", case=9) == []
    assert await applied(bench, "Hide", where=room("elsewhere")) == []
    await bench.do(bench.cog.forget(member("Mira").id))
    assert await applied(bench, "Hide") == []


async def test_the_answer_names_the_next_case(bench):
    await bench.opened()
    await bench.opened()
    assert "!case 2" in plain(only(await dismiss(bench, 1), Say).body)
    assert "No other case waits" in plain(only(await dismiss(bench, 2), Say).body)


@pytest.mark.parametrize(
    ("choice", "state", "action", "sanction"),
    [
        ("uphold", State.UPHELD, Action.NONE, None),
        ("dismiss", State.DISMISSED, Action.NONE, None),
        ("hide", State.UPHELD, Action.HIDE, Hide),
        ("timeout", State.UPHELD, Action.TIMEOUT, Timeout),
    ],
)
async def test_the_cards_choices_do_the_same(bench, choice, state, action, sanction):
    await bench.opened()
    effects = await bench.press(choice)
    case = await bench.case()
    assert (case.state, case.action) == (state, action)
    assert len(of_kind(effects, Hide | Timeout | Warn)) == (1 if sanction else 0)


async def test_the_words_of_the_warning_form_reach_the_member(bench):
    await bench.opened()
    effects = await bench.press("warn", fields={"words": "Not like that, please."})
    assert "Not like that, please." in plain(only(effects, Warn).body)
    assert (await bench.case()).reason == "Not like that, please."


async def test_a_card_shown_again_decides_too_and_both_cards_say_so(bench):
    await bench.opened()
    shown = only(await bench.do(bench.cog.case(bench.ports.call("case"), 1)), Ask)
    edits = of_kind(await bench.press("dismiss", label=shown.label), Edit)
    assert {edit.label for edit in edits} == {"case:1", shown.label}


async def test_of_two_moderators_at_once_the_second_hears_who_was_first(bench):
    await bench.opened()
    bench.ports.known[0] = replace(bench.ports.known[0], stewards=(Steward("Mira O.", frozenset({member("Otto").id})),))
    late = await bench.cog.uphold(bench.ports.call("uphold", by="Noor"), 1, Action.HIDE)
    await dismiss(bench, 1, by="Otto")
    with pytest.raises(Conflict):
        bench.ports.apply(late)
    with pytest.raises(UserError, match=r"Case 1 was dismissed by Mira O\. a moment ago"):
        await uphold(bench, 1, Action.HIDE)
    pressed = await bench.press("hide")
    (whisper,) = pressed
    assert (whisper.audience, whisper.asker) == (Audience.ASIDE, member("Noor").id)
    assert "a moment ago" in plain(whisper.body)


# --- who may not ----------------------------------------------------------------------------------------------


async def test_a_members_press_decides_nothing(bench):
    await bench.opened()
    (whisper,) = await bench.press("uphold", by="Dario", standing=Standing.MEMBER)
    assert "Moderators decide" in plain(whisper.body)
    assert (await bench.case()).state is State.OPEN


async def test_a_steward_may_press_whatever_the_platform_says(bench):
    await bench.opened()
    await bench.press("uphold", by="Noor", standing=Standing.MEMBER)
    assert (await bench.case()).state is State.UPHELD


async def test_presses_outside_the_review_room_do_nothing(bench, two_communities):
    await bench.opened()
    for where in (room(), room("elsewhere"), room("parks-desk")):
        effects = await bench.press("uphold", conversation=where)
        assert of_kind(effects, Edit | Record) == []
    assert (await bench.case()).state is State.OPEN


async def test_nobody_decides_or_reopens_their_own_case(bench):
    await bench.opened(author="Noor")
    with pytest.raises(UserError, match="about a message of yours"):
        await uphold(bench, 1)
    with pytest.raises(UserError, match="about a message of yours"):
        await dismiss(bench, 1)
    (whisper,) = await bench.press("dismiss")
    assert "about a message of yours" in plain(whisper.body)
    await uphold(bench, 1, by="Otto")
    with pytest.raises(UserError, match="about a message of yours"):
        await undo(bench, 1)
    assert (await bench.case()).state is State.UPHELD


async def test_a_second_account_of_the_author_cannot_decide_either(bench):
    linked = Steward("Noor", frozenset({member("Noor").id, MemberId("fake:noor-at-home")}))
    bench.ports.known[0] = replace(bench.ports.known[0], stewards=(linked,))
    await bench.opened(author=replace(member("Noor at home"), id=MemberId("fake:noor-at-home")))
    with pytest.raises(UserError, match="another moderator"):
        await dismiss(bench, 1)


@pytest.mark.parametrize("name", ["uphold", "dismiss", "undo", "case", "audit"])
async def test_another_communitys_case_is_as_if_it_were_not_there(bench, two_communities, name):
    await bench.opened("Parks secret", conversation=room("parks"))
    handler = getattr(bench.cog, name)
    messages = []
    for number in (1, 99):
        with pytest.raises(UserError) as refused:
            await handler(bench.ports.call(name), number)
        messages.append(str(refused.value).replace(str(number), "N"))
    assert messages[0] == messages[1]
    assert "There is no case" in messages[0]
    assert (await bench.case(1, community=1)).state is State.OPEN


async def test_queue_history_and_audit_show_nothing_of_another_community(bench, two_communities):
    await bench.opened("Parks secret", conversation=room("parks"))
    shown = [
        await bench.cog.queue(bench.ports.call("queue")),
        await bench.cog.history(bench.ports.call("history"), member("Mira").id),
        await bench.cog.audit(bench.ports.call("audit")),
    ]
    texts = " ".join(plain(document) for document in shown)
    assert "Case 1" not in texts
    assert "case 1" not in texts
    assert "parks" not in texts


@pytest.mark.parametrize("number", [0, -1, 10**14])
async def test_numbers_that_no_case_has(bench, number):
    await bench.opened()
    with pytest.raises(UserError, match="There is no case"):
        await dismiss(bench, number)


async def test_a_closed_case_is_not_decided_again_by_the_same_person(bench):
    await bench.opened()
    await uphold(bench, 1)
    with pytest.raises(UserError, match=r"!undo 1"):
        await dismiss(bench, 1)


async def test_an_erased_author_cannot_be_warned(bench):
    await bench.opened()
    await bench.do(bench.cog.forget(member("Mira").id))
    with pytest.raises(UserError, match="nobody to warn"):
        await uphold(bench, 1, Action.WARN)
    effects = await uphold(bench, 1, Action.HIDE)
    assert of_kind(effects, Hide)
    assert of_kind(effects, DirectMessage) == []


# --- undo -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "told"), [(Action.WARN, "cannot be told"), (Action.TIMEOUT, "cannot lift")])
async def test_what_cannot_be_taken_back_from_somebody_who_was_erased_is_said(bench, action, told):
    await bench.opened()
    await uphold(bench, 1, action)
    await bench.do(bench.cog.forget(member("Mira").id))
    effects = await undo(bench, 1)
    assert of_kind(effects, LiftTimeout | DirectMessage) == []
    assert told in plain(of_kind(effects, Say)[-1].body)


@pytest.mark.parametrize(
    ("action", "lifted", "told"),
    [
        (Action.NONE, None, "Nothing else had followed"),
        (Action.WARN, None, "cannot be unread"),
        (Action.HIDE, Restore, "quote"),
        (Action.TIMEOUT, LiftTimeout, "lifted"),
    ],
)
async def test_undo_takes_back_what_can_be_and_says_what_cannot(bench, action, lifted, told):
    await bench.opened()
    before = await bench.case()
    await uphold(bench, 1, action, "rude")
    effects = await undo(bench, 1, by="Otto")
    assert replace(await bench.case(), drawn=0, decision=0) == replace(before, drawn=0), (
        "decide then undo: the state before"
    )
    assert [type(e) for e in of_kind(effects, Restore | LiftTimeout)] == ([lifted] if lifted else [])
    assert all(e.origin is Origin.HUMAN and e.case == 1 for e in of_kind(effects, Restore | LiftTimeout))
    assert told in plain(only(effects, Say).body)
    letters = of_kind(effects, DirectMessage) + (await applied(bench, lifted.__name__) if lifted else [])
    assert len(letters) == (0 if action is Action.NONE else 1)
    record = only(effects, Record)
    assert (record.action, record.actor) == ("case.reopened", member("Otto").id)
    assert record.details["action"] == action.value, "the trail says what was taken back"
    assert "dismiss" in {choice.id for choice in only(effects, Edit).choices}


async def test_undo_by_press_and_then_decided_anew(bench):
    await bench.opened()
    await bench.press("dismiss")
    effects = await bench.press("undo", by="Otto")
    assert "open again" in plain(only(effects, Say).body)
    await bench.press("uphold", by="Otto")
    assert (await bench.case()).decided_by == member("Otto").id


async def test_an_open_case_has_nothing_to_undo(bench):
    await bench.opened()
    with pytest.raises(UserError, match="nothing to take back"):
        await undo(bench, 1)
    (whisper,) = await bench.press("undo")
    assert "nothing to take back" in plain(whisper.body)


async def test_nobody_is_told_that_a_deleted_message_was_hidden(bench):
    await bench.vanish(await bench.opened())
    with pytest.raises(UserError, match="nothing to hide"):
        await uphold(bench, 1, Action.HIDE)
    assert only(await uphold(bench, 1, Action.WARN), Warn)
