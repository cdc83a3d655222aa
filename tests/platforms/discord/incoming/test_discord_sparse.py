"""Servers that speak Discord's language and say less: what they leave out is asked for, and nothing is lost by it."""

import asyncio

import pytest

from bot.domain.conversation import ConversationKind
from bot.domain.event import AccessLost, MessageEdited, MessagePosted
from bot.domain.member import Standing
from bot.errors import StorageError, Unavailable
from bot.platforms.discord import names
from tests.platforms.discord.incoming.rig import Memory, reading
from tests.platforms.discord.standin.posts import Post
from tests.platforms.discord.standin.servers import Server


@pytest.fixture
def place(standin):
    mira, rem = standin.person("mira"), standin.person("rem")
    server = standin.server("Agora", mira)
    server.join(rem)
    return mira, rem, server, server.channel("square")


@pytest.fixture
def without_members(monkeypatch):
    """The gateway does not say who an author is on the server."""
    whole = Post.event

    def bare(post):
        return {name: value for name, value in whole(post).items() if name != "member"}

    monkeypatch.setattr(Post, "event", bare)


@pytest.mark.parametrize("said", ["null", "missing"])
async def test_a_channel_that_does_not_say_what_was_said_last_is_read_all_the_same(standin, place, said):
    _, rem, _, square = place
    memory = Memory()
    async with reading(standin, square, memory=memory) as rig:
        rem.says(square, "before")
        await rig.heard("before")
    missed = [rem.says(square, f"missed {number}") for number in range(3)]
    square.data["last_message_id"] = None
    if said == "missing":
        del square.data["last_message_id"]
    async with reading(standin, square, memory=memory) as rig:
        await rig.heard("missed 2")
        assert memory.said == ["before", "missed 0", "missed 1", "missed 2"]
        await rig.until(lambda: memory.marks[str(square.id)] == str(missed[-1].id), "the mark")


@pytest.mark.usefixtures("without_members")
async def test_moderators_keep_their_standing_where_messages_do_not_say_it(standin, place):
    mira, rem, _, square = place
    async with reading(standin, square) as rig:
        said = [(rem if number % 2 else mira).says(square, f"line {number}") for number in range(6)]
        await rig.heard("line 5")
        assert rig.memory.said == [f"line {number}" for number in range(6)]
        by = {event.message.text: event.standing for event in rig.memory.of(MessagePosted)}
        assert by["line 0"] is Standing.ADMIN
        assert by["line 1"] is Standing.MEMBER
        said[0].change({"content": "line 0, mended"})
        await rig.heard("line 0, mended")
        assert rig.memory.of(MessageEdited)[-1].standing is Standing.ADMIN


@pytest.mark.usefixtures("without_members")
async def test_who_they_are_is_not_worth_a_lost_message(standin, place):
    _, rem, _, square = place
    async with reading(standin, square) as rig:
        standin.fault(rf"GET .*/channels/{square.id}/messages", times=99, status=403, code=50001)
        for number in range(3):
            rem.says(square, f"line {number}")
        await rig.heard("line 0", "line 1", "line 2")
        assert rig.memory.said == ["line 0", "line 1", "line 2"]


async def test_messages_of_a_server_that_has_not_come_yet_overtake_nothing(standin, place):
    _, rem, server, square = place
    memory = Memory()
    async with reading(standin, square, memory=memory) as rig:
        rem.says(square, "before")
        await rig.heard("before")
        client = rig.connection.client
        client._connection._remove_guild(client.get_guild(server.id))
        rig.reading._sessions.went(server.id)
        standin.lose("MESSAGE_CREATE", 1)
        rem.says(square, "missed")
        rem.says(square, "early")
        async with asyncio.timeout(20):
            while rig.reading._lines.first_held(square.id) is None:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.01)
        assert memory.said == ["before"]
        standin.world.emit("GUILD_CREATE", server.whole(), server=server)
        await rig.heard("missed", "early")
        assert memory.said == ["before", "missed", "early"]
        kinds = {event.message.conversation.kind for event in memory.of(MessagePosted)}
        assert kinds == {ConversationKind.ROOM}
        assert await memory.all("direct") == []


async def test_an_edit_that_tells_of_a_part_alone_is_looked_up(standin, place):
    _, rem, server, square = place
    async with reading(standin, square) as rig:
        post = rem.says(square, "before")
        await rig.heard("before")
        post.data |= {"content": "after", "edited_timestamp": "2026-01-01T00:00:00+00:00"}
        told = {"id": str(post.id), "channel_id": str(square.id), "guild_id": str(server.id)}
        standin.world.emit("MESSAGE_UPDATE", told | {"embeds": []}, channel=square)
        standin.world.emit("MESSAGE_UPDATE", told | {"edited_timestamp": "2026-01-01T00:00:00+00:00"}, channel=square)
        await rig.heard("after")
        assert rig.memory.edits == ["after"]
        assert len(standin.requests("GET /gateway/bot")) == 1


@pytest.mark.parametrize("trouble", [StorageError("locked"), Unavailable("away")])
async def test_a_deletion_outlasts_passing_trouble(standin, place, monkeypatch, trouble):
    _, rem, _, square = place
    async with reading(standin, square) as rig:
        thread = rem.opens_thread(square, "long")
        post = rem.says(thread, "before")
        await rig.heard("before")
        troubles, newest = [trouble, trouble], rig.memory.newest

        async def troubled(conversation, limit):
            if troubles:
                raise troubles.pop()
            return await newest(conversation, limit)

        monkeypatch.setattr(rig.memory, "newest", troubled)
        thread.delete()
        await rig.until(lambda: rig.memory.deletions, "the deletion")
        assert rig.memory.deletions == {names.message_id(thread.id, post.id)}
        assert troubles == []


@pytest.mark.parametrize("page", [True, False])
async def test_a_list_of_archived_threads_that_is_not_there_holds_up_no_other(standin, place, page):
    _, rem, server, square = place
    hall, memory = server.channel("hall"), Memory()
    async with reading(standin, square, hall, memory=memory) as rig:
        rem.says(square, "before")
        await rig.heard("before")
    thread = rem.opens_thread(hall, "short")
    rem.says(thread, "soon archived")
    thread.archive()
    rem.says(square, "missed")
    fault = standin.fault(rf"GET .*/channels/{square.id}/threads/archived", times=999, status=404, html=page)
    async with reading(standin, square, hall, memory=memory) as rig:
        await rig.heard("missed", "soon archived")
        assert fault.met


async def test_a_server_that_lists_neither_members_nor_threads_is_read(standin, place, monkeypatch):
    mira, rem, _, square = place
    whole, memory = Server.whole, Memory()

    def bare(server, **given):
        left_out = {"members", "threads", "joined_at", "member_count", "presences", "voice_states", "stage_instances"}
        return {name: value for name, value in whole(server, **given).items() if name not in left_out}

    monkeypatch.setattr(Server, "whole", bare)
    async with reading(standin, square, memory=memory) as rig:
        assert rig.connection.client.guilds[0].me is None
        rem.says(square, "before")
        await rig.heard("before")
    mira.says(square, "missed")
    async with reading(standin, square, memory=memory) as rig:
        await rig.heard("missed")
        by = {event.message.text: event.standing for event in memory.of(MessagePosted)}
        assert by == {"before": Standing.MEMBER, "missed": Standing.ADMIN}
        assert memory.of(AccessLost) == []
        rig.servers.needs(names.conversation_id(square.id), "write", "send_messages")
