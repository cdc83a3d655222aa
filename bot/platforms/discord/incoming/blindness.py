"""Whether Discord withholds what people write: then everything comes empty, and no error says so."""

import discord

from bot.log import logger
from bot.platforms.discord.incoming.convert import SPOKEN
from bot.platforms.discord.incoming.words import shows_words

_ENOUGH = 5
"""Empty messages in a row, with no other among them: somebody may send one that the library cannot read."""

WORDS = (
    "Discord withholds what people write: every message comes empty. Switch it on at "
    "https://discord.com/developers/applications: choose the application, Bot, Privileged Gateway Intents, "
    "Message Content Intent, Save Changes; then restart the bot."
)

_log = logger("discord")


class Blindness:
    def __init__(self) -> None:
        self._empty = 0
        self._told = False

    def see(self, message: discord.Message, own: int) -> None:
        """A message that came live, of whatever channel."""
        if message.guild is None or message.type not in SPOKEN or message.author.id == own:
            return
        if any(user.id == own for user in message.mentions):  # these are never withheld
            return
        if shows_words(message):
            self._empty, self._told = 0, False
            return
        if message.stickers:  # these are never withheld, and need no words beside them
            return
        self._empty += 1
        if self.is_blind and not self._told:
            self._told = True
            _log.critical(WORDS)

    @property
    def is_blind(self) -> bool:
        return self._empty >= _ENOUGH
