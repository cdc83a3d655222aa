"""Presses on a real homeserver, over restarts of the bot; people see what their clients would show."""

from contextlib import asynccontextmanager

import pytest

from bot.domain.document import Document
from bot.domain.effect import Ask, Choice, Field
from bot.domain.event import PromptAnswered, Reported
from bot.platforms.matrix import names
from bot.platforms.matrix.incoming.following_up import FollowingUp
from bot.platforms.matrix.incoming.presses import Presses
from bot.platforms.matrix.outgoing.sender import Sender
from bot.platforms.matrix.render import content as contents
from bot.ports.platform import PromptPost
from bot.testing.contracts.platform_driver import KnownPrompts
from tests.platforms.matrix.incoming import reader
from tests.platforms.matrix.incoming.reader import Bot, Core, options_for

WORDS = Field("words", "Your words to the member", long=True)
CHOICES = (
    Choice("hide", "Uphold and hide", "🙈", danger=True, confirm="Hide it from everyone?"),
    Choice("warn", "Uphold and warn", "✉️", form=(WORDS, Field("note", "A note?", required=False))),
)


class Behind:
    """Stands where the reading loop wants its presses, until they are made."""

    made = None

    def __getattr__(self, name):
        return getattr(self.made, name)


class Moderation:
    """The bot's runs in one room."""

    def __init__(self, options, room):
        self.options, self.room, self.core, self.prompts = options, room, Core(), KnownPrompts()
        self.sender = None

    @asynccontextmanager
    async def running(self):
        desk = self

        class Pressed(Bot):
            """A run whose presses are understood."""

            def __init__(self, options, core):
                behind = Behind()
                super().__init__(options, core, presses=behind)
                desk.sender = Sender(self.homeserver, self.rooms, self.machine, self.clock)
                self.errands._kinds.update(FollowingUp(desk.sender, desk.prompts).kinds())
                behind.made = Presses(options, self.rooms, desk.prompts, core.notes, self.errands, self.clock)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reader, "Bot", Pressed)
            async with reader.reading(self.options, self.core) as bot:
                yield bot

    async def card(self):
        where = names.conversation_id(self.room)
        marker = {"prompt": {"cog": "review", "label": "case 7", "conversation": where}}
        words = {"msgtype": "m.text", "body": "Case 7", "m.mentions": {}, contents.MARKER: marker}
        event = await self.sender.send(self.room, "m.room.message", words, transaction="card")
        ask = Ask(where, Document(()), "case 7", CHOICES)
        self.prompts.add(PromptPost("review", names.message_id(self.room, event), ask))
        return event

    async def answered(self):
        await self.core.until(lambda: self.core.of(PromptAnswered))
        [event] = self.core.of(PromptAnswered)
        return event.choice, event.member.id, dict(event.fields)


@pytest.fixture
def moderation(people, tmp_path):
    async def made(mira, *, version, encrypted):
        account = people.server.register("folkmoot")
        bot = await people.of(account)
        room = await mira.create_room(bot.user, version=version, encrypted=encrypted)
        await bot.join(room)
        await bot.log_out()
        options = options_for(
            account,
            people.server.url,
            tmp_path,
            encryption=encrypted,
            review_rooms=frozenset({names.conversation_id(room)}),
        )
        return Moderation(options, room)

    return made


async def asked(person, room, words):
    """The question that the bot puts to this person."""

    async def stands():
        posts = await person.posts(room)
        return next((post for post in posts if words in post.text and person.user in post.pinged), None)

    return (await person.until(stands, f"the question {words!r}")).id


async def gone(person, room, event):
    async def redacted():
        return any(post.id == event and post.redacted for post in await person.posts(room))

    await person.until(redacted, "the question gone")


@pytest.mark.parametrize(("version", "encrypted"), [("11", False), ("12", True)])
async def test_a_measure_takes_two_steps_also_over_a_restart(people, moderation, version, encrypted):
    mira, noor = await people.encrypted("mira"), await people.encrypted("noor")
    desk = await moderation(mira, version=version, encrypted=encrypted)
    await mira.invite(desk.room, noor.user)
    await noor.join(desk.room)
    async with desk.running() as bot:
        if encrypted:
            await mira.until(lambda: mira.devices_with_keys(bot.options.user), "keys of the bot's device")
        card = await desk.card()
        await mira.sees(desk.room, "Case 7")
        await mira.react(desk.room, card, "🙈")
        question = await asked(mira, desk.room, "Hide it from everyone?")
        await noor.react(desk.room, question, "✅")
    await mira.react(desk.room, question, "✅")
    async with desk.running():
        assert await desk.answered() == ("hide", names.member_id(mira.user), {})
        await gone(mira, desk.room, question)


@pytest.mark.parametrize(("version", "encrypted"), [("11", False), ("12", True)])
async def test_a_form_is_filled_in_while_the_bot_comes_and_goes(people, moderation, version, encrypted):
    mira = await people.encrypted("mira")
    desk = await moderation(mira, version=version, encrypted=encrypted)
    async with desk.running() as bot:
        if encrypted:
            await mira.until(lambda: mira.devices_with_keys(bot.options.user), "keys of the bot's device")
        card = await desk.card()
        await mira.sees(desk.room, "Case 7")
    await mira.react(desk.room, card, "✉")
    async with desk.running():
        question = await asked(mira, desk.room, WORDS.text)
    await mira.say(desk.room, "please be kind", reply_to=question)
    async with desk.running():
        last = await asked(mira, desk.room, "A note?")
        await gone(mira, desk.room, question)
        await mira.react(desk.room, last, "⏭️")
        assert await desk.answered() == ("warn", names.member_id(mira.user), {"words": "please be kind"})
        await gone(mira, desk.room, last)


async def test_a_flag_reports_and_disappears(people, tmp_path):
    mira, ben = await people.plain("mira"), await people.plain("ben")
    account = people.server.register("folkmoot")
    bot = await people.of(account)
    room = await mira.create_room(bot.user, ben.user, powers={bot.user: 50})
    await bot.join(room)
    await ben.join(room)
    communities = (frozenset({names.conversation_id(room)}),)
    options = options_for(account, people.server.url, tmp_path, encryption=False, communities=communities)
    desk = Moderation(options, room)
    async with desk.running():
        insult = await ben.say(room, "an insult")
        await mira.react(room, insult, "🚩")
        await desk.core.until(lambda: desk.core.of(Reported))
        [report] = desk.core.of(Reported)
        assert (report.message, report.reporter.id) == (names.message_id(room, insult), names.member_id(mira.user))

        async def unseen():
            [post] = [post for post in await ben.posts(room) if post.id == insult]
            return not post.reactions

        await ben.until(unseen, "the flag gone")
