"""Secrets: from the environment or a file, never from the configuration file, never shown."""

import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from stat import S_IRWXG, S_IRWXO

from pydantic import SecretStr

from bot.errors import ConfigError
from bot.log import keep_secret, logger

_NAMED = frozenset(
    {"token", "password", "passwords", "passwd", "passphrase", "secret", "secrets", "credential", "credentials"}
    | {"apikey"}
)
_WORDS = frozenset({"password", "passphrase"})
"""What people make up themselves, and with spaces."""
_TOKEN = "token"  # noqa: S105 - the word
_BEFORE_A_TOKEN = re.compile(r"\A(?:Bot|Bearer)(?:\s{1,9}|\Z)", re.IGNORECASE)
_KEYS = frozenset({("api", "key"), ("access", "key"), ("private", "key"), ("secret", "key"), ("signing", "key")})

_log = logger("config")


def is_secret(name: str) -> bool:
    """Whether a setting of this name would hold a secret: "token", "api-key", "smtpPassword"."""
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z\d]{1,80}|[A-Z]{1,80}", name[:200])]
    return not _NAMED.isdisjoint(words) or not _KEYS.isdisjoint(pairwise(words))


def secret(name: str, environment: Mapping[str, str]) -> SecretStr:
    """The secret `name` ("discord_token"): FOLKMOOT_DISCORD_TOKEN, or the file that FOLKMOOT_DISCORD_TOKEN_FILE names.

    White space around it (the newline that editors leave) is not part of it, and inside it there is none but the spaces
    of a password; nor are quotation marks around a token, or the word that requests carry before it ("Bot abc"). Its
    repr shows stars, and so does the log from now on. A file that others than its owner may open is warned of.

    Raises:
        ConfigError: it is given nowhere, given twice, empty, of several lines, or its file cannot be read.
    """
    variable = f"FOLKMOOT_{name.upper()}"
    file_variable = f"{variable}_FILE"
    if variable in environment and file_variable in environment:
        raise ConfigError(f"Both {variable} and {file_variable} are set; unset one of them.")
    if variable in environment:
        return _single_line(environment[variable], variable, name)
    if file_variable in environment:
        return _single_line(_read(Path(environment[file_variable]), file_variable), environment[file_variable], name)
    raise ConfigError(f"Set {variable}, or {file_variable} to the path of a file that holds it.")


def _read(path: Path, variable: str) -> str:
    try:
        if path.stat().st_mode & (S_IRWXG | S_IRWXO):
            _log.warning("others may open the file of a secret: chmod 600 it", variable=variable, path=path)
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:  # its own words would quote the secret
        raise ConfigError(f"{variable}: {path} is not UTF-8 text.") from None
    except OSError as error:
        raise ConfigError(f"{variable}: {path} cannot be read: {error.strerror}.") from error


def _single_line(text: str, source: str, name: str) -> SecretStr:
    words = name.split("_")
    value = text.strip()
    if words[-1] == _TOKEN:
        value = _BEFORE_A_TOKEN.sub("", value.strip("\"'").strip())
    if not value:
        raise ConfigError(f"{source} is empty.")
    allowed = {" "} if not _WORDS.isdisjoint(words) else set()
    if any(character.isspace() and character not in allowed for character in value):
        raise ConfigError(f"{source} holds white space inside the secret; it must hold the secret and nothing else.")
    keep_secret(value)
    return SecretStr(value)
