"""The bot's encryption keys as the homeserver knows them, beside those that lie in its folder."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.platforms.found import Found, mend, note, ok
from bot.platforms.matrix.connection.asking import Asking
from bot.platforms.matrix.connection.paths import v3


@dataclass(frozen=True, slots=True)
class Published:
    """What everybody can know of the account's devices.

    Attributes:
        devices: those that can encrypt, with the key by which people tell them.
        signed: of these, the ones that the account's own identity vouches for.
        identity: whether the account has one (cross-signing).
    """

    devices: Mapping[str, str] = field(default_factory=dict)
    signed: frozenset[str] = frozenset()
    identity: bool = False


async def ask_keys(homeserver: Asking, user: str) -> Published:
    """Raises as `Asking.ask`."""
    return published(await homeserver.ask("POST", v3("keys", "query"), {"device_keys": {user: []}}), user)


def published(answer: Mapping[str, Any], user: str) -> Published:
    devices = _inside(answer, "device_keys", user)
    vouching = {name for name in _inside(answer, "self_signing_keys", user, "keys") if isinstance(name, str)}
    return Published(
        {name: _fingerprint(name, keys) for name, keys in devices.items()},
        frozenset(name for name, keys in devices.items() if vouching & set(_inside(keys, "signatures", user))),
        bool(_inside(answer, "master_keys", user, "keys")),
    )


def _fingerprint(device: str, keys: Any) -> str:
    value = _inside(keys, "keys").get(f"ed25519:{device}")
    return value if isinstance(value, str) and value.isprintable() else "unknown"


def keys_stored(folder: Path, device: str | None) -> bool:
    """Whether a device's keys lie there; the file itself is the running bot's alone and is not opened."""
    return device is not None and (folder / f"keys-{quote(device, safe='')}.db").exists()


def _inside(value: Any, *path: str) -> Mapping[str, Any]:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def keys_found(keys: Published, device: str | None, *, stored: bool) -> Iterator[Found]:
    """`device`: of the bot's login, None before the first start; `stored`: whether its keys lie in the folder."""
    if device is None or (device not in keys.devices and not stored):
        yield note("encryption", "the bot's keys are made at its first start")
        return
    if device not in keys.devices:
        yield note(
            "encryption",
            f"the keys of device {device} are not on the homeserver yet: the bot uploads them when it runs",
        )
        return
    if not stored:
        yield mend(
            "encryption",
            f"the keys of device {device} are lost: the homeserver knows them, the folder does not hold them. Put the "
            "folder back from the newest copy there is; docs/matrix.md says how else the bot becomes a new device",
        )
        return
    yield ok("encryption", f"the keys of device {device} are here and on the homeserver")
    if device in keys.signed:
        yield ok("cross-signing", "the account's own identity vouches for the bot's device")
    elif keys.identity:
        yield note(
            "cross-signing",
            "the account has an identity that does not vouch for the bot's device: it was made elsewhere, in Element "
            "for instance. Clients that exclude unverified devices keep messages from the bot. Verify session "
            f"{device}, key {keys.devices[device]}, with the client that made it: see docs/matrix.md",
        )
    else:
        yield note(
            "cross-signing",
            "the account has no identity yet: the bot makes one when it runs, if the homeserver lets it. Until then "
            "clients that exclude unverified devices keep their messages from it",
        )
