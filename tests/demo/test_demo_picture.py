"""The picture in the README: an excerpt of the demonstration that fetches nothing."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.text import Text

from bot.demo import picture
from bot.demo.picture import excerpt

DRAWN = Path(__file__).parents[2] / "docs" / "demo.svg"


def words(svg):
    texts = (text.text or "" for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))
    return " ".join(" ".join(texts).replace("\xa0", " ").split())


def test_the_picture_in_the_repository_shows_each_act_and_fetches_nothing():
    svg = DRAWN.read_text()
    assert len(svg) < 400_000
    shown = words(svg)
    for said in ("people decide", "Case ", "!uphold", "is upheld", "!summarize", "The discussion so far", "Weekly"):
        assert said in shown
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", svg)
    assert not re.search(r"@font-face|@import|<image|href=", svg)


SHOWN = [
    "it reads along",
    "1. reading",
    "Case 2 is a card",
    "Case 3 is a card",
    "2. deciding",
    "!dismiss 2 Banter.",
    "!uphold 3 warn Lies.",
    "Case 3 is upheld.",
    "3. summing up",
    "!summarize",
    "The discussion so far",
    "4. planning",
    "Weekly discussion",
]


def test_a_new_picture_fetches_nothing_and_is_the_same_each_time(monkeypatch):
    async def play(console, *, interactive):
        for thing in SHOWN:
            console.print(Text(thing))

    monkeypatch.setattr(picture, "play", play)
    svg = picture.picture()
    assert picture.picture() == svg
    assert "font-face" not in svg
    assert "Weekly discussion" in words(svg)


def test_the_card_is_the_one_that_is_upheld():
    found = [thing for thing in excerpt([(thing, Text(thing)) for thing in SHOWN]) if isinstance(thing, Text)]
    assert [thing.plain for thing in found if re.search("^(Case|!uphold) 3", thing.plain)] == [
        SHOWN[3],
        SHOWN[6],
        SHOWN[7],
    ]


def test_what_the_demonstration_did_not_show_is_named():
    with pytest.raises(LookupError, match="reads along"):
        excerpt([])
