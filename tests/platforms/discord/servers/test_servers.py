"""Channels as conversations, who may read what, who may do what: over real requests, from caches and without them."""

import discord
import pytest

from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.ids import ConversationId, MemberId
from bot.domain.member import Member, MemberKind, Standing
from bot.errors import Forbidden, Gone, Unsupported
from bot.platforms.discord import names
from bot.platforms.discord.servers import permissions
from tests.platforms.discord.connection.line import Line, of, opened
from tests.platforms.discord.standin.permissions import Can

NOWHERE = names.conversation_id(1234)
ALIEN = ConversationId("matrix:!x:example.org")


@pytest.fixture
def mira(standin):
    return standin.person("mira", shown="Mira M.")


@pytest.fixture
def rem(standin):
    return standin.person("rem")


@pytest.fixture
def agora(standin, mira, rem):
    server = standin.server("Agora", mira)
    server.join(rem)
    return server


@pytest.fixture
def square(agora):
    return agora.channel("square")


@pytest.fixture
async def line(standin, square):
    async with opened(standin, communities=(frozenset({of(square)}),)) as one:
        await one.ready()
        yield one


def who(person) -> MemberId:
    return names.member_id(person.id)


async def seen(line: Line, channel) -> "discord.abc.GuildChannel | discord.Thread":
    """The client has it."""
    if line.servers.channel(of(channel)) is None:
        await line.hears("message", lambda message: message.channel.id == channel.id)
    found = line.servers.channel(of(channel))
    assert found is not None
    return found


# --- conversations --------------------------------------------------------------------------------------------------


async def test_channels_threads_and_direct_messages_are_conversations(standin, line, agora, square, mira, rem):
    forum = agora.channel("ideas", "forum")
    voice = agora.channel("lounge", "voice")
    news = agora.channel("news", "announcement")
    opened_post = rem.opens_post(forum, "Benches", "more of them")
    thread = rem.opens_thread(square, "aside", on=rem.says(square, "look"))
    rem.says(thread, "in there")
    rem.writes("psst")
    await line.hears("message", lambda one: one.content == "psst")
    for channel in (forum, voice, news):
        rem_or_mira = mira
        if channel is not forum:
            rem_or_mira.says(channel, "hello")
            await seen(line, channel)
        known = line.servers.channel(of(channel))
        assert line.servers.conversation(known) == Conversation(of(channel), channel.name)
    room = line.servers.conversation(await seen(line, square))
    assert room == Conversation(of(square), "square", ConversationKind.ROOM)
    inside = line.servers.conversation(await seen(line, thread))
    assert inside == Conversation(of(thread), "aside", ConversationKind.THREAD, of(square))
    posted = line.servers.conversation(await seen(line, opened_post))
    assert posted == Conversation(of(opened_post), "Benches", ConversationKind.THREAD, of(forum))
    direct = await line.hears("message", lambda one: one.guild is None)
    found = line.servers.conversation(direct.channel)
    assert (found.kind, found.parent) == (ConversationKind.DIRECT, None)
    assert line.servers.hears(direct.channel)


async def test_what_the_bot_hears(line, agora, square, mira):
    other = agora.channel("kitchen")
    thread = mira.opens_thread(square, "aside")
    elsewhere = mira.opens_thread(other, "dishes")
    for channel in (thread, elsewhere, other):
        mira.says(channel, "x")
    heard = {
        channel.name: line.servers.hears(await seen(line, channel)) for channel in (square, thread, other, elsewhere)
    }
    assert heard == {"square": True, "aside": True, "kitchen": False, "dishes": False}
    client = line.connection.client
    assert line.servers.hears(client.get_partial_messageable(square.id, guild_id=agora.id))
    assert not line.servers.hears(client.get_partial_messageable(other.id, guild_id=agora.id))
    assert line.servers.hears(client.get_partial_messageable(5, type=discord.ChannelType.private))
    for nonsense in (None, object(), 5, "x"):
        assert not line.servers.hears(nonsense)


async def test_partial_channels_have_conversations(line, agora, square):
    client = line.connection.client
    known = line.servers.conversation(client.get_partial_messageable(square.id, guild_id=agora.id))
    assert known == Conversation(of(square), "square")
    unknown = line.servers.conversation(client.get_partial_messageable(77, guild_id=agora.id))
    assert unknown == Conversation(names.conversation_id(77), "channel 77")
    direct = line.servers.conversation(client.get_partial_messageable(78))
    assert direct.kind is ConversationKind.DIRECT


