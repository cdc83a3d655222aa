"""Answers are read whatever a stranger has put into one event of them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.connection.answers import read_answer

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), PLAIN), st.booleans())
def test_sound_answers_come_as_they_are(answer, ascii_only):
    text = json.dumps(answer, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert read_answer(text) == answer


@pytest.mark.parametrize("body", [b"", b"<h1>", b"[]", b'"x"', b'{"a":', b"\xff\xfe", b"null", b"1"])
def test_what_is_no_object_is_none(body):
    assert read_answer(body) is None


@pytest.mark.parametrize(
    "deep",
    [
        "[" * 50_000 + "]" * 50_000,
        '{"a":' * 20_000 + "1" + "}" * 20_000,
        "[" * 600 + '"\\ud83d"' + "]" * 600,
    ],
)
def test_what_is_nested_too_deep_does_not_cost_the_rest(deep):
    read = read_answer(f'{{"before": 1, "event": {deep}, "after": "[\\"{{", "last": [2]}}'.encode())
    assert read is not None
    assert (read["before"], read["after"], read["last"]) == (1, '["{', [2])


def test_a_number_that_python_does_not_read_does_not_cost_the_rest():
    assert read_answer(b'{"a": %s, "b": 2}' % (b"9" * 5000)) == {"a": 0, "b": 2}


def test_what_is_no_text_does_not_cost_the_rest():
    assert read_answer(b'{"a": "\xff", "b": 2}') == {"a": "\ufffd", "b": 2}


@pytest.mark.parametrize("half", ["\\ud83d", "\\uDE00", "\\uD83D\\ud83d", "\\ude00\\ud83d"])
def test_halves_of_pairs_are_replaced(half):
    read = read_answer(f'{{"{half}": ["{half}", "\\ud83d\\ude00"]}}'.encode())
    json.dumps(read, ensure_ascii=False).encode()
    assert read is not None
    assert next(iter(read.values()))[1] == "😀"
