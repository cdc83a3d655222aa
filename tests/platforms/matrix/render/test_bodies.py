"""Documents as message bodies: what people wrote never becomes markup, and nothing of it is lost."""

import json
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    inlines,
    listing,
)
from bot.domain.ids import MemberId, MessageId
from bot.domain.text import harmless
from bot.platforms.matrix.render import content
from bot.platforms.matrix.render.bodies import LIMIT, LIMIT_OF_ONE, Body, in_one, in_parts
from bot.platforms.matrix.render.gate import TAGS, passed
from bot.testing.contracts.platform import CONTROLS
from bot.testing.contracts.platform_samples import HOSTILE, every_node

MIRA = MemberId("matrix:@mira:test.local")
ADDRESS = "https://matrix.to/#/!room:test.local/$event?via=test.local&via=b.example"
LARGEST_EVENT = 65_536


def link_to(message):
    return ADDRESS if message.startswith("matrix:!") else None


def bodies(document):
    return [part for part in in_parts(document, link_to) if isinstance(part, Body)]


def plain(*parts):
    return "\n\n".join(body.plain for body in bodies(Document.of(*parts)))


def html(*parts):
    return "".join(body.html for body in bodies(Document.of(*parts)))


class Page(HTMLParser):
    """Reads a body as a client does: its words, its tags and addresses."""

    def __init__(self, text):
        super().__init__()
        self.words, self.tags, self.attributes, self._open = "", set(), [], []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag == "br":
            self.words += "\n"
        else:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.words += data

    def handle_comment(self, data):
        raise AssertionError("a comment")


