"""Forms on prompts: one question after the other, answered by replies."""

import pytest

from bot.platforms.matrix import names
from tests.platforms.matrix.incoming.desk import BOT, MIRA, ROOM, Desk

MIRA_ID = names.member_id(MIRA)


@pytest.fixture
def desk():
    return Desk(review_rooms=frozenset({names.conversation_id(ROOM)}))


async def test_a_form_is_filled_in_by_replies(desk):
    card = desk.card()
    desk.reacts(MIRA, card, "👍")
    await desk.goes_on()
    desk.reacts(MIRA, desk.question, "✅")
    await desk.goes_on()
    assert "“Both” (1 of 2): Why?" in desk.questions[0]["content"]["body"]
    assert desk.offered(desk.question) == ["❌"]
    desk.replies(MIRA, desk.question, "because\nit hurt")
    await desk.goes_on()
    assert "(2 of 2): A note?" in desk.questions[0]["content"]["body"]
    assert desk.offered(desk.question) == ["⏭️", "❌"]
    last = desk.replies(MIRA, desk.question, "a note")
    await desk.goes_on()
    assert desk.answers == [("both", MIRA_ID, {"why": "because\nit hurt", "note": "a note"})]
    assert desk.heard[0].id == names.message_id(ROOM, last)
    assert desk.questions == []


@pytest.mark.parametrize("how", ["-", "⏭️", "⏭"])
async def test_what_is_optional_can_be_left_out(desk, how):
    await _to_the_note(desk)
    (desk.replies if how == "-" else desk.reacts)(MIRA, desk.question, how)
    await desk.goes_on()
    assert desk.answers == [("both", MIRA_ID, {"why": "because"})]


@pytest.mark.parametrize("answer", ["-", "", "   ", "x" * 301])
async def test_what_does_not_fit_is_asked_again(desk, answer):
    desk.reacts(MIRA, desk.card(), "👍")
    await desk.goes_on()
    desk.reacts(MIRA, desk.question, "✅")
    await desk.goes_on()
    desk.replies(MIRA, desk.question, answer)
    await desk.goes_on()
    again = desk.questions[0]["content"]["body"]
    assert ("too long: 300 characters at most, it had 301" if len(answer) > 3 else "This one is needed") in again
    desk.replies(MIRA, desk.question, "because")
    await desk.goes_on()
    desk.replies(MIRA, desk.question, "-")
    await desk.goes_on()
    assert desk.answers == [("both", MIRA_ID, {"why": "because"})]


async def test_a_form_can_be_stopped_at_every_field(desk):
    await _to_the_note(desk)
    desk.reacts(MIRA, desk.question, "❌")
    await desk.goes_on()
    assert (desk.answers, desk.questions) == ([], [])


async def test_a_required_field_is_not_skipped_by_a_reaction(desk):
    desk.reacts(MIRA, desk.card(), "✉️")
    await desk.goes_on()
    desk.reacts(MIRA, desk.question, "⏭️")
    desk.reacts(MIRA, desk.question, "✅")
    await desk.goes_on()
    assert desk.answers == []
    assert len(desk.questions) == 1


async def test_a_reply_in_the_questions_thread_counts(desk):
    desk.reacts(MIRA, desk.card(), "✉️")
    await desk.goes_on()
    question = desk.question
    relation = {
        "rel_type": "m.thread",
        "event_id": question,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": question},
    }
    desk.replies(MIRA, question, "please be kind", **{"m.relates_to": relation})
    await desk.goes_on()
    assert desk.answers == [("warn", MIRA_ID, {"words": "please be kind"})]


async def test_what_is_only_said_next_in_a_thread_is_no_answer(desk):
    desk.reacts(MIRA, desk.card(conversation=names.conversation_id(ROOM, "$root")), "✉️")
    await desk.goes_on()
    assert desk.questions[0]["content"]["m.relates_to"]["event_id"] == "$root"
    relation = {
        "rel_type": "m.thread",
        "event_id": "$root",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": desk.question},
    }
    aside = desk.replies(MIRA, desk.question, "who is on duty tomorrow?", **{"m.relates_to": relation})
    await desk.goes_on()
    assert aside in desk.usual
    relation = {**relation, "is_falling_back": False}
    desk.replies(MIRA, desk.question, "please be kind", **{"m.relates_to": relation})
    await desk.goes_on()
    assert desk.answers == [("warn", MIRA_ID, {"words": "please be kind"})]


async def test_the_quote_of_an_older_client_is_no_part_of_the_answer(desk):
    desk.reacts(MIRA, desk.card(), "✉️")
    await desk.goes_on()
    desk.replies(MIRA, desk.question, f"> <{BOT}> Mira, your words\n> Reply to this\n\nplease be kind\n\n> he said")
    await desk.goes_on()
    assert desk.answers == [("warn", MIRA_ID, {"words": "please be kind\n\n> he said"})]


async def test_an_edit_and_a_picture_are_no_answers(desk):
    desk.reacts(MIRA, desk.card(), "✉️")
    await desk.goes_on()
    reply = {"m.in_reply_to": {"event_id": desk.question}}
    edit = {"m.relates_to": {**reply, "rel_type": "m.replace", "event_id": desk.question}}
    desk.replies(MIRA, desk.question, "* edited", **edit)
    desk.replies(MIRA, desk.question, "picture.png", msgtype="m.image")
    await desk.goes_on()
    assert desk.answers == []
    assert len(desk.questions) == 1


async def _to_the_note(desk):
    desk.reacts(MIRA, desk.card(), "👍")
    await desk.goes_on()
    desk.reacts(MIRA, desk.question, "✅")
    await desk.goes_on()
    desk.replies(MIRA, desk.question, "because")
    await desk.goes_on()
