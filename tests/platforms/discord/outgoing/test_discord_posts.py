"""What the bot says in channels: as it stands there, once over crashes, without pinging whom it does not mean."""

import pytest

from bot.domain.document import Document, Jump, Link, Mention, Picture, Quote, heading
from bot.domain.effect import Attach, Audience, Edit, OpenThread, React, Say
from bot.domain.ids import ConversationId, MessageId
from bot.errors import Forbidden, Gone, Unsupported
from bot.platforms.discord import names
from tests.platforms.discord.standin.permissions import Can

WORDS = Document.of("some words")
SUPPRESS_EMBEDS = 1 << 2
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
    "0000000049454e44ae426082"
)


async def test_an_answer_is_a_reply_that_notifies_nobody_and_unfurls_nothing(scene):
    asked = scene.rem.says(scene.channel, "!summarize")
    said = Say(scene.here, Document.of("Hello ", Mention(scene.member, "Rem")), reply_to=scene.message(asked))
    receipt = await scene.bot.do(said)
    [post] = scene.posted()
    assert receipt.message == scene.message(post)
    assert (post.content, post.reply_to, post.pinged) == ("Hello Rem", asked.id, [])
    assert post.data["flags"] & SUPPRESS_EMBEDS


async def test_whom_the_bot_means_is_notified_and_nobody_else(scene):
    hostile = f"@everyone {scene.mira.mention} <@&{scene.server.id}>"
    body = Document.of(Mention(scene.member, "Rem", notify=True), " ", Quote(hostile))
    await scene.bot.do(Say(scene.here, body))
    [post] = scene.posted()
    assert post.pinged == [f"user:{scene.rem.id}"]


async def test_links_of_members_words_neither_unfurl_nor_invite(scene):
    await scene.bot.do(
        Say(scene.here, Document.of(Quote("https://evil.example discord.gg/abc"), Link("a", "https://x.org")))
    )
    [post] = scene.posted()
    assert "https://evil" not in post.content
    assert "discord.gg/abc" not in post.content
    assert "[a](<https://x.org>)" in post.content


async def test_what_answers_a_message_that_is_gone_stands_by_itself(scene):
    asked = scene.rem.says(scene.channel, "!summarize")
    scene.rem.deletes(asked)
    await scene.bot.do(Say(scene.here, WORDS, reply_to=scene.message(asked)))
    await scene.bot.do(Say(scene.here, WORDS, reply_to=MessageId("discord:no-such-message")))
    await scene.bot.do(Say(scene.here, WORDS, reply_to=names.withheld_id(scene.channel.id, "1")))
    assert [post.content for post in scene.posted()] == ["some words"] * 3


async def test_a_jump_opens_its_message(scene):
    asked = scene.rem.says(scene.channel, "look here")
    await scene.bot.do(Say(scene.here, Document.of(Jump(scene.message(asked), "open"))))
    [post] = scene.posted()
    link = f"https://discord.com/channels/{scene.server.id}/{scene.channel.id}/{asked.id}"
    assert post.content == f"[open](<{link}>)"


@pytest.mark.parametrize("body", ["some words", "word. " * 2000, "a" * 7000, "<@1> **x** @everyone\n> `y`"])
async def test_a_second_attempt_after_a_crash_posts_nothing_anew(scene, body):
    asked = scene.rem.says(scene.channel, "!x")
    say = Say(scene.here, Document.of(body), reply_to=scene.message(asked))
    first = await scene.bot.do(say, key="one")
    count = len(scene.posted())
    other = await scene.next_run()
    again = await other.do(say, key="one", attempt=2)
    assert first.message == again.message == scene.message(scene.posted()[0])
    assert len(scene.posted()) == count


async def test_an_attempt_that_stopped_half_way_is_taken_up_there(scene):
    say = Say(scene.here, Document.of("word. " * 2000))
    scene.standin.fault(r"POST .*/messages$", times=9, status=503, where=lambda _: len(scene.posted()) == 2)
    with pytest.raises(Exception, match="trouble"):
        await scene.bot.do(say, key="k")
    assert len(scene.posted()) == 2
    other = await scene.next_run()
    scene.standin.rest.faults.clear()
    receipt = await other.do(say, key="k", attempt=2)
    posts = scene.posted()
    assert receipt.message == scene.message(posts[0])
    assert "".join("".join(post.content.split()) for post in posts) == "word." * 2000


async def test_a_post_that_arrived_although_the_connection_broke_is_not_posted_again(scene):
    scene.standin.fault(r"POST .*/messages$", reset="after")
    with pytest.raises(Exception, match="Discord"):
        await scene.bot.do(Say(scene.here, WORDS), key="k")
    receipt = await scene.bot.do(Say(scene.here, WORDS), key="k", attempt=2)
    assert [scene.message(post) for post in scene.posted()] == [receipt.message]


