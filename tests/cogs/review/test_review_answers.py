"""Looking at cases, reporting messages, hearing of failures."""

import pytest

from bot.api import (
    Ask,
    Audience,
    Edit,
    MemberId,
    Record,
    Say,
    UserError,
    plain,
)
from bot.testing.factories import community, member, message, room
from cogs.review.rows import Action, Case
from tests.cogs.review.steps import failure, only, report, undo, uphold

# --- looking --------------------------------------------------------------------------------------------------


async def test_the_queue_lists_open_cases_oldest_first_without_their_words(bench):
    await bench.opened("You absolute fool.")
    await bench.opened("Liar!", author="Dario", conversation=room("city-politics"))
    await bench.opened("Dolt!")
    await bench.press("dismiss", label="case:2")
    text = plain(await bench.cog.queue(bench.ports.call("queue")))
    assert "2 open cases" in text
    assert text.index("Case 1") < text.index("Case 3")
    assert "Case 2" not in text
    assert "absolute" not in text, "lists are not drawn anew when a message is deleted"
    assert "Likely 0.90" in text
    assert "!uphold NUMBER [none|warn|hide|timeout|kick|ban] [reason]" in text


async def test_the_queue_of_one_room(bench):
    docks = room("docks")
    bench.ports.known[0] = community(rooms=(room(), docks))
    await bench.opened()
    await bench.opened(conversation=docks)
    text = plain(await bench.cog.queue(bench.ports.call("queue"), "#Docks"))
    assert "Case 2" in text
    assert "Case 1" not in text
    with pytest.raises(UserError, match="city-politics, docks"):
        await bench.cog.queue(bench.ports.call("queue"), "dcoks")


async def test_an_empty_queue_and_a_long_one(bench):
    assert "No case waits" in plain(await bench.cog.queue(bench.ports.call("queue")))
    for _ in range(23):
        await bench.opened()
    text = plain(await bench.cog.queue(bench.ports.call("queue")))
    assert "23 open cases" in text
    assert "3 more" in text
    assert "Case 21" not in text


async def test_the_queue_says_which_messages_are_gone(bench):
    said = await bench.opened()
    await bench.vanish(said)
    assert "message gone" in plain(await bench.cog.queue(bench.ports.call("queue")))


async def test_history_lists_a_members_cases_newest_first(bench):
    await bench.opened("You absolute fool.")
    await uphold(bench, 1, Action.WARN, "rude")
    await bench.opened("Dolt!")
    await bench.opened("Liar!", author="Dario")
    text = plain(await bench.cog.history(bench.ports.call("history"), member("Mira").id))
    assert "1 open, 1 upheld" in text
    assert text.index("Case 2") < text.index("Case 1")
    assert "Upheld by Noor, member warned" in text
    assert "Case 3" not in text
    assert "absolute" not in text


async def test_history_of_somebody_without_cases(bench):
    assert "no case about Dario" in plain(await bench.cog.history(bench.ports.call("history"), member("Dario").id))
    with pytest.raises(UserError, match="Nobody of that account"):
        await bench.cog.history(bench.ports.call("history"), MemberId("fake:nobody"))


