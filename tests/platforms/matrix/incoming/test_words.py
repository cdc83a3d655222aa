import pytest

from bot.platforms.matrix.incoming.words import Words, words_of

HTML = "org.matrix.custom.html"
REPLY = {"m.relates_to": {"m.in_reply_to": {"event_id": "$asked"}}}


def content(body="", html=None, **rest):
    formatted = {} if html is None else {"format": HTML, "formatted_body": html}
    return {"msgtype": "m.text", "body": body, **formatted, **rest}


def said(body="", html=None, **rest):
    return words_of("m.room.message", content(body, html, **rest), "Mira").text


# --- plain and formatted ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("hi **you**", "hi <strong>you</strong>"),
        ("1. one\n2. two", "<ol><li>one</li><li>two</li></ol>"),
        ("see [this](https://example.org/a)", "see <a href='https://example.org/a'>this</a>"),
        ("Mira: yes", "<a href='https://matrix.to/#/@mira:one.example'>Mira</a>: yes"),
        (
            "[Mira](https://matrix.to/#/@mira:one.example): yes",
            "<a href='https://matrix.to/#/@mira:one.example'>Mira</a>: yes",
        ),
        ("```python\nx = 1\n```", "<pre><code class='language-python'>x = 1\n</code></pre>"),
        ("> said\n\nno", "<blockquote>\n<p>said</p>\n</blockquote>\n<p>no</p>"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("||secret||", "<span data-mx-spoiler>secret</span>"),
        (":cat: 🙂", "<img data-mx-emoticon src='mxc://x/y' alt=':cat:'> 🙂"),
    ],
)
def test_bodies_that_agree_give_the_plain_one(body, html):
    assert said(body, html) == body


@pytest.mark.parametrize(
    ("body", "html", "text"),
    [
        ("nice", "nice, you idiot", "nice, you idiot"),
        ("good day", "you idiot", "you idiot\ngood day"),
        ("you idiot", "good day", "good day\nyou idiot"),
        ("i**d**iot", "i<b>d</b>iot", "idiot\ni**d**iot"),
        ("> you idiot", "you idiot", "you idiot"),
        ("> you idiot\n\nhi", "<p>you idiot</p><p>hi</p>", "you idiot\nhi"),
        ("you idiot, not nice", "you nice, not idiot", "you nice, not idiot\nyou idiot, not nice"),
        ("said\nno", "<blockquote>said</blockquote>no", "> said\nno"),
        ("", "only <i>this</i>", "only this"),
        ("only this", "", "only this"),
        ("only this", "<p> </p>", "only this"),
        ("only this", "<!-- x", "<!-- x\nonly this"),
    ],
)
def test_bodies_that_disagree_hide_nothing(body, html, text):
    assert said(body, html) == text


@pytest.mark.parametrize("layout", [None, "text/html", 7, ["x"]])
def test_markup_that_no_client_shows_is_not_read(layout):
    assert said("body", None, format=layout, formatted_body="<b>other</b>") == "body"


def test_line_ends_are_all_alike():
    assert said("a\r\nb\rc") == "a\nb\nc"


# --- replies ----------------------------------------------------------------------------------------------------------

FALLBACK = "> <@ada:one.example> first\n> second\n\nno"


def test_the_quote_before_a_reply_is_left_out():
    html = "<mx-reply><blockquote><a href='x'>In reply to</a> first<br>second</blockquote></mx-reply>no"
    assert said(FALLBACK, **REPLY) == "no"
    assert said(FALLBACK, html, **REPLY) == "no"
    assert said("> * <@ada:one.example> waves\n\nno", **REPLY) == "no"


def test_what_only_looks_like_one_stays():
    assert said(FALLBACK) == FALLBACK
    assert said(FALLBACK, "<mx-reply>first second</mx-reply>no") == "first second\nno\n" + FALLBACK
    assert said("> own quote\n\nno", **REPLY) == "> own quote\n\nno"
    assert said("> <@ada:one.example> you idiot", **REPLY) == "> <@ada:one.example> you idiot"


def test_a_reply_whose_markup_is_nothing_but_the_quote_says_its_body():
    assert said(FALLBACK, "<mx-reply>x</mx-reply>", **REPLY) == "no"


# --- kinds of messages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "msgtype", ["m.text", "m.notice", "m.server_notice", "m.location", "org.example.new", None, 7, ["m.image"]]
)
def test_whatever_has_a_body_says_it(msgtype):
    assert said("words", msgtype=msgtype) == "words"


