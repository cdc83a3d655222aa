import asyncio
import io
from dataclasses import replace

import pytest
from rich.console import Console

from bot.domain.document import Document, Quote, paragraph
from bot.domain.effect import (
    Ask,
    Attach,
    Audience,
    Ban,
    Choice,
    DirectMessage,
    Edit,
    Field,
    Hide,
    Kick,
    LiftTimeout,
    OpenThread,
    React,
    Restore,
    Say,
    SlowMode,
    Timeout,
    Unban,
    Warn,
)
from bot.domain.event import MessageDeleted, MessageEdited, MessagePosted, PromptAnswered
from bot.domain.member import Standing
from bot.domain.moderation import Origin
from bot.errors import Gone, StorageError
from bot.platforms.console import ConsolePlatform
from bot.ports.platform import PromptPost
from bot.testing import factories as make
from bot.testing.clock import FakeClock

SQUARE = make.room("square", platform="console")


class Posted:
    """The prompts that stand, as a store would tell."""

    def __init__(self):
        self.open = []

    async def at(self, message):
        return next((prompt for prompt in self.open if prompt.message == message), None)

    async def open_in(self, conversation):
        return [prompt for prompt in reversed(self.open) if prompt.ask.conversation == conversation]


class Keyboard:
    def __init__(self):
        self._lines = asyncio.Queue()

    def type(self, *lines):
        for line in lines:
            self._lines.put_nowait(line)

    def close(self):
        self._lines.put_nowait(None)

    def __aiter__(self):
        return self

    async def __anext__(self):
        line = await self._lines.get()
        if line is None:
            raise StopAsyncIteration
        return line


class Seat:
    """A console with everything around it."""

    def __init__(self, *, terminal=False, **others):
        self.keyboard, self.prompts, self.clock, self.screen = Keyboard(), Posted(), FakeClock(), io.StringIO()
        console = Console(file=self.screen, force_terminal=terminal, color_system=None, width=100)
        self.platform = ConsolePlatform(console, self.clock, self.prompts, lines=self.keyboard, **others)

    @property
    def shown(self):
        return self.screen.getvalue()

    async def typed(self, *lines, resume=None):
        """The events of all lines; the console is closed behind them."""
        self.keyboard.type(*lines, "/quit")
        batches = [batch async for batch in self.platform.batches(resume or {})]
        self.checkpoint = batches[-1].checkpoints if batches else resume
        return [event for batch in batches for event in batch.events]


async def test_lines_are_said_by_the_current_person_in_the_current_room():
    seat = Seat()
    events = await seat.typed("hello", "/as Mira", "/room library", "!summarize 2h", "")
    assert [(e.message.author.id, e.message.conversation.id, e.message.text, e.standing) for e in events] == [
        ("console:you", "console:square", "hello", Standing.ADMIN),
        ("console:mira", "console:library", "!summarize 2h", Standing.MEMBER),
    ]
    assert "#1 you in square" in seat.shown


async def test_every_review_room_is_for_moderators():
    seat = Seat(review_rooms=("desk", "far-desk"), standing=Standing.MEMBER)
    events = await seat.typed("/room far-desk", "out", "/room desk", "out", "/room library", "in")
    assert [event.message.conversation.name for event in events] == ["square", "square", "library"]


@pytest.mark.parametrize("greets", [True, False])
async def test_who_sits_down_is_greeted_if_that_is_wanted(greets):
    seat = Seat(greets=greets, prefix="?")
    await seat.typed()
    greeting = "You are you (admin) in square. ?help lists the bot's commands, /help those of this console.\n"
    assert seat.shown == (greeting if greets else "")


async def test_standing_is_kept_and_the_review_room_is_for_moderators():
    seat = Seat()
    events = await seat.typed(
        "/as Noor moderator",
        "/room moderators",
        "here",
        "/as Mira",
        "out",
        "/room moderators",
        "still out",
        "/as Noor",
        "me",
    )
    assert [(e.message.text, e.message.conversation.name, e.standing) for e in events] == [
        ("here", "moderators", Standing.MODERATOR),
        ("out", "square", Standing.MEMBER),
        ("still out", "square", Standing.MEMBER),
        ("me", "square", Standing.MODERATOR),
    ]
    assert "moderators is for moderators" in seat.shown


