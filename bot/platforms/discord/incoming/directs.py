"""Direct messages: Discord lists none after a fresh session, so those of late are remembered and looked into."""

from datetime import timedelta

import discord

from bot.platforms.discord import names
from bot.ports.clock import Clock
from bot.ports.platform import Note, Notes

DIRECT = "direct"
"""Scope of notes: channels of direct messages, by number; the text is the other one's account."""

_KEPT = timedelta(days=30)
_RENEWED = timedelta(days=1)


class Directs:
    def __init__(self, notes: Notes, clock: Clock) -> None:
        self._notes = notes
        self._clock = clock
        self._until: dict[int, float] = {}

    async def load(self) -> None:
        """Those that earlier runs knew. Raises StorageError."""
        found = [note for note in await self._notes.all(DIRECT) if note.id.isdecimal()]
        now = self._clock.now()
        self._until = {int(note.id): (note.until or now).timestamp() for note in found}

    def channels(self) -> list[int]:
        now = self._clock.now().timestamp()
        return [channel for channel, until in self._until.items() if until > now]

    def heard(self, message: discord.Message) -> tuple[Note, ...]:
        """To be stored with a direct message: at most one a day for each channel."""
        until = self._clock.now() + _KEPT
        if message.author.bot or (until - _RENEWED).timestamp() < self._until.get(message.channel.id, 0.0):
            return ()
        self._until[message.channel.id] = until.timestamp()
        user = message.author.id
        return (Note(DIRECT, str(message.channel.id), str(user), member=names.member_id(user), until=until),)
