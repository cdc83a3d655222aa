"""The connection against a gateway and REST that fail in all the ways that Discord's do."""

import asyncio
import logging

import discord
import pytest
from pydantic import SecretStr

from bot.errors import ConfigError, Forbidden, Gone, RateLimited, Revoked, Unavailable
from bot.platforms.discord.connection.refusals import Missing
from tests.platforms.discord.connection.line import opened, until
from tests.platforms.discord.standin.permissions import Can


@pytest.fixture
def square(standin):
    mira = standin.person("mira")
    return standin.server("Agora", mira).channel("square")


@pytest.fixture
async def line(standin, square):
    async with opened(standin) as one:
        await one.ready()
        yield one


def mira_of(standin):
    return next(person for person in standin.world.people.values() if person.name == "mira")


# --- beginning ------------------------------------------------------------------------------------------------------


async def test_it_asks_for_the_intents_it_needs_and_for_no_members(standin, line):
    assert [each["intents"] for each in standin.gateway.identified] == [
        1 << 0 | 1 << 1 | 1 << 2 | 1 << 9 | 1 << 10 | 1 << 12 | 1 << 15 | 1 << 21
    ]
    assert line.connection.own == standin.bot.id
    assert line.connection.application == standin.world.application_id
    client = line.connection.client
    assert client._connection._messages is None
    assert [member.id for server in client.guilds for member in server.members] == [standin.bot.id]
    assert not client.allowed_mentions.everyone
    assert not client.allowed_mentions.users


async def test_before_it_is_connected_everything_is_unavailable(standin):
    async with opened(standin) as line:
        for ask in (lambda: line.connection.client, lambda: line.connection.own, lambda: line.connection.application):
            with pytest.raises(Unavailable):
                ask()
        with pytest.raises(Unavailable):
            await line.connection.ready(0.01)
        with pytest.raises(Unavailable):
            async with line.connection.asking("x", "y"):
                pass
        assert line.connection.known is None
        assert standin.requests() == []


async def test_a_token_that_is_none_is_told_with_the_way_to_a_new_one(standin):
    async with opened(standin, token=SecretStr("wrong")) as line:
        with pytest.raises(Revoked, match="FOLKMOOT_DISCORD_TOKEN"):
            await line.run()


async def test_a_gateway_that_turns_the_token_away_is_believed_the_second_time(standin, line):
    standin.portal.token = "another"
    await standin.drop("close", code=4004)
    with pytest.raises(Revoked, match="FOLKMOOT_DISCORD_TOKEN"):
        await line.running


async def test_a_server_that_counts_no_sessions_is_connected_to(standin, square, monkeypatch):
    async def gateway(_):
        return 1, standin.gateway_address, {}

    monkeypatch.setattr(discord.http.HTTPClient, "get_bot_gateway", gateway)
    async with opened(standin) as line:
        await line.ready()


async def test_a_gateway_that_turns_a_good_token_away_once_is_in_trouble(standin, line):
    await standin.drop("close", code=4004)
    await line.hears("ready", count=2)
    assert len(line.clients) == 2


@pytest.mark.parametrize(
    ("switches", "named"),
    [
        ({"members": False}, ["Server Members Intent"]),
        ({"message_content": False}, ["Message Content Intent"]),
        ({"members": False, "message_content": False}, ["Server Members Intent", "Message Content Intent"]),
    ],
)
async def test_intents_that_are_switched_off_are_named(standin, square, switches, named):
    for name, value in switches.items():
        setattr(standin.portal, name, value)
    async with opened(standin) as line:
        with pytest.raises(ConfigError) as caught:
            await line.run()
    for name in ("Server Members Intent", "Message Content Intent"):
        assert (name in str(caught.value)) == (name in named)
    assert "https://discord.com/developers/applications" in str(caught.value)


