import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.sources.globs import is_bearable, is_plain, matches


@given(
    pattern=st.text("ab*?", max_size=12),
    text=st.text("ab", max_size=12),
)
def test_it_matches_what_the_same_regular_expression_matches(pattern, text):
    meant = "".join({"*": ".*", "?": "."}.get(letter, letter) for letter in pattern)
    assert matches(pattern, text) == bool(re.fullmatch(meant, text))


@pytest.mark.parametrize(
    ("pattern", "text", "does"),
    [
        ("@spam*:evil.example", "@spammer:evil.example", True),
        ("@spam*:evil.example", "@spammer:evil.example.org", False),
        ("*.evil.example", "sub.evil.example", True),
        ("@[ab]:x", "@a:x", False),
        ("@[ab]:x", "@[ab]:x", True),
        ("*", "", True),
        ("", "", True),
        ("a*a", "a", False),
    ],
)
def test_only_stars_and_question_marks_mean_anything(pattern, text, does):
    assert matches(pattern, text) is does


@pytest.mark.parametrize("pattern", ["a*" * 5000, "*a" * 9, "?" * 65, "x" * 256])
def test_what_no_honest_rule_needs_is_not_borne(pattern):
    assert not is_bearable(pattern)


@pytest.mark.parametrize("pattern", ["*" * 255, "@*:*", "@????????:x", "*a*b*c*d*e*f*g*"])
def test_what_people_write_is(pattern):
    assert is_bearable(pattern)


def test_a_plain_one_names_one_thing():
    assert [is_plain(pattern) for pattern in ("@a:b", "@a*:b", "@?:b")] == [True, False, False]
