"""Keys on a real homeserver: read and be read, over restarts and deaths, by those in the room and nobody else."""

import asyncio

import pytest

VERSIONS = ["11", "12"]


@pytest.mark.parametrize("version", VERSIONS)
async def test_both_ways_over_a_restart(people, bot, account, version):
    ada = await people.encrypted("ada")
    async with bot() as first:
        room = await ada.create_room(account.user, version=version, encrypted=True)
        await first.join(room)
        question = await ada.say(room, "to the bot")
        assert await first.reads_of(ada, question) == "to the bot"
        await first.say(room, [ada.user, account.user], "to ada")
        assert (await ada.sees(room, "to ada")).encrypted
    missed = await ada.say(room, "while it was away", thread=question)
    async with bot() as second:
        assert await second.reads_of(ada, missed) == "while it was away"
        clear = second.reads(missed)
        assert (clear["sender"], clear["content"]["m.relates_to"]["event_id"]) == (ada.user, question)
        await second.say(room, [ada.user], "back")
        await ada.sees(room, "back")


async def test_a_death_between_keys_and_batch_loses_no_key(people, bot, account):
    ada = await people.encrypted("ada")
    async with bot() as first:
        room = await ada.create_room(account.user, encrypted=True)
        await first.join(room)
        await first.caught_up()
        said = await ada.say(room, "one")
        answer = await first.sync()
        keys = await first.machine.take(answer)
        assert {key[0] for key in keys} == {room}
        since = first.since
    async with bot() as second:
        second.since = since
        assert await second.machine.take(answer) == keys
        assert await second.reads_of(ada, said) == "one"
        assert not second.machine._device.wedged_devices


async def test_a_transaction_that_fails_takes_nothing_and_is_taken_again(people, bot, account, monkeypatch):
    ada = await people.encrypted("ada")
    async with bot() as first:
        room = await ada.create_room(account.user, encrypted=True)
        await first.join(room)
        await first.caught_up()
        said = await ada.say(room, "one")
        answer = await first.sync()
        with monkeypatch.context() as patch:
            patch.setattr(type(first.machine._device.store), "forget_old", _full)
            with pytest.raises(OSError):
                await first.machine.take(answer)
        assert {key[0] for key in await first.machine.take(answer)} == {room}
        assert await first.reads_of(ada, said) == "one"


def _full(_):
    raise OSError


async def test_who_leaves_and_who_comes(people, bot, account):
    ada, ben = await people.encrypted("ada"), await people.encrypted("ben")
    async with bot() as run:
        room = await ada.create_room(account.user, ben.user, encrypted=True)
        await run.join(room)
        await ben.join(room)
        await run.say(room, [ada.user, ben.user], "to both")
        await ben.sees(room, "to both")
        session = (await run.sealed(room, [ada.user, ben.user], "x"))["session_id"]
        alone = await run.sealed(room, [ada.user], "without ben")
        assert alone["session_id"] != session
        assert (await run.sealed(room, [ada.user, ben.user], "again"))["session_id"] == alone["session_id"]
        run.machine.people_changed(room)
        assert (await run.sealed(room, [ada.user, ben.user], "anew"))["session_id"] != alone["session_id"]


async def test_posts_at_once_share_one_session_and_are_all_read(people, bot, account):
    ada = await people.encrypted("ada")
    async with bot() as run:
        room = await ada.create_room(account.user, encrypted=True)
        await run.join(room)
        await asyncio.gather(*(run.say(room, [ada.user], f"post {number}") for number in range(5)))
        for number in range(5):
            assert (await ada.sees(room, f"post {number}")).encrypted
        assert len({run.machine.session_of(event) for _, event in run.seen.values()}) <= 1


async def test_a_device_without_keys_to_give_is_asked_once(people, bot, account, synapse, monkeypatch):
    ada = await people.encrypted("ada")
    async with bot() as run:
        room = await ada.create_room(account.user, encrypted=True)
        await run.join(room)
        await run.caught_up()
        asked = []
        call = run.homeserver.call

        async def counted(method, path, *given, **named):
            asked.append(path)
            if path.endswith("/keys/claim"):
                return {"one_time_keys": {}}
            return await call(method, path, *given, **named)

        monkeypatch.setattr(run.homeserver, "call", counted)
        await run.sealed(room, [ada.user], "one")
        await run.sealed(room, [ada.user], "two")
        assert sum(path.endswith("/keys/claim") for path in asked) == 1


async def test_what_another_says_with_a_members_key_is_not_theirs(people, bot, account):
    ada, ben = await people.encrypted("ada"), await people.encrypted("ben")
    async with bot() as run:
        room = await ada.create_room(account.user, ben.user, encrypted=True)
        await run.join(room)
        await ben.join(room)
        said = await ada.say(room, "mine")
        assert await run.reads_of(ada, said) == "mine"
        _, sealed = run.seen[said]
        assert run.machine.decrypt(room, sealed | {"sender": ben.user, "event_id": "$other"}) is None
        assert run.machine.decrypt(room, sealed | {"event_id": "$again"}) is None
        without = {key: value for key, value in sealed["content"].items() if key not in {"sender_key", "device_id"}}
        assert run.machine.decrypt(room, sealed | {"content": without})["content"]["body"] == "mine"


async def test_a_session_that_broke_is_begun_anew(people, bot, account):
    """As after the key file was put back from an old copy: what comes through the old session cannot be opened."""
    ada = await people.encrypted("ada")
    async with bot() as run:
        room = await ada.create_room(account.user, encrypted=True)
        await run.join(room)
        await run.say(room, [ada.user], "hello")
        await ada.sees(room, "hello")
        assert await run.reads_of(ada, await ada.say(room, "one")) == "one"
        device = run.machine._device
        device._unwedging_interval *= 0
        (known,) = device.devices_of([ada.user])
        device.session_store[known.curve25519].clear()
        ada._client.invalidate_outbound_session(room)
        assert await run.reads_of(ada, await ada.say(room, "two")) is None
        await ada.caught_up()
        ada._client.invalidate_outbound_session(room)
        assert await run.reads_of(ada, await ada.say(room, "three")) == "three"


async def test_whoever_keeps_keys_from_the_bot_is_told_to_the_operator_by_reason(bot, caplog):
    async with bot() as run:
        for reason in ("m.unverified", "m.unverified", "words of a stranger", 5, None):
            event = {"type": "m.room_key.withheld", "sender": "@a:test.local", "content": {"code": reason}}
            await run.machine.take({"to_device": {"events": [event]}})
        reasons = [str(record.msg) for record in caplog.records if "keeps the keys" in str(record.msg)]
        assert len(reasons) == 2
        assert "m.unverified" in reasons[0]
        assert "stranger" not in reasons[1]
