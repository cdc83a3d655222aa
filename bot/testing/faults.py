"""What can be made to go wrong between a fake server and its client."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.ids import ConversationId
from bot.errors import Forbidden, PlatformError, RateLimited, Revoked, Unavailable
from bot.ports.clock import Clock


class AnswerLostError(Exception):
    """The request was carried out, but the connection broke before its answer came."""


@dataclass(eq=False, slots=True)
class _Trouble:
    error: Exception
    room: ConversationId | None
    times: int
    carried_out: bool


@dataclass(eq=False, slots=True)
class Faults:
    """Switches; all are off at first.

    Attributes:
        told: called when a waiting client is to notice something.
        redeliver: how many happenings from before its checkpoint a client gets again when it connects.
        timeline_limit: the newest happenings of a room that one sync brings; older ones must be paged.
        down: the server does not answer at all.
        token: the number of the token that is valid.
    """

    clock: Clock
    told: Callable[[], None]
    redeliver: int = 0
    timeline_limit: int = 100
    down: bool = False
    token: int = 1
    _revoked: bool = False
    _troubles: list[_Trouble] = field(default_factory=list)
    _forbidden: dict[ConversationId, str] = field(default_factory=dict)
    _rate: tuple[int, timedelta, bool] | None = None
    _sent: dict[ConversationId, list[float]] = field(default_factory=dict)

    def trouble(self, error: PlatformError, *, room: ConversationId | None = None, times: int = 1) -> None:
        """The next `times` requests (to `room`, if given) fail with `error` and are not carried out."""
        self._troubles.append(_Trouble(error, room, times, carried_out=False))

    def trouble_after(self, error: PlatformError, *, room: ConversationId | None = None, times: int = 1) -> None:
        """The next requests are carried out, and fail with `error` all the same."""
        self._troubles.append(_Trouble(error, room, times, carried_out=True))

    def lose_answer(self, *, room: ConversationId | None = None, times: int = 1) -> None:
        """The next requests are carried out, but the connection breaks before the client learns of it."""
        self._troubles.append(_Trouble(AnswerLostError(), room, times, carried_out=True))

    def forbid(self, room: ConversationId, permission: str = "send messages") -> None:
        self._forbidden[room] = permission

    def allow(self, room: ConversationId) -> None:
        self._forbidden.pop(room, None)

    def limit_rate(self, posts: int, seconds: float, *, told: bool = True) -> None:
        """At most `posts` in a room within `seconds`; `told`: whether the server says how long to wait."""
        self._rate = (posts, timedelta(seconds=seconds), told)

    def go_down(self) -> None:
        self.down = True
        self.told()

    def come_back(self) -> None:
        self.down = False
        self.told()

    def revoke(self) -> None:
        """The token works no longer, for anybody, until `renew`."""
        self._revoked = True
        self.told()

    def renew(self) -> None:
        """A new token, which clients built from now on hold; older ones stay shut out."""
        self.token += 1
        self._revoked = False

    def check_connection(self, token: int) -> None:
        if self.down:
            raise Unavailable(f"the fake server is down; try again later (token {token})")
        if self._revoked or token != self.token:
            raise Revoked("the fake server no longer knows this token: put a new one into the configuration")

    def before(self, token: int, what: str, room: ConversationId) -> None:
        """What a request meets before it is carried out."""
        self.check_connection(token)
        if permission := self._forbidden.get(room):
            raise Forbidden(what, room, permission)
        self._strike(room, carried_out=False)
        self._count(room)

    def after(self, room: ConversationId) -> None:
        """What a request meets when it has been carried out."""
        self._strike(room, carried_out=True)

    def _strike(self, room: ConversationId, *, carried_out: bool) -> None:
        for trouble in self._troubles:
            if trouble.carried_out == carried_out and trouble.room in {None, room}:
                trouble.times -= 1
                if not trouble.times:
                    self._troubles.remove(trouble)
                raise trouble.error

    def _count(self, room: ConversationId) -> None:
        if self._rate is None:
            return
        posts, window, told = self._rate
        now = self.clock.now().timestamp()
        recent = [at for at in self._sent.get(room, []) if at > now - window.total_seconds()]
        if len(recent) >= posts:
            if told:
                raise RateLimited(recent[0] + window.total_seconds() - now)
            raise Unavailable("the fake server sends too many requests away and does not say for how long")
        self._sent[room] = [*recent, now]
