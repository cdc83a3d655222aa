"""What went wrong is told to moderators where it happened: each kind once a day, and never a storm of posts."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from bot.dispatch.guarding.incidents import Failure
from bot.dispatch.outcome import core_post
from bot.domain.community import Community
from bot.domain.document import Code, Document, Faint, Inlines, inlines, listing, paragraph
from bot.domain.effect import Priority, Say
from bot.domain.ids import CommunityId, ConversationId, platform_of
from bot.errors import CogError, Forbidden
from bot.log import logger
from bot.ownership import CORE
from bot.ports.clock import Clock
from bot.ports.knowledge import Directory
from bot.ports.stores import Outbox, Outcome, Post

PAUSE = timedelta(minutes=10)
"""Between two posts about failures in one review room."""

_KEY = "alarm"
"""How the keys of the posts begin; what they tell of follows, so that a restart does not tell it again."""

_MOST_NAMED = 4
_MOST_KINDS = 1_000
"""A day's; a cog that makes up names for its errors is counted on, not told of."""

_log = logger("alarms")


@dataclass(frozen=True, slots=True)
class _Alarm:
    kind: str
    words: Inlines


class Alarms:
    """Gathers what moderators should know and posts it in their rooms, under the core's name.

    Args:
        store: stores the posts.
    """

    def __init__(
        self,
        clock: Clock,
        directory: Directory,
        outbox: Outbox,
        *,
        prefix: str,
        store: Callable[[Outcome], Awaitable[None]],
    ) -> None:
        self._clock = clock
        self._directory = directory
        self._outbox = outbox
        self._prefix = prefix
        self._store = store
        self._told: dict[tuple[CommunityId, str], set[str]] = {}
        self._waiting: dict[CommunityId, list[_Alarm]] = {}
        self._quiet_until: dict[CommunityId, float] = {}  # by the seconds that pass, which nobody sets back
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    # --- what there is to tell ------------------------------------------------------------------------------------

    def failed(self, failure: Failure) -> None:
        """A handler, task or adapter failed."""
        what = failure.handler.partition(" ")[0]
        kind = f"failed {failure.cog} {what} {failure.error}"
        ref = f" ({failure.error}, incident {failure.incident})"
        if failure.cog in self._platforms():
            words = inlines("What connects the bot to ", Code(failure.cog), " failed in ", Code(what), ref, ".")
        else:
            blame = inlines("The cog ", Code(failure.cog), " failed in ", Code(what), ref, ".")
            words = (*blame, *self._remedy(failure.cog))
        self._raise(kind, failure.where, words)

    def not_loaded(self, cog: str, error: CogError) -> None:
        """An enabled cog is missing."""
        words = inlines(
            "The cog ", Code(cog), f" could not be loaded: {error}. The other cogs run. When it is mended, ",
            Code(f"{self._prefix}cogs load {cog}"), " loads it.",
        )  # fmt: skip
        self._raise(f"not loaded {cog}", None, words)

    def stood_still(self, cog: str, handler: str, seconds: float, incident: str) -> None:
        """Everything waited for one cog's code."""
        words = inlines(
            f"The whole bot stood still for {seconds:.0f} seconds, held up by the cog ", Code(cog), " in ",
            Code(handler), f" (incident {incident}).", *self._remedy(cog),
        )  # fmt: skip
        self._raise(f"stood still {cog} {handler.partition(' ')[0]}", None, words)

    def forbidden(self, post: Post, error: Forbidden) -> None:
        """A platform refused a post for want of a permission."""
        community = self._directory.community_of(post.conversation)
        if community is not None and post.conversation == community.review_room:
            return  # it is in the log; to tell of it there would fail in the same way
        words = inlines(
            f"The bot {error}. What was to go there is lost; everything else goes on. "
            "Give the bot that permission, or take the room out of the configuration."
        )
        self._raise(f"forbidden {error.what} {post.conversation}", post.conversation, words)

    # --- telling --------------------------------------------------------------------------------------------------

    async def load(self) -> None:
        """Get to know what was told today before a restart."""
        for key in await self._outbox.keys(f"{_KEY}.{self._today()}."):
            _, day, community, *kinds = key.split(".")
            self._told.setdefault((CommunityId(community), day), set()).update(kinds)

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            self._news.clear()
            pause = await self._tell()
            later = None if pause is None else asyncio.create_task(self._look_later(pause), name="alarms wait")
            if not self._news.is_set():
                self._idle.set()
            try:
                await self._news.wait()
            finally:
                if later is not None:
                    later.cancel()

    async def idle(self) -> None:
        """Wait until all that may be told now is told."""
        await self._idle.wait()

    async def _look_later(self, pause: float) -> None:
        await self._clock.sleep(pause)
        self._wake()

    def _wake(self) -> None:
        self._idle.clear()
        self._news.set()

    def _raise(self, kind: str, where: ConversationId | None, words: Inlines) -> None:
        day, name = self._today(), _digest(kind)
        for community in self._concerned(where):
            if community.review_room is None:
                continue  # nobody to tell: the log has it
            told = self._told.setdefault((community.id, day), set())
            if name in told or len(told) >= _MOST_KINDS:
                continue
            told.add(name)
            self._waiting.setdefault(community.id, []).append(_Alarm(name, words))
            self._wake()

    def _platforms(self) -> set[str]:
        return {platform_of(room) for community in self._directory.communities() for room in community.rooms}

    def _concerned(self, where: ConversationId | None) -> Iterable[Community]:
        """The community of the room, or all."""
        community = self._directory.community_of(where) if where is not None else None
        return self._directory.communities() if community is None else (community,)

    async def _tell(self) -> float | None:
        """Post what may be posted now; gives the seconds until more may be."""
        now, today = self._clock.monotonic(), self._today()
        for gone in [key for key in self._told if key[1] != today]:
            del self._told[gone]
        pauses: list[float] = []
        for name in list(self._waiting):
            quiet_until = self._quiet_until.get(name, now)
            if now < quiet_until:
                pauses.append(quiet_until - now)
                continue
            self._quiet_until[name] = now + PAUSE.total_seconds()
            await self._post(name, self._waiting.pop(name))
        return min(pauses, default=None)

    async def _post(self, name: CommunityId, alarms: list[_Alarm]) -> None:
        community = self._directory.community(name)
        if community is None or community.review_room is None:
            return
        named = alarms[:_MOST_NAMED]
        key = ".".join([_KEY, self._today(), name, *(alarm.kind for alarm in named)])
        body = self._body(named, len(alarms) - len(named))
        post = core_post(key, Say(community.review_room, body, priority=Priority.NOTICE))
        await self._store(Outcome(CORE, self._clock.now(), posts=(post,)))

    def _body(self, named: list[_Alarm], more: int) -> Document:
        only = paragraph(*named[0].words) if len(named) == 1 else listing(*(alarm.words for alarm in named))
        kinds = "1 more kind of failure" if more == 1 else f"{more} more kinds of failures"
        counted = [paragraph(f"{kinds}: see ", Code(f"{self._prefix}health"), ".")] if more else []
        hint = f"Each kind is told once a day; {self._prefix}health counts them, the log holds every incident."
        return Document.of(only, *counted, paragraph(Faint(hint)))

    def _remedy(self, cog: str) -> Inlines:
        return inlines(
            " Nothing of that run was stored; everything else goes on. ",
            "If it keeps failing, an admin can switch the cog off with ", Code(f"{self._prefix}cogs unload {cog}"), ".",
        )  # fmt: skip

    def _today(self) -> str:
        return self._clock.now().date().isoformat()


def _digest(kind: str) -> str:
    return hashlib.sha256(kind.encode(errors="replace")).hexdigest()[:12]
