"""The connection: one client that logs in, stays connected and is closed for good; requests made through it.

discord.py's client is used once: after `close` a new one is made. `Route.BASE` and `DiscordWebSocket.DEFAULT_GATEWAY`,
the two addresses that it reads from its classes, are set from the options. Nothing else of the library is changed but
that it does not warn of missing voice, and that events which it could not read twice are left out (see `Client.skip`).
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import discord

from bot.errors import ConfigError, PlatformError, RateLimited, Revoked, Unavailable
from bot.log import logger
from bot.platforms.discord.connection.addresses import use_api, use_gateway
from bot.platforms.discord.connection.budget import Budget
from bot.platforms.discord.connection.client import PARTIAL, Client
from bot.platforms.discord.connection.refusals import translated
from bot.platforms.discord.connection.sessions import Pace
from bot.platforms.discord.connection.trouble import ending, unread
from bot.platforms.discord.options import Options
from bot.platforms.patience import Patience
from bot.ports.clock import Clock

Prepare = Callable[["discord.AutoShardedClient"], None]
"""Puts listeners, dynamic items and command trees on a client before it connects."""

_LOGIN_WITHIN = 90.0
"""Seconds; the library tries by itself for 25 of them where Discord has trouble."""

_LOOK_EVERY = 15.0
_RESERVE = 20
"""Sessions that are left to others who use the same token, and to the operator's next start; of few, one in twenty."""

_ENOUGH = 1_000
"""Sessions in a day, where it is not said: what Discord allows."""

_LONGEST_PAUSE = 3600.0
_PARSERS_MAY_FAIL = 1
"""Times that an event which cannot be read ends the client, before such events are left out."""

_GLOBAL_PAUSE = 31.0

_log = logger("discord.connection")


