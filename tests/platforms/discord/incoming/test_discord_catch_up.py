"""What is said while the bot is away, or while its connection breaks: all of it once, in order."""

import asyncio

import pytest

from bot.domain.event import AccessLost, MessagePosted
from bot.platforms.discord import names
from bot.platforms.discord.incoming import lines as lines_module
from tests.platforms.discord.incoming.rig import Memory, reading
from tests.platforms.discord.standin.permissions import BOT, Can


@pytest.fixture
def place(standin):
    mira, rem = standin.person("mira"), standin.person("rem")
    server = standin.server("Agora", mira)
    server.join(rem)
    return mira, rem, server, server.channel("square")


def lines(name, count):
    return [f"{name} {number}" for number in range(count)]


async def test_a_fresh_install_does_not_replay_old_history(standin, place):
    _, rem, _, square = place
    thread = rem.opens_thread(square, "old")
    old = [rem.says(square, "old"), rem.says(thread, "old, too")]
    async with reading(standin, square) as rig:
        rem.says(square, "new")
        rem.says(thread, "new, too")
        await rig.heard("new", "new, too")
        assert rig.memory.said == ["new", "new, too"]
        assert int(rig.memory.marks[str(square.id)]) > old[0].id
    assert set(rig.memory.marks) == {str(square.id), str(thread.id)}


async def test_hundreds_of_messages_in_several_channels_and_a_thread_are_read_after_a_restart(standin, place):
    _, rem, server, square = place
    hall, garden = server.channel("hall"), server.channel("garden")
    thread = rem.opens_thread(square, "long")
    memory = Memory()
    places = {"square": square, "hall": hall, "garden": garden, "thread": thread}
    async with reading(standin, square, hall, garden, memory=memory) as rig:
        for name, channel in places.items():
            rem.says(channel, f"{name} first")
        await rig.heard(*(f"{name} first" for name in places))
    for number in range(250):
        for name, channel in places.items():
            rem.says(channel, f"{name} {number}")
    async with reading(standin, square, hall, garden, memory=memory) as rig:
        rem.says(square, "live")
        await rig.heard("live", *(f"{name} 249" for name in places))
        for name, channel in places.items():
            expected = [f"{name} first", *lines(name, 250), *(["live"] if channel is square else [])]
            assert memory.said_in(channel) == expected
        assert memory.twice == 0


@pytest.mark.parametrize("how", ["abort", "close", "reconnect", "invalid"])
async def test_a_broken_connection_that_can_be_resumed_loses_and_repeats_nothing(standin, place, how):
    _, rem, _, square = place
    async with reading(standin, square) as rig:
        rem.says(square, "before")
        await rig.heard("before")
        await standin.drop(how)
        posts = lines("meanwhile", 30)
        for text in posts:
            rem.says(square, text)
        await rig.heard(*posts)
        await standin.connected()
        rem.says(square, "after")
        await rig.heard("after")
        assert rig.memory.said == ["before", *posts, "after"]


async def test_a_session_that_is_taken_away_is_caught_up_with(standin, place):
    _, rem, _, square = place
    async with reading(standin, square) as rig:
        kept, gone = rem.says(square, "kept"), rem.says(square, "gone")
        await rig.heard("gone")
        standin.gateway.sessions.clear()
        posts = [rem.says(square, text) for text in lines("meanwhile", 120)]
        rem.edits(kept, "kept, but changed")
        rem.deletes(gone)
        for socket in list(standin.gateway._sockets):
            socket.send({"op": 9, "d": False})
        await rig.heard("meanwhile 119")
        rem.says(square, "after")
        await rig.heard("after", "kept, but changed")
        await rig.until(lambda: rig.memory.deletions, "a deletion")
        assert rig.memory.deletions == {names.message_id(square.id, gone.id)}
        assert rig.memory.said == ["kept", "gone", *lines("meanwhile", 120), "after"]
        assert int(rig.memory.marks[str(square.id)]) > posts[-1].id


async def test_edits_and_deletions_during_downtime_are_found(standin, place):
    mira, rem, _, square = place
    memory = Memory()
    async with reading(standin, square, memory=memory) as rig:
        posts = [rem.says(square, f"line {number}") for number in range(10)]
        await rig.heard("line 9")
    rem.edits(posts[2], "line 2, changed")
    mira.deletes(posts[4], posts[5])
    hidden = names.message_id(square.id, posts[6].id)
    memory.notes["hidden", hidden] = object()
    rem.deletes(posts[6])
    async with reading(standin, square, memory=memory) as rig:
        await rig.heard("line 2, changed")
        await rig.until(lambda: len(memory.deletions) == 2, "two deletions")
        await rig.settled()
        assert memory.deletions == {names.message_id(square.id, post.id) for post in posts[4:6]}
        assert memory.edits == ["line 2, changed"]


