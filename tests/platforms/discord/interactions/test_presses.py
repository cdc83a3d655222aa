"""Buttons, second steps and forms over real sockets; also those of before a restart."""

from dataclasses import dataclass, field

import pytest

from bot.domain.effect import Audience, Choice
from bot.domain.event import PromptAnswered
from bot.domain.member import Standing
from bot.errors import StorageError
from bot.platforms.discord import names
from bot.platforms.discord.interactions.custom_ids import choice_id, letter_id
from bot.ports.platform import PromptPost
from tests.platforms.discord.interactions.desk import BAN, HIDE, NOTE, WARN, Town, ago, fresh, running


@pytest.fixture
async def town(standin):
    return Town(standin)


@pytest.fixture
async def desk(standin, town):
    async with running(standin, town, fresh([]), synced=False) as desk:
        yield desk


async def test_a_choice_counts_at_once(desk, town):
    card = await desk.prompt(town.review, HIDE, BAN)
    pressed = town.ada.presses(card, "Hide")
    assert (await pressed.acknowledged())["type"] == 6
    event = await desk.event()
    assert isinstance(event, PromptAnswered)
    assert (event.cog, event.label, event.choice, dict(event.fields)) == ("review", "case 7", "hide", {})
    assert (event.member.id, event.standing) == (names.member_id(town.ada.id), Standing.MODERATOR)
    assert event.conversation.id == names.conversation_id(town.review.id)
    assert event.id == names.message_id(town.review.id, pressed.id)
    token = await desk.tokens.acknowledged(event.id)
    assert (token.deferred, token.message) == (False, names.message_id(town.review.id, card.id))
    assert desk.tokens.latest(event.member.id, event.conversation.id) == token


async def test_what_punishes_is_asked_again(desk, town):
    card = await desk.prompt(town.review, HIDE, BAN)
    pressed = town.ada.presses(card, "Ban")
    question = await pressed.answered()
    assert question.ephemeral
    assert question.text == "Ban the author for good?"
    assert desk.events == []
    sure = town.ada.presses(question, "Yes")
    await sure.acknowledged()
    event = await desk.event()
    assert event.choice == "ban"
    assert (question.text, question.buttons) == ("Noted.", [])
    assert len(desk.events) == 1


async def test_no_leaves_everything_as_it_was(desk, town):
    card = await desk.prompt(town.review, BAN)
    question = await town.ada.presses(card, "Ban").answered()
    await town.ada.presses(question, "No").acknowledged()
    assert (question.text, question.buttons) == ("Nothing was done.", [])
    assert desk.events == []


async def test_a_form_opens_with_its_question_at_the_top(desk, town):
    card = await desk.prompt(town.review, WARN)
    pressed = town.ada.presses(card, "Warn")
    form = await pressed.form()
    assert form["components"][0]["content"] == "Warn the author?"
    submitted = town.ada.submits(pressed, {"reason": " Please stay civil "})
    assert (await submitted.acknowledged())["type"] == 6
    event = await desk.event()
    assert (event.choice, dict(event.fields)) == ("warn", {"reason": "Please stay civil"})
    assert event.id == names.message_id(town.review.id, submitted.id)
    assert len(desk.events) == 1


async def test_what_must_be_filled_in_is_not_spaces(desk, town):
    card = await desk.prompt(town.review, NOTE)
    pressed = town.ada.presses(card, "Note")
    await pressed.form()
    answer = await town.ada.submits(pressed, {"rule": "   "}).answered()
    assert "“Which rule” must not be empty" in answer.text
    assert desk.events == []
    pressed = town.ada.presses(card, "Note")
    await pressed.form()
    town.ada.submits(pressed, {"rule": "3"})
    assert dict((await desk.event()).fields) == {"rule": "3"}


@pytest.mark.parametrize(("choice", "step"), [(HIDE, "choice"), (BAN, "yes"), (WARN, "form")])
async def test_buttons_and_forms_of_before_a_restart(standin, town, choice, step):
    kept = fresh([])
    async with running(standin, town, kept, synced=False) as desk:
        card = await desk.prompt(town.review, choice)
        pressed = town.ada.presses(card, choice.text) if step != "choice" else None
        question = await pressed.answered() if step == "yes" else None
        if step == "form":
            await pressed.form()
    async with running(standin, town, kept, synced=False) as desk:
        match step:
            case "choice":
                last = town.ada.presses(card, choice.text)
            case "yes":
                last = town.ada.presses(question, "Yes")
            case _:
                last = town.ada.submits(pressed, {"reason": "rude"})
        await last.acknowledged()
        assert (await desk.event()).choice == choice.id


async def test_two_moderators_at_once_are_both_handed_on(desk, town):
    town.server.give_role(town.rem, town.moderators)
    card = await desk.prompt(town.review, HIDE)
    first, second = town.ada.presses(card, "Hide"), town.rem.presses(card, "Hide")
    await first.acknowledged()
    await second.acknowledged()
    await desk.event(2)
    assert {event.member.name for event in desk.events} == {"ada", "rem"}


