from dataclasses import replace

from bot.domain.event import ModerationObserved, event_key
from bot.testing import factories


def test_what_a_moderator_removes_at_one_instant_counts_one_by_one():
    first, second = factories.message(), factories.message()
    square, hall = first.conversation, factories.room("hall")
    removal = ModerationObserved("remove", first.author.id, square, first.sent_at, message=first.id)
    others = [replace(removal, message=second.id), replace(removal, conversation=hall), replace(removal, message=None)]
    assert len({event_key(event) for event in (removal, *others)}) == len((removal, *others))
    assert event_key(replace(removal, reason="rude")) == event_key(removal)