async def test_messages_are_answered_changed_and_taken_back():
    seat = Seat()
    events = await seat.typed(
        "one",
        "/reply 1 two",
        "/edit #2 three",
        "/as Mira",
        "/edit 1 mine",
        "/delete 1",
        "/as Noor moderator",
        "/delete 1",
    )
    said, reply, edit, gone = events
    assert reply.message.reply_to == said.message.id == "console:1"
    assert isinstance(edit, MessageEdited)
    assert (edit.message.id, edit.message.text, edit.message.edited_at) == ("console:2", "three", seat.clock.now())
    assert isinstance(gone, MessageDeleted)
    assert (gone.message, gone.by) == ("console:1", "console:noor")
    assert "only they can change it" in seat.shown
    assert "only they or a moderator" in seat.shown


async def test_what_cannot_be_understood_is_said_and_nothing_happens():
    seat = Seat()
    assert await seat.typed("/dance", "/edit 9 x", "/reply 1", "/as  ", "/room ", "/who", "/help", "/cancel") == []
    for words in ("There is no /dance", "no message 9", "Type /reply", "needs a name", "Rooms: square", "/quit"):
        assert words in seat.shown


async def test_numbers_are_never_given_twice_over_restarts():
    first = Seat()
    await first.typed("one", "two")
    second = Seat()
    [event] = await second.typed("three", resume=first.checkpoint)
    assert event.message.id == "console:3"


async def test_a_number_without_an_open_prompt_is_just_said():
    [event] = await Seat().typed("42")
    assert event.message.text == "42"


ASK = Ask(
    SQUARE.id,
    Document.of("An attack?"),
    "case-1",
    (
        Choice("uphold", "Uphold", "✅", danger=True, confirm="Really?"),
        Choice("dismiss", "Dismiss", "❌", form=(Field("why", "Why?"), Field("note", "A note?", required=False))),
    ),
)


async def test_prompts_are_answered_by_numbers_question_by_question():
    seat = Seat()
    seat.prompts.open.append(PromptPost("review", "console:post-1", ASK))
    events = await seat.typed("1", "perhaps", "no", "1", "yes", "2", "", "fair words", "", "9", "2", "/cancel", "said")
    upheld, dismissed, said = events
    assert isinstance(upheld, PromptAnswered)
    assert (upheld.cog, upheld.label, upheld.choice, upheld.fields) == ("review", "case-1", "uphold", {})
    assert (dismissed.choice, dismissed.fields) == ("dismiss", {"why": "fair words"})
    assert isinstance(said, MessagePosted)
    assert upheld.id != dismissed.id
    assert seat.shown.count("? Really?") == 3
    assert "choices 1 to 2" in seat.shown


@pytest.mark.parametrize(
    ("typed", "fields"),
    [("yes", {}), ("Stay with the claim.", {"words": "Stay with the claim."}), ("No names!", {"words": "No names!"})],
)
async def test_a_confirmation_and_a_lone_optional_field_are_one_question(typed, fields):
    seat = Seat()
    words = Field("words", "Your words to the member", required=False)
    ban = replace(ASK, choices=(Choice("ban", "Ban", "🔨", confirm="Really?", form=(words,)),))
    seat.prompts.open.append(PromptPost("review", "console:post-1", ban))
    [answer] = await seat.typed("1", "", typed)
    assert answer.fields == fields
    assert "Really? (yes or no; or, meaning yes: your words to the member)" in seat.shown
    assert await seat.typed("1", "no") == []


async def test_a_number_never_answers_what_was_put_to_somebody_else_or_has_expired():
    seat = Seat()
    hers = replace(ASK, label="hers", audience=Audience.ASKER, asker=make.member("ines", platform="console").id)
    late = replace(ASK, label="late", expires_at=seat.clock.now())
    seat.prompts.open += [PromptPost("privacy", f"console:post-{n}", ask) for n, ask in enumerate((hers, late))]
    said, answer = await seat.typed("1", "/as ines", "1", "yes")
    assert isinstance(said, MessagePosted)
    assert (answer.label, answer.member.name) == ("hers", "ines")


