import json
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.errors import Gone, RateLimited, Unavailable
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.incoming.history import History
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.testing.clock import FakeClock
from tests.platforms.matrix.homeserver.synapse import PASSWORD
from tests.platforms.matrix.scripted import Scripted

BOT, MIRA, NOOR = "@folkmoot:one.example", "@mira:one.example", "@noor:two.example"
SQUARE = "!square:one.example"
HERE, THREAD = names.conversation_id(SQUARE), names.conversation_id(SQUARE, "$root")
NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)


class Keys:
    """Opens what stands in its hands already."""

    def decrypt(self, room, event):
        clear = event["content"].get("clear")
        return clear and {**event, "type": "m.room.message", "content": clear}


def event(number, body=None, sender=MIRA, relation=None, **rest):
    content = {"msgtype": "m.text", "body": f"words {number}" if body is None else body}
    content |= {"m.relates_to": relation} if relation else {}
    stamp = int(NOW.timestamp() * 1000) - 1_000_000 + number * 1_000
    base = {"type": "m.room.message", "event_id": f"${number}", "sender": sender, "origin_server_ts": stamp}
    return base | {"content": content} | rest


def edit(number, of, body, sender=MIRA):
    made = event(number, f"* {body}", sender, {"rel_type": "m.replace", "event_id": f"${of}"})
    made["content"]["m.new_content"] = {"msgtype": "m.text", "body": body}
    return made


def sealed(clear_event):
    content = {"algorithm": "m.megolm.v1.aes-sha2", "clear": clear_event["content"]}
    return clear_event | {"type": "m.room.encrypted", "content": content}


@pytest.fixture
def server():
    return Scripted(BOT)


@pytest.fixture
def rooms(server):
    made = Rooms(server)
    made.entered(SQUARE)
    return made


@pytest.fixture
def history(server, rooms, tmp_path):
    return History(server, rooms, Keys(), Options("https://one.example", BOT, tmp_path), FakeClock(NOW))


async def told(history, limit=100, where=HERE, before=None):
    return [message.text for message in await history.messages(where, before=before, limit=limit)]


# --- pages ------------------------------------------------------------------------------------------------------------


async def test_pages_are_read_until_there_is_enough(history, server):
    server.on(
        "/messages",
        {"chunk": [event(5), event(4)], "end": "t1"},
        {"chunk": [event(3), event(2)], "end": "t2"},
        {"chunk": [event(1)], "end": "t3"},
    )
    assert await told(history, 3) == ["words 3", "words 4", "words 5"]
    assert [query.get("from") for _, _, query in server.asked] == [None, "t1"]
    asked = server.asked[0][2]
    assert (asked["dir"], json.loads(asked["filter"])["lazy_load_members"]) == ("b", True)


@pytest.mark.parametrize("end", [None, 7, {}])
async def test_the_beginning_of_a_room_ends_it(history, server, end):
    server.on("/messages", {"chunk": [event(1)], "end": end})
    assert await told(history) == ["words 1"]
    assert len(server.asked) == 1


async def test_requests_are_bounded(history, server):
    tokens = iter(range(10_000))
    server.on("/messages", lambda: {"chunk": [], "end": f"t{next(tokens)}"})
    assert await told(history) == []
    assert len(server.asked) == 40


async def test_a_homeserver_that_goes_in_circles_is_left(history, server):
    server.on("/messages", {"chunk": [event(1)], "end": "t"})
    assert await told(history) == ["words 1"]
    assert len(server.asked) == 2


@pytest.mark.parametrize("limit", [0, -3])
async def test_nothing_is_asked_for_nothing(history, server, limit):
    assert await told(history, limit) == []
    assert server.asked == []


async def test_before_a_message_it_begins_at_that(history, server):
    server.on("/context/$5", {"start": "t5", "end": "t6"})
    server.on("/messages", {"chunk": [event(4)]})
    assert await told(history, before=names.message_id(SQUARE, "$5")) == ["words 4"]
    assert server.asked[1][2]["from"] == "t5"


@pytest.mark.parametrize(
    "before", ["matrix:no-such-message", "matrix:!hall:one.example/$5", "matrix:!square:one.example/$9"]
)
async def test_before_a_message_that_is_not_there_is_nothing(history, server, before):
    server.on("/messages", {"chunk": [event(4)]})
    assert await told(history, before=before) == []


@pytest.mark.parametrize("no", [Gone("no"), Refused("M_FORBIDDEN", 403)])
async def test_a_refusal_is_no_history(history, server, no):
    server.on("/messages", no)
    assert await told(history) == []


async def test_where_the_bot_is_not_nothing_is_asked(history, server):
    assert await told(history, where=names.conversation_id("!hall:one.example")) == []
    assert server.asked == []


@pytest.mark.parametrize("trouble", [Unavailable("down"), RateLimited(3)])
async def test_trouble_is_told(history, server, trouble):
    server.on("/messages", trouble)
    with pytest.raises(type(trouble)):
        await told(history)


@pytest.mark.parametrize("chunk", [None, 7, "x", {}, [None, 7, [], {}, {"type": "m.room.message"}]])
async def test_malformed_pages_are_empty(history, server, chunk):
    server.on("/messages", {"chunk": chunk, "state": chunk, "end": ["t"]})
    assert await told(history) == []


# --- what counts ------------------------------------------------------------------------------------------------------


async def test_redacted_ones_and_the_bots_own_are_left_out(history, server):
    gone = event(2, unsigned={"redacted_because": {"sender": MIRA}}) | {"content": {}}
    server.on("/messages", {"chunk": [event(4, sender=BOT), event(3), gone, event(1)]})
    assert await told(history) == ["words 1", "words 3"]


