"""Messages taken away and put back: the words sealed, nothing lost over crashes."""

import pytest

from bot.domain.effect import Hide, Restore
from bot.domain.ids import MessageId
from bot.errors import Forbidden, Gone
from bot.platforms.discord import names
from bot.platforms.discord.incoming.hidden import HIDDEN
from bot.platforms.discord.outgoing.hiding import SCOPE


def hide(scene, post):
    return Hide(**scene.measure(message=scene.message(post), by=names.member_id(scene.mira.id)))


def restore(scene, post):
    return Restore(**scene.measure(message=scene.message(post)))


async def test_a_message_is_taken_away_with_a_reason_and_comes_back_as_a_quote(scene):
    said = scene.rem.says(scene.channel, "**rude** words\nand <@1> more", files=[("a.txt", b"x")])
    receipt = await scene.bot.do(hide(scene, said))
    assert said.deleted
    assert receipt.note == "its files cannot be put back"
    [asked] = scene.standin.requests(r"DELETE .*/messages/\d+")
    assert asked.reason == "case 7: respect: a personal attack, by Mira's account"
    await scene.bot.do(restore(scene, said))
    [post] = scene.posted()
    assert r"> \*\*rude\*\* words" in post.content
    assert "[a.txt]" in post.content.replace("\\", "")
    assert "-# — Rem, <t:" in post.content
    assert post.pinged == []


async def test_its_words_are_kept_with_the_member_and_its_deletion_is_known_as_the_bots_own(scene):
    said = scene.rem.says(scene.channel, "rude words")
    await scene.bot.do(hide(scene, said))
    sealed = await scene.bot.core.notes.get(SCOPE, scene.message(said))
    assert (sealed.member, sealed.message) == (scene.member, scene.message(said))
    assert "rude words" in sealed.text
    own = await scene.bot.core.notes.get(HIDDEN, scene.message(said))
    assert own.message == scene.message(said)


async def test_hiding_and_restoring_are_done_once_over_crashes(scene):
    said = scene.rem.says(scene.channel, "rude words")
    await scene.bot.do(hide(scene, said), key="h")
    other = await scene.next_run()
    assert "already" in (await other.do(hide(scene, said), key="h", attempt=2)).note
    first = await other.do(restore(scene, said), key="r")
    later = await scene.next_run()
    assert (await later.do(restore(scene, said), key="r", attempt=2)).message == first.message
    assert len(scene.posted()) == 1
    with pytest.raises(Gone, match="put back already"):
        await later.do(restore(scene, said), key="another")


async def test_a_crash_between_the_quote_and_its_note_posts_no_second_quote(scene):
    said = scene.rem.says(scene.channel, "rude words")
    await scene.bot.do(hide(scene, said))
    sealed = await scene.bot.core.notes.get(SCOPE, scene.message(said))
    await scene.bot.do(restore(scene, said), key="r")
    await scene.bot.core.notes.write([sealed])
    await (await scene.next_run()).do(restore(scene, said), key="r", attempt=2)
    assert len(scene.posted()) == 1


async def test_what_is_gone_or_was_never_hidden_is_said(scene):
    said = scene.rem.says(scene.channel, "words")
    with pytest.raises(Gone, match="never hidden"):
        await scene.bot.do(restore(scene, said))
    scene.rem.deletes(said)
    with pytest.raises(Gone, match="already"):
        await scene.bot.do(hide(scene, said))
    with pytest.raises(Gone, match="not kept"):
        await scene.bot.do(restore(scene, said))
    for effect in (Hide, Restore):
        with pytest.raises(Gone, match="no such message"):
            await scene.bot.do(effect(**scene.measure(message=MessageId("discord:nothing"))))


async def test_without_the_permission_nothing_is_sealed_and_the_words_say_what_is_missing(scene):
    said = scene.mira.says(scene.channel, "words")
    role = next(role for role, data in scene.server.roles.items() if data["name"] == "folkmoot")
    await scene.hears("guild_role_update", lambda: scene.server.change_role(role, permissions="68608"))
    with pytest.raises(Forbidden, match=r"#general in Agora.*Manage Messages"):
        await scene.bot.do(hide(scene, said))
    assert await scene.bot.core.notes.get(SCOPE, scene.message(said)) is None
    assert await scene.bot.core.notes.get(HIDDEN, scene.message(said)) is None


async def test_what_automod_let_not_through_is_hidden_already(scene):
    withheld = names.withheld_id(scene.channel.id, "12")
    assert "AutoMod" in (await scene.bot.do(Hide(**scene.measure(message=withheld)))).note


async def test_words_of_a_webhook_are_put_back_under_their_name(scene):
    hook = scene.standin.webhook(scene.channel, "bridge")
    said = scene.standin.webhook_says(hook, "words from afar", name="Ann")
    await scene.bot.do(hide(scene, said))
    await scene.bot.do(restore(scene, said))
    [post] = scene.posted()
    assert "> words from afar" in post.content
    assert "Ann" in post.content
