"""`folkmoot run` on a disk that fails: it says what to do, ends with 75, and goes on once that is mended."""

import os
import signal

import pytest

from bot.storage import held

resource = pytest.importorskip("resource")

DARIO, MIRA = ("/room square", "/as Dario"), ("/as Mira admin", "/room moderators")


@pytest.fixture
def store(config):
    return config.parent / "folkmoot.sqlite"


@pytest.fixture
def run(process, config):
    """A bot that runs and has taken a report, so that there is something to lose."""

    def start():
        bot = process("run", "--config", config)
        bot.until("running")
        return bot

    return start


def acknowledge_a_report(bot):
    bot.type(*DARIO, "buses first, I say", "/as Hanna", "/reply 1 !report he shouts")
    bot.until("Thank")


def the_report_is_there(bot):
    bot.type(*MIRA, "!queue")
    bot.until("Case 1")


def ended(bot):
    """What it said at its end, which came by itself."""
    assert bot.wait() == 75
    assert "Traceback" not in bot.said
    (line,) = [line for line in bot.said.splitlines() if line.startswith("folkmoot: ")]
    return line


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits another process")
def test_a_disk_that_takes_no_more(run, store):
    bot = run()
    acknowledge_a_report(bot)
    size = store.with_name("folkmoot.sqlite-wal").stat().st_size
    _, most = resource.prlimit(bot._process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot._process.pid, resource.RLIMIT_FSIZE, (size, most))
    bot.type(*DARIO, *(f"buses, point {number} {'and so on ' * 50}" for number in range(50)))
    line = ended(bot)
    assert str(store) in line
    assert "free some space" in line
    again = run()
    the_report_is_there(again)
    assert again.terminate() == 0


def test_a_store_that_is_taken_away_while_it_runs(run, store):
    bot = run()
    acknowledge_a_report(bot)
    aside = store.with_name("aside.sqlite")
    store.rename(aside)
    bot.type(*DARIO, "is anybody there?")
    line = ended(bot)
    assert f"{store} was removed, moved or replaced while the bot ran: put it back there, then start again" in line
    assert not store.exists()
    aside.rename(store)
    again = run()
    the_report_is_there(again)
    assert again.terminate() == 0


def test_a_second_bot_on_the_same_store(run, process, config):
    bot = run()
    second = process("run", "--config", config)
    assert f"in use by process {bot._process.pid}" in ended(second)
    acknowledge_a_report(bot)  # the first one does not mind
    bot._process.send_signal(signal.SIGKILL)
    bot.wait()
    again = run()  # at once: what a killed process leaves is no obstacle
    the_report_is_there(again)
    assert again.terminate() == 0


@pytest.mark.parametrize("look", ["verify-audit", "doctor"])
def test_those_who_only_look_need_no_lock(folkmoot, config, store, look):
    with held(store):
        looked = folkmoot(look, "--config", config)
    assert "in use by process" not in looked.out + looked.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("protected", ["the file", "the folder"])
def test_what_may_not_be_written(run, process, config, store, protected):
    bot = run()
    acknowledge_a_report(bot)
    assert bot.terminate() == 0
    place = store if protected == "the file" else store.parent
    mode = place.stat().st_mode
    place.chmod(mode & ~0o222)
    try:
        assert "let the bot's user" in ended(process("run", "--config", config))
    finally:
        place.chmod(mode)
    again = run()
    the_report_is_there(again)
    assert again.terminate() == 0