async def test_an_older_prompt_is_answered_by_its_name():
    seat = Seat()
    posts = [(await seat.platform.apply(make.delivery(ASK, key=key))).message for key in ("first", "second")]
    older, newest = replace(ASK, label="older"), replace(ASK, label="newest")
    seat.prompts.open += [PromptPost("review", posts[0], older), PromptPost("review", posts[1], newest)]
    first, second = await seat.typed("2 b1", "why", "", "2 b9", "7 #b1", "2 #b2", "why", "")
    assert (first.label, second.label) == ("older", "newest")
    assert "b9 is no prompt" in seat.shown
    assert "The prompt b1 has the choices 1 to 2" in seat.shown


async def test_enter_alone_says_who_and_where_one_is():
    seat = Seat()
    assert await seat.typed("", "/as ben", "  ") == []
    assert "You are ben (member) in square. !help lists the bot's commands, /help those of this console." in seat.shown


async def test_cards_that_change_alike_are_shown_once():
    seat = Seat()
    posts = [(await seat.platform.apply(make.delivery(ASK, key=key))).message for key in ("first", "second")]
    body = Document.of(*map(paragraph, ("Case 1", "Open again", "It answers:", "Why buses?")))
    for message in posts:
        edit = Edit(SQUARE.id, "case-1", body)
        await seat.platform.apply(make.delivery(edit, key=f"e{message}", target=message))
    assert seat.shown.count("Open again") == 1
    assert "changed in the same way: #b2" in seat.shown
    assert "It answers:" in seat.shown
    assert "[the rest as above]" not in seat.shown, "all of it is new"


async def test_of_a_changed_post_the_news_is_shown():
    seat = Seat()
    ask = replace(ASK, body=Document.of(*map(paragraph, ("Case 1", "Maybe", "It answers:", "Why?", "You fool."))))
    first = (await seat.platform.apply(make.delivery(ask, key="k"))).message
    body = Document.of(*map(paragraph, ("Case 1", "Maybe", "It answers:", "Why?", "Dear colleague.")))
    await seat.platform.apply(make.delivery(Edit(SQUARE.id, "case-1", body), key="e", target=first))
    assert "changed #b1]\nCase 1\nMaybe\nDear colleague.\n[the rest as above]" in seat.shown


async def test_of_a_post_from_before_the_beginning_is_shown():
    seat = Seat()
    body = Document.of(*map(paragraph, ("Case 1", "Open again", "It answers:", "Why?", "You fool.")))
    await seat.platform.apply(make.delivery(Edit(SQUARE.id, "case-1", body), key="e", target="console:post-1"))
    assert "changed #b1]\nCase 1\nOpen again\n[the rest as above]" in seat.shown


async def test_trouble_with_the_store_is_said_and_typing_goes_on():
    seat = Seat()

    async def broken(conversation):
        raise StorageError("the disk is full")

    seat.prompts.open_in = broken
    [event] = await seat.typed("1", "hello")
    assert event.message.text == "hello"
    assert "the disk is full" in seat.shown


async def test_the_end_of_input_ends_only_a_console_that_is_told_so():
    ending = Seat(ends_with_input=True)
    ending.keyboard.type("hello")
    ending.keyboard.close()
    assert len([batch async for batch in ending.platform.batches({})]) == 1

    staying = Seat()
    staying.keyboard.close()
    reader = staying.platform.batches({})
    waiting = asyncio.create_task(anext(reader))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    await staying.platform.aclose()
    with pytest.raises(StopAsyncIteration):
        await waiting


async def test_scripts_let_people_speak():
    seat = Seat()
    mira = make.member("Mira", platform="console")
    reader = seat.platform.batches({})
    waiting = asyncio.create_task(anext(reader))
    first = await seat.platform.say("Hello \x1b[31m[red]all", author=mira, conversation=SQUARE, at=seat.clock.now())
    await waiting
    await seat.platform.say("unseen", author=mira, conversation=SQUARE, reply_to=first, show=False)
    await seat.platform.feed(make.deleted(make.message(conversation=SQUARE)))
    events = (await anext(reader)).events
    assert [type(event) for event in events] == [MessagePosted, MessageDeleted]
    assert events[0].message.reply_to == first
    assert "Hello \ufffd[31m[red]all" in seat.shown
    assert "unseen" not in seat.shown
    assert await seat.platform.may_read(mira.id, SQUARE.id)
    assert not await seat.platform.may_read(mira.id, "console:moderators")
    assert not await seat.platform.may_read("console:stranger", SQUARE.id)
    await reader.aclose()


