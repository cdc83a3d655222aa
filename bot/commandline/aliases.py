"""Rooms that a configuration names by their address on Matrix ("matrix:#square:example.org"), put in by their ids.

The rest of the bot knows ids only. What was looked up is kept beside the keys, so that the next start needs no answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.config import Config
from bot.config.core import Core
from bot.config.lines import Location, line_of
from bot.config.problems import Problem, path_of, problems_of, refusal
from bot.errors import ConfigError, Gone, RateLimited, Unavailable
from bot.log import logger
from bot.platforms.matrix.names import PLATFORM
from bot.platforms.patience import Patience

FOLDER = "matrix"
"""Beside the store: login, encryption keys, room addresses."""

_PREFIX = f"{PLATFORM}:"
_PAIRED = "paired"
"""The setting of a bridge that names rooms without a platform before them. Policy lists stay as they are: an address is
what the bot joins them by, and one that is not there keeps nothing from starting."""

_NO_HOMESERVER = {"M_UNKNOWN", "M_UNRECOGNIZED"}
_NO_HOMESERVER_WORDS = (
    "{address} answers, but is no Matrix homeserver: look at https://SERVER/.well-known/matrix/client of the server in "
    "the bot's user id for the right address"
)

_log = logger("matrix")

Find = Callable[[str], Awaitable[str]]
"""Address to id; raises Gone, Refused, Unavailable, RateLimited."""


def matrix_folder(config: Config) -> Path:
    return config.beside(config.store.path).absolute().parent / FOLDER


def aliases_in(config: Config) -> dict[str, Location]:
    """Each address that stands for a room, to where it stands first."""
    found: dict[str, Location] = {}
    for location, text in _texts(config.core.model_dump(include={"community", "matrix"})):
        if alias := _alias(location, text):
            found.setdefault(alias, location)
    for location, text in _texts(config.cog_tables):
        if alias := _alias(location, text):
            found.setdefault(alias, location)
    return found


def with_ids(config: Config, known: Mapping[str, str]) -> Config:
    """The same with ids for the addresses that are known.

    Raises:
        ConfigError: two of them are one room.
    """
    tables = _put(config.core.model_dump(), known)
    try:
        core = Core.model_validate(tables)
    except ValidationError as error:
        raise refusal(config.path, problems_of(error, Core, config.lines)) from None
    return replace(config, core=core, cog_tables=_put(config.cog_tables, known))


async def settled(config: Config) -> Config:
    """The configuration with ids for all addresses, looked up where no earlier run did; waits for the homeserver.

    Raises:
        ConfigError: there is no such room.
    """
    wanted = aliases_in(config)
    if not config.matrix.is_on or not wanted:
        return config
    from bot.platforms.matrix.connection.aliases import AliasFile, look_up  # noqa: PLC0415 - for those who use it
    from bot.platforms.matrix.connection.asking import asking  # noqa: PLC0415 - likewise

    file = AliasFile(matrix_folder(config))
    known = file.known()
    missing = [alias for alias in wanted if alias not in known]
    if missing:
        async with asking(config.matrix.homeserver or "") as homeserver:
            found = await found_all(config, missing, lambda alias: look_up(homeserver, alias))
        await asyncio.to_thread(file.keep, found)
        known |= found
    return with_ids(config, known)


async def found_all(
    config: Config, aliases: Iterable[str], find: Find, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> dict[str, str]:
    """Address to id, asked as often as it takes.

    Raises:
        ConfigError: there are no rooms with some of the addresses, all of which are named; or no homeserver answers.
    """
    from bot.platforms.matrix.connection.refusals import Refused  # noqa: PLC0415 - for those who use it

    where = aliases_in(config)
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for alias in aliases:
        patience = Patience()
        while alias not in found:
            try:
                found[alias] = await find(alias)
            except (Gone, Refused) as error:
                if isinstance(error, Refused) and error.errcode in _NO_HOMESERVER:
                    raise ConfigError(_NO_HOMESERVER_WORDS.format(address=config.matrix.homeserver)) from error
                problems.append(_unknown(config, where[alias], alias, error))
                break
            except (Unavailable, RateLimited) as error:
                seconds = patience.after(error)
                _log.warning(
                    f"cannot look up a room's address: {error}; trying again", room=alias, seconds=round(seconds)
                )
                await pause(seconds)
    if problems:
        raise refusal(config.path, problems)
    return found


def _unknown(config: Config, location: Location, alias: str, error: ConfigError | Exception) -> Problem:
    why = "" if isinstance(error, Gone) else f" ({error})"
    what = (
        f"there is no room {alias!r} on Matrix{why}: in Element its settings show the address under General, "
        "Room Addresses; a room without one is named by its id, shown under Advanced"
    )
    return Problem(path_of(location), what, line_of(config.lines, location))


def _texts(value: Any, inside: Location = ()) -> Iterator[tuple[Location, str]]:
    if isinstance(value, str):
        yield inside, value
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _texts(one, (*inside, name))
    elif isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from _texts(one, (*inside, place))


def _alias(location: Location, text: str) -> str | None:
    """The address that a setting is, if it is one."""
    if text.startswith(f"{_PREFIX}#"):
        return text.removeprefix(_PREFIX)
    return text if text.startswith("#") and location[:2] == ("matrix", "bridge") and _PAIRED in location else None


def _put(value: Any, known: Mapping[str, str], inside: Location = ()) -> Any:
    if isinstance(value, str):
        alias = _alias(inside, value)
        if alias is None or alias not in known:
            return value
        return f"{_PREFIX}{known[alias]}" if value.startswith(_PREFIX) else known[alias]
    if isinstance(value, Mapping):
        return {name: _put(one, known, (*inside, name)) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_put(one, known, (*inside, place)) for place, one in enumerate(value)]
    return value
