"""A backup that was made while the bot ran comes back, without what members took back since, and nothing goes twice."""

import asyncio
import io
from datetime import timedelta

import pytest
from rich.console import Console

from bot.commandline.restore import restore_from
from bot.domain.document import Document
from bot.domain.effect import Say
from bot.errors import StorageError
from bot.ports.platform import Batch, Note
from bot.ports.stores import Outcome, Post
from bot.storage import held
from bot.storage.copies.snapshot import snapshot
from bot.testing.harness import harness

IDIOT = "Only an idiot says so."


class Restoring:
    """A bot with a backup."""

    def __init__(self, bot, folder):
        self.bot = bot
        self.store = bot.config.beside(bot.config.store.path)
        self.backup = folder / "backup.sqlite"

    async def back_up(self):
        await asyncio.to_thread(snapshot, self.store, self.backup, lambda *_: None, lambda _: None)

    async def restore(self, code=0):
        said = io.StringIO()
        console = Console(file=said, width=300, highlight=False)
        assert await restore_from(self.bot.config, self.backup, console, agreed=lambda _: True) == code, said.getvalue()
        return said.getvalue()


@pytest.fixture
def life(tmp_path):
    return Restoring(harness(tmp_path), tmp_path)


@pytest.fixture
def small(tmp_path):
    """One of few cogs, which is quickly started."""
    return Restoring(harness(tmp_path, cogs=("admin",)), tmp_path)


def texts(bot, where=None):
    return "\n".join(post.text for post in bot.posts(where or bot.desk))


async def test_what_was_deleted_erased_and_kept_off_the_record_since_the_backup_stays_so(life):
    bot = life.bot
    async with bot.started():
        for number in range(3):
            await bot.say("Ines", f"point {number} of Ines")
        kept, gone = await bot.say("Ben", IDIOT), await bot.say("Otto", IDIOT)
        await life.back_up()
        await bot.delete(gone)
        await bot.command("Ines", "!forget-me erase everything")
        await bot.command("Ben", "!off-the-record on")
        assert "idiot" not in "".join(post.text for post in bot.posts(bot.desk) if "Case 2" in post.text)
        entries = len(await bot.app.store.audit.recent("tarnwick", limit=999))
    said = await life.restore()
    assert "1 message that was deleted" not in said  # those of Ines count too
    assert "messages that were deleted and 1 member who was erased" in said
    async with bot.started():
        store = bot.app.store
        assert await store.history.message(gone.id) is None
        assert (await store.history.message(kept.id)).text == IDIOT
        ines, ben = bot.person("Ines"), bot.person("Ben")
        assert await store.records.messages_of(ines.id, 9) == []
        assert await store.people.member(ines.id) is None
        assert await store.records.off_record() == {ben.id}
        assert b"of Ines" not in life.store.read_bytes()
        newest = (await store.audit.recent("tarnwick", limit=99))[::-1]
        (noted,) = [entry for entry in newest if entry.action == "store.restored"]
        assert noted.details["entries"] == str(entries)
        assert "restored from a backup" in await bot.command("Mira", "!audit", where=bot.desk)
        assert await store.audit.verify("tarnwick") is None
        assert (await store.counters())["events waiting"] == 0


async def test_whoever_was_erased_before_the_backup_and_wrote_again_is_left_alone(life):
    bot = life.bot
    async with bot.started():
        await bot.say("Ines", "a first life")
        await bot.command("Ines", "!forget-me erase everything")
        await bot.advance(timedelta(hours=1))
        again = await bot.say("Ines", "a second life")
        await life.back_up()
    assert "who was erased" not in await life.restore()
    async with bot.started():
        assert (await bot.app.store.history.message(again.id)).text == "a second life"


