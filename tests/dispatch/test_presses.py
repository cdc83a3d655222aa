"""Who may answer a prompt is decided by the core: a press that does not count is answered, and reaches no cog."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.effect import Audience

ASKER = '''
from dataclasses import dataclass
from datetime import timedelta

@table("decisions", key=("label",))
@dataclass(frozen=True, slots=True)
class Decision:
    label: str
    by: str

YES, NO = Choice("yes", "Yes", "✅"), Choice("no", "No", "❌")

class Asker(Cog):
    """Puts questions and notes the first answer to each."""

    name = "asker"
    migrations = (Migration(1, (CreateTable(Decision),)),)

    def __init__(self, tables: CogTables) -> None:
        self.decisions = tables.of(Decision)
        self.heard: list[str] = []
        self.decided: list[str] = []

    @command("ask", help="Ask the moderators", place=Place.ANYWHERE)
    async def ask(self, call: Invocation, label: str) -> Reply:
        return Ask(call.conversation.id, Document.of(f"{label}?"), label, (YES, NO))

    @command("ask-me", help="Ask the asker", place=Place.ANYWHERE)
    async def ask_me(self, call: Invocation) -> Reply:
        return Ask(
            call.conversation.id, Document.of("sure?"), "sure", (YES, NO), Audience.ASKER, call.caller.id,
            standing=Standing.MEMBER,
        )

    @command("write", help="Ask a member in private words", place=Place.ANYWHERE)
    async def write(self, call: Invocation, kind: str, member: MemberId) -> Reply:
        where, body = call.conversation.id, Document.of("Is that right?")
        if kind == "letter":
            return DirectMessage(where, member, body, "letter", (YES, NO))
        if kind == "unlabelled":
            return DirectMessage(where, member, body, choices=(YES, NO))
        until = call.at + timedelta(days=1) if kind == "brief" else None
        common = {"conversation": where, "ground": Ground("respect", "rude"), "origin": Origin.HUMAN}
        return Warn(**common, member=member, body=body, label="warning", choices=(YES, NO), expires_at=until)

    @command("narrow", help="Leave one choice", place=Place.ANYWHERE)
    async def narrow(self, call: Invocation, label: str) -> Reply:
        return Edit(call.conversation.id, label, Document.of("no longer no"), (YES,))

    @listen
    async def answered(self, event: PromptAnswered) -> Reply:
        self.heard.append(f"{event.member.name}: {event.choice}")
        if await self.decisions.get(event.label):
            return Say(event.conversation.id, Document.of("Somebody was faster."))
        return [Put(Decision(event.label, event.member.name)), Announce("decided")]

    @listen
    async def told(self, event: Announced) -> Reply:
        self.decided.append(event.topic)
'''


@pytest.fixture
def bot(bot_with):
    return bot_with(asker=ASKER)


_REFUSED = "That is not for you to decide, as far as I know: whoever runs this room can make you a moderator."


def heard(bot):
    return bot.app.loader.registry.cogs["asker"].cog.heard


def told(bot, name):
    """What was said to this person alone."""
    return [post.text for post in bot.server.posts() if post.asker == bot.person(name).id]


async def ask(bot, text="!ask ban", name="Mira", where=None):
    await bot.command(name, text, where=where or bot.desk)
    return bot.posts(where or bot.desk)[-1]


async def test_only_a_moderators_answer_counts_and_everybody_else_is_told_so(bot):
    async with bot.started():
        prompt = await ask(bot, where=bot.square)
        for who in ("Dario", "Hanna"):
            await bot.press(who, prompt, "yes")
            assert told(bot, who) == [_REFUSED]
            assert bot.posts()[-1].audience is Audience.ASIDE
        assert heard(bot) == []
        await bot.press("Mira", prompt, "yes")
        assert heard(bot) == ["Mira: yes"]
        assert told(bot, "Mira") == []


async def test_a_standing_in_another_community_does_not_count(bot):
    async with bot.started():
        prompt = await ask(bot)
        other = bot.server.person("Otto", bot.far_square, bot.far_desk)
        bot.server.press(other, prompt, "yes")
        await bot.settle()
        assert (heard(bot), told(bot, "Otto")) == ([], [_REFUSED])


async def test_of_what_one_person_was_asked_nobody_else_decides(bot):
    async with bot.started():
        prompt = await ask(bot, "!ask-me", "Dario", bot.square)
        for who in ("Hanna", "Mira", "Ada"):
            await bot.press(who, prompt, "yes")
            assert told(bot, who) == ["Somebody else was asked."]
            assert bot.posts()[-1].audience is Audience.ASKER
        assert heard(bot) == []
        await bot.press("Dario", prompt, "no")
        assert heard(bot) == ["Dario: no"]


@pytest.mark.parametrize("kind", ["letter", "warning"])
async def test_what_private_words_ask_only_that_member_decides(bot, kind):
    async with bot.started():
        bot.person("Dario")
        await bot.command("Mira", f"!write {kind} dario", where=bot.square)
        (prompt,) = bot.server.posts(bot.person("Dario"))
        for who in ("Hanna", "Mira", "Ada"):
            await bot.press(who, prompt, "yes")
            assert told(bot, who) == ["Somebody else was asked."]
        assert heard(bot) == []
    async with bot.started():
        await bot.press("Dario", prompt, "no")
        assert heard(bot) == ["Dario: no"]


async def test_what_private_words_ask_is_closed_by_an_edit_and_expires(bot):
    async with bot.started():
        bot.person("Dario")
        for label, kind in (("letter", "letter"), ("warning", "brief")):
            await bot.command("Mira", f"!write {kind} dario", where=bot.square)
            prompt = bot.server.posts(bot.person("Dario"))[-1]
            if kind == "brief":
                await bot.advance(timedelta(days=1))
            else:
                await bot.command("Mira", f"!narrow {label}", where=bot.square)
                assert [choice.id for choice in bot.server.post_at(prompt.id).choices] == ["yes"]
                bot.server._posts[prompt.id] = prompt  # on an old client the buttons still stand
            await bot.press("Dario", prompt, "no")
        assert heard(bot) == []
        refused = ["That is settled already.", "That question has expired."]
        answers = [post for post in bot.posts() if post.asker == bot.person("Dario").id]
        assert [post.text for post in answers] == refused
        assert {post.audience for post in answers} == {Audience.ASKER}, "nobody else hears that there was a letter"


async def test_private_words_with_choices_need_a_label(bot):
    async with bot.started():
        assert "failed on our side" in await bot.command("Mira", "!write unlabelled dario", where=bot.square)
        assert bot.server.posts(bot.person("Dario")) == []


async def test_a_choice_that_was_taken_away_by_an_edit_does_not_count_and_one_that_was_left_does(bot):
    async with bot.started():
        prompt = await ask(bot)
        seen = prompt.ask  # on an old client the buttons still stand
        await bot.command("Mira", "!narrow ban", where=bot.desk)
        bot.server._posts[prompt.id] = prompt
        assert seen is bot.server.post_at(prompt.id).ask
        await bot.press("Noor", prompt, "no")
        assert (heard(bot), told(bot, "Noor")) == ([], ["That is settled already."])
        await bot.press("Noor", prompt, "yes")
        assert heard(bot) == ["Noor: yes"]


async def test_an_answer_out_of_another_room_does_not_count(bot):
    async with bot.started():
        here = await ask(bot)
        await bot.command("Mira", "!ask kick", where=bot.far_desk)
        (there,) = bot.posts(bot.far_desk)
        forged = here.ask.__class__(there.ask.conversation, here.ask.body, "ban", here.ask.choices)
        bot.server.put(type(there)(**{**_fields(there), "ask": forged}))
        await bot.press("Mira", there, "yes")
        assert (heard(bot), told(bot, "Mira")) == ([], ["That is settled already."])


def _fields(post):
    return {name: getattr(post, name) for name in type(post).__dataclass_fields__}


async def test_two_moderators_at_once_make_one_decision(bot):
    async with bot.started():
        prompt = await ask(bot)
        first, second = asyncio.Event(), asyncio.Event()
        rows = bot.app.loader.registry.cogs["asker"].cog.decisions
        get = rows.get

        async def both_look_first(label):
            found = await get(label)
            (second if first.is_set() else first).set()
            await second.wait()
            return found

        rows.get = both_look_first
        bot.server.press(bot.person("Mira"), prompt, "yes")
        bot.server.press(bot.person("Noor"), prompt, "no")
        async with asyncio.timeout(10):  # they ride in lanes of their own: neither waits for the other
            await bot.settle()
        assert bot.app.loader.registry.cogs["asker"].cog.decided == ["decided"]
        assert [post.text for post in bot.posts(bot.desk)][1:] == ["Somebody was faster."]
        assert bot.app.incidents.total == 0


async def test_a_prompt_still_counts_after_a_restart(bot):
    async with bot.started():
        prompt = await ask(bot)
    async with bot.started():
        await bot.press("Dario", prompt, "yes")
        await bot.press("Mira", prompt, "yes")
        assert heard(bot) == ["Mira: yes"]