async def test_messages_come_in_their_newest_form(history, server):
    bundled = event(1, unsigned={"m.relations": {"m.replace": edit(9, 1, "newest")}})
    server.on(
        "/messages", {"chunk": [edit(5, 2, "third"), edit(4, 2, "second"), edit(3, 1, "older"), event(2), bundled]}
    )
    messages = await history.messages(HERE, before=None, limit=10)
    assert [message.text for message in messages] == ["newest", "third"]
    assert [message.edited_at.timestamp() - message.sent_at.timestamp() for message in messages] == [8, 3]


async def test_nobody_puts_words_into_anothers_mouth(history, server):
    bundled = event(1, unsigned={"m.relations": {"m.replace": edit(8, 1, "forged", NOOR)}})
    server.on("/messages", {"chunk": [edit(4, 2, "forged", NOOR), edit(3, 2, "mine"), event(2), bundled]})
    assert await told(history) == ["words 1", "mine"]


@pytest.mark.parametrize("relations", [None, 7, {"m.replace": 7}, {"m.replace": {"event_id": "$9"}}, {"m.replace": []}])
async def test_malformed_bundles_change_nothing(history, server, relations):
    server.on("/messages", {"chunk": [event(1, unsigned={"m.relations": relations})]})
    assert await told(history) == ["words 1"]


async def test_encrypted_ones_are_opened_where_there_is_a_key(history, server):
    bundled = sealed(event(1)) | {"unsigned": {"m.relations": {"m.replace": sealed(edit(9, 1, "new"))}}}
    keyless = event(2) | {"type": "m.room.encrypted", "content": {"algorithm": "x"}}
    server.on("/messages", {"chunk": [sealed(event(3)), keyless, bundled]})
    assert await told(history) == ["new", "words 3"]


async def test_people_who_are_gone_are_called_by_their_names(history, server, rooms):
    member = {"type": "m.room.member", "state_key": NOOR, "sender": NOOR}
    state = [member | {"content": {"membership": "join", "displayname": "Noor"}}, None, member | {"content": 7}]
    server.on("/messages", {"chunk": [event(1, sender=NOOR)], "state": state})
    (message,) = await history.messages(HERE, before=None, limit=10)
    assert message.author.name == "Noor"
    assert rooms.get(SQUARE).people == {}, "an old page says nothing of who is there now"


# --- threads ----------------------------------------------------------------------------------------------------------

IN_THREAD = {"rel_type": "m.thread", "event_id": "$root"}


async def test_a_room_and_its_threads_are_told_apart(history, server):
    chunk = [event(3, relation=IN_THREAD), event(2), event(1, relation=IN_THREAD)]
    server.on("/messages", {"chunk": chunk})
    server.on("/relations/$root/m.thread", {"chunk": [chunk[0]], "next_batch": "t1"}, {"chunk": [chunk[2]]})
    assert await told(history) == ["words 2"]
    assert await told(history, where=THREAD) == ["words 1", "words 3"]
    assert server.asked[-1][2]["from"] == "t1"


# --- a real homeserver ------------------------------------------------------------------------------------------------


@pytest.fixture
async def met(people, tmp_path):
    """A room of Ada's with the bot, and the bot's history of it."""
    bot, ada = await people.plain("folkmoot"), await people.plain("ada")
    square = await ada.create_room(bot.user, version="12")
    await bot.join(square)
    options = Options(bot.url, bot.user, tmp_path / "matrix", password=SecretStr(PASSWORD))
    homeserver = Homeserver(options)
    rooms = Rooms(homeserver)
    rooms.entered(square)
    yield ada, bot, square, History(homeserver, rooms, None, options, FakeClock(datetime.now(UTC)))
    await homeserver.aclose()


async def test_history_of_a_real_room(met):
    ada, bot, square, history = met
    said = [await ada.say(square, f"words {number}") for number in range(250)]
    for number in (0, 200):
        await ada.edit(square, said[number], f"new {number}")
        await bot.edit(square, said[number + 1], "forged")
    await ada.redact(square, said[3])
    await bot.say(square, "my own")
    await ada.react(square, said[5], "👍")
    here = names.conversation_id(square)
    expected = [f"{'new' if number in {0, 200} else 'words'} {number}" for number in range(250) if number != 3]
    assert await told(history, 1_000, here) == expected
    assert await told(history, 100, here) == expected[-100:]
    assert await told(history, 5, here, names.message_id(square, said[100])) == expected[94:99]
    assert await told(history, 5, here, names.message_id(square, said[0])) == []
    assert await told(history, 5, here, names.message_id(square, "$unknown")) == []


async def test_history_of_a_real_thread(met):
    ada, _, square, history = met
    root = await ada.say(square, "root")
    said = [await ada.say(square, f"words {number}", thread=root) for number in range(120)]
    await ada.say(square, "beside")
    await ada.edit(square, said[1], "new 1")
    await ada.redact(square, said[2])
    there = names.conversation_id(square, root)
    expected = ["words 0", "new 1", *(f"words {number}" for number in range(3, 120))]
    assert await told(history, 1_000, there) == expected
    assert await told(history, 2, there, names.message_id(square, said[50])) == ["words 48", "words 49"]
    assert await told(history, 1_000, names.conversation_id(square)) == ["root", "beside"]
    assert await told(history, 5, names.conversation_id(square, "$unknown")) == []
