"""What the checkup makes of Discord's answers: rights, kinds of channels, hierarchy, lag; the invite link."""

from datetime import UTC, datetime, timedelta
from unittest.mock import MagicMock
from urllib.parse import parse_qs, urlsplit

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Forbidden, Gone, Revoked, Unavailable
from bot.platforms.discord.checkup.account import INTENTS, Account, account_found, connecting_found
from bot.platforms.discord.checkup.deciders import deciders_found
from bot.platforms.discord.checkup.lag import lag_found, sent
from bot.platforms.discord.checkup.needed import EVERYTHING, Right, asked_for, invite_link
from bot.platforms.discord.checkup.rights import in_channel, roles_of, server_of
from bot.platforms.discord.checkup.room import kind_found, look_at_room, missing_found, privacy_found, room_found
from bot.platforms.discord.checkup.server import commands_found, look_at_server, server_found
from bot.platforms.found import State

BOT, APPLICATION, OWNER, ADA, NOOR = 5, 50, 1, 2, 3
SERVER, SQUARE, MODERATORS, BOTS = 100, 200, 101, 102
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TOKEN = "MTA5.GabcDe.hush"
ORDINARY = Right.VIEW_CHANNEL | Right.READ_MESSAGE_HISTORY | Right.SEND_MESSAGES
ALL = Right(asked_for())
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=12,
)


def role(identity, name, position, rights, **others):
    return {"id": str(identity), "name": name, "position": position, "permissions": str(int(rights)), **others}


def guild(*roles, everyone=ORDINARY, **others):
    return {
        "id": str(SERVER),
        "name": "Assembly",
        "owner_id": str(OWNER),
        "mfa_level": 0,
        "roles": [role(SERVER, "@everyone", 0, everyone), *roles],
        **others,
    }


def overwrite(identity, kind, allow=0, deny=0):
    return {"id": str(identity), "type": kind, "allow": str(int(allow)), "deny": str(int(deny))}


def member(user, *roles, **others):
    return {"user": {"id": str(user), "username": f"u{user}", **others}, "roles": [str(one) for one in roles]}


def channel(*overwrites, kind=0, **others):
    return {
        "id": str(SQUARE),
        "type": kind,
        "name": "square",
        "guild_id": str(SERVER),
        "permission_overwrites": list(overwrites),
        **others,
    }


APPLICATION_ANSWER = {
    "id": str(APPLICATION),
    "name": "Folkmoot",
    "flags": sum(intent.bits for intent in INTENTS),
    "bot_public": False,
    "bot_require_code_grant": False,
}


class Scripted:
    """Answers by path; what is not there is Gone."""

    host = "discord.example"

    def __init__(self, answers, date=NOW):
        self.answers, self.date = answers, date

    async def ask(self, *path, **query):
        answer = self.answers.get("/".join(map(str, path)), Gone("none"))
        if isinstance(answer, Exception):
            raise answer
        return answer


def ours(*roles, own=(BOTS,), everyone=ORDINARY, **others):
    """A server with a role of the bot and one of moderators."""
    there = (role(BOTS, "Folkmoot", 5, ALL, managed=True), role(MODERATORS, "Moderators", 3, Right.MANAGE_MESSAGES))
    return Scripted(
        {
            f"guilds/{SERVER}": guild(*(roles or there), everyone=everyone, **others),
            f"guilds/{SERVER}/members/{BOT}": member(BOT, *own),
        }
    )


async def place(discord_, account=None):
    return await look_at_server(discord_, SERVER, account or Account(BOT, APPLICATION))


def said(found):
    return [(one.state, one.words) for one in found]


def words(found, state):
    return " | ".join(one.words for one in found if one.state is state)


# --- the invite link ----------------------------------------------------------------------------------------------


