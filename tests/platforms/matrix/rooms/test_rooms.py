from functools import partial

import pytest
from pydantic import SecretStr

from bot.errors import Gone, RateLimited, Unavailable
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.rooms import Rooms
from tests.platforms.matrix.homeserver.synapse import PASSWORD
from tests.platforms.matrix.scripted import Scripted

BOT, ADA, MIRA, NOOR = "@folkmoot:one.example", "@ada:one.example", "@mira:one.example", "@noor:two.example"
SQUARE, HALL, TOWER = "!square:one.example", "!hall:one.example", "!tower"


def member(user, membership="join", name=None, **content):
    content |= {"membership": membership, "displayname": name}
    return {"type": "m.room.member", "state_key": user, "sender": user, "content": content}


def created(predecessor):
    content = {"room_version": "12", "predecessor": {"room_id": predecessor}}
    return {"type": "m.room.create", "state_key": "", "sender": ADA, "content": content}


def tombstone(room):
    return {"type": "m.room.tombstone", "state_key": "", "sender": ADA, "content": {"replacement_room": room}}


@pytest.fixture
def server():
    return Scripted(BOT)


@pytest.fixture
def rooms(server):
    made = Rooms(server)
    square = made.entered(SQUARE)
    for user in (BOT, ADA):
        square.apply(member(user))
    return made


# --- upgrades ---------------------------------------------------------------------------------------------------------


def test_what_is_meant_for_a_room_goes_to_its_last_successor(rooms):
    rooms.get(SQUARE).apply(tombstone(HALL))
    assert rooms.current(SQUARE) == SQUARE, "the successor is not joined"
    rooms.entered(HALL).apply(created(SQUARE))
    assert rooms.current(SQUARE) == HALL
    rooms.get(HALL).apply(tombstone(TOWER))
    rooms.entered(TOWER).apply(created(HALL))
    assert rooms.current(SQUARE) == rooms.current(HALL) == rooms.current(TOWER) == TOWER


def test_a_room_that_was_left_still_leads_on(rooms):
    rooms.get(SQUARE).apply(tombstone(HALL))
    rooms.entered(HALL).apply(created(SQUARE))
    assert rooms.left(SQUARE).id == SQUARE
    assert rooms.left(SQUARE) is None
    assert rooms.get(SQUARE) is None
    assert rooms.current(SQUARE) == HALL


def test_a_chain_goes_on_over_a_room_that_was_never_joined(rooms):
    rooms.get(SQUARE).apply(tombstone(HALL))
    rooms.replaced[HALL] = TOWER
    rooms.entered(TOWER).apply(created(HALL))
    assert rooms.current(SQUARE) == TOWER


def test_nobody_leads_the_bot_into_a_room_that_is_no_successor(rooms):
    rooms.get(SQUARE).apply(tombstone(HALL))
    rooms.entered(HALL).apply(created("!other:one.example"))
    assert rooms.current(SQUARE) == SQUARE


def test_a_circle_of_upgrades_ends(rooms):
    rooms.get(SQUARE).apply(tombstone(HALL))
    rooms.get(SQUARE).apply(created(HALL))
    rooms.entered(HALL).apply(created(SQUARE))
    rooms.get(HALL).apply(tombstone(SQUARE))
    assert rooms.current(SQUARE) == HALL
    assert rooms.current("!unknown") == "!unknown"


# --- who is there -----------------------------------------------------------------------------------------------------


async def test_a_membership_that_is_known_is_not_asked_for(rooms, server):
    assert await rooms.membership(SQUARE, ADA) == "join"
    assert server.asked == []


async def test_a_membership_is_asked_for_once(rooms, server):
    server.on(f"/state/m.room.member/{MIRA}", {"membership": "invite", "displayname": "Mira"})
    assert [await rooms.membership(SQUARE, MIRA) for _ in range(2)] == ["invite", "invite"]
    assert len(server.asked) == 1
    assert rooms.get(SQUARE).member(MIRA).name == "Mira"


@pytest.mark.parametrize("no", [Gone("no"), Refused("M_FORBIDDEN", 403), {}, {"membership": 7}])
async def test_whoever_was_never_there_has_no_membership(rooms, server, no):
    server.on(f"/state/m.room.member/{MIRA}", no)
    assert await rooms.membership(SQUARE, MIRA) is None


@pytest.mark.parametrize("trouble", [Unavailable("down"), RateLimited(3)])
async def test_trouble_is_told(rooms, server, trouble):
    server.on(f"/state/m.room.member/{MIRA}", trouble)
    server.on("/members", trouble)
    for question in (rooms.membership, rooms.may_read):
        with pytest.raises(type(trouble)):
            await question(SQUARE, MIRA)
    with pytest.raises(type(trouble)):
        await rooms.everybody(SQUARE)
    assert not rooms.get(SQUARE).complete


async def test_after_a_gap_everybody_is_asked_for_again(rooms, server):
    server.on(f"/state/m.room.member/{ADA}", {"membership": "leave"})
    rooms.get(SQUARE).missed()
    assert [await rooms.membership(SQUARE, ADA) for _ in range(2)] == ["leave", "leave"]
    assert len(server.asked) == 1


