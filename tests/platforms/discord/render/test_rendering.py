"""Documents as Discord's client shows them: words as they are, nothing that pings or unfurls, limits kept."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.document import (
    Code,
    CodeBlock,
    Document,
    Faint,
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
    heading,
    inlines,
    listing,
    paragraph,
)
from bot.domain.ids import MemberId, MessageId
from bot.domain.text import harmless
from bot.platforms.discord.render.blocks import Setting, passages
from bot.platforms.discord.render.contents import LIMIT, MOST, in_parts
from bot.platforms.discord.render.escaping import escaped, units
from bot.testing.contracts.platform_samples import HOSTILE
from tests.platforms.discord.render.client import seen

MEMBER = MemberId("discord:77")
HARMLESS_KINDS = {"strong", "em", "code", "codeblock", "heading", "small", "quote", "list", "time", "link", "autolink"}

MARKS = [*"*_~`|<>[]()@#&!:/.-+\\ \n19aAé\u200b\u0301😀", "🇩🇪", "```", "||", "<@7>", "-# ", "https://x.org", "**"]
MARKUP = st.lists(st.sampled_from(MARKS), max_size=40).map("".join)
ANY = st.one_of(st.text(), MARKUP, st.sampled_from([text for text in HOSTILE if len(text) < 1000]))


def link_to(message):
    return f"https://discord.com/channels/1/2/{message.rpartition(':')[2]}" if message.startswith("discord:") else None


def texts(*blocks, **options):
    return [part.text for part in in_parts(Document.of(*blocks), link_to, **options)]


def bare(text):
    """What must come through: all but white space, which is cut away at the ends, and what takes no room."""
    return "".join(harmless(text).replace("\u200b", "").replace("\ufeff", "").split())


@pytest.mark.parametrize(
    "text",
    [
        "**bold** *em* _em_ __under__ ~~gone~~ ||hidden|| `code` ```block```",
        "# heading\n## two\n-# small\n> quote\n>>> all\n- item\n* item\n1. one\n  - deeper",
        "<@1> <@!1> <@&1> <#1> <t:1:R> <:a:1> <a:b:1> </cmd:1> <id:guide> @everyone @here",
        "https://example.org/a_b_c http://x.org steam://run/1 <https://example.org> [a](https://b.org)",
        "[a](<https://b.org>) [a][b] ![a](https://b.org) [a]: https://b.org",
        "discord.gg/abc https://discord.gg/abc discord.com/invite/abc DISCORD.GG/abc",
        "discordapp.com/invite/x discord.gift/y discord.new/z",
        ":smile: :100: 12:30:45 a::b ¯\\_(ツ)_/¯ \\*not em\\* \\\\ \\",
        "2. two\n10. ten\n+ plus\n--- \n===\n#hash #",
    ],
)
def test_what_a_member_writes_is_shown_as_it_is_and_does_nothing(text):
    for document in (Document.of(text), Document.of(Quote(text)), Document.of(listing(text))):
        [part] = in_parts(document, link_to)
        found = seen(part.text)
        assert bare(found.text) == bare(text)
        assert found.kinds() <= {"quote", "list"}
        assert part.meant == ()


def test_the_client_of_the_tests_would_show_markup():
    """Without escapes all of it would be made something of: else the tests above could not fail."""
    kinds = seen(
        "# h\n-# s\n> q\n- i\n**b** *e* __u__ ~~s~~ ||h|| `c` <@1> <#1> :a: <t:1> https://x.org [a](b) discord.gg/a"
    )
    assert kinds.kinds() == {
        *("heading", "small", "quote", "list", "strong", "em", "underline", "strike", "spoiler", "code"),
        *("mention", "channel", "emoji", "time", "url", "link", "unfurled", "invite"),
    }


@given(ANY)
def test_any_text_comes_through(text):
    found = seen(escaped(text))
    assert bare(found.text) == bare(text)
    assert found.made == []


@given(ANY, ANY, ANY)
def test_every_span_shows_its_words_whatever_stands_beside_it(one, two, three):
    spans = inlines(one, Strong(two), Faint(three), Strong(one), Code(two), Faint(one), three)
    part = "\n".join(texts(Paragraph(spans), most=None))
    found = seen(part)
    words = "".join(bare(each) for each in (one, two, three, one, two, one, three))
    if "\n" not in one + two + three and part != "…":
        assert bare(found.text) == words
    assert found.kinds() <= {"strong", "em", "code"}


@given(ANY, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4))
def test_a_quote_shows_all_words_with_its_marks_and_its_source_below(text, marks):
    block = Quote(text, inlines("Mira ", Jump(MessageId("discord:5"), "open")), tuple(marks))
    shown = "\n".join(texts(block, most=None))
    found = seen(shown)
    assert bare(found.text).startswith(bare(text))
    assert found.kinds() <= {"quote", "strong", "small", "link"}
    assert found.of("link") == ["open https://discord.com/channels/1/2/5"]
    assert found.of("small")[-1].startswith("— Mira")


@settings(max_examples=60, deadline=None)
@given(ANY, st.integers(1, 900), st.integers(120, 2000))
def test_parts_keep_the_limit_are_whole_and_rejoin_to_the_words(text, times, limit):
    long = f"{text} " * times if len(text) < 40 else text
    blocks = (
        Paragraph(inlines("start ", Strong(long), long)),
        Quote(long, marked=((0, 9),)),
        CodeBlock(long, "python"),
    )
    for block in blocks:
        parts = texts(block, limit=limit, most=None)
        assert all(0 < units(part) <= limit for part in parts)
        assert all(part == part.strip() for part in parts)
        assert all(seen(part).kinds() <= {"strong", "quote", "codeblock"} for part in parts)
    words = "".join(bare(seen(part).text) for part in texts(Document.of(long).blocks[0], limit=limit, most=None))
    assert words in (bare(long), "…")


@pytest.mark.parametrize(
    "letter", ["a", "*", "@", "\n", "é", "😀", "🇩", "\u0301", "👨‍👩‍👧", "`", "[", "a\n", "@everyone "]
)
def test_sixty_thousand_of_one_letter_keep_the_limits(letter):
    long = letter * (60_000 // len(letter))
    every = (
        Paragraph(inlines(long)),
        Paragraph(inlines(Strong(long), Faint(long), Code(long), Link(long, "https://example.org/"))),
        Paragraph(inlines(Faint(long))),
        heading(long),
        listing(long, long, ordered=True),
        Quote(long, inlines(long), ((0, 30_000),)),
        CodeBlock(long, long),
    )
    for block in every:
        parts = texts(block, most=None)
        assert all(0 < units(part) <= LIMIT for part in parts)
        assert all(seen(part).kinds() <= HARMLESS_KINDS for part in parts[:3])


def test_no_part_ends_within_a_character():
    for text in ("😀" * 2500, "e\u0301" * 2500, "🇩🇪" * 1500, "👨‍👩‍👧" * 800):
        parts = texts(text, most=None)
        assert len(parts) > 1
        assert "".join(parts) == text
        whole = {"😀", "e\u0301", "🇩🇪", "👨‍👩‍👧"}
        assert all(any(part == each * (len(part) // len(each)) for each in whole) for part in parts)


def test_a_long_text_is_cut_at_paragraphs_sentences_words():
    sentence = "This is a sentence of some words. "
    parts = texts(sentence * 200, most=None)
    assert all(part.endswith("words.") for part in parts)
    parts = texts("word " * 2000, most=None)
    assert all(part.endswith("word") and part.startswith("word") for part in parts)


def test_every_number_of_a_long_list_is_its_own():
    items = [f"item {number} " + "x" * 150 for number in range(1, 41)]
    parts = texts(listing(*items, ordered=True))
    lines = [line for part in parts for line in part.split("\n")]
    assert [line.split(".")[0] for line in lines if line] == [str(number) for number in range(1, 41)]


def test_what_would_flood_the_channel_goes_into_a_file_whole():
    parts = in_parts(Document.of("a word " * 10_000), link_to)
    assert len(parts) == MOST
    assert parts[-1].whole == "a word " * 10_000
    assert [part.whole for part in parts[:-1]] == [None] * (MOST - 1)


def test_a_picture_stands_under_the_text_before_it():
    one, two = Picture(b"1", "one"), Picture(b"2", "two")
    parts = in_parts(Document.of("before", one, two, "after"), link_to)
    assert [(part.text, part.pictures) for part in parts] == [("before", (one, two)), ("after", ())]
    [alone] = in_parts(Document.of(one), link_to)
    assert (alone.text, alone.pictures) == ("", (one,))


def test_nothing_is_said_with_a_dot():
    assert texts() == texts(" ") == texts("\u2800\u200b") == texts(Quote(" \n")) == ["…"]


def test_moments_are_shown_in_the_readers_own_zone():
    assert texts(Moment(datetime(2026, 3, 2, 18, tzinfo=UTC))) == ["<t:1772474400:f>"]
    assert texts(Moment(datetime(1, 1, 1, tzinfo=UTC))) == ["<t:-62135596800:f>"]


def test_a_mention_is_a_name_unless_it_is_meant_to_notify():
    parts = in_parts(Document.of(Mention(MEMBER, "<@9> *Mira*"), " ", Mention(MEMBER, "Mira", notify=True)), link_to)
    assert [(part.text, part.meant) for part in parts] == [(r"\<\@9\> \*Mira\* <@77>", (77,))]
    [other] = in_parts(Document.of(Mention(MemberId("matrix:@a:b.org"), "Ana", notify=True)), link_to)
    assert (other.text, other.meant) == ("Ana", ())
    [hook] = in_parts(Document.of(Mention(MemberId("discord:webhook/7/ab"), " ", notify=True)), link_to)
    assert (bare(seen(hook.text).text), hook.meant) == ("discord:webhook/7/ab", ())


def test_who_is_meant_is_notified_by_the_first_part_alone():
    mention = Mention(MEMBER, "Mira", notify=True)
    parts = in_parts(Document.of(mention, " words" * 1000, mention), link_to)
    assert [part.meant for part in parts] == [(77,), *[()] * (len(parts) - 1)]


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        (Link("open", "https://example.org/a(b)"), "[open](<https://example.org/a%28b%29>)"),
        (Link("https://example.org", "https://example.org"), "<https://example.org>"),
        (Link(" ", "https://example.org"), "<https://example.org>"),
        (Link("https://good.org", "https://bad.org"), r"https\://good.org (<https://bad.org>)"),
        (Link("run", "javascript:alert(1)"), r"run (javascript\:alert(1))"),
        (Link("a", "https://x.org/<@1>"), r"a (https\://x.org/\<\@1\>)"),
        (Link("a", "https://[::1"), r"a (https\://\[\:\:1)"),
        (Link("a](https://b.org)[", "https://x.org"), "a\uff3d(https\\://b.org)\uff3b (<https://x.org>)"),
        (Jump(MessageId("matrix:!a"), "there"), "there"),
    ],
)
def test_addresses_are_links_only_where_they_do_no_harm(link, shown):
    assert texts(link) == [shown]
    assert "unfurled" not in seen(shown).kinds()


@given(ANY)
def test_a_label_never_opens_another_address(label):
    found = seen("\n".join(texts(Link(label, "https://example.org/"), most=None)))
    assert {each.split(" ")[-1].strip("<>") for each in [*found.of("link"), *found.of("autolink")]} <= {
        "https://example.org/"
    }
    assert found.kinds() <= {"link", "autolink"}


def test_words_of_the_bot_keep_their_looks():
    document = Document.of(
        heading("Case 7"),
        paragraph(Strong("Open"), " since ", Faint("today")),
        paragraph(Faint("Just before:")),
        Quote("one\n\ntwo", inlines("Mira"), ((0, 3),)),
        Quote("three"),
        listing("a", "b"),
        CodeBlock("x = `1`", "python"),
    )
    [part] = in_parts(document, link_to)
    assert part.text == (
        "## Case 7\n**Open** since *today*\n-# Just before:\n> **one**\n> \n> two\n-# — Mira\n\n> three\n- a\n- b\n\n"
        "```python\nx = `1`\n```"
    )


def test_a_fence_in_a_code_block_does_not_end_it():
    [part] = texts(CodeBlock("a```b``", "no language!"))
    assert seen(part).of("codeblock") == ["a``\u200b`b``"]


@pytest.mark.parametrize("limit", [125, 400, 2000])
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_every_passage_fits_whatever_little_room_there_is(text, limit):
    blocks = (
        paragraph(text, Mention(MEMBER, text), Text(text)),
        heading(text),
        listing(text),
        Quote(text, inlines(text)),
    )
    for block in (*blocks, CodeBlock(text), Listing((inlines(Strong(text)),))):
        assert all(units(each.text) <= limit for each in passages(block, Setting(link_to, limit)))
