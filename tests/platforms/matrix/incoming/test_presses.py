from datetime import timedelta

import pytest

from bot.domain.effect import Audience, Choice
from bot.domain.event import PromptAnswered
from bot.domain.ids import ConversationId
from bot.domain.member import Standing
from bot.errors import Unavailable
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.incoming import following_up
from bot.platforms.matrix.options import Bridge
from bot.platforms.matrix.render import content as contents
from tests.platforms.matrix.incoming.desk import BOT, CHOICES, MIRA, NOOR, PRIVATE, ROOM, Desk

MIRA_ID, NOOR_ID = names.member_id(MIRA), names.member_id(NOOR)


@pytest.fixture
def desk():
    return Desk(review_rooms=frozenset({names.conversation_id(ROOM)}))


# --- one step ------------------------------------------------------------------------------------------------------


async def test_a_choice_without_questions_is_answered_at_once(desk):
    card = desk.card()
    press = desk.reacts(MIRA, card, "❌")
    await desk.goes_on()
    [event] = desk.heard
    assert event == PromptAnswered(
        id=names.message_id(ROOM, press),
        cog="review",
        label="case 7",
        choice="dismiss",
        member=event.member,
        standing=Standing.MODERATOR,
        conversation=desk.rooms[ROOM].conversation(),
        at=event.at,
    )
    assert (event.member.id, event.member.name) == (MIRA_ID, "Mira")
    assert desk.questions == []


@pytest.mark.parametrize("emoji", ["✉", "✉️", "✉︎"])
async def test_how_a_keyboard_writes_an_emoji_does_not_matter(desk, emoji):
    desk.reacts(MIRA, desk.card(), emoji)
    await desk.goes_on()
    assert len(desk.questions) == 1


async def test_nor_does_the_tone_of_skin(desk):
    desk.reacts(MIRA, desk.card((Choice("yes", "Yes", "👍"),)), "👍🏾")
    await desk.goes_on()
    assert desk.answers == [("yes", MIRA_ID, {})]


async def test_other_reactions_and_those_on_other_events_are_left_to_others(desk):
    card = desk.card()
    usual = [desk.reacts(MIRA, card, "🎉"), desk.reacts(MIRA, "$elsewhere", "❌")]
    await desk.goes_on()
    assert (desk.answers, desk.usual) == ([], [card, *usual])  # the card was known already


async def test_bots_and_the_bot_itself_press_nothing():
    feeds, puppet = "@feeds:test.local", "@_discord_1:test.local"
    bridge = Bridge("@_discord_*:test.local", paired=frozenset({names.conversation_id(ROOM)}))
    desk = Desk(bots=(feeds,), bridges=(bridge,))
    card = desk.card()
    for who in (feeds, puppet, BOT):
        desk.reacts(who, card, "❌")
    await desk.goes_on()
    assert desk.heard == []


async def test_a_prompt_is_known_before_the_core_has_taken_note_of_it(desk):
    card = desk.card(known=False)
    await desk.goes_on()
    desk.restart()
    desk.reacts(MIRA, card, "❌")
    await desk.goes_on()
    assert desk.answers == [("dismiss", MIRA_ID, {})]


# --- two steps -----------------------------------------------------------------------------------------------------


async def test_a_confirmation_is_asked_of_the_presser_and_tidied_away(desk):
    card = desk.card()
    desk.reacts(MIRA, card, "🙈")
    await desk.goes_on()
    asked = desk.questions[0]["content"]
    assert desk.answers == []
    assert asked["body"].startswith("Mira: Hide it from everyone?")
    assert (asked["msgtype"], asked["m.mentions"]) == ("m.text", {"user_ids": [MIRA]})
    assert asked["m.relates_to"] == {"m.in_reply_to": {"event_id": card}}
    question = desk.question
    assert desk.offered(question) == ["✅", "❌"]
    yes = desk.reacts(MIRA, question, "✅")
    await desk.goes_on()
    assert desk.answers == [("hide", MIRA_ID, {})]
    assert desk.heard[0].id == names.message_id(ROOM, yes)
    assert desk.channel.redactions == [question]
    assert desk.notebook.ids("step") == []


