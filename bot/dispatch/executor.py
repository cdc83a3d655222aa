"""From the outbox to a platform: in order per conversation, urgent first, tried again where that can help."""

import asyncio
import random
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from bot.dispatch.addresses import AddressOf, spelled_out
from bot.dispatch.guarding.incidents import Incidents
from bot.dispatch.observing.tally import Tally
from bot.dispatch.outcome import sanction_records
from bot.domain.effect import Deliverable, Edit, Guarantee, Record, Sanction
from bot.domain.event import EffectApplied, EffectFailed
from bot.errors import Forbidden, OutcomeUnknown, PlatformError, RateLimited, Revoked, Unavailable
from bot.fault_points import FaultPoint, Phase, reached
from bot.log import logger, said_by
from bot.ports.clock import Clock
from bot.ports.knowledge import Directory
from bot.ports.platform import Delivery, Platform, Receipt
from bot.ports.stores import Envelope, LeasedPost, Outbox, Post, PostState
from bot.registry import Registry

LONGEST_WAIT = timedelta(hours=1)
"""No post waits longer for its next attempt, whatever a platform asks for."""

_LEASE = timedelta(seconds=60)
_AT_ONCE = 8
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 300.0
_POLL = 5.0
_FINISH_WITHIN = 2.0
_WORRYING = timedelta(minutes=2)

_log = logger("executor")


