"""A square with a few people, and events that happen there, in clear."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.domain.event import (
    MessagePosted,
)
from bot.platforms.matrix.incoming.convert import Surroundings, events_of
from bot.platforms.matrix.options import Bridge, Options
from bot.platforms.matrix.rooms.room import Room

BOT, ADA, MIRA, NOOR = "@folkmoot:one.example", "@ada:one.example", "@mira:one.example", "@noor:two.example"
PUPPET, BRIDGE = "@_discord_7:one.example", "@discordbot:one.example"
SQUARE = "!square:one.example"
NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
STAMP = int((NOW - timedelta(minutes=1)).timestamp() * 1000)

OPTIONS = Options(
    "https://one.example",
    BOT,
    Path(),
    bots=("@*-bot:*",),
    bridges=(Bridge("@_discord_*:one.example", BRIDGE, frozenset({"matrix:!paired:one.example"})),),
)
AROUND = Surroundings(BOT, OPTIONS, NOW)


def state(kind, content, key="", sender=ADA, **rest):
    return event(kind, content, sender, state_key=key, **rest)


def event(kind, content, sender=MIRA, identity="$said", **rest):
    base = {"type": kind, "sender": sender, "event_id": identity, "origin_server_ts": STAMP, "content": content}
    return base | rest


def text(body="words", sender=MIRA, identity="$said", **content):
    return event("m.room.message", {"msgtype": "m.text", "body": body} | content, sender, identity)


def message_of(said, room, around):
    """The message that somebody posts by this event; None: none."""
    found = events_of(said, room, around)
    return next((one.message for one in found if isinstance(one, MessagePosted)), None)


def member(user, membership, sender=None, **content):
    return state("m.room.member", {"membership": membership} | content, user, sender or user)


def square():
    """Ada and the bot may do everything there, Mira nothing special."""
    made = Room(SQUARE, own=BOT)
    made.apply(state("m.room.create", {"room_version": "11"}))
    made.apply(state("m.room.power_levels", {"users": {ADA: 100, BOT: 100}}))
    made.apply(state("m.room.name", {"name": "Square"}))
    for user in (BOT, ADA, MIRA):
        made.apply(member(user, "join", displayname=user[1:].partition(":")[0].title()))
    return made


def only(found):
    (one,) = found
    return one
