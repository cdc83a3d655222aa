"""No word of a member ever stands in the log or on standard error, whatever fails: a canary through every path."""

import asyncio
import gc
import io
import logging
import re
import subprocess
import sys
import threading
import warnings
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from bot.config.core import CogsSection
from bot.domain.event import MemberJoined, MessagePosted, ModerationObserved
from bot.domain.ids import MemberId, MessageId
from bot.domain.member import Member
from bot.domain.message import Message
from bot.errors import DataError
from bot.log import configure_logging
from bot.platforms.transcript import TranscriptPlatform
from bot.storage.journal import SqliteJournal
from bot.testing.harness import harness
from bot.testing.models import scripted_models
from bot.testing.platform import FakePlatform
from bot.uncaught import log_the_uncaught
from tests.commandline.exports import FORMATS

ROOT = Path(__file__).parents[2]
CANARY = "Tirilée"  # with a letter beyond ASCII: escapes of it count too
FORMS = {CANARY, CANARY.encode("unicode_escape").decode(), CANARY.lower(), CANARY.encode().hex(), "Tiril"}


def sings(text):
    return [form for form in FORMS if form in text]


@pytest.fixture(params=["console", "json"])
def log(request):
    """What the log holds, in one form and then the other."""
    stream = io.StringIO()
    configure_logging("debug", request.param, stream)
    yield stream.getvalue
    configure_logging("debug", "json", io.StringIO())


def without_handlers_of_pytest():
    """They raise where a line cannot be formatted."""
    for handler in logging.getLogger().handlers[:]:
        if not isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter):
            logging.getLogger().removeHandler(handler)


async def say_it_everywhere(bot):
    server, square, desk = bot.server, bot.square, bot.desk
    singer = Member(MemberId("fake:singer"), CANARY)
    said = server.post(singer, square, f"you idiot {CANARY}")
    await bot.settle()
    server.edit(said, f"you liar {CANARY}")
    server.react(singer, said, CANARY)
    server.report(Member(MemberId("fake:other"), CANARY), said, CANARY)
    now = bot.clock.now()
    attached = Message(MessageId("fake:a1"), square, singer, CANARY, now, attachments=(f"{CANARY}.pdf",), link=CANARY)
    server.timeline.add(square.id, MessagePosted(attached))
    server.timeline.add(square.id, MemberJoined(singer, replace(square, name=CANARY), now))
    server.timeline.add(square.id, ModerationObserved(CANARY, singer.id, square, now, singer, CANARY))
    await bot.settle()
    for spec in bot.app.loader.registry.commands.all():
        for who, where in ((singer, square), (bot.person("Ada"), desk)):
            server.post(who, where, f"!{spec.name} {CANARY}", reply_to=said.id)
            server.post(who, where, f"!{spec.name} 1 {CANARY}")
            server.invoke(who, where, spec.name, dict.fromkeys(spec.arguments, CANARY))
    server.invoke(singer, square, CANARY, {CANARY: CANARY})
    server.post(singer, square, f"!{CANARY}")
    await bot.settle()
    for post in bot.posts(desk):
        for choice in post.choices:
            server.press(bot.person("Mira"), post, choice.id, fields={field.id: CANARY for field in choice.form})
    await bot.settle()
    server.delete(said)
    await bot.advance(timedelta(hours=2))


async def test_what_is_said_is_not_logged(tmp_path, log):
    bot = harness(tmp_path, cogs=CogsSection().enabled)
    async with bot.started():
        await say_it_everywhere(bot)
    assert sings(log()) == []


# --- what fails ------------------------------------------------------------------------------------------------------