@pytest.mark.parametrize("how", ["❌", "no", "cancel", "Cancel."])
async def test_a_confirmation_can_be_declined(desk, how):
    desk.reacts(MIRA, desk.card(), "🙈")
    await desk.goes_on()
    question = desk.question
    (desk.reacts if how == "❌" else desk.replies)(MIRA, question, how)
    await desk.goes_on()
    assert (desk.answers, desk.questions) == ([], [])
    desk.reacts(MIRA, question, "✅")
    await desk.goes_on()
    assert desk.answers == []


async def test_yes_in_words_counts_too_and_other_words_do_not(desk):
    desk.reacts(MIRA, desk.card(), "🙈")
    await desk.goes_on()
    aside = desk.replies(MIRA, desk.question, "hm, what does Noor think?")
    await desk.goes_on()
    assert aside in desk.usual
    assert len(desk.questions) == 1
    desk.replies(MIRA, desk.question, "Yes!")
    await desk.goes_on()
    assert desk.answers == [("hide", MIRA_ID, {})]


async def test_only_the_presser_counts(desk):
    desk.reacts(MIRA, desk.card(), "🙈")
    await desk.goes_on()
    for gesture in (desk.reacts(NOOR, desk.question, "✅"), desk.replies(NOOR, desk.question, "yes")):
        await desk.goes_on()
        assert gesture in desk.usual
    desk.reacts(NOOR, desk.question, "❌")
    await desk.goes_on()
    assert desk.answers == []
    assert len(desk.questions) == 1


async def test_each_presser_is_asked_alone(desk):
    card = desk.card()
    desk.reacts(MIRA, card, "🙈")
    desk.reacts(NOOR, card, "🙈")
    await desk.goes_on()
    first, second = (event["event_id"] for event in desk.questions)
    desk.reacts(NOOR, second, "✅")
    await desk.goes_on()
    assert desk.answers == [("hide", NOOR_ID, {})]
    assert desk.question == first


async def test_pressing_again_asks_anew_in_place_of_the_first_question(desk):
    card = desk.card()
    for _ in range(3):
        desk.takes_back(MIRA, desk.reacts(MIRA, card, "🙈"))
        desk.reacts(MIRA, card, "🙈")
        await desk.goes_on()
        assert len(desk.questions) == 1
    desk.reacts(MIRA, desk.question, "✅")
    await desk.goes_on()
    assert desk.answers == [("hide", MIRA_ID, {})]


async def test_a_yes_given_twice_is_one_answer(desk):
    desk.reacts(MIRA, desk.card(), "🙈")
    await desk.goes_on()
    question = desk.question
    desk.reacts(MIRA, question, "✅")
    desk.reacts(MIRA, question, "✅️")
    desk.replies(MIRA, question, "yes")
    await desk.goes_on()
    assert desk.answers == [("hide", MIRA_ID, {})]


async def test_who_takes_the_reaction_back_is_asked_no_longer(desk):
    press = desk.reacts(MIRA, desk.card(), "🙈")
    await desk.goes_on()
    question = desk.question
    desk.takes_back(MIRA, press)
    desk.reacts(MIRA, question, "✅")
    await desk.goes_on()
    assert (desk.answers, desk.questions) == ([], [])


async def test_a_reaction_taken_back_at_once_asks_nothing(desk):
    desk.takes_back(MIRA, desk.reacts(MIRA, desk.card(), "🙈"))
    await desk.reads()
    await desk.goes_on()
    assert (desk.questions, desk.channel.redactions) == ([], [])


