"""What happens while the bot is connected, heard over real sockets."""

import pytest

from bot.domain.conversation import ConversationKind
from bot.domain.event import (
    AccessLost,
    MemberJoined,
    MemberLeft,
    MessagePosted,
    ModerationObserved,
    Reacted,
    ReactionRemoved,
    Reported,
)
from bot.domain.member import MemberKind, Standing
from bot.platforms.discord import names
from bot.platforms.discord.options import Bridge
from tests.platforms.discord.incoming.rig import reading
from tests.platforms.discord.standin.permissions import BOT, Can


@pytest.fixture
def place(standin):
    mira, rem = standin.person("mira"), standin.person("rem", shown="Rem R.")
    server = standin.server("Agora", mira)
    server.join(rem)
    return mira, rem, server, server.channel("square")


async def test_messages_come_in_order_with_their_marks(standin, place):
    mira, rem, _, square = place
    async with reading(standin, square) as rig:
        posts = [rem.says(square, f"line {number}") for number in range(60)]
        await rig.heard("line 59")
        assert rig.memory.said == [f"line {number}" for number in range(60)]
        await rig.until(lambda: rig.memory.marks.get(str(square.id)) == str(posts[-1].id), "the mark")
        answer = mira.says(square, f"no, {rem.mention}", reply_to=posts[0])
        await rig.heard("no, @Rem R.")
        message = rig.memory.of(MessagePosted)[-1].message
        assert message.id == names.message_id(square.id, answer.id)
        assert message.reply_to == names.message_id(square.id, posts[0].id)
        assert message.mentions == (names.member_id(rem.id),)
        assert rig.memory.of(MessagePosted)[-1].standing is Standing.ADMIN


async def test_own_posts_and_other_rooms_are_not_heard_but_marked(standin, place):
    _, rem, server, square = place
    elsewhere = server.channel("elsewhere")
    async with reading(standin, square) as rig:
        async with rig.connection.asking("post", "square") as client:
            own = await client.get_channel(square.id).send("mine")
        await rig.until(lambda: rig.memory.marks.get(str(square.id)) == str(own.id), "the mark")
        rem.says(elsewhere, "not for us")
        rem.says(square, "for us")
        await rig.heard("for us")
        assert rig.memory.said == ["for us"]
        assert str(elsewhere.id) not in rig.memory.marks


async def test_edits_count_and_unfurled_links_do_not(standin, place):
    _, rem, _, square = place
    async with reading(standin, square) as rig:
        post = rem.says(square, "see https://example.org")
        post.change({"embeds": [{"type": "link", "title": "Example", "url": "https://example.org"}]}, edited=False)
        rem.edits(post, "never mind")
        await rig.heard("never mind")
        assert rig.memory.said == ["see https://example.org"]
        assert rig.memory.edits == ["never mind"]


async def test_deletions_single_and_many(standin, place):
    mira, rem, _, square = place
    async with reading(standin, square) as rig:
        posts = [rem.says(square, f"{number}") for number in range(5)]
        rem.deletes(posts[0])
        mira.deletes(*posts[1:4])
        wanted = {names.message_id(square.id, post.id) for post in posts[:4]}
        await rig.until(lambda: rig.memory.deletions == wanted, "four deletions")


async def test_what_the_bot_hides_is_no_deletion(standin, place):
    _, rem, _, square = place
    async with reading(standin, square) as rig:
        hidden, gone = rem.says(square, "rude"), rem.says(square, "oops")
        await rig.heard("rude", "oops")
        name = names.message_id(square.id, hidden.id)
        rig.memory.notes["hidden", name] = object()
        async with rig.connection.asking("hide", "square") as client:
            await client.get_channel(square.id).get_partial_message(hidden.id).delete()
        rem.deletes(gone)
        await rig.until(lambda: rig.memory.deletions, "a deletion")
        assert rig.memory.deletions == {names.message_id(square.id, gone.id)}


async def test_reactions_come_go_and_are_cleared(standin, place):
    mira, rem, _, square = place
    async with reading(standin, square) as rig:
        post = rem.says(square, "good idea?")
        mira.reacts(post, "👍")
        mira.takes_back(post, "👍")
        rem.reacts(post, "🎉")
        await rig.until(lambda: len(rig.memory.of(Reacted)) == 2, "two reactions")
        await rig.until(lambda: rig.memory.of(ReactionRemoved), "one taken back")
        removed = rig.memory.of(ReactionRemoved)[0]
        assert (removed.member.name, removed.emoji) == ("mira", "👍")
        data = {"channel_id": str(square.id), "message_id": str(post.id), "guild_id": str(square.server.id)}
        standin.world.emit("MESSAGE_REACTION_REMOVE_ALL", data, channel=square)
        await rig.until(lambda: len(rig.memory.of(ReactionRemoved)) == 2, "the other cleared")
        assert rig.memory.of(ReactionRemoved)[1].emoji == "🎉"


