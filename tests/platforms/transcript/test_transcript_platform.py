import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.event import MessagePosted
from bot.errors import DataError
from bot.platforms.transcript import Progress, TranscriptPlatform
from bot.platforms.transcript.readers import jsonl
from bot.storage import open_store

NOW = datetime(2026, 3, 9, tzinfo=UTC)
REVOLUTION = Path(__file__).parents[4] / "shared" / "data" / "threads" / "economic-revolution.txt"


def line(number):
    at = f"2026-03-02T18:{number // 60 % 60:02}:{number % 60:02}+00:00"
    return json.dumps({"id": f"m{number}", "room": "square", "author": "Ann", "at": at, "text": f"words {number}"})


@pytest.fixture
def square(tmp_path):
    path = tmp_path / "square.jsonl"
    path.write_text("".join(line(number) + "\n" for number in range(450)))
    return path


async def replay(path, resume=None, **others):
    return [batch async for batch in TranscriptPlatform(path, **others).batches(resume or {})]


def ids(batches):
    return [event.message.id for batch in batches for event in batch.events]


async def test_batches_say_how_far_they_got(square):
    seen = []
    batches = await replay(square, on_progress=seen.append)
    assert [len(batch.events) for batch in batches] == [200, 200, 50]
    assert [*batches[-1].checkpoints.values()] == ["450"]
    assert seen[-3:] == [Progress(200, 450), Progress(400, 450), Progress(450, 450)]
    assert [progress.total for progress in seen[:3]] == [None, None, None]


async def test_a_replay_resumes_and_a_file_that_grew_goes_on(square):
    batches = await replay(square)
    assert ids(await replay(square, batches[0].checkpoints)) == ids(batches)[200:]
    with square.open("a") as file:
        file.write(line(450) + "\n")
    assert ids(await replay(square, batches[-1].checkpoints)) == ["transcript:square/m450"]


async def test_another_file_of_the_same_name_is_read_from_its_beginning(square):
    resume = (await replay(square))[-1].checkpoints
    square.write_text(line(451))
    assert len(ids(await replay(square, resume))) == 1


async def test_a_second_replay_stores_nothing_twice(square, tmp_path):
    store = await open_store(tmp_path / "store.sqlite")
    try:
        for expected in ([200, 200, 50], [0, 0, 0]):
            stored = [
                len((await store.journal.ingest("transcript", batch, NOW)).fresh) for batch in await replay(square)
            ]
            assert stored == expected
        assert (await store.counters())["messages"] == 450
    finally:
        await store.aclose()


async def test_a_broken_file_yields_nothing_at_all(square):
    with square.open("a") as file:
        file.write('{"id": "m450"}\n')
    reader = TranscriptPlatform(square).batches({})
    with pytest.raises(DataError, match="line 451"):
        await anext(reader)


async def test_a_file_in_which_nobody_speaks_is_refused(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('{"guild": {"id": "1"}, "channel": {"id": "2", "name": "x"}, "messages": []}')
    with pytest.raises(DataError, match="no messages"):
        await TranscriptPlatform(path).check()


async def test_rooms_are_known_after_the_check(square):
    platform = TranscriptPlatform(square)
    assert await platform.check() == 450
    assert [conversation.id for conversation in platform.conversations] == ["transcript:square"]


async def test_a_readers_own_format_can_be_given(square):
    def every_tenth(path):
        yield from (event for number, event in enumerate(jsonl.read(path)) if number % 10 == 0)

    assert len(ids(await replay(square, reader=every_tenth))) == 45


async def test_a_large_export_is_read_in_little_memory(tmp_path):
    path, words = tmp_path / "large.json", "words and more words " * 20
    author = '{"id": "7", "name": "ann"}'
    with path.open("w") as file:
        file.write('{"guild": {"id": "1"}, "channel": {"id": "2", "name": "x"}, "messages": [')
        for number in range(12_000):
            at = datetime.fromtimestamp(1_772_474_400 + number, UTC).isoformat()
            file.write(
                f'{"," if number else ""}{{"id": "{number}", "type": "Default", "timestamp": "{at}", '
                f'"content": "{words}", "author": {author}}}\n'
            )
        file.write("]}")
    platform, count = TranscriptPlatform(path), 0
    tracemalloc.start()
    try:
        async for batch in platform.batches({}):
            count += len(batch.events)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 12_000
    assert peak < 3_000_000 < path.stat().st_size


@pytest.mark.skipif(not REVOLUTION.exists(), reason="the real discussion does not lie beside the repository")
async def test_a_real_comment_thread_is_read_as_people_wrote_it():
    events = [event for batch in await replay(REVOLUTION) for event in batch.events]
    assert all(isinstance(event, MessagePosted) for event in events)
    assert len(events) == 20
    assert events[0].message.author.name == "Gar Alperovitz"
    assert events[1].message.text.startswith("Excellent work Gar")
    assert "\n\n" in events[1].message.text
