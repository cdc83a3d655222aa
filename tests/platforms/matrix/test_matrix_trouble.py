"""Trouble between the bot and its homeserver: error pages, cut lines, limits, slow answers."""

import asyncio
import itertools
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote

import pytest

from bot.domain.document import Document
from bot.domain.effect import DirectMessage, Say
from bot.errors import RateLimited, Revoked, Unavailable
from bot.platforms.matrix import names
from bot.ports.platform import Delivery
from bot.testing.contracts.platform_driver import Kept, Listener
from tests.platforms.matrix.driver import MatrixDriver
from tests.platforms.matrix.homeserver.proxy import FaultProxy

SYNC = r"GET /_matrix/client/v3/sync"
LEAST_PAUSE = 0.5
"""Seconds between two attempts; a storm has thousandths."""
FEW = 3
"""Requests, before and after another login."""


@pytest.fixture
async def proxy(synapse):
    async with FaultProxy(synapse.url) as made:
        yield made


@pytest.fixture
async def driver(people, proxy, tmp_path):
    made = await MatrixDriver.made(people, tmp_path / "matrix", version="11", encrypted=False)
    made.options = replace(made.options, homeserver=proxy.url)
    return made


@pytest.fixture
async def connected(driver):
    """The adapter behind the proxy, reading. A test that ends its reading with an error has seen it."""
    kept = Kept()
    platform = driver.connect(kept.core)
    listener = Listener(platform, {}, kept)
    await driver.connected(listener)
    yield platform, listener
    await platform.aclose()
    with suppress(Revoked):
        await listener.rest()


def sending_to(room):
    """Requests that post into the room."""
    return rf"PUT .*/rooms/({quote(room, safe='')}|{quote(room)})/send/m\.room\.message"


def say(room, text, key="k", attempt=1):
    return Delivery(key, "cog", Say(names.conversation_id(room), Document.of(text)), attempt)


def pauses(fault):
    return [later.at - earlier.at for earlier, later in itertools.pairwise(fault.met)]


@pytest.mark.parametrize("trouble", ["error_page", "reset", "lose_answer"])
async def test_reading_goes_on_after_trouble_and_tries_again_with_pauses(driver, connected, proxy, trouble):
    _, listener = connected
    fault = getattr(proxy, trouble)(SYNC, times=3)
    await driver.say("said while the server was away")
    await fault.has_met(3)
    await listener.hear_words("said while the server was away")
    at_once = 0 if trouble == "error_page" else 1  # of cut lines, aiohttp tries once more on a new one
    assert min(sorted(pauses(fault))[at_once:]) > LEAST_PAUSE


@pytest.mark.parametrize("body", ["{", "[]", '{"next_batch": 5}', '{"next_batch": "s1", "rooms": [1]}'], ids=range(4))
async def test_answers_that_are_no_answers_are_asked_for_again_without_a_storm(driver, connected, proxy, body):
    _, listener = connected
    fault = proxy.answer(SYNC, body, times=3)
    await fault.has_met(3)
    await driver.say("after nonsense")
    await listener.hear_words("after nonsense")
    assert min(sorted(pauses(fault))[1:]) > LEAST_PAUSE  # a token that is new is news, and asked from at once


async def test_a_limit_in_one_room_does_not_delay_another(driver, connected, proxy):
    platform, _ = connected
    other = await driver.mira.create_room(driver.bot)
    await driver.mira.in_room(other, driver.bot)
    fault = proxy.limit(sending_to(driver.room_id), retry_after_ms=20_000)
    slow = asyncio.create_task(platform.apply(say(driver.room_id, "late", "limited")))
    await fault.has_met(1)
    receipt = await platform.apply(say(other, "in time", "free"))
    assert receipt.message is not None
    assert (await driver.mira.sees(other, "in time")).sender == driver.bot
    assert await driver.mira.posts(driver.room_id, driver.bot) == []
    fault.mend()
    slow.cancel()
    (refused,) = await asyncio.gather(slow, return_exceptions=True)
    assert isinstance(refused, RateLimited | asyncio.CancelledError)


async def test_a_limit_says_when_to_try_again(driver, connected, proxy):
    platform, _ = connected
    proxy.limit(sending_to(driver.room_id), retry_after_ms=1_500, times=1)
    with pytest.raises(RateLimited) as limited:
        await platform.apply(say(driver.room_id, "words"))
    assert limited.value.retry_after >= 1.5


@pytest.mark.parametrize("trouble", ["error_page", "reset", "lose_answer"])
async def test_a_post_whose_answer_was_lost_stands_there_once(driver, connected, proxy, trouble):
    platform, _ = connected
    fault = getattr(proxy, trouble)(sending_to(driver.room_id), times=2)  # of cut lines, aiohttp tries once more
    refused = 0
    while True:
        try:
            receipt = await platform.apply(say(driver.room_id, "once", attempt=refused + 1))
        except Unavailable:
            refused += 1
        else:
            break
    assert len(fault.met) == 2
    assert 0 < refused < FEW
    (post,) = await driver.mira.posts(driver.room_id, driver.bot)
    assert receipt.message == names.message_id(driver.room_id, post.id)


@pytest.mark.parametrize("restarted", [False, True], ids=["same run", "after a restart"])
async def test_a_private_room_that_nobody_heard_was_made_is_the_one_that_is_used(driver, connected, proxy, restarted):
    platform, listener = connected
    proxy.lose_answer(r"POST .*/createRoom", times=1)
    whisper = DirectMessage(driver.room.id, driver.member.id, Document.of("between us"))
    with pytest.raises(Unavailable):
        await platform.apply(Delivery("k", "cog", whisper))
    await driver.mira.until(driver.mira.invitations, "an invitation")
    if restarted:
        await platform.aclose()
        kept = Kept()
        platform = driver.connect(kept.core)
        listener = Listener(platform, listener.checkpoints, kept)
    receipt = await platform.apply(Delivery("k", "cog", whisper, 2))
    again = await platform.apply(Delivery("k", "cog", whisper, 3))
    if restarted:
        await platform.aclose()
        await listener.rest()
    await driver.mira.accept_invitations()
    (room,) = set(await driver.mira.joined_rooms()) - {driver.room_id}
    (post,) = await driver.mira.posts(room, driver.bot)
    assert (post.text, post.encrypted) == ("between us", True)
    assert receipt.message == again.message == names.message_id(room, post.id)


async def test_a_slow_reading_holds_up_no_post(driver, connected, proxy):
    platform, listener = connected
    quick = asyncio.Event()
    fault = proxy.hold(SYNC, quick)
    await driver.say("heard late")
    await fault.has_met(1)
    await platform.apply(say(driver.room_id, "said at once"))
    assert (await driver.mira.sees(driver.room_id, "said at once")).sender == driver.bot
    fault.mend()
    quick.set()
    await listener.hear_words("heard late")


async def test_a_revoked_login_ends_reading_with_one_clear_error(driver, connected, proxy):
    _, listener = connected
    unknown = '{"errcode": "M_UNKNOWN_TOKEN", "error": "Invalid access token", "soft_logout": false}'
    fault = proxy.answer(SYNC, unknown, status=401)
    await fault.has_met(1)
    with pytest.raises(Revoked):
        await listener.hear(1)
    assert len(fault.met) <= FEW
