import asyncio

import pytest

from bot.domain.conversation import ConversationKind
from bot.domain.event import (
    AccessLost,
    ConversationReplaced,
    MemberJoined,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Reacted,
    ReactionRemoved,
    Undecryptable,
)
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.homeserver import Homeserver
from tests.platforms.matrix.incoming.reader import Core, options_for, reading

VERSIONS = ["11", "12"]


@pytest.fixture
def core():
    return Core()


@pytest.fixture
async def bot(people):
    """The bot's account, and a person who can act for it in a test's preparations."""
    account = people.server.register("folkmoot")
    return await people.of(account)


@pytest.fixture
def options(bot, people, tmp_path):
    def make(*inviters, encryption=False, **more):
        return options_for(bot, people.server.url, tmp_path, inviters=inviters, encryption=encryption, **more)

    return make


async def joined(bot, room):
    await bot.join(room)
    return room


@pytest.mark.parametrize("version", VERSIONS)
async def test_what_happens_in_a_room_comes_as_events_in_order(people, bot, options, core, version):
    ada, ben = await people.plain("ada"), await people.plain("ben")
    room = await joined(bot, await ada.create_room(bot.user, ben.user, version=version))
    await ada.say(room, "before the bot was installed")
    async with reading(options(), core):
        await ben.join(room)
        first = await ada.say(room, "first")
        await ada.edit(room, first, "second form")
        liked = await ben.react(room, first, "👍")
        await ben.redact(room, liked)
        await ben.say(room, "aside", thread=first)
        await ada.redact(room, first)
        await core.until(lambda: core.of(MessageDeleted))
    kinds = [type(event) for event in core.events]
    assert kinds == [
        MemberJoined,
        MessagePosted,
        MessageEdited,
        Reacted,
        ReactionRemoved,
        MessagePosted,
        MessageDeleted,
    ]
    assert core.texts() == ["first", "aside"]
    aside = core.of(MessagePosted)[1].message
    assert (aside.conversation.kind, aside.conversation.parent) == (ConversationKind.THREAD, f"matrix:{room}")
    assert core.of(Reacted)[0].member.id == names.member_id(ben.user)
    removed = core.of(ReactionRemoved)[0]
    assert (removed.message, removed.emoji) == (names.message_id(room, first), "👍")
    assert core.notes.ids("reaction") == []
    assert core.checkpoints["sync"]


async def test_what_was_missed_comes_after_a_restart_and_a_late_redaction_finds_its_reaction(
    people, bot, options, core
):
    ada = await people.plain("ada")
    room = await joined(bot, await ada.create_room(bot.user))
    async with reading(options(), core):
        said = await ada.say(room, "one")
        liked = await ada.react(room, said, "👍")
        await core.until(lambda: core.of(Reacted))
    await ada.say(room, "two")
    await ada.redact(room, liked)
    async with reading(options(), core):
        await ada.say(room, "three")
        await core.hears("three")
    assert core.texts() == ["one", "two", "three"]
    assert [removed.emoji for removed in core.of(ReactionRemoved)] == ["👍"]


@pytest.mark.parametrize(("version", "counts"), [("11", (130, 105, 20)), ("12", (300, 120, 20))])
async def test_limited_timelines_are_filled_oldest_first_each_room_by_itself(
    people, bot, options, core, version, counts
):
    ada = await people.plain("ada")
    rooms = [await joined(bot, await ada.create_room(bot.user, version=version, name=f"room {n}")) for n in range(3)]
    async with reading(options(), core):
        pass

    async def chatter(room, count):
        for number in range(count):
            await ada.say(room, f"{number}")

    await asyncio.gather(*map(chatter, rooms, counts))
    async with reading(options(), core) as running:
        for room in rooms:
            await ada.say(room, "last")
        await core.until(lambda: all("last" in core.texts(room) for room in rooms))
        for number in range(3):
            await ada.say(rooms[number], "live again")
        await core.until(lambda: all("live again" in core.texts(room) for room in rooms))
        assert running.reading.gaps.rooms == frozenset()
    for room, count in zip(rooms, counts, strict=True):
        assert core.texts(room) == [*map(str, range(count)), "last", "live again"]
    assert core.notes.ids("gap") == []
    assert max(len(batch.events) for batch in core.batches) <= 500


