"""What every platform must do: a suite to inherit from.

class TestFake(PlatformContract):
    @pytest.fixture
    def driver(self) -> PlatformDriver:
        return FakeDriver()
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.domain.document import Document
from bot.domain.effect import (
    Ask,
    Attach,
    Audience,
    Choice,
    Deliverable,
    DirectMessage,
    Field,
    Guarantee,
    Say,
    Warn,
    prompt_in,
)
from bot.domain.event import MessageDeleted, MessageEdited, MessagePosted, PromptAnswered, conversation_id, event_key
from bot.domain.ids import ConversationId, MemberId, MessageId, platform_of
from bot.domain.moderation import Ground, Origin
from bot.errors import PlatformError
from bot.ports.platform import Delivery, Platform, PromptPost
from bot.testing.contracts.platform_driver import Ability, Kept, Listener, PlatformDriver
from bot.testing.contracts.platform_samples import HOSTILE, effects, every_node

__all__ = ["Ability", "PlatformContract", "PlatformDriver"]

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class PlatformContract:
    """Inherit, and give the fixture `driver`."""

    @pytest.fixture
    def driver(self) -> PlatformDriver:
        raise NotImplementedError("give the driver of the platform")

    @pytest.fixture
    def kept(self) -> Kept:
        return Kept()

    @asynccontextmanager
    async def connected(
        self, driver: PlatformDriver, kept: Kept, resume: Mapping[str, str] | None = None, *said: str
    ) -> AsyncIterator[tuple[Platform, Listener]]:
        """A platform and its listener; `said` is said where the platform hears it."""
        if Ability.SPEAK_LATER in driver.cannot:
            for text in said:
                await driver.say(text)
        platform = driver.connect(kept.core)
        listener = Listener(platform, resume or {}, kept)
        try:
            await driver.connected(listener)
            if Ability.SPEAK_LATER not in driver.cannot:
                for text in said:
                    await driver.say(text)
            yield platform, listener
        finally:
            try:
                await platform.aclose()
            finally:
                await listener.rest()

    def needs(self, driver: PlatformDriver, ability: Ability) -> None:
        if ability in driver.cannot:
            pytest.skip(f"cannot by nature: {ability.value} ({driver.cannot[ability]})")

    # --- reading ------------------------------------------------------------------------------------------------

    def test_what_it_cannot_is_declared_with_a_reason(self, driver: PlatformDriver) -> None:
        assert all(reason.strip() for reason in driver.cannot.values())

    async def test_messages_come_in_order_and_whole(self, driver: PlatformDriver, kept: Kept) -> None:
        texts = [f"words {number}" for number in range(7)]
        async with self.connected(driver, kept, None, *texts) as (_, listener):
            events = await listener.hear(len(texts))
        messages = [event.message for event in events if isinstance(event, MessagePosted)]
        assert [message.text for message in messages] == texts
        assert {message.conversation.id for message in messages} == {driver.room.id}
        assert {message.author.id for message in messages} == {driver.member.id}
        assert all(message.sent_at.tzinfo is not None for message in messages)
        assert [message.sent_at for message in messages] == sorted(message.sent_at for message in messages)
        assert len({event_key(event) for event in events}) == len(texts)

    async def test_every_id_bears_the_platforms_name(self, driver: PlatformDriver, kept: Kept) -> None:
        async with self.connected(driver, kept, None, "hello") as (platform, listener):
            event = await listener.hear_of(MessagePosted)
            receipt = await platform.apply(Delivery("k", "cog", Say(driver.room.id, Document.of("hello"))))
        ids = [event.message.id, event.message.author.id, conversation_id(event), receipt.message]
        assert {platform_of(identity or "") for identity in ids} == {platform.name}

    async def test_every_checkpoint_resumes_without_loss(self, driver: PlatformDriver, kept: Kept) -> None:
        self.needs(driver, Ability.CATCH_UP)
        async with self.connected(driver, kept, None, *(f"words {number}" for number in range(6))) as (_, listener):
            await listener.hear(6)
        texts = {f"words {number}" for number in range(6)}
        for mark in listener.marks[1:]:
            heard = {event.message.text for event in listener.events[: mark.count] if isinstance(event, MessagePosted)}
            now = replace(kept, notes=mark.notes)
            async with self.connected(driver, now, mark.checkpoints) as (_, resumed):
                for text in sorted(texts - heard):
                    await resumed.hear_words(text)

    async def test_a_fresh_install_leaves_old_history_alone(self, driver: PlatformDriver, kept: Kept) -> None:
        self.needs(driver, Ability.FRESH_START)
        await driver.say("long ago")
        async with self.connected(driver, kept, None, "now") as (_, listener):
            event = await listener.hear_of(MessagePosted)
        assert event.message.text == "now"

    async def test_no_id_is_given_twice_over_restarts(self, driver: PlatformDriver, kept: Kept) -> None:
        texts: dict[MessageId, str] = {}
        checkpoints: dict[str, str] = {}
        for said in ("first", "second", "third"):
            async with self.connected(driver, kept, checkpoints, said) as (_, listener):
                await listener.hear_words(said)
            checkpoints = listener.checkpoints
            for event in listener.events:
                assert isinstance(event, MessagePosted)
                assert texts.setdefault(event.message.id, event.message.text) == event.message.text
        assert sorted(texts.values()) == ["first", "second", "third"]

    async def test_edits_and_deletions_name_the_first_form(self, driver: PlatformDriver, kept: Kept) -> None:
        self.needs(driver, Ability.CHANGE)
        async with self.connected(driver, kept, None, "first form") as (_, listener):
            posted = await listener.hear_of(MessagePosted)
            await driver.edit(posted.message.id, "second form")
            edited = await listener.hear_of(MessageEdited)
            await driver.delete(posted.message.id)
            deleted = await listener.hear_of(MessageDeleted)
        assert (edited.message.id, edited.message.text) == (posted.message.id, "second form")
        assert edited.message.edited_at is not None
        assert deleted.message == posted.message.id

    async def test_closing_ends_reading(self, driver: PlatformDriver, kept: Kept) -> None:
        async with self.connected(driver, kept, None, "one", "two") as (platform, listener):
            await listener.hear(2)
            waiting = asyncio.create_task(listener.rest())
            await asyncio.sleep(0)
            await platform.aclose()
            assert await waiting == []
            await platform.aclose()

    # --- asking -------------------------------------------------------------------------------------------------

    async def test_reading_is_denied_to_whom_nobody_knows(self, driver: PlatformDriver, kept: Kept) -> None:
        async with self.connected(driver, kept, None, "hello") as (platform, listener):
            await listener.hear(1)
            assert await platform.may_read(driver.member.id, driver.room.id)
            assert not await platform.may_read(MemberId(f"{platform.name}:nobody-knows-me"), driver.room.id)
            nowhere = ConversationId(f"{platform.name}:no-such-room")
            assert not await platform.may_read(driver.member.id, nowhere)

    async def test_history_comes_oldest_first_and_bounded(self, driver: PlatformDriver, kept: Kept) -> None:
        async with self.connected(driver, kept, None, "one", "two", "three") as (platform, listener):
            events = await listener.hear(3)
            assert isinstance(events[-1], MessagePosted)
            found = await platform.history(driver.room.id, before=events[-1].message.id, limit=1)
            everything = await platform.history(driver.room.id, before=None, limit=10)
        assert [message.text for message in found] in ([], ["two"])
        assert [message.text for message in everything] in ([], ["one", "two", "three"])

    # --- acting -------------------------------------------------------------------------------------------------

    async def test_every_effect_is_applied_or_refused_in_words(self, driver: PlatformDriver, kept: Kept) -> None:
        async with self.connected(driver, kept, None, "hello") as (platform, listener):
            event = await listener.hear_of(MessagePosted)
            known, unknown = event.message.id, MessageId(f"{platform.name}:no-such-message")
            for number, effect in enumerate([*effects(driver, known), *effects(driver, unknown)]):
                assert isinstance(platform.guarantee(effect), Guarantee)
                try:
                    receipt = await platform.apply(Delivery(f"k{number}", "cog", effect))
                except PlatformError as refusal:
                    assert str(refusal)  # noqa: PT017 - applied is as good as refused
                else:
                    assert receipt.message is None or platform_of(receipt.message) == platform.name

    async def test_exactly_once_holds_over_attempts_and_restarts(self, driver: PlatformDriver, kept: Kept) -> None:
        say = Say(driver.room.id, Document.of("once and no more"))
        async with self.connected(driver, kept, None, "hello") as (platform, listener):
            await listener.hear(1)
            promised = platform.guarantee(say)
            first = await platform.apply(Delivery("k", "cog", say))
            again = await platform.apply(Delivery("k", "cog", say, attempt=2))
        async with self.connected(driver, kept, listener.checkpoints) as (platform, _):
            later = await platform.apply(Delivery("k", "cog", say, attempt=3))
        if promised is Guarantee.EXACTLY_ONCE:
            assert first.message == again.message == later.message
            if Ability.SHOW not in driver.cannot:
                assert len([text for text in await driver.shown() if "once and no more" in text]) == 1

    async def test_a_new_key_is_a_new_post(self, driver: PlatformDriver, kept: Kept) -> None:
        say = Say(driver.room.id, Document.of("the same words"))
        async with self.connected(driver, kept, None, "hello") as (platform, listener):
            await listener.hear(1)
            receipts = [await platform.apply(Delivery(key, "cog", say)) for key in ("k1", "k2")]
        assert receipts[0].message != receipts[1].message

    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    async def test_hostile_text_is_shown_harmless(self, driver: PlatformDriver, kept: Kept, text: str) -> None:
        self.needs(driver, Ability.SHOW)
        body, choices = every_node(driver, text), (Choice("a", text[:80] or "a", "✅"),)
        posts: list[Deliverable] = [
            Say(driver.room.id, body),
            Ask(driver.room.id, body, "label", choices),
            Attach(driver.room.id, text[:80], b"content", body),
        ]
        async with self.connected(driver, kept, None, "hello") as (platform, listener):
            await listener.hear(1)
            for number, effect in enumerate(posts):
                await platform.apply(Delivery(f"k{number}", "cog", effect))
        shown = "\n".join(await driver.shown())
        assert "plain words" in shown
        assert not CONTROLS.search(shown)
        assert await driver.pinged() == []

    async def test_a_private_file_reaches_the_asker_alone_and_whole(self, driver: PlatformDriver, kept: Kept) -> None:
        self.needs(driver, Ability.SHOW)
        content = json.dumps({"text": "words \u0000 and \u00e9 " * 20_000}).encode()
        private = Attach(
            driver.room.id, "../my data.json", content, Document.of("yours"), Audience.ASKER, driver.member.id
        )
        public = Attach(driver.room.id, "my data.json", b"for all", Document.of("everybody's"))
        async with self.connected(driver, kept, None, "hello") as (platform, listener):
            await listener.hear(1)
            for key, effect in (("k1", private), ("k2", public)):
                await platform.apply(Delivery(key, "cog", effect))
        assert await driver.handed_over() == [(driver.member.id, content), (None, b"for all")]

    @pytest.mark.parametrize("kind", [Ask, DirectMessage, Warn])
    async def test_a_private_prompt_is_answered_by_whom_it_was_put_to(
        self, driver: PlatformDriver, kept: Kept, kind: type[Ask | DirectMessage | Warn]
    ) -> None:
        self.needs(driver, Ability.ANSWER)
        effect = _put_to(driver, kind)
        async with self.connected(driver, kept, None, "hello") as (platform, listener):
            await listener.hear(1)
            receipt = await platform.apply(Delivery("k", "privacy", effect))
            assert receipt.message is not None
            ask = prompt_in(effect)
            assert ask is not None
            post = PromptPost("privacy", receipt.message, ask)
            kept.prompts.add(post)
            await driver.answer(post, "erase", {})
            event = await listener.hear_of(PromptAnswered)
        assert (event.cog, event.label, event.choice, event.member.id) == ("privacy", "own", "erase", driver.member.id)
        assert event.conversation.id == driver.room.id
        assert any("Would you rather?" in text for text in await driver.shown())

    @pytest.mark.parametrize("restart", [False, True], ids=["same connection", "after a restart"])
    async def test_answers_find_back_to_the_prompt(
        self,
        driver: PlatformDriver,
        kept: Kept,
        restart: bool,  # noqa: FBT001 - a parameter of the test
    ) -> None:
        self.needs(driver, Ability.ANSWER)
        form = (Field("why", "Why?"), Field("note", "A note?", required=False))
        choices = (Choice("keep", "Keep", "✅"), Choice("drop", "Drop", "❌", confirm="Sure?", form=form))
        ask = Ask(driver.room.id, Document.of("Is that so?"), "case-7", choices)
        async with self.connected(driver, kept, None, "hello") as (platform, listener):
            await listener.hear(1)
            receipt = await platform.apply(Delivery("k", "review", ask))
            assert receipt.message is not None
            post = PromptPost("review", receipt.message, ask)
            kept.prompts.add(post)
            if not restart:
                await driver.answer(post, "drop", {"why": "because"})
                event = await listener.hear_of(PromptAnswered)
        if restart:
            async with self.connected(driver, kept, listener.checkpoints) as (_, resumed):
                await driver.answer(post, "drop", {"why": "because"})
                event = await resumed.hear_of(PromptAnswered)
        assert (event.cog, event.label, event.choice) == ("review", "case-7", "drop")
        assert (event.fields, event.member.id) == ({"why": "because"}, driver.member.id)
        assert event.conversation.id == driver.room.id


def _put_to(driver: PlatformDriver, kind: type[Ask | DirectMessage | Warn]) -> Ask | DirectMessage | Warn:
    """A question to the driver's member alone."""
    where, who, body = driver.room.id, driver.member.id, Document.of("Would you rather?")
    choices = (Choice("erase", "Erase", "🗑️", danger=True, confirm="Sure?"), Choice("keep", "Keep", "✋"))
    if kind is Ask:
        return Ask(where, body, "own", choices, audience=Audience.ASKER, asker=who)
    if kind is DirectMessage:
        return DirectMessage(where, who, body, "own", choices)
    ground = Ground("respect", "a personal attack")
    return Warn(
        conversation=where, ground=ground, origin=Origin.HUMAN, member=who, body=body, label="own", choices=choices
    )
