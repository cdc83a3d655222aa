"""What the bot does to members and messages, on a real homeserver."""

from datetime import timedelta

import pytest

from bot.domain.document import Document
from bot.domain.effect import Ban, Choice, Hide, Kick, LiftTimeout, Restore, SlowMode, Timeout, Unban, Warn
from bot.domain.ids import MemberId, MessageId
from bot.domain.moderation import Ground, Origin
from bot.errors import Forbidden, Gone, Unsupported
from bot.platforms.matrix import names
from bot.platforms.matrix.outgoing import hiding, mutes
from bot.platforms.matrix.rooms.power import LEVELS
from tests.platforms.matrix.homeserver.person import Refused

GROUND = Ground("respect", "a personal attack")


@pytest.fixture
async def noor(clear):
    """A member of the room without power."""
    person = await clear.people.plain("noor")
    await clear.mira.set_power(clear.room, {clear.bot.user: 50}, events={LEVELS: 50})
    await clear.mira.invite(clear.room, person.user)
    await person.join(clear.room)
    return person


def measure(kind, scene, member=None, **more):
    who = {"member": names.member_id(member.user)} if member else {}
    return kind(conversation=scene.here, ground=GROUND, origin=Origin.HUMAN, **who, **more)


async def may_write(person, room):
    try:
        await person.say(room, "words")
    except Refused as refused:
        if refused.errcode != "M_FORBIDDEN":
            raise
        return False
    return True


# --- messages --------------------------------------------------------------------------------------------------------


async def test_a_hidden_message_is_gone_with_its_edits_and_comes_back_as_a_quote(scene):
    root = await scene.mira.say(scene.room, "a topic")
    said = await scene.mira.say(scene.room, "first form", thread=root)
    await scene.mira.edit(scene.room, said, "second form")
    hide = measure(Hide, scene, message=scene.message(said), case=7)
    for attempt in (1, 2):
        await scene.bot.do(hide, key="h", attempt=attempt)
    events = await scene.mira.events(scene.room)
    assert not any("form" in str(event["content"]) for event in events)
    redacted = [event for event in events if "redacted_because" in event.get("unsigned", {})]
    reasons = {event["unsigned"]["redacted_because"]["content"]["reason"] for event in redacted}
    assert (len(redacted), reasons) == (2, {"respect: a personal attack (case 7)"})
    [note] = await scene.bot.notes.all(hiding.SCOPE)
    assert (note.member, note.message) == (scene.member, scene.message(said))
    for attempt in (1, 2):
        receipt = await scene.bot.do(measure(Restore, scene, message=scene.message(said)), key="r", attempt=attempt)
    [post] = await scene.posted()
    assert receipt.message == scene.message(post.id)
    assert ("> second form" in post.text, scene.mira.user in post.html, post.thread) == (True, True, root)
    assert post.pinged == set()
    assert await scene.bot.notes.all(hiding.SCOPE) == []


async def test_without_power_nothing_is_hidden_and_no_words_are_kept(clear):
    said = await clear.mira.say(clear.room, "hello")
    await clear.mira.set_power(clear.room, {}, redact=60)
    with pytest.raises(Forbidden, match=r"may not remove messages in a room: .*power 60 \(redact\)"):
        await clear.bot.do(measure(Hide, clear, message=clear.message(said)))
    assert await clear.bot.notes.all(hiding.SCOPE) == []
    with pytest.raises(Gone, match="never hidden: it stands where it stood"):
        await clear.bot.do(measure(Restore, clear, message=clear.message(said)))


async def test_what_is_not_there_is_neither_hidden_nor_restored(clear):
    taken = await clear.mira.say(clear.room, "hello")
    await clear.mira.redact(clear.room, taken)
    state = await clear.mira.set_state(clear.room, "m.room.topic", {"topic": "x"})
    unknown = (clear.message("$never-was"), MessageId("matrix:no-such-message"), clear.message(taken))
    for message in (*unknown, clear.message(state), MessageId("matrix:!elsewhere/$event")):
        for kind in (Hide, Restore):
            with pytest.raises(Gone):
                await clear.bot.do(measure(kind, clear, message=message))


# --- membership ------------------------------------------------------------------------------------------------------


async def test_who_is_removed_reads_why_and_a_second_attempt_does_nothing(clear, noor):
    for attempt in (1, 2):
        receipt = await clear.bot.do(measure(Kick, clear, noor), key="k", attempt=attempt)
    state = await clear.mira.state(clear.room, "m.room.member", noor.user)
    assert (state["membership"], state["reason"]) == ("leave", "respect: a personal attack")
    assert "none of the rooms" in receipt.note
    await clear.mira.invite(clear.room, noor.user)
    await noor.join(clear.room)


async def test_a_second_attempt_is_told_apart_from_a_refusal_before_the_sync_comes(clear, noor):
    await clear.bot.do(measure(Kick, clear, noor))
    clear.bot.rooms.get(clear.room).people[noor.user].membership = "join"
    assert "none of the rooms" in (await clear.bot.do(measure(Kick, clear, noor))).note


async def test_a_ban_holds_until_it_is_lifted(clear, noor):
    for _ in range(2):
        await clear.bot.do(measure(Ban, clear, noor))
    assert await clear.mira.membership(clear.room, noor.user) == "ban"
    for _ in range(2):
        await clear.bot.do(measure(Unban, clear, noor))
    assert await clear.mira.membership(clear.room, noor.user) == "leave"
    assert "banned nowhere" in (await clear.bot.do(measure(Unban, clear, noor))).note


async def test_a_measure_holds_in_all_rooms_of_the_community_where_the_bot_can(clear, noor):
    others = [
        await clear.mira.create_room(clear.bot.user, name=name, powers={clear.bot.user: level})
        for name, level in (("the annex", 50), ("the attic", 0))
    ]
    together = frozenset({clear.here, *map(names.conversation_id, others)})
    run = await clear.run_of(encryption=False, communities=(together,))
    for room in others:
        await clear.mira.in_room(room, run.user)
    receipt = await run.do(measure(Ban, clear, noor))
    banned = [await clear.mira.membership(room, noor.user) for room in (clear.room, *others)]
    assert banned == ["ban", "ban", None]
    assert receipt.note == "in a room, the annex; not in the attic: the bot needs power 50 (ban)"


async def test_who_is_as_powerful_as_the_bot_is_left_alone_in_words(clear, noor):
    await clear.mira.set_power(clear.room, {noor.user: 50})
    for kind, more in ((Kick, {}), (Ban, {}), (Timeout, {"seconds": 60})):
        with pytest.raises(Forbidden, match="more power than the member, who has 50"):
            await clear.bot.do(measure(kind, clear, noor, **more))
        with pytest.raises(Forbidden, match="more power than the member"):
            await clear.bot.do(measure(kind, clear, clear.mira, **more))
    assert await may_write(noor, clear.room)


async def test_nobody_has_power_over_the_creator_of_a_room_of_version_12(clear, noor):
    new = await clear.mira.create_room(clear.bot.user, noor.user, version="12", powers={clear.bot.user: 90})
    await noor.join(new)
    await clear.bot.read()
    await clear.mira.in_room(new, clear.bot.user)
    await clear.mira.set_power(new, {}, events={LEVELS: 50})
    there = {"conversation": names.conversation_id(new), "ground": GROUND, "origin": Origin.HUMAN}
    for kind, more in ((Kick, {}), (Ban, {}), (Timeout, {"seconds": 60})):
        with pytest.raises(Forbidden, match="more power than the room's creator"):
            await clear.bot.do(kind(member=clear.member, **there, **more))
    await clear.bot.do(Timeout(member=names.member_id(noor.user), seconds=60, **there))
    assert not await may_write(noor, new)
    assert clear.mira.user not in (await clear.mira.state(new, LEVELS))["users"]


