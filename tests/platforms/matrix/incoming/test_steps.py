import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.document import plain
from bot.domain.effect import Choice, Field
from bot.domain.ids import ConversationId
from bot.platforms.matrix.incoming.steps import CANCELLED, NO, SKIP, YES, Move, Step, by_emoji, by_words, question

FIRST = Step("review", "case 7", ConversationId("matrix:!r:x"), "$card", "warn", "@mira:x", "$press")
WHOLE = FIRST.content()

PLAIN = Choice("keep", "Keep", "✅")
SURE = Choice("hide", "Hide", "🙈", confirm="Sure?")
FORM = Choice("warn", "Warn", "✉️", form=(Field("words", "Words?"), Field("note", "Note?", long=True, required=False)))
REASON = Choice("ban", "Ban", "🔨", confirm="Sure?", form=(Field("words", "Your words", long=True, required=False),))


@given(
    confirmed=st.booleans(),
    answers=st.dictionaries(st.text(max_size=8), st.text(st.characters(codec="utf-8"), max_size=8), max_size=3),
)
def test_a_step_is_read_as_it_was_written(confirmed, answers):
    step = Step(*("a", "b", ConversationId("c"), "$d", "e", "@f:g", "$h"), confirmed=confirmed, answers=answers)
    assert Step.read(json.loads(json.dumps(step.content()))) == step


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        "step",
        {},
        *({name: value for name, value in WHOLE.items() if name != missing} for missing in WHOLE),
        *({**WHOLE, name: 7} for name in WHOLE),
        {**WHOLE, "member": "mira"},
        {**WHOLE, "press": "press"},
        {**WHOLE, "prompt": "!room"},
        {**WHOLE, "answers": {"words": 7}},
        {**WHOLE, "answers": {7: "words"}},
    ],
)
def test_what_is_no_whole_step_is_none(broken):
    assert Step.read(broken) is None


def test_nothing_is_asked_about_a_plain_choice():
    assert question(FIRST, PLAIN, "Mira") is None


def test_a_confirmation_comes_before_the_form():
    both = Choice("both", "Both", "👍", confirm="Sure?", form=FORM.form)
    assert question(FIRST, both, "Mira").emojis == (YES, NO)
    confirmed = by_emoji(FIRST, both, YES).step
    assert question(confirmed, both, "Mira").emojis == (NO,)
    filled = by_words(confirmed, both, "be kind").step
    assert question(filled, both, "Mira").emojis == (SKIP, NO)
    done = by_emoji(filled, both, SKIP).step
    assert question(done, both, "Mira") is None
    assert (done.fields, done.answers) == ({"words": "be kind"}, {"words": "be kind", "note": ""})


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("Stay with the claim.", "Stay with the claim."),
        ("yes, stay with the claim", "stay with the claim"),
        ("No personal attacks, please", "No personal attacks, please"),
        ("Yes-men are not wanted", "Yes-men are not wanted"),
        ("ok:\nbe kind", "be kind"),
        ("yes", ""),
        ("Ok!", ""),
        ("-", ""),
    ],
)
def test_a_confirmation_and_a_lone_optional_field_are_one_question(answer, words):
    asked = question(FIRST, REASON, "Mira")
    assert asked.emojis == (YES, NO)
    assert "“Your words”" in plain(asked.body)
    done = by_words(FIRST, REASON, answer).step
    assert question(done, REASON, "Mira") is None
    assert done.fields == ({"words": words} if words else {})


def test_a_yes_by_reaction_leaves_the_lone_field_out():
    done = by_emoji(FIRST, REASON, YES).step
    assert question(done, REASON, "Mira") is None
    assert done.fields == {}
    assert by_emoji(FIRST, REASON, SKIP) is None


@pytest.mark.parametrize("answer", ["no", "No!", "n", "wait", "stop.", "cancel", "❌"])
def test_a_refusal_of_both_is_no_reason(answer):
    assert (by_emoji if answer == NO else by_words)(FIRST, REASON, answer) == CANCELLED


def test_what_is_no_answer_to_both_is_asked_again_or_nothing():
    assert by_words(FIRST, REASON, " .") is None
    again = by_words(FIRST, REASON, "x" * 2001)
    assert again.step == FIRST
    assert "too long" in again.problem


def test_a_step_from_before_both_were_one_question_is_gone_on_with():
    """The bot may have been updated while somebody was being asked."""
    step = replace(FIRST, confirmed=True)
    assert question(step, REASON, "Mira").emojis == (SKIP, NO)
    assert by_words(step, REASON, "be kind").step.fields == {"words": "be kind"}


@pytest.mark.parametrize("choice", [SURE, FORM, REASON])
def test_every_question_can_be_left(choice):
    assert by_emoji(FIRST, choice, NO) == by_words(FIRST, choice, " Cancel! ") == CANCELLED


@given(emoji=st.text(max_size=3), words=st.text(max_size=400))
def test_any_gesture_goes_one_step_on_or_none(emoji, words):
    for choice in (SURE, FORM):
        for move in (by_emoji(FIRST, choice, emoji), by_words(FIRST, choice, words)):
            assert move is None or move == CANCELLED or isinstance(move, Move)
            if move is not None and move.step is not None and not move.problem:
                assert len(move.step.answers) + move.step.confirmed == 1


def test_an_answer_may_be_as_long_as_its_field_bears():
    line = by_words(FIRST, FORM, "x" * 300).step
    assert by_words(FIRST, FORM, "x" * 301).problem
    assert by_words(line, FORM, "x" * 2000).step.fields["note"] == "x" * 2000
    assert by_words(line, FORM, "x" * 2001).problem
