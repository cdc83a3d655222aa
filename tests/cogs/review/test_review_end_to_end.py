"""The whole way with the real core and store: a message is posted, flagged, decided, undone; a restart between."""

import re
from datetime import timedelta

import pytest

from bot.testing.harness import harness


@pytest.fixture
def bot(tmp_path):
    return harness(tmp_path, cogs=("civility", "review"), sections={"civility": {"rule": "respect"}})


def cards(bot, where=None):
    return [post for post in bot.posts(where or bot.desk) if post.ask is not None]


def choices(post):
    return [choice.id for choice in post.choices]


async def test_an_attack_comes_before_moderators_with_what_it_answers_and_why(bot):
    async with bot.started():
        question = await bot.say("Dario", "Why would anyone want a bus lane?")
        await bot.say("Ben", "You are an idiot.", reply_to=question)
        (card,) = cards(bot)
        for shown in ("Case 1", "Why would anyone", "You are an idiot.", "Argue with the claim", "0.97", "scripted-1"):
            assert shown in card.text
        assert card.pings == []


async def test_a_room_is_told_once_that_it_is_watched_also_after_a_restart(bot):
    async with bot.started():
        await bot.say("Ben", "Good evening.")
        assert sum("look for personal attacks" in post.text for post in bot.posts()) == 1
    async with bot.started():
        await bot.say("Ben", "Anybody here?")
        assert sum("look for personal attacks" in post.text for post in bot.posts()) == 1


async def test_a_warning_reaches_the_member_and_undo_reaches_them_too(bot):
    async with bot.started():
        await bot.say("Ben", "You are an idiot.")
        answer = await bot.command("Mira", "!uphold 1 warn Please stay with the claim.", where=bot.desk)
        assert "Case 1 is upheld" in answer
        assert "This is a warning" in answer
        assert "Upheld by Mira, member warned" in cards(bot)[0].text
        assert choices(cards(bot)[0]) == ["undo"]
        answer = await bot.command("Noor", "!undo 1", where=bot.desk)
        assert "open again" in answer
        assert "no longer counts" in answer
        assert "dismiss" in choices(cards(bot)[0])


async def test_a_message_is_hidden_from_its_card_and_comes_back(bot):
    async with bot.started():
        said = await bot.say("Ben", "You are an idiot.")
        await bot.press("Mira", cards(bot)[0], "hide")
        assert said.id not in bot.server.messages
        assert "Upheld by Mira, message hidden" in cards(bot)[0].text
        assert any("The message was hidden." in post.text for post in bot.server.posts())
        assert "idiot" not in cards(bot)[0].text
        await bot.press("Noor", cards(bot)[0], "undo")
        assert said.id in bot.server.messages


async def test_cards_still_decide_after_a_restart(bot):
    async with bot.started():
        await bot.say("Ben", "You are an idiot.")
    async with bot.started():
        await bot.press("Noor", cards(bot)[0], "dismiss")
        assert "Dismissed by Noor" in cards(bot)[0].text
        assert "No case waits" in await bot.command("Noor", "!queue", where=bot.desk)


async def test_the_second_of_two_moderators_hears_who_was_first(bot):
    async with bot.started():
        await bot.say("Ben", "You are an idiot.")
        stale = cards(bot)[0]
        await bot.command("Mira", "!dismiss 1", where=bot.desk)
        assert "Case 1 was dismissed by Mira a moment ago" in await bot.command("Noor", "!uphold 1", where=bot.desk)
        with pytest.raises(LookupError):
            await bot.press("Noor", stale, "uphold")


async def test_two_decisions_in_one_breath_give_one_decision(bot):
    async with bot.started():
        await bot.say("Ben", "You are an idiot.")
        for name, text in (("Mira", "!uphold 1 hide"), ("Noor", "!dismiss 1")):
            bot.server.post(bot.person(name), bot.desk, text)
        await bot.settle()
        trail = await bot.command("Mira", "!audit 1", where=bot.desk)
        assert len(re.findall(r"Case 1 (?:upheld|dismissed)", trail)) == 1


async def test_deleted_words_leave_the_cards_that_showed_them(bot):
    async with bot.started():
        before = await bot.say("Dario", "I live at Quay Street.")
        said = await bot.say("Ben", "You are an idiot.")
        await bot.command("Mira", "!case 1", where=bot.desk)
        assert all("Quay Street" in card.text for card in cards(bot))
        await bot.delete(before)
        assert len(cards(bot)) == 2
        assert not any("Quay Street" in card.text for card in cards(bot))
        await bot.delete(said)
        assert not any("idiot" in card.text for card in cards(bot))
        assert not any("idiot" in post.text for post in bot.server.posts())


async def test_an_edit_is_judged_anew_and_the_card_says_what_became_of_it(bot):
    async with bot.started():
        said = await bot.say("Ben", "You are an idiot.")
        await bot.edit(said, "You are mistaken.")
        assert "would not be flagged" in cards(bot)[0].text
        assert "idiot" not in cards(bot)[0].text
        await bot.command("Mira", "!dismiss 1", where=bot.desk)
        await bot.advance(timedelta(minutes=1))
        await bot.edit(said, "You are a liar.")
        assert [re.search(r"Case \d", card.text).group() for card in cards(bot)] == ["Case 1", "Case 2"]


