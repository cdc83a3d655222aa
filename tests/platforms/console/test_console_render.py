import io
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.domain.document import (
    Code,
    CodeBlock,
    Document,
    Faint,
    Jump,
    Link,
    Mention,
    Moment,
    Picture,
    Quote,
    Strong,
    heading,
    inlines,
    listing,
    paragraph,
)
from bot.domain.effect import Choice
from bot.platforms.console.render import plain_text, rendered, rendered_choices

ESCAPES = re.compile("\x1b\\[[0-9;]*m")
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def drawn(document, *, panel=False, width=80):
    file = io.StringIO()
    Console(file=file, force_terminal=True, color_system="standard", width=width).print(rendered(document, panel=panel))
    return file.getvalue()


def everything(text):
    return Document(
        (
            heading(text),
            paragraph(text, Strong(text), Faint(text), Code(text), Link(text, f"https://example.org/{text}")),
            paragraph(
                Jump(f"console:{text}", text), Mention("console:mira", text), Moment(datetime(2026, 3, 2, tzinfo=UTC))
            ),
            listing(text, inlines(Strong(text)), ordered=True),
            Quote(text, inlines(text), ((0, 2), (3, 400))),
            CodeBlock(text),
            Picture(b"", text),
        )
    )


HOSTILE = st.text(st.characters(exclude_categories=()), max_size=60)


def test_short_facts_stand_together_and_headings_and_long_paragraphs_apart():
    source = inlines(Mention("console:mira", "Mira"))
    quotes = (paragraph("Just before:"), Quote("No.", source), Quote("Yes.", source))
    document = Document((heading("Case 1"), *quotes, paragraph("word " * 30), heading("Case 2"), paragraph("Open.")))
    lines = ESCAPES.sub("", drawn(document)).splitlines()
    assert lines[:4] == ["Case 1", "Just before:", "▌ No.  — Mira", "▌ Yes.  — Mira"]
    assert [number for number, line in enumerate(lines) if not line.strip()] == [4, 7]
    assert lines[-2:] == ["Case 2", "Open."]


def test_answers_stand_in_one_line():
    file = io.StringIO()
    Console(file=file, width=80).print(rendered_choices([Choice("a", "Uphold", "✅"), Choice("b", "Dismiss", "❌")]))
    assert file.getvalue() == "1 Uphold   2 Dismiss\n"


@given(HOSTILE)
def test_nothing_hostile_reaches_the_terminal(text):
    shown = ESCAPES.sub("", drawn(everything(text), panel=True))
    assert not FORBIDDEN.search(shown)
    assert not FORBIDDEN.search(plain_text(everything(text)))


def test_markup_is_not_interpreted():
    document = everything("[bold red]x[/] :smile: {0.__class__} [link=http://x]")
    assert ESCAPES.sub("", drawn(document, width=300)).count("[bold red]x[/] :smile: {0.__class__}") >= 10
    assert "[bold red]x[/] :smile:" in plain_text(document)


def test_marked_words_are_brought_out():
    quote = Document((Quote("you absolute fool", marked=((4, 17),)),))
    assert re.search("\x1b\\[[0-9;]*7m" + "absolute fool", drawn(quote))
    assert plain_text(quote) == "| you *absolute fool*"


def test_marks_beyond_the_text_do_no_harm():
    quote = Document((Quote("short", marked=((-3, 2), (4, 99), (9, 3))),))
    assert "short" in ESCAPES.sub("", drawn(quote))
    assert plain_text(quote) == "| short"


def test_a_long_quote_is_cut_and_says_so():
    document = Document((Quote("a" * 60_000),))
    assert len(plain_text(document)) < 4_000
    assert "57,000 more characters" in plain_text(document)


def test_links_show_where_they_lead():
    assert plain_text(Document.of(Link("our rules", "https://example.org/r"))) == "our rules (https://example.org/r)"
    assert plain_text(Document.of(Link("press me", "javascript:alert(1)"))) == "press me"


@pytest.mark.parametrize(("zone", "shown"), [("UTC", "18:00 UTC"), ("Europe/Berlin", "19:00 CET")])
def test_moments_are_shown_in_their_zone(zone, shown):
    assert shown in plain_text(Document.of(Moment(datetime(2026, 3, 2, 18, tzinfo=UTC), zone)))


def test_messages_are_referred_to_by_number():
    assert plain_text(Document.of(Jump("console:12", "what was said"))) == "what was said #12"


def test_quotes_have_a_bar_on_every_line():
    lines = ESCAPES.sub("", drawn(Document((Quote("one\ntwo " * 20),)), width=40)).rstrip("\n").split("\n")
    assert len(lines) > 3
    assert all(line.startswith("▌ ") for line in lines)
