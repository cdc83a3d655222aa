"""A reaction that reports a message to the moderators."""

from bot.domain.event import Reported
from bot.platforms.matrix import names
from bot.platforms.matrix.errands import Errands
from bot.platforms.matrix.incoming.following_up import UNFLAG
from bot.platforms.matrix.incoming.gestures import Reaction, same_emoji
from bot.platforms.matrix.incoming.taken import Taken
from bot.platforms.matrix.named import is_named
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.room import Room
from bot.platforms.matrix.rooms.rooms import Rooms


class Flags:
    """Only in rooms of a community: elsewhere nobody would hear of it, and the reaction is one like any other.

    The reaction is taken away where the bot has the power: seen by all, it would put both people into the pillory.
    """

    def __init__(self, options: Options, rooms: Rooms, errands: Errands) -> None:
        self._options = options
        self._rooms = rooms
        self._errands = errands

    def report(self, room: Room, reaction: Reaction) -> Taken | None:
        if not same_emoji(reaction.emoji, self._options.report_emoji):
            return None
        if room.private or not is_named(room.id, self._options, self._rooms):
            return None
        conversation, message = room.conversation(), names.message_id(room.id, reaction.target)
        event = Reported(message, conversation, room.member(reaction.sender), "", reaction.at)
        if not room.power.may(self._options.user, "redact"):
            return Taken((event,))
        data = {"room": room.id, "event": reaction.id}
        return Taken((event,), (self._errands.note(UNFLAG, reaction.id, data, room=room.id),))
