"""Hostile texts on every screen and in every file that the bot makes: no markup lives, nothing acts on a terminal."""

import asyncio
import io
import json
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console

from bot.commandline.progress import steps
from bot.commandline.replay import replay
from bot.commandline.report import as_json, show, write
from bot.demo import picture
from bot.domain.document import (
    Code,
    CodeBlock,
    Document,
    Faint,
    Heading,
    Jump,
    Link,
    Listing,
    Mention,
    Moment,
    Paragraph,
    Picture,
    Quote,
    Strong,
    Text,
)
from bot.domain.effect import Choice
from bot.domain.ids import MemberId, MessageId
from bot.domain.text import harmless
from bot.errors import DataError
from bot.log import configure_logging, logger
from bot.platforms.console.render import plain_text, rendered
from bot.platforms.console.screen import Screen
from bot.platforms.transcript import TranscriptPlatform
from bot.testing import factories
from bot.testing.models import scripted_models
from bot.testing.platform import wire_text
from bot.testing.server import FakePost
from tests.commandline.exports import FORMATS
from tests.hostile import texts

OURS = re.compile(r"\x1b\[[\d;]*m")
"""The colours that the bot's own styles write."""


def document(text, other):
    """Both texts in every node that a document can have."""
    who, message = MemberId(f"fake:{text}"), MessageId(f"fake:{other}")
    spans = (
        *(Text(text), Strong(text), Faint(other), Code(text), Jump(message, text), Mention(who, text)),
        *(Link(text, other), Link(other, f"https://example.org/{text}"), Link(text, text), Mention(who, other)),
        Moment(datetime(2026, 3, 2, tzinfo=UTC), "Europe/Berlin"),
    )
    middle = len(text) // 2
    return Document(
        (
            *(Heading(spans), Paragraph(spans), Listing((spans, (Text(text),))), Listing((spans,), ordered=True)),
            Quote(text, spans, ((0, middle), (middle, len(text)), (len(text), len(text) + 9))),
            *(CodeBlock(text, other), Picture(b"", text)),
        )
    )


def terminal(width=70):
    return Console(file=io.StringIO(), force_terminal=True, width=width, highlight=False, color_system="truecolor")


def lines_of(text):
    """The text's lines as they would stand on a screen: without the bot's own colours."""
    return OURS.sub("", text)


@given(texts.texts(), texts.texts())
@example(texts.HUGE[10][:3000], texts.HUGE[6][:3000])
@example(" ".join(texts.FRAGMENTS), "[/bold]")
@texts.profile(examples=15, thorough=3000)
def test_on_a_terminal(text, other):
    console = terminal()
    console.print(rendered(document(text, other), panel=True, title=text, foot=other))
    screen = Screen(console, boxes=True)
    choices = (Choice("a", text, "👍"), Choice("b", other, "👎", danger=True))
    screen.post(document(text, other), title=text, number=other, choices=choices)
    screen.changed(document(other, text), title=text, number=other, choices=choices)
    for line in (screen.question, screen.notice):
        line(text)
    screen.message(factories.message(text, author=factories.member("x")), other)
    assert texts.acts(lines_of(console.file.getvalue())) == []


@given(texts.texts())
@texts.profile(examples=15, thorough=3000)
def test_on_a_terminal_every_letter_is_shown_as_it_is(text):
    """Nothing is taken for markup: what comes out is what went in, less what would act."""
    console = terminal(width=100_000)
    console.print(rendered(Document.of(Text(text), CodeBlock(text), Quote(text))))
    shown = "".join(lines_of(console.file.getvalue()).split())
    for line in harmless(text).expandtabs().splitlines():
        assert "".join(line.split()) in shown


@given(texts.texts(), texts.texts())
@texts.profile(examples=15, thorough=3000)
def test_without_a_terminal(text, other):
    assert texts.acts(plain_text(document(text, other))) == []
    console = Console(file=io.StringIO(), highlight=False)
    Screen(console).post(document(text, other), title=text, number=other, choices=(Choice("a", text, "👍"),))
    assert texts.acts(console.file.getvalue()) == []