texts = st.one_of(
    st.sampled_from([text for text in HOSTILE if len(text) < 1_000]),
    st.text(max_size=200),
    st.text(alphabet="<>&\"'a/ =\n#;\u202e\x1b\ud800!-[]()*_`@$", max_size=80),
)
moments = st.datetimes(timezones=st.just(UTC))
spans = st.one_of(
    texts.map(Text),
    texts.map(Strong),
    texts.map(Faint),
    texts.map(Code),
    st.builds(Link, texts, st.one_of(texts, st.just("https://example.org/a?b=c&d"), st.just("javascript:alert(1)"))),
    st.builds(Jump, st.sampled_from([MessageId("matrix:!r:s/$e"), MessageId("matrix:12")]), texts),
    st.builds(
        Mention, st.one_of(st.just(MIRA), texts.map(lambda text: MemberId(f"matrix:{text}"))), texts, st.booleans()
    ),
    st.builds(Moment, moments, st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu", "no/zone", "../x", ""])),
)
lines = st.lists(spans, max_size=4).map(tuple)
blocks = st.one_of(
    st.builds(Heading, lines, st.integers(-3, 12)),
    st.builds(Paragraph, lines),
    st.builds(Listing, st.lists(lines, max_size=4).map(tuple), st.booleans()),
    st.builds(
        Quote, texts, lines, st.lists(st.tuples(st.integers(-5, 300), st.integers(-5, 300)), max_size=4).map(tuple)
    ),
    st.builds(CodeBlock, texts, texts),
    st.builds(Picture, st.binary(max_size=20), texts),
)
documents = st.lists(blocks, max_size=5).map(lambda every: Document(tuple(every)))


@given(documents, st.sampled_from([600, 1_500, LIMIT]))
def test_nothing_that_anybody_wrote_becomes_markup(document, limit):
    for part in in_parts(document, link_to, limit=limit):
        if isinstance(part, Picture):
            continue
        assert part.plain.strip()
        page = Page(part.html)
        assert page.tags <= TAGS
        for tag, name, value in page.attributes:
            assert (tag, name) in {("a", "href"), ("ol", "start"), ("code", "class")}
            assert tag != "a" or value.startswith(("https://", "http://"))
        assert passed(part.html) == part.html
        assert not CONTROLS.search(part.plain + part.html)


@given(texts)
def test_a_client_reads_just_the_words_that_were_written(text):
    for node in (Text(text), Strong(text), Faint(text), Code(text)):
        for body in bodies(Document.of(node)) if text.strip() else []:
            assert Page(body.html).words == harmless(text)
            assert body.plain == harmless(text)


@given(documents)
def test_whoever_is_notified_is_meant_and_nobody_else(document):
    meant = [user for body in bodies(document) for user in body.meant]
    named = {span for block in document.blocks for span in _spans(block) if isinstance(span, Mention)}
    assert len(meant) == len(set(meant))
    assert {f"matrix:{user}" for user in meant} <= {mention.member for mention in named if mention.notify}
    for body in bodies(document):
        assert set(content.message(body)["m.mentions"]) <= {"user_ids"}


@given(documents, documents)
def test_what_must_be_one_message_is_one_and_its_foot_stays(document, foot):
    body = in_one(document, link_to, foot)
    assert body.plain.strip()
    Page(body.html)
    assert _heavy(content.replacement(body, "$event")) < 40_000


def _spans(block):
    match block:
        case Heading(spans=found) | Paragraph(spans=found) | Quote(source=found):
            return found
        case Listing(items=items):
            return tuple(span for item in items for span in item)
        case _:
            return ()


def _heavy(said):
    """Bytes of the event when encrypted, as JSON in ASCII."""
    return len(json.dumps(said)) * 4 / 3


class _Named:
    def __init__(self, identity):
        self.id = identity


class _Driver:
    room, member = _Named("matrix:!room:test.local"), _Named(MIRA)


@pytest.mark.parametrize(
    "text", [*HOSTILE, "😀" * 60_000, "<&\"'>" * 12_000, "\n" * 60_000, "e\u0301" * 30_000], ids=range(13)
)
def test_every_event_stays_well_below_what_a_homeserver_takes(text):
    document = every_node(_Driver(), text)
    for part in in_parts(document, link_to):
        if isinstance(part, Body):
            assert _heavy(content.message(part)) < LARGEST_EVENT * 0.7
    assert _heavy(content.replacement(in_one(document, link_to), "$event")) < LARGEST_EVENT * 0.7


@pytest.mark.parametrize("node", [Text, Strong, Faint, Code, CodeBlock, Quote])
@pytest.mark.parametrize("letter", ["a", "é", "😀", "<"])
def test_sixty_thousand_letters_survive(node, letter):
    body = Document.of(node(letter * 60_000))
    assert "".join(part.plain for part in bodies(body)).count(letter) == 60_000
    assert "".join(Page(part.html).words for part in bodies(body)).count(letter) == 60_000


@pytest.mark.parametrize("what", ["text", "address"])
def test_a_link_of_any_length_is_not_lost(what):
    node = Link("b" * 50_000, "https://example.org/") if what == "text" else Link("here", "javascript:" + "b" * 50_000)
    whole = plain(node)
    assert whole.count("b") == 50_000
    assert "javascript" not in html(node) or "href" not in html(node)


@given(st.text(alphabet="ab .!?\n😀é<", min_size=1, max_size=6_000))
def test_a_cut_loses_white_space_alone(text):
    parts = in_parts(Document.of(text), link_to, limit=1_000)
    rejoined = "".join("".join(part.plain.split()) for part in parts)
    assert rejoined == ("".join(text.split()) or "…")


def test_a_long_text_is_cut_at_a_sentence_if_it_can_be():
    sentence = "The bus lane saves me ten minutes. "
    first, *_ = bodies(Document.of(sentence * 3_000))
    assert first.plain.endswith("ten minutes.")
    words, *_ = bodies(Document.of("wordy " * 20_000))
    assert words.plain.endswith("wordy")
    blocks, *_ = bodies(
        Document(tuple(Paragraph(inlines(sentence.strip() + (" " + sentence.strip()) * 99)) for _ in range(50)))
    )
    assert blocks.plain.endswith("ten minutes.")
    assert len(blocks.plain.split("\n\n")) > 2


def test_no_accent_and_no_skin_is_cut_off_its_letter():
    thumbs = "\U0001f44d\U0001f3fd"
    for body in bodies(Document.of(thumbs * 9_000)):
        assert body.plain.replace(thumbs, "") == ""


def test_a_list_counts_on_in_the_next_message():
    items = [f"{number} " + "word " * 300 for number in range(1, 41)]
    found = bodies(Document.of(listing(*items, ordered=True)))
    assert len(found) > 1
    numbers = [line.split()[:2] for body in found for line in body.plain.split("\n")]
    assert numbers == [[f"{number}.", str(number)] for number in range(1, 41)]
    starts = [re.findall(r'<ol(?: start="(\d+)")?>', body.html) for body in found]
    assert starts[1] == [found[1].plain.split(".")[0]]


def test_a_list_skips_no_number_for_what_is_empty():
    assert plain(listing("one", " ", "three", ordered=True)) == "1. one\n\n3. three"


def test_a_quote_is_told_from_what_the_bot_says():
    quote = Quote("they said\n— Somebody else", inlines("Mira"), ((0, 4),))
    assert plain(quote) == "> they said\n> — Somebody else\n— Mira"
    assert html(quote) == "<blockquote><strong>they</strong> said<br>— Somebody else</blockquote><p>— Mira</p>"


def test_every_part_of_a_long_quote_names_its_source():
    for body in bodies(Document.of(Quote("Long words. " * 5_000, inlines("Mira")))):
        assert body.plain.endswith("\n— Mira")
        assert body.plain.startswith("> Long")


def test_marks_beside_the_text_or_over_each_other_do_no_harm():
    quote = Quote("abcdef", (), ((4, 99), (1, 3), (2, 5), (-3, 1), (5, 2)))
    assert re.sub("</?strong>", "", html(quote)) == "<blockquote>abcdef</blockquote>"


def test_links_are_spelled_out_for_whoever_sees_no_html():
    assert plain(Link("the minutes", "https://example.org/a b")) == "the minutes (https://example.org/a b)"
    assert plain(Link("the minutes", "https://example.org/a")) == "the minutes <https://example.org/a>"
    assert plain(Link("https://example.org/", "https://example.org/")) == "https://example.org/"
    assert plain(Jump(MessageId("matrix:!r:s/$e"), "there")) == f"there <{ADDRESS}>"
    assert plain(Jump(MessageId("discord:12"), "there")) == "there"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScRiPt:x", "data:text/html,x", "vbscript:x", "//example.org", "https:", "file:///etc/passwd",
     "https://[", "https://a\u202eb.org", "\x01https://a.org", "https://a.org/'onclick=x", "https://" + "a" * 3_000],
)  # fmt: skip
def test_an_odd_address_is_shown_and_opens_nothing(address):
    assert "href" not in html(Link("here", address))
    assert harmless(address) in plain(Link("here", address))


