import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.matrix.incoming.markup import read, without_reply


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain &lt;words&gt; &amp; more", "plain <words> & more"),
        ("you <b>id</b>i<i>ot</i>", "you idiot"),
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("one<br>two<br/><br />three", "one\ntwo\n\nthree"),
        ("<h1>Head</h1>text<hr>end", "Head\ntext\nend"),
        ("<blockquote><p>said</p><p>more</p></blockquote><p>no</p>", "> said\n> more\nno"),
        ("<blockquote>a<blockquote>b</blockquote>c</blockquote>d", "> a\n> > b\n> c\nd"),
        ("<blockquote>a<br><br>b</blockquote>", "> a\n>\n> b"),
        ("<ul><li>one</li><li><p>two</p></li></ul>", "- one\n- two"),
        ("<ol start='3'><li>one</li><li>two</li></ol>", "3. one\n4. two"),
        ("<pre><code class='language-python'>a\n  b\n</code></pre>c", "a\n  b\nc"),
        ("  many \n\t spaces <b> here </b> too", "many spaces here too"),
        ("<span data-mx-spoiler='why'>hidden</span>", "hidden"),
        ("<details><summary>more</summary>inside</details>", "more\ninside"),
        ("<del>struck</del> <font color='white' data-mx-bg-color='white'>white</font>", "struck white"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>", "a | b\n1 | 2"),
        ("<img src='mxc://x/y' alt=':idiot:'> <img title='t'>", ":idiot: t"),
        ("<unknown>shown</unknown><svg>drawn</svg>", "showndrawn"),
        ("<!-- never -->seen", "seen"),
        ("<a href='https://example.org/a'>here</a>", "here (https://example.org/a)"),
        ("<a href='https://example.org'>https://example.org/</a>", "https://example.org/"),
        ("<a href='https://example.org/a'>example.org/a</a>", "example.org/a"),
        ("<a href='javascript:x()'>here</a>", "here"),
        ("<a>bare</a><a href=''>empty</a>", "bareempty"),
        ("never closed <b><i><blockquote>said", "never closed\n> said"),
        ("</p></div></blockquote>closed", "closed"),
        ("", ""),
        ("<p> </p>", ""),
    ],
)
def test_what_is_seen(markup, text):
    assert read(markup).text == text


@pytest.mark.parametrize(
    "address",
    [
        "https://matrix.to/#/@mira:one.example",
        "https://matrix.to/#/%40mira%3Aone.example",
        "https://matrix.to/#/@mira:one.example?via=one.example",
        "matrix:u/mira:one.example",
    ],
)
def test_a_pill_is_a_name_that_stands_for_somebody(address):
    found = read(f"<a href='{address}'>Mira</a>: hello <a href='{address}'>Mira</a>")
    assert (found.text, found.users) == ("Mira: hello Mira", ("@mira:one.example",))


@pytest.mark.parametrize(
    "address", ["https://matrix.to/#/!room/$event", "https://matrix.to/#/@x", "https://matrix.to/#/@"]
)
def test_other_links_of_matrix_are_links(address):
    found = read(f"<a href='{address}'>there</a>")
    assert (found.text, found.users) == (f"there ({address})", ())


@pytest.mark.parametrize(
    ("markup", "rest"),
    [
        ("<mx-reply><blockquote>a</blockquote></mx-reply>b", "b"),
        (" \n<MX-Reply>a</mx-REPLY>b", "b"),
        ("<mx-reply>a<mx-reply>b</mx-reply>c</mx-reply>", "c</mx-reply>"),
        ("<mx-reply>a", "<mx-reply>a"),
        ("b<mx-reply>a</mx-reply>", "b<mx-reply>a</mx-reply>"),
    ],
)
def test_only_the_quote_at_the_start_is_a_reply_quote(markup, rest):
    assert without_reply(markup) == rest


DEEP = [
    "<div>",
    "<b>",
    "<blockquote>",
    "<ul><li>",
    "<table>",
    "<a href='x'>",
    "<pre>",
    "<svg><math>",
    "<mx-reply>",
    "<p><font>",
]


@pytest.mark.parametrize("opening", DEEP)
def test_ten_thousand_levels_hide_nothing(opening):
    assert "you idiot" in read(opening * 10_000 + "you idiot").text
    assert "you idiot" in read(opening * 900 + "you idiot").text


@pytest.mark.parametrize("filler", ["<i></i>", "<", "&", "<a ", "<a b='", "</", "&#", "]]>"])
def test_filler_in_front_hides_nothing(filler):
    assert "you idiot" in read("you idiot " + filler * 3_000).text
    assert "idiot" in read("<i></i>" * 3_000 + "you i<b>d</b>iot").text


@pytest.mark.parametrize(
    "element",
    [
        "svg><math",
        "math><svg",
        "template",
        "select",
        "textarea",
        "title",
        "xmp",
        "iframe",
        "noscript",
        "script",
        "style",
        "noembed",
        "noframes",
        "plaintext",
        "object",
        "audio",
        "canvas",
        "!-- x --><frameset",
        "head",
        "button",
        "dialog",
    ],
)
def test_no_element_hides_words_from_clients_that_do_not_know_it(element):
    found = read(f"good day <{element}>you <b>id</b>iot").text
    assert found.startswith("good day")
    assert "you idiot" in found


@given(st.text(max_size=300))
def test_words_without_markup_stay(words):
    plain = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    kept = re.compile(r"[^\W_]+")
    seen = read(plain).text
    assert kept.findall(seen) == kept.findall(words.replace("\x00", ""))


tag = st.sampled_from(
    ["b", "p", "div", "blockquote", "ol", "ul", "li", "pre", "a href='x:y'", "br", "td", "table", "img alt='é'"]
)
piece = st.one_of(
    tag.map("<{}>".format), tag.map("</{}>".format), st.sampled_from(["word", " ", "\n", "&lt;", "<", ">", "'", '"'])
)


@given(st.lists(piece, max_size=80).map("".join))
def test_no_markup_loses_a_word_or_begins_a_line_with_nothing(markup):
    seen, outside = read(markup).text, re.sub(r"<[^<>]*>", "", markup)
    if "<" not in outside:
        assert seen.count("word") >= outside.count("word")
    assert not seen.startswith("\n")
    assert not seen.endswith("\n")