async def test_people_come_and_go(standin, place):
    _, rem, server, square = place
    async with reading(standin, square) as rig:
        sol = standin.person("sol")
        server.join(sol)
        rem.leaves(server)
        await rig.until(lambda: rig.memory.of(MemberJoined) and rig.memory.of(MemberLeft), "both")
        joined, left = rig.memory.of(MemberJoined)[0], rig.memory.of(MemberLeft)[0]
        assert (joined.member.name, left.member.id) == ("sol", names.member_id(rem.id))
        assert joined.conversation.id == names.conversation_id(square.id)


async def test_threads_and_forum_posts_are_joined_and_heard(standin, place):
    _, rem, server, square = place
    forum = server.channel("ideas", "forum")
    async with reading(standin, square, forum) as rig:
        root = rem.says(square, "trams?")
        thread = rem.opens_thread(square, "about trams", on=root)
        rem.says(thread, "in the thread")
        post = rem.opens_post(forum, "Bikes", "more lanes")
        await rig.heard("in the thread", "more lanes")
        await rig.standin.until(lambda: {standin.bot.id} <= set(thread.joined) & set(post.joined), "joined")
        assert rig.memory.said.count("trams?") == 1
        heard = {event.message.text: event.message.conversation for event in rig.memory.of(MessagePosted)}
        assert heard["in the thread"].kind is ConversationKind.THREAD
        assert heard["in the thread"].parent == names.conversation_id(square.id)
        assert heard["more lanes"].parent == names.conversation_id(forum.id)
        assert heard["more lanes"].name == "Bikes"


async def test_a_deleted_thread_takes_its_messages_along(standin, place):
    _, rem, _, square = place
    async with reading(standin, square) as rig:
        thread = rem.opens_thread(square, "short")
        said = [rem.says(thread, f"{number}") for number in range(3)]
        await rig.heard("2")
        thread.delete()
        wanted = {names.message_id(thread.id, post.id) for post in said}
        await rig.until(lambda: rig.memory.deletions == wanted, "all of the thread")


async def test_direct_messages_are_heard(standin, place):
    _, rem, _, square = place
    async with reading(standin, square) as rig:
        rem.writes("for you alone")
        await rig.heard("for you alone")
        message = rig.memory.of(MessagePosted)[0].message
        assert message.conversation.kind is ConversationKind.DIRECT
        assert ("direct", str(message.conversation.id.partition(":")[2])) in rig.memory.notes


async def test_webhooks_are_bots_unless_they_carry_people(standin, place):
    _, _, server, square = place
    paired = server.channel("paired")
    feed, bridge = standin.webhook(square, "feed"), standin.webhook(square, "bridge", application=77)
    other = standin.webhook(paired, "bridge", application=77)
    bridges = (Bridge(77, frozenset({names.conversation_id(paired.id)})),)
    async with reading(standin, square, paired, bridges=bridges) as rig:
        standin.webhook_says(feed, "news", embeds=[{"title": "Headline", "description": "all of it"}])
        standin.webhook_says(other, "heard on the other side", name="Ann")
        standin.webhook_says(bridge, "hello", name="Ann")
        standin.webhook_says(bridge, "me too", name="Bo")
        await rig.heard("hello", "me too")
        by = {event.message.text: event.message.author for event in rig.memory.of(MessagePosted)}
        assert by["news\nHeadline\nall of it"].kind is MemberKind.BOT
        assert (by["hello"].name, by["hello"].kind) == ("Ann", MemberKind.PERSON)
        assert by["hello"].id != by["me too"].id
        assert "heard on the other side" not in rig.memory.said


async def test_forwarded_messages_polls_and_files_are_words_too(standin, place):
    mira, rem, server, square = place
    hall = server.channel("hall")
    async with reading(standin, square) as rig:
        rude = rem.says(hall, "you fool\nyou", files=[("proof.png", b"x")])
        mira.forwards(rude, square)
        await rig.heard("> you fool\n> you")
        assert rig.memory.of(MessagePosted)[-1].message.attachments == ("proof.png",)


async def test_a_room_that_is_hidden_from_the_bot_and_shown_again(standin, place):
    _, rem, server, square = place
    async with reading(standin, square) as rig:
        thread = rem.opens_thread(square, "aside")
        rem.says(thread, "aside before")
        rem.says(square, "before")
        await rig.heard("before", "aside before")
        deny = server.overwrite(standin.bot.id, deny=Can.VIEW)
        square.change(permission_overwrites=[deny])
        await rig.until(lambda: rig.memory.of(AccessLost), "lost")
        rem.says(square, "unseen", told=False)
        rem.says(thread, "aside unseen", told=False)
        square.change(permission_overwrites=[])
        await rig.heard("unseen", "aside unseen")
        rem.says(square, "after")
        await rig.heard("after")
        assert len(rig.memory.of(AccessLost)) == 1


