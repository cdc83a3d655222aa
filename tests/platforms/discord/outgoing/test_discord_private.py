"""Words for one member alone: direct messages, letters where they take none, prompts among them."""

import pytest

from bot.domain.document import Document
from bot.domain.effect import Ask, Attach, Audience, Choice, DirectMessage, Edit, Say, Warn
from bot.domain.ids import MemberId
from bot.errors import Forbidden, Gone, Unsupported
from bot.platforms.discord import names
from bot.platforms.discord.interactions.custom_ids import choice_id, read_letter

WORDS = Document.of("some *words*")
APPEAL = Choice("appeal", "Appeal", "⚖️")


def letter_button(post):
    [button] = post.buttons
    note = read_letter(button["custom_id"])
    assert note is not None
    return note


async def test_private_words_arrive_once_also_over_a_crash(scene):
    said = DirectMessage(scene.here, scene.member, WORDS)
    first = await scene.bot.do(said, key="k")
    again = await (await scene.next_run()).do(said, key="k", attempt=2)
    assert first.message == again.message
    assert first.note == "told privately"
    assert [post.content for post in scene.rem.inbox] == [r"some \*words\*"]
    assert scene.posted() == []


async def test_who_takes_no_direct_messages_gets_a_letter_that_only_they_can_open(scene):
    scene.rem.takes_direct = False
    receipt = await scene.bot.do(Warn(**scene.measure(member=scene.member, body=WORDS)), key="k")
    assert "take no direct messages" in receipt.note
    assert "#general in Agora" in receipt.note
    [post] = scene.posted()
    assert scene.message(post) == receipt.message
    assert post.pinged == [f"user:{scene.rem.id}"]
    assert "words" not in post.content.replace("there are words for you", "")
    note = letter_button(post)
    letter = await scene.bot.outgoing.letters.read(note, scene.rem.id)
    assert letter is not None
    assert letter.parts == (r"some \*words\*",)
    assert letter.view() is None
    assert await scene.bot.outgoing.letters.read(note, scene.mira.id) is None
    assert await scene.bot.outgoing.letters.read("no such letter", scene.rem.id) is None


async def test_a_letter_is_posted_once_over_a_crash(scene):
    scene.rem.takes_direct = False
    said = DirectMessage(scene.here, scene.member, WORDS)
    first = await scene.bot.do(said, key="k")
    again = await (await scene.next_run()).do(said, key="k", attempt=2)
    assert first.message == again.message
    assert len(scene.posted()) == 1


async def test_a_warning_with_a_choice_is_a_prompt_in_either_way(scene):
    warn = Warn(**scene.measure(member=scene.member, body=WORDS, label="appeal-7", choices=(APPEAL,)))
    await scene.bot.do(warn)
    [direct] = scene.rem.inbox
    custom_id = choice_id("choice", "cog", "appeal-7", "appeal")
    assert [each["custom_id"] for each in direct.buttons] == [custom_id]
    scene.rem.takes_direct = False
    await scene.bot.do(warn)
    [post] = scene.posted()
    letter = await scene.bot.outgoing.letters.read(letter_button(post), scene.rem.id)
    assert letter is not None
    view = letter.view()
    assert view is not None
    assert view.is_finished()
    assert [item.custom_id for item in view.children] == [custom_id]


async def test_an_edit_of_what_was_told_by_letter_changes_the_letter_and_not_what_stands_in_the_room(scene):
    scene.rem.takes_direct = False
    warn = Warn(**scene.measure(member=scene.member, body=WORDS, label="appeal-7", choices=(APPEAL,)))
    told = await scene.bot.do(warn)
    edit = Edit(scene.here, "appeal-7", Document.of("other secret words"))
    await scene.bot.do(edit, target=told.message)
    [post] = scene.posted()
    assert "secret" not in post.text
    letter = await scene.bot.outgoing.letters.read(letter_button(post), scene.rem.id)
    assert (letter.parts, letter.view()) == (("other secret words",), None)


async def test_a_long_letter_is_kept_in_parts(scene):
    scene.rem.takes_direct = False
    await scene.bot.do(DirectMessage(scene.here, scene.member, Document.of("word. " * 1000)))
    [post] = scene.posted()
    letter = await scene.bot.outgoing.letters.read(letter_button(post), scene.rem.id)
    assert letter is not None
    assert len(letter.parts) > 2
    assert all(len(part) <= 2000 for part in letter.parts)


async def test_who_can_be_reached_nowhere_is_said(scene):
    scene.rem.takes_direct = False
    scene.rem.leaves(scene.server)
    with pytest.raises(Forbidden):
        await scene.bot.do(DirectMessage(scene.here, scene.member, WORDS))
    assert scene.posted() == []


async def test_a_private_file_goes_by_direct_message_alone(scene):
    attach = Attach(scene.here, "mine.json", b"{}", WORDS, Audience.ASKER, scene.member)
    await scene.bot.do(attach)
    assert [post.files for post in scene.rem.inbox] == [[("mine.json", b"{}")]]
    scene.rem.takes_direct = False
    with pytest.raises(Forbidden, match="take no direct messages"):
        await scene.bot.do(attach)
    assert scene.posted() == []


async def test_what_is_for_the_asker_alone_goes_to_them(scene):
    await scene.bot.do(Say(scene.here, WORDS, audience=Audience.ASKER, asker=scene.member))
    await scene.bot.do(Ask(scene.here, WORDS, "l", (APPEAL,), audience=Audience.ASKER, asker=scene.member))
    assert len(scene.rem.inbox) == 2
    assert scene.posted() == []
    with pytest.raises(Unsupported, match="nobody is named"):
        await scene.bot.do(Say(scene.here, WORDS, audience=Audience.ASKER))


async def test_an_aside_without_an_interaction_is_a_quiet_reply_in_place(scene):
    asked = scene.rem.says(scene.channel, "!summarise")
    aside = Say(scene.here, WORDS, audience=Audience.ASIDE, asker=scene.member, reply_to=scene.message(asked))
    await scene.bot.do(aside)
    [post] = scene.posted()
    assert (post.reply_to, post.pinged) == (asked.id, [])


async def test_answers_in_a_private_conversation_stay_there(scene):
    asked = scene.rem.writes("!my data")
    here = names.conversation_id(asked.channel.id)
    await scene.bot.do(Say(here, WORDS, audience=Audience.ASKER, asker=scene.member, reply_to=scene.message(asked)))
    [post] = [post for post in scene.rem.inbox if post.author_id == scene.standin.bot.id]
    assert (post.content, post.reply_to) == (r"some \*words\*", asked.id)


async def test_nobody_is_written_to_who_has_no_account(scene):
    with pytest.raises(Unsupported, match="webhook"):
        await scene.bot.do(DirectMessage(scene.here, names.webhook_member_id(7, "Ann"), WORDS))
    for nobody in ("discord:no-such-member", "matrix:@a:b.org", names.member_id(scene.standin.bot.id)):
        with pytest.raises((Gone, Unsupported)):
            await scene.bot.do(DirectMessage(scene.here, MemberId(nobody), WORDS))
