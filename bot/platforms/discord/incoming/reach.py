"""Which rooms the bot can see: a room that it no longer sees is told once, also over a restart."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import discord

from bot.domain.conversation import Conversation
from bot.domain.event import AccessLost
from bot.domain.ids import ConversationId
from bot.log import logger
from bot.platforms.discord import names
from bot.platforms.discord.options import Options
from bot.platforms.discord.servers.servers import Servers
from bot.ports.clock import Clock
from bot.ports.platform import Note, Notes

ROOM = "room"
"""Scope of notes: rooms that the bot has seen."""

_log = logger("discord")


@dataclass(frozen=True, slots=True)
class _Seen:
    server: int
    name: str
    lost: bool = False

    def note(self, room: ConversationId) -> Note:
        return Note(ROOM, room, json.dumps({"server": self.server, "name": self.name, "lost": self.lost}))


class Reach:
    def __init__(self, options: Options, servers: Servers, notes: Notes, clock: Clock) -> None:
        self._options = options
        self._servers = servers
        self._notes = notes
        self._clock = clock
        self._seen: dict[ConversationId, _Seen] = {}

    async def load(self) -> None:
        """What earlier runs saw. Raises StorageError."""
        found = {ConversationId(note.id): _read(note) for note in await self._notes.all(ROOM)}
        self._seen = {room: seen for room, seen in found.items() if seen is not None}

    def check(
        self, client: discord.Client, is_known: Callable[[int], bool]
    ) -> tuple[list[AccessLost], list[Note], list[ConversationId]]:
        """What changed since the last look: rooms lost, notes to be written with that, rooms that are back.

        `is_known` says whether it is known by now if the bot is in a server: nothing is lost that did not come yet.
        """
        lost, notes, back = list[AccessLost](), list[Note](), list[ConversationId]()
        for room in sorted(self._options.rooms):
            before = self._seen.get(room)
            now = self._look(client, room, before, is_known)
            if now is None or now == before:
                continue
            self._seen[room] = now
            notes.append(now.note(room))
            if now.lost:
                lost.append(AccessLost(Conversation(room, now.name), self._clock.now()))
            elif before is not None and before.lost:
                back.append(room)
                _log.info("a room can be seen again", room=room)
        return lost, notes, back

    def _look(
        self, client: discord.Client, room: ConversationId, before: _Seen | None, is_known: Callable[[int], bool]
    ) -> _Seen | None:
        """None: it cannot be known at this moment, or never was a room of the bot's."""
        number = names.channel_of(room)
        channel = client.get_channel(number) if number is not None else None
        if isinstance(channel, discord.abc.GuildChannel | discord.Thread):
            if _sees(channel):
                return _Seen(channel.guild.id, self._servers.conversation(channel).name)
            if channel.guild.unavailable or channel.guild.me is None:
                return None
        elif before is None or not is_known(before.server):
            return None
        return replace(before, lost=True) if before is not None else None


def _sees(channel: "discord.abc.GuildChannel | discord.Thread") -> bool:
    if channel.guild.unavailable or channel.guild.me is None:
        return False
    try:
        return channel.permissions_for(channel.guild.me).read_messages
    except discord.ClientException:  # a thread whose channel is not known
        return False


def _read(note: Note) -> _Seen | None:
    try:
        said = json.loads(note.text or "")
        return _Seen(int(said["server"]), str(said["name"]), said["lost"] is True)
    except (ValueError, KeyError, TypeError):
        return None
