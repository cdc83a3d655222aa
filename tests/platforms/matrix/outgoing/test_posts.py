"""What the bot says, on a real homeserver: as a member's client shows it, in clear and encrypted rooms."""

import pytest

from bot.domain.document import Document, Jump, Mention, Picture, Quote, heading
from bot.domain.effect import (
    Ask,
    Attach,
    Audience,
    Choice,
    DirectMessage,
    Edit,
    OpenThread,
    React,
    Say,
)
from bot.domain.ids import MemberId, MessageId
from bot.errors import Gone, Unsupported
from bot.platforms.matrix import names
from bot.platforms.matrix.render.content import MARKER
from bot.ports.platform import Delivery
from bot.testing.contracts.platform_samples import HOSTILE, every_node
from tests.platforms.matrix.homeserver.view import relation_of
from tests.platforms.matrix.outgoing.bot import Bot

WORDS = Document.of("some words")
KEEP, DROP = Choice("keep", "Keep", "✅"), Choice("drop", "Drop", "❌")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
    "0000000049454e44ae426082"
)


async def test_an_answer_in_a_room_is_a_reply_and_notifies_nobody(scene):
    asked = await scene.mira.say(scene.room, "!summarize")
    said = Say(scene.here, Document.of("Hello ", Mention(scene.member, "Mira")), reply_to=scene.message(asked))
    receipt = await scene.bot.do(said)
    [post] = await scene.posted()
    assert receipt.message == scene.message(post.id)
    assert (post.reply_to, post.thread, post.pinged) == (asked, None, set())
    assert post.content["msgtype"] == "m.notice"
    assert f'href="https://matrix.to/#/{scene.mira.user}"' in post.html


async def test_an_answer_to_a_question_in_a_thread_stays_in_it(scene):
    root = await scene.mira.say(scene.room, "a topic")
    asked = await scene.mira.say(scene.room, "!summarize", thread=root)
    thread = names.conversation_id(scene.room, root)
    await scene.bot.do(Say(thread, WORDS, audience=Audience.THREAD, reply_to=scene.message(asked)))
    await scene.bot.do(Say(thread, Document.of("by the way")))
    answer, aside = await scene.posted()
    assert (answer.thread, answer.reply_to) == (root, asked)
    assert relation_of(aside.first) == {
        "rel_type": "m.thread",
        "event_id": root,
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": root},
    }


async def test_whom_the_bot_means_is_notified_once_over_all_parts(scene):
    mention = Mention(scene.member, "Mira", notify=True)
    await scene.bot.do(Say(scene.here, Document.of(mention, " ", "words. " * 5_000, mention)))
    posts = await scene.posted()
    assert len(posts) > 1
    assert [post.pinged for post in posts] == [{scene.mira.user}, *[set()] * (len(posts) - 1)]
    assert posts[0].content["msgtype"] == "m.text"


async def test_a_thread_of_what_is_gone_is_answered_in_the_room(clear):
    lost = names.conversation_id(clear.room, "$never-was")
    await clear.bot.do(Say(lost, WORDS))
    [post] = await clear.posted()
    assert (post.text, post.thread) == ("some words", None)


async def test_what_answers_an_unknown_message_stands_by_itself(clear):
    await clear.bot.do(Say(clear.here, WORDS, reply_to=MessageId("matrix:no-such-message")))
    [post] = await clear.posted()
    assert post.reply_to is None


async def test_a_long_text_comes_whole_and_in_order(scene):
    await scene.bot.do(Say(scene.here, Document.of("a" * 60_000)))
    posts = await scene.posted()
    assert "".join(post.text for post in posts) == "a" * 60_000
    assert all(post.encrypted == posts[0].encrypted for post in posts)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_every_node_with_every_hostile_text_is_taken(clear, text):
    body = every_node(_Driver(clear), text)
    await clear.bot.do(Say(clear.here, body))
    posts = await clear.posted()
    assert any("plain words" in post.text for post in posts)
    assert [post.content["msgtype"] for post in posts][-1] == "m.image"
    assert set().union(*(post.pinged for post in posts)) == set()


class _Driver:
    def __init__(self, scene):
        self.room, self.member = _Named(scene.here), _Named(scene.member)


class _Named:
    def __init__(self, identity):
        self.id = identity