async def test_a_gap_survives_crashes_while_it_is_filled(people, bot, options, core):
    ada = await people.plain("ada")
    room = await joined(bot, await ada.create_room(bot.user))
    async with reading(options(), core):
        pass
    for number in range(320):
        await ada.say(room, f"{number}")
    crashes = 0
    while "319" not in core.texts(room):
        core.crash_at = len(core.batches) + 1 + crashes % 2
        crashes += 1
        async with reading(options(), core):
            await core.until(lambda: "319" in core.texts(room) or len(core.batches) >= core.crash_at)
        assert crashes < 20
    assert list(dict.fromkeys(core.texts(room))) == [str(number) for number in range(320)]
    assert crashes > 1


@pytest.mark.parametrize("banned", [False, True])
@pytest.mark.parametrize("running", [False, True])
async def test_being_sent_out_is_told_with_what_was_said_before(people, bot, options, core, banned, running):
    ada = await people.plain("ada")
    room = await joined(bot, await ada.create_room(bot.user, public=True, name="the square"))

    async def send_out():
        await ada.say(room, "last words")
        await (ada.ban if banned else ada.kick)(room, bot.user, "too talkative")
        await ada.say(room, "among ourselves")

    async with reading(options(), core):
        if running:
            await send_out()
            await core.until(lambda: core.of(AccessLost))
    if not running:
        await send_out()
    async with reading(options(), core) as later:
        await core.until(lambda: core.of(AccessLost))
        assert later.rooms.get(room) is None
    (lost,) = core.of(AccessLost)
    assert (lost.conversation.name, lost.banned, lost.reason) == ("the square", banned, "too talkative")
    assert lost.by.id == names.member_id(ada.user)
    assert core.texts() == ["last words"]
    assert core.notes.ids("joined") == []


async def test_of_a_room_that_was_joined_only_what_follows_is_read_also_after_a_pause(people, bot, options, core):
    ada = await people.plain("ada")
    async with reading(options(), core):
        pass
    short, long = [await ada.create_room(public=True, name=name) for name in ("short", "long")]
    for room in (short, long):
        await ada.say(room, "long ago")
        await bot.join(room)
        await ada.say(room, "welcome")
    for number in range(130):
        await ada.say(long, f"{number}")
    async with reading(options(), core):
        await core.hears("129")
    assert core.texts(short) == ["welcome"]
    assert core.texts(long) == ["welcome", *map(str, range(130))]
    assert sorted(core.notes.ids("joined")) == sorted([short, long])


async def test_invitations_of_those_listed_are_accepted_and_all_others_declined(people, bot, options, core):
    ada, eve = await people.plain("ada"), await people.plain("eve")
    async with reading(options(ada.user), core):
        welcome, other = await ada.create_room(bot.user), await eve.create_room(bot.user)
        await ada.in_room(welcome, bot.user)
        await eve.until(lambda: left(eve, other, bot.user), "the invitation declined")
        await ada.say(welcome, "hello bot")
        await core.hears("hello bot")
        await core.notes.until(lambda: not core.notes.ids("errand"))
    member = await eve.state(other, "m.room.member", bot.user)
    assert member["reason"]
    assert core.of(AccessLost) == []


async def left(person, room, user):
    return await person.membership(room, user) == "leave"


async def test_a_server_may_be_listed_and_members_of_the_communities_may_speak_in_private(people, bot, options, core):
    ada, ben, eve = await people.plain("ada"), await people.plain("ben"), await people.plain("eve")
    square = await joined(bot, await ada.create_room(bot.user, ben.user))
    await ben.join(square)
    mine = options(communities=(frozenset({names.conversation_id(square)}),))
    async with reading(mine, core):
        private = await ben.create_room(bot.user, direct=True, name=None)
        refused, open_to_all = await eve.create_room(bot.user, direct=True), await ben.create_room(bot.user)
        await ben.in_room(private, bot.user)
        await eve.until(lambda: left(eve, refused, bot.user), "the invitation declined")
        await ben.until(lambda: left(ben, open_to_all, bot.user), "the invitation declined")
        await ben.say(private, "psst")
        await core.hears("psst")
    assert core.of(MessagePosted)[0].message.conversation.kind is ConversationKind.DIRECT
    async with reading(options("test.local"), core):
        await eve.in_room(await eve.create_room(bot.user), bot.user)