async def test_the_same_words_under_another_key_are_another_post_also_after_a_crash(scene):
    say = Say(scene.here, WORDS)
    first = await scene.bot.do(say, key="k1")
    scene.bot.kept.messages.posts.add(first.message)
    other = await scene.next_run()
    second = await other.do(say, key="k2", attempt=2)
    assert first.message != second.message
    assert len(scene.posted()) == 2


async def test_of_two_that_crashed_with_the_same_words_each_finds_one(scene):
    say = Say(scene.here, WORDS)
    for key in ("k1", "k2"):
        await scene.bot.do(say, key=key)
    other = await scene.next_run()
    receipts = {(await other.do(say, key=key, attempt=2)).message for key in ("k2", "k1")}
    assert receipts == {scene.message(post) for post in scene.posted()}
    assert len(receipts) == 2


async def test_parts_of_another_delivery_with_the_same_words_are_not_taken_for_missing_ones(scene):
    say = Say(scene.here, Document.of("word. " * 2000))
    scene.standin.fault(r"POST .*/messages$", times=9, status=503, where=lambda _: len(scene.posted()) == 1)
    with pytest.raises(Exception, match="trouble"):
        await scene.bot.do(say, key="stopped")
    scene.standin.rest.faults.clear()
    whole = await scene.bot.do(say, key="whole")
    scene.bot.kept.messages.posts.add(whole.message)
    parts = len(scene.posted()) - 1
    assert parts > 2
    receipt = await (await scene.next_run()).do(say, key="stopped", attempt=2)
    assert receipt.message == scene.message(scene.posted()[0])
    assert len(scene.posted()) == 2 * parts


async def test_words_of_somebody_else_are_not_taken_for_the_bots(scene):
    scene.rem.says(scene.channel, "some words")
    await scene.bot.do(Say(scene.here, WORDS), attempt=2)
    assert len(scene.posted()) == 1


async def test_pictures_and_files_are_attached_once_with_what_they_show(scene):
    attach = Attach(scene.here, "../my data.json", b"{}", Document.of("yours", Picture(PIXEL, "a curve")))
    first = await scene.bot.do(attach, key="k")
    again = await (await scene.next_run()).do(attach, key="k", attempt=2)
    [post] = scene.posted()
    assert first.message == again.message == scene.message(post)
    assert [content for _, content in post.files] == [PIXEL, b"{}"]
    assert [each.get("description") for each in post.data["attachments"]] == ["a curve", None]
    assert ".." not in post.files[1][0]


@pytest.mark.parametrize(
    "name", ['a"; filename="b.exe', "\r\nX: y", "..", "", "\u202ecod.exe", "é" * 300, "a/b\\c.txt"]
)
async def test_any_file_name_is_taken(scene, name):
    await scene.bot.do(Attach(scene.here, name, b"1", WORDS))
    [post] = scene.posted()
    assert [content for _, content in post.files] == [b"1"]


async def test_a_file_that_is_too_large_is_refused_in_words(scene):
    with pytest.raises(Unsupported, match="larger than Discord takes"):
        await scene.bot.do(Attach(scene.here, "a.bin", b"1" * (11 * 1024 * 1024), WORDS))


async def test_a_text_of_sixty_thousand_letters_is_whole_in_a_file(scene):
    await scene.bot.do(Say(scene.here, Document.of("a" * 60_000)))
    posts = scene.posted()
    assert len(posts) == 8
    assert posts[-1].files == [("whole-text.txt", b"a" * 60_000)]


async def test_text_is_edited_in_place(scene):
    posted = await scene.bot.do(Say(scene.here, WORDS, label="l"))
    await scene.bot.do(Edit(scene.here, "l", Document.of("other *words*")), target=posted.message)
    [post] = scene.posted()
    assert post.content == r"other \*words\*"
    assert post.data["flags"] & SUPPRESS_EMBEDS


async def test_an_edit_of_what_is_gone_says_so(scene):
    posted = await scene.bot.do(Say(scene.here, WORDS, label="l"))
    scene.mira.deletes(scene.post(posted.message))
    with pytest.raises(Gone):
        await scene.bot.do(Edit(scene.here, "l", WORDS), target=posted.message)
    with pytest.raises(Gone, match="nothing was posted"):
        await scene.bot.do(Edit(scene.here, "l", WORDS))