def test_a_mention_is_a_pill_and_notifies_when_it_is_meant_to():
    for notify in (False, True):
        [body] = bodies(Document.of(Mention(MIRA, "Mira", notify=notify)))
        assert body.html == '<p><a href="https://matrix.to/#/@mira:test.local">Mira</a></p>'
        said = content.message(body)
        assert said["m.mentions"] == ({"user_ids": ["@mira:test.local"]} if notify else {})
        assert said["msgtype"] == ("m.text" if notify else "m.notice")


def test_nobody_is_called_who_is_not_on_matrix():
    for member in ("discord:17", "matrix:nobody", "matrix:@x", "matrix:@a:b\u202ec", "matrix:@" + "a" * 300 + ":b"):
        [body] = bodies(Document.of(Mention(MemberId(member), "Mira", notify=True)))
        assert (body.plain, body.meant, body.html) == ("Mira", (), "<p>Mira</p>")


def test_a_room_cannot_be_called():
    said = content.message(bodies(Document.of("@room @everyone"))[0], loud=True)
    assert said["m.mentions"] == {}


def test_a_moment_is_shown_in_its_zone_by_name():
    at = datetime(2026, 3, 2, 18, tzinfo=UTC)
    assert plain(Moment(at, "Europe/Berlin")) == "Mon 02 Mar 2026, 19:00 CET"
    assert plain(Moment(at, "Asia/Kathmandu")) == "Mon 02 Mar 2026, 23:45 Asia/Kathmandu"
    assert plain(Moment(at + timedelta(hours=1), "no/zone")) == "Mon 02 Mar 2026, 19:00 UTC"


def test_what_says_nothing_still_is_a_message():
    for document in (Document(()), Document.of(" "), Document.of("\n\u2028"), Document.of(listing())):
        assert [body.plain for body in bodies(document)] == ["…"]
        assert in_one(document, link_to).plain == "…"


def test_what_is_shortened_says_so_and_keeps_what_it_can():
    quote = Quote("Long words. " * 5_000, inlines("Mira"))
    body = in_one(Document.of(Heading(inlines("A case")), quote, "the end"), link_to, Document.of("✅ Keep"))
    first, *_, shortened, foot = body.plain.split("\n\n")
    assert (first, shortened, foot) == ("A case", "…(shortened)", "✅ Keep")
    assert len(body.plain) > LIMIT_OF_ONE / 4
    assert "the end" not in body.plain
    short = in_one(Document.of("words"), link_to, Document.of("✅ Keep"))
    assert short.plain == "words\n\n✅ Keep"
