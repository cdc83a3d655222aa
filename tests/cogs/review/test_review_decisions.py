"""Deciding, undoing, looking, reporting: what moderators and members do, and what they may not."""

from dataclasses import replace

import pytest

from bot.api import (
    Ask,
    Audience,
    DirectMessage,
    Edit,
    EffectApplied,
    EffectFailed,
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
from bot.testing.factories import community, member, message, room
from cogs.review.rows import Action, Case, State
from cogs.review.settings import ReviewSettings


def of_kind(effects, kind):
    return [effect for effect in effects if isinstance(effect, kind)]


def only(effects, kind):
    (found,) = of_kind(effects, kind)
    return found


def uphold(bench, *arguments, **others):
    return bench.do(bench.cog.uphold(bench.ports.call("uphold", **others), *arguments))


def dismiss(bench, *arguments, **others):
    return bench.do(bench.cog.dismiss(bench.ports.call("dismiss", **others), *arguments))


def undo(bench, *arguments, **others):
    return bench.do(bench.cog.undo(bench.ports.call("undo", **others), *arguments))


def applied(bench, effect, *, case=1, where=None):
    """Word from the core that a measure has come about."""
    where = where or room()
    event = EffectApplied("review", effect, None, 7, where.id, bench.ports.clock.now(), None, case)
    return bench.do(bench.cog.applied(event))


@pytest.fixture
def two_communities(bench):
    """A second community with its own moderators' room; its case 1 is about the text "Parks secret"."""
    other = community("otherton", rooms=(room("parks"),), review_room=room("parks-desk"), moderators=("Pia",))
    bench.ports.known.append(other)
    return other


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
    assert "No case waits" in plain(only(await dismiss(bench, 2), Say).body)


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
    assert (whisper.audience, whisper.asker) == (Audience.ASKER, member("Noor").id)
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
    assert replace(await bench.case(), drawn=0) == replace(before, drawn=0), "decide then undo: the state before"
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


# --- looking --------------------------------------------------------------------------------------------------


async def test_the_queue_lists_open_cases_oldest_first_without_their_words(bench):
    await bench.opened("You absolute fool.")
    await bench.opened("Liar!", author="Dario", conversation=room("city-politics"))
    await bench.opened("Dolt!")
    await bench.press("dismiss", label="case:2")
    text = plain(await bench.cog.queue(bench.ports.call("queue")))
    assert "2 open cases" in text
    assert text.index("Case 1") < text.index("Case 3")
    assert "Case 2" not in text
    assert "absolute" not in text, "lists are not drawn anew when a message is deleted"
    assert "Likely 0.90" in text


async def test_the_queue_of_one_room(bench):
    docks = room("docks")
    bench.ports.known[0] = community(rooms=(room(), docks))
    await bench.opened()
    await bench.opened(conversation=docks)
    text = plain(await bench.cog.queue(bench.ports.call("queue"), "#Docks"))
    assert "Case 2" in text
    assert "Case 1" not in text
    with pytest.raises(UserError, match="city-politics, docks"):
        await bench.cog.queue(bench.ports.call("queue"), "dcoks")


async def test_an_empty_queue_and_a_long_one(bench):
    assert "No case waits" in plain(await bench.cog.queue(bench.ports.call("queue")))
    for _ in range(23):
        await bench.opened()
    text = plain(await bench.cog.queue(bench.ports.call("queue")))
    assert "23 open cases" in text
    assert "3 more" in text
    assert "Case 21" not in text


async def test_the_queue_says_which_messages_are_gone(bench):
    said = await bench.opened()
    await bench.vanish(said)
    assert "message gone" in plain(await bench.cog.queue(bench.ports.call("queue")))


async def test_history_lists_a_members_cases_newest_first(bench):
    await bench.opened("You absolute fool.")
    await uphold(bench, 1, Action.WARN, "rude")
    await bench.opened("Dolt!")
    await bench.opened("Liar!", author="Dario")
    text = plain(await bench.cog.history(bench.ports.call("history"), member("Mira").id))
    assert "1 open, 1 upheld" in text
    assert text.index("Case 2") < text.index("Case 1")
    assert "member warned by Noor" in text
    assert "Case 3" not in text
    assert "absolute" not in text


async def test_history_of_somebody_without_cases(bench):
    assert "no case about Dario" in plain(await bench.cog.history(bench.ports.call("history"), member("Dario").id))
    nobody = await bench.cog.history(bench.ports.call("history"), MemberId("fake:nobody"))
    assert "no case about" in plain(nobody)


async def test_audit_shows_the_trail_newest_first_and_that_of_one_case(bench):
    said = await bench.opened()
    await bench.opened()
    await uphold(bench, 1, Action.HIDE, "rude")
    applied = Record(bench.ports.known[0].id, "sanction.applied", said.id, member("Noor").id, {"note": "hidden"})
    bench.ports.apply(applied)
    everything = plain(await bench.cog.audit(bench.ports.call("audit")))
    assert "case 2" in everything
    assert everything.index("sanction.applied") < everything.index("case.upheld") < everything.index("case.opened")
    text = plain(await bench.cog.audit(bench.ports.call("audit"), 1))
    assert "case 2" not in text
    assert "by Noor" in text
    assert "sanction.applied" in text
    assert "score 0.9000" in text


async def test_an_empty_trail(bench):
    assert "nothing" in plain(await bench.cog.audit(bench.ports.call("audit")))


# --- reporting ------------------------------------------------------------------------------------------------


def report(bench, said, words="", *, by="Dario", **others):
    target = said.id if said is not None else None
    call = bench.ports.call("report", by=by, conversation=room(), target=target, standing=Standing.MEMBER, **others)
    return bench.do(bench.cog.report(call, words))


async def test_a_member_reports_and_is_thanked_privately(bench):
    said = bench.said()
    effects = await report(bench, said, "he insults me")
    assert only(effects, Ask).label == "case:1"
    answer = only(effects, Say)
    assert (answer.audience, answer.asker) == (Audience.ASKER, member("Dario").id)
    assert "Thank you" in plain(answer.body)


async def test_what_a_member_hears_when_others_were_first(bench):
    said = await bench.opened()
    assert "already" in plain(only(await report(bench, said), Say).body)
    assert "You have reported" in plain(only(await report(bench, said), Say).body)
    await bench.press("dismiss")
    assert "already decided" in plain(only(await report(bench, said, by="Otto"), Say).body)
    assert await bench.ports.of(Case).count() == 1


async def test_a_report_needs_a_message_that_is_there_and_is_not_ones_own(bench, two_communities):
    with pytest.raises(UserError, match="Reply to the message"):
        await report(bench, None)
    with pytest.raises(UserError, match="cannot find"):
        await report(bench, message())
    with pytest.raises(UserError, match="cannot find"):
        await report(bench, bench.said("Parks secret", conversation=room("parks")))
    with pytest.raises(UserError, match="your own"):
        await report(bench, bench.said(author="Dario"))
    assert await bench.ports.of(Case).count() == 0


async def test_a_report_shows_nothing_of_the_case_to_the_member(bench):
    said = await bench.opened()
    answer = plain(only(await report(bench, said), Say).body)
    assert "0.9" not in answer
    assert "case" not in answer.lower()


# --- failures -------------------------------------------------------------------------------------------------


def failure(effect, *, where=None, case=None, reason="may not hide in square: the bot needs 'Manage Messages' there"):
    where = where or room()
    return EffectFailed("review", effect, None, 7, where.id, message().sent_at, reason, case)


async def test_moderators_hear_what_failed_where_and_which_permission_is_missing(bench):
    await bench.opened()
    await uphold(bench, 1, Action.HIDE)
    effects = await bench.do(bench.cog.measure_failed(failure("Hide", case=1)))
    say = only(effects, Say)
    assert say.conversation == room("moderators").id
    text = plain(say.body)
    for shown in ("hide a message", "Case 1", "city-politics", "Manage Messages", "!undo 1"):
        assert shown in text
    assert "This did not work" in plain(only(effects, Edit).body), "the card does not pretend"
    assert "did not work" not in plain(only(await undo(bench, 1), Edit).body)


async def test_a_member_who_cannot_be_written_to_is_told_in_another_way(bench):
    text = plain(only(await bench.do(bench.cog.measure_failed(failure("DirectMessage", reason="closed"))), Say).body)
    assert "tell the member in another way" in text


async def test_a_failed_post_of_its_own_raises_no_further_post(bench):
    for effect in ("Say", "Ask", "Edit"):
        assert await bench.do(bench.cog.measure_failed(failure(effect))) == []
    assert await bench.do(bench.cog.measure_failed(failure("Hide", where=room("elsewhere")))) == []
