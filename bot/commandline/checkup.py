"""What `folkmoot doctor` finds on the chat platforms."""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commandline import discord, matrix
from bot.commandline.aliases import aliases_in, with_ids
from bot.commandline.finding import Finding, mend, note, ok
from bot.config import Config
from bot.domain.ids import ConversationId, MessageId
from bot.errors import ConfigError, StorageError
from bot.platforms.discord.checkup.needed import invite_link
from bot.storage import examine_store
from bot.storage.copies.inspection import inspecting
from bot.storage.file.lock import holder

if TYPE_CHECKING:
    from bot.platforms.found import Found

_TO_SET_RIGHT, _PASSING = 78, 75


def matrix_findings(config: Config, environment: Mapping[str, str], now: datetime) -> Iterator[Finding]:
    """Everything about the account and its rooms; nothing where the bot is not on Matrix."""
    if not config.matrix.is_on:
        return
    try:
        yield from asyncio.run(_on_matrix(config, environment, now))
    except ConfigError as error:
        yield mend("matrix", str(error), error.exit_code)


async def _on_matrix(config: Config, environment: Mapping[str, str], now: datetime) -> list[Finding]:
    from bot.platforms.matrix.checkup.checkup import Checkup  # noqa: PLC0415 - half a second, for those who use it

    path = config.beside(config.store.path).absolute()
    checkup = Checkup(
        matrix.options_of(config, environment),
        aliases=aliases_in(config),
        with_rooms=lambda known: matrix.options_of(with_ids(config, known), environment),
        stored=await _stored(path),
        running=holder(path) is not None,
        now=now,
    )
    return [_finding(found) async for found in checkup.findings()]


def discord_findings(config: Config, environment: Mapping[str, str], now: datetime) -> Iterator[Finding]:
    """Everything about the account, its servers and rooms; nothing where the bot is not on Discord."""
    if not discord.is_on(config):
        yield from _unused(config)
        return
    try:
        yield from asyncio.run(_on_discord(config, environment, now))
    except ConfigError as error:
        yield mend("discord", str(error), error.exit_code)
        yield from _invitation(config)


async def _on_discord(config: Config, environment: Mapping[str, str], now: datetime) -> list[Finding]:
    options = discord.options_of(config, environment)
    from bot.platforms.discord.checkup.checkup import Checkup  # noqa: PLC0415 - for those who use it

    path = config.beside(config.store.path).absolute()
    checkup = Checkup(
        options,
        application=config.discord.application,
        kept={
            ConversationId(room): timedelta(days=community.retention_days)
            for community in config.communities
            for room in (*community.rooms, community.review_room)
            if room is not None
        },
        stored=await _stored(path),
        running=holder(path) is not None,
        now=now,
    )
    return [_finding(found) async for found in checkup.findings()]


def _unused(config: Config) -> Iterator[Finding]:
    if config.discord.application is not None:
        yield note("discord", "no community has a room there: name channels as discord:NUMBER under rooms")
        yield from _invitation(config)


def _invitation(config: Config) -> Iterator[Finding]:
    if config.discord.application is not None:
        yield ok("invite link", invite_link(config.discord.application))


def _finding(found: "Found") -> Finding:
    match found.state.value:
        case "ok":
            return ok(found.subject, found.words)
        case "note":
            return note(found.subject, found.words)
        case "later":
            return mend(found.subject, found.words, _PASSING)
        case _:
            return mend(found.subject, found.words, _TO_SET_RIGHT)


class _Store:
    """The store as the checkup reads it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def known(self, messages: Collection[MessageId]) -> Collection[MessageId]:
        async with inspecting(self._path) as file:
            return await file.known(messages)

    async def undecryptable(self) -> Mapping[ConversationId, int]:
        async with inspecting(self._path) as file:
            return await file.undecryptable()


async def _stored(path: Path) -> _Store | None:
    """None: there is no store that this version can read as it is."""
    try:
        return _Store(path) if await examine_store(path) else None
    except StorageError:
        return None