async def test_a_second_attempt_posts_nothing_anew_even_by_another_run(scene):
    say = Say(scene.here, Document.of("word. " * 8_000))
    first = await scene.bot.do(say, key="one")
    count = len(await scene.posted())
    again = await scene.bot.do(say, key="one", attempt=2)
    other = await scene.run_of(encryption=False)
    later = await other.sender.earlier(scene.room, "one/0", seek=True)
    assert first.message == again.message == scene.message(later)
    assert len(await scene.posted()) == count > 1


async def test_an_attempt_that_stopped_half_way_is_taken_up_there(clear):
    long = Document.of("word. " * 8_000)
    await clear.bot.do(Say(clear.here, Document.of("other words")))
    await clear.bot.sender.send(clear.room, "m.room.message", {"msgtype": "m.text", "body": "x"}, transaction="k/0")
    other = await clear.run_of(encryption=False)
    receipt = await other.do(Say(clear.here, long), key="k", attempt=2)
    posts = await clear.posted()
    assert receipt.message == clear.message(posts[1].id)
    assert [post.text[:5] for post in posts] == ["other", "x", *["word."] * (len(posts) - 2)]
    assert len(posts) > 3


async def test_the_same_words_under_another_key_are_another_post(clear):
    for key in ("k1", "k2"):
        await clear.bot.do(Say(clear.here, WORDS), key=key)
    assert len(await clear.posted()) == 2


async def test_private_words_go_to_one_room_that_only_the_two_see(scene):
    first = await scene.bot.do(Say(scene.here, WORDS, audience=Audience.ASKER, asker=scene.member))
    await scene.bot.do(DirectMessage(scene.here, scene.member, Document.of("more")))
    room, _ = names.event_of(first.message)
    assert room != scene.room
    posts = await scene.posted(room)
    assert [post.text for post in posts] == ["some words", "more"]
    assert all(post.encrypted and post.content["msgtype"] == "m.text" for post in posts)
    people = await scene.mira.call("GET", f"/v3/rooms/{room}/joined_members")
    assert set(people["joined"]) == {scene.mira.user, scene.bot.user}
    assert await scene.posted() == []


async def test_private_answers_to_a_private_question_are_replies_there(scene):
    await scene.bot.do(DirectMessage(scene.here, scene.member, WORDS))
    await scene.mira.accept_invitations()
    await scene.bot.read()
    room = scene.bot.rooms.direct_with(scene.mira.user).id
    asked = await scene.mira.say(room, "!my data")
    here, question = names.conversation_id(room), names.message_id(room, asked)
    await scene.bot.do(Say(here, Document.of("it"), audience=Audience.ASKER, asker=scene.member, reply_to=question))
    assert [post.reply_to for post in await scene.posted(room)] == [None, asked]


async def test_a_private_room_is_found_again_by_the_next_run_and_who_left_is_asked_back(clear):
    first = await clear.bot.do(DirectMessage(clear.here, clear.member, WORDS))
    room, _ = names.event_of(first.message)
    await clear.mira.accept_invitations()
    await clear.mira.leave(room)
    other = await clear.run_of(encryption=False)
    assert other.rooms.direct_with(clear.mira.user) is None
    assert await other.sender.private_room(clear.mira.user) == room
    assert room in await clear.mira.invitations()


async def test_moderators_alone_are_reached_in_their_room_only(clear):
    with pytest.raises(Unsupported, match="no moderators' room"):
        await clear.bot.do(Say(clear.here, WORDS, audience=Audience.MODERATORS))
    other = await clear.run_of(encryption=False, review_rooms=frozenset({clear.here}))
    await other.do(Say(clear.here, WORDS, audience=Audience.MODERATORS))
    assert [post.text for post in await clear.posted()] == ["some words"]


async def test_a_prompt_bears_its_choices_as_reactions_once(scene):
    ask = Ask(scene.here, Document.of("Is that so?"), "case-7", (KEEP, DROP))
    first = await scene.bot.do(ask, key="p")
    again = await scene.bot.do(ask, key="p", attempt=2)
    [post] = await scene.posted()
    assert first.message == again.message == scene.message(post.id)
    assert dict(post.reactions) == {("✅", scene.bot.user): 1, ("❌", scene.bot.user): 1}
    assert ("✅ Keep" in post.text, "❌ Drop" in post.text, post.content["msgtype"]) == (True, True, "m.text")
    assert post.first[MARKER]["prompt"].items() >= {"cog": "cog", "label": "case-7"}.items()