CARELESS = '''
import asyncio, logging, threading, warnings

class Careless(Cog):
    """Fail with a member's words, in every way there is."""

    name = "careless"

    @listen
    async def heard(self, event: MessagePosted) -> Reply:
        text = event.message.text
        kind, _, words = text.partition(" ")
        match kind:
            case "raise":
                raise ValueError(words)
            case "chain":
                try:
                    raise KeyError(words)
                except KeyError as error:
                    raise RuntimeError(words) from error
            case "group":
                raise ExceptionGroup(words, [ValueError(words)])
            case "ours":
                raise CogError(words)
            case "told":
                raise UserError(words)
            case "logged":
                try:
                    raise ValueError(words)
                except ValueError as error:
                    logging.getLogger("careless").exception(error)
                    logging.getLogger("careless").warning("what was said: %s", words)
                    logging.getLogger("careless").warning("%d things", words)
                    logging.getLogger("careless").warning("%(words)s", {"words": words})
            case "task":
                async def fail(words):
                    raise ValueError(words)
                self.task = asyncio.create_task(fail(words), name=words)
            case "callback":
                def fail(words):
                    raise ValueError(words)
                asyncio.get_running_loop().call_soon(fail, words)
            case "thread":
                def fail():
                    raise ValueError(words)
                thread = threading.Thread(target=fail, name=words)
                thread.start()
                thread.join()
            case "drop":
                class Dropped:
                    def __del__(self):
                        raise ValueError(words)
                Dropped()
            case "warn":
                warnings.warn(words)
            case "nonsense":
                return [words]
            case "unstorable":
                return [Say(words, Document.of(object()))]
            case "row":
                return [Put(words)]
            case "record":
                return [Record(words, words, words)]
            case "set":
                return [Configure(words, words, words, words)]
            case "schedule":
                return [Schedule("weekly", words, words, words)]
        return None

    @command("careless", help="Fail")
    async def careless(self, call: Invocation, text: str) -> Document:
        raise LookupError(text)
'''
FAILURES = [
    *("raise", "chain", "group", "ours", "told", "logged", "task", "callback", "thread", "drop", "warn", "nonsense"),
    *("unstorable", "row", "record", "set", "schedule"),
]


