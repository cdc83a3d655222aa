"""Disguises are undone, ordinary words are left alone, and the way back to the original always holds."""

# ruff: noqa: RUF001 — look-alike letters are what this is about

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.attacks.normalise import MOST_CHARACTERS, normalise


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("you are a 1d10t", "you are a idiot"),
        ("@$$hole $tupid id!ot", "asshole stupid idiot"),
        ("you st*pid f**king m o r o n", "you stupid fucking moron"),
        ("m.o.r.o.n", "moron"),
        ("you l-i-a-r", "you liar"),
        ("i\u200bd\u2060io\u00adt", "idiot"),
        ("\u202eyou\u202c idiot", "you idiot"),
        ("i\u0301d\u0308iot", "idiot"),
        ("\u0456di\u043et", "idiot"),
        ("ｙｏｕ ａｒｅ ａ ｌｉａｒ", "you are a liar"),
        ("𝓲𝓭𝓲𝓸𝓽", "idiot"),
        ("idiooooot", "idiot"),
        ("you\u2019re", "you're"),
        ("no!!!!!!!!", "no!!!"),
    ],
)
def test_a_disguise_is_undone(written: str, read: str) -> None:
    assert normalise(written).text == read


@pytest.mark.parametrize(
    "text",
    [
        "The G20 met in the EU; covid19 cost $100 bn, 40 % of it in 2021",
        "U.S.A. and F.B.I.",
        "pass the class, assess the bass",
        "Так сказал министр",
        "see 4chan, b2b and e=mc2",
        "a b c d e",
        "2 + 2 = 4",
        "good, keep on",
    ],
)
def test_ordinary_writing_is_left_alone(text: str) -> None:
    assert normalise(text).text == text


def test_quotes_are_left_out() -> None:
    text = "> you are an idiot\n>> so are you\n>\nPlease stop.\n> liar"
    assert normalise(text).text.split() == ["Please", "stop."]


def test_what_is_nothing_but_a_quote_says_what_it_quotes() -> None:
    text = "\n> you are\n>> an idiot\n> "
    piece = normalise(text)
    assert piece.text.split() == ["you", "are", "an", "idiot"]
    start = piece.text.index("idiot")
    first, last = piece.original(start, start + 5)
    assert text[first:last] == "idiot"


def test_an_arrow_at_the_start_of_a_line_is_no_quote() -> None:
    assert normalise(">implying that it works").text == ">implying that it works"


def test_links_mentions_and_emoji_become_short() -> None:
    assert (
        normalise("see https://example.org/a?b=c <@123456789012> <:clown:123456789012>").text == "see url @user clown"
    )


@pytest.mark.parametrize(
    ("text", "word", "original"),
    [
        ("well, you 1d10t there", "idiot", "1d10t"),
        ("you\u200b\u200b m o r o n indeed", "moron", "m o r o n"),
        ("> quoted\nliar", "liar", "liar"),
        ("ﬀ \ud800 liar", "liar", "liar"),
    ],
)
def test_the_way_back_leads_to_the_original(text: str, word: str, original: str) -> None:
    copy = normalise(text)
    start = copy.text.index(word)
    found = copy.original(start, start + len(word))
    assert text[slice(*found)] == original


HOSTILE = [
    "",
    "\ud800\udfff\ud800",
    "\u200b" * 1000,
    "a" * 60_000,
    "а" * 60_000,
    "i d " * 15_000,
    "*" * 60_000,
    "> \n" * 20_000,
    "http://" * 8_000,
    "a" + "\u0300" * 60_000,
    "a-" * 30_000,
    "a1" * 30_000,
    "\n" * 60_000,
    "<@" * 30_000,
    "\ufdfa" * 3_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_ends_in_something_consistent(text: str) -> None:
    copy = normalise(text)
    assert len(copy.text) == len(copy.starts) == len(copy.ends)
    assert "\n\n\n\n" not in copy.text
    copy.text.encode("utf-8")


def test_no_more_is_read_than_can_arrive() -> None:
    assert "late" not in normalise("word " * MOST_CHARACTERS + "late").text


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=200))
def test_every_character_knows_where_it_came_from(text: str) -> None:
    copy = normalise(text)
    assert len(copy.text) == len(copy.starts) == len(copy.ends)
    for start, end in zip(copy.starts, copy.ends, strict=True):
        assert 0 <= start < end <= len(text)
    assert list(copy.starts) == sorted(copy.starts)
