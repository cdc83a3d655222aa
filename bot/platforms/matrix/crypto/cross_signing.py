"""The bot's own cross-signing identity: it vouches for its device, so that clients which ask for that share keys.

Without it, clients set to leave out devices that nobody vouches for (MSC4153) keep their messages from the bot.
Source: Matrix specification 1.16, client-server API, cross-signing.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import vodozemac
from nio import Api
from pydantic import SecretStr

from bot.errors import Gone
from bot.log import logger
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.connection.private import close_to_others, write_private
from bot.platforms.matrix.connection.refusals import Refused

_USAGES = ("master", "self_signing", "user_signing")
_PICKLE_KEY = b"folkmoot, cross-signing identity"
"""No secret: the file's permissions keep the keys."""

_log = logger("matrix")


class _CannotSign(Exception):
    """Why not, for the operator."""


class CrossSigning:
    """Signs the bot's device once; a change by somebody else is told, not fought."""

    def __init__(self, homeserver: Homeserver, folder: Path, password: SecretStr | None) -> None:
        self._homeserver, self._password = homeserver, password
        self._file = folder / "cross-signing.json"
        self._told: str | None = None
        self.outcome: bool | str = "not tried yet"

    async def sign(self) -> None:
        """See to it that the device is signed; `outcome` is True or says why it is not. Keys must be uploaded.

        Raises:
            Unavailable, RateLimited: try again later.
        """
        try:
            await self._sign()
            self.outcome = True
        except _CannotSign as error:
            self.outcome = str(error)
        except (Refused, Gone) as error:
            self.outcome = f"the homeserver does not let the bot sign its device: {error}"
        if isinstance(self.outcome, str) and self.outcome != self._told:
            self._told = self.outcome
            _log.warning("the bot's device is not cross-signed: some may keep messages from it", reason=self.outcome)

    async def _sign(self) -> None:
        user, device = self._homeserver.user, self._homeserver.device
        answer = await self._homeserver.call("POST", v3("keys", "query"), {"device_keys": {user: []}})
        published = _at(answer, "device_keys", user, device)
        if published is None:
            raise _CannotSign("the homeserver does not know the device's keys yet")
        master, signing = (_key_in(_at(answer, kind, user)) for kind in ("master_keys", "self_signing_keys"))
        if signing is not None and _is_signed(published, user, signing):
            return
        keys = self._read()
        if master is None:
            keys = keys or self._made()
            await self._publish(keys)
        elif keys is None:
            raise _CannotSign(
                "the bot's account has a cross-signing identity that was made elsewhere: verify the bot's device "
                f"{device} with the client that made it"
            )
        elif master != _public(keys["master"]) or signing != _public(keys["self_signing"]):
            raise _CannotSign(
                "somebody has replaced the cross-signing identity of the bot's account: if that was you, verify the "
                f"bot's device {device} with the client that did; if not, change the account's password"
            )
        await self._upload_signature(published, keys["self_signing"])

    async def _publish(self, keys: Mapping[str, vodozemac.Account]) -> None:
        user = self._homeserver.user
        body: dict[str, Any] = {f"{usage}_key": _key_object(user, usage, keys[usage]) for usage in _USAGES}
        for usage in _USAGES[1:]:
            body[f"{usage}_key"] = _signed(body[f"{usage}_key"], user, keys["master"])
        path = v3("keys", "device_signing", "upload")
        try:
            await self._homeserver.call("POST", path, body)
        except Refused as error:
            if error.status != 401:  # noqa: PLR2004 - HTTP's own number
                raise
            await self._homeserver.call("POST", path, {**body, "auth": self._proof(error.answer)})

    def _proof(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Of who the bot is, where the homeserver wants to know again."""
        flows = asked.get("flows")
        stages = [flow.get("stages") for flow in flows if isinstance(flow, dict)] if isinstance(flows, list) else []
        if self._password is None or ["m.login.password"] not in stages:
            raise _CannotSign(
                "the homeserver wants proof that only the account's owner has: log in to the bot's account with a "
                "client, set up cross-signing there, and verify the bot's device; or let the bot log in by password"
            )
        return {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": self._homeserver.user},
            "password": self._password.get_secret_value(),
            "session": asked.get("session"),
        }

    async def _upload_signature(self, published: Mapping[str, Any], key: vodozemac.Account) -> None:
        user, device = self._homeserver.user, self._homeserver.device
        bare = {name: value for name, value in published.items() if name not in {"signatures", "unsigned"}}
        answer = await self._homeserver.call(
            "POST", v3("keys", "signatures", "upload"), {user: {device: _signed(bare, user, key)}}
        )
        if answer.get("failures"):
            raise _CannotSign("the homeserver did not take the signature of the bot's device")

    # --- the identity -------------------------------------------------------------------------------------------

    def _made(self) -> dict[str, vodozemac.Account]:
        """A new identity, kept before anybody hears of it. Its keys are those of three devices that never speak."""
        keys = {usage: vodozemac.Account() for usage in _USAGES}
        kept = {usage: key.pickle(_PICKLE_KEY) for usage, key in keys.items()}
        write_private(self._file, json.dumps({"user": self._homeserver.user, **kept}).encode())
        return keys

    def _read(self) -> dict[str, vodozemac.Account] | None:
        try:
            close_to_others(self._file)
            kept = json.loads(self._file.read_bytes())
            if kept["user"] != self._homeserver.user:
                return None
            return {usage: vodozemac.Account.from_pickle(kept[usage], _PICKLE_KEY) for usage in _USAGES}
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _CannotSign(
                f"{self._file} cannot be read: put it back from a copy, or remove it and set up cross-signing for the "
                "bot's account with a client"
            ) from error


def _public(key: vodozemac.Account) -> str:
    return key.ed25519_key.to_base64()


def _key_object(user: str, usage: str, key: vodozemac.Account) -> dict[str, Any]:
    public = _public(key)
    return {"user_id": user, "usage": [usage], "keys": {f"ed25519:{public}": public}}


def _signed(thing: Mapping[str, Any], user: str, key: vodozemac.Account) -> dict[str, Any]:
    signature = key.sign(_canonical(thing)).to_base64()
    return {**thing, "signatures": {user: {f"ed25519:{_public(key)}": signature}}}


def _canonical(thing: Mapping[str, Any]) -> bytes:
    bare = {name: value for name, value in thing.items() if name not in {"signatures", "unsigned"}}
    return str(Api.to_canonical_json(bare)).encode()


def _is_signed(thing: Mapping[str, Any], user: str, public: str) -> bool:
    try:
        signature = vodozemac.Ed25519Signature.from_base64(thing["signatures"][user][f"ed25519:{public}"])
        vodozemac.Ed25519PublicKey.from_base64(public).verify_signature(_canonical(thing), signature)
    except (ValueError, KeyError, TypeError):
        return False
    return True


def _at(answer: Any, *steps: str) -> dict[str, Any] | None:
    for step in steps:
        answer = answer.get(step) if isinstance(answer, dict) else None
    return answer if isinstance(answer, dict) else None


def _key_in(thing: Mapping[str, Any] | None) -> str | None:
    """The one public key in a published object."""
    keys = (thing or {}).get("keys")
    key = next(iter(keys.values()), None) if isinstance(keys, dict) else None
    return key if isinstance(key, str) else None