def test_the_link_asks_for_what_is_listed_and_nothing_else():
    link = urlsplit(invite_link(APPLICATION))
    asked = parse_qs(link.query)
    assert (link.scheme, link.netloc, link.path) == ("https", "discord.com", "/oauth2/authorize")
    assert asked["client_id"] == [str(APPLICATION)]
    assert asked["scope"] == ["bot applications.commands"]
    granted = {name for name, value in discord.Permissions(int(asked["permissions"][0])) if value}
    assert granted == {
        "read_messages",
        "read_message_history",
        "send_messages",
        "send_messages_in_threads",
        "create_public_threads",
        "attach_files",
        "add_reactions",
        "bypass_slowmode",
        "manage_messages",
        "manage_channels",
        "manage_threads",
        "moderate_members",
        "kick_members",
        "ban_members",
        "view_audit_log",
    }


def test_bits_are_discords():
    theirs = {"manage_server": "manage_guild", "time_out_members": "moderate_members"}
    for right in Right:
        name = right.name.lower()
        assert getattr(discord.Permissions(int(right)), theirs.get(name, name)), name


# --- rights -------------------------------------------------------------------------------------------------------

BITS = st.integers(min_value=0, max_value=int(EVERYTHING)).map(lambda bits: bits & int(EVERYTHING))


@given(
    st.tuples(BITS, BITS, BITS),
    st.lists(st.tuples(st.sampled_from([(SERVER, 0), (7, 0), (8, 0), (BOT, 1), (9, 1)]), BITS, BITS), max_size=5),
    st.sets(st.sampled_from([7, 8])),
)
def test_rights_in_a_channel_are_those_that_discord_py_finds(base, overwrites, held):
    """Compared with an implementation that many bots rely on, for every mix of roles and overwrites."""
    everyone, seven, eight = base
    answer = guild(role(7, "seven", 1, seven), role(8, "eight", 2, eight), everyone=everyone)
    unique = {who: (who, allow, deny) for who, allow, deny in overwrites}
    listed = [overwrite(who[0], who[1], allow, deny) for who, allow, deny in unique.values()]
    found = in_channel(server_of(answer), listed, BOT, frozenset(held))
    theirs = Right(by_discord_py(answer, listed, held) & int(EVERYTHING))
    assert found & Right.VIEW_CHANNEL == theirs & Right.VIEW_CHANNEL
    if found & Right.VIEW_CHANNEL and found & Right.SEND_MESSAGES:  # it takes more away from who cannot write
        assert found == theirs


def by_discord_py(answer, listed, held):
    state = MagicMock(self_id=BOT)
    state.member_cache_flags = discord.MemberCacheFlags.all()
    state.store_user = lambda data: discord.User(state=state, data=data)
    server = discord.Guild(data={**answer, "members": [], "channels": [], "emojis": []}, state=state)
    there = discord.TextChannel(
        state=state,
        guild=server,
        data={"id": str(SQUARE), "type": 0, "name": "square", "position": 0, "permission_overwrites": listed},
    )
    data = {**member(BOT, *held, discriminator="0", avatar=None), "flags": 0, "joined_at": NOW.isoformat()}
    return there.permissions_for(discord.Member(data=data, guild=server, state=state)).value


def test_owner_and_administrators_may_everything():
    server = server_of(guild(role(7, "seven", 1, Right.ADMINISTRATOR)))
    nothing = [overwrite(SERVER, 0, deny=EVERYTHING)]
    assert in_channel(server, nothing, OWNER, frozenset()) == EVERYTHING
    assert in_channel(server, nothing, ADA, frozenset({7})) == EVERYTHING
    assert in_channel(server, nothing, ADA, frozenset()) == Right(0)


# --- the account --------------------------------------------------------------------------------------------------


def as_account(**changes):
    return Scripted({"users/@me": {"id": str(BOT), "username": "folkmoot"}, "oauth2/applications/@me": changes})


async def test_a_sound_account_says_whose_it_is_and_how_it_is_invited():
    account, found = await account_found(as_account(**APPLICATION_ANSWER), TOKEN, APPLICATION, NOW)
    assert (account.user, account.application) == (BOT, APPLICATION)
    assert {one.state for one in found} == {State.OK}
    assert [one.subject for one in found] == ["clocks", "token", "intents", "invite link"]
    assert found[-1].words == invite_link(APPLICATION)


