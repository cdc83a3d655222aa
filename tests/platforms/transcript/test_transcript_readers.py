import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.conversation import ConversationKind
from bot.domain.event import MessageDeleted, MessageEdited, MessagePosted, Reacted, Undecryptable
from bot.domain.member import MemberKind
from bot.errors import DataError
from bot.platforms.transcript.detect import detect
from bot.platforms.transcript.readers import discord_chat_exporter, jsonl, matrix_export, plain

DEMO = Path(__file__).parents[3] / "bot" / "demo" / "thread.jsonl"


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def messages(reader, path):
    return [event.message for event in reader.read(path) if isinstance(event, MessagePosted)]


# --- JSON lines ---------------------------------------------------------------------------------------------------


def line(**others):
    return json.dumps(
        {"id": "m1", "room": "square", "author": "Ann", "at": "2026-03-02T18:00:00+00:00", "text": "Hello"} | others
    )


def test_the_demonstration_thread_is_read_whole():
    found = messages(jsonl, DEMO)
    assert len(found) == len(DEMO.read_text().strip().split("\n"))
    assert found[1].reply_to == found[0].id == "transcript:city-politics/m01"
    assert found[0].likes == 3
    assert {message.conversation.id for message in found} == {"transcript:city-politics"}


def test_hostile_lines_are_read(tmp_path):
    texts = ["a\u2028b\u2029c\x85d", "nul \x00 here", "crlf\r\nhere", "\ud800 alone", "\U0001f600 pair"]
    path = write(
        tmp_path / "x.jsonl",
        b"\xef\xbb\xbf" + "\r\n".join(line(id=str(n), text=text) for n, text in enumerate(texts)).encode(),
    )
    raw = write(
        tmp_path / "raw.jsonl", '\n{"text": "a\u2028b\u0085c", ' + line()[1:].replace('"text": "Hello"', '"x": 1')
    )
    assert [message.text for message in messages(jsonl, path)] == [
        texts[0],
        "nul \ufffd here",
        "crlf\nhere",
        "\ufffd alone",
        "\U0001f600 pair",
    ]
    assert [message.text for message in messages(jsonl, raw)] == ["a\u2028b\u0085c"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"id": "m1", ', "line 2: is not JSON"),
        ("[1]", "line 2: expected an object"),
        (line(at="yesterday"), "line 2: 'at'"),
        (line(at="2026-03-02T18:00:00"), "line 2: 'at'"),
        (line(text=None), "line 2: 'text'"),
        ('{"text": "x"}', "line 2: 'id': Field required"),
        (line(likes=-1), "line 2: 'likes'"),
        ("[" * 100_000, "line 2"),
        ('{"x": "\udcff"}'.encode(errors="surrogateescape"), "line 2: byte 0xff is not UTF-8"),
    ],
)
def test_a_broken_line_is_named(tmp_path, content, said):
    content = content if isinstance(content, bytes) else content.encode()
    path = write(tmp_path / "broken.jsonl", line().encode() + b"\n" + content + b"\n")
    with pytest.raises(DataError, match=said) as caught:
        messages(jsonl, path)
    assert str(path) in str(caught.value)


# --- DiscordChatExporter ------------------------------------------------------------------------------------------


def discord_message(number, **others):
    return {
        "id": str(1000 + number),
        "type": "Default",
        "timestamp": f"2026-03-02T18:{number:02}:00.123+00:00",
        "timestampEdited": None,
        "callEndedTimestamp": None,
        "isPinned": False,
        "content": f"words {number}",
        "author": {"id": "7", "name": "ann", "discriminator": "0000", "nickname": "Ann", "isBot": False},
        "attachments": [],
        "embeds": [],
        "stickers": [],
        "reactions": [],
        "mentions": [],
    } | others


def discord_export(*found, channel=None):
    home = {"id": "5", "type": "GuildTextChat", "categoryId": "4", "category": "Talk", "name": "square", "topic": None}
    return {
        "guild": {"id": "1", "name": "Town", "iconUrl": ""},
        "channel": home | (channel or {}),
        "dateRange": {"after": None, "before": None},
        "exportedAt": "2026-03-03T00:00:00+00:00",
        "messages": list(found),
        "messageCount": len(found),
    }


def test_discord_messages_are_translated(tmp_path):
    thumbs = {"emoji": {"id": "", "name": "👍🏽", "code": "thumbsup_tone3"}, "count": 2}
    laugh = {"emoji": {"id": "", "name": "😂", "code": "joy"}, "count": 5}
    export = discord_export(
        discord_message(1, reactions=[thumbs, laugh], attachments=[{"id": "1", "url": "x", "fileName": "plan.pdf"}]),
        discord_message(2, type="GuildMemberJoin", content="Joined the server."),
        discord_message(
            3,
            type="Reply",
            reference={"messageId": "1001", "channelId": "5", "guildId": "1"},
            mentions=[{"id": "9", "name": "bob"}],
            timestampEdited="2026-03-02T19:00:00+00:00",
            author={"id": "8", "name": "helper", "isBot": True},
        ),
    )
    first, reply = messages(discord_chat_exporter, write(tmp_path / "x.json", json.dumps(export, indent=2)))
    assert (first.id, first.author.id, first.author.name) == ("transcript:1001", "transcript:7", "Ann")
    assert (first.likes, first.attachments) == (2, ("plan.pdf",))
    assert first.sent_at == datetime(2026, 3, 2, 18, 1, 0, 123000, tzinfo=UTC)
    assert first.link == "https://discord.com/channels/1/5/1001"
    assert (reply.reply_to, reply.author.kind, reply.mentions) == (first.id, MemberKind.BOT, ("transcript:9",))
    assert reply.edited_at is not None
    assert first.conversation.kind is ConversationKind.ROOM


