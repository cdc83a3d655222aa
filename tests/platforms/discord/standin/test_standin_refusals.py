"""What Discord refuses, the stand-in refuses with the same status and code: one row for each."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.platforms.discord.checkup.needed import NEEDED
from tests.platforms.discord.standin.permissions import BOT, Can
from tests.platforms.discord.standin.raw import call

FORM = "Invalid Form Body"
V2 = 1 << 15


@dataclass
class Place:
    """A server with everything that rows need, by name."""

    ids: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def place(standin):
    """mira owns, mo is an administrator and stands above the bot, rem is a member, ann has left."""
    mira, mo, rem, ann, ada = (standin.person(name) for name in ("mira", "mo", "rem", "ann", "ada"))
    server = standin.server("Agora", mira)
    above = server.role("above", Can.ADMINISTRATOR, position=90)
    below = server.role("below", Can.ADMINISTRATOR, position=2)
    server.join(rem)
    server.join(mo, roles=[above])
    server.join(ada, roles=[below])
    channel, quiet = server.channel("general"), server.channel("quiet")
    quiet.change(
        permission_overwrites=[server.overwrite(standin.bot.id, deny=Can.SEND | Can.MANAGE_MESSAGES | Can.HISTORY)]
    )
    hidden = server.channel("hidden", hidden_from=[server.id, standin.bot.id])
    forum = server.channel("forum", "forum")
    post = rem.says(channel, "hello")
    other = standin.server("Elsewhere", mira, bot_can=None)
    weak = standin.server("Weak", mira, bot_can=Can.VIEW)
    weak.join(rem)
    thread = rem.opens_thread(channel, "closed", on=rem.says(channel, "start"))
    thread.archive(locked=True)
    rem.takes_direct = False
    bans = standin.world
    return Place(
        {
            "c": channel.id, "quiet": quiet.id, "hidden": hidden.id, "forum": forum.id, "m": post.id, "s": server.id,
            "other": other.id, "weak": weak.id, "rem": rem.id, "mira": mira.id, "mo": mo.id, "ada": ada.id,
            "ann": ann.id,
            "old": rem.says(channel, "old", at=standin.time.now().replace(year=2025)).id, "q": rem.says(quiet, "q").id,
            "app": bans.application_id, "t": thread.id, "dm": standin.world.direct(rem).id, "gone": 10**17,
            "stranger": standin.world.direct(ann).id, "started": thread.id,
        }
    )  # fmt: skip


def rows(*custom_ids):
    return [{"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": one} for one in custom_ids]}]


def texts(*contents):
    return {"flags": V2, "components": [{"type": 10, "content": one} for one in contents]}


def option(**more):
    return {"type": 3, "name": "who", "description": "x", **more}


def command(**more):
    return [{"name": "warn", "description": "x", **more}]


POST, COMMANDS = "POST /channels/{c}/messages", "PUT /applications/{app}/commands"
ROWS = [
    # line, body, status, code, path in the tree of errors
    (POST, {"content": "x" * 2001}, 400, 50035, "content"),
    (POST, {"content": ""}, 400, 50006, None),
    (POST, {"content": "  \n"}, 400, 50006, None),
    (POST, {}, 400, 50006, None),
    (POST, {"content": "x", "flags": 64}, 400, 50035, "flags"),
    (POST, {"content": "x", "nonce": "n" * 26}, 400, 50035, "nonce"),
    (POST, {"embeds": [{"title": "x" * 257}]}, 400, 50035, "embeds.0.title"),
    (POST, {"embeds": [{"description": "x" * 4097}]}, 400, 50035, "embeds.0.description"),
    (POST, {"embeds": [{"description": "x" * 3500}] * 2}, 400, 50035, "embeds"),
    (POST, {"content": "x", "components": [{"type": 10, "content": "x"}]}, 400, 50035, "components.0.type"),
    (POST, {"content": "x", "components": rows("a", "a")}, 400, 50035, "components.0.components.1.custom_id"),
    (POST, {"content": "x", "components": rows("a" * 101)}, 400, 50035, "components.0.components.0.custom_id"),
    (POST, {"content": "x", "components": rows(*"abcdef")}, 400, 50035, "components.0.components"),
    (POST, {"content": "x", "components": [row for one in "abcdef" for row in rows(one)]}, 400, 50035, "components"),
    (
        POST,
        {
            "content": "x",
            "components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "x" * 81, "custom_id": "a"}]}],
        },
        400,
        50035,
        "components.0.components.0.label",
    ),
    (
        POST,
        {"content": "x", "components": [{"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "a"}]}]},
        400,
        50035,
        "components.0.components.0",
    ),
    (
        POST,
        {
            "content": "x",
            "components": [{"type": 1, "components": [{"type": 2, "style": 9, "label": "x", "custom_id": "a"}]}],
        },
        400,
        50035,
        "components.0.components.0.style",
    ),
    (
        POST,
        {"content": "x", "components": [{"type": 1, "components": [{"type": 99}]}]},
        400,
        50035,
        "components.0.components.0.type",
    ),
    (
        POST,
        {
            "content": "x",
            "components": [
                {
                    "type": 1,
                    "components": [
                        {"type": 3, "custom_id": "a", "options": [{"label": "x", "value": str(n)} for n in range(26)]}
                    ],
                }
            ],
        },
        400,
        50035,
        "components.0.components.0.options",
    ),
    (POST, {"content": "x", "flags": V2, "components": [{"type": 10, "content": "x"}]}, 400, 50035, "content"),
    (
        POST,
        {"embeds": [{"title": "x"}], "flags": V2, "components": [{"type": 10, "content": "x"}]},
        400,
        50035,
        "embeds",
    ),
    (POST, texts(""), 400, 50035, "components.0.content"),
    (POST, texts("x" * 4001), 400, 50035, "components.0.content"),
    (POST, texts("x" * 2500, "x" * 2500), 400, 50035, "components"),
    (POST, texts(*["x"] * 41), 400, 50035, "components"),
    (
        POST,
        {"flags": V2, "components": [{"type": 17, "components": [{"type": 17, "components": []}]}]},
        400,
        50035,
        "components.0.components.0.type",
    ),
    (
        POST,
        {"flags": V2, "components": [{"type": 12, "items": [{"media": {"url": "attachment://no.png"}}]}]},
        400,
        50035,
        "components.0.items.0.media.url",
    ),
    (
        POST,
        {"flags": V2, "components": [{"type": 10, "content": "x", "id": 7}, {"type": 10, "content": "x", "id": 7}]},
        400,
        50035,
        "components.1.id",
    ),
    (POST, {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, 400, 50035, "allowed_mentions"),
    (POST, {"content": "x", "message_reference": {"message_id": "1"}}, 400, 50035, "message_reference"),
    ("POST /channels/{gone}/messages", {"content": "x"}, 404, 10003, None),
    ("POST /channels/{hidden}/messages", {"content": "x"}, 403, 50001, None),
    ("POST /channels/{quiet}/messages", {"content": "x"}, 403, 50013, None),
    ("POST /channels/{forum}/messages", {"content": "x"}, 400, 50024, None),
    ("POST /channels/{dm}/messages", {"content": "x"}, 403, 50007, None),
    ("POST /channels/{stranger}/messages", {"content": "x"}, 403, 50278, None),
    ("GET /channels/{hidden}", None, 403, 50001, None),
    ("GET /channels/{c}/messages?limit=101", None, 400, 50035, "limit"),
    ("GET /channels/{c}/messages/{gone}", None, 404, 10008, None),
    ("GET /channels/{quiet}/messages/{q}", None, 403, 50013, None),
    ("PATCH /channels/{c}/messages/{m}", {"content": "x"}, 403, 50005, None),
    ("PATCH /channels/{c}/messages/{gone}", {"content": "x"}, 404, 10008, None),
    ("DELETE /channels/{c}/messages/{gone}", None, 404, 10008, None),
    ("DELETE /channels/{quiet}/messages/{q}", None, 403, 50013, None),
    ("DELETE /channels/{dm}/messages/{gone}", None, 404, 10008, None),
    ("POST /channels/{c}/messages/bulk-delete", {"messages": ["1"]}, 400, 50016, None),
    ("POST /channels/{c}/messages/bulk-delete", {"messages": [str(n) for n in range(101)]}, 400, 50016, None),
    ("POST /channels/{c}/messages/bulk-delete", {"messages": ["{m}", "{old}"]}, 400, 50034, None),
    ("POST /channels/{c}/messages/bulk-delete", {"messages": ["{m}", "{m}"]}, 400, 50035, "messages"),
    ("PUT /channels/{c}/messages/{m}/reactions/nonsense/@me", None, 400, 10014, None),
    ("PUT /channels/{t}/messages/{gone}/reactions/%E2%9C%85/@me", None, 404, 10008, None),
    ("PATCH /channels/{c}", {"rate_limit_per_user": 21601}, 400, 50035, "rate_limit_per_user"),
    ("PATCH /channels/{t}", {"name": "x"}, 400, 50083, None),
    ("PUT /channels/{t}/thread-members/@me", None, 400, 50083, None),
    ("POST /channels/{c}/messages/{started}/threads", {"name": "again"}, 400, 160004, None),
    ("POST /channels/{c}/messages/{m}/threads", {"name": ""}, 400, 50035, "name"),
    ("POST /channels/{c}/messages/{m}/threads", {"name": "x" * 101}, 400, 50035, "name"),
    ("POST /users/@me/channels", {"recipient_id": "{app}"}, 403, 50007, None),
    ("GET /guilds/{gone}", None, 404, 10004, None),
    ("GET /guilds/{other}", None, 403, 50001, None),
    ("GET /guilds/{s}/members/{ann}", None, 404, 10007, None),
    ("GET /guilds/{s}/members/{gone}", None, 404, 10013, None),
    (
        "PATCH /guilds/{s}/members/{rem}",
        {"communication_disabled_until": "2199-01-01T00:00:00+00:00"},
        400,
        50035,
        "communication_disabled_until",
    ),
    (
        "PATCH /guilds/{s}/members/{rem}",
        {"communication_disabled_until": "soon"},
        400,
        50035,
        "communication_disabled_until",
    ),
    ("PATCH /guilds/{s}/members/{mira}", {"communication_disabled_until": None}, 403, 50013, None),
    ("PATCH /guilds/{s}/members/{mo}", {"communication_disabled_until": None}, 403, 50013, None),
    ("PATCH /guilds/{s}/members/{ada}", {"communication_disabled_until": None}, 403, 50013, None),
    ("PATCH /guilds/{weak}/members/{rem}", {"communication_disabled_until": None}, 403, 50013, None),
    ("DELETE /guilds/{s}/members/{mira}", None, 403, 50013, None),
    ("DELETE /guilds/{weak}/members/{rem}", None, 403, 50013, None),
    ("PUT /guilds/{s}/bans/{mo}", {}, 403, 50013, None),
    ("PUT /guilds/{weak}/bans/{rem}", {}, 403, 50013, None),
    ("PUT /guilds/{s}/bans/{gone}", {}, 404, 10013, None),
    ("PUT /guilds/{s}/bans/{rem}", {"delete_message_seconds": 604_801}, 400, 50035, "delete_message_seconds"),
    ("DELETE /guilds/{s}/bans/{rem}", None, 404, 10026, None),
    ("GET /guilds/{weak}/audit-logs", None, 403, 50013, None),
    (COMMANDS, command(name="Warn"), 400, 50035, "0.name"),
    (COMMANDS, command(name="warn now"), 400, 50035, "0.name"),
    (COMMANDS, command(name="x" * 33), 400, 50035, "0.name"),
    (COMMANDS, command(description=""), 400, 50035, "0.description"),
    (COMMANDS, command(description="x" * 101), 400, 50035, "0.description"),
    (COMMANDS, command(options=[option(name=f"o{n}") for n in range(26)]), 400, 50035, "0.options"),
    (COMMANDS, command(options=[option(), option(name="b", required=True)]), 400, 50035, "0.options.1"),
    (
        COMMANDS,
        command(options=[option(choices=[{"name": str(n), "value": str(n)} for n in range(26)])]),
        400,
        50035,
        "0.options.0.choices",
    ),
    (COMMANDS, command(options=[option(name="Who")]), 400, 50035, "0.options.0.name"),
    (COMMANDS, command(strange=1), 400, 50035, "0.strange"),
    (COMMANDS, command() * 2, 400, 50035, "1.name"),
    (COMMANDS, [{"name": f"c{n}", "description": "x"} for n in range(101)], 400, 30032, None),
    (COMMANDS, [{"name": f"c{n}", "type": 3} for n in range(6)], 400, 30032, None),
    (COMMANDS, [{"name": "A menu", "type": 3, "description": "x"}], 400, 50035, "0.description"),
    (COMMANDS, [{"name": "x" * 33, "type": 2}], 400, 50035, "0.name"),
    ("PUT /applications/{gone}/commands", [], 403, 20012, None),
    ("DELETE /applications/{app}/commands/{gone}", None, 404, 10063, None),
    ("POST /interactions/{gone}/token/callback", {"type": 5}, 404, 10062, None),
    ("PATCH /webhooks/{app}/token/messages/@original", {"content": "x"}, 401, 50027, None),
    ("POST /webhooks/{gone}/token", {"content": "x"}, 404, 10015, None),
]


def filled(value, ids):
    match value:
        case str():
            return value.format(**ids) if value.startswith("{") else value
        case list():
            return [filled(each, ids) for each in value]
        case dict():
            return {name: filled(each, ids) for name, each in value.items()}
    return value


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0].partition('?')[0]} {row[3]} {row[4] or ''}")
async def test_it_refuses_what_discord_refuses(standin, place, row):
    line, body, status, code, path = row
    answer = await call(standin, line.format(**place.ids), filled(body, place.ids))
    assert (answer.status, answer.code) == (status, code)
    if path is not None:
        assert answer.data["message"] == FORM
        assert path in answer.errors
    standin.rest.odd.clear()  # some rows send keys that nobody knows, on purpose


async def test_a_wrong_token_and_a_strange_agent_are_turned_away(standin):
    assert (await call(standin, "GET /users/@me", token="wrong")).status == 401
    assert (await call(standin, "GET /users/@me", User_Agent="curl")).status == 403
    assert standin.rest.invalid == 2


async def test_unknown_routes_and_keys_are_remembered_for_the_test_to_fail_on(standin, place):
    assert (await call(standin, "GET /no/such/route")).status == 404
    await call(standin, POST.format(**place.ids), {"content": "x", "colour": "red"})
    assert len(standin.complaints()) == 2
    standin.rest.unknown.clear()
    standin.rest.odd.clear()


async def test_a_reason_is_percent_encoded_and_bounded(standin, place):
    line = f"DELETE /channels/{place.ids['c']}/messages/{place.ids['m']}"
    answer = await call(standin, line, X_Audit_Log_Reason="x" * 513)
    assert (answer.status, answer.code) == (400, 50035)
    assert (await call(standin, line, X_Audit_Log_Reason="case%207")).status == 204
    assert standin.world.servers[place.ids["s"]].audit[-1]["reason"] == "case 7"


async def test_a_nonce_is_enforced_for_some_minutes_and_not_told_in_history(standin, place):
    line, body = POST.format(**place.ids), {"content": "once", "nonce": "n1", "enforce_nonce": True}
    first, again = await call(standin, line, body), await call(standin, line, body)
    assert first.data["id"] == again.data["id"]
    assert again.data["nonce"] == "n1"
    twice = await call(standin, line, {**body, "enforce_nonce": False})
    assert twice.data["id"] != first.data["id"]
    standin.time.advance(301)
    late = await call(standin, line, body)
    assert late.data["id"] != first.data["id"]
    history = await call(standin, f"GET /channels/{place.ids['c']}/messages")
    assert all("nonce" not in each for each in history.data)


async def test_mentions_count_as_pings_unless_they_are_left_out(standin, place):
    line = POST.format(**place.ids)
    ids = place.ids
    words = f"<@{ids['rem']}> @everyone"
    channel = standin.world.channels[ids["c"]]
    reply = {"message_id": str(ids["m"])}
    for allowed, expected in (
        ({}, [f"user:{ids['rem']}"]),
        ({"allowed_mentions": {"parse": []}}, []),
        ({"allowed_mentions": {"parse": [], "users": [str(ids["mira"])]}}, []),
        ({"allowed_mentions": {"parse": [], "replied_user": True}, "message_reference": reply}, [f"user:{ids['rem']}"]),
        ({"allowed_mentions": {"parse": []}, "message_reference": reply}, []),
    ):
        await call(standin, line, {"content": words, **allowed})
        assert channel.by_bot()[-1].pinged == expected
    server = standin.world.servers[ids["s"]]
    mine = int(server.members[standin.bot.id]["roles"][0])
    server.change_role(mine, permissions=BOT | Can.MENTION_EVERYONE)
    await call(standin, line, {"content": "@everyone"})
    assert channel.by_bot()[-1].pinged == ["@everyone"]


def test_the_bot_has_just_the_permissions_that_its_invite_link_asks_for():
    assert int(BOT) == sum(each.right for each in NEEDED)
