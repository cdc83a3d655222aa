"""The checkup over real sockets: what a person would have to set right is named, and nothing is changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.domain.ids import ConversationId
from bot.errors import StorageError
from bot.platforms.discord.checkup.checkup import Checkup
from bot.platforms.discord.checkup.needed import asked_for, invite_link
from bot.platforms.discord.names import conversation_id
from bot.platforms.discord.options import Options
from bot.platforms.found import State
from tests.platforms.discord.standin.permissions import Can

GRANTED = Can(asked_for())


class Stored:
    def __init__(self, *messages, broken=False):
        self.messages, self.broken = set(messages), broken

    async def known(self, messages):
        if self.broken:
            raise StorageError("the store cannot be read")
        return self.messages & set(messages)


@pytest.fixture
def mira(standin):
    return standin.person("mira")


@pytest.fixture
def agora(standin, mira):
    """A server that gives the bot exactly what the invite link asks for."""
    standin.portal.public = False
    return standin.server("Agora", mira, bot_can=GRANTED)


@pytest.fixture
def square(agora):
    return agora.channel("square")


@pytest.fixture
def desk(agora, standin):
    """Only the owner, who may everything, and the bot can open it."""
    desk = agora.channel("desk", hidden_from=[agora.id])
    bot = agora.overwrite(standin.bot.id, allow=Can.VIEW)
    desk.change(permission_overwrites=[agora.overwrite(agora.id, deny=Can.VIEW), bot])
    return desk


@pytest.fixture
def look(standin):
    """Everything that is found; the secret is in none of it, and nothing was changed or logged in."""

    async def looked(*rooms, review=(), stored=None, running=False, application=None, **changes):
        plain = Options(
            SecretStr(standin.token),
            api_base=standin.api_base,
            gateway=standin.gateway_address,
            communities=(frozenset(map(room, rooms)),),
            review_rooms=frozenset(map(room, review)),
            automod=False,
        )
        checkup = Checkup(
            replace(plain, **changes),
            application=application,
            kept={room(one): timedelta(days=30) for one in (*rooms, *review)},
            stored=stored,
            running=running,
            now=datetime.now(UTC),
        )
        found = [one async for one in checkup.findings()]
        assert not [one for one in found if standin.token in one.words]
        assert not [asked for asked in standin.requests(r".*") if asked.method != "GET"]
        assert not standin.gateway.identified
        return found

    return looked


def room(channel):
    return ConversationId(f"discord:{channel}") if isinstance(channel, int) else conversation_id(channel.id)


def words(found, state, subject=""):
    return " | ".join(one.words for one in found if one.state is state and one.subject.startswith(subject))


async def test_what_the_invite_link_grants_is_enough(look, square, desk):
    found = await look(square, review=[desk])
    assert [one for one in found if one.state not in {State.OK, State.NOTE}] == []
    assert words(found, State.NOTE) == "it has no slash commands yet: the bot registers them when it runs"
    assert "“square” in Agora, text channel: the bot can read, write, hide" in words(found, State.OK)
    assert "only whom it was opened to can read it" in words(found, State.OK)


async def test_the_bots_own_name_and_application(look, standin, square):
    found = await look(square, application=standin.world.application_id)
    assert f"application {standin.world.application_id}" in words(found, State.OK, "token")
    assert words(found, State.OK, "invite link") == invite_link(standin.world.application_id)
    assert "not to 7: correct [discord] application" in words(await look(square, application=7), State.MEND)


async def test_a_token_that_does_not_work_ends_it(look, square):
    found = await look(square, token=SecretStr("MTA5.abc.wrong"))
    assert [(one.subject, one.state) for one in found] == [("token", State.MEND)]


async def test_passing_trouble_is_one_line_for_later(look, standin, square):
    standin.fault(r"GET /users/@me$", status=503, html=True)
    found = await look(square)
    assert [(one.subject, one.state) for one in found] == [("discord", State.LATER)]


async def test_intents_that_are_off(look, standin, square, mira):
    for _ in range(3):
        mira.says(square, "hello")
    standin.portal.message_content = standin.portal.members = False
    found = await look(square, stored=Stored())
    assert "Message Content Intent, Save Changes" in words(found, State.MEND, "intents")
    assert "Server Members Intent, Save Changes" in words(found, State.MEND, "intents")
    assert "its newest messages came empty" in words(found, State.MEND, "room")


async def test_in_no_server_the_link_is_shown(look, standin):
    found = await look(7)
    assert "invite link" in words(found, State.MEND, "servers")
    assert words(found, State.OK, "invite link") == invite_link(standin.world.application_id)


async def test_numbers_that_are_no_channel_of_the_bots(look, standin, agora, square, mira):
    category = agora.channel("Talk", "category")
    hidden = agora.channel("hidden", hidden_from=[agora.id])
    found = await look(square, agora.id, mira.id, category, hidden, 7)
    assert "this is the number of a server, “Agora”" in words(found, State.MEND, f"room {agora.id}")
    assert "this is the number of a person, mira" in words(found, State.MEND, f"room {mira.id}")
    assert "is a category" in words(found, State.MEND, f"room {category.id}")
    assert "the bot cannot see this channel" in words(found, State.MEND, f"room {hidden.id}")
    assert "there is no such channel" in words(found, State.MEND, "room 7")


async def test_what_is_missing_in_a_channel_and_in_the_server(look, standin, mira):
    server = standin.server("Bare", mira, bot_can=Can.VIEW)
    server.change_role(server.id, permissions=Can.VIEW)
    found = await look(server.channel("square"))
    assert "the bot cannot read what was written while it was away, write or write in threads" in words(
        found, State.MEND
    )
    noted = words(found, State.NOTE)
    assert "hide messages, set slow mode" in noted
    assert "time somebody out (Time out members), kick (Kick Members)" in noted


async def test_a_role_that_stands_too_low(look, agora, square):
    agora.role("Moderators", Can.KICK, position=1000)
    assert "stands below “Moderators”" in words(await look(square), State.NOTE, "server Agora")


async def test_a_room_for_moderators_that_everybody_reads(look, square, agora, mira):
    open_to_all = agora.channel("desk")
    found = await look(square, review=[open_to_all])
    assert "everybody in the server can read it" in words(found, State.MEND, f"review room {open_to_all.id}")


async def test_who_is_there_and_can_decide_nothing(look, standin, agora, desk, square):
    rem, ann = standin.person("rem"), standin.person("ann")
    role = agora.role("Desk", position=1)
    for person in (rem, ann):
        agora.join(person, roles=[role])
    desk.change(
        permission_overwrites=[
            *desk.data["permission_overwrites"],
            agora.overwrite(role, allow=Can.VIEW),
        ]
    )
    noted = words(await look(square, review=[desk]), State.NOTE, f"review room {desk.id}")
    assert "who can open it and can decide nothing: ann, rem." in noted
    noted = words(await look(square, review=[desk], stewards=frozenset({rem.id})), State.NOTE, "review room")
    assert "can decide nothing: ann." in noted


async def test_how_far_behind_the_bot_is(look, square, mira):
    posts = [mira.says(square, f"number {number}") for number in range(3)]
    known = Stored(f"discord:{square.id}/{posts[0].id}")
    found = await look(square, stored=known)
    assert "2 messages came since the bot read it last" in words(found, State.NOTE, "room")
    found = await look(square, stored=Stored(f"discord:{square.id}/{posts[2].id}"), running=True)
    assert "its newest message is stored" in words(found, State.OK, "room")
    assert "newest" not in words(await look(square, stored=Stored(broken=True)), State.OK, "room")


async def test_forums_threads_and_voice_channels_are_rooms(look, agora, mira):
    forum, voice = agora.channel("posts", "forum"), agora.channel("voice", "voice")
    thread = mira.opens_thread(agora.channel("square"), "a thread")
    found = await look(forum, voice, thread, stored=Stored())
    assert not words(found, State.MEND)
    for kind in ("forum", "voice channel", "thread"):
        assert f", {kind}: the bot can" in words(found, State.OK)