async def test_an_archived_thread_is_asked_for_and_remembered(standin, line, agora, square, mira):
    thread = mira.opens_thread(square, "old")
    mira.says(thread, "x")
    await seen(line, thread)
    thread.archive()
    await standin.until(lambda: True)
    async with opened(standin, communities=(frozenset({of(square)}),)) as fresh:
        await fresh.ready()
        assert fresh.servers.channel(of(thread)) is None
        link = f"https://discord.com/channels/{agora.id}/{thread.id}/9"
        assert fresh.servers.link_to(names.message_id(thread.id, 9)) == link
        with pytest.raises(Gone):
            fresh.servers.server_of(of(thread))
        place = await fresh.servers.messageable(of(thread))
        assert place.id == thread.id
        assert fresh.servers.server_of(of(thread)).id == agora.id
        assert fresh.servers.where(of(thread)) == "#square > old in Agora"
        assert fresh.servers.link_to(names.message_id(thread.id, 9)) == link
        assert await fresh.servers.may_read(who(mira), of(thread))


async def test_where_one_can_write(line, agora, square, rem):
    assert (await line.servers.messageable(of(square))).id == square.id
    rem.writes("psst")
    direct = await line.hears("message", lambda one: one.guild is None)
    conversation = names.conversation_id(direct.channel.id)
    assert (await line.servers.messageable(conversation)).id == direct.channel.id
    forum = agora.channel("ideas", "forum")
    with pytest.raises(Unsupported):
        await line.servers.messageable(of(forum))
    hidden = agora.channel("hidden", hidden_from=[agora.id])
    for gone in (NOWHERE, ALIEN, ConversationId("discord:"), of(hidden)):
        if gone == of(hidden):
            continue
        with pytest.raises(Gone):
            await line.servers.messageable(gone)


async def test_names_and_links(line, agora, square, rem):
    assert line.servers.where(of(square)) == "#square in Agora"
    assert line.servers.where(NOWHERE) == "channel 1234"
    assert line.servers.where(ALIEN) == "no channel of Discord's"
    assert line.servers.server_of(of(square)).id == agora.id
    assert (
        line.servers.link_to(names.message_id(square.id, 5)) == f"https://discord.com/channels/{agora.id}/{square.id}/5"
    )
    rem.writes("psst")
    direct = (await line.hears("message", lambda one: one.guild is None)).channel
    conversation = line.servers.conversation(direct)
    assert line.servers.link_to(names.message_id(direct.id, 5)) == f"https://discord.com/channels/@me/{direct.id}/5"
    await line.servers.messageable(conversation.id)
    with pytest.raises(Unsupported):
        line.servers.server_of(conversation.id)
    for gone in (NOWHERE, ALIEN):
        with pytest.raises(Gone):
            line.servers.server_of(gone)


async def test_before_there_is_a_connection_nothing_is_known_and_nothing_breaks(standin, mira):
    async with opened(standin) as line:
        assert line.servers.channel(NOWHERE) is None
        assert line.servers.where(NOWHERE) == "channel 1234"
        assert line.servers.link_to(names.message_id(1, 2)) == "https://discord.com/channels/@me/1/2"
        assert not await line.servers.may_read(who(mira), NOWHERE)
        line.servers.needs(NOWHERE, "post", "send_messages")


# --- people ---------------------------------------------------------------------------------------------------------


async def test_members_and_their_standing(standin, line, agora, square, mira, rem):
    mods = agora.role("mods", Can.MANAGE_MESSAGES)
    runners = agora.role("runners", Can.MANAGE_SERVER)
    ann, bo = standin.person("ann"), standin.person("bo", bot=True)
    agora.join(ann, roles=[mods])
    agora.join(bo, roles=[runners])
    found = {}
    for person in (mira, rem, ann, bo):
        person.says(square, person.name)
        message = await line.hears("message", lambda one, name=person.name: one.content == name)
        found[person.name] = line.servers.standing(message.author, message.channel)
        kind = MemberKind.BOT if person is bo else MemberKind.PERSON
        assert line.servers.member(message.author) == Member(
            who(person), person.data["global_name"] or person.name, kind
        )
    assert found == {"mira": Standing.ADMIN, "rem": Standing.MEMBER, "ann": Standing.MODERATOR, "bo": Standing.ADMIN}
    ann.writes("psst")
    direct = await line.hears("message", lambda one: one.content == "psst")
    assert line.servers.standing(direct.author, direct.channel) is Standing.MEMBER