@pytest.mark.parametrize("intent", INTENTS)
async def test_a_missing_intent_is_named_with_the_clicks(intent):
    flags = APPLICATION_ANSWER["flags"] & ~intent.bits
    _, found = await account_found(as_account(**{**APPLICATION_ANSWER, "flags": flags}), TOKEN, None, NOW)
    to_mend = words(found, State.MEND)
    assert f"Privileged Gateway Intents, {intent.name}, Save Changes" in to_mend
    assert f"https://discord.com/developers/applications/{APPLICATION}/bot" in to_mend
    assert to_mend.count("Switch it on") == 1


@pytest.mark.parametrize("bit", [14, 15, 18, 19])
async def test_either_bit_of_an_intent_is_enough(bit):
    (other,) = (intent.bits for intent in INTENTS if not intent.bits & 1 << bit)
    _, found = await account_found(as_account(**{**APPLICATION_ANSWER, "flags": other | 1 << bit}), TOKEN, None, NOW)
    assert not words(found, State.MEND)


async def test_another_bots_token_is_noticed():
    account, found = await account_found(as_account(**APPLICATION_ANSWER), TOKEN, 51, NOW)
    assert account is None
    assert "it belongs to the application 50 (“Folkmoot”), not to 51" in words(found, State.MEND)


async def test_what_an_application_can_be_set_to_that_is_in_the_way():
    answer = {**APPLICATION_ANSWER, "bot_public": True, "bot_require_code_grant": True}
    _, found = await account_found(as_account(**answer), TOKEN, None, NOW)
    assert "Requires OAuth2 Code Grant" in words(found, State.MEND)
    assert "Public Bot off" in words(found, State.NOTE)


async def test_a_clock_that_is_wrong():
    late = as_account(**APPLICATION_ANSWER)
    late.date = NOW + timedelta(minutes=5)
    _, found = await account_found(late, TOKEN, None, NOW)
    assert words(found, State.MEND) == "this machine is 300 s behind Discord: set its clock"


async def test_logins_that_run_out_are_noticed():
    limit = {"total": 1000, "remaining": 12, "reset_after": 7_200_000}
    found = await connecting_found(Scripted({"gateway/bot": {"shards": 1, "session_start_limit": limit}}), None)
    assert found.state is State.NOTE
    assert "only 12 logins are left for the next 2 h" in found.words
    limit["remaining"] = 900
    found = await connecting_found(Scripted({"gateway/bot": {"shards": 3, "session_start_limit": limit}}), 2)
    assert "Discord advises 3 connections" in found.words


# --- servers ------------------------------------------------------------------------------------------------------


async def test_a_server_with_everything_granted_is_well():
    found = list(server_found(await place(ours()), automod=False))
    assert [one.state for one in found] == [State.OK, State.OK]


async def test_what_is_not_granted_is_named_with_the_permission():
    lacking = ALL & ~(Right.BAN_MEMBERS | Right.TIME_OUT_MEMBERS)
    found = server_found(await place(ours(role(BOTS, "Folkmoot", 5, lacking, managed=True))), automod=False)
    noted = words(found, State.NOTE)
    assert "cannot time somebody out (Time out members) or ban and unban (Ban Members)" in noted
    assert "kick" not in noted.partition("Give its role")[0]


async def test_roles_above_the_bots_are_named_from_the_top():
    roles = [role(BOTS, "Folkmoot", 1, ALL, managed=True), role(90, "Music", 9, 0, managed=True)]
    roles += [role(number, name, number - 100, 0) for number, name in [(103, "C"), (104, "D"), (105, "E"), (106, "F")]]
    noted = words(server_found(await place(ours(*roles)), automod=False), State.NOTE)
    assert "the bot's role “Folkmoot” stands below “F”, “E”, “D” and 1 more:" in noted
    assert "drag it above" in noted
    assert "Music" not in noted


async def test_a_bot_without_a_role_stands_below_all():
    noted = words(server_found(await place(ours(own=())), automod=False), State.NOTE)
    assert "the bot has no role of its own, and stands below “Moderators”" in noted


async def test_more_than_is_needed_and_what_else_is_in_the_way():
    server = ours(role(BOTS, "Folkmoot", 5, Right.ADMINISTRATOR), mfa_level=1)
    noted = words(server_found(await place(server), automod=True), State.NOTE)
    assert "the bot is an administrator, which is more than it needs" in noted
    assert "two-factor authentication" in noted
    assert "AutoMod" not in noted
    assert "Manage Server" in words(server_found(await place(ours()), automod=True), State.NOTE)