async def test_polls_are_words(standin, place):
    _, rem, _, square = place
    async with reading(standin, square) as rig:
        rem.asks_all(square, "Who is the fool?", ["Ada", "Bo"])
        await rig.heard("Who is the fool?\n- Ada\n- Bo")


async def test_what_moderators_do_by_hand_is_seen(standin, place):
    mira, rem, server, square = place
    sol = standin.person("sol")
    server.join(sol)
    async with reading(standin, square) as rig:
        rude = rem.says(square, "rude")
        await rig.heard("rude")
        mira.deletes(rude, reason="insult")
        mira.times_out(server, rem, 600, "calm down")
        mira.times_out(server, rem, 0)
        mira.kicks(server, sol, "spam")
        mira.bans(server, rem, "enough")
        mira.unbans(server, rem)
        await rig.until(lambda: len(rig.memory.of(ModerationObserved)) == 6, "six measures")
        seen = {event.action: event for event in rig.memory.of(ModerationObserved)}
        assert set(seen) == {"hide", "timeout", "lift timeout", "kick", "ban", "unban"}
        assert seen["hide"].message == names.message_id(square.id, rude.id)
        assert (seen["hide"].member, seen["hide"].reason) == (names.member_id(rem.id), "insult")
        assert seen["kick"].member == names.member_id(sol.id)
        assert {event.by.name for event in seen.values()} == {"mira"}
        assert {event.conversation.id for event in seen.values()} == {names.conversation_id(square.id)}


async def test_what_the_bot_itself_does_is_not_done_by_hand(standin, place):
    mira, rem, server, square = place
    async with reading(standin, square) as rig:
        async with rig.connection.asking("kick", "square") as client:
            await client.http.kick(rem.id, server.id)
        await rig.until(lambda: rig.memory.of(MemberLeft), "gone")
        mira.says(square, "after")
        await rig.heard("after")
        assert rig.memory.of(ModerationObserved) == []


@pytest.fixture
def watched(standin):
    mira, rem = standin.person("mira"), standin.person("rem")
    server = standin.server("Agora", mira, bot_can=BOT | Can.MANAGE_SERVER)
    server.join(rem)
    return rem, server, server.channel("square")


async def test_what_automod_holds_back_is_brought_to_the_moderators_once(standin, watched):
    rem, server, square = watched
    async with reading(standin, square) as rig:
        alert = {"type": 2, "metadata": {"channel_id": str(square.id)}}
        server.automod_acts(rem, square, "you fool", rule_id="7")
        server.automod_acts(rem, square, "you fool", rule_id="7", action=alert)
        rem.says(square, "after")
        await rig.heard("after")
        await rig.until(lambda: rig.memory.of(Reported), "a report")
        posted = next(event.message for event in rig.memory.of(MessagePosted) if event.message.text == "you fool")
        report = rig.memory.of(Reported)[0]
        assert (posted.off_record, posted.link, names.message_of(posted.id)) == (True, None, None)
        assert (report.message, report.reporter.name, report.reporter.kind) == (posted.id, "AutoMod", MemberKind.BOT)
        assert report.reason == "AutoMod, rule “Insults”, matched “you fool”. It was not let through."
        assert len(rig.memory.of(Reported)) == 1


async def test_what_automod_lets_stand_is_reported(standin, watched):
    rem, server, square = watched
    async with reading(standin, square) as rig:
        post = rem.says(square, "hm, fool")
        server.automod_acts(rem, square, "hm, fool", post=post)
        await rig.until(lambda: rig.memory.of(Reported), "a report")
        assert rig.memory.of(Reported)[0].message == names.message_id(square.id, post.id)
        assert rig.memory.said == ["hm, fool"]


async def test_automod_can_be_left_out(standin, watched):
    rem, server, square = watched
    async with reading(standin, square, automod=False) as rig:
        server.automod_acts(rem, square, "you fool")
        rem.says(square, "after")
        await rig.heard("after")
        assert rig.memory.of(Reported) == []


async def test_withheld_content_is_said_loudly(standin, place):
    _, rem, _, square = place
    async with reading(standin, square) as rig:
        blind = {"content": "", "embeds": [], "attachments": [], "components": []}
        for _ in range(5):
            rem.says(square, "words", told=False).change(blind, edited=False)
        posts = [rem.says(square, "") for _ in range(5)]
        await rig.until(lambda: rig.memory.marks.get(str(square.id)) == str(posts[-1].id), "the mark")
        assert any("Message Content Intent" in trouble for trouble in rig.reading.troubles())
        rem.says(square, "now it works")
        await rig.heard("now it works")
        assert rig.reading.troubles() == []
