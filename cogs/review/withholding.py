"""Which messages nobody should repeat, as the other cogs are told: from the opening of a case until it is dismissed."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

from bot.api import Announce, AtLeast, Effect, MessageId
from cogs.review import policy
from cogs.review.desk import Desk
from cogs.review.rows import Case

WITHHELD: Final = "message.withheld"
CLEARED: Final = "message.cleared"
ASKED: Final = "withheld.asked"
"""A cog that was not there to hear asks with this topic, and hears of every message that a case was opened about."""


async def word(desk: Desk, case: Case) -> Announce:
    """How the message of `case` stands with the case in its new form, stored or not."""
    stored = await desk.tables.of(Case).find({"community": case.community, "message": case.message})
    return _word([*(other for other in stored if other.number != case.number), case])


async def every_word(desk: Desk, now: datetime) -> list[Effect]:
    """How every message stands that a case was opened about and whose text is still stored."""
    words: list[Effect] = []
    for community in desk.directory.communities():
        since = AtLeast(now - timedelta(days=community.retention_days))  # a case is never older than its message
        cases = await desk.tables.of(Case).find({"community": community.id, "opened_at": since}, order=("number",))
        about: defaultdict[MessageId, list[Case]] = defaultdict(list)
        for case in cases:
            about[case.message].append(case)
        stored = await desk.history.messages(about)
        words += [_word(found) for message, found in about.items() if message in stored]
    return words


def _word(cases: list[Case]) -> Announce:
    topic = WITHHELD if policy.withheld(cases) else CLEARED
    return Announce(topic, cases[-1].conversation, {"message": cases[-1].message})