async def test_a_private_conversation_that_others_are_asked_into_is_left(people, bot, options, core):
    ada, ben, eve = await people.plain("ada"), await people.plain("ben"), await people.plain("eve")
    square = await joined(bot, await ada.create_room(bot.user, ben.user))
    await ben.join(square)
    mine = options(ada.user, communities=(frozenset({names.conversation_id(square)}),))
    async with reading(mine, core):
        group = await ada.create_room(bot.user, eve.user, direct=True)
        crowd = await ben.create_room(bot.user, eve.user, direct=True)
        private = await ben.create_room(bot.user, direct=True)
        for person, room in ((ada, group), (ben, private)):
            await person.in_room(room, bot.user)
        await ben.until(lambda: left(ben, crowd, bot.user), "the bot out of the crowd")
        await core.notes.until(lambda: core.notes.ids("visit") == [private])
    await ben.invite(private, eve.user)
    async with reading(mine, core):
        await ben.until(lambda: left(ben, private, bot.user), "the bot out of the room")
        await core.notes.until(lambda: not core.notes.ids("visit") + core.notes.ids("errand"))
        assert await ada.membership(group, bot.user) == "join"
    assert core.of(AccessLost) == []


async def test_a_private_conversation_leads_into_no_other_room(people, bot, options, core):
    ada, ben, eve = await people.plain("ada"), await people.plain("ben"), await people.plain("eve")
    square = await joined(bot, await ada.create_room(bot.user, ben.user))
    await ben.join(square)
    async with reading(options(communities=(frozenset({names.conversation_id(square)}),)), core):
        private, crowd = await ben.create_room(bot.user, direct=True), await ben.create_room(public=True)
        await eve.join(crowd)
        await ben.in_room(private, bot.user)
        await ben.set_state(private, "m.room.tombstone", {"body": "gone", "replacement_room": crowd})
        await ben.until(lambda: left(ben, crowd, bot.user), "the bot out of the crowd")


async def test_a_withdrawn_invitation_is_forgotten(people, bot, options, core):
    ada = await people.plain("ada")
    async with reading(options(ada.user), core):
        room = await ada.create_room(bot.user)
        await ada.in_room(room, bot.user)
    gone = await ada.create_room(bot.user)
    await ada.kick(gone, bot.user)
    async with reading(options(ada.user), core):
        await ada.say(room, "on")
        await core.hears("on")
        await core.notes.until(lambda: not core.notes.ids("errand"))
    assert core.of(AccessLost) == []


@pytest.mark.parametrize(("public", "power"), [(True, 0), (False, 50), (False, 0)])
async def test_an_upgraded_room_is_followed_or_asked_to_be_let_in(people, bot, options, core, public, power):
    ada = await people.plain("ada")
    room = await ada.create_room(bot.user, version="11", public=public, name="the square", powers={bot.user: power})
    await bot.join(room)
    async with reading(options(ada.user), core) as running:
        new = await ada.upgrade(room, "12")
        if not public:
            where = room if power else (await ada.until(ada.invitations, "a private room"))[0]
            if not power:  # who upgrades a room silences it by that: the bot cannot ask there
                await ada.join(where)
            assert "invite me" in (await ada.sees(where, "invite me", bot.user)).text
            await ada.invite(new, bot.user)
        await ada.in_room(new, bot.user)
        await ada.say(new, "here we are")
        await core.hears("here we are", room=new)
        assert running.rooms.current(room) == new
    async with reading(options(ada.user), core) as running:
        assert running.rooms.current(room) == new
    moves = {(moved.old.id, moved.new.id) for moved in core.of(ConversationReplaced)}
    assert moves == {(names.conversation_id(room), names.conversation_id(new))}
    assert len([post for post in await ada.posts(room, bot.user) if "invite me" in post.text]) == (power > 0)


