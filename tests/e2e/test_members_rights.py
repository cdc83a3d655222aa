"""A member's whole life with the bot: they see all that is kept, are erased, and nobody else loses anything."""

import json
import sqlite3
from contextlib import suppress

import pytest

from bot.errors import StorageError
from bot.fault_points import FaultPoint, Phase, watched
from bot.testing.contracts.cog import leads_to_people, rows_of
from bot.testing.harness import harness

CANARY = "parking at the quay"
NAME = "Quintessa"
MEMBER = "fake:quintessa"


@pytest.fixture
def bot(tmp_path):
    return harness(tmp_path, sections={"civility": {"notice": False}})


async def live(bot):
    """Quintessa does what members do; gives what others keep: a message of Dario's, and the summary's post."""
    first = await bot.say("Dario", "The council wants a bus lane on Mill Street.")
    mine = await bot.say(NAME, f"A bus lane takes the {CANARY} away.")
    await bot.say("Otto", "Buses carry more people than parked cars do.")
    await bot.command("Dario", "!summarize")
    rude = await bot.say("Otto", "Only an idiot says that.")
    await bot.command(NAME, "!report this is about me", reply_to=rude)
    await bot.say(NAME, f"You idiot, I meant the {CANARY}.", reply_to=rude)
    await bot.say(NAME, f"[off] between us, the {CANARY} is dear to me")
    await bot.edit(mine, f"A bus lane takes all the {CANARY} away.")
    bot.server.react(bot.person(NAME), first, "👍")
    await bot.command("Mira", "!uphold 2 warn Please stay with the claim.", where=bot.desk)
    letter = next(post for post in bot.server.posts(bot.person(NAME)) if post.choices)
    await bot.press(NAME, letter, "appeal", {"why": f"I meant the {CANARY}, not a person."})
    bot.server.moderate("timeout", bot.person("Otto"), bot.square, by=bot.person(NAME))  # she moderated once
    await bot.say(NAME, f"I liar? The {CANARY}!")
    await bot.command("Ines", "!summarize")
    await bot.command(NAME, "!off-the-record on")
    return first


def raw(bot):
    """Every byte of the store, with what still lies in its log."""
    path = bot.config.beside(bot.config.store.path)
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()) if file.name.startswith(path.name))


def rows_that_name(bot, text):
    """(table, row) of all that holds the text."""
    with sqlite3.connect(bot.config.beside(bot.config.store.path)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = [
            (name, row)
            for name in names
            for row in connection.execute(f'SELECT * FROM "{name}"')
            if any(text.lower() in str(value).lower() for value in row)
        ]
    connection.close()
    return found


async def exported(bot):
    await bot.command(NAME, "!my-data")
    files = [post.attachment for post in bot.server.posts() if post.attachment and post.asker == MEMBER]
    return json.loads(files[-1][1])


def summaries_and_cards(bot):
    return [post for post in [*bot.posts(), *bot.posts(bot.desk)] if post.asker != MEMBER]


async def check_my_data(bot, first):
    """It holds every message, what the core keeps beside them, and every row of every cog's tables."""
    found = await exported(bot)
    core = found["core"]
    assert core["name"] == NAME
    texts = {message["text"]: message for message in core["messages"]}
    assert texts[f"A bus lane takes all the {CANARY} away."]["edits"] == 1
    assert texts[f"[off] between us, the {CANARY} is dear to me"]["off the record"]
    assert core["everything off the record since"]
    assert [one["message"] for one in core["reactions"]] == [first.id]
    assert any(line["action"] == "sanction.applied" for line in core["lines of the audit trails"])
    whole = json.dumps(found)
    hers = (MEMBER, *(message["id"] for message in core["messages"]))
    for name, loaded in bot.app.loader.registry.cogs.items():
        for kind in filter(leads_to_people, rows_of(type(loaded.cog))):
            rows = await bot.app.store.tables(name).of(kind).find()
            mine = [row for row in rows if any(f"'{one}'" in repr(row) for one in hers)]
            assert mine, f"{name}: nothing to check in {kind.__name__}"
            for row in mine:
                assert any(
                    getattr(row, part, None) in whole for part in ("message", "label", "words") if hasattr(row, part)
                )


async def of_otto(bot):
    """What cogs keep of somebody else, but for the cards: those are drawn anew without what he answered."""
    cogs = bot.app.loader.registry.cogs
    review = await cogs["review"].cog.export("fake:otto")
    return [await cogs["civility"].cog.export("fake:otto"), review["cases about you"], review["your reports"]]


async def check_erased(bot):
    """In the running bot: nothing of her is left, and nobody else lost anything."""
    assert "You are erased here." in "".join(post.text for post in bot.server.posts() if post.asker == MEMBER)
    for post in summaries_and_cards(bot):
        assert CANARY not in post.text
        assert NAME not in post.text
    assert [await bot.app.store.audit.verify(name) for name in ("tarnwick", "far")] == [None, None]
    kept = [message.text for message in await bot.app.store.history.recent(bot.square.id, limit=100)]
    assert "Buses carry more people than parked cars do." in kept
    assert not any(CANARY in text for text in kept)
    assert any("Buses carry more people" in post.text for post in bot.posts())


def check_nothing_left(bot):
    """In the store's file, after the bot has stopped."""
    assert rows_that_name(bot, CANARY) == []
    assert rows_that_name(bot, NAME) == []
    assert CANARY.encode() not in raw(bot)
    assert NAME.encode() not in raw(bot)
    assert MEMBER.encode() not in raw(bot)


async def test_my_data_holds_all_and_erasing_leaves_nothing_and_takes_nothing_of_anybody_else(bot):
    async with bot.started():
        await check_my_data(bot, await live(bot))
        before = await of_otto(bot)
        await bot.command(NAME, "!forget-me")
        [prompt] = [post for post in bot.server.posts() if post.ask and post.ask.label.startswith("forget:")]
        await bot.press(NAME, prompt, "erase")
        await check_erased(bot)
        desk = "\n".join(post.text for post in bot.posts(bot.desk))
        assert "about somebody who was erased at their own wish" in desk
        assert "Upheld by Mira" in desk
        assert await of_otto(bot) == before
        assert "A member was erased" in await bot.command("Mira", "!audit", where=bot.desk)
    check_nothing_left(bot)
    async with bot.started():
        await bot.say(NAME, "Good evening.")
        assert len(await bot.app.store.records.messages_of(MEMBER, 10)) == 1


DEATHS = [
    (FaultPoint.INGEST, Phase.AFTER),
    (FaultPoint.COMMIT, Phase.AFTER),
    (FaultPoint.ERASE, Phase.WRITTEN),
    (FaultPoint.ERASE, Phase.AFTER),
]


@pytest.mark.parametrize(("point", "phase"), DEATHS, ids=str)
async def test_a_crash_in_the_middle_ends_the_same(bot, point, phase):
    """From the moment on from which it is sure that she is to be erased; nothing is stored after the crash."""
    is_begun = is_dead = False

    async def watch(here, when):
        nonlocal is_dead
        is_dead = is_dead or (is_begun and (here, when) == (point, phase))
        if is_dead:
            raise StorageError("the machine is gone")

    async def begins(*given):
        nonlocal is_begun
        is_begun = True
        await erased(*given)

    with suppress(StorageError):
        async with bot.started():
            await live(bot)
            erased, bot.app._erasure._whole = bot.app._erasure._whole, begins
            with watched(watch):
                await bot.command(NAME, "!forget-me erase everything")
    assert is_dead
    async with bot.started():
        await check_erased(bot)
    check_nothing_left(bot)