async def test_a_channel_can_make_and_unmake_moderators(line, agora, square, rem):
    square.change(permission_overwrites=[agora.overwrite(rem.id, allow=Can.MANAGE_MESSAGES)])
    rem.says(square, "here")
    message = await line.hears("message")
    assert line.servers.standing(message.author, message.channel) is Standing.MODERATOR


async def test_stewards_are_moderators_in_servers(standin, square, rem):
    async with opened(standin, stewards=frozenset({rem.id})) as line:
        await line.ready()
        rem.says(square, "here")
        message = await line.hears("message")
        assert line.servers.standing(message.author, message.channel) is Standing.MODERATOR
        rem.writes("psst")
        direct = await line.hears("message", count=2)
        assert line.servers.standing(direct.author, direct.channel) is Standing.MEMBER


async def test_fetched_members(line, agora, rem, standin):
    server = line.connection.client.get_guild(agora.id)
    assert (await line.servers.fetched(server, rem.id)).id == rem.id
    assert await line.servers.fetched(server, standin.person("stranger").id) is None
    assert await line.servers.fetched(server, 5) is None


async def test_the_bot_itself_is_not_asked_for(standin, line, agora):
    server = line.connection.client.get_guild(agora.id)
    assert (await line.servers.fetched(server, standin.bot.id)).id == standin.bot.id
    assert standin.requests(r"GET /guilds/\d+/members") == []


# --- who may read ---------------------------------------------------------------------------------------------------


async def test_who_may_read_a_channel(standin, line, agora, square, mira, rem):
    stranger = standin.person("stranger")
    assert await line.servers.may_read(who(mira), of(square))
    assert await line.servers.may_read(who(rem), of(square))
    assert not await line.servers.may_read(who(stranger), of(square))
    square.change(permission_overwrites=[agora.overwrite(rem.id, deny=Can.HISTORY)])
    rem.leaves(agora)
    assert not await line.servers.may_read(who(rem), of(square))


@pytest.mark.parametrize("denied", [Can.VIEW, Can.HISTORY])
async def test_overwrites_shut_people_out(standin, line, agora, mira, rem, denied):
    room = agora.channel("den", permission_overwrites=[agora.overwrite(rem.id, deny=denied)])
    mira.says(room, "x")
    await seen(line, room)
    assert not await line.servers.may_read(who(rem), of(room))
    assert await line.servers.may_read(who(mira), of(room))


async def test_a_role_that_is_taken_away_shuts_out_at_once(standin, line, agora, mira, rem):
    insiders = agora.role("insiders")
    overwrites = [agora.overwrite(agora.id, deny=Can.VIEW), agora.overwrite(insiders, allow=Can.VIEW)]
    overwrites.append(agora.overwrite(standin.bot.id, allow=Can.VIEW))
    room = agora.channel("den", permission_overwrites=overwrites)
    mira.says(room, "x")
    await seen(line, room)
    assert not await line.servers.may_read(who(rem), of(room))
    agora.give_role(rem, insiders)
    assert await line.servers.may_read(who(rem), of(room))
    agora.take_role(rem, insiders)
    assert not await line.servers.may_read(who(rem), of(room))


async def test_private_threads_are_for_who_is_in_them(standin, line, agora, square, mira, rem):
    ann = standin.person("ann")
    warden = standin.person("warden")
    agora.join(ann)
    agora.join(warden, roles=[agora.role("wardens", Can.MANAGE_THREADS)])
    thread = mira.opens_thread(square, "confidential", private=True)
    thread.add(rem.id)
    thread.add(standin.bot.id)
    mira.says(thread, "x")
    await seen(line, thread)
    allowed = {person.name: await line.servers.may_read(who(person), of(thread)) for person in (rem, ann, warden, mira)}
    assert allowed == {"rem": True, "ann": False, "warden": True, "mira": True}
    public = mira.opens_thread(square, "open")
    mira.says(public, "x")
    await seen(line, public)
    assert await line.servers.may_read(who(ann), of(public))


async def test_direct_messages_are_for_their_two(line, mira, rem):
    rem.writes("psst")
    direct = of((await line.hears("message")).channel)
    assert await line.servers.may_read(who(rem), direct)
    assert not await line.servers.may_read(who(mira), direct)