async def test_everybody_is_asked_for_once_and_kept_up(rooms, server):
    malformed = [None, 7, {}, member("x"), member(NOOR, 7)]
    server.on(
        "/members",
        {"chunk": [member(BOT), member(ADA, name="Ada"), member(MIRA, "invite"), member(NOOR, "ban"), *malformed]},
    )
    assert await rooms.everybody(SQUARE) == {BOT: None, ADA: "Ada", MIRA: None}
    rooms.get(SQUARE).apply(member(MIRA, "leave"))
    rooms.get(SQUARE).apply(member(NOOR, "join", "Noor"))
    assert await rooms.everybody(SQUARE) == {BOT: None, ADA: "Ada", NOOR: "Noor"}
    assert await rooms.membership(SQUARE, "@nobody:one.example") is None
    assert len(server.asked) == 1
    rooms.get(SQUARE).missed()
    await rooms.everybody(SQUARE)
    assert len(server.asked) == 2


async def test_what_happens_while_the_homeserver_answers_is_newer_than_its_answer(rooms, server):
    def answer(*meanwhile):
        for happens in meanwhile:
            happens()
        return {"chunk": [member(ADA), member(MIRA)]}

    square = rooms.get(SQUARE)
    server.on("/members", partial(answer, partial(square.apply, member(ADA, "leave")), square.missed), answer)
    assert ADA not in await rooms.everybody(SQUARE)
    assert not square.complete, "a gap came while the question was on its way"


@pytest.mark.parametrize("chunk", [None, "x", {}, [[]]])
async def test_a_malformed_list_of_members_is_an_empty_one(rooms, server, chunk):
    server.on("/members", {"chunk": chunk})
    assert await rooms.everybody(SQUARE) == {BOT: None, ADA: None}


# --- who may read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("membership", "visibility", "may"),
    [
        ("join", "joined", True),
        ("leave", "shared", False),
        ("invite", "invited", False),
        ("ban", "shared", False),
        (None, "shared", False),
        (None, "world_readable", True),
        (None, None, False),
    ],
)
async def test_whoever_is_joined_now_may_read(rooms, server, membership, visibility, may):
    if membership:
        server.on(f"/state/m.room.member/{MIRA}", {"membership": membership})
    if visibility:
        server.on("/state/m.room.history_visibility", {"history_visibility": visibility})
    assert await rooms.may_read(SQUARE, MIRA) is may


async def test_it_is_the_homeservers_word_at_this_moment_that_counts(rooms, server):
    server.on(f"/state/m.room.member/{ADA}", {"membership": "leave"})
    assert not await rooms.may_read(SQUARE, ADA), "though the room was told that Ada is there"


async def test_nobody_may_read_what_the_bot_is_not_in(rooms, server):
    server.on("/state/m.room.history_visibility", {"history_visibility": "world_readable"})
    assert not await rooms.may_read(HALL, ADA)
    assert not await rooms.may_read(SQUARE, "nobody-knows-me")
    assert server.asked == []


# --- private rooms ----------------------------------------------------------------------------------------------------


def private(rooms, name, user, membership="join", *, encrypted=False):
    room = rooms.entered(name)
    room.apply(member(BOT))
    room.apply({**member(user, "invite", is_direct=True), "sender": BOT})
    room.apply(member(user, membership))
    if encrypted:
        room.apply({"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "x"}})
    return room


def test_the_private_room_of_a_user(rooms):
    assert rooms.direct_with(ADA) is None, "two in a room are not yet private"
    room = private(rooms, HALL, MIRA)
    assert rooms.direct_with(MIRA) is room
    assert rooms.direct_with(ADA) is None
    room.apply(member(MIRA, "leave"))
    assert rooms.direct_with(MIRA) is None


def test_a_joined_and_encrypted_private_room_comes_first(rooms):
    private(rooms, "!1:one.example", MIRA, "invite", encrypted=True)
    private(rooms, "!2:one.example", MIRA)
    best = private(rooms, "!3:one.example", MIRA, encrypted=True)
    private(rooms, "!4:one.example", MIRA, encrypted=True).apply(tombstone("!5:one.example"))
    private(rooms, "!6:one.example", MIRA, encrypted=True).apply(member(NOOR))
    assert rooms.direct_with(MIRA) is best


# --- a real homeserver ------------------------------------------------------------------------------------------------


@pytest.fixture
async def account(people, tmp_path):
    bot = await people.plain("folkmoot")
    homeserver = Homeserver(Options(bot.url, bot.user, tmp_path / "matrix", password=SecretStr(PASSWORD)))
    yield bot, homeserver
    await homeserver.aclose()


@pytest.mark.parametrize("version", ["11", "12"])
async def test_a_real_homeserver_is_asked_and_believed(people, account, version):
    bot, homeserver = account
    ada, mira, noor = [await people.plain(name) for name in ("ada", "mira", "noor")]
    square = await ada.create_room(bot.user, mira.user, version=version)
    for one in (bot, mira):
        await one.join(square)
    rooms = Rooms(homeserver)
    rooms.entered(square)
    assert set(await rooms.everybody(square)) == {ada.user, bot.user, mira.user}
    assert await rooms.may_read(square, mira.user)
    assert not await rooms.may_read(square, noor.user)
    assert await rooms.membership(square, noor.user) is None
    await ada.kick(square, mira.user)
    assert not await rooms.may_read(square, mira.user)
    await ada.set_state(square, "m.room.history_visibility", {"history_visibility": "world_readable"})
    assert await rooms.may_read(square, noor.user)
    assert not await rooms.may_read("!no-such-room", noor.user)
