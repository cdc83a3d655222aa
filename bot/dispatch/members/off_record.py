"""Which messages are off the record: those that begin with a marker, and all by members who want it so."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from bot.domain.effect import OffTheRecord
from bot.domain.event import Incoming, MessageEdited, MessagePosted
from bot.domain.ids import MemberId
from bot.ports.platform import Batch

_QUOTED = re.compile(r"(?:[^\S\n]*>[^\n]*(?:\n|$))+")
_INVISIBLE = frozenset({"Cf", "Cc", "Mn", "Zs", "Zl", "Zp"})
"""Kinds of characters that nobody sees in front of a marker."""


class OffRecord:
    """Marks messages before they are stored.

    Args:
        markers: what a message begins with that is off the record; case makes no difference.
    """

    def __init__(self, markers: Sequence[str]) -> None:
        self._markers = tuple(_folded(marker.strip()) for marker in markers)
        self._longest = max(map(len, self._markers), default=0)
        self._members: set[MemberId] = set()

    def load(self, members: Collection[MemberId]) -> None:
        """Members who wanted it before the start."""
        self._members = set(members)

    def apply(self, wishes: Iterable[OffTheRecord]) -> None:
        """Take over wishes that were committed."""
        for wish in wishes:
            if wish.wanted:
                self._members.add(wish.member)
            else:
                self._members.discard(wish.member)

    def wanted(self, member: MemberId) -> bool:
        """Whether all that the member writes from now on is off the record."""
        return member in self._members

    def marked(self, batch: Batch) -> Batch:
        """The batch with its messages marked."""
        events = tuple(self._marked(event) for event in batch.events)
        return replace(batch, events=events)

    def _marked(self, event: Incoming) -> Incoming:
        if not isinstance(event, MessagePosted | MessageEdited):
            return event
        message = event.message
        off = self.wanted(message.author.id) or self.begins_with_marker(message.text)
        return event if off == message.off_record else replace(event, message=replace(message, off_record=off))

    def begins_with_marker(self, text: str) -> bool:
        """Whether a text's own words begin with a marker: not what it quotes of others, nor what cannot be seen."""
        quoted = _QUOTED.match(text)
        start, end = quoted.end() if quoted else 0, len(text)
        while start < end and (text[start].isspace() or unicodedata.category(text[start]) in _INVISIBLE):
            start += 1
        head = _folded(text[start : start + self._longest + 1])
        return any(head.startswith(marker) and not _goes_on(marker, head) for marker in self._markers)


def _goes_on(marker: str, head: str) -> bool:
    """Whether the marker is only the beginning of a longer word, as "off" is of "offer"."""
    following = head[len(marker) : len(marker) + 1]
    return marker[-1].isalnum() and following.isalnum()


def _folded(text: str) -> str:
    """Letters of either case, and brackets of either width, alike."""
    return unicodedata.normalize("NFKC", text).casefold()