async def test_a_question_that_somebody_deletes_is_not_open_any_more(desk):
    desk.reacts(MIRA, desk.card(), "🙈")
    await desk.goes_on()
    question = desk.question
    desk.takes_back(NOOR, question)
    desk.reacts(MIRA, question, "✅")
    await desk.goes_on()
    assert desk.answers == []
    assert desk.notebook.ids("step") == []


# --- restarts and trouble ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("restarts_after", range(8))
async def test_a_restart_loses_nothing_in_any_state(desk, restarts_after):
    """Each state: before and after an event is heard, with errands done or not."""
    states = iter(range(8))

    async def passes(*, errands=True):
        if next(states) == restarts_after:
            desk.restart()
        await (desk.goes_on() if errands else desk.reads())
        if next(states, None) == restarts_after:
            desk.restart()
            await desk.goes_on()
        await desk.goes_on()

    desk.reacts(MIRA, desk.card(), "👍")
    await passes(errands=False)
    desk.reacts(MIRA, desk.question, "✅")
    await passes(errands=False)
    desk.replies(MIRA, desk.question, "because")
    await passes()
    desk.reacts(MIRA, desk.question, "⏭️")
    await passes()
    assert desk.answers == [("both", MIRA_ID, {"why": "because"})]
    assert desk.questions == []
    assert len([event for event in desk.channel.timeline if event["sender"] == BOT and _asks(event)]) == 3


async def test_what_was_heard_but_not_stored_is_heard_again_and_asked_once(desk):
    desk.reacts(MIRA, desk.card(), "🙈")
    stored = dict(desk.notebook.kept)
    await desk.reads()
    desk.notebook.kept = stored
    desk.goes_down_before(1)
    await desk.goes_on()
    assert len([event for event in desk.channel.timeline if _asks(event)]) == 1


async def test_a_batch_that_could_not_be_stored_is_read_again_and_means_the_same(desk):
    card = desk.card()
    press = desk.reacts(MIRA, card, "🙈")
    await desk.goes_on()
    question = desk.question
    await desk.reads_twice()
    desk.reacts(MIRA, question, "✅")
    desk.takes_back(MIRA, press)
    desk.reacts(NOOR, card, "🙈")
    await desk.reads_twice()
    assert desk.answers == [("hide", MIRA_ID, {})]
    await desk.goes_on()
    assert desk.channel.redactions == [question]
    assert desk.questions[0]["content"]["m.mentions"] == {"user_ids": [NOOR]}


async def test_what_an_earlier_run_left_to_be_asked_may_have_been_asked(desk, monkeypatch):
    desk.reacts(MIRA, desk.card(), "🙈")
    await desk.reads()
    monkeypatch.setattr(following_up, "RUN", "another")
    desk.restart()
    await desk.goes_on()
    assert len(desk.questions) == len(desk.channel.sought) == 1


async def test_a_question_waits_until_the_homeserver_answers(desk):
    desk.channel.failing = [Unavailable("busy")]
    desk.reacts(MIRA, desk.card(), "🙈")
    await desk.reads()
    async with desk._errands_running():
        await desk.clock.until_sleeping()
        assert desk.questions == []
        desk.clock.advance(timedelta(minutes=5))
        await desk.notebook.until(lambda: not desk._due())
    assert desk.offered(desk.question) == ["✅", "❌"]


async def test_reactions_that_cannot_be_set_hinder_nobody(desk):
    desk.channel.failing = [None, Refused("M_DUPLICATE_ANNOTATION", 400), Refused("M_FORBIDDEN", 403)]
    desk.reacts(MIRA, desk.card(), "🙈")
    await desk.goes_on()
    desk.reacts(MIRA, desk.question, "✅")
    await desk.goes_on()
    assert desk.answers == [("hide", MIRA_ID, {})]


# --- prompts that are settled, expired or somebody else's ------------------------------------------------------------