async def test_without_the_right_to_read_history_nothing_counts_as_deleted(standin, place):
    _, rem, server, square = place
    memory = Memory()
    async with reading(standin, square, memory=memory) as rig:
        rem.says(square, "before")
        await rig.heard("before")
    deny = server.overwrite(standin.bot.id, deny=Can.HISTORY)
    square.change(permission_overwrites=[deny])
    rem.says(square, "missed")
    async with reading(standin, square, memory=memory) as rig:
        rem.says(square, "live")
        await rig.heard("live")
        await rig.settled()
        assert memory.said == ["before", "live"]
        assert memory.deletions == set()
        assert any("Read Message History" in trouble for trouble in rig.reading.troubles())
        assert standin.requests(rf"GET .*/channels/{square.id}/messages") == []


async def test_one_closed_channel_does_not_hold_up_the_others(standin, place):
    _, rem, server, square = place
    closed, memory = server.channel("closed"), Memory()
    async with reading(standin, square, closed, memory=memory) as rig:
        rem.says(square, "one")
        rem.says(closed, "two")
        await rig.heard("one", "two")
    rem.says(square, "three")
    rem.says(closed, "four")
    standin.fault(rf"GET .*/channels/{closed.id}/messages", times=9, status=403, code=50001)
    async with reading(standin, square, closed, memory=memory) as rig:
        await rig.heard("three")
        await rig.settled()
        rem.says(closed, "five")
        await rig.heard("five")
        assert memory.said_in(closed) == ["two", "five"]
        assert list(rig.reading.troubles())


@pytest.mark.parametrize("trouble", [{"status": 503}, {"reset": "before"}, {"status": 429, "retry_after": 0.05}])
async def test_passing_trouble_is_waited_out(standin, place, trouble):
    _, rem, _, square = place
    memory = Memory()
    async with reading(standin, square, memory=memory) as rig:
        rem.says(square, "before")
        await rig.heard("before")
    for text in lines("missed", 150):
        rem.says(square, text)
    standin.fault(rf"GET .*/channels/{square.id}/messages", times=2, **trouble)
    async with reading(standin, square, memory=memory) as rig:
        await rig.heard("missed 149")
        assert memory.said == ["before", *lines("missed", 150)]


async def test_a_server_that_is_away_holds_up_no_other_and_is_caught_up_with_when_it_is_back(standin, place):
    mira, rem, _, square = place
    other = standin.server("Forum", mira)
    other.join(rem)
    hall, memory = other.channel("hall"), Memory()
    async with reading(standin, square, hall, memory=memory) as rig:
        rem.says(square, "a")
        rem.says(hall, "b")
        await rig.heard("a", "b")
    other.goes_away()
    rem.says(square, "c")
    rem.says(hall, "d")
    async with reading(standin, square, hall, memory=memory) as rig:
        await rig.heard("c")
        await rig.settled()
        assert memory.said_in(hall) == ["b"]
        other.comes_back()
        await rig.heard("d")
        assert memory.of(AccessLost) == []


async def test_a_thread_that_appeared_while_the_bot_was_away_is_read_from_its_beginning(standin, place):
    _, rem, server, square = place
    forum, memory = server.channel("ideas", "forum"), Memory()
    async with reading(standin, square, forum, memory=memory) as rig:
        old = rem.says(square, "an old one")
        await rig.heard("an old one")
    grown = rem.opens_thread(square, "grown", on=old)
    rem.says(grown, "in the grown")
    post = rem.opens_post(forum, "Bikes", "more lanes")
    archived = rem.opens_thread(square, "short")
    rem.says(archived, "soon archived")
    archived.archive()
    async with reading(standin, square, forum, memory=memory) as rig:
        await rig.heard("in the grown", "more lanes", "soon archived")
        rem.says(post, "and trams")
        await rig.heard("and trams")
        assert sorted(memory.said) == sorted(["an old one", "in the grown", "more lanes", "soon archived", "and trams"])


async def test_direct_messages_during_downtime_are_read(standin, place):
    _, rem, _, square = place
    memory = Memory()
    async with reading(standin, square, memory=memory) as rig:
        rem.writes("one")
        await rig.heard("one")
    rem.writes("two")
    async with reading(standin, square, memory=memory) as rig:
        await rig.heard("two")
        rem.writes("three")
        await rig.heard("three")
        assert memory.said == ["one", "two", "three"]


async def test_being_sent_out_is_told_once_and_what_is_said_before_the_return_is_not_read(standin, place):
    _, rem, server, square = place
    memory = Memory()
    async with reading(standin, square, memory=memory) as rig:
        rem.says(square, "before")
        await rig.heard("before")
        server.remove(standin.bot.id)
        await rig.until(lambda: memory.of(AccessLost), "lost")
    async with reading(standin, square, memory=memory):
        pass
    assert [event.conversation.name for event in memory.of(AccessLost)] == ["square"]
    rem.says(square, "without the bot")
    standin.time.advance(60)
    role = server.role("folkmoot again", BOT, position=60)
    async with reading(standin, square, memory=memory) as rig:
        server.join(standin.bot, roles=[role])
        await asyncio.sleep(0)
        await rig.until(lambda: '"lost": false' in memory.notes["room", names.conversation_id(square.id)].text, "back")
        await rig.settled()
        rem.says(square, "with the bot")
        await rig.heard("with the bot")
        assert memory.said == ["before", "with the bot"]