@pytest.mark.parametrize("terminal", [True, False])
async def test_posts_say_who_sees_them(terminal):
    seat = Seat(terminal=terminal)
    mira = make.member("Mira", platform="console").id
    effects = [
        Say(SQUARE.id, Document.of("to all")),
        Say(SQUARE.id, Document.of("to one"), audience=Audience.ASKER, asker=mira),
        Say(SQUARE.id, Document.of("to some"), audience=Audience.MODERATORS),
        ASK,
        Attach(SQUARE.id, "data.json", b"{}", Document.of("Your data")),
        DirectMessage(SQUARE.id, mira, Document.of("psst")),
        OpenThread(SQUARE.id, "Bus lanes", "t", Document.of("Here")),
    ]
    messages = [(await seat.platform.apply(make.delivery(e, key=f"k{n}"))).message for n, e in enumerate(effects)]
    assert len(set(messages)) == len(effects)
    for words in ("in square", "seen by mira only", "seen by moderators only", "Uphold", "data.json, 2 bytes"):
        assert words in seat.shown
    assert "to mira, privately" in seat.shown
    assert "#b7" in seat.shown
    assert ("╭" in seat.shown) is terminal


async def test_private_words_show_their_choices():
    seat = Seat()
    mira = make.member("Mira", platform="console").id
    why = {"conversation": SQUARE.id, "ground": make.ground("insults"), "origin": Origin.HUMAN}
    letter = DirectMessage(SQUARE.id, mira, Document.of("psst"), "appeal-1", (Choice("appeal", "Appeal", "🙋"),))
    asked = {"label": "appeal-2", "choices": (Choice("object", "Object", "🙋"),)}
    await seat.platform.apply(make.delivery(letter, key="a"))
    await seat.platform.apply(make.delivery(Warn(member=mira, body=Document.of("Please be kind"), **asked, **why)))
    assert "1) Appeal" in seat.shown
    assert "1) Object" in seat.shown


async def test_the_same_delivery_keeps_its_message_and_edits_find_it():
    seat = Seat()
    first = await seat.platform.apply(make.delivery(ASK, key="k"))
    assert await Seat().platform.apply(make.delivery(ASK, key="k", attempt=2)) == first
    edit = Edit(SQUARE.id, "case-1", Document.of("Upheld by Noor"), ASK.choices[1:])
    assert await seat.platform.apply(make.delivery(edit, key="e", target=first.message)) == first
    assert "changed #b1]\nUpheld by Noor\n1) Dismiss" in seat.shown
    with pytest.raises(Gone):
        await seat.platform.apply(make.delivery(edit, key="e"))
    [event] = await seat.typed("/reply b1 thanks")
    assert event.message.reply_to == first.message


async def test_measures_are_shown_and_silence_is_kept():
    seat = Seat()
    you = "console:you"
    why = {"conversation": SQUARE.id, "ground": make.ground("insults"), "origin": Origin.HUMAN}
    measures = [
        Hide(message="console:12", **why),
        Restore(message="console:12", **why),
        Warn(member=you, body=Document.of("Please be kind"), **why),
        Kick(member=you, **why),
        Ban(member=you, **why),
        Unban(member=you, **why),
        SlowMode(seconds=30, **why),
        SlowMode(seconds=0, **why),
        React(SQUARE.id, "console:12", "👀"),
        Timeout(member=you, seconds=1e300, **why),
        LiftTimeout(member=you, **why),
        Timeout(member=you, seconds=600, **why),
    ]
    for number, measure in enumerate(measures):
        await seat.platform.apply(make.delivery(measure, key=str(number)))
    assert "Message #12 is hidden: insults" in seat.shown
    assert "Message #12 is shown again\n" in seat.shown, "insults are no reason to show it"
    assert "Please be kind" in seat.shown
    assert "you may not speak for 10 minutes" in seat.shown
    assert await seat.typed("am I heard?") == []
    assert "may not speak until" in seat.shown


async def test_hostile_posts_are_harmless():
    seat = Seat()
    await seat.platform.apply(make.delivery(Say(SQUARE.id, Document((Quote("\x1b]0;title\x07 \u202egnirts [red]"),)))))
    assert "\x1b" not in seat.shown
    assert "\u202e" not in seat.shown
    assert "[red]" in seat.shown
