"""A room that is upgraded takes everything along, over restarts too; one that the bot loses is told of."""

import logging
from datetime import timedelta

import pytest

from bot.domain.event import ConversationReplaced
from bot.domain.member import Standing
from bot.testing.harness import harness

IDIOT = "You are an idiot."


@pytest.fixture
def bot(tmp_path):
    return harness(tmp_path, sections={"civility": {"rule": "respect"}})


async def upgraded(bot, old, name):
    new = bot.server.replace_room(old, name)
    for who in ("Mira", "Noor"):
        bot.server.join(bot.person(who), new, Standing.MODERATOR)
    await bot.settle()
    return new


def texts(bot, where):
    return [post.text for post in bot.posts(where)]


async def test_a_room_goes_on_in_its_successor_also_after_a_restart(bot):
    async with bot.started():
        thread = bot.server.thread(bot.square, "buses")
        await bot.say("Ben", "in the thread", where=thread)
        await bot.command("Mira", "!set civility.threshold 0.4", where=bot.desk)
        await bot.command("Mira", "!weekly tue 18:00", where=bot.desk)
        new = await upgraded(bot, bot.square, "square 2")
        assert "was replaced by a new one" in texts(bot, bot.desk)[-1]
        newer = await upgraded(bot, new, "square 3")
    for _ in range(2):
        async with bot.started():
            here = bot.app.directory.community("tarnwick")
            assert [bot.app.directory.community_of(room.id) for room in (bot.square, new, newer, thread)] == [here] * 4
            assert bot.app.directory.current(bot.square.id) == bot.app.directory.current(thread.id) == newer.id
            assert here.rooms_now == {newer.id}
            before = len(texts(bot, bot.desk))
            await bot.say("Otto", IDIOT, where=newer)
            assert len(texts(bot, bot.desk)) == before + 1
            inside = bot.server.thread(newer, "trams")
            await bot.say("Otto", IDIOT, where=inside)
            await bot.say("Otto", IDIOT, where=thread)
            assert len(texts(bot, bot.desk)) == before + 3
            assert "#square 3" in await bot.command("Mira", "!weekly", where=bot.desk)
    async with bot.started():
        await bot.advance(timedelta(days=8))
        assert any("discussion" in text.lower() or "?" in text for text in texts(bot, newer))
        assert not [post for post in bot.posts(bot.square) if post.cog == "reading"]


async def test_members_are_not_told_twice_and_stay_off_the_record(bot):
    async with bot.started():
        await bot.say("Ben", "hello")
        assert any("For your information" in text for text in texts(bot, bot.square))
        await bot.command("Ben", "!off-the-record on")
        new = await upgraded(bot, bot.square, "new")
        said = await bot.say("Ben", "hello again", where=new)
        assert not any("For your information" in text for text in texts(bot, new))
        assert (await bot.app.store.history.message(said.id)).off_record


async def test_a_measure_for_a_case_of_the_former_room_holds_in_the_new_one(bot):
    async with bot.started():
        await bot.say("Otto", IDIOT)
        new = await upgraded(bot, bot.square, "new")
        await bot.command("Mira", "!uphold 1 timeout", where=bot.desk)
        (timeout,) = [one for one in bot.server.sanctions.values() if type(one).__name__ == "Timeout"]
        assert timeout.conversation == new.id
        await bot.say("Cem", IDIOT)  # a straggler, in the former room
        await bot.command("Mira", "!uphold 2 hide", where=bot.desk)
        (hide,) = [one for one in bot.server.sanctions.values() if type(one).__name__ == "Hide"]
        assert hide.conversation == bot.square.id


async def test_texts_in_the_former_room_are_kept_as_long_as_the_community_wants(bot):
    async with bot.started():
        old = await bot.say("Ben", "said before")
        new = await upgraded(bot, bot.square, "new")
        await bot.advance(timedelta(days=20))
        later = await bot.say("Ben", "said later", where=new)
        await bot.advance(timedelta(days=12))
        await bot.app.retention.sweep()
        assert await bot.app.store.history.message(old.id) is None
        assert await bot.app.store.history.message(later.id) is not None


