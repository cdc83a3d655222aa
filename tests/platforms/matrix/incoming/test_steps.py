import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.effect import Choice, Field
from bot.domain.ids import ConversationId
from bot.platforms.matrix.incoming.steps import CANCELLED, NO, SKIP, YES, Move, Step, by_emoji, by_words, question

FIRST = Step("review", "case 7", ConversationId("matrix:!r:x"), "$card", "warn", "@mira:x", "$press")
WHOLE = FIRST.content()

PLAIN = Choice("keep", "Keep", "✅")
SURE = Choice("hide", "Hide", "🙈", confirm="Sure?")
FORM = Choice("warn", "Warn", "✉️", form=(Field("words", "Words?"), Field("note", "Note?", long=True, required=False)))


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


@pytest.mark.parametrize("choice", [SURE, FORM])
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