@given(texts.texts(), texts.texts())
@texts.profile(examples=30, thorough=5000)
def test_nobody_is_notified_by_words(text, other):
    post = FakePost(MessageId("b"), factories.room().id, "k", "c", wire_text(document(text, other)))
    assert post.pings == []
    assert texts.acts(post.text) == []


@given(texts.texts(), texts.texts())
@example(" ".join(texts.FRAGMENTS), "]]>")
@texts.profile(examples=6, thorough=400)
def test_in_the_picture(text, other):
    console = Console(file=io.StringIO(), width=90, record=True, highlight=False, force_terminal=True)
    console.print(rendered(document(text, other), panel=True, title=text))
    svg = picture.svg_of(console)
    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(svg).iter()}
    assert tags <= {"svg", "style", "defs", "clipPath", "rect", "g", "circle", "text"}
    assert not re.search(r"<(script|a|image|foreignObject)\b|\son\w+=|xlink:href", svg)


# --- exports --------------------------------------------------------------------------------------------------------


def spoiled(name, text, other):
    """An export of the usual discussion in which people are called and say hostile things."""
    content = FORMATS[name]()
    if name.endswith(".txt"):
        return content.replace("bus lane", text).encode(errors="surrogatepass")
    as_text = json.dumps(text)[1:-1]
    called = json.dumps(other or "x")
    return content.replace("bus lane", as_text).replace('"Bob"', called).replace('"mill-road"', called).encode()


async def replayed(path):
    with steps(Console(file=io.StringIO())) as shown:
        return await replay(path, shown, models=scripted_models())


def read_and_shown(path):
    """Replay a file: gives what the terminal shows, or the refusal."""
    try:
        found = asyncio.run(replayed(path))
    except DataError as error:
        return str(error)
    console = terminal()
    show(found, console)
    report = path.parent / "report.json"
    write(found, report)
    again = json.loads(report.read_text(encoding="utf-8"))
    assert again["counts"]["messages"] == found.messages > 0
    assert again.keys() == as_json(found).keys()
    return console.file.getvalue()


@pytest.mark.parametrize("name", list(FORMATS))
@given(texts.texts(), texts.texts())
@example(" ".join(texts.FRAGMENTS), "[/bold]" + "\ud800")
@texts.profile(examples=1, thorough=40)
def test_in_an_export_of_every_format(name, text, other):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(spoiled(name, text, other))
        assert texts.acts(lines_of(read_and_shown(path))) == []


@pytest.mark.parametrize(
    "name", ["[bold].jsonl", "[link=x].jsonl", "a\nb.jsonl", "\x1b[31m.jsonl", "\udcff.jsonl", "{0}.txt"]
)
def test_in_an_export_s_own_name(tmp_path, name):
    (tmp_path / name).write_text(FORMATS["export.txt" if name.endswith("txt") else "export.jsonl"]())
    shown = lines_of(read_and_shown(tmp_path / name))
    assert texts.acts(shown) == []
    assert "messages" in shown


@pytest.mark.parametrize("name", list(FORMATS))
@given(st.data())
@texts.profile(examples=10, thorough=400)
def test_in_a_broken_export(name, data):
    """Bytes cut off, put in and turned round anywhere: read, or refused in words."""
    content = bytearray(FORMATS[name]().encode())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        piece = data.draw(st.one_of(st.binary(max_size=4), texts.texts().map(lambda t: t.encode(errors="replace"))))
        content[at : at + data.draw(st.sampled_from([0, 1, 5, len(content)]))] = piece
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(bytes(content))
        try:
            events = asyncio.run(read_only(path))
        except DataError as refused:
            events = str(path) in str(refused)
        assert events


async def read_only(path):
    return await TranscriptPlatform(path).check()


# --- the log --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["console", "json"])
@given(texts.texts())
@example(" ".join(texts.FRAGMENTS))
@texts.profile(examples=15, thorough=2000)
def test_in_the_log(form, text):
    stream = io.StringIO()
    configure_logging("debug", form, stream)
    logger("x").info(text, key=text, several=[text], **{text or "x": text})
    lines = stream.getvalue().splitlines()
    assert texts.acts("".join(lines)) == []
    assert len(lines) == 1
    if form == "json":
        assert json.loads(lines[0])["level"] == "info"
