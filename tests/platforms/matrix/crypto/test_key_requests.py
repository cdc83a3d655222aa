"""What is asked of the homeserver for keys: as much as is needed, once, and nobody's trouble stops the rest."""

import asyncio

import pytest
from peewee import OperationalError

from bot.errors import Unavailable
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.crypto import device
from tests.platforms.matrix.homeserver.encrypted import EncryptedPerson
from tests.platforms.matrix.homeserver.synapse import PASSWORD, Account


@pytest.fixture
def listened(monkeypatch):
    """Writes down what a run asks for; what `answers` knows by the path's end is answered or raised from there."""

    def to(run, answers=None):
        asked, call = [], run.homeserver.call

        async def heard(method, path, body=None, **named):
            asked.append((path, body))
            made = next((made for end, made in (answers or {}).items() if end in path), None)
            if isinstance(made, Exception):
                raise made
            return made if made is not None else await call(method, path, body, **named)

        monkeypatch.setattr(run.homeserver, "call", heard)
        return asked

    return to


async def _withheld(run, ada, room):
    """A message came, its key did not: gives the event and the answer that will bring the key."""
    event = await ada.say(room, "later")
    answer = await run.sync()
    await run.machine.take({key: value for key, value in answer.items() if key != "to_device"})
    sealed = next(e for e in answer["rooms"]["join"][room]["timeline"]["events"] if e["event_id"] == event)
    return sealed, answer


async def test_a_late_key_is_told_and_asked_for_once(people, bot, account, listened):
    ada = await people.encrypted("ada")
    async with bot() as run:
        room = await ada.create_room(account.user, encrypted=True)
        await run.join(room)
        await run.caught_up()
        sealed, answer = await _withheld(run, ada, room)
        assert run.machine.decrypt(room, sealed) is None
        assert run.machine.decrypt(room, sealed) is None
        asked = listened(run)
        await run.machine.upkeep()
        session = run.machine.session_of(sealed)
        requests = [body for path, body in asked if "m.room_key_request" in path]
        assert [request["messages"][ada.user]["*"]["body"]["session_id"] for request in requests] == [session]
    async with bot() as run:
        assert run.machine.decrypt(room, sealed) is None
        asked = listened(run)
        await run.machine.upkeep()
        assert not [path for path, _ in asked if "m.room_key_request" in path]
        assert (room, session) in run.came | await run.machine.take(answer)
        assert run.machine.decrypt(room, sealed)["content"]["body"] == "later"


async def test_a_key_that_comes_in_time_is_not_asked_for(people, bot, account, listened):
    ada = await people.encrypted("ada")
    async with bot() as run:
        room = await ada.create_room(account.user, encrypted=True)
        await run.join(room)
        await run.caught_up()
        sealed, answer = await _withheld(run, ada, room)
        assert run.machine.decrypt(room, sealed) is None
        asked = listened(run)
        await run.machine.take(answer)
        await run.machine.upkeep()
        assert not [path for path, _ in asked if "m.room_key_request" in path]


async def test_a_flood_of_unknown_sessions_is_asked_for_little_by_little(bot, account, listened):
    async with bot() as run:
        for number in range(2000):
            content = {"algorithm": "m.megolm.v1.aes-sha2", "session_id": f"s{number}", "ciphertext": "x"}
            assert run.machine.decrypt("!room", {"sender": "@eve:test.local", "content": content}) is None
        asked = listened(run, {"sendToDevice": {}})
        await run.machine.upkeep()
        assert 0 < len(asked) < 50


async def test_keys_are_asked_for_however_many_never_came(bot, account, listened, monkeypatch):
    monkeypatch.setattr(device, "_MOST_ASKED", 3)
    async with bot() as run:
        asked = listened(run, {"sendToDevice": {}})
        for number in range(5):
            missed(run, f"s{number}")
            await run.machine.upkeep()
        assert [asked_session(body) for _, body in asked] == ["s0", "s1", "s2", "s3", "s4"]
    async with bot() as run:
        asked = listened(run, {"sendToDevice": {}})
        for number in (4, 3, 2, 0):
            missed(run, f"s{number}")
        await run.machine.upkeep()
        assert [asked_session(body) for _, body in asked] == ["s0"]


async def test_nobody_is_asked_for_a_key_in_the_place_of_who_has_it_nor_for_a_session_that_is_none(bot, listened):
    async with bot() as run:
        missed(run, "s")
        missed(run, "s", sender="@eve:test.local")
        missed(run, "x" * 10_000)
        asked = listened(run, {"sendToDevice": {}})
        await run.machine.upkeep()
        assert [list(body["messages"]) for _, body in asked] == [["@mira:test.local"]]


def missed(run, session, sender="@mira:test.local"):
    content = {"algorithm": "m.megolm.v1.aes-sha2", "session_id": session, "ciphertext": "x"}
    assert run.machine.decrypt("!room", {"sender": sender, "content": content}) is None


def asked_session(body):
    [devices] = body["messages"].values()
    return devices["*"]["body"]["session_id"]


async def test_a_server_that_does_not_answer_is_left_alone_a_while(bot, listened):
    async with bot() as run:
        users = ["@far:away.example", "@near:test.local"]
        answer = {"device_keys": {"@near:test.local": {}}, "failures": {"away.example": {}}}
        asked = listened(run, {"keys/query": answer})
        for _ in range(3):
            await run.sealed("!room:test.local", users, "x")
        assert [sorted(body["device_keys"]) for path, body in asked if "keys/query" in path] == [users]


