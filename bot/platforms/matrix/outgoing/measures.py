"""Measures against members and messages, each in every room of the community where it applies."""

from bot.domain.effect import Ban, Hide, Kick, LiftTimeout, Restore, SlowMode, Timeout, Unban, Warn
from bot.errors import Unsupported
from bot.platforms.matrix import names
from bot.platforms.matrix.outgoing.hiding import Hiding
from bot.platforms.matrix.outgoing.memberships import Memberships
from bot.platforms.matrix.outgoing.mutes import Mutes
from bot.platforms.matrix.outgoing.places import Places, against_itself, reason_of
from bot.platforms.matrix.outgoing.posts import Posts
from bot.platforms.matrix.outgoing.spots import user_in
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.ports.platform import Delivery, Receipt

Measure = Hide | Restore | Warn | Timeout | LiftTimeout | Kick | Ban | Unban | SlowMode

_ACTIONS = {Kick: "kick", Ban: "ban", Unban: "unban"}
_IDLE = {
    "kick": "the member was in none of the rooms (any more)",
    "ban": "the member was banned already",
    "unban": "the member was banned nowhere",
}


class Measures:
    def __init__(
        self,
        own: str,
        rooms: Rooms,
        places: Places,
        posts: Posts,
        hiding: Hiding,
        memberships: Memberships,
        mutes: Mutes,
    ) -> None:
        self._own, self._rooms, self._places = own, rooms, places
        self._posts, self._hiding, self._memberships, self._mutes = posts, hiding, memberships, mutes

    async def carry_out(self, delivery: Delivery, measure: Measure) -> Receipt:
        match measure:
            case Hide():
                return await self._hiding.hide(delivery, measure)
            case Restore():
                return await self._hiding.restore(delivery, measure)
            case Warn():
                return await self._warn(delivery, measure)
            case Timeout():
                return await self._time_out(delivery, measure)
            case LiftTimeout():
                user = self._other(measure)
                idle = "the member was not timed out"
                return await self._places.everywhere(measure, lambda room: self._mutes.end(room, user), idle)
            case SlowMode():
                raise Unsupported("Matrix rooms have no slow mode")
            case _:
                return await self._change_membership(measure)

    async def _warn(self, delivery: Delivery, effect: Warn) -> Receipt:
        self._other(effect)
        receipt = await self._posts.write_privately(delivery, effect)
        place = names.event_of(receipt.message) if receipt.message else None
        told = place is not None and await self._rooms.membership(place[0], names.user_of(effect.member)) == "join"
        note = "told privately" if told else "told in a private room, which the member has yet to enter"
        return Receipt(receipt.message, "; ".join(filter(None, (note, receipt.note))))

    async def _time_out(self, delivery: Delivery, effect: Timeout) -> Receipt:
        user = self._other(effect)
        idle = "there was nothing to do"
        return await self._places.everywhere(effect, lambda room: self._mutes.set(room, user, delivery, effect), idle)

    async def _change_membership(self, effect: Kick | Ban | Unban) -> Receipt:
        user, action = self._other(effect), _ACTIONS[type(effect)]
        reason = reason_of(effect)
        return await self._places.everywhere(
            effect, lambda room: self._memberships.change(room, user, action, reason), _IDLE[action]
        )

    def _other(self, effect: Warn | Timeout | LiftTimeout | Kick | Ban | Unban) -> str:
        """The account aimed at. Raises Gone for what is none, and does nothing to the bot itself."""
        user = user_in(effect.member)
        if user == self._own:
            raise against_itself()
        return user
