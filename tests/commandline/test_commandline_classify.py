"""`folkmoot classify`: one text for people, JSON lines for programs."""

import io
import json
import sys

import pytest


class Stdin(io.TextIOWrapper):
    def __init__(self, text: str) -> None:
        super().__init__(io.BytesIO(text.encode()), encoding="utf-8")


@pytest.fixture
def lines(folkmoot, monkeypatch):
    """Run with these lines on standard input."""

    def run(*rows, raw=None):
        text = raw if raw is not None else "".join(json.dumps(row) + "\n" for row in rows)
        monkeypatch.setattr(sys, "stdin", Stdin(text))
        return folkmoot("classify", "--jsonl")

    return run


def test_an_attack_is_shown_with_its_words(folkmoot):
    ended = folkmoot("classify", "you are an idiot")
    assert ended.code == 0
    assert "flagged" in ended.out
    assert "participant" in ended.out
    assert "'idiot'" in ended.out


def test_harsh_words_for_an_idea_are_shown_as_not_flagged(folkmoot):
    ended = folkmoot("classify", "that policy is idiotic", "--reply-to", "we should all try it")
    assert ended.code == 0
    assert "not flagged" in ended.out


def test_what_cannot_be_judged_says_so(folkmoot):
    ended = folkmoot("classify", "Ты дурак")
    assert (ended.code, "abstained: not in Latin letters" in ended.out) == (0, True)


def test_every_line_is_answered_in_order(lines):
    texts = ["you are an idiot", "what a fine day", "", "Ты дурак"] * 50
    ended = lines(*({"id": index, "text": text} for index, text in enumerate(texts)))
    answers = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.code == 0
    assert [answer["id"] for answer in answers] == list(range(200))
    assert set(answers[0]) == {"id", "score", "target", "flagged", "abstained"}
    assert [answer["flagged"] for answer in answers] == [True, False, False, False] * 50
    assert [answer["abstained"] for answer in answers] == [False, False, True, True] * 50


def test_context_may_be_texts_or_messages_with_authors(lines):
    ended = lines(
        {"id": "a", "text": "Says the clown who cannot read.", "context": ["first", {"author": "x", "text": "last"}]},
        {"id": "b", "text": "Says the clown who cannot read.", "context": ["last"]},
        {"id": None, "text": "Thanks.", "context": None},
    )
    first, second, third = map(json.loads, ended.out.splitlines())
    assert first["score"] == second["score"]
    assert third["id"] is None


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("not json\n", "line 1 is not JSON"),
        ('{"id": 1}\n', "line 1 has no text"),
        ('{"id": 1, "text": "a", "context": "b"}\n', "line 1: context is no list"),
        ('{"id": 1, "text": "a", "context": [1]}\n', "line 1: a message of the context has no text"),
        ("[]\n", "line 1 has no text"),
    ],
)
def test_a_broken_line_is_named(lines, raw, said):
    ended = lines(raw=raw)
    assert ended.code != 0
    assert said in ended.err
    assert ended.out == ""


def test_what_came_before_a_broken_line_is_answered(lines):
    good = json.dumps({"id": 1, "text": "fine"}) + "\n"
    ended = lines(raw=good * 3 + "{\n")
    assert ended.code != 0
    assert len(ended.out.splitlines()) == 3
    assert "line 4" in ended.err


def test_separators_inside_a_text_end_no_line(lines):
    ended = lines(raw=json.dumps({"id": 1, "text": "one\u2028two\x85three"}, ensure_ascii=False) + "\n")
    assert [json.loads(line)["id"] for line in ended.out.splitlines()] == [1]


@pytest.mark.parametrize("arguments", [(), ("text", "--jsonl"), ("--jsonl", "--reply-to", "x")])
def test_wrong_usage_is_answered(folkmoot, arguments):
    assert folkmoot("classify", *arguments).code == 2
