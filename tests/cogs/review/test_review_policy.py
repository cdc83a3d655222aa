from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api import Evidence, Ground, MemberId, Steward, UserError
from bot.testing.clock import START
from bot.testing.factories import community, ground, member, message
from cogs.review import policy
from cogs.review.policy import Ruling
from cogs.review.rows import Action, Case, State


def case(**others):
    said = message()
    values = {
        "community": community().id,
        "number": 3,
        "message": said.id,
        "revision": 0,
        "author": said.author.id,
        "conversation": said.conversation.id,
        "grounds": (ground(score=0.9),),
        "opened_at": START,
    }
    return Case(**(values | others))


@pytest.mark.parametrize(
    ("score", "word"), [(0.49, "unlikely"), (0.5, "maybe"), (0.74, "maybe"), (0.75, "likely"), (1.0, "likely")]
)
def test_a_score_sounds_as_sure_as_it_stands_above_the_threshold(score, word):
    assert policy.likelihood(Evidence(score, 0.5, "participant", "m")) == word


def test_deciding_and_taking_back_gives_the_case_as_it_was():
    before = case()
    decided = policy.ruled(before, Ruling(State.UPHELD, Action.HIDE, "  rude "), member("Noor").id, START)
    assert (decided.state, decided.action, decided.reason) == (State.UPHELD, Action.HIDE, "rude")
    assert policy.reopened(decided) == replace(before, decision=1)


def test_nobody_decides_about_themselves_with_any_of_their_accounts():
    other_account = MemberId("matrix:@noor:example.org")
    home = community(moderators=())
    home = replace(home, stewards=(Steward("Noor", frozenset({member("Noor").id, other_account})),))
    own = case(author=other_account)
    with pytest.raises(UserError, match="another moderator"):
        policy.check_not_own(own, home, member("Noor").id)
    policy.check_not_own(own, home, member("Otto").id)
    policy.check_not_own(case(author=None), home, member("Noor").id)


def test_an_erased_member_can_be_neither_warned_nor_timed_out():
    for action in (Action.WARN, Action.TIMEOUT):
        with pytest.raises(UserError, match="erased"):
            policy.check_possible(case(author=None), action, message_there=True)
    policy.check_possible(case(author=None), Action.HIDE, message_there=True)
    policy.check_possible(case(), Action.WARN, message_there=True)


def test_a_message_that_is_gone_cannot_be_hidden():
    with pytest.raises(UserError, match="nothing to hide"):
        policy.check_possible(case(), Action.HIDE, message_there=False)
    policy.check_possible(case(), Action.WARN, message_there=False)


def test_the_newest_ground_of_each_rule_counts():
    old, newer, other = ground("old", score=0.6), ground("newer", score=0.8), ground("spam", rule="spam")
    grown = policy.joined(case(grounds=(old, other), cleared=1), (newer,), 1)
    assert grown.grounds == (newer, other)
    assert (grown.revision, grown.cleared) == (1, None)
    assert policy.joined(grown, (old,), 0) == grown, "what is said of an older text changes nothing"


def test_a_decided_case_settles_its_revision_and_older_ones():
    dismissed = case(state=State.DISMISSED, revision=1)
    assert policy.settles(dismissed, 0)
    assert policy.settles(dismissed, 1)
    assert not policy.settles(dismissed, 2), "a newer text may be flagged anew"
    assert not policy.settles(case(revision=1), 1)
    assert not policy.settles(None, 0)


def test_the_surest_ground_is_named_and_reports_where_there_is_none():
    weak, strong = ground("weak", score=0.5), ground("strong", score=0.9)
    assert policy.main_ground(case(grounds=(weak, ground("words only"), strong))) == strong
    assert policy.main_ground(case(grounds=())).reason == "It was reported to the moderators."


def test_marks_are_merged_and_belong_to_the_text_they_are_about():
    def with_spans(spans, revision=0):
        return Ground("r", "why", Evidence(0.9, 0.5, "participant", "m", revision, spans))

    marked = case(grounds=(with_spans(((10, 15), (2, 4))), with_spans(((3, 6),)), with_spans(((0, 9),), revision=1)))
    assert policy.marks(marked, 0) == ((2, 6), (10, 15))
    assert policy.marks(marked, 1) == ((0, 9),)
    assert policy.marks(marked, 2) == ()


@given(
    text=st.text(max_size=400),
    limit=st.integers(min_value=4, max_value=100),
    raw=st.lists(st.tuples(st.integers(0, 400), st.integers(1, 50)), max_size=4),
)
def test_an_excerpt_is_short_and_marks_the_same_words(text, limit, raw):
    spans = policy._merged((start, start + length) for start, length in raw if start + length <= len(text))
    shown, moved = policy.excerpt(text, limit, spans)
    assert len(shown) <= limit + 2
    assert shown.strip("…") in text
    for start, end in moved:
        assert 0 <= start < end <= len(shown)
        assert any(shown[start:end] in text[a:b] for a, b in spans)
    if spans:
        assert moved, "the first marked words are always in it"


def test_a_short_text_is_shown_whole():
    assert policy.excerpt("You fool.", 50, ((4, 8),)) == ("You fool.", ((4, 8),))


def test_spans_beyond_the_text_are_left_out():
    assert policy.excerpt("Short", 50, ((3, 99), (80, 90))) == ("Short", ((3, 5),))


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=5), "a moment ago"),
        (timedelta(minutes=5), "5 minutes ago"),
        (timedelta(hours=3), "3 hours ago"),
        (timedelta(days=9), "9 days ago"),
        (timedelta(seconds=-5), "a moment ago"),
    ],
)
def test_times_are_told_in_words(passed, words):
    assert policy.ago(START, START + passed) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (59, "59 minutes"), (60, "1 hour"), (90, "90 minutes"), (1_440, "1 day"), (4_320, "3 days")],
)
def test_a_length_of_time_in_words(minutes, words):
    assert policy.lasting(minutes) == words
