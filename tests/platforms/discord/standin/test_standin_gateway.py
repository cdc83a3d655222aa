"""The gateway: who is let in, who is told what, and what is told again after a break."""

import pytest

from tests.platforms.discord.standin import intents
from tests.platforms.discord.standin.permissions import Can
from tests.platforms.discord.standin.raw import gateway

ALL = (
    intents.GUILDS | intents.MEMBERS | intents.MODERATION | intents.MESSAGES | intents.CONTENT | intents.DIRECT_MESSAGES
)


@pytest.fixture
def agora(standin):
    mira = standin.person("mira")
    server = standin.server("Agora", mira)
    return server, server.channel("general"), mira


@pytest.mark.parametrize(
    ("change", "asked", "more", "code"),
    [
        ({"token": "another"}, ALL, {"token": "wrong"}, 4004),
        ({}, 1 << 19, {}, 4013),
        ({}, -1, {}, 4013),
        ({"members": False}, intents.MEMBERS, {}, 4014),
        ({"message_content": False}, intents.CONTENT, {}, 4014),
        ({}, intents.PRESENCES, {}, 4014),
        ({}, ALL, {"shard": [2, 2]}, 4010),
        ({"servers_per_shard": 0}, ALL, {}, 4011),
    ],
)
async def test_who_may_not_come_in_is_told_by_the_code(standin, agora, change, asked, more, code):
    for name, value in change.items():
        setattr(standin.portal, name, value)
    async with gateway(standin) as client:
        await client.identify(standin, asked, **more)
        assert await client.code() == code


async def test_order_is_kept_also_by_clients(standin, agora):
    async with gateway(standin) as client:
        await client.send(8, {"guild_id": str(agora[0].id), "query": "", "limit": 0})
        assert await client.code() == 4003
    async with gateway(standin) as client:
        await client.identify(standin, ALL)
        await client.event("READY")
        await client.identify(standin, ALL)
        assert await client.code() == 4005
    async with gateway(standin) as client:
        await client.ws.send_str("x" * 5000)
        assert await client.code() == 4002
    async with gateway(standin, "?v=6") as client:
        assert await client.code() == 4012


async def test_content_is_withheld_without_the_intent_but_for_ones_own_mentions_and_direct_messages(standin, agora):
    _, channel, mira = agora
    async with gateway(standin) as client:
        await client.identify(standin, ALL & ~intents.CONTENT)
        await client.event("GUILD_CREATE")
        mira.says(channel, "hello", embeds=[{"title": "x"}], files=[("a.txt", b"a")])
        told = await client.event("MESSAGE_CREATE")
        assert (told["content"], told["embeds"], told["attachments"], told["components"]) == ("", [], [], [])
        mira.says(channel, f"hello {standin.bot.mention}")
        assert (await client.event("MESSAGE_CREATE"))["content"].startswith("hello")
        mira.writes("alone")
        assert (await client.event("MESSAGE_CREATE"))["content"] == "alone"
        standin.world.post(channel, standin.bot.id, {"content": "own"})
        assert (await client.event("MESSAGE_CREATE"))["content"] == "own"


async def test_events_come_only_for_the_intents_and_from_where_the_bot_sees(standin, agora):
    server, channel, mira = agora
    hidden = server.channel("hidden", hidden_from=[server.id, standin.bot.id])
    async with gateway(standin) as client:
        await client.identify(standin, intents.GUILDS | intents.MESSAGES)
        await client.event("GUILD_CREATE")
        mira.says(hidden, "secret")
        server.join(standin.person("rem"))
        mira.writes("alone")
        mira.reacts(mira.says(channel, "seen"), "✅")
        server.channel("last")
        await client.event("CHANNEL_CREATE")
        assert [each["t"] for each in client.seen if each["op"] == 0] == [
            "READY", "GUILD_CREATE", "MESSAGE_CREATE", "CHANNEL_CREATE",
        ]  # fmt: skip


async def test_the_audit_log_is_told_to_who_may_view_it(standin, agora):
    server, _, mira = agora
    rem, bo = standin.person("rem"), standin.person("bo")
    server.join(rem, bo)
    async with gateway(standin) as client:
        await client.identify(standin, ALL)
        await client.event("GUILD_CREATE")
        mira.bans(server, rem, "raid")
        entry = await client.event("GUILD_AUDIT_LOG_ENTRY_CREATE")
        assert (entry["action_type"], entry["reason"], entry["user_id"]) == (22, "raid", str(mira.id))
        server.change_role(int(server.members[standin.bot.id]["roles"][0]), permissions=Can.VIEW)
        mira.kicks(server, bo)
        server.channel("last")
        await client.event("CHANNEL_CREATE")
        entries = [each for each in client.seen if each.get("t") == "GUILD_AUDIT_LOG_ENTRY_CREATE"]
        assert len(entries) == 1


async def test_shards_hear_of_their_own_servers(standin):
    mira = standin.person("mira")
    servers = [standin.server(f"server {number}", mira, shard=(number, 2)) for number in range(2)]
    for number, server in enumerate(servers):
        async with gateway(standin) as client:
            await client.identify(standin, ALL, shard=[number, 2])
            ready = await client.event("READY")
            assert [each["id"] for each in ready["guilds"]] == [str(server.id)]


async def test_a_resumed_session_hears_what_it_missed_once(standin, agora):
    _, channel, mira = agora
    async with gateway(standin) as client:
        await client.identify(standin, ALL)
        ready = await client.event("READY")
        await client.event("GUILD_CREATE")
        await standin.drop("abort")
    mira.says(channel, "missed")
    standin.lose("MESSAGE_CREATE")
    mira.says(channel, "lost for good")
    async with gateway(standin) as client:
        await client.send(6, {"token": standin.token, "session_id": ready["session_id"], "seq": 2})
        assert (await client.event("MESSAGE_CREATE"))["content"] == "missed"
        await client.event("RESUMED")
        await standin.drop("abort")  # a client that closes for good takes its session along
    async with gateway(standin) as client:
        await client.send(6, {"token": standin.token, "session_id": ready["session_id"], "seq": 99})
        assert await client.code() == 4007
    standin.gateway.sessions.clear()
    async with gateway(standin) as client:
        await client.send(6, {"token": standin.token, "session_id": ready["session_id"], "seq": 2})
        assert (await client.op(9))["d"] is False