async def test_private_words_with_choices_are_a_prompt_in_the_private_room(scene):
    choices, appeal = (KEEP, DROP), names.conversation_id(scene.room)
    letter = DirectMessage(appeal, scene.member, Document.of("Your message was hidden."), "appeal-7", choices)
    first = await scene.bot.do(letter, key="p")
    again = await scene.bot.do(letter, key="p", attempt=2)
    room, _ = names.event_of(first.message)
    [post] = await scene.posted(room)
    assert room != scene.room
    assert first.message == again.message == names.message_id(room, post.id)
    assert dict(post.reactions) == {("✅", scene.bot.user): 1, ("❌", scene.bot.user): 1}
    assert "✅ Keep" in post.text
    asked = {"cog": "cog", "label": "appeal-7", "conversation": appeal}
    assert post.first[MARKER]["prompt"].items() >= asked.items()
    edit = Edit(appeal, "appeal-7", Document.of("You appealed."))
    await scene.bot.do(edit, key="e", target=first.message)
    [post] = await scene.posted(room)
    assert (post.text, dict(post.reactions)) == ("You appealed.", {})


async def test_a_prompt_stands_where_the_bot_may_not_react_and_says_so(clear):
    await clear.mira.set_power(clear.room, {}, events={"m.reaction": 60})
    receipt = await clear.bot.do(Ask(clear.here, WORDS, "label", (KEEP,)))
    assert "may not react" in receipt.note
    [post] = await clear.posted()
    assert clear.message(post.id) == receipt.message


async def test_an_edit_replaces_the_words_and_the_choices(scene):
    asked = await scene.bot.do(Ask(scene.here, Document.of("Is that so?"), "label", (KEEP, DROP)))
    more = Choice("more", "More", "👀")
    edit = Edit(scene.here, "label", Document.of("It was decided."), (KEEP, more))
    receipt = await scene.bot.do(edit, key="e", target=asked.message)
    await scene.bot.do(edit, key="e", attempt=2, target=asked.message)
    [post] = await scene.posted()
    assert receipt.message == asked.message == scene.message(post.id)
    assert (post.text.splitlines()[0], post.forms) == ("It was decided.", 1)
    assert {emoji for emoji, _ in post.reactions} == {"✅", "👀"}
    await scene.bot.do(Edit(scene.here, "label", Document.of("Closed.")), target=asked.message)
    [post] = await scene.posted()
    assert (post.text, dict(post.reactions), post.pinged) == ("Closed.", {}, set())
    assert post.encrypted == scene.bot.rooms.get(scene.room).encrypted


async def test_what_stands_in_a_room_that_was_replaced_stays_as_it_is(clear):
    asked = await clear.bot.do(Ask(clear.here, WORDS, "label", (KEEP,)))
    await clear.mira.set_power(clear.room, {clear.bot.user: 0})
    new = await clear.mira.upgrade(clear.room, "12")
    await clear.mira.invite(new, clear.bot.user)
    await clear.bot.read()
    await clear.mira.in_room(new, clear.bot.user)
    edit = Edit(clear.here, "label", Document.of("It was decided."))
    receipt = await clear.bot.do(edit, key="e", target=asked.message)
    assert receipt.message == asked.message
    assert "replaced" in receipt.note


async def test_an_edit_is_never_parted_but_shortened(scene):
    asked = await scene.bot.do(Ask(scene.here, Document.of("😀" * 60_000), "label", (KEEP,)))
    await scene.bot.do(Edit(scene.here, "label", Document.of("<" * 60_000), (KEEP,)), target=asked.message)
    [post] = await scene.posted()
    assert post.first["body"].startswith("😀")
    assert post.text.startswith("<")
    for body in (post.first["body"], post.text):
        assert "…(shortened)" in body
        assert body.endswith("✅ Keep")


async def test_an_edit_of_nothing_is_refused(clear):
    for target in (None, clear.message("$never-was"), MessageId("matrix:no-such-message")):
        with pytest.raises(Gone):
            await clear.bot.do(Edit(clear.here, "label", WORDS), target=target)


async def test_a_reaction_is_set_once(scene):
    said = await scene.mira.say(scene.room, "hello")
    for attempt in (1, 2):
        await scene.bot.do(React(scene.here, scene.message(said), "👀"), key="r", attempt=attempt)
    await scene.bot.do(React(scene.here, scene.message(said), "👀"), key="another")
    posts = await scene.mira.posts(scene.room)
    assert [dict(post.reactions) for post in posts if post.id == said] == [{("👀", scene.bot.user): 1}]


