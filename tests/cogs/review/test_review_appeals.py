"""Appeals: the letter's button, the command, what moderators make of them, and who learns what."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.api import (
    Ask,
    Audience,
    DirectMessage,
    Edit,
    MemberId,
    Record,
    Restore,
    Say,
    Standing,
    Steward,
    Unban,
    UserError,
    Warn,
    plain,
)
from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.ids import ConversationId
from bot.errors import Conflict
from bot.testing.factories import member, room
from cogs.review import letters
from cogs.review.rows import Action, Appeal, AppealState, State
from tests.cogs.review.steps import applied, dismiss, of_kind, only, undo, uphold

WORDS = "I meant the claim, not him."
DIRECT = Conversation(ConversationId("fake:dm"), "direct", ConversationKind.DIRECT)


async def convicted(bench, action=Action.WARN, **others):
    """A message whose author was told of a decision; gives the letter."""
    await bench.opened(**others)
    effects = await uphold(bench, 1, action, "rude")
    return only(await applied(bench, "Hide"), DirectMessage) if action is Action.HIDE else letter_in(effects)


def letter_in(effects):
    return next(effect for effect in effects if isinstance(effect, DirectMessage | Warn))


def press(bench, letter, *, by="Mira", words=WORDS):
    return bench.press(
        letters.APPEAL, label=letter.label, by=by, conversation=room(), standing=Standing.MEMBER, fields={"why": words}
    )


def appeal(bench, number=1, words=WORDS, *, by="Mira", where=None):
    call = bench.ports.call("appeal", by=by, conversation=where or room(), standing=Standing.MEMBER)
    call = replace(call, community=None) if where is DIRECT else call
    return bench.do(bench.cog.appeal(call, number, words))


def keep(bench, *arguments, **others):
    return bench.do(bench.cog.keep(bench.ports.call("keep", **others), *arguments))


async def row(bench, decision=1):
    return await bench.ports.of(Appeal).get(bench.ports.known[0].id, 1, decision)


# --- the letter -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", [Action.WARN, Action.HIDE, Action.KICK, Action.BAN])
async def test_the_letter_says_how_to_appeal_and_until_when(bench, action):
    letter = await convicted(bench, action)
    (choice,) = letter.choices
    assert choice.text == "Appeal"
    assert [(field.required, field.long) for field in choice.form] == [(True, True)]
    assert letter.expires_at == bench.ports.clock.now() + timedelta(days=30)
    text = plain(letter.body)
    assert "!appeal 1" in text
    assert "Noor" not in text, "who decided is the moderators' business"


async def test_a_press_brings_the_case_before_the_moderators_again(bench):
    effects = await press(bench, await convicted(bench))
    card = only(effects, Ask)
    assert card.conversation == room("moderators").id
    assert [choice.id for choice in card.choices] == ["keep", "grant"]
    assert WORDS in plain(card.body)
    assert "Upheld by Noor" in plain(card.body)
    edit = only(effects, Edit)
    assert (edit.label, [choice.id for choice in edit.choices]) == ("case:1", ["keep", "grant"])
    answer = only(effects, Say)
    assert (answer.audience, answer.asker) == (Audience.ASKER, member("Mira").id)
    assert "before the moderators" in plain(answer.body)
    record = only(effects, Record)
    assert (record.action, record.subject, record.actor) == ("case.appealed", "case 1", member("Mira").id)
    assert "reason" not in record.details, "the member's words stay out of what is sealed"


async def test_the_queue_lists_it_again(bench):
    await press(bench, await convicted(bench))
    await bench.opened("Liar!", author="Dario")
    text = plain(await bench.cog.queue(bench.ports.call("queue")))
    assert "1 appeal, oldest first" in text
    assert "1 open case, oldest first" in text
    assert text.index("Case 1 · Appealed") < text.index("Case 2")
    assert "!keep NUMBER" in text
    assert WORDS not in text
    assert "Case 1" in plain(await bench.cog.queue(bench.ports.call("queue"), "city-politics"))
    assert "!case 1" in plain(only(await dismiss(bench, 2), Say).body), "an appeal is what comes next"
    await keep(bench, 1)
    assert "No case waits" in plain(await bench.cog.queue(bench.ports.call("queue")))


# --- the command ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [room(), DIRECT])
async def test_the_command_does_the_same_also_in_private(bench, where):
    await convicted(bench)
    effects = await appeal(bench, where=where)
    assert WORDS in plain(only(effects, Ask).body)
    answer = only(effects, Say)
    assert (answer.audience, answer.conversation) == (Audience.ASKER, where.id)


async def test_nobody_learns_of_a_case_by_appealing(bench, two_communities):
    """Other people's cases, open ones, dismissed ones and those that are not there are all the same."""
    for number, author in enumerate(("Mira", "Dario", "Mira", "Mira"), start=1):
        await bench.opened(f"Fool {number}.", author=author)
    await uphold(bench, 2, Action.BAN)
    await uphold(bench, 3)
    await dismiss(bench, 4)
    await bench.opened("Parks secret", conversation=room("parks"))
    heard = set()
    for number in (1, 2, 3, 4, 5, 99, -1):
        with pytest.raises(UserError) as refused:
            await appeal(bench, number)
        heard.add(str(refused.value).replace(str(number), "N"))
    assert len(heard) == 1
    assert await bench.ports.of(Appeal).count() == 0


