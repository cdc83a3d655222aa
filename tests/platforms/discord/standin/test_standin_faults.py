"""Faults: what goes wrong on the way, and whether the request took effect all the same."""

import asyncio

import aiohttp
import pytest

from tests.platforms.discord.standin.raw import call


@pytest.fixture
def channel(standin):
    return standin.server("Agora", standin.person("mira")).channel("general")


def line(channel):
    return f"POST /channels/{channel.id}/messages"


async def test_answers_that_fail_and_whether_they_took_effect(standin, channel):
    standin.fault(r"POST .*/messages", status=503)
    standin.fault(r"POST .*/messages", status=502, effective=True)
    standin.fault(r"POST .*/messages", status=520, html=True)
    for expected, posts in ((503, 0), (502, 1), (520, 1), (200, 2)):
        assert (await call(standin, line(channel), {"content": "x"})).status == expected
        assert len(channel.by_bot()) == posts


@pytest.mark.parametrize(("when", "posts"), [("before", 0), ("after", 1)])
async def test_a_connection_is_cut_before_or_after_the_request_took_effect(standin, channel, when, posts):
    standin.fault(r"POST .*/messages", reset=when)
    with pytest.raises(aiohttp.ClientError):
        await call(standin, line(channel), {"content": "x"})
    assert len(channel.by_bot()) == posts
    assert standin.requests("POST .*/messages")[0].status is None


@pytest.mark.parametrize(("scope", "everywhere"), [("user", False), ("global", True), ("shared", False)])
async def test_too_many_requests_say_how_long_to_wait(standin, channel, scope, everywhere):
    standin.fault(r"POST .*/messages", status=429, scope=scope, retry_after=1.5, via=scope != "shared")
    answer = await call(standin, line(channel), {"content": "x"})
    assert (answer.status, answer.data["retry_after"], answer.data["global"]) == (429, 1.5, everywhere)


async def test_a_limit_is_really_kept(standin, channel):
    standin.rest.limit(r"POST .*/messages", 2, 60)
    statuses = [(await call(standin, line(channel), {"content": "x"})).status for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert standin.rest.invalid == 1


async def test_an_answer_can_be_held_until_a_test_lets_it_go(standin, channel):
    held = standin.fault(r"POST .*/messages", held=True)
    asking = asyncio.create_task(call(standin, line(channel), {"content": "x"}))
    await standin.until(lambda: held.met, "a held request")
    assert channel.by_bot() == []
    held.let_go()
    assert (await asking).status == 200