async def test_the_moderators_room_moves_with_the_open_cases(bot):
    async with bot.started():
        await bot.say("Otto", IDIOT)
        said = await bot.say("Cem", f"{IDIOT} Really.")
        await bot.command("Mira", "!uphold 1", where=bot.desk)
        new = await upgraded(bot, bot.desk, "desk 2")
        assert bot.app.directory.community("tarnwick").review_room == new.id
        assert "1 case is still to be decided" in "".join(texts(bot, new))
        (card,) = [post for post in bot.posts(new) if post.choices]
        assert "moderators' room only" in await bot.command("Mira", "!queue", where=bot.desk)
        assert "Case 2" in await bot.command("Mira", "!queue", where=new)
        await bot.say("Otto", f"{IDIOT} Again.")
        assert "Case 3" in "".join(texts(bot, new))
    async with bot.started():
        await bot.delete(said)
        everywhere = "".join(texts(bot, new) + texts(bot, bot.desk))
        assert "Really" not in everywhere  # the former card lost its words too
        await bot.press("Noor", card, "dismiss")
        assert "1 open case" in await bot.command("Mira", "!queue", where=new)


@pytest.mark.parametrize("target", ["far_square", "far_desk", "desk"])
async def test_a_replacement_by_somebody_elses_room_is_refused_and_said(bot, target, caplog):
    taken = getattr(bot, target)
    async with bot.started():
        bot.server.timeline.add(taken.id, ConversationReplaced(bot.square, taken, bot.clock.now()))
        with caplog.at_level(logging.WARNING):
            await bot.settle()
        assert "which I do not follow" in texts(bot, bot.desk)[-1]
    async with bot.started():
        directory = bot.app.directory
        assert directory.current(bot.square.id) == bot.square.id
        assert directory.community_of(taken.id).id == ("tarnwick" if target == "desk" else "far")
        assert directory.community("tarnwick").rooms == {bot.square.id}
        assert directory.community("tarnwick").review_room == bot.desk.id


async def test_rooms_that_replace_each_other_lead_nowhere(bot):
    async with bot.started():
        new = await upgraded(bot, bot.square, "new")
        bot.server.timeline.add(new.id, ConversationReplaced(new, bot.square, bot.clock.now()))
        await bot.settle()
        assert bot.app.directory.current(bot.square.id) == new.id
    async with bot.started():
        assert bot.app.directory.current(bot.square.id) == new.id
        await bot.say("Otto", IDIOT, where=new)
        assert "Case 1" in "".join(texts(bot, bot.desk))


async def test_moderators_hear_that_the_bot_was_sent_out_and_what_to_do(bot):
    async with bot.started():
        mira = bot.person("Mira")
        bot.server.send_out_bot(bot.square, by=mira, reason="@everyone too loud <@1> " + "x" * 9000)
        await bot.settle()
        (told,) = [post for post in bot.posts(bot.desk) if "sent out of" in post.text]
        assert "I was sent out of square by Mira." in told.text
        assert "too loud" in told.text
        assert len(told.text) < 1000
        assert told.pings == []
        assert "invite me again" in told.text
        await bot.advance(timedelta(minutes=1))
        bot.server.send_out_bot(bot.square, banned=True)
        await bot.settle()
        (told,) = [post for post in bot.posts(bot.desk) if "banned from" in post.text]
        assert "lift the ban and then invite me again" in told.text
        assert "No reason was given." in told.text
        assert not [post for post in bot.posts(bot.far_desk) if post.cog == "admin"]


async def test_the_loss_of_the_moderators_room_is_in_the_log(bot, caplog):
    async with bot.started():
        with caplog.at_level(logging.WARNING):
            bot.server.send_out_bot(bot.desk, banned=True)
            await bot.settle()
        assert bot.posts(bot.desk) == []
    assert any(
        record.levelno == logging.CRITICAL and "moderators' room" in record.getMessage() for record in caplog.records
    )