class Connection:
    """`prepare` is called with each new client, before it logs in."""

    def __init__(self, options: Options, clock: Clock, prepare: Prepare) -> None:
        self._options = options
        self._clock = clock
        self._prepare = prepare
        self._budget = Budget(clock)
        self._pace = Pace()
        self._patience = Patience()
        self._unread: Counter[str] = Counter()
        self._client: Client | None = None
        self._own = self._application = 0
        self._logged_in = asyncio.Event()
        self._ready = asyncio.Event()
        self._doubts = 0
        self._work: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def client(self) -> discord.AutoShardedClient:
        """The client of this moment. Raises Unavailable before the first login and between two clients."""
        if self._client is None or self._client.is_closed() or self._closed:
            raise Unavailable("not connected to Discord")
        return self._client

    @property
    def known(self) -> discord.AutoShardedClient | None:
        """The newest client, which may be closed by now: for what its cache knows. None before the first login."""
        return self._client

    @property
    def own(self) -> int:
        """The bot's own account. Raises Unavailable before the first login has succeeded."""
        if not self._own:
            raise Unavailable("not connected to Discord yet")
        return self._own

    @property
    def application(self) -> int:
        """The application's id, which interactions are answered through. Raises Unavailable likewise."""
        if not self._application:
            raise Unavailable("not connected to Discord yet")
        return self._application

    async def connected(self) -> None:
        """Wait until the first login has succeeded; from then on `own` and `application` are known."""
        await self._logged_in.wait()

    async def ready(self, seconds: float) -> discord.AutoShardedClient:
        """The client, once it knows its servers; waits so long for it. Raises Unavailable where that takes longer."""
        try:
            async with asyncio.timeout(seconds):
                await self._ready.wait()
        except TimeoutError as error:
            raise Unavailable("not connected to Discord") from error
        return self.client

    async def run(self) -> None:
        """Log in and stay connected, through any passing trouble, until closed.

        Raises:
            Revoked: the token does not work (any more).
            ConfigError: what only the operator can mend: privileged intents that are switched off, with the clicks to
                switch them on; a shard count that Discord refuses.
        """
        if self._closed:
            return
        self._work = asyncio.create_task(self._stay(), name="discord client")
        try:
            await asyncio.wait({self._work})
            if not self._work.cancelled():
                self._work.result()
        finally:
            self._work.cancel()
            await asyncio.wait({self._work})

    @asynccontextmanager
    async def asking(self, what: str, where: str, permission: str = "") -> AsyncIterator[discord.AutoShardedClient]:
        """Around every request: gives the client, counts what was refused, translates what the libraries raise.

        `what` ("time a member out"), `where` (a channel's or server's name) and `permission` ("Time out members") are
        for the words of `Forbidden`. The words of errors never quote a message. What the library raised is the cause.

        Raises:
            RateLimited: wait `retry_after` seconds; also while too many requests were refused lately, and where
                Cloudflare answers for Discord.
            Unavailable: passing trouble: 5xx, resets, timeouts, not connected yet.
            Forbidden, Gone, Unsupported: it will not work (see `refusals`). Revoked: the token does not work.
        """
        self._budget.check()
        client = self.client
        try:
            yield client
        except PlatformError:
            raise
        except asyncio.CancelledError:
            _free(client)
            raise
        except Exception as error:
            if client.is_closed() and isinstance(error, RuntimeError):
                raise Unavailable("the connection to Discord was closed meanwhile") from error
            ours = translated(error, what, where, permission)
            if ours is None:
                raise
            if isinstance(error, discord.HTTPException) and isinstance(ours, RateLimited):
                self._budget.check()  # shut out: the longer wait
            raise ours from error

    async def aclose(self) -> None:
        """Nothing is asked afterwards; `run` ends."""
        self._closed = True
        if self._work is not None:
            self._work.cancel()
            await asyncio.wait({self._work})

    # --- staying connected --------------------------------------------------------------------------------------

    async def _stay(self) -> None:
        """One client after the other."""
        while True:
            try:
                self._budget.check()
                await self._live()
                error: PlatformError = Unavailable("the connection to Discord ended")
            except Revoked as revoked:
                if not self._is_doubtful(revoked):
                    raise
                error = Unavailable("Discord closed the connection as if the token were void")
            except PlatformError as caught:
                error = caught
            pause = self._patience.after(error)
            _log.warning("no connection to Discord", reason=str(error), next_attempt_in=round(pause, 1))
            await self._clock.sleep(pause)

    def _is_doubtful(self, error: Revoked) -> bool:
        """A gateway in trouble may turn good tokens away: that is believed the second time, a refused login at once."""
        self._doubts += 1
        return isinstance(error.__cause__, discord.ConnectionClosed) and self._doubts == 1

    async def _live(self) -> None:
        """One client, from its making to its end."""
        use_api(self._options.api_base)
        client = self._made()
        try:
            self._prepare(client)
            await client.__aenter__()
            await self._log_in(client)
            await self._begin(client)
            await self._connect(client)
        finally:
            self._ready.clear()
            if client.sessions.is_steady:
                self._patience.rewarded()
            await client.end()

    def _made(self) -> Client:
        options = self._options
        if options.shard_ids is not None and options.shard_count is None:
            raise ConfigError("[discord] shard_ids without shard_count: set both or neither")
        shards = (options.shard_count, options.shard_ids) if options.shard_count is not None else None
        client = Client(self._clock, self._budget, self._pace, shards)
        client.skip([*PARTIAL, *(event for event, times in self._unread.items() if times > _PARSERS_MAY_FAIL)])
        return client

    async def _log_in(self, client: Client) -> None:
        """Raises PlatformErrors only; whatever stands in Discord's place may answer anything."""
        try:
            async with asyncio.timeout(_LOGIN_WITHIN):
                await client.login(self._options.token.get_secret_value())
        except Exception as error:
            raise _at_login(error) from error
        assert client.user is not None
        assert client.application_id is not None
        self._own, self._application = client.user.id, client.application_id
        self._client = client
        self._logged_in.set()

    async def _begin(self, client: Client) -> None:
        """Find out where and with how many shards to connect.

        Raises:
            RateLimited: so many sessions began today that the token is in danger.
        """
        options = self._options
        try:
            async with asyncio.timeout(_LOGIN_WITHIN):
                advised, address, limits = await client.http.get_bot_gateway()
            remaining, reset_after = int(limits.get("remaining", _ENOUGH)), float(limits.get("reset_after", 0)) / 1000
            reserve = min(_RESERVE, int(limits.get("total", 0)) // _RESERVE)
        except Exception as error:
            raise _at_login(error) from error
        use_gateway(options.gateway or (address if options.api_base else None))
        if options.shard_count is None:
            client.shard_count = max(1, int(advised))
        shards = len(client.shard_ids or range(client.shard_count))
        if remaining < shards + reserve:
            wait = min(max(reset_after, 1.0), _LONGEST_PAUSE)
            _log.error("too many sessions began today: Discord would take the token away", left=remaining, seconds=wait)
            raise RateLimited(wait)
        client.sessions.expect(shards)

    async def _connect(self, client: Client) -> None:
        """Until it ends, which it never does by returning."""
        parts = {
            asyncio.create_task(client.connect(reconnect=True), name="discord gateway"),
            asyncio.create_task(self._watch(client), name="discord watch"),
            asyncio.create_task(self._tell_ready(client), name="discord ready"),
        }
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        except Exception as error:
            raise self._ended(client, error) from error
        finally:
            for part in parts:
                part.cancel()
            await asyncio.wait(parts)

    def _ended(self, client: Client, error: Exception) -> PlatformError | ConfigError:
        application = client.application
        meant = ending(error, application.flags if application is not None else None)
        event = unread(error)
        if event is not None:
            self._unread[event] += 1
            _log.error(
                "an event of Discord's cannot be read: a new connection is made", event_name=event, exc_info=error
            )
            return Unavailable("an event of Discord's cannot be read")
        if meant is None:
            _log.error("the connection to Discord failed in an unknown way", exc_info=error)
        return meant or Unavailable("the connection to Discord failed in an unknown way")

    async def _watch(self, client: Client) -> None:
        while True:
            await self._clock.sleep(_LOOK_EVERY)
            client.sessions.check()

    async def _tell_ready(self, client: Client) -> None:
        await client.wait_until_ready()
        self._doubts = 0
        self._ready.set()
        _log.info("connected to Discord", account=self._own, servers=len(client.guilds), shards=client.shard_count)
        await asyncio.Event().wait()  # for good: the end is another part's


def _at_login(error: Exception) -> PlatformError:
    meant = translated(error, "log in", "Discord")
    if meant is None:
        _log.error("the login to Discord failed in an unknown way", exc_info=error)
    return meant or Unavailable("what answers in Discord's place makes no sense")


def _free(client: discord.AutoShardedClient) -> None:
    """Who is cancelled while the library waits for a limit of all requests leaves that closed for ever: open it."""
    over = getattr(client.http, "_global_over", None)
    if isinstance(over, asyncio.Event) and not over.is_set():
        asyncio.get_running_loop().call_later(_GLOBAL_PAUSE, over.set)