@pytest.mark.parametrize(
    ("options", "code"), [({"shard_count": 1}, 4011), ({"shard_count": 2, "shard_ids": (5,)}, 4010)]
)
async def test_shards_that_discord_refuses_are_the_operators_to_correct(standin, square, options, code):
    standin.portal.servers_per_shard = 0 if code == 4011 else 10
    async with opened(standin, **options) as line:
        with pytest.raises(ConfigError, match="shard_count"):
            await line.run()
    assert standin.gateway.closed_with == [code]


@pytest.mark.parametrize(
    "options", [{"shard_ids": (0,)}, {"gateway": "https://nowhere"}, {"api_base": "ftp://x"}, {"api_base": "http://[x"}]
)
async def test_settings_that_cannot_be(standin, options):
    async with opened(standin, **options) as line:
        with pytest.raises(ConfigError):
            await line.run()


@pytest.mark.parametrize(
    "fault",
    [
        {"reset": "before"},
        {"status": 503},
        {"status": 502, "html": True},
        {"status": 403, "html": True},
        {"status": 200, "html": True},
        {"status": 200},
        {"status": 429, "retry_after": 40},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["users/@me$", "applications/@me$", "gateway/bot$"])
async def test_discord_is_away_at_the_start_and_comes_back(standin, square, fault, path, monkeypatch):
    monkeypatch.setattr(discord.http.asyncio, "sleep", _quickly)
    times = 10 if fault.get("html") and fault["status"] == 502 else 2  # the library tries a 502 five times by itself
    trouble = standin.fault(path, times=times, **fault)
    async with opened(standin) as line:
        await line.ready()
        assert trouble.met == times
        assert max(line.clock.slept) >= (40 if fault.get("retry_after") else 1)


_sleep = asyncio.sleep


async def _quickly(seconds, *_):
    await _sleep(seconds / 100)


async def test_cloudflare_shuts_it_out_and_it_waits(standin, square):
    standin.fault("users/@me$", status=429, via=False)
    async with opened(standin) as line:
        running = line.run()
        await until(lambda: line.clock.slept and max(line.clock.slept) > 25)
        assert len(standin.requests("users/@me")) == 1
        assert not running.done()


async def test_nobody_is_there_at_the_start(standin, square):
    async with opened(standin, api_base="http://127.0.0.1:9/api/v10") as line:
        running = line.run()
        await until(lambda: len(line.clients) >= 3)
        assert not running.done()


async def test_too_many_sessions_began_today(standin, square):
    standin.portal.sessions_left = 20
    async with opened(standin) as line:
        line.run()
        await standin.until(lambda: standin.requests("gateway/bot"), "asked")
        await until(lambda: line.clock.slept)
        assert standin.gateway.identified == []
        assert max(line.clock.slept) >= 3600


async def test_as_many_shards_as_discord_advises(standin):
    standin.portal.advised_shards = 2
    mira = standin.person("mira")
    channels = [standin.server(f"Agora {n}", mira, shard=(n, 2)).channel("square") for n in range(2)]
    async with opened(standin, gateway=None) as line:
        client = await line.ready()
        assert client.shard_count == 2
        assert sorted(tuple(each["shard"]) for each in standin.gateway.identified) == [(0, 2), (1, 2)]
        for channel in channels:
            mira.says(channel, channel.server.name)
        await line.hears("message", count=2)
        assert sorted(line.said) == ["Agora 0", "Agora 1"]
        await standin.drop("invalid", resumable=False)
        await line.hears("shard_ready", count=4)


async def test_one_server_that_is_out_of_order_does_not_hold_up_the_others(standin, square):
    mira = mira_of(standin)
    broken = standin.server("Broken", mira)
    channel = broken.channel("there")
    broken.goes_away()
    async with opened(standin) as line:
        await line.ready()
        mira.says(square, "hello")
        await line.hears("message")
        broken.comes_back()
        await line.hears("guild_available", lambda server: server.id == broken.id)
        mira.says(channel, "back")
        await line.hears("message", count=2)


# --- staying --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["abort", "close", "reconnect", "invalid"])
async def test_what_breaks_off_is_resumed_without_loss(standin, square, line, how):
    await standin.drop(how, resumable=True)
    mira_of(standin).says(square, "while away")
    await line.hears("shard_resumed")
    await line.hears("message")
    assert line.said == ["while away"]
    assert len(standin.gateway.identified) == len(line.clients) == 1


@pytest.mark.parametrize("code", [4007, 4009])
async def test_a_session_that_is_over_begins_anew(standin, square, line, code):
    for session in list(standin.gateway.open):
        del standin.gateway.sessions[session.id]
        await session.socket.close(code)
    await line.hears("shard_ready", count=2)
    assert len(line.clients) == 1


async def test_an_event_that_cannot_be_read_brings_a_new_client_then_is_left_out(standin, square, line, caplog):
    mira = mira_of(standin)

    def break_it():
        for session in standin.gateway.open:
            session.tell("MESSAGE_CREATE", {"id": "1", "channel_id": str(square.id), "content": "a secret"})

    with caplog.at_level(logging.ERROR):
        break_it()
        await line.hears("shard_ready", count=2)
        break_it()
        await line.hears("shard_ready", count=3)
        break_it()
        name = await line.hears("unreadable_event")
    assert name == "MESSAGE_CREATE"
    assert len(line.clients) == 3
    assert any("cannot be read" in record.getMessage() for record in caplog.records)
    mira.says(square, "hello")
    await line.hears("message")
    assert line.said == ["hello"]


async def test_a_server_that_cannot_be_read_does_not_hold_up_the_others(standin, square):
    mira = mira_of(standin)
    broken = standin.server("Broken", mira)
    del broken.roles[broken.id]["permissions"]
    async with opened(standin) as line:
        await line.ready()
        mira_says = mira.says(square, "hello")
        await line.hears("message")
        assert line.said == [mira_says.content]
        assert line.connection.client.get_channel(square.id) is not None


async def test_sessions_that_are_taken_away_again_and_again_are_not_begun_without_end(standin, square, line):
    line.connection._pace.last = 0.0
    for _ in range(7):
        count = len(standin.gateway.identified)
        await standin.connected()
        await standin.drop("invalid", resumable=False)
        await standin.until(lambda count=count: len(standin.gateway.identified) > count, "another session")
    assert len(line.clients) > 1


async def test_a_session_that_never_begins_is_given_up(standin, square, monkeypatch):
    monkeypatch.setattr("bot.platforms.discord.connection.sessions.STUCK_AFTER", 0.2)
    answer, silent = standin.gateway._ready, []

    def silent_once(session):
        if silent:
            answer(session)
        silent.append(session)

    monkeypatch.setattr(standin.gateway, "_ready", silent_once)
    async with opened(standin) as line:
        await line.ready()
        assert len(line.clients) >= 2


async def test_an_error_of_a_listener_stays_with_it(standin, square, line, caplog):
    async def on_message(message):
        raise ValueError(message.content)

    client = line.connection.client
    client.event(on_message)
    mira_of(standin).says(square, "a secret")
    await until(lambda: any("could not be handled" in record.getMessage() for record in caplog.records))
    assert line.connection.client is client


async def test_closing_ends_the_run_and_lets_nothing_through(standin, square, line):
    await line.connection.aclose()
    await line.running
    with pytest.raises(Unavailable):
        async with line.connection.asking("x", "y"):
            pass
    await standin.until(lambda: not standin.gateway.open, "disconnected")
    await line.connection.run()


async def test_cancelling_the_run_closes_the_client(standin, line):
    line.running.cancel()
    await asyncio.wait({line.running})
    assert line.running.cancelled()
    assert line.clients[0].is_closed()


async def test_closing_during_a_login_that_hangs(standin, square):
    standin.fault("users/@me$", held=True)
    async with opened(standin) as line:
        running = line.run()
        await standin.until(lambda: standin.requests("users/@me"), "asked")
        await line.connection.aclose()
        await running


# --- asking ---------------------------------------------------------------------------------------------------------


async def post(line, channel):
    async with line.connection.asking("post", f"#{channel.name}", "Send Messages") as client:
        return await client.get_partial_messageable(channel.id).send("hello")


async def test_refusals_come_out_as_ours(standin, square, line):
    standin.fault("POST .*/messages$", reset="before")
    with pytest.raises(Unavailable):
        await post(line, square)
    standin.fault("POST .*/messages$", status=503)
    with pytest.raises(Unavailable):
        await post(line, square)
    standin.fault("POST .*/messages$", status=429, retry_after=33)
    with pytest.raises(RateLimited) as caught:
        await post(line, square)
    assert caught.value.retry_after == 33
    standin.fault("POST .*/messages$", status=429, retry_after=0.05)
    await post(line, square)
    square.change(permission_overwrites=[square.server.overwrite(square.server.id, deny=Can.SEND)])
    square.server.change_role(next(iter(set(square.server.roles) - {square.server.id})), permissions=Can.VIEW)
    with pytest.raises(Forbidden, match="Send Messages") as refused:
        await post(line, square)
    assert isinstance(refused.value.__cause__, discord.Forbidden)
    square.delete()
    with pytest.raises(Missing):
        await post(line, square)


async def test_somebody_else_stops_asking_while_the_address_is_shut_out(standin, square, line):
    standin.fault("POST .*/messages$", status=429, via=False)
    with pytest.raises(RateLimited) as caught:
        await post(line, square)
    assert caught.value.retry_after > 25
    asked = len(standin.requests())
    with pytest.raises(RateLimited):
        await post(line, square)
    assert len(standin.requests()) == asked


async def test_who_is_refused_too_much_stops_asking(standin, square, line, monkeypatch):
    monkeypatch.setattr("bot.platforms.discord.connection.budget.MOST", 5)
    standin.fault("POST .*/messages$", times=100, status=403, code=50013)
    for _ in range(5):
        with pytest.raises(Forbidden):
            await post(line, square)
    with pytest.raises(RateLimited) as caught:
        await post(line, square)
    assert caught.value.retry_after > 500
    assert len(standin.requests("POST .*/messages$")) == 5


async def test_limits_that_others_share_do_not_count(standin, square, line, monkeypatch):
    monkeypatch.setattr("bot.platforms.discord.connection.budget.MOST", 2)
    standin.fault("POST .*/messages$", times=3, status=429, retry_after=0.01, scope="shared")
    await post(line, square)
    await post(line, square)


async def test_a_request_that_a_closing_cuts_off_is_unavailable(standin, square, line):
    standin.fault("POST .*/messages$", held=True)
    posting = asyncio.create_task(post(line, square))
    await standin.until(lambda: standin.requests("POST .*/messages"), "asked")
    await line.connection.aclose()
    with pytest.raises(Unavailable):
        await posting


async def test_mistakes_of_ours_stay_mistakes(line):
    with pytest.raises(ZeroDivisionError):
        async with line.connection.asking("x", "y"):
            1 / 0  # noqa: B018 - the mistake
    with pytest.raises(Gone):
        async with line.connection.asking("x", "y"):
            raise Gone("as it is")


async def test_who_is_cancelled_in_a_limit_of_all_requests_does_not_close_them_for_ever(
    standin, square, line, monkeypatch
):
    monkeypatch.setattr("bot.platforms.discord.connection.connection._GLOBAL_PAUSE", 0.05)
    standin.fault("POST .*/messages$", status=429, retry_after=20, scope="global")
    posting = asyncio.create_task(post(line, square))
    over = line.connection.client.http._global_over
    await until(lambda: not over.is_set())
    posting.cancel()
    await asyncio.wait({posting})
    async with asyncio.timeout(20):
        await post(line, square)
