"""Reports and policy lists as Synapse has them."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from bot.platforms.matrix import names
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.platforms.matrix.sources.policy_lists import PolicyLists
from bot.platforms.matrix.sources.reports import SCOPE, ReportSource
from bot.testing.clock import FakeClock
from tests.platforms.matrix.homeserver.synapse import PASSWORD


@pytest.fixture
async def bot(people):
    return people.server.register("folkmoot")


@pytest.fixture
def options(people, bot, tmp_path):
    def made(**more):
        return Options(people.server.url, bot.user, tmp_path, password=SecretStr(PASSWORD), **more)

    return made


@asynccontextmanager
async def beside(work):
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_reports_made_in_a_client_arrive_with_their_reason(people, options):
    admin, mira, ben = await people.plain("admin", admin=True), await people.plain("mira"), await people.plain("ben")
    room = await mira.create_room(ben.user)
    await ben.join(room)
    insults = [await ben.say(room, f"insult {number}") for number in range(3)]
    told = options(
        admin_token=SecretStr(admin.token), communities=(frozenset({names.conversation_id(room)}),), encryption=False
    )
    await mira.report(room, insults[0], "long ago")
    batches, clock, homeserver = [], FakeClock(), Homeserver(told)

    async def give(batch):
        batches.append(batch)

    source = ReportSource(told, homeserver, Rooms(homeserver), clock)
    async with beside(source.run(give, {})):
        await clock.until_sleeping()
        assert [batch.events for batch in batches] == [()]
        for number, insult in enumerate(insults[1:], 1):
            await mira.report(room, insult, f"reason {number}")
        clock.advance(120)
        await clock.until_sleeping()
    [fresh] = batches[1:]
    assert [(event.message, event.reason) for event in fresh.events] == [
        (names.message_id(room, insults[number]), f"reason {number}") for number in (1, 2)
    ]
    assert {event.reporter.id for event in fresh.events} == {names.member_id(mira.user)}
    resumed = []

    async def take(batch):
        resumed.append(batch)

    again = FakeClock()
    async with beside(ReportSource(told, homeserver, Rooms(homeserver), again).run(take, {SCOPE: "0 0"})):
        await again.until_sleeping()
    assert {names.message_id(room, insult) for insult in insults} <= {
        event.message for batch in resumed for event in batch.events
    }
    await homeserver.aclose()


async def test_a_token_of_somebody_else_is_told_once(people, options):
    mira = await people.plain("mira")
    told = options(admin_token=SecretStr(mira.token))
    homeserver = Homeserver(told)

    async def give(batch):
        raise AssertionError(batch)

    source = ReportSource(told, homeserver, Rooms(homeserver), FakeClock())
    await source.run(give, {})
    assert "server admin" in source.trouble
    await homeserver.aclose()


async def test_a_list_is_joined_by_its_alias_and_a_redacted_rule_goes(people, options):
    steward = await people.plain("steward")
    room = await steward.create_room(public=True, alias=f"bans-{steward.user[1:].split(':')[0]}")
    alias = f"#bans-{steward.user[1:]}"
    content = {"entity": "@spam*:evil.example", "recommendation": "m.ban", "reason": "spam"}
    rule = await steward.set_state(room, "m.policy.rule.user", content, "one")
    told = options(policy_lists=(alias,))
    homeserver = Homeserver(told)
    rooms = Rooms(homeserver)
    known = rooms.entered(room)
    known.apply({"type": "m.policy.rule.user", "state_key": "one", "content": content})
    lists = PolicyLists(told, homeserver, rooms, FakeClock())
    async with beside(lists.run()):
        await steward.in_room(room, told.user)
        await steward.until(lambda: lists.is_list(room), "the list known")
        [remark] = await lists.remarks("@spammer:evil.example")
        assert (remark.source, remark.said) == (alias, "ban (by the rule on @spam*:evil.example, a pattern): spam")
        await steward.redact(room, rule)
        lists.redacted(room, rule)
        await steward.until(lambda: not known.state, "the rule gone")
        assert await lists.remarks("@spammer:evil.example") == []
    await homeserver.aclose()
