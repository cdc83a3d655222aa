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


@pytest.fixture
def moderated(tmp_path):
    return harness(tmp_path, cogs=("civility", "review", "summaries", "admin"))


async def attacked(bot):
    """The scripted summarizer quotes the first three messages."""
    for name, text in [TALK[0], ("Ben", "You are an idiot, whatever the buses do."), *TALK[1:]]:
        await bot.say(name, text)


async def test_what_moderators_look_at_is_not_repeated_until_they_dismiss_it(moderated):
    bot = moderated
    async with bot.started():
        await attacked(bot)
        answer = await bot.command("Mira", "!summarize")
        assert "idiot" not in answer
        assert "1 message under review" in answer
        await bot.command("Mira", "!dismiss 1", where=bot.desk)
        assert "an idiot" in await bot.command("Mira", "!summarize")
        await bot.command("Mira", "!undo 1", where=bot.desk)
        assert not any("idiot" in post.text for post in bot.posts()), "edited at once"
        await bot.command("Mira", "!uphold 1", where=bot.desk)
    async with bot.started():
        assert "idiot" not in await bot.command("Mira", "!summarize")


async def test_what_was_decided_while_no_summaries_were_loaded_counts_too(moderated):
    bot = moderated
    async with bot.started():
        await attacked(bot)
        await bot.command("Ada", "!cogs unload summaries", where=bot.desk)
        await bot.command("Mira", "!dismiss 1", where=bot.desk)
        await bot.say("Otto", "What a liar you are about the buses.")
        await bot.command("Ada", "!cogs load summaries", where=bot.desk)
        answer = await bot.command("Mira", "!summarize")
    assert "an idiot" in answer
    assert "liar" not in answer


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


async def test_a_summary_from_a_message_on_by_reply_and_by_menu(bot):
    async with bot.started():
        said = await talked(bot)
        by_reply = await bot.command("Dario", "!summarize", reply_to=said[1])
        given = bot.server.invoke(bot.person("Ines"), bot.square, "summarize", target=said[1].id)
        await bot.settle()
        by_menu = bot.posts()[-1]
    assert "3 messages by 2 people" in by_reply
    assert "The council wants" not in by_reply
    assert "3 messages by 2 people" in by_menu.text
    assert by_menu.reply_to == given.what.id


async def test_nobody_gets_words_from_where_they_may_not_read(bot):
    async with bot.started():
        await talked(bot)
        secret = [await bot.say("Mira", f"Between moderators, number {n}.", where=bot.desk) for n in range(4)]
        for where, target in ((bot.square, secret[0]), (bot.desk, secret[0])):
            bot.server.invoke(bot.person("Dario"), where, "summarize", target=target.id)
            await bot.settle()
        assert not [post for post in bot.server.posts() if "Between moderators" in post.text]
        assert "no such message of this conversation" in bot.posts()[-1].text
        assert "only for people who can open it" in bot.posts(bot.desk)[-1].text


async def test_a_summary_from_a_message_on_costs_the_same_wait(bot):
    async with bot.started():
        said = await talked(bot)
        assert "no such message" in await bot.command("Dario", "!summarize", reply_to=await unknown(bot))
        assert "4 messages" in await bot.command("Dario", "!summarize", reply_to=said[0])
        assert "again in" in await bot.command("Dario", "!summarize", reply_to=said[0])


async def unknown(bot):
    """A message that is deleted by now."""
    message = await bot.say("Otto", "Never mind.")
    await bot.delete(message)
    return message


async def test_a_member_waits_a_minute_before_the_next(bot):
    async with bot.started():
        await talked(bot)
        assert "4 messages" in await bot.command("Dario", "!summarize")
        assert "4 messages" not in await bot.command("Dario", "!summarize")


async def test_nobody_sums_up_a_room_for_another_community(bot):
    async with bot.started():
        await talked(bot)
        assert "bus lane" not in await bot.command("Dario", "!summarize", where=bot.far_square)
