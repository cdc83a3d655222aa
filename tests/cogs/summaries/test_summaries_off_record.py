"""What was said off the record is counted, never quoted: when a summary is made, and after."""

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
    return harness(tmp_path, cogs=("summaries", "privacy"))


async def test_off_the_record_messages_are_left_out_and_counted(bot):
    async with bot.started():
        await bot.say("Otto", "[off] Dario told me in confidence.")
        for name, text in TALK:
            await bot.say(name, text)
        await bot.command("Mira", "!off-the-record on")
        await bot.say("Mira", "Nor should this be repeated.")
        answer = await bot.command("Dario", "!summarize")
    assert "4 messages by 3 people" in answer
    assert "Left out: 1 command, 2 messages off the record." in answer
    assert "confidence" not in answer
    assert "repeated" not in answer


async def test_a_quoted_message_that_is_put_off_the_record_leaves_the_summary_at_once(bot):
    async with bot.started():
        said = [await bot.say(name, text) for name, text in TALK]
        await bot.command("Dario", "!summarize")
        await bot.edit(said[1], "[off] A bus lane takes the parking away.")
        [post] = bot.posts()
        assert "parking away" not in post.text
        assert "1 line was taken out since, because the messages were deleted or changed, or are off the" in post.text
        assert "Buses carry more people" in post.text
        bot.clock.advance(60)
        await bot.edit(said[1], "A bus lane takes the parking away.")
        assert "parking away" not in await bot.command("Mira", "!summarize"), "said off the record once, it stays so"