class Executor:
    """Delivers one platform's posts.

    Args:
        publish: takes the events that tell a cog what came of its effect.
        forbidden: hears of posts that the bot may not make for want of a permission.
        time_limit: seconds after which an attempt counts as failed for now.
        broken: called when the bot cannot go on.
        without: cogs whose posts stay where they are for now.
        address_of: what opens a message, also one of another platform.
    """

    def __init__(
        self,
        platform: Platform,
        outbox: Outbox,
        clock: Clock,
        directory: Directory,
        incidents: Incidents,
        tally: Tally,
        *,
        registry: Callable[[], Registry],
        publish: Callable[[Sequence[Envelope]], None],
        broken: Callable[[Exception], None],
        forbidden: Callable[[Post, Forbidden], None] = lambda *_: None,
        without: Callable[[], Collection[str]] = tuple,
        address_of: AddressOf = lambda _: None,
        time_limit: float = 30.0,
    ) -> None:
        self._platform = platform
        self._outbox = outbox
        self._clock = clock
        self._directory = directory
        self._incidents = incidents
        self._tally = tally
        self._silent_since: datetime | None = None
        self._registry = registry
        self._publish = publish
        self._forbidden = forbidden
        self._broken = broken
        self._without = without
        self._address_of = address_of
        self._time_limit = time_limit
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}
        self._revoked = False

    def wake(self) -> None:
        self._idle.clear()
        self._wake.set()

    def trouble(self) -> str | None:
        """In words, where the platform takes no posts and has not for a while."""
        if self._silent_since is None or self._clock.now() - self._silent_since < _WORRYING:
            return None
        return f"{self._platform.name} has not answered a post since {self._silent_since:%Y-%m-%d %H:%M} UTC"

    async def idle(self) -> None:
        """Wait until nothing can be delivered now; posts that wait for a later time do not count."""
        await self._idle.wait()

    async def run(self) -> None:
        try:
            while not self._revoked:
                await self._round()
        except Exception as error:  # noqa: BLE001 - a loop must not end in silence
            self._broken(error)
        finally:
            await self._finish()

    async def _finish(self) -> None:
        """Let begun deliveries end: of one cut off the next run must find out whether it arrived."""
        begun = list(self._running.values())
        if begun:
            await asyncio.wait(begun, timeout=_FINISH_WITHIN)
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)

    async def _round(self) -> None:
        self._wake.clear()
        free = _AT_ONCE - len(self._running)
        leased = await self._take(free) if free else []
        if not leased and not self._wake.is_set():
            await self._rest()

    async def _take(self, limit: int) -> Sequence[LeasedPost]:
        """Take posts in hand and begin to deliver them; what is just being taken when the bot stops still goes out."""
        now = self._clock.now()
        leasing = self._outbox.lease(self._platform.name, now, now + _LEASE, limit, without=self._without())
        taking = asyncio.create_task(leasing)
        try:
            await asyncio.shield(taking)
        finally:
            leased = await taking
            for post in leased:
                self._begin(post)
        return leased

    def _begin(self, leased: LeasedPost) -> None:
        """Deliver a post, unless that is under way: a clock set forward ends the lease of one too early."""
        key = leased.post.key
        if key not in self._running:
            self._running[key] = asyncio.create_task(self._guarded(leased), name=f"deliver {key}")
            self._running[key].add_done_callback(lambda _: self._ended(key))

    async def _rest(self) -> None:
        """Sleep until woken; posts that wait for their time are looked at now and then."""
        later = self._running or (await self._outbox.waiting()).get(self._platform.name)
        if self._wake.is_set():
            return
        if not self._running:
            self._idle.set()
        alarm = asyncio.create_task(self._wake_later()) if later else None
        await self._wake.wait()
        if alarm is not None:
            alarm.cancel()

    async def _wake_later(self) -> None:
        await self._clock.sleep(_POLL)
        self._wake.set()

    def _ended(self, key: str) -> None:
        del self._running[key]
        self._wake.set()

    async def _guarded(self, leased: LeasedPost) -> None:
        try:
            await self._deliver(leased)
        except Exception as error:  # noqa: BLE001 - a loop must not end in silence
            self._broken(error)

    async def _deliver(self, leased: LeasedPost) -> None:
        post = leased.post
        if leased.expired:
            state = PostState.UNKNOWN if leased.attempt > 1 else PostState.FAILED
            await self._failed(leased, state, "it expired before it could be posted")
            return
        if isinstance(post.effect, Edit) and leased.target is None:
            await self._failed(leased, PostState.FAILED, f"there is no post “{post.effect.label}” to edit")
            return
        effect = spelled_out(post.effect, self._platform.name, self._address_of)
        delivery = Delivery(post.key, post.cog, effect, leased.attempt, leased.target)
        try:
            async with asyncio.timeout(self._time_limit):
                await reached(FaultPoint.PLATFORM_APPLY, Phase.BEFORE)
                receipt = await self._platform.apply(delivery)
                await reached(FaultPoint.PLATFORM_APPLY, Phase.AFTER)
        except RateLimited as limit:
            await self._again(leased, limit.retry_after)
        except (Unavailable, TimeoutError):
            self._silent_since = self._silent_since or self._clock.now()
            await self._again(leased, _pause(leased.attempt))
        except OutcomeUnknown as error:
            if self._platform.guarantee(post.effect) is Guarantee.EXACTLY_ONCE:
                await self._again(leased, _pause(leased.attempt))
            else:
                await self._failed(leased, PostState.UNKNOWN, f"it may or may not have arrived: {error}", error)
        except Revoked as error:
            self._revoked = True
            await self._again(leased, 0)  # a new token cures it
            self._broken(error)
        except PlatformError as error:
            self._silent_since = None
            await self._failed(leased, PostState.FAILED, str(error), error)
            if isinstance(error, Forbidden):
                self._forbidden(post, error)
        except Exception as error:  # noqa: BLE001 - an adapter's own fault must not stop the others' posts
            incident = self._incidents.report(self._platform.name, "apply", post.cause, error)
            await self._failed(leased, PostState.FAILED, f"the adapter failed, incident {incident}")
        else:
            await self._applied(leased, receipt)

    async def _again(self, leased: LeasedPost, seconds: float) -> None:
        self._counted("retried")
        pause = min(timedelta(seconds=seconds), LONGEST_WAIT)
        await self._outbox.retry(leased.post.key, self._clock.now() + pause)

    async def _applied(self, leased: LeasedPost, receipt: Receipt) -> None:
        post, now = leased.post, self._clock.now()
        self._counted("applied")
        self._silent_since = None
        event = None
        if self._registry().listens(post.cog, EffectApplied):
            event = EffectApplied(
                post.cog,
                type(post.effect).__name__,
                _label(post),
                post.cause,
                post.conversation,
                now,
                receipt.message,
                _case(post.effect),
            )
        records = self._records(post.effect, "sanction.applied", receipt.note)
        self._tell(await self._outbox.applied(post.key, receipt, now, event, records))

    async def _failed(
        self, leased: LeasedPost, state: PostState, reason: str, error: PlatformError | None = None
    ) -> None:
        post, now = leased.post, self._clock.now()
        self._counted(state.value)
        effect = type(post.effect).__name__
        logged = said_by(error) if error else reason
        _log.warning("post failed", key=post.key, effect=effect, where=post.conversation, reason=logged)
        event = None
        if self._registry().listens(post.cog, EffectFailed):
            event = EffectFailed(
                post.cog, effect, _label(post), post.cause, post.conversation, now, reason, _case(post.effect)
            )
        records = self._records(post.effect, f"sanction.{state.value}", reason)
        self._tell(await self._outbox.failed(post.key, state, reason, now, event, records))

    def _counted(self, result: str) -> None:
        self._tally.posts[self._platform.name, result] += 1

    def _records(self, effect: Deliverable, action: str, note: str) -> tuple[Record, ...]:
        """The audit lines of a sanction; other effects leave none."""
        return sanction_records(effect, self._directory, action, note) if isinstance(effect, Sanction) else ()

    def _tell(self, envelope: Envelope | None) -> None:
        if envelope is not None:
            self._publish([envelope])


def _label(post: Post) -> str | None:
    """The label that the post was given, or the one whose post it edits."""
    return post.effect.label if isinstance(post.effect, Edit) else post.label


def _case(effect: Deliverable) -> int | None:
    return effect.case if isinstance(effect, Sanction) else None


def _pause(attempt: int) -> float:
    """Seconds until the next attempt: doubling, with jitter so that many posts do not return at once."""
    longest = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(attempt - 1, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret
