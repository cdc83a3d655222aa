"""How long an interaction can be answered, and that a restart forgets none of it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.platforms.discord.interactions.tokens import SCOPE, Token, Tokens
from bot.ports.platform import Note
from bot.testing.clock import FakeClock
from bot.testing.contracts.platform_driver import KnownNotes

ADA, BEN = MemberId("discord:501"), MemberId("discord:502")
SQUARE, MARKET = ConversationId("discord:300"), ConversationId("discord:301")


def token(clock, number, *, member=ADA, conversation=SQUARE, deferred=True):
    return Token(
        id=MessageId(f"{conversation}/{number}"),
        token=f"secret-{number}",
        application=400,
        member=member,
        conversation=conversation,
        at=clock.now(),
        deferred=deferred,
        ephemeral=True,
    )


async def test_a_token_is_found_by_its_interaction_while_it_lasts():
    clock = FakeClock()
    tokens = Tokens(KnownNotes(), clock)
    first = token(clock, 900)
    tokens.keep(first)
    assert tokens.of(first.id) == first
    assert tokens.of(MessageId("discord:300/901")) is None
    clock.advance(timedelta(minutes=14, seconds=49))
    assert tokens.of(first.id) == first
    clock.advance(timedelta(seconds=1))
    assert tokens.of(first.id) is None, "an answer that is begun now might come too late"
    assert tokens.latest(ADA, SQUARE) is None


async def test_the_latest_is_the_newest_of_that_person_in_that_place():
    clock = FakeClock()
    tokens = Tokens(KnownNotes(), clock)
    older, newer = token(clock, 900), token(clock, 901)
    for each in (older, newer, token(clock, 902, member=BEN), token(clock, 903, conversation=MARKET)):
        tokens.keep(each)
    assert tokens.latest(ADA, SQUARE) == newer
    assert tokens.latest(BEN, MARKET) is None


async def test_a_restart_finds_tokens_and_kept_promises():
    clock, notes = FakeClock(), KnownNotes()
    tokens = Tokens(notes, clock)
    first, second = token(clock, 900), token(clock, 901, deferred=False)
    await notes.write([tokens.keep(first), tokens.keep(second)])
    await tokens.kept_promise(first.id)
    again = Tokens(notes, clock)
    await again.load()
    kept = again.of(first.id)
    assert kept is not None
    assert kept.answered
    assert again.of(second.id) == second
    assert again.latest(ADA, SQUARE) == second


async def test_a_note_is_forgotten_in_time_and_with_the_member():
    clock = FakeClock()
    note = Tokens(KnownNotes(), clock).keep(token(clock, 900))
    assert (note.scope, note.member, note.until) == (SCOPE, ADA, clock.now() + timedelta(minutes=15))


async def test_a_promise_is_noted_once_and_unknown_ones_are_nobodys():
    clock, notes = FakeClock(), KnownNotes()
    tokens = Tokens(notes, clock)
    await tokens.kept_promise(MessageId("discord:300/1"))
    assert await notes.all(SCOPE) == []
    tokens.keep(token(clock, 900))
    await tokens.kept_promise(MessageId("discord:300/900"))
    (written,) = await notes.all(SCOPE)
    await notes.write([Note(written.scope, written.id, None)])
    await tokens.kept_promise(MessageId("discord:300/900"))
    assert await notes.all(SCOPE) == []


async def test_notes_of_another_version_are_left_alone():
    clock, notes = FakeClock(), KnownNotes()
    await notes.write(
        [
            Note(SCOPE, "discord:300/1", "no json", member=ADA),
            Note(SCOPE, "discord:300/2", "{}", member=ADA),
            Note(SCOPE, "discord:300/3", "[]", member=ADA),
            Note(SCOPE, "discord:300/4", "{}"),
        ]
    )
    tokens = Tokens(notes, clock)
    await tokens.load()
    assert all(tokens.of(MessageId(f"discord:300/{number}")) is None for number in range(5))


async def test_tokens_that_ran_out_are_not_kept_for_ever():
    clock = FakeClock()
    tokens = Tokens(KnownNotes(), clock)
    for number in range(50):
        tokens.keep(token(clock, 900 + number))
        clock.advance(timedelta(minutes=1))
    assert len(tokens._kept) <= 16


async def test_a_clock_that_is_set_back_makes_no_token_last_longer():
    clock = FakeClock()
    tokens = Tokens(KnownNotes(), clock)
    tokens.keep(token(clock, 900))
    clock.jump(-timedelta(hours=2))
    assert tokens.of(MessageId("discord:300/900")) is None


async def test_a_token_that_discord_forgot_is_dropped():
    clock = FakeClock()
    tokens = Tokens(KnownNotes(), clock)
    tokens.keep(token(clock, 900))
    tokens.drop(MessageId("discord:300/900"))
    assert tokens.latest(ADA, SQUARE) is None


async def test_who_kept_a_promise_is_remembered_across_restarts():
    clock, notes = FakeClock(), KnownNotes()
    tokens = Tokens(notes, clock)
    await notes.write([tokens.keep(token(clock, 900))])
    await tokens.kept_promise(MessageId("discord:300/900"), "delivery 1")
    await tokens.kept_promise(MessageId("discord:300/900"), "delivery 2")
    again = Tokens(notes, clock)
    await again.load()
    kept = again.of(MessageId("discord:300/900"))
    assert kept is not None
    assert kept.answered_by == "delivery 1"


async def test_a_press_is_found_by_the_message_that_it_was_on():
    clock, notes = FakeClock(), KnownNotes()
    tokens = Tokens(notes, clock)
    pressed = replace(token(clock, 900), message=MessageId("discord:300/77"))
    await notes.write([tokens.keep(pressed)])
    again = Tokens(notes, clock)
    await again.load()
    assert tokens.on(MessageId("discord:300/77")) == again.on(MessageId("discord:300/77")) == pressed
    assert tokens.on(MessageId("discord:300/78")) is None


async def test_answers_wait_until_discord_knows_that_the_interaction_was_taken():
    clock = FakeClock()
    tokens = Tokens(KnownNotes(), clock)
    first, second = token(clock, 900), token(clock, 901)
    tokens.keep(first, coming=True)
    tokens.keep(second, coming=True)
    answers = [asyncio.create_task(tokens.acknowledged(each.id)) for each in (first, second)]
    await asyncio.sleep(0)
    assert not any(answer.done() for answer in answers)
    tokens.taken(first.id)
    tokens.drop(second.id)
    assert [await answer for answer in answers] == [first, None]
    assert await tokens.acknowledged(first.id) == first
