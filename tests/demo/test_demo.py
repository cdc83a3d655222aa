"""The demonstration: everything is shown, offline, with a terminal and without."""

import asyncio
import io
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from bot import demo
from bot.demo import discussion, show
from bot.domain.document import Document, Jump, Quote, plain
from bot.domain.effect import Ask, Edit, Say
from bot.egress.filters import this_machine
from bot.egress.seal import Seal
from bot.platforms.console import ConsolePlatform

ROOT = Path(__file__).parents[2]
NOTES = json.loads((Path(demo.__file__).parent / "attacks.json").read_text())
SEALED = [sys.executable, "-m", "bot.egress.sealed", "bot", "demo"]
"""The demonstration in a process that dies of a network socket, also of one that native code opens."""


@dataclass
class Shown:
    """A whole demonstration: what the terminal showed, and when the bot posted what."""

    text: str = ""
    posts: list[tuple[datetime, Say | Ask | Edit]] = field(default_factory=list)

    def bodies(self, kind: type, room: str) -> list[Document]:
        return [post.body for _, post in self.posts if isinstance(post, kind) and post.conversation == room]

    @property
    def flagged(self) -> set[str]:
        """Ids of the lines that became cards; a line's number in the console is its place in the discussion."""
        ids = [line.id for line in discussion.lines()]
        jumps = (jump for body in self.bodies(Ask, show.DESK.id) for jump in list(show._jumps(body))[:1])
        return {ids[int(jump.partition(":")[2]) - 1] for jump in jumps}


@pytest.fixture(scope="module")
def shown():
    found = Shown()
    apply, connect = ConsolePlatform.apply, socket.socket.connect

    async def noted(self, delivery):
        found.posts.append((self._clock.now(), delivery.effect))
        return await apply(self, delivery)

    def refused(self, address):
        assert self.family == socket.AF_UNIX, f"the demonstration connects to {address}"
        return connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ConsolePlatform, "apply", noted)
        patch.setattr(socket.socket, "connect", refused)
        console = Console(file=io.StringIO(), width=100, highlight=False)
        asyncio.run(show.play(console, interactive=False))
        found.text = console.file.getvalue()
    return found


def test_a_discussion_of_many_people_with_attacks_among_fair_criticism():
    lines = discussion.lines()
    assert len(lines) >= 60
    assert len({line.author for line in lines}) >= 12
    assert set(NOTES["attacks"]) | set(NOTES["fair_but_heated"]) <= {line.id for line in lines}
    assert [line.at for line in lines] == sorted(line.at for line in lines)


def test_every_act_is_shown(shown):
    acts = re.findall(r"^(\d)\. (\w+)", shown.text, re.MULTILINE)
    assert acts[:1] == [("1", "88")]
    for title in ("2. Mira, who moderates", "3. Hanna comes late", "4. Mira plans a weekly prompt"):
        assert title in shown.text
    assert "nothing left this machine" in shown.text
    assert "Your turn" not in shown.text


def test_attacks_become_cards_and_fair_criticism_does_not(shown):
    attacks = set(NOTES["attacks"])
    assert len(shown.flagged & attacks) >= 3
    assert len(shown.flagged - attacks) <= 2


def test_a_card_shows_the_message_what_it_answers_its_neighbours_and_why(shown):
    texts = {line.text for line in discussion.lines()}
    for body in shown.bodies(Ask, show.DESK.id):
        quotes = [block.text for block in body.blocks if isinstance(block, Quote)]
        assert len(quotes) >= 5  # two before, the message, two after
        assert all(any(text.startswith(quote.removesuffix("…")) for text in texts) for quote in quotes)
        assert len(re.findall(r"\b0\.\d\d\b", plain(body))) >= 2  # the score and the threshold
        assert "Argue with the claim" in plain(body)


def test_a_card_fits_on_a_screen(shown):
    lines = shown.text.splitlines()
    first = next(number for number, line in enumerate(lines) if "Case 1" in line)
    length = next(number for number, line in enumerate(lines[first:]) if line.startswith("╰"))
    assert length <= 20


