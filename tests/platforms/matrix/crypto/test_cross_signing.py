"""The bot's device is vouched for once, by an identity of its own, and a change by others is told."""

import stat

import pytest
import vodozemac
from nio import Api

from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.crypto.cross_signing import _key_object, _signed
from tests.platforms.matrix.homeserver.synapse import PASSWORD


def _holds(thing, user, key):
    """Whether a published object carries a valid signature of this key."""
    bare = {name: value for name, value in thing.items() if name not in {"signatures", "unsigned"}}
    signature = thing.get("signatures", {}).get(user, {}).get(f"ed25519:{key}")
    if signature is None:
        return False
    vodozemac.Ed25519PublicKey.from_base64(key).verify_signature(
        Api.to_canonical_json(bare).encode(), vodozemac.Ed25519Signature.from_base64(signature)
    )
    return True


async def _published(person, user, device):
    """The device, the account's identity and the key that signs devices, as others see them."""
    answer = await person.call("POST", "/v3/keys/query", {"device_keys": {user: []}})
    master = answer.get("master_keys", {}).get(user)
    signing = answer.get("self_signing_keys", {}).get(user)
    return answer["device_keys"][user][device], master, signing


def _key(thing):
    return next(iter(thing["keys"].values()))


async def _replaced(person):
    """Somebody with the account's password gives it an identity made elsewhere."""
    keys = {usage: vodozemac.Account() for usage in ("master", "self_signing", "user_signing")}
    body = {f"{usage}_key": _key_object(person.user, usage, key) for usage, key in keys.items()}
    for usage in ("self_signing", "user_signing"):
        body[f"{usage}_key"] = _signed(body[f"{usage}_key"], person.user, keys["master"])
    body["auth"] = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": person.user},
        "password": PASSWORD,
    }
    await person.call("POST", "/v3/keys/device_signing/upload", body)
    return keys


def _counting(run, monkeypatch):
    asked = []
    call = run.homeserver.call

    async def counted(method, path, *given, **named):
        asked.append(path)
        return await call(method, path, *given, **named)

    monkeypatch.setattr(run.homeserver, "call", counted)
    return asked


async def test_the_first_start_signs_and_the_second_does_not(people, bot, account, monkeypatch, tmp_path):
    ada = await people.plain("ada")
    async with bot() as run:
        assert run.machine.signed() is True
        device, master, signing = await _published(ada, account.user, run.homeserver.device)
        assert _holds(device, account.user, _key(signing))
        assert _holds(signing, account.user, _key(master))
        assert f"ed25519:{run.homeserver.device}" in device["signatures"][account.user]
    file = tmp_path / "bot" / "cross-signing.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = bot()
    asked = _counting(again, monkeypatch)
    async with again:
        assert again.machine.signed() is True
        await again.caught_up()
        assert not [path for path in asked if "sign" in path]


async def test_a_new_device_of_the_same_identity(people, bot, account, tmp_path):
    ada = await people.plain("ada")
    async with bot() as run:
        first = run.homeserver.device
        _, master, _ = await _published(ada, account.user, first)
    (tmp_path / "bot" / "login.json").unlink()
    async with bot() as run:
        assert run.homeserver.device != first
        assert run.machine.signed() is True
        device, same, signing = await _published(ada, account.user, run.homeserver.device)
        assert _key(same) == _key(master)
        assert _holds(device, account.user, _key(signing))


async def test_an_identity_replaced_while_it_runs_is_told_and_left(people, bot, account):
    owner = await people.of(account)
    async with bot() as run:
        assert run.machine.signed() is True
        keys = await _replaced(owner)

        async def told():
            await run.caught_up()
            return run.machine.signed() is not True

        await owner.until(told, "the change at the bot")
        assert "somebody has replaced" in run.machine.signed()
        _, master, _ = await _published(owner, account.user, run.homeserver.device)
        assert _key(master) == keys["master"].ed25519_key.to_base64()


async def test_an_identity_made_elsewhere_is_asked_to_vouch_and_believed(people, bot, account):
    owner = await people.of(account)
    keys = await _replaced(owner)
    async with bot() as run:
        assert "made elsewhere" in run.machine.signed()
        name = run.homeserver.device
        device, _, _ = await _published(owner, account.user, name)
        bare = {key: value for key, value in device.items() if key not in {"signatures", "unsigned"}}
        signed = _signed(bare, account.user, keys["self_signing"])
        await owner.call("POST", "/v3/keys/signatures/upload", {account.user: {name: signed}})
    async with bot() as run:
        assert run.machine.signed() is True


@pytest.mark.parametrize("flows", [[{"stages": ["m.login.password"]}], [{"stages": ["m.login.sso"]}], "nonsense", None])
@pytest.mark.parametrize("how", ["password", "token"])
async def test_proof_is_given_where_the_homeserver_asks_and_it_can_be(bot, account, monkeypatch, flows, how):
    run = bot() if how == "password" else bot(password=None, token=bot().options.password.__class__(account.token))
    call, proofs = run.homeserver.call, []

    async def strict(method, path, body=None, **named):
        if path.endswith("device_signing/upload") and not proofs:
            if "auth" not in body:
                raise Refused("M_UNKNOWN", 401, {"flows": flows, "session": "session"})
            proofs.append(body["auth"])
            body = {key: value for key, value in body.items() if key != "auth"}
        return await call(method, path, body, **named)

    monkeypatch.setattr(run.homeserver, "call", strict)
    async with run:
        if how == "password" and flows == [{"stages": ["m.login.password"]}]:
            assert run.machine.signed() is True
            assert (proofs[0]["session"], proofs[0]["password"]) == ("session", PASSWORD)
        else:
            assert "proof" in run.machine.signed()
            assert not proofs


async def test_an_unreadable_identity_is_told_and_kept(bot, account, tmp_path):
    async with bot() as run:
        assert run.machine.signed() is True
    (tmp_path / "bot" / "cross-signing.json").write_text("{")
    (tmp_path / "bot" / "login.json").unlink()
    async with bot() as run:
        assert "cannot be read" in run.machine.signed()
        await run.homeserver.call("GET", v3("account", "whoami"))
    assert (tmp_path / "bot" / "cross-signing.json").read_text() == "{"