async def test_a_number_that_several_communities_have_is_asked_about(bench, two_communities):
    await convicted(bench)
    await bench.opened("Parks secret", conversation=room("parks"))
    call = bench.ports.call("uphold", community=two_communities, conversation=room("parks-desk"))
    await bench.do(bench.cog.uphold(call, 1, Action.WARN))
    with pytest.raises(UserError, match="several such cases"):
        await appeal(bench, where=DIRECT)
    assert only(await appeal(bench), Ask).conversation == room("moderators").id


@pytest.mark.parametrize(
    ("words", "match"), [("", "!appeal 1 and your reasons"), ("  \n", "your reasons"), ("x" * 1_001, "it had 1,001")]
)
async def test_an_appeal_needs_words_and_is_never_cut(bench, words, match):
    letter = await convicted(bench)
    with pytest.raises(UserError, match=match):
        await appeal(bench, 1, words)
    (refused,) = await press(bench, letter, words=words)
    assert refused.audience is Audience.ASKER
    assert await row(bench) is None
    await appeal(bench, 1, "x" * 1_000)
    assert len((await row(bench)).words) == 1_000


async def test_an_appeal_comes_within_thirty_days(bench):
    await convicted(bench)
    bench.ports.clock.advance(timedelta(days=30))
    with pytest.raises(UserError, match="30 days"):
        await appeal(bench)


async def test_only_the_member_appeals_also_when_a_press_is_forged(bench):
    letter = await convicted(bench)
    (refused,) = await press(bench, letter, by="Dario")
    assert "no decision 1 about a message of yours" in plain(refused.body)
    assert refused.asker == member("Dario").id
    assert await row(bench) is None


async def test_there_is_one_appeal_against_a_decision(bench):
    letter = await convicted(bench)
    await press(bench, letter)
    (refused,) = await press(bench, letter)
    assert "the moderators have it before them" in plain(refused.body)
    await keep(bench, 1)
    with pytest.raises(UserError, match="kept the decision"):
        await appeal(bench)
    await undo(bench, 1)
    await uphold(bench, 1, Action.WARN)
    (refused,) = await press(bench, letter)
    assert "does not stand any more" in plain(refused.body), "a letter speaks of its own decision"
    await appeal(bench)
    assert (await row(bench, 2)).state is AppealState.OPEN


async def test_the_letter_of_a_decision_that_was_taken_back_appeals_nothing(bench):
    letter = await convicted(bench)
    await undo(bench, 1)
    (refused,) = await press(bench, letter)
    assert "does not stand any more" in plain(refused.body)
    assert (await bench.case()).state is State.OPEN


# --- what moderators make of it -------------------------------------------------------------------------------


async def test_a_decision_is_kept_and_the_member_told(bench):
    await press(bench, await convicted(bench, Action.HIDE))
    effects = await bench.press("keep", label="case:1:appeal-1", by="Otto", fields={"words": "It was about him."})
    assert of_kind(effects, Restore) == []
    letter = only(effects, DirectMessage)
    assert letter.member == member("Mira").id
    assert "keep the decision" in plain(letter.body)
    assert "It was about him." in plain(letter.body)
    assert "Otto" not in plain(letter.body)
    assert letter.choices == ()
    record = only(effects, Record)
    assert (record.action, record.actor, record.details["reason"]) == (
        "case.kept",
        member("Otto").id,
        "It was about him.",
    )
    for card in of_kind(effects, Edit):
        assert "Otto kept the decision" in plain(card.body)
        assert WORDS in plain(card.body)
        assert [choice.id for choice in card.choices] == ["undo"]
    assert len(of_kind(effects, Edit)) == 2
    kept = await row(bench)
    assert (kept.state, kept.settled_by, kept.answer) == (AppealState.KEPT, member("Otto").id, "It was about him.")


@pytest.mark.parametrize(
    ("action", "lifted", "words"),
    [(Action.WARN, None, "no longer counts"), (Action.HIDE, Restore, "put back"), (Action.BAN, Unban, "being lifted")],
)
@pytest.mark.parametrize("how", ["press", "command"])
async def test_a_decision_is_taken_back_and_the_member_told_once(bench, action, lifted, words, how):
    await press(bench, await convicted(bench, action))
    effects = await (bench.press("grant", by="Otto") if how == "press" else undo(bench, 1, by="Otto"))
    order = [type(effect) for effect in of_kind(effects, DirectMessage | Restore | Unban)]
    assert order == ([lifted] if lifted else []) + [DirectMessage]
    letter = only(effects, DirectMessage)
    assert "Your appeal was heard" in plain(letter.body)
    assert words in plain(letter.body)
    assert only(effects, Record).action == "case.reopened"
    assert (await row(bench)).state is AppealState.GRANTED
    assert (await bench.case()).state is State.OPEN
    card = plain(of_kind(effects, Edit)[0].body)
    assert "Otto took the decision back" in card
    assert "dismiss" in {choice.id for choice in of_kind(effects, Edit)[0].choices}
    if lifted:
        assert await applied(bench, lifted.__name__) == [], "one letter is enough"