async def test_a_room_that_claims_to_follow_another_replaces_nothing(people, bot, options, core):
    ada, eve = await people.plain("ada"), await people.plain("eve")
    room = await joined(bot, await ada.create_room(bot.user, version="11", public=True))
    async with reading(options(eve.user), core):
        body = {"creation_content": {"predecessor": {"room_id": room, "event_id": "$x"}}, "invite": [bot.user]}
        trap = (await eve.call("POST", "/v3/createRoom", {**body, "room_version": "11"}))["room_id"]
        await eve.in_room(trap, bot.user)
        await eve.say(trap, "come in")
        await core.hears("come in")
    assert core.of(ConversationReplaced) == []


async def test_a_room_that_is_said_to_lead_into_another_moves_nothing_there(people, bot, options, core):
    ada, eve = await people.plain("ada"), await people.plain("eve")
    room = await joined(bot, await ada.create_room(bot.user, version="11", public=True))
    other = await joined(bot, await eve.create_room(bot.user, version="11", public=True))
    async with reading(options(ada.user), core) as running:
        await ada.set_state(room, "m.room.tombstone", {"body": "gone", "replacement_room": other})
        await eve.say(other, "who comes here?")
        await core.hears("who comes here?")
        assert running.rooms.current(room) == room
    assert core.of(ConversationReplaced) == []


class LateKeys(Homeserver):
    """What others send to the bot's device is held back on its way until it is let go."""

    def __init__(self, options):
        super().__init__(options)
        self.holds = False
        self.held = []

    async def call(self, method, path, *rest, **named):
        answer = await super().call(method, path, *rest, **named)
        if path.endswith("/sync"):
            came = answer.pop("to_device", {}).get("events", [])
            self.held += came
            if not self.holds:
                answer["to_device"] = {"events": self.held}
                self.held = []
        return answer


@pytest.mark.parametrize("restart", [False, True])
async def test_what_comes_without_its_key_is_kept_and_read_when_the_key_comes(people, bot, options, core, restart):
    ada = await people.encrypted("ada")
    room = await ada.create_room(bot.user, encrypted=True, public=True)
    await bot.join(room)
    await bot.log_out()
    mine = options(encryption=True, off_record=("[off]",), retention_days={names.conversation_id(room): 30})
    late = LateKeys(mine)
    async with reading(mine, core, homeserver=late) as running:
        await ada.until(lambda: ada.devices_with_keys(bot.user), "keys of the bot's device")
        late.holds = True
        secrets = [await ada.say(room, text) for text in ("first", "second", "third")]
        await core.until(lambda: len(core.of(Undecryptable)) == 3)
        messages = [names.message_id(room, secret) for secret in secrets]
        assert [event.message for event in core.of(Undecryptable)] == messages
        assert core.notes.ids("undecryptable") == sorted(messages)
        await ada.redact(room, secrets[1])
        await core.until(lambda: core.of(MessageDeleted))
        assert core.notes.ids("undecryptable") == sorted([messages[0], messages[2]])
        assert core.texts() == []
        if restart:
            await running.machine.take({"to_device": {"events": late.held}})
        else:
            late.holds = False
            await ada.say(room, "fourth")
            await core.hears("first", "third", "fourth")
            notice = await ada.sees(room, "30 days", bot.user)
            assert "[off]" in notice.text
    if restart:
        async with reading(mine, core):
            await core.hears("first", "third")
    assert core.texts()[:2] == ["first", "third"]
    assert core.notes.ids("undecryptable") == []


async def test_an_encrypted_room_is_told_once_over_restarts(people, bot, options, core):
    ada = await people.encrypted("ada")
    room = await ada.create_room(bot.user, encrypted=True)
    await bot.join(room)
    await bot.log_out()
    mine = options(encryption=True)
    for number in range(2):
        async with reading(mine, core):
            await ada.until(lambda: ada.devices_with_keys(bot.user), "keys of the bot's device")
            await ada.say(room, f"hello {number}")
            await core.hears(f"hello {number}")
            await ada.sees(room, "limited time", bot.user)
            await core.notes.until(lambda: not core.notes.ids("errand"))
    assert len(await ada.posts(room, bot.user)) == 1
