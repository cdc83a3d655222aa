"""The login that the bot keeps between its runs, so that it comes back as the same device with the same keys."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot import log
from bot.errors import ConfigError
from bot.platforms.matrix.connection.private import close_to_others, private_folder, write_private

_NAME = "login.json"


@dataclass(frozen=True, slots=True)
class Login:
    """A device of an account.

    Attributes:
        token: None before the first login and after the homeserver forgot it.
        refresh: gives a new token when this one runs out; None: it does not run out.
    """

    user: str
    device: str
    token: SecretStr | None = None
    refresh: SecretStr | None = None


class LoginFile:
    """`login.json` in the platform's folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / _NAME

    def read(self) -> Login | None:
        """The login of an earlier run; None: there was none.

        Raises:
            ConfigError: the file is there and makes no sense.
        """
        try:
            private_folder(self.path.parent)
            close_to_others(self.path)
            kept = json.loads(self.path.read_bytes())
            return Login(
                user=_text(kept["user"]),
                device=_text(kept["device"]),
                token=_secret(kept.get("access_token")),
                refresh=_secret(kept.get("refresh_token")),
            )
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError(
                f"{self.path} cannot be read as the bot's login: put it back from a copy, or remove it, and the bot "
                "logs in as a new device, which cannot read encrypted messages sent before"
            ) from error

    def write(self, login: Login) -> None:
        kept = {
            "user": login.user,
            "device": login.device,
            "access_token": _plain(login.token),
            "refresh_token": _plain(login.refresh),
        }
        write_private(self.path, json.dumps(kept).encode())


def known_secret(value: str) -> SecretStr:
    """A secret that was given to the bot: from now on the log masks it."""
    log.keep_secret(value)
    return SecretStr(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _secret(value: Any) -> SecretStr | None:
    return None if value is None else known_secret(_text(value))


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
