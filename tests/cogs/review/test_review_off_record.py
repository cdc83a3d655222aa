"""Cards: neighbours' words that were said off the record are not shown; the flagged message's are, and say so."""

import pytest

from bot.testing.harness import harness


@pytest.fixture
def bot(tmp_path):
    return harness(tmp_path, cogs=("civility", "review"), sections={"civility": {"notice": False}})


def card(bot, number=1):
    return next(post for post in bot.posts(bot.desk) if post.ask and post.ask.label == f"case:{number}")


async def test_a_flagged_off_record_message_is_shown_and_marked_and_its_off_record_neighbours_are_not(bot):
    async with bot.started():
        question = await bot.say("Dario", "[off] I was ill last week.")
        before = await bot.say("Ines", "Get well soon.")
        await bot.say("Ben", "[off] You idiot.", reply_to=question)
        await bot.say("Otto", "[otr] Leave him alone.")
        shown = card(bot).text
        assert "[off] You idiot." in shown
        assert "Said off the record: do not repeat it outside this room. Its text goes 72 hours after" in shown
        assert "Get well soon." in shown
        assert "Dario, off the record: not shown" in shown
        for hidden in ("ill last week", "Leave him alone"):
            assert hidden not in shown
        await bot.edit(before, "[off] Get well soon.")
        assert "Get well soon." not in card(bot).text
        assert "Ines, off the record: not shown" in card(bot).text
        shown = await bot.command("Mira", "!case 1", where=bot.desk)
        assert "Otto, off the record: not shown" in shown
        assert "Leave him alone" not in shown


async def test_a_reported_off_record_message_comes_before_moderators(bot):
    async with bot.started():
        said = await bot.say("Ben", "[off] I know where you live.")
        assert "Thank you" in await bot.command("Ines", "!report he threatens me", reply_to=said)
        assert "I know where you live" in card(bot).text
        assert "Said off the record" in card(bot).text
