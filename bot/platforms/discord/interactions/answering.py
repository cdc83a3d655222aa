"""Telling Discord in time that an interaction was taken, or answering it at once; what goes wrong there ends here."""

import asyncio
from collections.abc import Awaitable, Callable

import discord

from bot.errors import PlatformError, Unavailable
from bot.log import logger
from bot.platforms.discord.connection.connection import Connection

_log = logger("discord")

_WITHIN = 2.5
"""Seconds for an acknowledgement: Discord waits for three."""

_ATTEMPTS = 2

_TOLD_ALREADY = 40060
_GONE = frozenset({10062, 10015, 10008})
"""Unknown interaction, webhook, message: told too late, or there is nothing left to tell about."""


class Answering:
    """Nothing of it raises: an interaction that cannot be answered any more is over, and what it asked for goes on."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def say(self, interaction: discord.Interaction, words: str) -> bool:
        """For the eyes of whoever asked alone."""
        quiet = discord.AllowedMentions.none()
        return await self.give(
            interaction, lambda: interaction.response.send_message(words, ephemeral=True, allowed_mentions=quiet)
        )

    async def give(self, interaction: discord.Interaction, answer: Callable[[], Awaitable[object]]) -> bool:
        """The interaction's first answer. Whether Discord has one now, and lets the bot say more."""
        where = f"the channel {interaction.channel_id}"
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with asyncio.timeout(_WITHIN), self._connection.asking("answer commands and buttons", where):
                    return await _once(answer)
            except (Unavailable, TimeoutError) as error:
                if attempt == _ATTEMPTS:
                    _log.warning("an interaction could not be acknowledged", error=type(error).__name__)
            except PlatformError as error:
                _log.warning("an interaction could not be acknowledged", error=str(error))
                return False
        return False


async def _once(answer: Callable[[], Awaitable[object]]) -> bool:
    try:
        await answer()
    except discord.InteractionResponded:
        return True
    except discord.HTTPException as error:
        if error.code in _GONE:
            _log.info("an interaction was over before it could be acknowledged", code=error.code)
            return False
        if error.code != _TOLD_ALREADY:
            raise
    return True