async def test_audit_shows_the_trail_newest_first_and_that_of_one_case(bench):
    said = await bench.opened()
    await bench.opened()
    await uphold(bench, 1, Action.HIDE, "rude")
    home, by = bench.ports.known[0].id, member("Noor").id
    hidden = Record(home, "sanction.applied", said.id, by, {"effect": "Hide", "case": "1"})
    timed_out = Record(home, "sanction.applied", said.author.id, by, {"effect": "Timeout", "case": "1"})
    elsewhere = Record(home, "sanction.applied", said.author.id, by, {"effect": "Warn", "case": "2"})
    bench.ports.apply([hidden, timed_out, elsewhere])
    everything = plain(await bench.cog.audit(bench.ports.call("audit")))
    assert "Case 2 opened" in everything
    assert everything.index("Mira timed out") < everything.index("Case 1 upheld") < everything.index("Case 1 opened")
    assert "0.9000" not in everything, "what the model believed is for whoever asks about a case"
    text = plain(await bench.cog.audit(bench.ports.call("audit"), 1))
    assert "case 2" not in text.lower()
    assert "Case 1 upheld, to hide the message, by Noor: “rude”" in text
    assert "hidden (case 1), by Noor" in text
    assert "Mira timed out (case 1)" in text
    assert "warned" not in text, "that belongs to another case about the same member"
    assert "score 0.9000, flagged from 0.6000; model test-model 1" in text


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (
            ("setting.changed", "civility.threshold", {"from": "0.0", "to": "0.9"}),
            "civility.threshold changed from 0.0 to",
        ),
        (("cog.reloaded", "help", {}), "help reloaded, by Noor"),
        (
            ("weekly.planned", "fake:square", {"rule": "mon 18:00", "zone": "UTC"}),
            "planned for mon 18:00 (UTC), by Noor",
        ),
        (
            ("sanction.failed", "fake:1", {"effect": "Hide", "note": "no permission"}),
            "Did not work: Message",
        ),
        (("sanction.withheld", "fake:mira", {"effect": "Timeout"}), "by itself: Mira timed out"),
        (
            ("sanction.observed", "fake:mira", {"effect": "Ban", "room": "square", "reason": "threats"}),
            "By hand in square: Mira banned, by Noor: “threats”",
        ),
        (("flag.observed", "fake:1", {}), "would have been flagged"),
        (("thanks.given", "a thing", {}), "a thing: thanks.given, by Noor"),
    ],
)
async def test_every_line_of_the_trail_is_in_words(bench, record, words):
    action, subject, details = record
    bench.said()
    bench.ports.apply([Record(bench.ports.known[0].id, action, subject, member("Noor").id, details)])
    assert words in plain(await bench.cog.audit(bench.ports.call("audit")))


async def test_an_empty_trail(bench):
    assert "empty so far" in plain(await bench.cog.audit(bench.ports.call("audit")))


# --- reporting ------------------------------------------------------------------------------------------------


async def test_a_member_reports_and_is_thanked_privately(bench):
    said = bench.said()
    effects = await report(bench, said, "he insults me")
    assert only(effects, Ask).label == "case:1"
    answer = only(effects, Say)
    assert (answer.audience, answer.asker) == (Audience.ASKER, member("Dario").id)
    assert "Thank you" in plain(answer.body)


async def test_what_a_member_hears_when_others_were_first(bench):
    said = await bench.opened()
    assert "already" in plain(only(await report(bench, said), Say).body)
    assert "You have reported" in plain(only(await report(bench, said), Say).body)
    await bench.press("dismiss")
    assert "already decided" in plain(only(await report(bench, said, by="Otto"), Say).body)
    assert await bench.ports.of(Case).count() == 1


async def test_a_report_needs_a_message_that_is_there_and_is_not_ones_own(bench, two_communities):
    with pytest.raises(UserError, match="Reply to the message"):
        await report(bench, None)
    with pytest.raises(UserError, match="cannot find"):
        await report(bench, message())
    with pytest.raises(UserError, match="cannot find"):
        await report(bench, bench.said("Parks secret", conversation=room("parks")))
    with pytest.raises(UserError, match="your own"):
        await report(bench, bench.said(author="Dario"))
    assert await bench.ports.of(Case).count() == 0


async def test_a_report_shows_nothing_of_the_case_to_the_member(bench):
    said = await bench.opened()
    answer = plain(only(await report(bench, said), Say).body)
    assert "0.9" not in answer
    assert "case" not in answer.lower()


# --- failures -------------------------------------------------------------------------------------------------


async def test_moderators_hear_what_failed_where_and_which_permission_is_missing(bench):
    await bench.opened()
    await uphold(bench, 1, Action.HIDE)
    effects = await bench.do(bench.cog.measure_failed(failure("Hide", case=1)))
    say = only(effects, Say)
    assert say.conversation == room("moderators").id
    text = plain(say.body)
    for shown in ("hide a message", "Case 1", "city-politics", "Manage Messages", "!undo 1"):
        assert shown in text
    assert "This did not work" in plain(only(effects, Edit).body), "the card does not pretend"
    assert "did not work" not in plain(only(await undo(bench, 1), Edit).body)


async def test_a_member_who_cannot_be_written_to_is_told_in_another_way(bench):
    text = plain(only(await bench.do(bench.cog.measure_failed(failure("DirectMessage", reason="closed"))), Say).body)
    assert "tell the member in another way" in text


async def test_a_failed_post_of_its_own_raises_no_further_post(bench):
    for effect in ("Say", "Ask", "Edit"):
        assert await bench.do(bench.cog.measure_failed(failure(effect))) == []
    assert await bench.do(bench.cog.measure_failed(failure("Hide", where=room("elsewhere")))) == []
