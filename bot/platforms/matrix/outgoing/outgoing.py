"""Everything that the bot does on Matrix, by effect: the one door for whoever has a delivery."""

from bot.domain.effect import (
    Ask,
    Attach,
    Deliverable,
    DirectMessage,
    Edit,
    Guarantee,
    Kick,
    OpenThread,
    Priority,
    React,
    Say,
)
from bot.domain.ids import MessageId
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.crypto.machine import Machine
from bot.platforms.matrix.errands import Errands
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.outgoing.hiding import Hiding
from bot.platforms.matrix.outgoing.levels import Levels
from bot.platforms.matrix.outgoing.measures import Measures
from bot.platforms.matrix.outgoing.memberships import Memberships
from bot.platforms.matrix.outgoing.mutes import LIFT, Mutes
from bot.platforms.matrix.outgoing.places import Places
from bot.platforms.matrix.outgoing.posts import Posts
from bot.platforms.matrix.outgoing.reactions import Reactions
from bot.platforms.matrix.outgoing.sender import Sender
from bot.platforms.matrix.outgoing.spots import Spots
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.ports.clock import Clock
from bot.ports.platform import Delivery, Notes, Receipt


class Outgoing:
    """`kinds` has what must be among the kinds of `errands` before they run.

    Args:
        sender: the one that everybody posts through.
        machine: None where encryption is switched off.
    """

    def __init__(
        self,
        homeserver: Homeserver,
        rooms: Rooms,
        sender: Sender,
        options: Options,
        notes: Notes,
        errands: Errands,
        clock: Clock,
        machine: Machine | None,
    ) -> None:
        self._sender = sender
        places = Places(homeserver.user, rooms, options)
        self._posts = Posts(sender, rooms, Spots(sender, rooms, options), Reactions(homeserver, sender))
        mutes = Mutes(Levels(homeserver, sender), rooms, places, notes, errands, clock)
        hiding = Hiding(homeserver, rooms, machine, sender, self._posts, notes, clock)
        memberships = Memberships(homeserver, rooms, places)
        self._measures = Measures(homeserver.user, rooms, places, self._posts, hiding, memberships, mutes)
        self.kinds = {LIFT: mutes.lift}

    async def apply(self, delivery: Delivery) -> Receipt:
        """Carry out an effect. Raises as `Platform.apply`."""
        with self._sender.turns.begun(_priority(delivery.effect)):
            return await self._apply(delivery)

    def guarantee(self, effect: Deliverable) -> Guarantee:
        """Posts bear a marker, redactions and levels are the same the second time.

        Somebody who was removed may have come back before a second attempt, which removes them again.
        """
        return Guarantee.AT_LEAST_ONCE if isinstance(effect, Kick) else Guarantee.EXACTLY_ONCE

    def address(self, message: MessageId) -> str | None:
        return self._posts.link_to(message)

    async def _apply(self, delivery: Delivery) -> Receipt:
        match delivery.effect:
            case Say() as effect:
                return await self._posts.say(delivery, effect)
            case Ask() as effect:
                return await self._posts.ask(delivery, effect)
            case Edit() as effect:
                return await self._posts.edit(delivery, effect)
            case React() as effect:
                return await self._posts.react(delivery, effect)
            case Attach() as effect:
                return await self._posts.attach(delivery, effect)
            case DirectMessage() as effect:
                return await self._posts.write_privately(delivery, effect)
            case OpenThread() as effect:
                return await self._posts.open_thread(delivery, effect)
            case effect:
                return await self._measures.carry_out(delivery, effect)


def _priority(effect: Deliverable) -> Priority:
    return effect.priority if isinstance(effect, Say | Ask | Edit) else Priority.ANSWER