async def test_an_answer_to_a_settled_prompt_goes_to_the_core_which_says_so(desk):
    desk.reacts(MIRA, desk.card(), "👍")
    await desk.goes_on()
    desk.reacts(MIRA, desk.question, "✅")
    await desk.goes_on()
    desk.settle()
    desk.replies(MIRA, desk.question, "because")
    await desk.goes_on()
    assert desk.answers == [("both", MIRA_ID, {})]
    assert desk.questions == []


async def test_a_prompt_settled_before_the_question_was_posted_asks_nothing(desk):
    desk.reacts(MIRA, desk.card(), "🙈")
    await desk.reads()
    desk.settle(CHOICES[0])
    await desk.goes_on()
    assert desk.questions == []


async def test_questions_of_a_settled_prompt_are_tidied_away(desk):
    card = desk.card()
    desk.reacts(MIRA, card, "🙈")
    desk.reacts(NOOR, card, "✉️")
    await desk.goes_on()
    first, second = (event["event_id"] for event in desk.questions)
    desk.settle(CHOICES[2])
    await desk.goes_on()
    desk.clock.advance(timedelta(minutes=1))
    async with desk._errands_running():
        await desk.notebook.until(lambda: not desk.notebook.ids("errand"))
    await desk.goes_on()
    assert desk.channel.redactions == [first]
    assert desk.notebook.ids("step") == [names.message_id(ROOM, second)]


async def test_an_expired_prompt_asks_nothing(desk):
    desk.reacts(MIRA, desk.card(expires_at=desk.clock.now() - timedelta(minutes=1)), "🙈")
    await desk.goes_on()
    assert desk.answers == [("hide", MIRA_ID, {})]  # the core says that it has expired
    assert desk.questions == []


async def test_a_private_prompt_is_answered_for_the_room_that_it_came_from(desk):
    where = names.conversation_id(ROOM)
    card = desk.card(room=PRIVATE, conversation=where, audience=Audience.ASKER, asker=MIRA_ID)
    desk.reacts(MIRA, card, "🙈", room=PRIVATE)
    await desk.goes_on()
    assert desk.questions[0]["room_id"] == PRIVATE
    yes = desk.reacts(MIRA, desk.question, "✅", room=PRIVATE)
    await desk.goes_on()
    [event] = desk.heard
    assert (event.conversation.id, event.id) == (where, names.message_id(PRIVATE, yes))
    assert event.standing is Standing.MODERATOR


async def test_a_private_prompt_is_known_before_the_core_has_taken_note_of_it(desk):
    card = desk.card(room=PRIVATE, conversation=names.conversation_id(ROOM), known=False)
    desk.reacts(MIRA, card, "❌", room=PRIVATE)
    await desk.goes_on()
    assert [event.conversation.id for event in desk.heard] == [names.conversation_id(ROOM)]


async def test_whoever_was_not_asked_is_asked_no_questions(desk):
    desk.reacts(NOOR, desk.card(audience=Audience.ASKER, asker=MIRA_ID), "🙈")
    await desk.goes_on()
    assert desk.answers == [("hide", NOOR_ID, {})]  # the core says that somebody else was asked
    assert desk.questions == []


async def test_a_prompt_whose_room_is_left_is_still_answered(desk):
    gone = ConversationId("matrix:!gone:test.local")
    desk.reacts(MIRA, desk.card(conversation=gone), "❌")
    await desk.goes_on()
    assert [(event.conversation.id, event.standing) for event in desk.heard] == [(gone, Standing.MEMBER)]


async def test_a_crowd_cannot_fill_the_room_with_questions_nor_keep_a_moderator_from_one(desk):
    card = desk.card()
    for number in range(30):
        desk.reacts(f"@user{number}:test.local", card, "🙈")
    await desk.goes_on()
    assert len(desk.questions) == 8
    desk.reacts(MIRA, card, "🙈")
    await desk.goes_on()
    assert desk.questions[-1]["content"]["m.mentions"] == {"user_ids": [MIRA]}


def _asks(event):
    return "step" in event["content"].get(contents.MARKER, {})
