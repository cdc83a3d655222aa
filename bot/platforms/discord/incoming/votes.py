"""Reactions of this run, so that it is known whose they were when somebody clears them all."""

from collections import OrderedDict

from bot.domain.ids import MessageId
from bot.domain.member import Member

_REMEMBERED = 5_000
"""Messages; Discord does not say who reacted when reactions are cleared."""

_MOST_ON_ONE = 500


class Votes:
    def __init__(self) -> None:
        self._given: OrderedDict[MessageId, dict[tuple[str, str], Member]] = OrderedDict()

    def given(self, message: MessageId, emoji: str, member: Member) -> None:
        votes = self._given.setdefault(message, {})
        self._given.move_to_end(message)
        if len(votes) < _MOST_ON_ONE:
            votes[emoji, member.id] = member
        while len(self._given) > _REMEMBERED:
            self._given.popitem(last=False)

    def withdrawn(self, message: MessageId, emoji: str, member: Member) -> None:
        self._given.get(message, {}).pop((emoji, member.id), None)

    def cleared(self, message: MessageId, emoji: str | None = None) -> list[tuple[str, Member]]:
        """Those that are known to have stood there, of one emoji or of all; they are forgotten."""
        votes = self._given.get(message, {})
        gone = [name for name in votes if emoji is None or name[0] == emoji]
        return [(name[0], votes.pop(name)) for name in gone]