async def test_a_room_lost_while_the_bot_was_down_is_told(standin, place):
    _, rem, _, square = place
    memory = Memory()
    async with reading(standin, square, memory=memory) as rig:
        rem.says(square, "before")
        await rig.heard("before")
    square.delete()
    for _ in range(2):
        async with reading(standin, square, memory=memory) as rig:
            await rig.until(lambda: memory.of(AccessLost), "lost")
    assert len(memory.of(AccessLost)) == 1


async def test_a_flood_that_the_store_cannot_follow_is_read_again_from_history(standin, place, monkeypatch):
    monkeypatch.setattr(lines_module, "_MOST_WAITING", 40)
    monkeypatch.setattr(lines_module, "_MOST_HELD", 30)
    _, rem, _, square = place
    async with reading(standin, square) as rig:
        rig.taking.clear()
        for text in lines("flood", 400):
            rem.says(square, text)
        async with asyncio.timeout(20):
            while not rig.reading._gaps._open:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)
        assert rig.feed.waiting <= 60
        rig.taking.set()
        await rig.heard("flood 399")
        rem.says(square, "after")
        await rig.heard("after")
        assert rig.memory.said == [*lines("flood", 400), "after"]


async def test_a_malformed_message_costs_no_other(standin, place):
    _, rem, _, square = place
    memory = Memory()
    async with reading(standin, square, memory=memory) as rig:
        rem.says(square, "before")
        await rig.heard("before")
    rem.says(square, "good")
    rem.says(square, "odd").data["author"] = None
    last = rem.says(square, "good, too")
    async with reading(standin, square, memory=memory) as rig:
        await rig.heard("good", "good, too")
        await rig.until(lambda: memory.marks[str(square.id)] == str(last.id), "the mark")
        assert "odd" not in memory.said


async def test_a_malformed_live_message_ends_no_reading(standin, place):
    _, rem, _, square = place
    async with reading(standin, square) as rig:
        rem.says(square, "before")
        await rig.heard("before")
        standin.world.emit("MESSAGE_CREATE", {"id": "5", "channel_id": str(square.id)}, channel=square)
        rem.says(square, "after")
        await rig.heard("after")
        assert rig.memory.said == ["before", "after"]


async def test_moderators_keep_their_standing_in_what_was_missed(standin, place):
    mira, rem, _, square = place
    memory = Memory()
    async with reading(standin, square, memory=memory) as rig:
        rem.says(square, "before")
        await rig.heard("before")
    mira.says(square, "!health")
    rem.says(square, "me too")
    async with reading(standin, square, memory=memory) as rig:
        await rig.heard("!health", "me too")
        by = {event.message.text: event.standing for event in memory.of(MessagePosted)}
        assert by["!health"] > by["me too"]


async def test_history_from_before_the_bot_came(standin, place):
    _, rem, _, square = place
    posts = [rem.says(square, f"old {number}") for number in range(230)]
    where = names.conversation_id(square.id)
    async with reading(standin, square) as rig:
        found = await rig.reading.history(where, before=None, limit=150)
        assert [message.text for message in found] == [f"old {number}" for number in range(80, 230)]
        before = names.message_id(square.id, posts[5].id)
        found = await rig.reading.history(where, before=before, limit=100)
        assert [message.text for message in found] == [f"old {number}" for number in range(5)]
        assert await rig.reading.history(names.conversation_id(5), before=None, limit=10) == []


async def test_servers_of_several_shards_are_caught_up_with(standin):
    mira = standin.person("mira")
    servers = [standin.server(f"Agora {number}", mira, shard=(number, 2)) for number in range(2)]
    rooms, memory = [server.channel("square") for server in servers], Memory()
    async with reading(standin, *rooms, memory=memory, shard_count=2) as rig:
        for room in rooms:
            mira.says(room, f"first in {room.id}")
        await rig.heard(*(f"first in {room.id}" for room in rooms))
    for room in rooms:
        mira.says(room, f"missed in {room.id}")
    async with reading(standin, *rooms, memory=memory, shard_count=2) as rig:
        await rig.heard(*(f"missed in {room.id}" for room in rooms))
        assert memory.twice == 0
    async with reading(standin, *rooms, memory=memory, shard_count=2, shard_ids=(1,)) as rig:
        for room in rooms:
            mira.says(room, f"live in {room.id}")
        await rig.heard(f"live in {rooms[1].id}")
        assert memory.of(AccessLost) == []
        assert f"live in {rooms[0].id}" not in memory.said
