"""Erasing a member: a cog that cannot, one that is not there, what the trail and the member are told."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.api import Announce, UserError, plain
from bot.dispatch.members import farewell
from bot.testing.contracts.cog import check_members_rights

KEEPER = '''
from dataclasses import dataclass

@table("words", key=("member",))
@dataclass(frozen=True, slots=True)
class Words:
    member: MemberId
    count: int

class Keeper(Cog):
    """Counts messages."""

    name = "keeper"
    migrations = (Migration(1, (CreateTable(Words),)),)
    keeps = (Kept("how much you wrote", "for fun", "until you ask to be erased"),)
    trouble = None

    def __init__(self, tables: CogTables) -> None:
        self.words = tables.of(Words)

    @listen
    async def counts(self, event: MessagePosted) -> Reply:
        old = await self.words.get(event.message.author.id)
        return Upsert(Words(event.message.author.id, old.count + 1 if old else 1))

    async def export(self, member: MemberId):
        if self.trouble:
            return await self.trouble()
        return {row.member: row.count for row in await self.words.find({"member": member})}

    async def forget(self, member: MemberId):
        if self.trouble:
            return await self.trouble()
        return tuple(Remove(row) for row in await self.words.find({"member": member}))
'''

OTHER = KEEPER.replace("Keeper", "Other").replace('"keeper"', '"other"')

MEDDLER = '''
class Meddler(Cog):
    """Erases whom somebody names."""

    name = "meddler"

    @command("erase", help="Erase a member", standing=Standing.ADMIN, place=Place.REVIEW_ROOM)
    async def erase(self, call: Invocation, member: MemberId) -> Reply:
        return Erase(member, call.conversation.id)
'''


async def raises():
    raise RuntimeError("a fault of its own")


async def hangs():
    await asyncio.Event().wait()


async def nonsense():
    return 42


async def gives_up():
    raise UserError("not now")


async def speaks_out_of_turn():
    return Announce("a topic")


def cog(bot, name):
    return bot.app.loader.registry.cogs[name].cog


async def kept(bot, name, member="fake:ines"):
    return await cog(bot, name).words.get(member)


@pytest.fixture
def bot(bot_with):
    return bot_with(
        keeper=KEEPER, other=OTHER, meddler=MEDDLER, others=("privacy", "admin"), limits={"handler_seconds": 0.2}
    )


async def erase(bot):
    return await bot.command("Ines", "!forget-me erase everything")


@pytest.mark.parametrize("trouble", [raises, hangs, gives_up, speaks_out_of_turn], ids=lambda one: one.__name__)
async def test_a_cog_that_cannot_forget_stops_no_other_and_is_tried_again_at_the_next_start(bot, trouble):
    async with bot.started():
        await bot.say("Ines", "Good evening.")
        cog(bot, "keeper").trouble = trouble
        answer = await erase(bot)
        assert "but for one part" in answer
        assert "because erasing it failed: what I keep of you for keeper." in answer
        assert "other" not in answer
        assert await kept(bot, "keeper") is not None
        assert await kept(bot, "other") is None
        assert await bot.app.store.records.messages_of("fake:ines", 10) == []
    async with bot.started():
        assert await kept(bot, "keeper") is None
        assert "“keeper” of me still kept of you is erased now" in bot.server.posts()[-1].text
        assert bot.server.posts()[-1].asker == "fake:ines"
    async with bot.started():
        assert sum("is erased now, too" in post.text for post in bot.server.posts()) == 1


async def test_a_cog_that_is_not_loaded_forgets_when_it_is(bot):
    async with bot.started():
        await bot.say("Ines", "Good evening.")
        await bot.say("Otto", "Good evening.")
        await bot.command("Ada", "!cogs unload keeper", where=bot.desk)
        answer = await erase(bot)
        assert "Perhaps still there: what I keep of you for keeper, which" in answer
        health = await bot.command("Ada", "!health", where=bot.desk)
        assert "Erasures left to keeper: 1" in health
        assert (await bot.app.store.journal.waiting()).count == 0, "waiting for a cog is no lag"
        await bot.command("Ada", "!cogs load keeper", where=bot.desk)
        assert await kept(bot, "keeper") is None
        assert (await kept(bot, "keeper", "fake:otto")).count == 1
        assert sum("is erased now, too" in post.text for post in bot.server.posts()) == 1


async def test_what_is_left_to_do_survives_restarts_without_that_cog(bot):
    async with bot.started():
        await bot.say("Ines", "Good evening.")
        await bot.command("Ada", "!cogs unload keeper", where=bot.desk)
        await erase(bot)
    everything = bot.config.core.cogs.enabled
    core = bot.config.core
    fewer = core.model_copy(update={"cogs": core.cogs.model_copy(update={"enabled": ("privacy", "admin", "other")})})
    object.__setattr__(bot.config, "core", fewer)
    async with bot.started():
        assert "keeper" not in bot.app.loader.registry.cogs
    object.__setattr__(bot.config, "core", core)
    assert bot.config.core.cogs.enabled == everything
    async with bot.started():
        assert await kept(bot, "keeper") is None


async def test_the_trail_says_that_somebody_was_erased_and_at_whose_word_but_not_who(bot):
    async with bot.started():
        await bot.say("Ines", "Good evening.")
        await bot.command("Ada", "!erase @ines", where=bot.desk)
        for community in ("tarnwick", "far"):
            [entry] = await bot.app.store.audit.recent(community, limit=10)
            assert (entry.action, entry.details) == ("member.erased", {"asked by": "meddler"})
            assert "ines" not in repr(entry).lower()
            assert await bot.app.store.audit.verify(community) is None
        assert await bot.app.store.people.member("fake:ines") is None


async def test_somebody_nobody_knows_is_erased_without_a_word_too_many(bot):
    async with bot.started():
        await bot.command("Ada", "!erase @nobody", where=bot.desk)
        assert sum("You are erased here." in post.text for post in bot.server.posts()) == 1


async def test_whoever_writes_again_is_somebody_new(bot):
    async with bot.started():
        await bot.say("Ines", "Good evening.")
        await bot.command("Ines", "!off-the-record on")
        await erase(bot)
        await bot.say("Ines", "It is me again.")
        [again] = await bot.app.store.records.messages_of("fake:ines", 10)
        assert (again.text, again.author.name, again.off_record) == ("It is me again.", "Ines", False)
        assert (await kept(bot, "keeper")).count == 1


async def test_words_that_are_said_while_being_erased_do_no_harm(bot):
    async with bot.started():
        for n in range(5):
            await bot.say("Ines", f"Point {n}.")
        ines = bot.person("Ines")
        bot.server.post(ines, bot.square, "!forget-me erase everything")
        for n in range(50):
            bot.server.post(ines, bot.square, f"And another, {n}.")
            await asyncio.sleep(0)
        await bot.settle()
        left = await bot.app.store.records.messages_of("fake:ines", 100)
        assert not [message for message in left if message.text.startswith("Point")]
        row = await kept(bot, "keeper")
        assert (row.count if row else 0) >= len(left)
        answer = await erase(bot)
        assert "You are erased here." in answer
        assert await kept(bot, "keeper") is None


async def test_a_cog_may_forget_in_parts(bot_with):
    parts = KEEPER.replace(
        'return tuple(Remove(row) for row in await self.words.find({"member": member}))',
        "self.asked = getattr(self, 'asked', 0) + 1\n"
        "        return [Upsert(Words(member, self.asked))] if self.asked < 4 else "
        "[Remove(row) for row in await self.words.find({'member': member})]",
    )
    bot = bot_with(keeper=parts, others=("privacy",))
    async with bot.started():
        await bot.say("Ines", "Good evening.")
        assert "You are erased here." in await erase(bot)
        assert await kept(bot, "keeper") is None
        assert cog(bot, "keeper").asked == 5


async def no_json():
    return {"at": datetime(2026, 3, 1, tzinfo=UTC)}


async def test_an_export_says_which_part_is_missing_and_holds_all_others(bot):
    async with bot.started():
        members = bot.app.members
        await bot.say("Ines", "Good evening.")
        for trouble in (raises, hangs, nonsense, gives_up, no_json):
            cog(bot, "keeper").trouble = trouble
            export = await members.export("fake:ines")
            assert "could not be put together" in export["keeper"]["missing"], trouble
            assert export["other"] == {"fake:ines": 1}
            assert export["core"]["name"] == "Ines"
        assert "incident" in export["keeper"]["missing"]
        assert bot.app.incidents.by_cog["keeper"] == 4
        await bot.command("Ada", "!cogs unload other", where=bot.desk)
        assert "switched off" in (await members.export("fake:ines"))["other"]["missing"]


async def test_the_check_for_cog_writers_finds_a_cog_that_forgets_nothing(bot_with):
    careless = KEEPER.replace("return tuple(Remove(row)", "return ()\n        return tuple(Remove(row)")
    bot = bot_with(
        keeper=KEEPER, other=careless.replace("Keeper", "Other").replace('"keeper"', '"other"'), others=("privacy",)
    )
    async with bot.started():
        await bot.say("Ines", "Good evening.")
        with pytest.raises(AssertionError, match="still keeps"):
            await check_members_rights(bot, "other", "Ines")
        await bot.say("Ines", "Good evening.")
        await check_members_rights(bot, "keeper", "Ines")
        with pytest.raises(AssertionError, match="let them do what makes one"):
            await check_members_rights(bot, "keeper", "Nobody")


def test_a_steward_is_told_that_the_configuration_still_names_them():
    assert "configuration still names you" in plain(farewell.done((), (), steward=True))
    assert "configuration" not in plain(farewell.done((), (), steward=False))
