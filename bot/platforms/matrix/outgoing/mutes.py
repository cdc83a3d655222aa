"""Timeouts: for a while somebody's power is below what writing needs; afterwards they have what they had before."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

from bot.domain.effect import Timeout
from bot.errors import Forbidden, Gone
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.errands import Errands
from bot.platforms.matrix.outgoing.levels import Levels, below_all, level_of, with_level
from bot.platforms.matrix.outgoing.places import Places
from bot.platforms.matrix.rooms.power import Power
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.ports.clock import Clock
from bot.ports.platform import Delivery, Note, Notes

SCOPE = "mute"
LIFT = "lift"
"""The errand that ends a timeout when it is over."""

_LONGEST = timedelta(days=3650)
_KEPT = timedelta(days=30)
"""The note outlives the timeout by this, in case the bot is down when it ends."""


@dataclass(frozen=True, slots=True)
class _Mute:
    """A timeout that holds.

    Attributes:
        room: where it was set, which may have been upgraded since.
        before: the level that was written for the member, as it was written; None: none was.
        level: the one that is in its place.
        until: when it is over, in ISO form.
        key: of the delivery that set it last.
    """

    room: str
    before: Any
    level: Any
    until: str
    key: str

    @property
    def over_at(self) -> datetime:
        return datetime.fromisoformat(self.until)


class Mutes:
    """`lift` is for `Errands`, under the kind LIFT.

    Notes and errands of timeouts name nobody as the member that they are about: somebody who has their data erased
    must not stay silenced for good. They go when the timeout is over.
    """

    def __init__(
        self, levels: Levels, rooms: Rooms, places: Places, notes: Notes, errands: Errands, clock: Clock
    ) -> None:
        self._levels, self._rooms, self._places = levels, rooms, places
        self._notes, self._errands, self._clock = notes, errands, clock
        self._by_user: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """One thing at a time: the end of one timeout must not forget the one that begins at that moment."""

    async def set(self, room: str, user: str, delivery: Delivery, effect: Timeout) -> bool:
        """Raises Forbidden where the member has as much power as the bot."""
        async with self._lock(user):
            return await self._set(room, user, delivery, effect)

    async def _set(self, room: str, user: str, delivery: Delivery, effect: Timeout) -> bool:
        content = await self._levels.read(room)
        self._places.may(room, user, "level", self._power(room, content))
        earlier = await self._standing(room, user)
        if earlier is not None and earlier.key == delivery.key:  # an earlier attempt came this far
            mute = earlier
        else:
            mute = self._new(room, level_of(content, user), below_all(content), earlier, delivery.key, effect.seconds)
        await self._write(user, mute)
        try:
            await self._levels.change(room, lambda content: with_level(content, user, mute.level))
        except (Forbidden, Gone, Refused):
            await (self._forget(user, mute) if earlier is None else self._write(user, earlier))
            raise
        return True

    async def end(self, room: str, user: str) -> bool:
        """Before its time; somebody whom a person muted may write again, too. False: there was nothing to end."""
        async with self._lock(user):
            return await self._end(room, user)

    async def _end(self, room: str, user: str) -> bool:
        mute, content = await self._standing(room, user), await self._levels.read(room)
        power, level = self._power(room, content), level_of(content, user)
        if mute is None and (level is None or power.may_send(user, "m.room.message")):
            return False
        self._places.may(room, user, "level", power)
        await self._restore(room, user, mute or _Mute(room, None, level, "", ""))
        return True

    async def lift(self, data: Mapping[str, Any]) -> None:
        """A timeout's time may be over; one that was extended meanwhile stays, and has an errand of its own."""
        room, user = self._rooms.current(data["room"]), data["user"]
        async with self._lock(user):
            mute = await self._standing(room, user)
            if mute is not None and mute.over_at <= self._clock.now():
                await self._restore(room, user, mute)

    def _lock(self, user: str) -> asyncio.Lock:
        return self._by_user.setdefault(user, asyncio.Lock())

    def _new(self, room: str, level: Any, below: int, earlier: _Mute | None, key: str, seconds: float) -> _Mute:
        """It lasts until the later end of the two; what somebody else set meanwhile is what they get back."""
        until = self._clock.now() + min(timedelta(seconds=max(seconds, 0)), _LONGEST)
        if earlier is None:
            return _Mute(room, level, below, until.isoformat(), key)
        before = earlier.before if level == earlier.level else level
        return _Mute(earlier.room, before, below, max(until, earlier.over_at).isoformat(), key)

    async def _restore(self, room: str, user: str, mute: _Mute) -> None:
        """A level that somebody else set meanwhile is left as it is."""

        def restored(content: dict[str, Any]) -> dict[str, Any]:
            return with_level(content, user, mute.before) if level_of(content, user) == mute.level else content

        await self._levels.change(room, restored)
        await self._forget(user, mute)

    async def _write(self, user: str, mute: _Mute) -> None:
        """The note and the errand that ends it; an upgrade takes power levels along, the note keeps its name."""
        identity, due = f"{mute.room} {user}", mute.over_at
        note = Note(SCOPE, identity, json.dumps(asdict(mute)), until=due + _KEPT)
        errand = self._errands.note(LIFT, identity, {"room": mute.room, "user": user}, room=mute.room, due=due)
        await self._notes.write([note, errand])
        self._errands.noted([errand])

    async def _forget(self, user: str, mute: _Mute) -> None:
        called_off = self._errands.forgotten(LIFT, f"{mute.room} {user}")
        await self._notes.write([Note(SCOPE, f"{mute.room} {user}", None), called_off])
        self._errands.noted([called_off])

    async def _standing(self, room: str, user: str) -> _Mute | None:
        """The timeout that holds in a room, set there or in one that it replaced."""
        for note in await self._notes.all(SCOPE):
            if note.text and note.id.endswith(f" {user}"):
                mute = _Mute(**json.loads(note.text))
                if self._rooms.current(mute.room) == room:
                    return mute
        return None

    def _power(self, room: str, content: Mapping[str, Any]) -> Power:
        known = self._rooms.get(room)
        if known is None:
            raise Gone("the bot is not in that room (any more)")
        return replace(known.power, levels=content)