async def test_slash_commands_or_why_there_are_none():
    server = ours()
    where = await place(server)
    server.answers[f"applications/{APPLICATION}/guilds/{SERVER}/commands"] = []
    server.answers[f"applications/{APPLICATION}/commands"] = []
    assert "it has no slash commands yet" in (await commands_found(server, where, ())).words
    everywhere = [{"name": "help", "type": 1}, {"name": "Report to moderators", "type": 3}, {"name": "mute"}]
    server.answers[f"applications/{APPLICATION}/commands"] = everywhere
    assert (await commands_found(server, where, ())).words.startswith("2 slash commands, in all servers")
    assert "not under [discord] command_servers" in (await commands_found(server, where, (SERVER + 1,))).words
    server.answers[f"applications/{APPLICATION}/guilds/{SERVER}/commands"] = Forbidden("look", "there", "x")
    refused = await commands_found(server, where, (SERVER,))
    assert refused.state is State.MEND
    assert "invite link" in refused.words
    server.answers[f"applications/{APPLICATION}/guilds/{SERVER}/commands"] = Unavailable("no")
    assert (await commands_found(server, where, ())).state is State.LATER


async def test_a_server_that_the_bot_is_not_in():
    assert await place(Scripted({})) is None
    assert await place(Scripted({f"guilds/{SERVER}": Forbidden("look", "there", "x")})) is None


# --- channels -----------------------------------------------------------------------------------------------------


async def seen(answer):
    return await look_at_room(Scripted({f"channels/{SQUARE}": answer, "channels/1": channel(id="1")}), SQUARE)


async def test_a_channel_with_everything_is_well():
    found = list(room_found("room", await seen(channel()), await place(ours()), review=False))
    assert said(found) == [
        (State.OK, "“square” in Assembly, text channel: the bot can read, write, hide messages and set slow mode")
    ]


async def test_what_a_channel_takes_away_is_named():
    there = await seen(channel(overwrite(BOTS, 0, deny=Right.SEND_MESSAGES | Right.MANAGE_MESSAGES)))
    found = list(room_found("room", there, await place(ours()), review=False))
    assert "the bot cannot write. Edit Channel" in words(found, State.MEND)
    assert "allow Send Messages" in words(found, State.MEND)
    assert "cannot hide messages" in words(found, State.NOTE)


async def test_a_channel_that_cannot_be_seen_is_one_line():
    there = await seen(channel(overwrite(SERVER, 0, deny=Right.VIEW_CHANNEL)))
    found = list(room_found("room", there, await place(ours()), review=False))
    assert [one.state for one in found] == [State.MEND]
    assert "cannot see the channel" in found[0].words


async def test_in_a_room_for_moderators_nobody_is_moderated():
    where = await place(ours(role(BOTS, "Folkmoot", 5, ORDINARY | Right.ATTACH_FILES | Right.BYPASS_SLOWMODE)))
    found = list(room_found("review room", await seen(channel()), where, review=True))
    assert [one.state for one in found] == [State.OK]
    assert "can read and write" in found[0].words
    forum = list(room_found("review room", await seen(channel(kind=15)), where, review=True))
    assert "not a forum" in words(forum, State.MEND)


async def test_a_thread_has_the_rights_of_its_channel():
    thread = {"id": str(SQUARE), "type": 11, "name": "t", "guild_id": str(SERVER), "parent_id": "1"}
    there = await seen(thread)
    found = list(room_found("room", there, await place(ours()), review=False))
    assert words(found, State.OK).startswith("“t” in Assembly, thread")


@pytest.mark.parametrize(
    ("kind", "words_"), [(4, "is a category"), (1, "private conversation"), (14, "nobody can write there (kind 14)")]
)
async def test_wrong_kinds(kind, words_):
    found = kind_found("room", await seen(channel(kind=kind)))
    assert found.state is State.MEND
    assert words_ in found.words