async def test_a_bot_without_power_says_which_it_needs_and_where(clear, noor):
    await clear.mira.set_power(clear.room, {clear.bot.user: 0})
    wanted = {Kick: r"power 50 \(kick\)", Ban: r"power 50 \(ban\)", Timeout: r"power 50 \(m\.room\.power_levels\)"}
    for kind, words in wanted.items():
        with pytest.raises(Forbidden, match=f"in a room: .*{words}"):
            await clear.bot.do(measure(kind, clear, noor, **({"seconds": 60} if kind is Timeout else {})))


async def test_nothing_is_done_to_nobody_or_to_the_bot(clear):
    for kind, more in ((Kick, {}), (Ban, {}), (Unban, {}), (Timeout, {"seconds": 60}), (LiftTimeout, {})):
        with pytest.raises(Gone):
            await clear.bot.do(
                kind(
                    conversation=clear.here,
                    ground=GROUND,
                    origin=Origin.HUMAN,
                    member=MemberId("matrix:nobody"),
                    **more,
                )
            )
        with pytest.raises(Unsupported):
            await clear.bot.do(measure(kind, clear, clear.bot, **more))
    with pytest.raises(Unsupported, match="slow mode"):
        await clear.bot.do(measure(SlowMode, clear, seconds=30))


async def test_a_warning_is_private_and_the_receipt_says_so(clear, noor):
    receipt = await clear.bot.do(measure(Warn, clear, noor, body=Document.of("Please be kind.")), key="w")
    assert "yet to enter" in receipt.note
    room, _ = names.event_of(receipt.message)
    await noor.join(room)
    again = await clear.bot.do(measure(Warn, clear, noor, body=Document.of("Please be kind.")), key="w", attempt=2)
    assert (again.message, again.note) == (receipt.message, "told privately")
    assert room != clear.room
    assert await clear.posted() == []


async def test_a_warning_with_choices_is_a_prompt_to_its_member(clear, noor):
    choice = Choice("appeal", "Appeal", "🙋")
    warning = measure(Warn, clear, noor, body=Document.of("Please be kind."), label="appeal-1", choices=(choice,))
    receipt = await clear.bot.do(warning, key="w")
    room, _ = names.event_of(receipt.message)
    await noor.join(room)
    [post] = await noor.posts(room, clear.bot.user)
    assert dict(post.reactions) == {("🙋", clear.bot.user): 1}
    assert receipt.note == "told in a private room, which the member has yet to enter"


async def test_whom_nobody_can_invite_is_not_warned_in_words(clear):
    nowhere = MemberId("matrix:@nobody:nowhere.invalid")
    effect = Warn(conversation=clear.here, ground=GROUND, origin=Origin.HUMAN, member=nowhere, body=Document.of("x"))
    with pytest.raises(Forbidden, match="write privately"):
        await clear.bot.do(effect)


# --- timeouts --------------------------------------------------------------------------------------------------------


async def test_a_timeout_ends_by_itself_when_it_is_due(clear, noor):
    for attempt in (1, 2):
        await clear.bot.do(measure(Timeout, clear, noor, seconds=60), key="t", attempt=attempt)
        clear.bot.clock.advance(30)
    assert not await may_write(noor, clear.room)
    clear.bot.clock.advance(30)
    await noor.until(lambda: may_write(noor, clear.room), "their voice again")
    levels = await clear.mira.state(clear.room, LEVELS)
    assert noor.user not in levels["users"]
    await clear.bot.notes.until(lambda: not clear.bot.notes.kept)


