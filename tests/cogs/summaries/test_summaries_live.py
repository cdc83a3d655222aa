"""`!summarize` through the whole core: answered, kept true, and taken back."""

import pytest

from bot.testing.harness import harness

TALK = (
    ("Dario", "The council wants a bus lane on Mill Street."),
    ("Ines", "A bus lane takes the parking away."),
    ("Otto", "Buses carry more people than parked cars do."),
    ("Ines", "My shop lost a third of its customers."),
)


@pytest.fixture
def bot(tmp_path):
    return harness(tmp_path, cogs=("summaries", "admin", "help"))


async def talked(bot):
    return [await bot.say(name, text) for name, text in TALK]


async def test_a_summary_quotes_and_leaves_out_the_command_itself(bot):
    async with bot.started():
        await talked(bot)
        answer = await bot.command("Dario", "!tldr")
    assert "4 messages by 3 people" in answer
    assert "A bus lane takes the parking away." in answer
    assert "word for word" in answer
    assert not bot.posts()[0].pings


@pytest.mark.parametrize("restart", [False, True])
async def test_a_deleted_message_leaves_the_posted_summary(bot, restart):
    async with bot.started():
        said = await talked(bot)
        await bot.command("Dario", "!summarize 24h")
        if not restart:
            await bot.delete(said[1])
            assert "takes the parking away" not in bot.posts()[0].text
    if restart:
        async with bot.started():
            await bot.delete(said[1])
    [post] = bot.posts()
    assert "takes the parking away" not in post.text
    assert "Buses carry more people" in post.text
    assert "1 line was taken out since" in post.text


async def test_an_edited_message_is_no_longer_quoted_as_it_was(bot):
    async with bot.started():
        said = await talked(bot)
        await bot.command("Dario", "!summarize")
        await bot.edit(said[2], "I have no opinion on buses.")
        [post] = bot.posts()
        assert "Buses carry more people" not in post.text


async def test_without_a_model_it_says_so(bot):
    bot.models.summarizer.model = None
    async with bot.started():
        await talked(bot)
        answer = await bot.command("Dario", "!summarize")
    assert "no model is loaded" in answer


async def test_too_little_and_nonsense_are_answered_in_words(bot):
    async with bot.started():
        await bot.say("Dario", "Hello?")
        assert "too little to sum up" in await bot.command("Ines", "!summarize")
        assert "24h" in await bot.command("Otto", "!summarize everything")


async def test_a_member_waits_a_minute_before_the_next(bot):
    async with bot.started():
        await talked(bot)
        assert "4 messages" in await bot.command("Dario", "!summarize")
        assert "4 messages" not in await bot.command("Dario", "!summarize")


async def test_nobody_sums_up_a_room_for_another_community(bot):
    async with bot.started():
        await talked(bot)
        assert "bus lane" not in await bot.command("Dario", "!summarize", where=bot.far_square)
