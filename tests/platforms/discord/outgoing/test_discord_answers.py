"""Answers through interactions: in place of a promise, for one person's eyes, and what happens when time is up."""

import pytest

from bot.domain.document import Document
from bot.domain.effect import Ask, Attach, Audience, Choice, Edit, Guarantee, Kick, Say
from bot.errors import Gone
from bot.platforms.discord import names
from bot.platforms.discord.interactions.tokens import Token

WORDS = Document.of("some words")
KEEP = Choice("keep", "Keep", "✅")


async def pressed(scene, *, ephemeral=True, deferred=True, by=None):
    """Somebody presses a button; the bot promises an answer or says nothing, and keeps the token."""
    prompt = await scene.bot.do(Ask(scene.here, Document.of("?"), "l", (KEEP,)))
    client = scene.bot.connection.client
    waiting = client.wait_for("interaction")
    interaction = (by or scene.rem).presses(scene.post(prompt.message), "Keep")
    came = await waiting
    await came.response.defer(ephemeral=ephemeral, thinking=deferred)
    token = Token(
        names.message_id(scene.channel.id, came.id),
        came.token,
        came.application_id,
        names.member_id(came.user.id),
        scene.here,
        scene.bot.clock.now(),
        deferred,
        ephemeral,
        message=prompt.message,
    )
    await scene.bot.core.notes.write([scene.bot.tokens.keep(token)])
    return interaction, token


def answer(scene, token, text="some words", **fields):
    return Say(scene.here, Document.of(text), reply_to=token.id, **({"asker": scene.member} | fields))


def shown(scene):
    """What rem alone sees in the channel."""
    return [post.text for post in scene.rem.sees_alone(scene.channel) if post.text]


async def test_the_first_answer_takes_the_place_of_the_promise_and_later_ones_follow(scene):
    interaction, token = await pressed(scene)
    for number in (1, 2):
        await scene.bot.do(answer(scene, token, f"answer {number}", audience=Audience.ASKER))
    assert interaction.original.text == "answer 1"
    assert shown(scene) == ["answer 1", "answer 2"]
    assert len(scene.posted()) == 1  # the prompt


async def test_the_first_answer_is_given_once_over_a_crash(scene):
    interaction, token = await pressed(scene)
    say = answer(scene, token, audience=Audience.ASIDE)
    first = await scene.bot.do(say, key="k")
    other = await scene.run_of(kept=scene.bot.kept)
    await other.tokens.load()
    again = await other.do(say, key="k", attempt=2)
    assert first.message == again.message
    assert shown(scene) == ["some words"]
    assert interaction.followups == []
    await other.do(answer(scene, token, "another"), key="other")
    assert shown(scene) == ["some words", "another"]


async def test_a_public_promise_is_kept_in_public_and_the_rest_follows_in_the_channel(scene):
    _, token = await pressed(scene, ephemeral=False)
    receipt = await scene.bot.do(answer(scene, token, "word. " * 600, audience=Audience.ROOM))
    _, *posts = scene.posted()
    assert receipt.message == scene.message(posts[0])
    assert "".join("".join(post.content.split()) for post in posts) == "word." * 600
    assert shown(scene) == []


async def test_what_is_for_the_asker_alone_is_not_put_in_place_of_a_public_promise(scene):
    interaction, token = await pressed(scene, ephemeral=False)
    await scene.bot.do(answer(scene, token, audience=Audience.ASKER))
    assert shown(scene) == ["some words"]
    assert not interaction.pending
    assert len(scene.posted()) == 1  # the prompt; the promise is taken back


async def test_an_answer_for_all_to_what_was_promised_to_one_stays_with_that_one(scene):
    _, token = await pressed(scene, ephemeral=True)
    await scene.bot.do(answer(scene, token, audience=Audience.ROOM))
    assert shown(scene) == ["some words"]
    assert len(scene.posted()) == 1


