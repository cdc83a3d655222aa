"""Small exports in every format that `replay` reads, with the same discussion in each."""

import json
from datetime import datetime, timedelta

START = datetime.fromisoformat("2026-03-02T18:00:00+00:00")
SAID = [
    ("Ann", "The bus lane on Mill Road should go ahead because buses there lose ten minutes every morning.", None),
    ("Bob", "I disagree with the bus lane: the shops on Mill Road lose their deliveries and nobody asked them.", 0),
    ("Cem", "You absolute idiot, Bob, you have never once in your life understood how buses work.", 1),
    ("Ann", "Deliveries could come before nine, as they do on Castle Street, where the bus lane works well.", 1),
    ("Dee", "Agreed, Castle Street shows that deliveries before nine are possible.", 3),
    ("Eve", "The plan is half-baked without a bus that runs after eight in the evening, when my shift ends.", 0),
    ("Bob", "Who pays for the evening bus, and from which year?", 5),
    ("Flo", "The council pays 200,000 a year for the evening bus if the bus lane is built.", 6),
    ("Gus", "I think the shops should get a loading bay, because two of the five have no back door.", 1),
    ("Dee", "A loading bay for the shops and a bus lane before nine would be a fair deal for both.", 8),
]
ATTACK = SAID[2][1]
TEXTS = [text for _, text, _ in SAID]


def jsonl():
    return "".join(
        json.dumps(
            {
                "id": f"m{number}",
                "room": "mill-road",
                "author": author,
                "at": _at(number).isoformat(),
                "text": text,
                "reply_to": None if answered is None else f"m{answered}",
            }
        )
        + "\n"
        for number, (author, text, answered) in enumerate(SAID)
    )


def plain():
    return "\n\n".join(TEXTS) + "\n"


def discord_chat_exporter():
    """As version 2.46 writes it, with the fields that a reader has to pass by."""
    messages = [
        {
            "id": str(1200 + number),
            "type": "Default" if answered is None else "Reply",
            "timestamp": _at(number).isoformat(timespec="milliseconds"),
            "timestampEdited": None,
            "callEndedTimestamp": None,
            "isPinned": False,
            "content": text,
            "author": {
                "id": str(100 + ord(author[0])),
                "name": author.lower(),
                "discriminator": "0000",
                "nickname": author,
                "color": None,
                "isBot": False,
                "roles": [],
                "avatarUrl": "https://cdn.example/avatar.png",
            },
            "attachments": [],
            "embeds": [],
            "stickers": [],
            "reactions": [],
            "mentions": [],
            "inlineEmojis": [],
        }
        | ({} if answered is None else {"reference": {"messageId": str(1200 + answered), "channelId": "7"}})
        for number, (author, text, answered) in enumerate(SAID)
    ]
    joined = messages[0] | {"id": "1100", "type": "GuildMemberJoin", "content": "Joined the server."}
    export = {
        "guild": {"id": "5", "name": "Tarnwick", "iconUrl": "https://cdn.example/icon.png"},
        "channel": {"id": "7", "type": "GuildTextChat", "categoryId": "6", "category": "Talk", "name": "mill-road"},
        "dateRange": {"after": None, "before": None},
        "exportedAt": "2026-03-03T09:00:00+00:00",
        "messages": [joined, *messages],
        "messageCount": len(messages) + 1,
    }
    return json.dumps(export, indent=2)


def element():
    """As Element writes a room with "Export chat", format JSON."""
    people = sorted({author for author, _, _ in SAID})
    members = [
        _event(number, "m.room.member", author, {"membership": "join", "displayname": author})
        | {"state_key": _user(author)}
        for number, author in enumerate(people, 500)
    ]
    said = [
        _event(
            number,
            "m.room.message",
            author,
            {"msgtype": "m.text", "body": text}
            | ({} if answered is None else {"m.relates_to": {"m.in_reply_to": {"event_id": f"$event{answered}"}}}),
        )
        for number, (author, text, answered) in enumerate(SAID)
    ]
    export = {
        "room_name": "mill-road",
        "room_creator": _user("Ann"),
        "topic": "",
        "export_date": "03/03/2026",
        "exported_by": _user("Ann"),
        "messages": [*members, *said],
    }
    return json.dumps(export, indent=4)


def _event(number, kind, author, content):
    return {
        "type": kind,
        "sender": _user(author),
        "content": content,
        "origin_server_ts": int(_at(number % 500).timestamp() * 1000),
        "unsigned": {"age": 10},
        "event_id": f"$event{number}",
        "room_id": "!mill:example.org",
    }


def _user(author):
    return f"@{author.lower()}:example.org"


def _at(number):
    return START + timedelta(minutes=number)


FORMATS = {
    "export.jsonl": jsonl,
    "export.txt": plain,
    "discord.json": discord_chat_exporter,
    "element.json": element,
}
