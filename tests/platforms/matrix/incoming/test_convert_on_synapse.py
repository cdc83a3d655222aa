"""What a real homeserver makes of what people do, read as the bot reads it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.event import (
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ModerationObserved,
    Reacted,
)
from bot.domain.member import Standing
from bot.platforms.matrix.incoming.convert import Surroundings, events_of
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.room import Room


async def heard(bot, room):
    """Everything in the room, from its beginning, in the order in which it happened."""
    known, found, authors, threads = Room(room, own=bot.user), [], {}, {}
    options = Options(bot.url, bot.user, Path())
    for event in await bot.events(room):
        around = Surroundings(bot.user, options, datetime.now(UTC), authors, threads)
        found += events_of(event, known, around)
        authors[event["event_id"]] = event["sender"]
        if "state_key" in event:
            known.apply(event)
    return known, found


def of(kind, found):
    return [one for one in found if isinstance(one, kind)]


@pytest.mark.parametrize("version", ["1", "6", "9", "10", "11", "12"])
async def test_a_rooms_life_in_every_form_that_rooms_have(people, version):
    bot, ada, mira, noor = [await people.plain(name) for name in ("folkmoot", "ada", "mira", "noor")]
    square = await ada.create_room(
        bot.user, mira.user, noor.user, version=version, name="Square", powers={mira.user: 50}
    )
    for one in (bot, mira, noor):
        await one.join(square)
    first = await noor.say(square, "first", mentions=[mira.user])
    await mira.say(square, "reply", reply_to=first)
    await mira.say(square, "in thread", thread=first)
    await noor.edit(square, first, "better")
    await noor.react(square, first, "👍")
    await mira.redact(square, first, "rude")
    await ada.say(square, "by Ada")
    await mira.kick(square, noor.user, "enough")
    await ada.ban(square, noor.user)
    await ada.unban(square, noor.user)
    await ada.set_power(square, {mira.user: -1})
    await ada.set_power(square, {mira.user: 100})
    await mira.say(square, "promoted")
    new = await ada.upgrade(square, "12" if version != "12" else "11")

    known, found = await heard(bot, square)
    assert (known.version, known.name, known.replaced_by) == (version, "Square", new)
    assert {one.member.id for one in of(MemberJoined, found)} == {f"matrix:{one.user}" for one in (ada, mira, noor)}
    posted = {one.message.text: one for one in of(MessagePosted, found)}
    assert {text: one.standing for text, one in posted.items()} == {
        "reply": Standing.MODERATOR,
        "in thread": Standing.MODERATOR,
        "by Ada": Standing.ADMIN,
        "promoted": Standing.ADMIN,
    }
    assert posted["reply"].message.reply_to == f"matrix:{square}/{first}"
    assert posted["in thread"].message.conversation.id == f"matrix:{square}/{first}"
    edited = of(MessageEdited, found)
    assert [(one.message.id, one.message.text) for one in edited] == [(f"matrix:{square}/{first}", "better")]
    assert of(Reacted, found)[0].message == f"matrix:{square}/{first}"
    assert {(one.message, one.by) for one in of(MessageDeleted, found)} >= {
        (f"matrix:{square}/{first}", f"matrix:{mira.user}")
    }
    observed = [(one.action, one.member, one.by.id) for one in of(ModerationObserved, found)]
    assert observed == [
        ("hide", f"matrix:{noor.user}", f"matrix:{mira.user}"),
        ("kick", f"matrix:{noor.user}", f"matrix:{mira.user}"),
        ("ban", f"matrix:{noor.user}", f"matrix:{ada.user}"),
        ("unban", f"matrix:{noor.user}", f"matrix:{ada.user}"),
        ("timeout", f"matrix:{mira.user}", f"matrix:{ada.user}"),
        ("lift timeout", f"matrix:{mira.user}", f"matrix:{ada.user}"),
    ]
    assert [one.member.id for one in of(MemberLeft, found)] == [f"matrix:{noor.user}"]


async def test_additional_creators_are_admins(people):
    bot, ada, mira = [await people.plain(name) for name in ("folkmoot", "ada", "mira")]
    body = {
        "room_version": "12",
        "creation_content": {"additional_creators": [mira.user]},
        "invite": [bot.user, mira.user],
    }
    room = (await ada.call("POST", "/v3/createRoom", body))["room_id"]
    for one in (bot, mira):
        await one.join(room)
    await mira.say(room, "mine, too")
    known, found = await heard(bot, room)
    assert known.power.creators == {ada.user, mira.user}
    assert [one.standing for one in of(MessagePosted, found)] == [Standing.ADMIN]
    assert not known.power.may_act_on(ada.user, mira.user, "kick")