async def test_trouble_while_asking_for_devices_is_told_and_asked_again(people, bot, account, listened, monkeypatch):
    ada = await people.encrypted("ada")
    async with bot() as run:
        room = await ada.create_room(account.user, encrypted=True)
        await run.join(room)
        with monkeypatch.context() as patch:
            patch.setattr(run.homeserver, "call", _down)
            with pytest.raises(Unavailable):
                await run.sealed(room, [ada.user], "x")
        await run.say(room, [ada.user], "after all")
        await ada.sees(room, "after all")


async def _down(*_, **__):
    raise Unavailable


async def test_new_devices_of_a_known_member_read_what_comes_next(people, bot, account, synapse):
    ada = await people.encrypted("ada")
    async with bot() as run:
        room = await ada.create_room(account.user, encrypted=True)
        await run.join(room)
        await run.say(room, [ada.user], "before")
        _, login = synapse.request(
            "POST",
            "/_matrix/client/v3/login",
            {
                "type": "m.login.password",
                "identifier": {"type": "m.id.user", "user": ada.user},
                "password": PASSWORD,
            },
        )
        second = await people._stack.enter_async_context(
            EncryptedPerson(synapse.url, Account(ada.user, login["access_token"], login["device_id"]))
        )
        await second.caught_up()
        await ada.until(lambda: _learned(run, ada.user, 2), "the second device at the bot")
        await run.say(room, [ada.user], "after")
        assert (await second.sees(room, "after")).encrypted
        await ada.sees(room, "after")


async def _learned(run, user, devices):
    await run.caught_up()
    return len(run.machine._device.devices_of([user])) == devices


async def test_one_time_keys_are_refilled_when_half_of_them_are_gone(bot, listened):
    async with bot() as run:
        device, asked = run.machine._device, listened(run)
        for told, uploads in ((26, 0), (25, 1)):
            device.uploaded_key_count, device.wants_fallback = told, False
            await run.machine.upkeep()
            assert [path for path, _ in asked].count("/_matrix/client/v3/keys/upload") == uploads
        assert asked[-1][1] == {}, "the homeserver knew better: fifty were there"


async def test_own_keys_that_are_there_already_do_not_stop_the_rest(bot, monkeypatch):
    async with bot() as run:
        run.machine._device.uploaded_key_count = 10
        run.machine.decrypt(
            "!r", {"sender": "@a:test.local", "content": {"algorithm": "x", "session_id": "s", "ciphertext": "c"}}
        )
        call, asked = run.homeserver.call, []

        async def there_already(method, path, body=None, **named):
            asked.append(path)
            if path.endswith("keys/upload"):
                if body:
                    raise Refused("M_UNKNOWN", 400)
                return {"one_time_key_counts": {"signed_curve25519": 3}}
            return await call(method, path, body, **named)

        monkeypatch.setattr(run.homeserver, "call", there_already)
        generated = run.machine._device.account.generate_one_time_keys
        counts = []
        monkeypatch.setattr(
            run.machine._device.account,
            "generate_one_time_keys",
            lambda count: (counts.append(count), generated(count)),
        )
        with pytest.raises(Refused):
            await run.machine.upkeep()
        assert counts == [47]
        assert [path for path in asked if "m.room_key_request" in path]
        assert not run.machine._device.account.one_time_keys["curve25519"], "the next ones are others"


async def test_two_rooms_at_once_claim_a_device_once(people, bot, account, listened):
    ada = await people.encrypted("ada")
    async with bot() as run:
        asked = listened(run)
        await asyncio.gather(*(run.sealed(f"!{number}:test.local", [ada.user], "x") for number in range(4)))
        assert sum("keys/claim" in path for path, _ in asked) == 1
        assert sum("keys/query" in path for path, _ in asked) == 1


async def test_a_full_disk_is_passing_trouble(people, bot, account, monkeypatch):
    ada = await people.encrypted("ada")
    async with bot() as run:
        room = await ada.create_room(account.user, encrypted=True)
        await run.join(room)
        store = run.machine._device.store
        with monkeypatch.context() as patch:
            patch.setattr(store, "save_device_keys", _full)
            with pytest.raises(Unavailable):
                await run.sealed(room, [ada.user], "x")
        await run.say(room, [ada.user], "when there is room again")
        await ada.sees(room, "when there is room again")
        run.machine._device.wants_fallback = True
        with monkeypatch.context() as patch:
            patch.setattr(store, "save_account", _full)
            with pytest.raises(Unavailable):
                await run.machine.upkeep()
        await run.machine.upkeep()


async def test_a_key_file_that_cannot_be_read_for_a_while_is_passing_trouble(people, bot, account, monkeypatch):
    ada = await people.encrypted("ada")
    async with bot() as run:
        room = await ada.create_room(account.user, encrypted=True)
        await run.join(room)
        await run.sealed(room, [ada.user], "x")
        with monkeypatch.context() as patch:
            patch.setattr(run.machine._device, "take", _full)
            patch.setattr(run.machine._device.store, "load_account", _full)
            for _ in range(2):
                with pytest.raises(Unavailable):
                    await run.machine.take({"next_batch": "s"})
        assert await run.machine.take({"next_batch": "s"}) == frozenset()
        await run.say(room, [ada.user], "when it can be read again")
        await ada.sees(room, "when it can be read again")


def _full(*_):
    raise OperationalError