async def test_of_two_moderators_at_once_the_second_hears_who_was_first(bench):
    await press(bench, await convicted(bench))
    late = await bench.cog.keep(bench.ports.call("keep", by="Noor"), 1, "no")
    await bench.press("grant", by="Otto")
    with pytest.raises(Conflict):
        bench.ports.apply(late)
    with pytest.raises(UserError, match="Otto took the decision on case 1 back a moment ago"):
        await keep(bench, 1)
    (whisper,) = await bench.press("grant", by="Noor")
    assert "Otto took the decision on case 1 back" in plain(whisper.body)


async def test_a_press_on_undo_that_comes_after_keep_changes_nothing(bench):
    await press(bench, await convicted(bench))
    await bench.press("keep", by="Otto")
    (whisper,) = await bench.press("grant", by="Noor")
    assert "Otto kept the decision" in plain(whisper.body)
    assert (await bench.case()).state is State.UPHELD
    await undo(bench, 1, by="Noor")
    assert (await row(bench)).state is AppealState.KEPT, "who says undo in so many words may; the appeal stays settled"


async def test_nothing_is_kept_where_nobody_appealed(bench):
    await convicted(bench)
    with pytest.raises(UserError, match="Nobody has appealed"):
        await keep(bench, 1)
    with pytest.raises(UserError, match="There is no case 7"):
        await keep(bench, 7)


async def test_a_moderator_keeps_no_decision_about_themselves(bench):
    await bench.opened(author="Otto")
    letter = letter_in(await uphold(bench, 1, Action.WARN))
    await press(bench, letter, by="Otto")
    with pytest.raises(UserError, match="about a message of yours"):
        await keep(bench, 1, by="Otto")
    (whisper,) = await bench.press("grant", by="Otto")
    assert "about a message of yours" in plain(whisper.body)
    assert (await row(bench)).state is AppealState.OPEN


async def test_the_trail_has_words_for_it(bench):
    await press(bench, await convicted(bench))
    await keep(bench, 1, "as before")
    text = plain(await bench.cog.audit(bench.ports.call("audit"), 1))
    assert "Case 1 appealed against, by Mira" in text
    assert "Case 1 kept as it was decided, after the appeal, by Noor: “as before”" in text
    assert WORDS not in text


async def test_a_card_shown_again_offers_the_same(bench):
    await press(bench, await convicted(bench))
    shown = only(await bench.do(bench.cog.case(bench.ports.call("case"), 1)), Ask)
    assert [choice.id for choice in shown.choices] == ["keep", "grant"]
    assert WORDS in plain(shown.body)


# --- members' rights ------------------------------------------------------------------------------------------


async def test_the_member_gets_their_appeal_and_takes_it_along(bench):
    await press(bench, await convicted(bench))
    assert (await bench.cog.export(member("Mira").id))["your appeals"][0]["your words"] == WORDS
    effects = await bench.do(bench.cog.forget(member("Mira").id))
    assert await row(bench) is None
    assert all(WORDS not in plain(edit.body) for edit in of_kind(effects, Edit))
    assert {choice.id for edit in of_kind(effects, Edit) for choice in edit.choices} == {"undo"}
    assert await bench.do(bench.cog.forget(member("Mira").id)) == []
    assert "No case waits" in plain(await bench.cog.queue(bench.ports.call("queue")))


async def test_who_answered_an_appeal_is_forgotten_without_it(bench):
    await press(bench, await convicted(bench))
    await keep(bench, 1, "as before", by="Otto")
    exported = await bench.cog.export(member("Otto").id)
    assert exported["appeals you answered"][0]["your words"] == "as before"
    effects = await bench.do(bench.cog.forget(member("Otto").id))
    assert (await row(bench)).settled_by is None
    assert any("A former moderator kept the decision" in plain(edit.body) for edit in of_kind(effects, Edit))
    assert await bench.do(bench.cog.forget(member("Otto").id)) == []


async def test_a_second_account_of_the_member_may_appeal(bench):
    linked = Steward("Mira", frozenset({member("Mira").id, MemberId("fake:mira-at-home")}))
    bench.ports.known[0] = replace(bench.ports.known[0], stewards=(linked,))
    await convicted(bench)
    assert only(await appeal(bench, by="mira-at-home"), Ask)
