"""Commands that the platform itself takes are always answered: until then it shows that the bot is at work."""

import pytest

from bot.domain.effect import Audience
from bot.errors import UserError
from bot.testing.harness import harness

CLERK = '''
class Clerk(Cog):
    """Does things, and says so or not."""

    name = "clerk"

    def __init__(self) -> None:
        self.trouble: Exception | None = None
        self.asked: list[MessageId | None] = []

    @command("told", help="Be told")
    async def told(self, call: Invocation) -> Document:
        self.asked.append(call.asked)
        return Document.of("Here you are.")

    @command("silent", help="Say nothing")
    async def silent(self, call: Invocation) -> Reply:
        if self.trouble is not None:
            raise self.trouble
        return Announce("silent")

    @command("nothing", help="Do nothing")
    async def nothing(self, call: Invocation) -> Reply:
        return None

    @command("card", help="Post a card")
    async def card(self, call: Invocation) -> Reply:
        return Ask(call.conversation.id, Document.of("A card"), "card", (Choice("yes", "Yes", "✅"),))

    @command("elsewhere", help="Post in another room", place=Place.COMMUNITY)
    async def elsewhere(self, call: Invocation) -> Reply:
        return Say(call.home.review_room, Document.of("Over there"), reply_to=None)

    @command("by-hand", help="Answer without the help of the call")
    async def by_hand(self, call: Invocation) -> Reply:
        return [
            Attach(call.conversation.id, "a.txt", b"a", Document.of("A file"), reply_to=call.asked),
            Say(call.conversation.id, Document.of("And words")),
        ]

    @command("asking", help="Ask back")
    async def asking(self, call: Invocation) -> Reply:
        choices = (Choice("yes", "Yes", "✅"),)
        return Ask(call.conversation.id, Document.of("Sure?"), "sure", choices, reply_to=call.asked)
'''


@pytest.fixture
def bot(bot_with):
    return bot_with(clerk=CLERK)


async def invoked(bot, command, name="Dario", where=None, arguments=None, target=None):
    """The invocation's id, and what was posted because of it."""
    before = {post.id for post in bot.server.posts()}
    where = where or bot.square
    given = bot.server.invoke(bot.person(name), where, command, arguments, target=target)
    await bot.settle()
    return given.what.id, [post for post in bot.server.posts() if post.id not in before]


async def test_an_answer_replies_to_the_invocation_and_is_the_only_one(bot):
    async with bot.started():
        identity, posts = await invoked(bot, "told")
        assert [(post.text, post.reply_to) for post in posts] == [("Here you are.", identity)]
        said = await bot.say("Dario", "!told")
        assert bot.posts()[-1].reply_to == said.id
        assert bot.app.loader.registry.cogs["clerk"].cog.asked == [identity, said.id]


@pytest.mark.parametrize(("command", "words"), [("silent", "Done."), ("nothing", "Done."), ("elsewhere", "Done.")])
async def test_what_says_nothing_where_it_was_given_is_acknowledged_in_words(bot, command, words):
    async with bot.started():
        identity, posts = await invoked(bot, command)
        (answer,) = [post for post in posts if post.reply_to == identity]
        assert (answer.text, answer.audience, answer.asker) == (words, Audience.ASIDE, bot.person("Dario").id)
        assert answer.conversation == bot.square.id


async def test_who_sees_what_came_of_it_is_pointed_there(bot):
    async with bot.started():
        identity, posts = await invoked(bot, "card")
        assert [(post.text, post.reply_to) for post in posts] == [
            ("A card", None),
            ("Done: see below.", identity),
        ]


@pytest.mark.parametrize(("command", "texts"), [("by-hand", ["A file", "And words"]), ("asking", ["Sure?"])])
async def test_a_file_or_a_question_is_an_answer_too(bot, command, texts):
    async with bot.started():
        identity, posts = await invoked(bot, command)
        assert [post.text for post in posts] == texts
        assert posts[0].reply_to == identity


async def test_typed_commands_get_no_words_that_nobody_asked_for(bot):
    async with bot.started():
        for command in ("!silent", "!nothing"):
            assert await bot.command("Dario", command) == ""
        assert await bot.command("Dario", "!card") == "A card"


@pytest.mark.parametrize("trouble", ["refused", "failed", "unknown", "too much", "elsewhere"])
async def test_what_cannot_be_done_is_answered_to_the_invocation(bot, trouble):
    async with bot.started():
        clerk = bot.app.loader.registry.cogs["clerk"].cog
        clerk.trouble = {"refused": UserError("Not now."), "failed": RuntimeError("ours")}.get(trouble)
        command = "no-such-command" if trouble == "unknown" else "silent"
        where = bot.server.room("nobodys") if trouble == "elsewhere" else bot.square
        arguments = {"more": "than that"} if trouble == "too much" else None
        identity, posts = await invoked(bot, command, where=where, arguments=arguments)
        (answer,) = [post for post in posts if post.conversation == where.id]
        assert (answer.reply_to, answer.audience) == (identity, Audience.ASIDE)
        assert answer.text not in ("", "Done.")


async def test_an_invocation_that_comes_twice_is_answered_once(bot):
    async with bot.started():
        given = bot.server.invoke(bot.person("Dario"), bot.square, "silent")
        await bot.settle()
        given.acknowledged = False
        bot.server._wake()
        await bot.settle()
        assert [post.text for post in bot.posts()] == ["Done."]


ARGUMENTS = {
    "case": {"number": "1"},
    "uphold": {"number": "1"},
    "dismiss": {"number": "1"},
    "undo": {"number": "1"},
    "history": {"member": "otto"},
    "set": {"setting": "civility.threshold", "value": "0.7"},
    "prompt": {"action": "now"},
    "weekly": {"when": "mon 18:00"},
    "off-the-record": {"wish": "on"},
}


async def test_every_command_of_every_cog_is_answered_whoever_gives_it_wherever(tmp_path):
    bot = harness(tmp_path)
    async with bot.started():
        said = await bot.say("Otto", "You are an idiot.")
        commands = bot.app.loader.registry.commands.all()
        assert len(commands) > len(ARGUMENTS)
        for info in commands:
            for name, where in (("Dario", bot.square), ("Mira", bot.desk), ("Mira", bot.square)):
                for arguments in ({}, ARGUMENTS.get(info.name, {})):
                    identity, posts = await invoked(bot, info.name, name, where, arguments, said.id)
                    assert [post for post in posts if post.reply_to == identity], (info.name, name, arguments)
        assert bot.app.incidents.total == 0
