"""Opening the keys of the bot's device, or making them: never new ones where the homeserver knows others."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from peewee import OperationalError, PeeweeException

from bot.errors import ConfigError
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.connection.private import close_to_others, private_folder
from bot.platforms.matrix.crypto.device import Device
from bot.platforms.matrix.crypto.key_file import KeyFile

_PICKLE_KEY = "folkmoot"
"""No secret: the file's permissions keep the keys."""


async def open_device(homeserver: Homeserver, folder: Path) -> Device:
    """The device of this login.

    Raises:
        ConfigError: its keys are lost, damaged or in use; the words say what to do.
        Others as of `Homeserver.call`.
    """
    user, device = homeserver.user, homeserver.device
    file = private_folder(folder) / f"keys-{quote(device, safe='')}.db"
    published = await _published(homeserver)
    if published is not None and not file.exists():
        raise ConfigError(
            f"{file} is missing, and with it the encryption keys of the bot's device {device}. {_way_out(folder)}"
        )
    store = _opened_file(user, device, file, folder)
    try:
        _require_sound(store, file, folder)
        if published is not None and store.load_account() is None:
            raise ConfigError(f"{file} holds no keys of the bot's device {device}. {_way_out(folder)}")  # noqa: TRY301
        opened = Device(user, device, store)
    except ConfigError:
        store.database.close()
        raise
    except (PeeweeException, ValueError, TypeError, AssertionError) as error:
        store.database.close()
        raise ConfigError(f"{file} is damaged: the encryption keys in it cannot be read. {_way_out(folder)}") from error
    if published is None:
        opened.account.shared = False
    elif published != _named(opened.identity, device):
        store.database.close()
        raise ConfigError(
            f"{file} holds other encryption keys than the homeserver knows of the bot's device {device}. "
            f"{_way_out(folder)}"
        )
    return opened


def _opened_file(user: str, device: str, file: Path, folder: Path) -> KeyFile:
    try:
        file.touch(mode=0o600, exist_ok=True)
        close_to_others(file)
        store = KeyFile(user, device, str(file.parent), _PICKLE_KEY, file.name)
    except OperationalError as error:
        if "locked" in str(error):
            raise ConfigError(f"{file} is in use: another bot runs with this login") from error
        raise ConfigError(f"{file} cannot be opened: look at its owner and permissions") from error
    except OSError as error:
        raise ConfigError(f"{file} cannot be opened: {error.strerror}") from error
    except PeeweeException as error:
        raise ConfigError(f"{file} is damaged: it is no file of encryption keys. {_way_out(folder)}") from error
    return store


def _require_sound(store: KeyFile, file: Path, folder: Path) -> None:
    if not store.is_sound():
        raise ConfigError(f"{file} is damaged. {_way_out(folder)}")


def _way_out(folder: Path) -> str:
    return (
        "Put the file back from a copy made since the bot was last stopped. If there is none, begin with a new device: "
        f"log this one out, then remove {folder / 'login.json'}, or, with a token, make a new one by logging in. "
        "Encrypted messages from before stay unreadable for the bot; what it stored already it keeps"
    )


async def _published(homeserver: Homeserver) -> Mapping[str, Any] | None:
    """This device's keys as the homeserver hands them out; None: it has none."""
    answer = await homeserver.call("POST", v3("keys", "query"), {"device_keys": {homeserver.user: []}})
    found: Any = answer
    for step in ("device_keys", homeserver.user, homeserver.device, "keys"):
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _named(identity: Mapping[str, str], device: str) -> dict[str, str]:
    return {f"{algorithm}:{device}": key for algorithm, key in identity.items()}
