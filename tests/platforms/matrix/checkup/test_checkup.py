"""The checkup beside a real homeserver: what a person would have to set right is named, and nothing is changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.domain.ids import ConversationId
from bot.errors import ConfigError, StorageError
from bot.platforms.found import State
from bot.platforms.matrix.checkup.checkup import Checkup
from bot.platforms.matrix.connection.aliases import AliasFile
from bot.platforms.matrix.connection.login_file import Login, LoginFile
from bot.platforms.matrix.names import conversation_id, message_id
from bot.platforms.matrix.options import Options
from tests.platforms.matrix.homeserver.synapse import PASSWORD, free_port

VERSIONS = ["11", "12"]


class Stored:
    def __init__(self, *messages, waiting=None, broken=False):
        self.messages, self.waiting, self.broken = set(messages), waiting or {}, broken

    async def known(self, messages):
        self._break()
        return self.messages & set(messages)

    async def undecryptable(self):
        self._break()
        return self.waiting

    def _break(self):
        if self.broken:
            raise StorageError("the store cannot be read")


@pytest.fixture
async def ada(people):
    return await people.plain("ada")


@pytest.fixture
async def folkmoot(people):
    return await people.plain("folkmoot")


@pytest.fixture
def options(synapse, folkmoot, ada, tmp_path):
    def made(*rooms, review=(), **changes):
        plain = Options(
            homeserver=synapse.url,
            user=folkmoot.user,
            folder=tmp_path / "matrix",
            token=SecretStr(folkmoot.token),
            inviters=(ada.user,),
            communities=(frozenset(map(place, rooms)),),
            review_rooms=frozenset(map(place, review)),
            retention_days={place(room): 30 for room in (*rooms, *review)},
        )
        return replace(plain, **changes)

    return made


def place(room):
    return ConversationId(f"matrix:{room}")


async def looked(options, aliases=(), *, stored=None, running=False, now=None):
    """Subject to what was found there."""

    def with_rooms(known):
        def put(room):
            return place(known.get(room.removeprefix("matrix:"), room.removeprefix("matrix:")))

        return replace(
            options,
            communities=tuple(frozenset(map(put, rooms)) for rooms in options.communities),
            review_rooms=frozenset(map(put, options.review_rooms)),
        )

    checkup = Checkup(
        options,
        aliases=aliases,
        with_rooms=with_rooms,
        stored=stored,
        running=running,
        now=now or datetime.now(UTC),
    )
    found = [one async for one in checkup.findings()]
    assert not [one for one in found if "syt_" in one.words or PASSWORD in one.words]
    return found


def about(found, subject):
    return [one for one in found if one.subject == subject]


def words(found, subject, state):
    return " | ".join(one.words for one in about(found, subject) if one.state is state)


# --- homeserver and login -----------------------------------------------------------------------------------------


async def test_a_homeserver_that_does_not_answer_is_one_line_for_later(options):
    found = await looked(options(homeserver=f"http://127.0.0.1:{free_port()}"))
    assert [(one.subject, one.state) for one in found] == [("homeserver", State.LATER)]
    assert "once it answers" in found[0].words


async def test_what_it_speaks_and_that_the_clocks_agree(options):
    found = await looked(options())
    assert "answers; Matrix up to v1." in words(found, "homeserver", State.OK)
    assert words(found, "clocks", State.OK)
    assert "@folkmoot" in words(found, "login", State.OK)


@pytest.mark.parametrize(("hours", "which"), [(2, "behind"), (-2, "ahead of")])
async def test_clocks_that_do_not_agree(options, hours, which):
    found = await looked(options(), now=datetime.now(UTC) + timedelta(hours=hours))
    assert f"s {which} this machine" in words(found, "clocks", State.MEND)


async def test_a_token_that_is_not_valid_ends_the_look(options):
    found = await looked(options(token=SecretStr("syt_wrong")))
    assert "make a new one and set FOLKMOOT_MATRIX_TOKEN" in words(found, "login", State.MEND)
    assert found[-1].subject == "login"


async def test_a_token_of_somebody_else(options, ada):
    found = await looked(options(token=SecretStr(ada.token)))
    assert "another account's" in words(found, "login", State.MEND)


async def test_before_the_first_start_the_password_is_tried_and_leaves_no_device(options, folkmoot):
    devices = await folkmoot.call("GET", "/v3/devices")
    found = await looked(options(token=None, password=SecretStr(PASSWORD)))
    assert "can log in; its device is made at the first start" in words(found, "login", State.OK)
    assert await folkmoot.call("GET", "/v3/devices") == devices
    found = await looked(options(token=None, password=SecretStr("wrong")))
    assert "cannot log in with FOLKMOOT_MATRIX_PASSWORD" in words(found, "login", State.MEND)


async def test_the_login_of_the_bot_is_used_once_there_is_one(options, folkmoot, tmp_path):
    file = LoginFile(tmp_path / "matrix")
    file.write(Login(folkmoot.user, folkmoot.device, SecretStr(folkmoot.token)))
    kept = file.path.read_bytes()
    found = await looked(options(token=None, password=SecretStr("never tried")))
    assert folkmoot.device in words(found, "login", State.OK)
    assert file.path.read_bytes() == kept


async def test_a_token_that_ran_out_while_the_bot_was_stopped_hides_nothing(options, ada, folkmoot, tmp_path):
    room = await ada.create_room(folkmoot.user)
    await folkmoot.join(room)
    file = LoginFile(tmp_path / "matrix")
    file.write(Login(folkmoot.user, folkmoot.device, SecretStr("syt_old"), SecretStr("syr_old")))
    kept, devices = file.path.read_bytes(), await folkmoot.call("GET", "/v3/devices")
    found = await looked(options(room, token=None, password=SecretStr(PASSWORD)))
    assert f"on device {folkmoot.device}; its token has run out" in words(found, "login", State.OK)
    assert "the bot is in it" in words(found, f"room {room}", State.OK)
    assert file.path.read_bytes() == kept
    assert {one["device_id"] for one in (await folkmoot.call("GET", "/v3/devices"))["devices"]} == {
        one["device_id"] for one in devices["devices"]
    }
    found = await looked(options(token=None, password=SecretStr("wrong")))
    assert "cannot log in with FOLKMOOT_MATRIX_PASSWORD" in words(found, "login", State.MEND)


async def test_a_device_that_was_logged_out(options, folkmoot, tmp_path):
    file = LoginFile(tmp_path / "matrix")
    file.write(Login(folkmoot.user, folkmoot.device, SecretStr(folkmoot.token)))
    await folkmoot.call("POST", "/v3/logout", {})
    found = await looked(options(token=None, password=SecretStr(PASSWORD)))
    assert f"move {file.path} away" in words(found, "login", State.MEND)


async def test_files_that_others_can_open(options, tmp_path):
    folder = tmp_path / "matrix"
    folder.mkdir(mode=0o700)
    (folder / "login.json.copy").write_text("{}")
    (folder / "login.json.copy").chmod(0o640)
    found = await looked(options())
    assert f"chmod -R go= {folder}" in words(found, "matrix folder", State.MEND)


async def test_a_folder_of_another_user(options, tmp_path, monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    told = options()
    (tmp_path / "matrix").mkdir(mode=0o700)
    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(ConfigError, match="as the bot's own user"):
        await looked(told)


# --- rooms --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_room_as_it_should_be(options, ada, folkmoot, version):
    room = await ada.create_room(folkmoot.user, version=version, name="Square", powers={folkmoot.user: 100})
    await folkmoot.join(room)
    found = await looked(options(room))
    assert {one.state for one in about(found, f"room {room}")} == {State.OK}
    said = words(found, f"room {room}", State.OK)
    assert f"“Square”, {room}: the bot is in it; version {version}, not encrypted" in said
    assert "power 100: it can hide messages, kick, ban and time out" in said


@pytest.mark.parametrize("version", VERSIONS)
async def test_power_that_is_missing_comes_with_the_level_to_give(options, ada, folkmoot, version):
    room = await ada.create_room(folkmoot.user, version=version)
    await folkmoot.join(room)
    found = await looked(options(room))
    said = words(found, f"room {room}", State.NOTE)
    assert "power 0 and cannot hide messages (needs 50), kick (needs 50), ban (needs 50)" in said
    assert "Give it 50: in Element" in said
    assert "A timeout lowers somebody's power level: it needs 100, Admin in Element" in said


async def test_a_room_in_which_the_bot_cannot_write(options, ada, folkmoot):
    room = await ada.create_room(folkmoot.user, levels={"events_default": 30})
    await folkmoot.join(room)
    said = words(await looked(options(room)), f"room {room}", State.MEND)
    assert "cannot write (needs 30) or set reactions (needs 30)" in said
    assert "Custom level 30" in said


async def test_rooms_that_the_bot_is_not_in(options, ada, folkmoot):
    never, invited, removed, banned = [await ada.create_room() for _ in range(4)]
    for room in (invited, removed, banned):
        await ada.invite(room, folkmoot.user)
    for room in (removed, banned):
        await folkmoot.join(room)
    await ada.kick(removed, folkmoot.user)
    await ada.ban(banned, folkmoot.user)
    found = await looked(options(never, invited, removed, banned))
    assert f"invite {folkmoot.user}: in Element" in words(found, f"room {never}", State.MEND)
    assert about(found, f"room {invited}")
    assert "was removed from it" in words(found, f"room {removed}", State.MEND)
    assert "or was banned from it" in words(found, f"room {banned}", State.MEND)  # which of the two is not told


async def test_a_room_that_was_upgraded_is_looked_at_where_it_goes_on(options, ada, folkmoot):
    room = await ada.create_room(folkmoot.user)
    await folkmoot.join(room)
    after = await ada.upgrade(room, "12")
    found = await looked(options(review=(room,)), stored=Stored())
    assert f"{room} was upgraded and goes on in {after}" in words(found, f"review room {room}", State.NOTE)
    assert f"{after}: the bot is not in it yet" in words(found, f"review room {room}", State.MEND)
    await ada.invite(after, folkmoot.user)
    await folkmoot.join(after)
    await ada.set_state(after, "m.room.history_visibility", {"history_visibility": "world_readable"})
    found = await looked(options(review=(room,)), stored=Stored())
    assert f"{after}: the bot is in it; version 12" in words(found, f"review room {room}", State.OK)
    assert "without joining" in words(found, f"review room {room}", State.MEND)


async def test_an_encrypted_room_while_encryption_is_off(options, ada, folkmoot):
    room = await ada.create_room(folkmoot.user, encrypted=True)
    await folkmoot.join(room)
    found = await looked(options(room, encryption=False))
    assert "the bot reads nothing there" in words(found, f"room {room}", State.MEND)
    assert "switched off" in words(found, "encryption", State.NOTE)


@pytest.mark.parametrize("version", VERSIONS)
async def test_who_could_decide_nothing_in_the_review_room_is_named(options, people, ada, folkmoot, version):
    noor, ines, adil = [await people.plain(name) for name in ("noor", "ines", "adil")]
    room = await ada.create_room(
        folkmoot.user, noor.user, ines.user, adil.user, version=version, powers={noor.user: 50}
    )
    for somebody in (folkmoot, noor, ines, adil):
        await somebody.join(room)
    found = await looked(options(review=(room,), stewards=frozenset({adil.user})))
    said = words(found, f"review room {room}", State.NOTE)
    assert f"can decide nothing: {ines.user}. " in said
    assert "power 50 in this room too" in said
    found = await looked(options(review=(room,), stewards=frozenset({adil.user, ines.user})))
    assert not words(found, f"review room {room}", State.NOTE)


async def test_a_review_room_that_others_can_read_or_join(options, ada, folkmoot):
    private, public, readable = (
        await ada.create_room(folkmoot.user),
        await ada.create_room(folkmoot.user, public=True),
        await ada.create_room(folkmoot.user),
    )
    await ada.set_state(readable, "m.room.history_visibility", {"history_visibility": "world_readable"})
    for room in (private, public, readable):
        await folkmoot.join(room)
    found = await looked(options(review=(private, public, readable)))
    assert "only who is invited can read it" in words(found, f"review room {private}", State.OK)
    assert not words(found, f"review room {private}", State.NOTE)  # it needs no power there
    assert "everybody can join it" in words(found, f"review room {public}", State.MEND)
    assert "without joining" in words(found, f"review room {readable}", State.MEND)


# --- addresses ----------------------------------------------------------------------------------------------------


async def test_addresses_stand_beside_ids(options, synapse, ada, folkmoot, tmp_path):
    name = ada.user.partition(":")[0].removeprefix("@")
    room = await ada.create_room(folkmoot.user, alias=f"square-{name}")
    await folkmoot.join(room)
    alias, missing = f"#square-{name}:{synapse.name}", f"#none-{name}:{synapse.name}"
    found = await looked(options(alias, missing), [alias, missing])
    assert room in words(found, f"room {alias}", State.OK)
    assert "there is no such room: in Element" in words(found, f"room {missing}", State.MEND)
    assert not (tmp_path / "matrix").exists()  # it looks, it keeps nothing


async def test_an_address_that_moved_is_told_and_not_followed(options, synapse, ada, folkmoot, tmp_path):
    name = ada.user.partition(":")[0].removeprefix("@")
    alias = f"#moved-{name}:{synapse.name}"
    first, second = await ada.create_room(folkmoot.user), await ada.create_room(alias=f"moved-{name}")
    await folkmoot.join(first)
    AliasFile(tmp_path / "matrix").keep({alias: first})
    found = await looked(options(alias), [alias])
    assert first in words(found, f"room {alias}", State.OK)
    assert f"now names {second}, and the bot stays in {first}" in words(found, f"room {alias}", State.NOTE)


async def test_an_address_that_moved_with_an_upgrade_is_none_to_tell(options, synapse, ada, folkmoot, tmp_path):
    name = ada.user.partition(":")[0].removeprefix("@")
    alias = f"#upgraded-{name}:{synapse.name}"
    room = await ada.create_room(folkmoot.user, alias=f"upgraded-{name}")
    await folkmoot.join(room)
    await ada.upgrade(room, "12")
    AliasFile(tmp_path / "matrix").keep({alias: room})
    found = await looked(options(alias), [alias])
    assert "its address now names" not in words(found, f"room {alias}", State.NOTE)
    assert "moved along with the upgrade" in words(found, f"room {alias}", State.OK)


# --- behind -------------------------------------------------------------------------------------------------------


async def test_whether_the_newest_message_is_stored(options, ada, folkmoot):
    room = await ada.create_room(folkmoot.user)
    await ada.say(room, "before the bot came")
    await folkmoot.join(room)
    subject, told = f"room {room}", options(room)
    assert "no message yet" in words(await looked(told, stored=Stored()), subject, State.OK)
    first, second = await ada.say(room, "first"), await ada.say(room, "second")
    await ada.edit(room, first, "edited")
    await folkmoot.say(room, "the bot's own")
    gone = await ada.say(room, "gone")
    await ada.redact(room, gone)
    stored = Stored(message_id(room, first), message_id(room, second))
    assert "its newest message is stored" in words(await looked(told, stored=stored), subject, State.OK)
    stored = Stored(message_id(room, first))
    assert "1 message came since" in words(await looked(told, stored=stored), subject, State.NOTE)
    assert "on the way" in words(await looked(told, stored=stored, running=True), subject, State.OK)
    later = datetime.now(UTC) + timedelta(hours=2)
    said = words(await looked(told, stored=stored, running=True, now=later), subject, State.NOTE)
    assert "the bot is 2 h 0 min behind: 1 message" in said
    past = datetime.now(UTC) + timedelta(days=31)
    assert "no message yet" in words(await looked(told, stored=Stored(), now=past), subject, State.OK)


async def test_messages_that_wait_for_their_keys_are_counted_with_those_in_threads(options, ada, folkmoot):
    room = await ada.create_room(folkmoot.user)
    await folkmoot.join(room)
    waiting = {place(room): 2, conversation_id(room, "$root"): 1, place("!other:x"): 7}
    found = await looked(options(room), stored=Stored(waiting=waiting))
    assert "3 messages could not be decrypted" in words(found, f"room {room}", State.NOTE)


async def test_a_store_that_cannot_be_read_spoils_nothing_else(options, ada, folkmoot):
    room = await ada.create_room(folkmoot.user)
    await folkmoot.join(room)
    assert about(await looked(options(room), stored=Stored(broken=True)), f"room {room}")


# --- keys, lists, admin -------------------------------------------------------------------------------------------


async def test_keys_that_the_homeserver_knows_and_the_folder_lacks_are_lost(options, people, tmp_path):
    bot = await people.encrypted("folkmoot")
    told = options(user=bot.user, token=SecretStr(bot.token))
    assert f"the keys of device {bot.device} are lost" in words(await looked(told), "encryption", State.MEND)
    (tmp_path / "matrix").mkdir(mode=0o700)
    (tmp_path / "matrix" / f"keys-{bot.device}.db").touch(mode=0o600)
    found = await looked(told)
    assert "are here and on the homeserver" in words(found, "encryption", State.OK)
    assert "has no identity yet" in words(found, "cross-signing", State.NOTE)


async def test_a_bot_without_keys_yet(options):
    assert "made at its first start" in words(await looked(options()), "encryption", State.NOTE)


async def test_nobody_who_may_invite(options):
    assert "nobody may invite the bot" in words(await looked(options(inviters=())), "invitations", State.MEND)


async def test_policy_lists(options, ada, folkmoot):
    room, other = await ada.create_room(folkmoot.user), await ada.create_room()
    await folkmoot.join(room)
    found = await looked(options(policy_lists=(room, other, "#none:test.local")))
    assert "reads its rules" in words(found, f"policy list {room}", State.OK)
    assert "not in it yet" in words(found, f"policy list {other}", State.NOTE)
    assert "no such room" in words(found, "policy list #none:test.local", State.MEND)


async def test_an_admins_token(options, people, ada, folkmoot):
    admin = await people.plain("admin", admin=True)
    found = await looked(options(admin_token=SecretStr(admin.token)))
    assert "shown to the moderators" in words(found, "admin token", State.OK)
    assert "Lift it with one request" in words(found, "rate limits", State.NOTE)
    path = f"/_synapse/admin/v1/users/{folkmoot.user}/override_ratelimit"
    await admin.call("POST", path, {"messages_per_second": 0, "burst_count": 0})
    found = await looked(options(admin_token=SecretStr(admin.token)))
    assert "lifted for the bot's account" in words(found, "rate limits", State.OK)
    found = await looked(options(admin_token=SecretStr(ada.token)))
    assert "reports cannot be read with it" in words(found, "admin token", State.MEND)
    assert "docs/matrix.md" in words(await looked(options()), "rate limits", State.NOTE)