async def test_any_doubt_is_a_no(standin, line, agora, square, mira):
    for member in ("discord:webhook/5/abc", "matrix:@mira:example.org", "discord:", "discord:0", "console:x"):
        assert not await line.servers.may_read(MemberId(member), of(square))
    assert not await line.servers.may_read(who(mira), NOWHERE)
    assert not await line.servers.may_read(who(mira), ALIEN)
    standin.fault(r"GET /guilds/\d+/members", status=503)
    assert not await line.servers.may_read(who(mira), of(square))
    standin.fault(r"GET /guilds/\d+/members", times=2, reset="before")  # aiohttp asks once more by itself
    assert not await line.servers.may_read(who(mira), of(square))
    assert await line.servers.may_read(who(mira), of(square))
    agora.goes_away()
    await line.hears("guild_unavailable")
    assert not await line.servers.may_read(who(mira), of(square))


async def test_voice_channels_are_for_who_may_connect(line, agora, mira, rem):
    voice = agora.channel("lounge", "voice", permission_overwrites=[agora.overwrite(rem.id, deny=Can.CONNECT)])
    mira.says(voice, "x")
    await seen(line, voice)
    assert not await line.servers.may_read(who(rem), of(voice))
    assert await line.servers.may_read(who(mira), of(voice))


# --- before acting --------------------------------------------------------------------------------------------------


async def test_what_the_bot_lacks_is_named_as_clients_name_it(standin, mira):
    server = standin.server("Small", mira, bot_can=Can.VIEW | Can.HISTORY)
    everybody = Can.VIEW | Can.HISTORY | Can.SEND
    server.change_role(server.id, permissions=everybody)
    room = server.channel("room", permission_overwrites=[server.overwrite(standin.bot.id, deny=Can.SEND)])
    async with opened(standin) as line:
        await line.ready()
        wanted = ("view_channel", "send_messages", "manage_messages", "moderate_members", "manage_threads")
        lacks = line.servers.missing(line.servers.channel(of(room)), *wanted)
        assert lacks == ["Send Messages", "Manage Messages", "Time out members", "Manage Threads and Posts"]
        guild = line.servers.server_of(of(room))
        assert line.servers.missing(guild, "send_messages", "ban_members") == ["Ban Members"]
        line.servers.needs(of(room), "look", "view_channel")
        with pytest.raises(
            Forbidden, match="may not post in #room in Small: the bot needs the permission 'Send Messages'"
        ):
            line.servers.needs(of(room), "post", "send_messages")
        with pytest.raises(Forbidden, match="Ban Members"):
            line.servers.able(guild, "ban them", "ban_members")
        line.servers.needs(NOWHERE, "post", "send_messages")


async def test_an_administrator_lacks_nothing(standin, mira):
    server = standin.server("Big", mira, bot_can=Can.ADMINISTRATOR)
    async with opened(standin) as line:
        await line.ready()
        assert line.servers.missing(line.connection.client.get_guild(server.id), "ban_members", "manage_guild") == []


async def test_who_stands_above_the_bot(standin, line, agora, mira, rem):
    high = standin.person("high")
    agora.join(high, roles=[agora.role("elders", position=60)])
    server = line.connection.client.get_guild(agora.id)

    async def reason(person):
        return line.servers.outranks(server, await line.servers.fetched(server, person.id), "ban them")

    assert await reason(rem) is None
    assert await reason(mira) == "cannot ban them: they own Agora"
    told = await reason(high)
    assert told is not None
    assert "elders" in told
    assert "Server Settings > Roles" in told
    assert await reason(standin.bot) == "cannot ban them: that is the bot itself"
    with pytest.raises(Unsupported):
        line.servers.above(server, await line.servers.fetched(server, high.id), "ban them")
    line.servers.above(server, await line.servers.fetched(server, rem.id), "ban them")


async def test_administrators_cannot_be_timed_out(standin, line, agora, rem):
    boss = standin.person("boss")
    agora.join(boss, roles=[agora.role("bosses", Can.ADMINISTRATOR, position=3)])
    server = line.connection.client.get_guild(agora.id)
    member = await line.servers.fetched(server, boss.id)
    assert line.servers.outranks(server, member, "ban them") is None
    assert permissions.exempt(member)
    assert not permissions.exempt(await line.servers.fetched(server, rem.id))
