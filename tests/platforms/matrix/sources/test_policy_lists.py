import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.errors import Gone, Unavailable
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.room import Room
from bot.platforms.matrix.sources.policy_lists import PolicyLists
from bot.testing.clock import FakeClock

BANS, BLOCKS = "#bans:test.local", "!blocks:test.local"
SPAMMER = "@spammer:evil.example"


class Homeserver:
    """Joins by `rooms`, alias or id to id or error; answers for single events and pieces of state."""

    def __init__(self):
        self.rooms = {BANS: "!bans:test.local", BLOCKS: BLOCKS}
        self.answers, self.asked, self.via = {}, [], []
        self.changed = asyncio.Event()

    async def call(self, method, path, body=None, *, query=None):
        self.via += [query["via"]] if query else []
        path = path.removeprefix("/_matrix/client/v3/").replace("%23", "#").replace("%21", "!").replace("%3A", ":")
        self.asked.append((method, path))
        self.changed.set()
        answer = self.answers.get(path)
        if method == "POST" and path.startswith("join/"):
            answer = self.rooms[path.removeprefix("join/")]
            answer = answer.pop(0) if isinstance(answer, list) else answer
            answer = {"room_id": answer} if isinstance(answer, str) else answer
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def until_asked(self, count):
        async with asyncio.timeout(20):
            while len(self.asked) < count:
                self.changed.clear()
                await self.changed.wait()


class Rooms(dict):
    def current(self, room):
        known = self.get(room)
        return known.replaced_by if known and known.replaced_by in self else room


def rule(entity, *, about="user", key=None, reason="spam", recommendation="m.ban", **more):
    content = {"entity": entity, "reason": reason, "recommendation": recommendation, **more}
    return {"type": f"m.policy.rule.{about}", "state_key": key or f"rule:{about}:{entity}", "content": content}


@pytest.fixture
def homeserver():
    return Homeserver()


@pytest.fixture
def rooms():
    return Rooms({room: Room(room) for room in ("!bans:test.local", BLOCKS)})


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def lists(homeserver, rooms, clock):
    options = Options("https://test.local", "@folkmoot:test.local", Path("nowhere"), policy_lists=(BANS, BLOCKS))
    return PolicyLists(options, homeserver, rooms, clock)


@asynccontextmanager
async def running(lists, homeserver, asked=2):
    task = asyncio.create_task(lists.run())
    try:
        await homeserver.until_asked(asked)
        await asyncio.sleep(0)
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def said(lists, user=SPAMMER):
    return [(remark.source, remark.said) for remark in await lists.remarks(user)]


async def test_rules_on_a_member_and_their_server_are_shown_by_list(lists, homeserver, rooms):
    rooms["!bans:test.local"].apply(rule(SPAMMER))
    rooms["!bans:test.local"].apply(rule("@other:evil.example"))
    rooms[BLOCKS].name = "Blocks"
    rooms[BLOCKS].apply(rule("*.example", about="server", reason="a den"))
    async with running(lists, homeserver):
        assert await said(lists) == [
            (BANS, "ban: spam"),
            ("Blocks", "ban (by the rule on *.example, a pattern): a den"),
        ]
        assert await said(lists, "@ada:test.local") == []


async def test_a_rule_that_is_taken_back_is_no_longer_shown(lists, homeserver, rooms):
    room = rooms["!bans:test.local"]
    room.apply(rule(SPAMMER, key="one"))
    room.apply(rule("@spam*:*", key="two", reason="names"))
    async with running(lists, homeserver):
        assert len(await said(lists)) == 2
        room.apply({"type": "m.policy.rule.user", "state_key": "one", "content": {}})
        assert await said(lists) == [(BANS, "ban (by the rule on @spam*:*, a pattern): names")]


async def test_a_rule_that_is_redacted_is_no_longer_shown(lists, homeserver, rooms):
    rooms["!bans:test.local"].apply(rule(SPAMMER, key="one"))
    redacted = {"type": "m.policy.rule.user", "state_key": "one", "content": {}}
    homeserver.answers["rooms/!bans:test.local/event/%24rule"] = redacted
    homeserver.answers["rooms/!bans:test.local/state/m.policy.rule.user/one"] = {}
    async with running(lists, homeserver):
        lists.redacted("!bans:test.local", "$rule")
        await homeserver.until_asked(4)
        await asyncio.sleep(0)
        assert await said(lists) == []