async def test_an_attack_edited_into_an_old_message_is_found(bot):
    async with bot.started():
        said = await bot.say("Ben", "Good evening.")
        await bot.edit(said, "You are an idiot.")
        assert len(cards(bot)) == 1


async def test_members_report_and_may_not_do_what_moderators_do(bot):
    async with bot.started():
        said = await bot.say("Ben", "Nonsense from start to end.")
        assert "Thank you" in await bot.command("Zoe", "!report he is rude", reply_to=said)
        (card,) = cards(bot)
        assert "Zoe reported it: “he is rude”" in card.text
        for command in ("!queue", "!case 1", "!uphold 1", "!dismiss 1", "!undo 1", "!history ben", "!audit"):
            answer = await bot.command("Zoe", command, where=bot.desk)
            assert "is for moderators" in answer, command
            answer = await bot.command("Mira", command)
            assert "moderators' room" in answer, command
        assert choices(cards(bot)[0])[0] == "uphold"


async def test_a_report_by_the_platforms_own_means_opens_a_case(bot):
    async with bot.started():
        said = await bot.say("Ben", "Nonsense from start to end.")
        bot.server.report(bot.person("Zoe"), said, "rude")
        await bot.settle()
        assert "Zoe reported it: “rude”" in cards(bot)[0].text


async def test_the_other_communitys_case_is_nobodys_business_here(bot):
    async with bot.started():
        await bot.say("Ben", "You are an idiot.", where=bot.far_square)
        assert len(cards(bot, bot.far_desk)) == 1
        assert cards(bot) == []
        for command in ("!case 1", "!uphold 1 hide", "!dismiss 1", "!undo 1", "!audit 1"):
            assert "There is no case 1 here" in await bot.command("Mira", command, where=bot.desk), command
        assert "no case about" in await bot.command("Mira", "!history ben", where=bot.desk)
        assert bot.server.sanctions == {}


async def test_a_moderator_is_flagged_like_anybody_and_does_not_decide_about_it(bot):
    async with bot.started():
        await bot.say("Mira", "You are an idiot.")
        assert "about a message of yours" in await bot.command("Mira", "!dismiss 1", where=bot.desk)
        await bot.press("Mira", cards(bot)[0], "dismiss")
        assert "dismiss" in choices(cards(bot)[0])
        assert "is dismissed" in await bot.command("Noor", "!dismiss 1", where=bot.desk)


async def test_a_missing_permission_is_told_to_the_moderators_with_its_name(bot):
    async with bot.started():
        await bot.say("Ben", "You are an idiot.")
        bot.server.faults.forbid(bot.square.id, "Manage Messages")
        await bot.press("Mira", cards(bot)[0], "hide")
        told = [post.text for post in bot.posts(bot.desk) if "did not work" in post.text]
        assert len(told) == 2, "the card, and a line that is new"
        for shown in ("hide a message", "Case 1", "square", "Manage Messages"):
            assert shown in told[-1]
        assert not any("was hidden" in post.text for post in bot.server.posts()), "nobody is told what did not happen"


async def test_whoever_is_banned_reads_why_first_appeals_and_comes_back(bot):
    ben = bot.person("Ben")
    async with bot.started():
        await bot.say("Ben", "You are an idiot.")
        await bot.press("Mira", cards(bot)[0], "ban", {"words": "The third time."})
        (letter,) = bot.server.posts(ben)
        assert "decided to ban you" in letter.text
        assert "The third time." in letter.text
        assert [type(effect).__name__ for effect in bot.server.sanctions.values()] == ["Ban"]
    async with bot.started():
        await bot.press("Ben", letter, "appeal", {"why": "It was my brother."})
        again = cards(bot)[-1]
        assert "It was my brother." in again.text
        assert choices(again) == ["keep", "grant"]
        assert choices(cards(bot)[0]) == ["keep", "grant"]
        assert "1 appeal, oldest first" in await bot.command("Noor", "!queue", where=bot.desk)
        assert "the moderators have it before them" in await bot.command("Ben", "!appeal 1 really, my brother")
    async with bot.started():
        await bot.press("Noor", again, "grant")
        assert [type(effect).__name__ for effect in bot.server.sanctions.values()] == ["Ban", "Unban"]
        assert "Your appeal was heard" in bot.server.posts(ben)[-1].text
        assert sum("took back" in post.text for post in bot.server.posts(ben)) == 1
        assert "Noor took the decision back" in cards(bot)[0].text
        trail = await bot.command("Noor", "!audit 1", where=bot.desk)
        for line in ("Ben banned (case 1)", "Case 1 appealed against, by Ben", "Ben no longer banned (case 1)"):
            assert line in trail


