"""What an earlier attempt left is found also in a history that says less than Discord's, or that cannot all be read."""

import pytest

from bot.domain.document import Document
from bot.domain.effect import Ask, Choice, Say
from bot.errors import Unavailable

WORDS = Document.of("some words")
POSTS = r"POST .*/messages$"


def prompt(scene, label="l", words=WORDS):
    return Ask(scene.here, words, label, (Choice("a", "A", "✅"), Choice("b", "B", "❌")))


def renumber(post):
    """Components as a server numbers them that keeps no number of the bot's."""

    def visit(parts, number):
        for part in parts:
            part["id"] = number
            number = visit(part.get("components", ()), number + 1)
        return number

    visit(post.data["components"], 1)


def strip(post):
    def visit(parts):
        for part in parts:
            part.pop("id", None)
            visit(part.get("components", ()))

    visit(post.data["components"])


@pytest.mark.parametrize("kept", [renumber, strip])
async def test_a_card_is_found_by_words_and_buttons_where_numbers_are_not_kept(scene, kept):
    scene.standin.fault(POSTS, status=503, effective=True)
    with pytest.raises(Unavailable):
        await scene.bot.do(prompt(scene), key="k")
    kept(scene.posted()[0])
    receipt = await (await scene.next_run()).do(prompt(scene), key="k", attempt=2)
    assert [scene.post(receipt.message)] == scene.posted()


@pytest.mark.parametrize("other", ["label", "words"])
async def test_a_card_of_other_words_or_buttons_is_another(scene, other):
    changed = prompt(scene, label="m") if other == "label" else prompt(scene, words=Document.of("other words"))
    await scene.bot.do(changed, key="other")
    strip(scene.posted()[0])
    await (await scene.next_run()).do(prompt(scene), key="k", attempt=2)
    assert len(scene.posted()) == 2


async def test_a_card_that_bears_anothers_number_is_not_taken_for_ours(scene):
    await scene.bot.do(prompt(scene), key="other")
    await (await scene.next_run()).do(prompt(scene), key="k", attempt=2)
    assert len(scene.posted()) == 2


@pytest.mark.parametrize("kind", ["content", "card"])
async def test_what_somebody_wrote_that_cannot_be_read_holds_up_no_second_attempt(scene, kind):
    effect = Say(scene.here, WORDS) if kind == "content" else prompt(scene)
    scene.standin.fault(POSTS, status=503, effective=True)
    with pytest.raises(Unavailable):
        await scene.bot.do(effect, key="k")
    del scene.rem.says(scene.channel, "odd").data["type"]
    await (await scene.next_run()).do(effect, key="k", attempt=2)
    assert len(scene.posted()) == 1