async def test_a_timeout_ends_also_when_the_bot_was_down_at_its_end(clear, noor):
    await clear.mira.set_power(clear.room, {noor.user: 10}, events_default=5)
    await clear.bot.do(measure(Timeout, clear, noor, seconds=60))
    assert not await may_write(noor, clear.room)
    notes = type(clear.bot.notes)(*clear.bot.notes.kept.values())
    later = type(clear.bot.clock)(clear.bot.clock.now() + timedelta(days=2))
    await clear.run_of(encryption=False, notes=notes, clock=later)
    await noor.until(lambda: may_write(noor, clear.room), "their voice again")
    assert await clear.mira.power_of(clear.room, noor.user) == 10
    await notes.until(lambda: not notes.kept)


async def test_a_second_timeout_extends_the_first(clear, noor):
    await clear.bot.do(measure(Timeout, clear, noor, seconds=60))
    await clear.bot.do(measure(Timeout, clear, noor, seconds=600))
    await clear.bot.do(measure(Timeout, clear, noor, seconds=5))
    clear.bot.clock.advance(61)
    await clear.bot.outgoing.kinds[mutes.LIFT]({"room": clear.room, "user": noor.user})
    assert not await may_write(noor, clear.room)
    clear.bot.clock.advance(600)
    await noor.until(lambda: may_write(noor, clear.room), "their voice again")


async def test_a_timeout_can_be_lifted_and_levels_come_back_as_they_were(clear, noor):
    await clear.mira.set_power(clear.room, {noor.user: 20})
    before = await clear.mira.state(clear.room, LEVELS)
    await clear.bot.do(measure(Timeout, clear, noor, seconds=60))
    during = await clear.mira.state(clear.room, LEVELS)
    assert during | {"users": during["users"] | {noor.user: 20}} == before
    for attempt in (1, 2):
        receipt = await clear.bot.do(measure(LiftTimeout, clear, noor), key="l", attempt=attempt)
    assert await clear.mira.state(clear.room, LEVELS) == before
    assert receipt.note == "the member was not timed out"
    assert clear.bot.notes.kept == {}


async def test_whom_a_person_gave_another_level_meanwhile_keeps_that(clear, noor):
    await clear.bot.do(measure(Timeout, clear, noor, seconds=60))
    await clear.mira.set_power(clear.room, {noor.user: 30})
    clear.bot.clock.advance(61)
    await clear.bot.notes.until(lambda: not clear.bot.notes.kept)
    assert await clear.mira.power_of(clear.room, noor.user) == 30


async def test_whom_a_person_muted_gets_their_voice_back_on_order(clear, noor):
    await clear.mira.set_power(clear.room, {noor.user: -1})
    await clear.bot.do(measure(LiftTimeout, clear, noor))
    assert await may_write(noor, clear.room)


async def test_levels_that_somebody_else_sets_at_the_same_moment_are_not_lost(clear, noor):
    state, asked = clear.bot.sender.send_state, []

    async def just_after_somebody_else(room, kind, key, content):
        if not asked:
            await clear.mira.set_power(room, {"@ada:test.local": 25}, invite=10)
        asked.append(content)
        return await state(room, kind, key, content)

    clear.bot.sender.send_state = just_after_somebody_else
    await clear.bot.do(measure(Timeout, clear, noor, seconds=60))
    levels = await clear.mira.state(clear.room, LEVELS)
    assert (levels["users"]["@ada:test.local"], levels["invite"]) == (25, 10)
    assert levels["users"][noor.user] < 0
    assert len(asked) == 2


async def test_a_timeout_follows_an_upgraded_room(clear, noor):
    await clear.bot.do(measure(Timeout, clear, noor, seconds=60))
    new = await clear.mira.upgrade(clear.room, "12")
    await clear.mira.invite(new, clear.bot.user)
    await clear.mira.invite(new, noor.user)
    await clear.bot.read()
    await clear.bot.read()
    await noor.join(new)
    assert not await may_write(noor, new)
    clear.bot.clock.advance(61)
    await noor.until(lambda: may_write(noor, new), "their voice again")