async def test_an_appeal_is_answered_and_the_decision_kept(bot):
    async with bot.started():
        await bot.say("Ben", "You are an idiot.")
        await bot.command("Mira", "!uphold 1 warn Please stay with the claim.", where=bot.desk)
        assert "before the moderators" in await bot.command("Ben", "!appeal 1 He began it.")
        answer = await bot.command("Noor", "!keep 1 He will hear of it, too.", where=bot.desk)
        assert "The decision on case 1 is kept." in answer
        assert "He will hear of it, too." in bot.server.posts(bot.person("Ben"))[-1].text
        assert choices(cards(bot)[0]) == ["undo"]


async def test_a_ban_that_failed_is_told_to_moderators_and_to_the_member(bot):
    async with bot.started():
        await bot.say("Ben", "You are an idiot.")
        bot.server.faults.forbid(bot.square.id, "ban members")
        await bot.command("Mira", "!uphold 1 ban", where=bot.desk)
        assert bot.server.sanctions == {}
        assert "but the member could not be banned" in cards(bot)[0].text
        told = [post.text for post in bot.server.posts(bot.person("Ben"))]
        assert told == [] or "has not come about" in told[-1]


async def test_slow_mode_is_set_where_a_moderator_says(bot):
    async with bot.started():
        await bot.say("Ben", "Good evening.")
        assert "30 seconds" in await bot.command("Mira", "!slowmode 30s")
        assert "slow mode of square: off" in await bot.command("Mira", "!slowmode off square", where=bot.desk)
        assert [(one.conversation, one.seconds) for one in bot.server.sanctions.values()] == [
            (bot.square.id, 30),
            (bot.square.id, 0),
        ]
        assert "is for moderators" in await bot.command("Ben", "!slowmode 30s")
        bot.server.faults.forbid(bot.square.id, "Manage Channels")
        await bot.command("Mira", "!slowmode 1m square", where=bot.desk)
        assert any("could not set the slow mode" in post.text for post in bot.posts(bot.desk))


async def test_what_was_done_by_hand_stands_on_the_card(bot):
    async with bot.started():
        await bot.say("Ben", "You are an idiot.")
        bot.server.moderate("ban", bot.person("Ben"), bot.square, by=bot.person("Noor"), reason="threats")
        await bot.settle()
        assert "Meanwhile by hand: banned by Noor" in cards(bot)[0].text
        assert "By hand in square: Ben banned, by Noor" in await bot.command("Mira", "!audit 1", where=bot.desk)


async def test_in_observe_mode_nothing_comes_up_but_reports_do(tmp_path):
    bot = harness(tmp_path, cogs=("civility", "review"), mode="observe")
    async with bot.started():
        said = await bot.say("Ben", "You are an idiot.")
        assert cards(bot) == []
        await bot.command("Zoe", "!report", reply_to=said)
        assert len(cards(bot)) == 1


async def test_without_a_model_moderators_are_told_once_and_reports_still_work(bot):
    bot.models.classifier.model = None
    async with bot.started():
        said = await bot.say("Ben", "You are an idiot.")
        await bot.say("Ben", "Really, an idiot.")
        told = [post for post in bot.posts(bot.desk) if "cannot judge" in post.text]
        assert len(told) == 1
        assert cards(bot) == []
        assert "2 messages unjudged" in await bot.command("Ben", "!watch")
        await bot.command("Zoe", "!report", reply_to=said)
        assert len(cards(bot)) == 1
        bot.models.classifier.model = "scripted-1"
        await bot.advance(timedelta(minutes=5))
        await bot.say("Ben", "Still an idiot.")
        assert any("answers again" in post.text for post in bot.posts(bot.desk))


async def test_hostile_words_stay_words_on_the_card(bot):
    async with bot.started():
        await bot.say("Ben", "idiot @everyone <@fake:dario> {0.__class__} \x1b[31m\u202e" + "a" * 60_000)
        (card,) = cards(bot)
        assert card.pings == []
        assert len(card.text) < 4_000
        await bot.press("Mira", card, "warn", {"words": "@everyone {0.__class__}"})
        assert all(post.pings == [] for post in bot.server.posts())


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("kick", "By hand in square: Ben sent out, by Mira: “spam”"),
        ("ban", "By hand in square: Ben banned, by Mira: “spam”"),
        ("unban", "By hand in square: Ben no longer banned, by Mira: “spam”"),
        ("timeout", "By hand in square: Ben timed out, by Mira: “spam”"),
        ("lift timeout", "By hand in square: Ben may write again, by Mira: “spam”"),
    ],
)
async def test_what_a_moderator_does_by_hand_stands_in_the_trail(bot, action, words):
    async with bot.started():
        await bot.say("Ben", "Good evening.")
        bot.server.moderate(action, bot.person("Ben"), bot.square, by=bot.person("Mira"), reason="spam")
        await bot.settle()
        assert words in await bot.command("Noor", "!audit", where=bot.desk)
        assert cards(bot) == []


async def test_what_has_no_name_here_is_no_line_of_the_trail(bot):
    async with bot.started():
        await bot.say("Ben", "Good evening.")
        bot.server.moderate("nudge", bot.person("Ben"), bot.square, by=bot.person("Mira"))
        await bot.settle()
        assert "empty so far" in await bot.command("Noor", "!audit", where=bot.desk)
