"""Where a post goes: which room, in which thread, in answer to what."""

from dataclasses import dataclass
from typing import Any

from bot.domain.effect import Ask, Attach, Audience, Say
from bot.domain.ids import MemberId, MessageId, platform_of
from bot.errors import Gone, Unsupported
from bot.platforms.matrix import names
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.outgoing.powers import room_name
from bot.platforms.matrix.outgoing.sender import Sender
from bot.platforms.matrix.render import content
from bot.platforms.matrix.rooms.rooms import Rooms


@dataclass(frozen=True, slots=True)
class Spot:
    """`private`: one person alone reads there."""

    room: str
    thread: str | None = None
    reply_to: str | None = None
    private: bool = False

    def relation(self, latest: str | None = None) -> dict[str, Any] | None:
        """How a message there relates to others; `latest`: the bot's own message just before it."""
        if self.thread is not None:
            return content.in_thread(self.thread, reply_to=None if latest else self.reply_to, latest=latest)
        return content.reply(self.reply_to) if self.reply_to and latest is None else None


class Spots:
    def __init__(self, sender: Sender, rooms: Rooms, options: Options) -> None:
        self._sender, self._rooms, self._options = sender, rooms, options

    async def of(self, effect: Say | Ask | Attach) -> Spot:
        """Raises Forbidden where the asker cannot be reached, Unsupported where no such audience is."""
        place = names.place_of(effect.conversation)
        here = self._here(place, effect.reply_to)
        match effect.audience:
            case Audience.ASKER:
                if effect.asker is None:
                    raise Unsupported("it is for the asker alone, and nobody is named")
                room = await self._sender.private_room(user_in(effect.asker))
                return Spot(room, here.thread, here.reply_to, private=True) if room == place.room else _private(room)
            case Audience.MODERATORS if names.conversation_id(place.room) not in self._options.review_rooms:
                where = room_name(self._rooms, place.room)
                raise Unsupported(f"{where} is no moderators' room, and Matrix shows nothing to moderators alone")
            case _:
                return here

    async def private(self, member: MemberId) -> Spot:
        return _private(await self._sender.private_room(user_in(member)))

    def _here(self, place: names.Place, reply_to: MessageId | None) -> Spot:
        """Threads and messages stay behind when a room is upgraded: in the successor the post stands by itself."""
        if self._rooms.current(place.room) != place.room:
            return Spot(place.room)
        answered = names.event_of(reply_to) if reply_to else None
        return Spot(place.room, place.thread, answered[1] if answered and answered[0] == place.room else None)


def user_in(member: MemberId) -> str:
    """Raises Gone for what is no account of Matrix."""
    user = names.user_of(member)
    if platform_of(member) != names.PLATFORM or not user.startswith("@") or not names.server_of(user):
        raise Gone("there is no such account on Matrix")
    return user


def _private(room: str) -> Spot:
    return Spot(room, private=True)