def test_an_emote_says_who_does_it():
    assert said("waves", msgtype="m.emote") == "* Mira waves"
    assert said("waves", "<b>waves</b> twice", msgtype="m.emote") == "* Mira waves twice"
    assert said("", msgtype="m.emote") == ""


@pytest.mark.parametrize("msgtype", ["m.image", "m.file", "m.audio", "m.video"])
def test_files_have_names_and_perhaps_a_caption(msgtype):
    def file(body="", html=None, **rest):
        return words_of("m.room.message", content(body, html, msgtype=msgtype, **rest), "Mira")

    assert file("cat.png") == Words("", (), ("cat.png",))
    assert file("cat.png", filename="cat.png") == Words("", (), ("cat.png",))
    assert file("my cat", filename="cat.png") == Words("my cat", (), ("cat.png",))
    assert file("my cat", "my <b>cat</b>, you idiot", filename="cat.png").text == "my cat, you idiot"
    assert file("", filename="a\n b.png") == Words("", (), ("a b.png",))
    assert file(filename=7) == Words("", (), ("unnamed",))
    assert len(file("x" * 60_000).attachments[0]) == 255


def test_a_sticker_is_an_attachment():
    assert words_of("m.sticker", {"body": "a cat"}, "Mira") == Words("", (), ("a cat",))


@pytest.mark.parametrize("msgtype", ["m.key.verification.request", "m.bad.encrypted"])
def test_what_is_meant_for_clients_is_no_message(msgtype):
    assert words_of("m.room.message", content("x is asking to verify", msgtype=msgtype), "Mira") is None


@pytest.mark.parametrize("body", [None, 7, ["x"], {"x": "y"}, True])
def test_a_body_that_is_no_text_says_nothing(body):
    assert words_of("m.room.message", {"body": body}, "Mira") is None
    assert words_of("m.room.message", {"msgtype": "m.text", "body": body}, "Mira") == Words("")


# --- polls and extensible events --------------------------------------------------------------------------------------


def test_polls_are_their_question_and_options():
    poll = {
        "question": {"m.text": [{"body": "Where  to?"}]},
        "answers": [{"m.id": "1", "m.text": [{"body": "North"}]}, {"m.id": "2"}],
    }
    assert words_of("m.poll.start", {"m.poll": poll}, "Mira").text == "Where to?\n- North"
    early = {
        "question": {"org.matrix.msc1767.text": "Where to?", "body": "Where to?"},
        "answers": [{"id": "1", "org.matrix.msc1767.text": "North"}, {"id": "2", "org.matrix.msc1767.text": "South"}],
    }
    kind = "org.matrix.msc3381.poll.start"
    assert words_of(kind, {kind: early}, "Mira").text == "Where to?\n- North\n- South"


@pytest.mark.parametrize("poll", [None, [], "x", {"question": "x", "answers": "y"}, {"answers": [None, 7, []]}])
def test_malformed_polls_say_nothing(poll):
    assert words_of("m.poll.start", {"m.poll": poll}, "Mira").text == ""


def test_extensible_text_is_read_where_there_is_no_body():
    forms = [
        {"mimetype": "text/html", "body": "<b>you</b> there"},
        {"body": "you there"},
        7,
        {"mimetype": ["x"], "body": 7},
    ]
    assert words_of("m.message", {"m.text": forms}, "Mira").text == "you there"
    assert words_of("m.message", {"m.text": forms[:1]}, "Mira").text == "you there"
    assert said("body", **{"m.text": forms}) == "body"


# --- mentions ---------------------------------------------------------------------------------------------------------

MIRA, NOOR = "@mira:one.example", "@noor:two.example"
PILL = f"<a href='https://matrix.to/#/{NOOR}'>Noor</a>"


@pytest.mark.parametrize(
    ("mentions", "meant"),
    [
        ({}, (NOOR,)),
        ({"m.mentions": {}}, ()),
        ({"m.mentions": {"room": True}}, ()),
        ({"m.mentions": {"user_ids": [MIRA, MIRA, "x", 7, None, [MIRA]]}}, (MIRA,)),
        ({"m.mentions": {"user_ids": MIRA}}, ()),
        ({"m.mentions": [MIRA]}, ()),
        ({"m.mentions": None}, ()),
    ],
)
def test_those_are_meant_whom_the_author_names(mentions, meant):
    assert words_of("m.room.message", content("Noor", PILL, **mentions), "Mira").mentions == meant


def test_mentions_are_bounded():
    users = [f"@u{number}:one.example" for number in range(3_000)]
    assert len(words_of("m.room.message", content("x", **{"m.mentions": {"user_ids": users}}), "Mira").mentions) == 500
