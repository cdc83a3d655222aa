"""What members are told is true in every mode."""

import pytest

from bot.api import Mode, plain
from bot.testing.factories import community
from cogs.civility import notices


@pytest.mark.parametrize(("mode", "told"), [(Mode.OBSERVE, False), (Mode.SUGGEST, True), (Mode.ENFORCE, True)])
def test_moderators_are_named_only_where_they_hear_of_messages(mode, told):
    here = community(mode=mode, retention_days=14)
    notice = plain(notices.room_notice("model-1", here, None, ("[off]", "[otr]"), "!"))
    watched = plain(
        notices.watched(
            community=here,
            model="model-1",
            threshold=0.66,
            rule=None,
            exempted="nobody",
            markers=("[off]", "[otr]"),
            prefix="!",
            judged=3,
            abstained=0,
        )
    )
    assert ("points messages out to the moderators" in notice) is told
    assert ("put before the moderators" in watched) is told
    assert ("only counts" in notice) is not told
    assert "14 days" in notice
    assert "14 days" in watched
    for text in (notice, watched):
        assert "[off] or [otr] to keep it off the record: it is judged like any other" in text
        assert "!privacy" in text