async def test_what_waited_is_looked_for_first_and_what_was_posted_on_time_is_not_posted_again(life):
    bot = life.bot
    say = Say(bot.desk.id, Document.of("posted in doubt"), "doubt")
    async with bot.started():
        await bot.command("Mira", "!weekly mon 18:00", where=bot.desk)
        await bot.say("Ben", "hello")
        post = Post("in doubt", "review", 1, "fake", bot.desk.id, 0, say, "doubt", bot.clock.now() + timedelta(days=99))
        with_post = Outcome("review", bot.clock.now(), posts=(post,))
        await bot.app.store.journal.commit(with_post)
        await life.back_up()
        await bot.advance(timedelta(days=8))
        weekly = texts(bot, bot.square)
        assert texts(bot).count("posted in doubt") == 1
        numbered = (await bot.app.store.journal.waiting()).newest
        last = max(one.number for one in await bot.app.store.journal.after(0, ["MessagePosted", "JobDue"], 999))
    assert "1 post was waiting in the backup" in await life.restore()
    async with bot.started():
        assert texts(bot).count("posted in doubt") == 1
        assert texts(bot, bot.square) == weekly
        new = await bot.say("Ben", "after it all")
        (envelope,) = await bot.app.store.journal.after(last, ["MessagePosted"], 99)  # no number is given twice
        assert envelope.event.message.id == new.id
        assert envelope.number > numbered


async def test_what_adapters_noted_by_themselves_goes_on_and_what_came_with_batches_comes_back(small):
    bot = small.bot

    async def texts_of(app):
        return {note.id: note.text for note in await app.store.notes("fake").all("step")}

    def note(identity, text="then", **about):
        return Note("step", identity, text, **about)

    async with bot.started():
        ben = await bot.say("Ben", "hello")
        notes = bot.app.store.notes("fake")
        about = note("about a message", message=ben.id)
        batch = Batch((), {}, (note("gap"), note("errand"), about))
        await bot.app.store.journal.ingest("fake", batch, bot.clock.now())
        await notes.write([note("done since"), note("changed since")])
        await small.back_up()
        await notes.write([note("done since", None), note("changed since", "now"), note("begun since", "now")])
        await notes.write([note("errand", "tried once")])
        await bot.app.store.journal.ingest("fake", Batch((), {}, (note("gap", None),)), bot.clock.now())
        await bot.delete(ben)
        new = bot.server.replace_room(bot.square, "new")
        await bot.settle()
    await small.restore()
    async with bot.started():
        assert await texts_of(bot.app) == {
            "gap": "then",
            "errand": "tried once",
            "changed since": "now",
            "begun since": "now",
        }
        assert bot.app.directory.current(bot.square.id) == new.id


async def test_without_a_readable_store_it_says_what_it_does_not_know(small):
    bot = small.bot
    async with bot.started():
        await bot.say("Ben", "hello")
        await small.back_up()
    damaged = b"SQLite format 3\0" + b"\xff" * 8000
    small.store.write_bytes(damaged)
    said = await small.restore()
    assert "Not known of the store that it replaces" in said
    assert "who was erased" in said
    (aside,) = small.store.parent.glob("*.before-restore-*")
    assert aside.read_bytes() == damaged
    small.store.unlink()
    assert "there is no store in its place" in await small.restore()
    async with bot.started():
        assert (await bot.app.store.counters())["messages"] == 1


async def test_it_is_refused_while_the_bot_runs_and_changes_nothing(small):
    bot = small.bot
    async with bot.started():
        await bot.say("Ben", "hello")
        await small.back_up()
        with pytest.raises(StorageError, match="another Folkmoot runs"):
            await small.restore()
    with held(small.store), pytest.raises(StorageError, match="another Folkmoot runs"):
        await small.restore()
    assert not list(small.store.parent.glob("*restor*"))


async def test_a_restore_can_be_undone_with_the_store_that_it_kept(small):
    bot = small.bot
    async with bot.started():
        await small.back_up()
        await bot.say("Ben", "after the backup")
    await small.restore()
    async with bot.started():
        assert (await bot.app.store.counters())["messages"] == 1  # the platform delivered it again
    (small.backup,) = small.store.parent.glob("*.before-restore-*")
    await small.restore()
    async with bot.started():
        assert (await bot.app.store.counters())["messages"] == 1


async def test_a_restore_that_was_broken_off_is_settled_at_the_next_start(small):
    bot = small.bot
    async with bot.started():
        await bot.say("Ben", "hello")
        await small.back_up()
    small.store.with_name(small.store.name + ".restoring").write_bytes(small.backup.read_bytes()[:9000])
    async with bot.started():
        assert not list(small.store.parent.glob("*.restoring"))
    small.store.with_name(small.store.name + ".restored").write_bytes(small.backup.read_bytes())
    async with bot.started():
        assert not list(small.store.parent.glob("*.restored"))
        assert (await bot.app.store.counters())["messages"] == 1