async def test_a_prompt_that_is_settled_is_handed_on_for_the_core_to_refuse(desk, town):
    card = await desk.prompt(town.review, BAN, known=False)
    await town.ada.presses(card, "Ban").acknowledged()
    event = await desk.event()
    assert (event.cog, event.label, event.choice) == ("review", "case 7", "ban")
    assert await desk.tokens.acknowledged(event.id) is not None


async def test_a_prompt_that_nobody_can_name_is_settled_in_words(desk, town):
    card = await desk.prompt(town.review, HIDE, label="l" * 120, known=False)
    answer = await town.ada.presses(card, "Hide").answered()
    assert (answer.text, answer.ephemeral) == ("That is settled already.", True)
    assert desk.events == []


async def test_labels_that_do_not_fit_are_found_by_the_message(desk, town):
    card = await desk.prompt(town.review, BAN, label="l" * 120)
    question = await town.ada.presses(card, "Ban").answered()
    await town.ada.presses(question, "Yes").acknowledged()
    assert (await desk.event()).label == "l" * 120


async def test_an_expired_prompt_opens_nothing(desk, town):
    card = await desk.prompt(town.review, WARN, expires_at=ago(minutes=1))
    assert (await town.ada.presses(card, "Warn").acknowledged())["type"] == 6
    assert (await desk.event()).choice == "warn"


async def test_somebody_elses_question_opens_nothing(desk, town):
    more = {"audience": Audience.ASKER, "asker": names.member_id(town.rem.id), "standing": Standing.MEMBER}
    card = await desk.prompt(town.square, WARN, **more)
    assert (await town.ada.presses(card, "Warn").acknowledged())["type"] == 6
    assert dict((await desk.event()).fields) == {}
    pressed = town.rem.presses(card, "Warn")
    await pressed.form()


async def test_a_question_in_private_is_answered_for_where_it_was_asked(desk, town, standin):
    direct = standin.world.direct(town.rem)
    more = {"audience": Audience.ASKER, "asker": names.member_id(town.rem.id), "standing": Standing.MEMBER}
    sure = Choice("sure", "Erase", "🗑️", confirm="Erase everything?")
    card = await desk.prompt(direct, sure, asked_in=town.square, cog="privacy", label="erase", **more)
    question = await town.rem.presses(card, "Erase").answered()
    await town.rem.presses(question, "Yes").acknowledged()
    event = await desk.event()
    assert (event.cog, event.label) == ("privacy", "erase")
    assert event.conversation.id == names.conversation_id(town.square.id)
    assert event.standing is Standing.MEMBER


async def test_a_store_that_fails_never_counts_a_choice_unasked(desk, town, monkeypatch):
    card = await desk.prompt(town.review, BAN)

    async def failing(message):
        raise StorageError("the disk is full")

    monkeypatch.setattr(desk.prompts, "at", failing)
    answer = await town.ada.presses(card, "Ban").answered()
    assert "press it again" in answer.text
    assert desk.events == []


async def test_buttons_of_an_older_form_are_answered_in_words(desk, town):
    for custom_id in ("decide:7", "fm:read:", "fm:form:a:b:c", "fm:?", choice_id("other", "a", "b", "c")):
        card = await desk.prompt(town.review, HIDE, custom_id=custom_id)
        answer = await town.ada.presses(card, custom_id).answered()
        assert (answer.text, answer.ephemeral) == ("I do not know that button any more.", True)
    assert desk.events == []


async def test_a_select_of_somebody_elses_making_is_answered_in_words(desk, town, standin):
    card = await desk.prompt(town.review, HIDE)
    pressed = town.ada.presses(card, "Hide")
    await pressed.acknowledged()
    data = {"custom_id": "fm:choice:review:case%207:hide", "component_type": 3, "id": 9, "values": ["x"]}
    payload = pressed.payload | {"id": str(pressed.id + 1), "data": data}
    standin.world.emit("INTERACTION_CREATE", payload, server=town.server)
    await desk.event(2)


@dataclass
class Letter:
    parts: list = field(default_factory=lambda: ["You were *warned*.", "Reason: rude @everyone"])

    def view(self):
        return None


async def test_a_letter_is_shown_to_its_member_alone(desk, town):
    desk.letters.kept["n1"] = (town.rem.id, Letter())
    card = await desk.prompt(town.square, HIDE, custom_id=letter_id("n1"))
    read = town.rem.presses(card, letter_id("n1"))
    second = await read.answered(2)
    assert [post.text for post in read.posts] == ["You were *warned*.", "Reason: rude @everyone"]
    assert all(post.only_for == town.rem.id for post in read.posts)
    assert second.pinged == []
    other = await town.ada.presses(card, letter_id("n1")).answered()
    assert "addressed to somebody else" in other.text


async def test_a_prompt_whose_arrival_is_not_recorded_yet_is_found_by_its_name(desk, town):
    card = await desk.prompt(town.review, BAN)
    (post,) = desk.prompts._posts
    desk.prompts._posts[:] = [PromptPost(post.cog, names.message_id(town.review.id, 1), post.ask)]
    question = await town.ada.presses(card, "Ban").answered()
    await town.ada.presses(question, "Yes").acknowledged()
    assert (await desk.event()).choice == "ban"
