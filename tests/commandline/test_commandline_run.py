"""`folkmoot run`: starting, stopping at any moment, taking up again, and what keeps it from starting."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import threading

import pytest

from bot.commandline import run
from bot.config import Config
from bot.config.core import Core
from bot.domain.ids import ConversationId, MemberId
from bot.domain.member import Member, Standing
from bot.errors import StorageError
from bot.storage import open_store
from bot.storage.journal import SqliteJournal
from bot.storage.store import SqliteStore
from bot.testing.contracts.platform_driver import Kept
from models.attacks import AttackClassifier, Judgement, Target
from models.summaries import ThreadSummarizer


async def test_every_review_room_of_the_console_is_private_there(tmp_path):
    communities = [
        {"id": "one", "rooms": ["console:moderators", "discord:1"], "review_room": "console:desk"},
        {"id": "two", "rooms": ["console:agora"], "review_room": "discord:2"},
    ]
    config = Config(tmp_path / "config.toml", Core.model_validate({"community": communities}))
    console = run.console_platform(config)(lambda _: Kept().core)
    await console.aclose()
    member = MemberId("console:you")
    console._stage.meet(Member(member, "you"), Standing.MEMBER)
    rooms = {room.name for room in console._stage.rooms()}
    assert rooms == {"square", "moderators", "agora", "desk"}
    readable = {room for room in rooms if await console.may_read(member, ConversationId(f"console:{room}"))}
    assert readable == {"square", "moderators", "agora"}


# --- as a process of its own --------------------------------------------------------------------------------------


def test_it_answers_stops_when_told_and_takes_up_where_it_stopped(process, config):
    first = process("run", "--config", config)
    first.until("running")
    first.type("/as Dario", "buses first, I say", "/as Hanna", "/reply 1 !report he shouts")
    first.until("Thank")
    first.type("/as Mira admin", "/room moderators", "!set civility.threshold 0.9")
    first.until("is now 0.9")
    first.type("!help")
    first.until("!queue")
    first.stop_typing()  # the end of what is typed is not the end of the bot
    assert first.terminate() == 0
    assert "stopping" in first.said
    assert "stopped" in first.said

    second = process("run", "--config", config)
    second.until("running")
    second.type("/as Mira admin", "/room moderators", "!queue")
    assert "#5 Mira in moderators" in second.until("Case 1")  # numbers go on after those of the first run
    second.type("!settings")
    second.until("= 0.9")
    assert second.terminate() == 0
    assert "Traceback" not in first.said + second.said
    assert "Warning" not in first.said + second.said


def test_in_safe_mode_it_says_so_everywhere_and_what_is_said_meanwhile_waits(process, folkmoot, config):
    config.write_text(config.read_text() + '\n[civility]\nthreshold = "broken"\n')
    safe = process("run", "--safe", "--config", config)
    assert "without --safe" in safe.until("communities=1")  # in the log...
    safe.until("Left out: civility, review")  # ...and in the moderators' room
    safe.type("/as Dario", "buses first, I say", "/as Mira admin", "/room moderators", "!cogs")
    safe.until("civility: left out")
    assert "a bot runs on the store now: process" in folkmoot("doctor", "--config", sound_config(config)).out
    assert folkmoot("backup", "--config", sound_config(config)).code == 0
    assert safe.terminate() == 0
    assert "Traceback" not in safe.said

    assert waiting(config) == 1
    normal = process("run", "--config", sound_config(config))
    normal.until("took up where the last run stopped")
    assert normal.terminate() == 0
    assert waiting(config) == 0


def waiting(config):
    """How many events nobody is done with."""
    connection = sqlite3.connect(config.parent / "folkmoot.sqlite")
    (count,) = connection.execute("SELECT count(*) FROM journal WHERE NOT finished").fetchone()
    connection.close()
    return count


def sound_config(config):
    config.write_text(config.read_text().replace('"broken"', "0.5"))
    return config


def test_without_anybody_typing_it_runs_until_it_is_told_to_stop(process, config):
    bot = process("run", "--config", config, stdin=subprocess.DEVNULL)
    bot.until("running")
    assert bot.terminate() == 0
    assert "stopping" in bot.said


def test_a_broken_configuration_ends_the_process_with_its_code_and_one_line(process, config):
    config.write_text("[civilty]\nthreshold = 1\n")
    bot = process("run", "--config", config)
    assert bot.wait() == 78
    assert bot.said.startswith("folkmoot: ")
    assert "Traceback" not in bot.said


def test_a_demonstration_that_is_broken_off_leaves_nothing_behind(process, tmp_path):
    demo = process("demo", stdin=subprocess.DEVNULL, TMPDIR=str(tmp_path))
    demo.until("are read")
    assert list(tmp_path.glob("folkmoot-demo-*"))
    assert demo.terminate() == 130
    assert list(tmp_path.iterdir()) == []
    assert "Traceback" not in demo.said


# --- while a model works ------------------------------------------------------------------------------------------


class Stuck:
    """A model that has the process stopped as soon as it works, and then works on until it is let go."""

    version, default_threshold = "stuck-1", 0.5

    def __init__(self):
        self.let_go, self.came_to_an_end, self.asked = threading.Event(), False, 0

    def score(self, passages, *, floor=0.0):
        self._work(len(passages))
        return [Judgement(0.0, Target.NONE) for _ in passages]

    def summarize(self, posts, **_):
        self._work(len(posts))
        raise AssertionError("nobody waits for this")

    def _work(self, size):
        self.asked += size
        os.kill(os.getpid(), signal.SIGTERM)
        self.let_go.wait(30)
        self.came_to_an_end = True


class Willing:
    version, default_threshold = "willing-1", 0.5

    def __init__(self, enough):
        self._left, self.judged = enough, []

    def score(self, passages, *, floor=0.0):
        self.judged += [passage.text for passage in passages]
        if len(self.judged) >= self._left:
            os.kill(os.getpid(), signal.SIGTERM)
        return [Judgement(0.0, Target.NONE) for _ in passages]


@pytest.fixture
def live(folkmoot, config, monkeypatch):
    """`folkmoot run` with other models, while somebody types."""
    config.write_text(config.read_text().replace("enabled = false", "enabled = true"))

    def run_with(typed, *, classifier=None, summarizer=None):
        async def lines():
            for line in typed:
                yield line

        monkeypatch.setattr(run, "typed_lines", lines)
        monkeypatch.setattr(AttackClassifier, "load", lambda **_: classifier or Willing(10_000))
        monkeypatch.setattr(ThreadSummarizer, "load", lambda **_: summarizer or Stuck())
        return folkmoot("run", "--config", config)

    return run_with


def test_it_stops_while_messages_wait_for_the_classifier_and_judges_them_after_the_next_start(live):
    stuck, texts = Stuck(), [f"message {number}" for number in range(50)]
    ended = live(texts, classifier=stuck)
    assert (ended.code, stuck.came_to_an_end) == (0, False)
    assert 0 < stuck.asked < 50
    stuck.let_go.set()

    willing = Willing(50)
    assert live([], classifier=willing).code == 0
    assert sorted(set(willing.judged)) == sorted(texts)


def test_it_stops_while_a_summary_is_made(live):
    stuck = Stuck()
    ended = live([*(f"the buses, point {number}" for number in range(12)), "!summarize"], summarizer=stuck)
    assert (ended.code, stuck.came_to_an_end) == (0, False)
    stuck.let_go.set()


def test_a_stop_that_hangs_is_cut_short(live, monkeypatch):
    close = SqliteStore.aclose

    async def hang(store):
        try:
            await asyncio.Event().wait()
        finally:
            await close(store)

    def end(code):
        raise SystemExit(code)

    monkeypatch.setattr(SqliteStore, "aclose", hang)
    monkeypatch.setattr(run, "STOP_WITHIN", 0.01)
    monkeypatch.setattr(run.os, "_exit", end)
    ended = live(["hello"], classifier=Willing(1))
    assert ended.code == 75
    assert "next start" in ended.err


def test_a_store_that_fails_on_the_way_ends_the_bot_with_one_message(live, monkeypatch):
    async def broken(*_):
        raise StorageError("the disk is full: make room")

    monkeypatch.setattr(SqliteJournal, "ingest", broken)
    ended = live(["hello"])
    assert ended.code == 75
    assert ended.err.endswith("\nfolkmoot: the disk is full: make room\n")
    assert "Traceback" not in ended.err
    assert "File " not in ended.err


# --- what keeps it from starting ----------------------------------------------------------------------------------


def refused(folkmoot, config, code):
    """What `folkmoot run` says when it will not start: one message, no traceback."""
    ended = folkmoot("run", "--config", config)
    assert ended.code == code
    assert [line.startswith("folkmoot: ") for line in ended.err.splitlines()].count(True) == 1
    assert "Traceback" not in ended.err
    assert ended.out == ""
    return ended.err


def test_a_configuration_that_is_not_there(folkmoot, tmp_path):
    assert "folkmoot init" in refused(folkmoot, tmp_path / "none.toml", 78)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[civilty]\nthreshold = 1\n", "did you mean 'civility'"),
        ("[civility]\nthreshold = 7\n", "threshold"),
        ("[store\n", "line 1"),
        ('[cogs]\nenabled = ["nobody"]\n', "there is no cog 'nobody'"),
        ('[store]\npath = "none/here.sqlite"\n', "make the folder"),
    ],
)
def test_a_configuration_that_cannot_be_used(folkmoot, config, text, words):
    config.write_text(text)
    assert words in refused(folkmoot, config, 75 if "store]" in text else 78)


def test_a_store_that_a_newer_version_wrote(folkmoot, config):
    path = config.parent / "folkmoot.sqlite"

    async def make():
        await (await open_store(path)).aclose()

    asyncio.run(make())
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "newer Folkmoot" in refused(folkmoot, config, 78)


@pytest.mark.parametrize("content", [b"Dear all, " * 1000, b"SQLite format 3\0" + b"\xff" * 8000])
def test_a_store_that_is_none_or_broken(folkmoot, config, content):
    (config.parent / "folkmoot.sqlite").write_bytes(content)
    assert "folkmoot.sqlite" in refused(folkmoot, config, 75)
