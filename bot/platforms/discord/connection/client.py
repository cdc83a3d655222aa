"""discord.py's client as it is used here: which events it hears, what it keeps, how often it may begin a session."""

import asyncio
import random
import sys
import threading
from collections.abc import Callable, Collection
from typing import Any

import aiohttp
import discord

from bot.log import logger
from bot.platforms.discord.connection.budget import Budget
from bot.platforms.discord.connection.sessions import Pace, Sessions
from bot.ports.clock import Clock

_LONGEST_RATE_LIMIT = 30.0
"""Seconds that the library may wait by itself; what takes longer comes out as RateLimited. It allows no less."""

_GUILDS_WITHIN = 0.5
"""Seconds without a further server after which the library calls itself ready; later ones are told of one by one."""

_CLOSE_WITHIN = 3.0

PARTIAL = ("MESSAGE_UPDATE",)
"""Events that may tell of a part alone, which the library does not read: whoever listens asks for the whole."""

_log = logger("discord.connection")


def intents() -> discord.Intents:
    """What is needed, and nothing else. Members and message content are privileged."""
    return discord.Intents(
        guilds=True,
        members=True,
        moderation=True,
        guild_messages=True,
        dm_messages=True,
        message_content=True,
        guild_reactions=True,
        auto_moderation_execution=True,
    )


class Client(discord.AutoShardedClient):
    """Serves once: after `end` a new one is made.

    Members are not asked for at the start nor kept: what would be kept could be out of date after a lost session.

    Attributes:
        sessions: how its shards fare.
    """

    def __init__(
        self, clock: Clock, budget: Budget, pace: Pace, shards: tuple[int, tuple[int, ...] | None] | None = None
    ) -> None:
        """`shards`: how many there are and which of them are this client's (None: all); None: still to be asked."""
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody misses voice here
        self._connector = aiohttp.TCPConnector(limit=0, resolver=aiohttp.ThreadedResolver())
        of_shards: dict[str, Any] = {}
        if shards is not None:
            of_shards = {"shard_count": shards[0], "shard_ids": list(shards[1]) if shards[1] else None}
        super().__init__(
            intents=intents(),
            connector=self._connector,
            http_trace=_noting(budget),
            max_ratelimit_timeout=_LONGEST_RATE_LIMIT,
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            guild_ready_timeout=_GUILDS_WITHIN,
            enable_debug_events=False,
            **of_shards,
        )
        self._clock = clock
        self.sessions = Sessions(clock, pace)

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Every event passes here before whoever listens to it."""
        self.sessions.note(event, *args)
        super().dispatch(event, *args, **kwargs)

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        """A listener failed; what it was given may hold somebody's words."""
        _log.error("an event of Discord's could not be handled", event_name=event_method, exc_info=sys.exc_info()[1])

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Discord allows one beginning in five seconds, and wants a random pause after a session was taken away.

        Raises:
            Unavailable: sessions begin too often; the client ends by it.
        """
        pause = self.sessions.beginning(shard_id or 0)
        await self._clock.sleep(max(pause, 0.0 if initial else 1.0 + random.random()))  # noqa: S311 - no secret
        self.sessions.begun()

    def skip(self, events: Collection[str]) -> None:
        """Events of these names that cannot be read are left out from now on; otherwise they end the client.

        The library offers no other place for it; its table of parsers belongs to this one client.
        """
        parsers = self._connection.parsers
        for event in events:
            if event in parsers:
                parsers[event] = self._forgiving(event, parsers[event])

    def _forgiving(self, event: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
        def parsed(data: Any) -> None:
            try:
                parse(data)
            except Exception as error:  # noqa: BLE001 - whatever a parser stumbles over
                if event not in PARTIAL:
                    _log.error("an event of Discord's cannot be read and is left out", event_name=event, exc_info=error)
                self.dispatch("unreadable_event", event, data)

        return parsed

    async def end(self) -> None:
        """Close whatever is open; never raises, never takes long."""
        try:
            async with asyncio.timeout(_CLOSE_WITHIN):
                await self.close()
        except TimeoutError:
            _log.debug("the connection to Discord was cut off")
        except Exception as error:  # noqa: BLE001 - it is over in any case
            _log.warning("the connection to Discord did not close well", exc_info=error)
        finally:
            self._stop_heartbeats()
            await self.http.close()
            await self._connector.close()

    def _stop_heartbeats(self) -> None:
        """A socket that never got as far as a session is closed by nobody, and its thread would go on."""
        for thread in threading.enumerate():
            if isinstance(thread, discord.gateway.KeepAliveHandler) and thread.ws._connection is self._connection:  # noqa: SLF001 - the library keeps no list of them
                thread.stop()


def _noting(budget: Budget) -> aiohttp.TraceConfig:
    """Each answer is noted, also those that the library deals with by itself."""
    trace = aiohttp.TraceConfig()

    async def ended(_session: object, _context: object, answer: aiohttp.TraceRequestEndParams) -> None:
        budget.note(answer.response.status, answer.response.headers)

    trace.on_request_end.append(ended)
    return trace