@pytest.mark.parametrize("kind", [0, 2, 5, 11, 12, 13, 15, 16])
async def test_kinds_that_people_write_in(kind):
    assert kind_found("room", await seen(channel(kind=kind, parent_id="1"))) is None


@pytest.mark.parametrize(
    ("answers", "error", "words_"),
    [
        ({}, Gone("none"), "there is no such channel"),
        ({f"guilds/{SQUARE}": guild()}, Gone("none"), "this is the number of a server, “Assembly”"),
        ({f"users/{SQUARE}": {"username": "ada"}}, Gone("none"), "this is the number of a person, ada"),
        ({}, Forbidden("look", "there", "x"), "the bot cannot see this channel"),
    ],
)
async def test_what_a_number_is_that_is_no_channel(answers, error, words_):
    found = await missing_found(Scripted(answers), "room", SQUARE, error)
    assert found.state is State.MEND
    assert words_ in found.words


async def test_a_room_for_moderators_that_everybody_reads():
    where = await place(ours())
    assert "everybody in the server can read it" in privacy_found("x", await seen(channel()), where).words
    private = channel(overwrite(SERVER, 0, deny=Right.VIEW_CHANNEL), overwrite(MODERATORS, 0, Right.VIEW_CHANNEL))
    assert privacy_found("x", await seen(private), where).state is State.OK
    thread = await seen({**channel(kind=12), "parent_id": "1"})
    assert privacy_found("x", thread, where).state is State.OK


async def test_who_could_decide_nothing_is_named():
    server = ours()
    there = await seen(
        channel(overwrite(SERVER, 0, deny=Right.VIEW_CHANNEL), overwrite(MODERATORS, 0, Right.VIEW_CHANNEL))
    )
    moderators = [member(ADA, MODERATORS), member(NOOR), member(BOT, BOTS, bot=True)]
    server.answers[f"guilds/{SERVER}/members"] = moderators
    assert await deciders_found(server, "x", there, await place(server), frozenset()) is None
    quiet = ours(role(MODERATORS, "Moderators", 3, 0), role(BOTS, "Folkmoot", 5, ALL))
    quiet.answers[f"guilds/{SERVER}/members"] = [*moderators, member(OWNER)]
    found = await deciders_found(quiet, "x", there, await place(quiet), frozenset())
    assert (found.state, "can decide nothing: u2." in found.words) == (State.NOTE, True)
    assert await deciders_found(quiet, "x", there, await place(quiet), frozenset({ADA})) is None
    quiet.answers[f"guilds/{SERVER}/members"] = moderators
    found = await deciders_found(quiet, "x", there, await place(quiet), frozenset())
    assert (found.state, "nobody who can open it may decide" in found.words) == (State.MEND, True)
    quiet.answers[f"guilds/{SERVER}/members"] = Forbidden("look", "there", "x")
    assert await deciders_found(quiet, "x", there, await place(quiet), frozenset()) is None


# --- answers that no honest server gives --------------------------------------------------------------------------


@given(ANYTHING)
async def test_nothing_that_is_answered_breaks_it(answer):
    class Anything(Scripted):
        async def ask(self, *path, **query):
            return answer

    anything = Anything({})
    await account_found(anything, TOKEN, None, NOW)
    await connecting_found(anything, 2)
    there = await look_at_room(anything, SQUARE)
    where = await place(ours())
    kind_found("x", there)
    privacy_found("x", there, where)
    await deciders_found(anything, "x", there, where, frozenset())
    await commands_found(anything, where, ())
    list(lag_found("x", sent(answer, SQUARE, NOW, DAY), [], NOW, running=True))
    server_of(answer)
    roles_of(answer)


@pytest.mark.parametrize(
    ("token", "hint"), [(TOKEN, "it was reset since"), ("3f9c0d-hush", "it may be the client secret")]
)
async def test_a_token_that_is_not_taken_is_not_shown(token, hint):
    refused = Scripted({"users/@me": Revoked("no")})
    account, found = await account_found(refused, token, None, NOW)
    assert account is None
    assert hint in words(found, State.MEND)
    assert "Bot, Reset Token" in words(found, State.MEND)
    assert "hush" not in words(found, State.MEND)
