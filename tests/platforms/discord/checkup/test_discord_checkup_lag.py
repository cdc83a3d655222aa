"""How far behind a channel the bot is, and whether its messages come empty, by what stands there and in the store."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.platforms.discord.checkup.lag import lag_found, sent
from bot.platforms.found import State

SQUARE = 200
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def words(found, state):
    return " ".join(one.words for one in found if one.state is state)


def message(number, *, content="hello", minutes=0, **others):
    at = (NOW - timedelta(minutes=minutes)).isoformat()
    return {"id": str(number), "type": 0, "content": content, "timestamp": at, "author": {"id": "2"}, **others}


def test_what_people_wrote_is_what_counts():
    answer = [
        message(9),
        message(8, author={"id": "5", "bot": True}),
        message(7, webhook_id="6"),
        message(6, type=7),
        message(5, minutes=60 * 24 * 2),
        message(4, timestamp="yesterday"),
        "nonsense",
    ]
    assert [one.id for one in sent(answer, SQUARE, NOW, DAY)] == ["discord:200/9"]


@pytest.mark.parametrize(
    ("messages", "known", "running", "words_"),
    [
        ([], [], True, "it has no message yet"),
        ([message(9)], [9], True, "its newest message is stored"),
        ([message(9), message(8)], [8], False, "1 message came since the bot read it last"),
        ([message(9), message(8)], [8], True, "1 message just came"),
        ([message(9, minutes=5), message(8, minutes=90)], [], True, "1 h 30 min behind: at least 2 messages"),
    ],
)
def test_how_far_behind_the_bot_is(messages, known, running, words_):
    found = lag_found(
        "x", sent(messages, SQUARE, NOW, DAY), [f"discord:200/{one}" for one in known], NOW, running=running
    )
    assert words_ in " ".join(one.words for one in found)


def test_messages_that_come_empty_are_noticed():
    empty = [message(number, content="") for number in (9, 8, 7)]
    found = list(lag_found("x", sent(empty, SQUARE, NOW, DAY), ["discord:200/9"], NOW, running=True))
    assert "the Message Content Intent is off" in words(found, State.MEND)
    for more in ({"attachments": [{}]}, {"poll": {"question": {}}}, {"message_snapshots": [{}]}):
        some = [*empty[:2], message(7, content="", **more)]
        assert not words(lag_found("x", sent(some, SQUARE, NOW, DAY), [], NOW, running=True), State.MEND)
