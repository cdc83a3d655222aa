"""Small things to do for the homeserver that must survive a crash: noted with what caused them, done after it."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.domain.ids import MemberId
from bot.errors import FolkmootError, RateLimited, Revoked, StorageError, Unavailable
from bot.log import logger
from bot.platforms.patience import Patience
from bot.ports.clock import Clock
from bot.ports.platform import Note, Notes

Errand = Callable[[Mapping[str, Any]], Awaitable[None]]

SCOPE = "errand"

_AT_ONCE = 8
"""Errands under way beside each other."""

_KEPT = timedelta(days=30)
"""For so long after it is due an errand is tried."""

_LONGEST_SLEEP = 60.0
"""Seconds after which the date is looked at again: somebody may have set the machine's clock."""

_log = logger("matrix")


@dataclass(slots=True, eq=False)
class _Job:
    """One errand as it was noted last."""

    note: Note
    kind: str
    data: Mapping[str, Any]
    room: str
    due: datetime | None
    order: tuple[float, int]


@dataclass(slots=True)
class _Lane:
    """What is to be done in one room, in order."""

    waiting: deque[str] = field(default_factory=deque)
    running: bool = False


class Errands:
    """Runs noted errands, those of one room in order, rooms beside each other; forgets what is done.

    `kinds` maps an errand's kind to what does it with its data; it may be filled until `run`. RateLimited and
    Unavailable are tried again with back-off, other errors are logged and end the errand. An errand may be done twice
    (a crash between doing and forgetting it), so what it does must come to the same then. An errand that is due later
    holds up no other.
    """

    def __init__(self, kinds: Mapping[str, Errand], notes: Notes, clock: Clock) -> None:
        self._kinds = kinds
        self._notes = notes
        self._clock = clock
        self._jobs: dict[str, _Job] = {}
        self._lanes: dict[str, _Lane] = {}
        self._group: asyncio.TaskGroup | None = None
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._count = 0

    def note(
        self,
        kind: str,
        identity: str,
        data: Mapping[str, Any],
        *,
        room: str = "",
        due: datetime | None = None,
        member: MemberId | None = None,
    ) -> Note:
        """The note to write (with a batch, or by `add`); the same kind and identity is the same errand."""
        self._count += 1
        now = self._clock.now()
        said = {
            "kind": kind,
            "data": dict(data),
            "room": room,
            "due": due.isoformat() if due else None,
            "order": [now.timestamp(), self._count],
        }
        return Note(SCOPE, f"{kind} {identity}", json.dumps(said), member=member, until=max(due or now, now) + _KEPT)

    def forgotten(self, kind: str, identity: str) -> Note:
        """The note that calls an errand off."""
        return Note(SCOPE, f"{kind} {identity}", None)

    async def add(self, note: Note) -> None:
        """Write the note by itself and do it."""
        await self._notes.write([note])
        self.noted((note,))

    def noted(self, notes: Iterable[Note]) -> None:
        """A batch with these notes has been stored: begin with its errands."""
        for note in notes:
            if note.scope == SCOPE:
                self._take(note)

    async def run(self) -> None:
        """Take up what an earlier run left, then go on until cancelled."""
        left = [job for note in await self._left() if (job := _job(note)) is not None]
        try:
            async with asyncio.TaskGroup() as self._group:
                early, self._jobs = self._jobs, {}
                for job in sorted([*left, *early.values()], key=lambda job: job.order):
                    self._take(job.note)
                await asyncio.Event().wait()
        finally:
            self._group = None
            self._lanes.clear()

    async def _left(self) -> list[Note]:
        patience = Patience()
        while True:
            try:
                return await self._notes.all(SCOPE)
            except StorageError as error:
                await self._clock.sleep(patience.after(error))

    def _take(self, note: Note) -> None:
        known = self._jobs.get(note.id)
        if note.text is None:
            self._jobs.pop(note.id, None)
            return
        job = _job(note)
        if job is None:
            _log.error("an errand cannot be read", errand=note.id)
            return
        if known is not None and (known.data, known.due, known.room) == (job.data, job.due, job.room):
            return
        self._jobs[note.id] = job
        if self._group is not None:
            self._begin(job)

    def _begin(self, job: _Job) -> None:
        """Put it into its lane, at once or when it is due."""
        if self._group is None:
            return
        if job.due is not None and job.due > self._clock.now():
            self._group.create_task(self._later(job, job.due), name=f"matrix errand {job.kind}, due later")
            return
        lane = self._lanes.setdefault(job.room or job.note.id, _Lane())
        if job.note.id not in lane.waiting:
            lane.waiting.append(job.note.id)
        if not lane.running:
            lane.running = True
            self._group.create_task(self._work(job.room or job.note.id, lane), name="matrix errands of a room")

    async def _later(self, job: _Job, due: datetime) -> None:
        while self._jobs.get(job.note.id) is job and (left := (due - self._clock.now()).total_seconds()) > 0:
            await self._clock.sleep(min(left, _LONGEST_SLEEP))
        if self._jobs.get(job.note.id) is job:
            self._begin(job)

    async def _work(self, name: str, lane: _Lane) -> None:
        """Do what waits in a lane, one after the other."""
        while lane.waiting:
            job = self._jobs.get(lane.waiting.popleft())
            if job is not None:
                await self._carry_out(job)
        lane.running = False
        if self._lanes.get(name) is lane:
            del self._lanes[name]

    async def _carry_out(self, job: _Job) -> None:
        """Until it is done, refused for good, called off, or replaced by a newer errand of the same name."""
        identity, patience = job.note.id, Patience()
        while self._jobs.get(identity) is job:
            try:
                if await self._notes.get(SCOPE, identity) is None:  # called off, or whom it concerned was erased
                    break
                async with self._at_once:
                    await self._attempt(job)
                if self._jobs.get(identity) is job:
                    await self._notes.write([Note(SCOPE, identity, None)])
                break
            except (RateLimited, Unavailable, StorageError, Revoked) as error:
                pause = patience.after(error)
                _log.warning("an errand is tried again", errand=job.kind, room=job.room, error=str(error), pause=pause)
                await self._clock.sleep(pause)
        if self._jobs.get(identity) is job:
            del self._jobs[identity]

    async def _attempt(self, job: _Job) -> None:
        """Raises only what is worth another attempt."""
        does = self._kinds.get(job.kind)
        if does is None:
            _log.error("nobody knows how to do an errand", errand=job.kind)
            return
        try:
            await does(job.data)
        except (RateLimited, Unavailable, StorageError, Revoked):
            raise
        except FolkmootError as error:
            _log.warning("an errand came to nothing", errand=job.kind, room=job.room, error=str(error))
        except Exception:  # noqa: BLE001 - one errand's fault must not end the others
            _log.exception("an errand failed", errand=job.kind, room=job.room)


def _job(note: Note) -> _Job | None:
    """The errand in a note; None for one that says nothing that can be read."""
    try:
        said = json.loads(note.text or "")
        kind, data, room, due, order = (said[name] for name in ("kind", "data", "room", "due", "order"))
        at, count = order
        when = datetime.fromisoformat(due) if due is not None else None
        aware = when is None or when.tzinfo is not None
        if not (isinstance(kind, str) and isinstance(data, dict) and isinstance(room, str) and aware):
            return None
        return _Job(note, kind, data, room, when, (float(at), int(count)))
    except (ValueError, TypeError, KeyError):
        return None