def test_a_discord_thread_belongs_to_its_channel(tmp_path):
    export = discord_export(discord_message(1), channel={"type": "GuildPublicThread", "categoryId": "3"})
    [message] = messages(discord_chat_exporter, write(tmp_path / "x.json", json.dumps(export)))
    assert message.conversation.kind is ConversationKind.THREAD
    assert message.conversation.room == "transcript:3"


def test_broken_discord_exports_name_the_place(tmp_path):
    whole = json.dumps(discord_export(*(discord_message(number) for number in range(9))), indent=2)
    cut = write(tmp_path / "cut.json", whole[: whole.index("words 5")])
    with pytest.raises(DataError, match=r"cut\.json: line \d+: broken or cut off JSON"):
        messages(discord_chat_exporter, cut)
    wrong = write(
        tmp_path / "wrong.json", json.dumps(discord_export(discord_message(1), discord_message(2, author=None)))
    )
    with pytest.raises(DataError, match=r"wrong\.json: message 2: 'author'"):
        messages(discord_chat_exporter, wrong)
    backwards = write(tmp_path / "back.json", json.dumps(discord_export(discord_message(2), discord_message(1))))
    with pytest.raises(DataError, match="--reverse"):
        messages(discord_chat_exporter, backwards)
    bytes_wrong = write(tmp_path / "bytes.json", whole.encode().replace(b"words 3", b"words \xff"))
    with pytest.raises(DataError, match=r"line \d+: is not UTF-8"):
        messages(discord_chat_exporter, bytes_wrong)


def test_a_byte_order_mark_and_lone_surrogates_do_no_harm(tmp_path):
    text = json.dumps(discord_export(discord_message(1, content="a \ud83d b \x00 c")))
    [message] = messages(discord_chat_exporter, write(tmp_path / "x.json", b"\xef\xbb\xbf" + text.encode()))
    message.text.encode()
    assert "\x00" not in message.text


# --- Matrix -------------------------------------------------------------------------------------------------------


def matrix_event(number, *, sender="@ann:example.org", kind="m.room.message", **content):
    return {
        "event_id": f"$e{number}",
        "sender": sender,
        "origin_server_ts": 1_772_474_400_000 + number * 60_000,
        "type": kind,
        "room_id": "!square:example.org",
        "content": content,
        "unsigned": {},
    }


def matrix_export_of(*events):
    return {
        "room_name": "Square",
        "room_creator": "Ann",
        "topic": "",
        "export_date": "3 March 2026",
        "exported_by": "Ann",
        "messages": list(events),
    }


def test_matrix_events_are_translated(tmp_path):
    joined = matrix_event(0, kind="m.room.member", membership="join", displayname="Ann A.")
    joined["state_key"] = "@ann:example.org"
    redacted = matrix_event(9)
    redacted["unsigned"] = {"redacted_because": {}}
    summed = matrix_event(10, body="liked", msgtype="m.text")
    summed["unsigned"] = {
        "m.relations": {"m.annotation": {"chunk": [{"key": "👍", "count": 2}, {"key": "😡", "count": 1}]}}
    }
    reply = {"m.in_reply_to": {"event_id": "$e1"}}
    export = matrix_export_of(
        joined,
        matrix_event(1, body="First", msgtype="m.text"),
        matrix_event(
            2,
            sender="@bob:example.org",
            msgtype="m.text",
            body="> <@ann:example.org> First\n> of all\n\nNo",
            **{"m.relates_to": reply, "m.mentions": {"user_ids": ["@ann:example.org"]}},
        ),
        matrix_event(
            3,
            body="* Second",
            msgtype="m.text",
            **{"m.new_content": {"body": "Second"}, "m.relates_to": {"rel_type": "m.replace", "event_id": "$e1"}},
        ),
        matrix_event(4, kind="m.reaction", **{"m.relates_to": {"event_id": "$e2", "key": "👍"}}),
        matrix_event(5, kind="m.room.redaction", redacts="$e2"),
        {"decrypted": matrix_event(6, body="clear", msgtype="m.text"), "encrypted": {}},
        matrix_event(7, body="** Unable to decrypt **", msgtype="m.bad.encrypted"),
        matrix_event(8, body="plan.pdf", msgtype="m.file", **{"m.relates_to": "nonsense"}),
        redacted,
        summed,
    )
    path = write(tmp_path / "x.json", json.dumps(export, indent=2))
    events = list(matrix_export.read(path))
    first, answer, edit, like, gone, clear, dark, file, liked = events
    assert first.message.author.name == "Ann A."
    assert first.message.conversation.name == "Square"
    assert (answer.message.text, answer.message.reply_to) == ("No", first.message.id)
    assert answer.message.mentions == (first.message.author.id,)
    assert isinstance(edit, MessageEdited)
    assert (edit.message.id, edit.message.text, edit.message.author) == (
        first.message.id,
        "Second",
        first.message.author,
    )
    assert isinstance(like, Reacted)
    assert like.message == answer.message.id
    assert isinstance(gone, MessageDeleted)
    assert clear.message.text == "clear"
    assert isinstance(dark, Undecryptable)
    assert (file.message.text, file.message.attachments) == ("", ("plan.pdf",))
    assert liked.message.likes == 2