async def test_a_press_without_a_promise_is_answered_beside(scene):
    _, token = await pressed(scene, deferred=False)
    await scene.bot.do(answer(scene, token, "refused", audience=Audience.ASIDE))
    await scene.bot.do(answer(scene, token, "for all", audience=Audience.ROOM))
    assert shown(scene) == ["refused"]
    assert [post.text for post in scene.posted()][1:] == ["for all"]


async def test_an_aside_finds_the_newest_interaction_of_the_asker(scene):
    _, _ = await pressed(scene, deferred=False)
    await scene.bot.do(Say(scene.here, WORDS, audience=Audience.ASIDE, asker=scene.member))
    assert shown(scene) == ["some words"]


async def test_words_for_one_never_go_through_the_interaction_of_another(scene):
    _, token = await pressed(scene, by=scene.mira)
    await scene.bot.do(answer(scene, token, audience=Audience.ASKER))
    assert shown(scene) == []
    assert [post.content for post in scene.rem.inbox] == ["some words"]


@pytest.mark.parametrize("ephemeral", [True, False])
async def test_when_the_time_is_up_words_go_the_usual_way(scene, ephemeral):
    _, token = await pressed(scene, ephemeral=ephemeral)
    scene.standin.time.advance(16 * 60)
    await scene.bot.do(answer(scene, token, "in private", audience=Audience.ASKER))
    assert [post.content for post in scene.rem.inbox] == ["in private"]
    assert scene.bot.tokens.of(token.id) is None
    await scene.bot.do(answer(scene, token, "for all", audience=Audience.ROOM))
    assert [post.text for post in scene.posted() if post.text][1:] == ["for all"]


async def test_files_and_long_texts_are_shown_to_the_asker_alone(scene):
    interaction, token = await pressed(scene)
    attach = Attach(scene.here, "mine.json", b"{}", Document.of("word. " * 600), Audience.ASKER, scene.member, token.id)
    await scene.bot.do(attach)
    assert [post.files for post in scene.rem.sees_alone(scene.channel)] == [[], [("mine.json", b"{}")]]
    assert interaction.original.text.startswith("word.")
    assert len(scene.posted()) == 1


async def test_a_prompt_that_one_person_sees_is_edited_through_the_interaction(scene):
    _, token = await pressed(scene)
    ask = Ask(scene.here, Document.of("Sure?"), "own", (KEEP,), Audience.ASKER, scene.member, reply_to=token.id)
    receipt = await scene.bot.do(ask)
    assert shown(scene) == ["Sure?"]
    await scene.bot.do(Edit(scene.here, "own", Document.of("Done."), ()), target=receipt.message)
    assert shown(scene) == ["Done."]
    scene.standin.time.advance(16 * 60)
    with pytest.raises(Gone):
        await scene.bot.do(Edit(scene.here, "own", Document.of("Late."), ()), target=receipt.message)


async def test_a_prompt_pressed_by_one_is_still_edited_for_all(scene):
    interaction, token = await pressed(scene, deferred=False)
    await scene.bot.do(Edit(scene.here, "l", Document.of("over"), ()), target=token.message)
    assert [post.text for post in scene.posted()] == ["over"]
    assert interaction.failed is None or not interaction.failed


async def test_no_answer_pings_anybody(scene):
    _, token = await pressed(scene)
    await scene.bot.do(answer(scene, token, f"@everyone {scene.mira.mention}", audience=Audience.ASKER))
    assert [post.pinged for post in scene.rem.sees_alone(scene.channel)] == [[]]


async def test_what_is_promised_is_honest(scene):
    promised = scene.bot.outgoing.guarantee
    assert promised(Say(scene.here, WORDS)) is Guarantee.EXACTLY_ONCE
    for alone in (
        Say(scene.here, WORDS, audience=Audience.ASIDE),
        Ask(scene.here, WORDS, "l", (KEEP,), Audience.ASKER),
    ):
        assert promised(alone) is Guarantee.AT_LEAST_ONCE
    assert promised(Kick(**scene.measure(member=scene.member))) is Guarantee.AT_LEAST_ONCE