async def test_a_rule_that_took_the_place_of_a_redacted_one_stays(lists, homeserver, rooms):
    rooms["!bans:test.local"].apply(rule(SPAMMER, key="one"))
    homeserver.answers["rooms/!bans:test.local/event/%24rule"] = {**rule(SPAMMER, key="one"), "content": {}}
    homeserver.answers["rooms/!bans:test.local/state/m.policy.rule.user/one"] = rule(SPAMMER, reason="anew")["content"]
    homeserver.answers["rooms/!bans:test.local/event/%24words"] = {"type": "m.room.message", "content": {}}
    homeserver.answers["rooms/!bans:test.local/event/%24gone"] = Gone("gone")
    async with running(lists, homeserver):
        for event in ("$words", "$gone", "$rule"):
            lists.redacted("!bans:test.local", event)
        await homeserver.until_asked(6)
        await asyncio.sleep(0)
        assert await said(lists) == [(BANS, "ban: anew")]


async def test_lists_are_joined_in_spite_of_trouble_with_them_and_others(lists, homeserver, rooms, clock):
    homeserver.rooms = {BANS: [Unavailable("busy"), "!bans:test.local"], BLOCKS: Refused("M_FORBIDDEN", 403)}
    rooms["!bans:test.local"].apply(rule(SPAMMER))
    async with running(lists, homeserver):
        assert await said(lists) == []
        await clock.until_sleeping()
        clock.advance(60)
        await homeserver.until_asked(3)
        await asyncio.sleep(0)
        assert await said(lists) == [(BANS, "ban: spam")]


async def test_a_room_that_only_bears_a_lists_name_is_none(lists, homeserver, rooms):
    rooms["!evil:test.local"] = Room("!evil:test.local", alias=BANS)
    rooms["!evil:test.local"].apply(rule(SPAMMER))
    assert lists.is_list("!evil:test.local")  # nothing in it is read before it is known for what it is
    assert await said(lists) == []
    async with running(lists, homeserver):
        assert await said(lists) == []
        assert not lists.is_list("!evil:test.local")


async def test_a_list_named_by_its_id_is_sought_where_it_was_made(lists, homeserver):
    async with running(lists, homeserver):
        assert homeserver.via == ["test.local"]


async def test_a_list_is_followed_to_the_room_that_replaced_it(lists, homeserver, rooms):
    rooms["!bans:test.local"].apply(rule(SPAMMER, reason="old"))
    rooms["!bans:test.local"].replaced_by = "!new:test.local"
    rooms["!new:test.local"] = Room("!new:test.local")
    rooms["!new:test.local"].apply(rule(SPAMMER, reason="new"))
    async with running(lists, homeserver):
        assert await said(lists) == [(BANS, "ban: new")]
        named = ("!bans:test.local", "!new:test.local", BLOCKS, "!square:test.local")
        assert [lists.is_list(room) for room in named] == [True, True, True, False]


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ({"recommendation": "org.matrix.mjolnir.ban"}, "ban: spam"),
        ({"recommendation": "org.example.watch"}, "“org.example.watch”: spam"),
        ({"recommendation": 7, "reason": ["x"]}, "listed"),
        ({"reason": "\u202eturned\x1b[2J"}, "ban: \ufffdturned\ufffd[2J"),
        ({"reason": "x" * 1000}, f"ban: {'x' * 300}"),
    ],
)
async def test_a_lists_words_are_shown_harmless_and_short(lists, rooms, content, shown):
    rooms[BLOCKS].apply(rule(SPAMMER, **content))
    assert await said(lists) == [(BLOCKS, shown)]


async def test_servers_are_compared_without_port_and_case(lists, rooms):
    rooms[BLOCKS].apply(rule("Evil.example", about="server"))
    rooms[BLOCKS].apply(rule("@ADA:evil.example"))
    assert [text for _, text in await said(lists, "@ada:evil.example:8448")] == [
        "ban (by the rule on Evil.example): spam"
    ]


async def test_rules_on_rooms_and_hostile_patterns_say_nothing_of_anybody(lists, rooms):
    for entity in ("*a*" * 3000, "*" + "a*" * 9, "?" * 200, "x" * 60_000):
        rooms[BLOCKS].apply(rule(entity))
    rooms[BLOCKS].apply(rule("*", about="room"))
    assert await said(lists, f"@{'a' * 200}:test.local") == []


async def test_among_ten_thousand_rules_the_ones_that_matter_are_found(lists, rooms):
    for number in range(10_000):
        rooms[BLOCKS].apply(rule(f"@spam{number}*:evil{number}.example" if number % 2 else f"@user{number}:x"))
    rooms[BLOCKS].apply(rule("@spam*r:evil.example", reason="found"))
    assert [text for _, text in await said(lists)] == ["ban (by the rule on @spam*r:evil.example, a pattern): found"]


async def test_many_rules_on_one_member_are_not_all_listed(lists, rooms):
    for number in range(50):
        rooms[BLOCKS].apply(rule(SPAMMER, key=str(number)))
    assert len(await said(lists)) == 5