def test_a_thread_message_answers_the_threads_beginning(tmp_path):
    relation = {
        "rel_type": "m.thread",
        "event_id": "$e1",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$e5"},
    }
    export = matrix_export_of(matrix_event(6, body="in the thread", msgtype="m.text", **{"m.relates_to": relation}))
    [message] = messages(matrix_export, write(tmp_path / "x.json", json.dumps(export)))
    assert message.reply_to == "transcript:$e1"


# --- plain text ---------------------------------------------------------------------------------------------------

WIDE = """6 Ways We're Already Leading an Economic Revolution

Gar Alperovitz

Many years ago I came to understand something: there was something deep at work.

It had drawn me on.


Excellent work Gar.

I especially appreciate that.


Wonderful work, Web!



Thanks.
"""


def test_comments_parted_by_two_lines_keep_their_paragraphs(tmp_path):
    found = messages(plain, write(tmp_path / "revolution.txt", WIDE))
    assert [message.author.name for message in found] == ["Gar Alperovitz", "comment 2", "comment 3", "comment 4"]
    assert found[0].text.startswith("Many years ago")
    assert found[1].text == "Excellent work Gar.\n\nI especially appreciate that."
    assert {message.conversation.name for message in found} == {"6 Ways We're Already Leading an Economic Revolution"}
    assert len({message.author.id for message in found}) == len({message.id for message in found}) == 4
    assert [message.sent_at for message in found] == sorted(message.sent_at for message in found)


def test_comments_parted_by_one_line_stand_alone(tmp_path):
    found = messages(plain, write(tmp_path / "x.txt", "One.\r\nStill one.\r\n\r\nTwo\u2028still two.\r\n \t\r\nThree."))
    assert [message.text for message in found] == ["One.\nStill one.", "Two\u2028still two.", "Three."]


def test_a_stray_double_gap_in_a_long_file_changes_nothing(tmp_path):
    comments = [f"Comment {number}." for number in range(30)]
    text = "\n\n".join(comments[:15]) + "\n\n\n" + "\n\n".join(comments[15:]) + "\n\n\n"
    assert len(messages(plain, write(tmp_path / "x.txt", text))) == 30


def test_an_opening_without_a_title_stays_whole(tmp_path):
    found = messages(plain, write(tmp_path / "x.txt", "I think, as so often, that it is.\n\nYes.\n\n\nNo.\n"))
    assert found[0].text == "I think, as so often, that it is.\n\nYes."
    assert found[0].author.name == "comment 1"
    assert found[0].conversation.name == "x"


# --- which is which -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("indent", [None, 2])
def test_formats_are_told_by_content(tmp_path, indent):
    discord = write(tmp_path / "a.txt", json.dumps(discord_export(discord_message(1)), indent=indent))
    matrix = write(tmp_path / "b.jsonl", json.dumps(matrix_export_of(matrix_event(1, body="x")), indent=indent))
    assert detect(discord) is discord_chat_exporter.read
    assert detect(matrix) is matrix_export.read


def test_json_lines_and_plain_text_are_told_apart(tmp_path):
    assert detect(write(tmp_path / "a.txt", line())) is jsonl.read
    assert detect(write(tmp_path / "b", "\ufeff" + line() + "\n" + line(id="m2"))) is jsonl.read
    assert detect(write(tmp_path / "c", '{"id": "m1\n' + line())) is jsonl.read
    assert detect(write(tmp_path / "d.jsonl", '{"id": ')) is jsonl.read
    assert detect(write(tmp_path / "e.json", WIDE)) is plain.read


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \n", "is empty"),
        (b"PK\x03\x04\x00\x00", "not a text file"),
        (b"[{}]", "a JSON list"),
        (b'{\n  "tables": {}\n}', "unknown kind"),
        (b"<!DOCTYPE html><html>", "web page"),
    ],
)
def test_what_is_not_understood_is_said(tmp_path, content, said):
    with pytest.raises(DataError, match=said) as caught:
        detect(write(tmp_path / "x", content))
    assert "DiscordChatExporter" in str(caught.value)


def test_a_missing_file_or_a_folder_is_said(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        detect(tmp_path / "none.txt")
    with pytest.raises(DataError, match="cannot be read"):
        detect(tmp_path)
