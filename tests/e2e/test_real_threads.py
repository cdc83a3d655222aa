"""Real discussions through the real core; skipped where the data folder is not there."""

import asyncio
import io
import json
import os
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import running
from bot.commandline.progress import steps
from bot.commandline.replay import replay
from bot.commandline.report import as_json
from bot.config import Config
from bot.config.core import Core
from bot.domain.conversation import Conversation
from bot.domain.event import MessagePosted
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member
from bot.domain.message import Message
from bot.domain.text import storable
from bot.platforms.transcript import TranscriptPlatform
from bot.testing.models import scripted_models

DATA = Path(os.environ.get("FOLKMOOT_DATA", Path(__file__).parents[3] / "shared" / "data"))
DEBATES = DATA / "attacks" / "iac_threads.jsonl.zst"
REVOLUTION = DATA / "threads" / "economic-revolution.txt"
LENGTH = 20

pytestmark = pytest.mark.skipif(
    not (DEBATES.exists() and REVOLUTION.exists()),
    reason="the data folder is not here: name it in FOLKMOOT_DATA to run real discussions",
)


def debates(path):
    """A reader of our own: lines `{discussion, post, author, parent, ts, text}`, each discussion a room."""
    import zstandard  # noqa: PLC0415 - only where the data is

    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        for line in io.TextIOWrapper(stream, encoding="utf-8", newline="\n"):
            post = json.loads(line)
            room, parent = f"transcript:{post['discussion']}", post["parent"]
            yield MessagePosted(
                Message(
                    MessageId(f"{room}/{post['post']}"),
                    Conversation(ConversationId(room), f"debate {post['discussion']}"),
                    Member(MemberId(f"transcript:{post['author']}"), post["author"]),
                    storable(post["text"]),
                    datetime.fromtimestamp(post["ts"], UTC),
                    reply_to=MessageId(f"{room}/{parent}") if parent is not None else None,
                )
            )


def folded(text):
    """A quote's runs of white space are folded; else it is verbatim."""
    return " ".join(text.split())


async def test_every_debate_is_stored_once_and_in_order(tmp_path):
    rooms = defaultdict(list)
    for event in debates(DEBATES):
        rooms[event.message.conversation.id].append(event.message)
    core = {"store": {"path": "debates.sqlite"}, "cogs": {"enabled": ()}}
    config = Config(tmp_path / "config.toml", Core.model_validate(core), {})
    platform = TranscriptPlatform(DEBATES, reader=debates)
    async with running(config, [lambda *_: platform], models=scripted_models()) as app:
        await app.wait()
        await app.idle()
        assert len(platform.conversations) == len(rooms) == 849
        counters = await app.store.counters()
        assert counters["messages"] == sum(map(len, rooms.values()))
        assert counters["events waiting"] == counters["posts waiting"] == 0
        for room, said in rooms.items():
            stored = await app.store.history.recent(room, limit=len(said) + 1)
            in_time = sorted(said, key=lambda one: one.sent_at)  # one post of the file is out of order
            assert [(one.id, one.text) for one in stored] == [(one.id, one.text) for one in in_time]


@pytest.fixture
def few_debates():
    """A reader for three of the debates, of a length that is judged in seconds."""
    by_room = defaultdict(list)
    for event in debates(DEBATES):
        by_room[event.message.conversation.id].append(event)
    chosen = [room for room in by_room.values() if len(room) == LENGTH][:3]

    def read(_):
        for room in chosen:
            yield from room

    return read, {event.message.id: event.message for room in chosen for event in room}


async def test_debates_are_judged_and_summed_up_by_the_shipped_models(few_debates):
    reader, said = few_debates
    with steps() as shown:
        found = as_json(await replay(DEBATES, shown, reader=reader))
    assert (found["counts"]["messages"], found["counts"]["rooms"]) == (len(said), 3)
    assert len(found["flags"]) < len(said) / 4
    for flag in found["flags"]:
        assert flag["score"] >= found["threshold"]
        assert flag["message"]["text"] == said[f"transcript:{flag['message']['id']}"].text
        assert flag["reason"]
    assert len(found["summaries"]) == 3
    for summary in found["summaries"]:
        assert len({line["message"] for line in summary["lines"]}) >= 3
        for line in summary["lines"]:
            assert line["quote"] in folded(said[f"transcript:{line['message']}"].text)


def test_a_heated_but_fair_thread_has_no_flag_and_a_summary_of_both_sides():
    with steps() as shown:
        found = as_json(asyncio.run(replay(REVOLUTION, shown)))
    assert (found["counts"]["messages"], found["counts"]["flags"]) == (20, 0)
    assert found["model"]
    (summary,) = found["summaries"]
    quotes = [line["quote"].lower() for line in summary["lines"]]
    assert any("class struggle" in quote or "revolution" in quote for quote in quotes)
    assert any("gradual" in quote or "local" in quote or "cooperative" in quote for quote in quotes)
    text = folded(REVOLUTION.read_text(encoding="utf-8-sig"))
    assert all(line["quote"] in text for line in summary["lines"])
    assert len({line["message"] for line in summary["lines"]}) >= 5