def test_a_moderator_decides_every_card_and_takes_one_decision_back(shown):
    for number in range(1, len(shown.bodies(Ask, show.DESK.id)) + 1):
        assert re.search(rf"^!(uphold|dismiss) {number} \w+", shown.text, re.MULTILINE)
    changed = " ".join(plain(body) for body in shown.bodies(Edit, show.DESK.id))
    assert "by Mira" in changed
    assert "is open again" in shown.text
    assert re.search("reopened|opened again", shown.text, re.IGNORECASE)  # in the trail


def test_the_summary_quotes_members_word_for_word(shown):
    said = {f"console:{number}": line for number, line in enumerate(discussion.lines(), 1)}
    body = next(one for one in shown.bodies(Say, show.ROOM.id) if "The discussion so far" in plain(one))
    cited = [
        (span.message, block.text)
        for block in body.blocks
        if isinstance(block, Quote)
        for span in block.source
        if isinstance(span, Jump)
    ]
    assert len({message for message, _ in cited}) >= 5
    assert len({said[message].author for message, _ in cited}) >= 4
    for message, quote in cited:
        assert quote in " ".join(said[message].text.split())
        assert NOTES["attacks"].get(said[message].id) in {None, "last_clause"}  # fair but for its last words
        assert said[message].id not in shown.flagged & NOTES["attacks"].keys()
    assert f"{len(shown.flagged & NOTES['attacks'].keys())} messages under review" in plain(body)


def test_the_weekly_prompt_is_posted_on_monday_evening_by_the_clock_on_the_wall(shown):
    at, post = shown.posts[-1]
    assert (post.conversation, isinstance(post, Say)) == (show.ROOM.id, True)
    assert "Weekly discussion" in plain(post.body)
    there = at.astimezone(ZoneInfo("Europe/Dublin"))
    assert (there.strftime("%A"), there.hour, there.minute) == ("Monday", 18, 0)
    assert there.date() > discussion.lines()[-1].at.date()


def test_without_a_terminal_it_ends_by_itself_and_needs_no_network():
    ended = subprocess.run(SEALED, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    sealed = (Seal.KERNEL if this_machine() else Seal.PYTHON).value
    assert (ended.returncode, ended.stderr) == (0, f"{sealed}\n")
    assert "What happened" in ended.stdout
    assert "\x1b" not in ended.stdout


class Terminal:
    """The demonstration in a terminal of its own."""

    def __init__(self):
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            SEALED,
            cwd=ROOT,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env=os.environ | {"TERM": "xterm", "COLUMNS": "100", "LINES": "40"},
        )
        os.close(theirs)
        self.text = ""

    def until(self, words):
        start, end = len(self.text), time.monotonic() + 60
        while words not in self.text[start:]:
            ready, _, _ = select.select([self._ours], [], [], max(0, end - time.monotonic()))
            chunk = self._read() if ready else ""
            if not chunk:
                pytest.fail(f"{words!r} was never shown:\n{self.text[start:][-3000:]}")
            self.text += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", chunk)
        return self.text[start:]

    def _read(self):
        try:
            return os.read(self._ours, 65536).decode(errors="replace")
        except OSError:  # the other end is closed
            return ""

    def type(self, line):
        os.write(self._ours, f"{line}\n".encode())

    def ended(self):
        while self._read():
            pass
        return self.process.wait(60)

    def close(self):
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._ours)


@pytest.fixture
def terminal():
    made = Terminal()
    yield made
    made.close()


def test_on_a_terminal_the_reader_can_go_on(terminal):
    terminal.until("/quit ends")
    terminal.type("!help")
    assert "!summarize" in terminal.until("how to write it")
    terminal.type("/room moderators")
    terminal.type("!queue")
    terminal.until("open case")
    terminal.type("/as Hanna member")
    terminal.until("in city-politics now")
    terminal.type("/quit")
    assert terminal.ended() == 0
