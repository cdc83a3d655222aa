"""Telling Discord which commands there are: only when they changed, in all servers or in chosen ones."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from bot.errors import Forbidden, PlatformError, RateLimited, StorageError, Unavailable
from bot.log import logger
from bot.platforms.discord.connection.connection import Connection
from bot.platforms.discord.interactions.declared import Declared, offer
from bot.platforms.discord.interactions.taking import Tree
from bot.platforms.discord.options import Options
from bot.platforms.patience import Patience
from bot.ports.clock import Clock
from bot.ports.core import Core
from bot.ports.platform import Note

_log = logger("discord")

SCOPE = "commands"
"""Of the notes in which it is kept what Discord was told."""

EVERYWHERE = 0
"""The target that is no server: all of them, and direct messages."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one target was told last, and what Discord said it has then: both as digests."""

    sent: str
    has: str


class Syncing:
    """Goes by what Discord has, too: another installation of the bot may have told it something else."""

    def __init__(self, options: Options, connection: Connection, core: Core, clock: Clock) -> None:
        self._options = options
        self._connection = connection
        self._core = core
        self._clock = clock
        self._tree: Tree | None = None
        self._complained: set[tuple[int, str]] = set()

    def use(self, tree: Tree) -> None:
        """The tree of the newest client."""
        self._tree = tree

    async def run(self) -> None:
        """From the first table on, for every change of it, until cancelled."""
        await self._connection.connected()
        revision = 0
        while True:
            revision = await self._core.commands.newer_than(revision)
            patience = Patience()
            while (trouble := await self._tried()) is not None:
                pause = patience.after(trouble)
                _log.warning("Discord is told later which commands there are", error=str(trouble), pause=pause)
                await self._clock.sleep(pause)

    async def _tried(self) -> PlatformError | StorageError | None:
        """A store in trouble is waited for, too: the reading of messages never ends by it."""
        try:
            return await self._brought_up_to_date()
        except StorageError as error:
            return error

    async def _brought_up_to_date(self) -> PlatformError | None:
        """All targets; the last trouble that may pass. What cannot work is said once and left until the next change."""
        offered = offer(self._core.commands.all())
        if offered.left_out:
            self._complain(EVERYWHERE, "there is no room on Discord for these commands", ", ".join(offered.left_out))
        trouble: PlatformError | None = None
        for target, commands in (await self._targets(offered.commands)).items():
            try:
                await self._bring(target, commands)
            except (Unavailable, RateLimited) as error:
                trouble = error
            except Forbidden:
                self._complain(target, _UNINVITED, "applications.commands")
            except PlatformError as error:
                self._complain(target, "Discord does not take the bot's commands", str(error))
        return trouble

    async def _targets(self, commands: tuple[Declared, ...]) -> dict[int, tuple[Declared, ...]]:
        """What each is to have; where commands no longer belong they are taken back, so that none shows twice."""
        chosen = self._options.command_servers
        earlier = [int(rest) for note in await self._core.notes.all(SCOPE) if (rest := self._target_of(note.id))]
        wanted: dict[int, tuple[Declared, ...]] = {server: () for server in earlier if server not in chosen}
        wanted[EVERYWHERE] = () if chosen else commands
        return wanted | dict.fromkeys(chosen, commands)

    async def _bring(self, target: int, commands: Sequence[Declared]) -> None:
        """Raises PlatformErrors as `Connection.asking`."""
        tree, server = self._current(), discord.Object(target) if target else None
        tree.clear_commands(guild=server)
        for command in commands:
            tree.add_command(command, guild=server)
        sent = digest([command.to_dict(tree) for command in commands])
        told = await self._told(target)
        where = f"the server {target}" if target else "all servers"
        async with self._connection.asking("offer commands", where, "applications.commands"):
            if told is not None and told.sent == sent:
                if told.has == what_it_has(await tree.fetch_commands(guild=server)):
                    return
            elif told is None and not commands and not await tree.fetch_commands(guild=server):
                await self._note(target, Told(sent, what_it_has(())))
                return
            has = await tree.sync(guild=server)
        await self._note(target, Told(sent, what_it_has(has)))
        self._complained = {(where, what) for where, what in self._complained if where != target}
        _log.info("Discord knows the commands", server=target or None, commands=len(has))

    def _current(self) -> Tree:
        if self._tree is None or self._tree.client.is_closed():
            raise Unavailable("not connected to Discord")
        return self._tree

    # --- what was told ------------------------------------------------------------------------------------------------

    async def _told(self, target: int) -> Told | None:
        note = await self._core.notes.get(SCOPE, self._id(target))
        match json.loads(note.text) if note is not None and note.text else None:
            case {"sent": str(sent), "has": str(has)}:
                return Told(sent, has)
        return None

    async def _note(self, target: int, told: Told) -> None:
        text = json.dumps({"sent": told.sent, "has": told.has})
        is_over = target != EVERYWHERE and target not in self._options.command_servers
        await self._core.notes.write([Note(SCOPE, self._id(target), None if is_over else text)])

    def _id(self, target: int) -> str:
        return f"{self._connection.application}/{target or 'all'}"

    def _target_of(self, note: str) -> str:
        """The server's number in a note of this application; nothing for "all" and for another application's."""
        application, _, target = note.partition("/")
        return target if application == str(self._connection.application) and target.isdecimal() else ""

    def _complain(self, target: int, what: str, details: str) -> None:
        if (target, what) not in self._complained:
            self._complained.add((target, what))
            _log.error(what, server=target or None, details=details)


_UNINVITED = (
    "the bot may not offer slash commands there: invite it again with the link that `folkmoot doctor` gives; "
    "commands in messages work meanwhile"
)


def digest(payload: object) -> str:
    """Of what is told, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True, default=str).encode()).hexdigest()


def what_it_has(commands: "Collection[app_commands.AppCommand]") -> str:
    """A digest of the commands that Discord has, as far as they were told to it."""
    return digest(sorted((_shape(command) for command in commands), key=str))


def _shape(command: "app_commands.AppCommand") -> dict[str, Any]:
    """Ids and versions change with every telling."""
    contexts, permissions = command.allowed_contexts, command.default_member_permissions
    return {
        "name": command.name,
        "kind": command.type.value,
        "description": command.description,
        "options": [option.to_dict() for option in command.options],
        "permissions": permissions.value if permissions is not None else None,
        "contexts": contexts.to_array() if contexts is not None else None,
    }