@pytest.fixture
def uncaught(monkeypatch):
    """As in the real process, whatever pytest makes of warnings and of what nobody catches."""
    for module, name in (
        *((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook"), (warnings, "showwarning")),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))
    log_the_uncaught()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        shown = warnings.showwarning
        log_the_uncaught()
        yield
        warnings.showwarning = shown


async def test_a_cog_that_fails_with_a_members_words_says_no_word(bot_with, log, uncaught, capfd):
    without_handlers_of_pytest()
    bot = bot_with(careless=CARELESS, others=CogsSection().enabled)
    async with bot.started():
        for kind in FAILURES:
            bot.server.post(bot.person("Ann"), bot.square, f"{kind} {CANARY}")
            await bot.settle()
        await bot.command("Ann", f"!careless {CANARY}")
        gc.collect()
        await asyncio.sleep(0)
        assert bot.app.incidents.total >= 8
        bot.app.loader.registry.cogs["careless"].cog.task = None
        gc.collect()
        await bot.settle()
    shown = log()
    assert shown.count("handler failed") >= 10  # its task and its callback among them
    for place in (
        "a thread ended",
        "could not be raised",
    ):
        assert place in shown
    assert "UserWarning" in shown
    everything = shown + "".join(capfd.readouterr())
    assert [line for line in everything.splitlines() if sings(line)] == []


async def test_a_platform_that_fails_with_the_words_it_was_given(tmp_path, log, monkeypatch):
    async def apply(self, delivery):
        raise RuntimeError(f"{CANARY} {delivery.effect}")

    monkeypatch.setattr(FakePlatform, "apply", apply)
    bot = harness(tmp_path, cogs=CogsSection().enabled)
    async with bot.started():
        await bot.say("Ann", f"you idiot {CANARY}")
        await bot.command("Ann", f"!help {CANARY}")
        assert bot.app.incidents.total > 0
    assert "the adapter failed" in log()
    assert sings(log()) == []


async def test_models_that_fail_with_the_words_they_read(tmp_path, log, monkeypatch):
    models = scripted_models()

    async def fail(*given, **_):
        raise RuntimeError(f"{CANARY} {given}")

    models.classifier.classify = fail
    models.summarizer.summarize = fail
    bot = harness(tmp_path, models=models, cogs=CogsSection().enabled)
    async with bot.started():
        for number in range(5):
            await bot.say("Ann", f"{CANARY} {number}")
        assert "incident" in await bot.command("Ann", "!summarize")
    assert sings(log()) == []


@pytest.mark.parametrize("error", [RuntimeError, UnicodeEncodeError])
async def test_a_store_that_fails_with_the_words_it_should_keep(tmp_path, log, monkeypatch, error):
    bot = harness(tmp_path, cogs=CogsSection().enabled)

    async def fail(self, outcome):
        raise error("utf-8", CANARY, 0, 1, CANARY) if error is UnicodeEncodeError else error(CANARY)

    async def broken():
        async with bot.started():
            monkeypatch.setattr(SqliteJournal, "commit", fail)
            await bot.say("Ann", f"!help {CANARY}")

    with pytest.raises(error):
        await broken()
    assert "cannot go on" in log()
    assert sings(log()) == []


async def test_a_line_that_cannot_be_written_is_not_shown_instead(log, capfd):
    without_handlers_of_pytest()
    logging.getLogger("library").warning("%s %s", CANARY)  # noqa: PLE1206 - the fault is the point
    logging.getLogger("library").warning("%(a)s", CANARY)

    class Unwritable(io.StringIO):
        def write(self, text):
            raise UnicodeEncodeError("ascii", text, 0, 1, CANARY)

    configure_logging("debug", "json", Unwritable())
    logging.getLogger("library").warning(CANARY)
    shown = "".join(capfd.readouterr())
    assert "could not be written: UnicodeEncodeError" in shown
    assert sings(log() + shown) == []


# --- real processes --------------------------------------------------------------------------------------------------


def folkmoot(*arguments, typed="", before=""):
    """`folkmoot` as a process of its own, with `before` run first in it; gives its code and its standard error."""
    program = f"{before}\nimport sys\nsys.argv[0] = 'folkmoot'\nfrom bot.__main__ import main\nmain()"
    ended = subprocess.run(
        [sys.executable, "-X", "dev", "-c", program, *map(str, arguments)],
        cwd=ROOT,
        input=typed.encode(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    return ended.returncode, ended.stderr.decode()


CRASH = """
from bot.platforms.console.interpreter import Interpreter
async def crash(self, line):
    raise RuntimeError(line)
Interpreter.understand = crash
"""


def configuration(folder):
    path = folder / "config.toml"
    path.write_text(
        '[log]\nlevel = "debug"\n[models]\nenabled = false\n'
        '[[community]]\nid = "one"\nrooms = ["console:square"]\nreview_room = "console:moderators"\n'
    )
    return path


def test_a_run_that_crashes_on_what_is_typed(tmp_path):
    code, shown = folkmoot("run", "--config", configuration(tmp_path), typed=f"{CANARY}\n", before=CRASH)
    assert code == 70
    assert "RuntimeError" in shown
    assert sings(shown) == []


def broken_exports():
    for name in ("export.jsonl", "discord.json", "element.json"):
        content = FORMATS[name]().replace("bus lane", CANARY).replace('"Bob"', f'"{CANARY}"')
        wrong = f'["{CANARY}"], "x": "'
        yield name, content[: content.index(CANARY, len(content) // 2) + 3]
        yield name, re.sub('"(text|content|event_id)": "', rf'"\1": {wrong}', content, count=1)
        yield name, re.sub(r"2026-03-0\dT|1772\d{9}", f'"{CANARY}"' if "element" in name else CANARY, content)


@pytest.mark.parametrize(("name", "content"), list(broken_exports()))
async def test_a_broken_export_is_not_quoted(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(DataError) as refused:
        await TranscriptPlatform(tmp_path / name).check()
    assert name in str(refused.value)
    assert sings(str(refused.value)) == []


def test_a_replay_of_a_broken_export(tmp_path):
    name, content = next(iter(broken_exports()))
    (tmp_path / name).write_text(content)
    code, shown = folkmoot("replay", tmp_path / name)
    assert code == 65
    assert any(line.startswith("folkmoot: ") for line in shown.splitlines())
    assert sings(shown) == []