async def test_reactions_are_left_once_and_only_where_there_is_something(scene):
    said = scene.rem.says(scene.channel, "hello")
    for attempt in (1, 2):
        await scene.bot.do(React(scene.here, scene.message(said), "👀"), attempt=attempt)
    assert said.reacted == {"👀": [scene.standin.bot.id]}
    with pytest.raises(Unsupported, match="emoji"):
        await scene.bot.do(React(scene.here, scene.message(said), "no emoji"))
    with pytest.raises(Gone):
        await scene.bot.do(React(scene.here, MessageId("discord:1/2"), "👀"))
    receipt = await scene.bot.do(React(scene.here, names.withheld_id(scene.channel.id, "1"), "👀"))
    assert "AutoMod" in receipt.note


async def test_a_thread_hangs_on_its_first_message_and_holds_the_rest_once(scene):
    opened = OpenThread(scene.here, "A **topic**", "label", Document.of("word. " * 600))
    first = await scene.bot.do(opened, key="k")
    again = await (await scene.next_run()).do(opened, key="k", attempt=2)
    assert first.message == again.message
    [root] = scene.posted()
    thread = scene.standin.world.channels[root.id]
    assert (thread.name, thread.parent.id) == ("A **topic**", scene.channel.id)
    assert len([post for post in thread.by_bot() if post.content]) == 1


async def test_a_crash_between_message_and_thread_is_mended(scene):
    fault = scene.standin.fault(r"POST .*/threads$", status=503)
    opened = OpenThread(scene.here, "A topic", "label", WORDS)
    with pytest.raises(Exception, match="trouble"):
        await scene.bot.do(opened, key="k")
    assert fault.met == 1
    await (await scene.next_run()).do(opened, key="k", attempt=2)
    [root] = scene.posted()
    assert root.id in scene.standin.world.channels


async def test_in_a_forum_everything_that_is_said_to_all_is_a_post(scene):
    forum = await scene.hears("guild_channel_create", lambda: scene.server.channel("forum", "forum"))
    where = names.conversation_id(forum.id)
    opened = OpenThread(where, "A topic", "label", WORDS)
    first = await scene.bot.do(opened, key="k")
    again = await (await scene.next_run()).do(opened, key="k", attempt=2)
    assert first.message == again.message
    assert scene.post(first.message).content == "some words"
    body = Document.of(heading("This week"), "Who shall own the railways?")
    said = await scene.bot.do(Say(where, body), key="s")
    assert (await (await scene.next_run()).do(Say(where, body), key="s", attempt=2)).message == said.message
    begun = scene.post(said.message)
    assert begun.channel.data["name"] == "This week"
    assert "Who shall own the railways?" in begun.content
    with pytest.raises(Unsupported):
        await scene.bot.do(Say(where, WORDS, audience=Audience.ASIDE, asker=names.member_id(scene.rem.id)))


async def test_posts_go_into_archived_threads_and_not_into_locked_ones(scene):
    overwrites = [scene.server.overwrite(scene.standin.bot.id, deny=Can.MANAGE_THREADS)]
    await scene.hears("guild_channel_update", lambda: scene.channel.change(permission_overwrites=overwrites))
    thread = scene.rem.opens_thread(scene.channel, "aside")
    where = names.conversation_id(thread.id)
    thread.archive()
    await scene.bot.do(Say(where, WORDS))
    assert [post.content for post in thread.by_bot()] == ["some words"]
    assert not thread.archived
    thread.archive(locked=True)
    with pytest.raises((Forbidden, Unsupported), match=r"locked|archived"):
        await scene.bot.do(Say(where, Document.of("more")))


async def test_where_the_bot_may_not_write_it_says_where_and_what_is_missing(scene):
    overwrites = [scene.server.overwrite(scene.standin.bot.id, deny=Can.SEND)]
    await scene.hears("guild_channel_update", lambda: scene.channel.change(permission_overwrites=overwrites))
    with pytest.raises(Forbidden, match=r"#general in Agora.*Send Messages"):
        await scene.bot.do(Say(scene.here, WORDS))
    assert scene.standin.requests(r"POST .*/messages") == []


async def test_what_is_no_channel_is_gone(scene):
    with pytest.raises(Gone):
        await scene.bot.do(Say(ConversationId("discord:no-such-room"), WORDS))
    with pytest.raises(Gone):
        await scene.bot.do(Say(ConversationId("discord:12345"), WORDS))


async def test_moderators_alone_are_reached_in_their_room_only(scene):
    say = Say(scene.here, WORDS, audience=Audience.MODERATORS)
    with pytest.raises(Unsupported, match="no moderators' room"):
        await scene.bot.do(say)
    other = await scene.next_run(review_rooms=frozenset({scene.here}))
    await other.do(say)
    assert [post.content for post in scene.posted()] == ["some words"]


async def test_a_heading_is_one(scene):
    await scene.bot.do(Say(scene.here, Document.of(heading("News"), "words")))
    assert [post.content for post in scene.posted()] == ["## News\nwords"]