@pytest.mark.parametrize("message", ["no-such-message", "!room:nowhere/$event", None])
async def test_a_reaction_to_nothing_is_refused(clear, message):
    target = MessageId(f"matrix:{message}") if message else clear.message("$never-was")
    with pytest.raises(Gone):
        await clear.bot.do(React(clear.here, target, "👀"))


async def test_a_file_comes_whole_beside_its_line_of_text(scene):
    data = b'{"words": "\xc3\xa9"}' * 9_000
    await scene.bot.do(Attach(scene.here, "../my \x1b[31mdata.json", data, Document.of("yours")))
    text, file = await scene.posted()
    assert (text.text, file.text) == ("yours", "my [31mdata.json")
    assert await scene.mira.open_file(file.content) == data
    assert ("file" in file.content) == scene.bot.rooms.get(scene.room).encrypted
    assert file.content["info"]["mimetype"] == "application/json"


async def test_a_picture_is_a_message_of_its_own_between_the_words(scene):
    await scene.bot.do(Say(scene.here, Document.of("before", Picture(PIXEL, "a chart"), "after")))
    before, picture, after = await scene.posted()
    assert [before.text, picture.text, after.text] == ["before", "a chart", "after"]
    assert (picture.content["info"]["w"], picture.content["info"]["h"]) == (1, 1)
    assert await scene.mira.open_file(picture.content) == PIXEL


async def test_a_thread_is_opened_by_its_first_message(scene):
    receipt = await scene.bot.do(OpenThread(scene.here, "Bus lanes", "label", Document.of("word. " * 8_000)))
    root, *rest = await scene.posted()
    assert receipt.message == scene.message(root.id)
    assert root.text.startswith("Bus lanes")
    assert rest
    assert {post.thread for post in rest} == {root.id}
    await scene.bot.do(Say(names.conversation_id(scene.room, root.id), WORDS))
    assert (await scene.posted())[-1].thread == root.id


async def test_links_open_messages_in_any_client(clear):
    said = await clear.mira.say(clear.room, "hello")
    body = Document.of(heading("See"), Jump(clear.message(said), "there"), Quote("hello"))
    await clear.bot.do(Say(clear.here, body))
    [post] = await clear.posted()
    [address] = [word[1:-1] for word in post.text.split() if word.startswith("<https")]
    assert names.linked(address) == clear.message(said)
    assert "via=test.local" in address
    assert address.replace("&", "&amp;") in post.html


async def test_a_successor_takes_the_posts_of_an_upgraded_room(scene):
    asked = await scene.mira.say(scene.room, "question")
    old = scene.room
    await scene.mira.set_power(old, {scene.bot.user: 50})
    new = await scene.mira.upgrade(old, "12")
    await scene.mira.invite(new, scene.bot.user)
    await scene.bot.read()
    await scene.bot.read()
    receipt = await scene.bot.do(Say(scene.here, WORDS, reply_to=scene.message(asked)))
    room, _ = names.event_of(receipt.message)
    assert room == new
    [post] = await scene.posted(new)
    assert (post.text, post.reply_to) == ("some words", None)
    assert post.encrypted == scene.bot.rooms.get(new).encrypted


async def test_nothing_goes_in_clear_into_an_encrypted_room_without_keys(people, tmp_path):
    mira, account = await people.encrypted("mira"), people.server.register("folkmoot")
    room = await mira.create_room(account.user, encrypted=True)
    async with Bot(mira.url, account, tmp_path, encryption=False) as bot:
        await mira.in_room(room, account.user)
        with pytest.raises(Unsupported, match="encrypted"):
            await bot.do(Say(names.conversation_id(room), WORDS))
        bot.rooms.left(room)
        with pytest.raises(Unsupported, match="encrypted"):
            await bot.outgoing.apply(Delivery("k", "cog", Say(names.conversation_id(room), WORDS)))


async def test_a_room_that_the_bot_is_not_in_takes_nothing(clear):
    elsewhere = await clear.mira.create_room()
    for effect in (
        Say(names.conversation_id(elsewhere), WORDS),
        React(clear.here, names.message_id(elsewhere, "$e"), "👀"),
    ):
        with pytest.raises(Gone):
            await clear.bot.do(effect)


@pytest.mark.parametrize("member", ["matrix:nobody-knows-me", "matrix:", "discord:17"])
async def test_nobody_can_be_written_to_who_is_no_account(clear, member):
    with pytest.raises(Gone):
        await clear.bot.do(DirectMessage(clear.here, MemberId(member), WORDS))
