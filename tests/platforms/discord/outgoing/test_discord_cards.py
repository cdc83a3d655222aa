"""Prompts as cards: once over crashes, edited in place, with buttons that leave nothing behind in the client."""

import pytest

from bot.domain.document import Document, Picture, Quote, heading, inlines
from bot.domain.effect import Ask, Choice, Edit, Say
from bot.errors import Unsupported
from bot.platforms.discord import names
from bot.platforms.discord.interactions.custom_ids import choice_id

KEEP, DROP = Choice("keep", "Keep", "✅"), Choice("drop", "Drop", "❌", danger=True)
COMPONENTS_V2 = 1 << 15


def asked(scene, *choices, body=None):
    return Ask(scene.here, body or Document.of(heading("Case 7"), "Is that so?"), "case-7", choices or (KEEP, DROP))


async def test_a_prompt_is_a_card_with_its_buttons(scene):
    receipt = await scene.bot.do(asked(scene))
    [post] = scene.posted()
    assert receipt.message == scene.message(post)
    assert (post.text, post.content) == ("## Case 7\nIs that so?", "")
    assert post.data["flags"] & COMPONENTS_V2
    assert [(each["label"], each["style"], each["custom_id"]) for each in post.buttons] == [
        ("Keep", 2, choice_id("choice", "cog", "case-7", "keep")),
        ("Drop", 4, choice_id("choice", "cog", "case-7", "drop")),
    ]
    [frame] = post.data["components"]
    assert frame["accent_color"] == 0xE67E22
    assert post.pinged == []


async def test_sending_and_editing_cards_leaves_no_view_in_the_client(scene):
    posted = await scene.bot.do(asked(scene))
    await scene.bot.do(Edit(scene.here, "case-7", Document.of("done"), (KEEP,)), target=posted.message)
    assert scene.bot.connection.client.persistent_views == []
    assert scene.bot.connection.client._connection._view_store._views == {}


async def test_a_second_attempt_after_a_crash_finds_the_card_by_its_frame_even_when_it_was_edited(scene):
    first = await scene.bot.do(asked(scene), key="k")
    other = await scene.next_run()
    assert (await other.do(asked(scene), key="k", attempt=2)).message == first.message
    await other.do(Edit(scene.here, "case-7", Document.of("quite other words"), (KEEP,)), target=first.message)
    later = await scene.next_run()
    assert (await later.do(asked(scene), key="k", attempt=3)).message == first.message
    another = await later.do(asked(scene), key="another", attempt=2)
    assert len(scene.posted()) == 2
    assert another.message != first.message


async def test_an_edit_changes_words_and_buttons_and_says_the_same_twice(scene):
    posted = await scene.bot.do(asked(scene, body=Document.of("open", Picture(b"\x89PNG", "curve"))))
    edit = Edit(scene.here, "case-7", Document.of("decided"), (Choice("undo", "Undo", "↩️"),))
    for attempt in (1, 2):
        await scene.bot.do(edit, key="e", attempt=attempt, target=posted.message)
    [post] = scene.posted()
    assert post.text == "decided"
    assert [each["label"] for each in post.buttons] == ["Undo"]
    await scene.bot.do(Edit(scene.here, "case-7", Document.of("over")), target=posted.message)
    assert (post.text, post.buttons) == ("over", [])
    assert post.data["flags"] & COMPONENTS_V2


async def test_text_becomes_a_card_when_it_gets_choices(scene):
    posted = await scene.bot.do(Say(scene.here, Document.of("words"), label="l"))
    await scene.bot.do(Edit(scene.here, "l", Document.of("a question"), (KEEP,)), target=posted.message)
    [post] = scene.posted()
    assert (post.text, [each["label"] for each in post.buttons]) == ("a question", ["Keep"])


async def test_a_card_too_long_is_shortened_and_keeps_every_button(scene):
    quotes = [Quote("words " * 700, inlines("Mira")) for _ in range(8)]
    choices = [Choice(str(number), f"Choice {number}", "✅") for number in range(30)]
    await scene.bot.do(asked(scene, *choices, body=Document.of(heading("Case 7"), *quotes, Picture(b"\x89PNG", "p"))))
    [post] = scene.posted()
    assert len(post.buttons) == 30
    assert post.text.count("> words") == 8


async def test_more_choices_than_discord_shows_are_refused_in_words(scene):
    choices = [Choice(str(number), str(number), "✅") for number in range(31)]
    with pytest.raises(Unsupported, match="30 choices"):
        await scene.bot.do(asked(scene, *choices))


async def test_long_names_of_prompts_still_make_buttons(scene):
    ask = Ask(scene.here, Document.of("?"), "label " * 40, (KEEP,))
    await scene.bot.do(ask)
    [post] = scene.posted()
    assert post.buttons[0]["custom_id"] == "fm:choice:::keep"


async def test_a_card_in_a_thread(scene):
    thread = scene.rem.opens_thread(scene.channel, "aside")
    await scene.bot.do(Ask(names.conversation_id(thread.id), Document.of("?"), "l", (KEEP,)))
    assert [post.text for post in thread.by_bot()] == ["?"]
