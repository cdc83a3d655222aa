"""How cases open, grow and lose their text, and what their cards show."""

from dataclasses import replace

import pytest

from bot.api import (
    Announced,
    Ask,
    Edit,
    EffectApplied,
    Listing,
    Mention,
    Put,
    Quote,
    Record,
    Remark,
    Say,
    Swap,
    plain,
)
from bot.domain.event import MessageEdited
from bot.errors import Conflict
from bot.testing.factories import community, member, reported, room, thread
from cogs.review.rows import Case, Report, Shown, State
from cogs.review.settings import ReviewSettings
from tests.cogs.review.steps import of_kind, only


async def test_a_flag_opens_case_one_with_a_card_in_the_review_room(bench):
    said = bench.said("You fool.")
    effects = await bench.do(bench.cog.flagged(bench.flag(said, spans=((4, 8),))))
    ask = only(effects, Ask)
    assert (ask.conversation, ask.label) == (room("moderators").id, "case:1")
    assert [choice.id for choice in ask.choices] == ["uphold", "dismiss", "hide", "warn", "timeout", "ban"]
    assert len({choice.emoji for choice in ask.choices}) == len(ask.choices)
    case = await bench.case()
    assert (case.state, case.author, case.revision) == (State.OPEN, said.author.id, 0)
    assert only(effects, Record).action == "case.opened"


async def test_dangerous_choices_ask_back_and_a_warning_asks_for_its_words(bench):
    said = bench.said()
    ask = only(await bench.do(bench.cog.flagged(bench.flag(said))), Ask)
    choices = {choice.id: choice for choice in ask.choices}
    assert choices["hide"].confirm
    assert choices["hide"].danger
    assert choices["timeout"].confirm
    assert [field.id for field in choices["warn"].form] == ["words"]
    assert choices["uphold"].confirm is None


async def test_a_card_shows_the_message_what_it_answers_its_neighbours_and_why(bench):
    for text in ("Far away.", "Two before.", "One before."):
        bench.said(text, author="Dario")
    question = bench.said("Why buses?", author="Dario")
    said = bench.said("You fool.", reply_to=question)
    bench.said("Easy now.", author="Dario")
    ask = only(await bench.do(bench.cog.flagged(bench.flag(said, spans=((4, 8),)))), Ask)
    quotes = [block for block in ask.body.blocks if isinstance(block, Quote)]
    assert [quote.text for quote in quotes] == ["Why buses?", "One before.", "You fool.", "Easy now."]
    assert quotes[2].marked == ((4, 8),)
    assert quotes[2].source == (Mention(said.author.id, "Mira"),)
    text = plain(ask.body)
    for shown in ("Likely", "0.90", "0.60", "somebody in the discussion", "test-model 1", "city-politics"):
        assert shown in text
    assert "Argue with the claim, not with the person." in text
    assert "No case about the author" in text


async def test_a_card_never_notifies_anybody(bench):
    ask = only(await bench.do(bench.cog.flagged(bench.flag(bench.said("@everyone fool")))), Ask)
    mentions = [s for b in ask.body.blocks for s in getattr(b, "spans", ()) if isinstance(s, Mention)]
    assert mentions
    assert not any(mention.notify for mention in mentions)


async def test_a_huge_message_is_cut_on_its_card(bench):
    said = bench.said("a" * 60_000)
    ask = only(await bench.do(bench.cog.flagged(bench.flag(said, spans=((50_000, 50_004),)))), Ask)
    assert len(plain(ask.body)) < 3_000
    (quote,) = [block for block in ask.body.blocks if isinstance(block, Quote)]
    assert quote.marked


async def test_the_cards_of_a_case_tell_the_authors_record_here(bench):
    await bench.opened()
    await bench.press("uphold")
    await bench.opened()
    await bench.press("dismiss", label="case:2")
    ask = only(await bench.do(bench.cog.flagged(bench.flag(bench.said()))), Ask)
    assert "1 upheld, 1 dismissed" in plain(ask.body)


async def test_numbers_count_per_community(bench):
    bench.ports.known.append(community("otherton", rooms=(room("parks"),), review_room=room("parks-desk")))
    await bench.opened()
    ask = only(await bench.do(bench.cog.flagged(bench.flag(bench.said(conversation=room("parks"))))), Ask)
    assert (ask.label, ask.conversation) == ("case:1", room("parks-desk").id)
    await bench.opened()
    assert await bench.case(2) is not None
    assert await bench.case(2, community=1) is None


async def test_a_thread_belongs_to_its_rooms_community(bench):
    said = bench.said(conversation=thread())
    assert of_kind(await bench.do(bench.cog.flagged(bench.flag(said))), Ask)


async def test_without_a_review_room_the_case_is_kept_all_the_same(bench):
    bench.ports.known[0] = replace(bench.ports.known[0], review_room=None)
    await bench.opened()
    assert await bench.case() is not None


async def test_another_flag_on_the_same_message_joins_the_open_case(bench):
    said = await bench.opened()
    effects = await bench.do(bench.cog.flagged(bench.flag(said, rule="spam")))
    assert of_kind(effects, Ask) == []
    assert only(effects, Edit).label == "case:1"
    assert {ground.rule for ground in (await bench.case()).grounds} == {"respect", "spam"}
    assert await bench.case(2) is None


async def test_the_same_flag_twice_changes_nothing(bench):
    said = await bench.opened()
    assert await bench.do(bench.cog.flagged(bench.flag(said))) == []


async def test_after_a_decision_only_a_newer_text_opens_another_case(bench):
    said = await bench.opened()
    await bench.press("dismiss")
    assert await bench.do(bench.cog.flagged(bench.flag(said))) == []
    newest = bench.ports.edit(said, "You utter fool.")
    ask = only(await bench.do(bench.cog.flagged(bench.flag(newest))), Ask)
    assert ask.label == "case:2"


async def test_a_flag_on_what_was_deleted_meanwhile_opens_nothing(bench):
    said = bench.said()
    del bench.ports.stored[said.id]
    assert await bench.do(bench.cog.flagged(bench.flag(said))) == []


async def test_a_flag_from_a_room_of_no_community_opens_nothing(bench):
    assert await bench.do(bench.cog.flagged(bench.flag(bench.said(conversation=room("elsewhere"))))) == []


# --- reports --------------------------------------------------------------------------------------------------


async def test_a_report_opens_a_case_and_shows_who_said_what(bench):
    said = bench.said()
    effects = await bench.do(bench.cog.reported(reported(said, "he insults me", by="Dario")))
    text = plain(only(effects, Ask).body)
    assert "Dario reported it: “he insults me”" in text
    assert "Reported" in text
    assert [record.action for record in of_kind(effects, Record)] == ["case.opened", "case.reported"]
    assert not any("insults" in str(record.details) for record in of_kind(effects, Record))


async def test_a_report_joins_the_open_case_once_per_reporter(bench):
    said = await bench.opened()
    assert await bench.do(bench.cog.reported(reported(said, "mine", by=said.author.name))) == []
    effects = await bench.do(bench.cog.reported(reported(said, "rude", by="Dario")))
    assert "Dario reported it" in plain(only(effects, Edit).body)
    assert await bench.do(bench.cog.reported(reported(said, "rude!", by="Dario"))) == []
    assert await bench.ports.of(Report).count() == 1


async def test_reports_stay_on_the_card_when_it_is_drawn_again(bench):
    said = await bench.opened()
    await bench.do(bench.cog.reported(reported(said, "rude", by="Dario")))
    await bench.do(bench.cog.reported(reported(said, "", by="Otto")))
    card = only(await bench.press("uphold"), Edit).body
    why = next(block for block in card.blocks if isinstance(block, Listing))
    assert len(why.items) == 3


async def test_a_very_long_report_is_cut(bench):
    said = bench.said()
    await bench.do(bench.cog.reported(reported(said, "x" * 60_000, by="Dario")))
    (report,) = await bench.ports.of(Report).find()
    assert len(report.words) < 600


async def test_a_report_of_a_gone_message_or_from_outside_is_ignored(bench):
    gone, outside = bench.said(), bench.said(conversation=room("elsewhere"))
    del bench.ports.stored[gone.id]
    assert await bench.do(bench.cog.reported(reported(gone))) == []
    assert await bench.do(bench.cog.reported(reported(outside))) == []


# --- edits and deletions --------------------------------------------------------------------------------------


async def test_a_deleted_messages_words_leave_its_card(bench):
    said = await bench.opened("You absolute fool.")
    edit = only(await bench.vanish(said), Edit)
    assert "absolute" not in plain(edit.body)
    assert "is gone" in plain(edit.body)
    assert {choice.id for choice in edit.choices} == {"uphold", "dismiss", "warn", "timeout", "ban"}
    assert (await bench.case()).state is State.OPEN, "people still decide about it"


async def test_a_deleted_messages_words_leave_the_cards_that_quoted_it(bench):
    neighbour = bench.said("My street is Quay Street.", author="Dario")
    said = await bench.opened()
    edit = only(await bench.vanish(neighbour), Edit)
    assert edit.label == "case:1"
    assert "Quay" not in plain(edit.body)
    assert said.text in plain(edit.body)


async def test_words_leave_decided_cards_and_cards_shown_again_too(bench):
    said = await bench.opened("You absolute fool.")
    await bench.do(bench.cog.case(bench.ports.call("case"), 1))
    await bench.press("uphold")
    edits = of_kind(await bench.vanish(said), Edit)
    assert {edit.label for edit in edits} == {"case:1", "case:1:1"}
    assert not any("absolute" in plain(edit.body) for edit in edits)
    assert all([choice.id for choice in edit.choices] == ["undo"] for edit in edits)


async def test_deleting_what_no_card_shows_does_nothing(bench):
    await bench.opened()
    assert await bench.vanish(bench.said("Elsewhere", conversation=room("docks"))) == []


async def test_a_drawing_that_read_an_older_case_conflicts_and_is_done_again(bench):
    """A deletion and a decision at once: whichever is stored second must not bring back the other's old picture."""
    said = await bench.opened("You absolute fool.")
    before = await bench.cog.uphold(bench.ports.call("uphold"), 1)
    await bench.vanish(said)
    with pytest.raises(Conflict):
        bench.ports.apply(before)
    again = await bench.do(bench.cog.uphold(bench.ports.call("uphold"), 1))
    assert "absolute" not in plain(only(again, Edit).body)


async def test_an_edited_message_is_shown_as_it_is_and_the_marks_do_not_slip(bench):
    said = bench.said("You fool.")
    await bench.do(bench.cog.flagged(bench.flag(said, spans=((4, 8),))))
    newest = bench.ports.edit(said, "You are mistaken.")
    edit = only(await bench.do(bench.cog.text_changed(MessageEdited(newest))), Edit)
    (quote,) = [block for block in edit.body.blocks if isinstance(block, Quote)]
    assert (quote.text, quote.marked) == ("You are mistaken.", ())
    assert "Edited since" in plain(edit.body)


async def test_word_that_the_newer_text_is_clear_reaches_the_card(bench):
    said = await bench.opened()
    newest = bench.ports.edit(said, "You are mistaken.")
    word = Announced(
        "civility",
        "reassessed",
        bench.ports.clock.now(),
        said.conversation.id,
        {"message": said.id, "revision": str(newest.revision)},
    )
    edit = only(await bench.do(bench.cog.reassessed(word)), Edit)
    assert "would not be flagged" in plain(edit.body)
    flagged_again = await bench.do(bench.cog.flagged(bench.flag(bench.ports.edit(newest, "You fool!"))))
    assert "would not be flagged" not in plain(only(flagged_again, Edit).body)


async def test_other_announcements_and_late_ones_change_nothing(bench):
    said = await bench.opened()
    now, data = bench.ports.clock.now(), {"message": said.id, "revision": "1"}
    for word in (
        Announced("other", "something", now, said.conversation.id, data),
        Announced("civility", "reassessed", now, None, data),
        Announced("civility", "reassessed", now, room("elsewhere").id, data),
        Announced("civility", "reassessed", now, said.conversation.id, data | {"revision": "0"}),
        Announced("civility", "reassessed", now, said.conversation.id, data | {"message": "fake:unknown"}),
    ):
        assert await bench.do(bench.cog.reassessed(word)) == []
    await bench.press("dismiss")
    late = Announced("civility", "reassessed", now, said.conversation.id, data)
    assert await bench.do(bench.cog.reassessed(late)) == []


# --- members' rights ------------------------------------------------------------------------------------------


async def test_export_tells_cases_and_reports_without_bodies(bench):
    said = await bench.opened("You absolute fool.", author="Dario")
    await bench.do(bench.cog.reported(reported(said, "rude", by="Mira")))
    await bench.press("uphold")
    about_author = await bench.cog.export(member("Dario").id)
    assert about_author["cases about you"][0]["state"] == "upheld"
    assert "absolute" not in repr(about_author)
    assert (await bench.cog.export(member("Mira").id))["your reports"][0]["words"] == "rude"
    assert (await bench.cog.export(member("Noor").id))["cases you decided"] == [{"community": "tarnwick", "number": 1}]


async def test_forgetting_removes_the_member_from_cases_and_their_reports_but_not_the_trail(bench):
    said = await bench.opened(author="Dario")
    await bench.do(bench.cog.reported(reported(said, "rude", by="Mira")))
    await bench.press("dismiss")
    trail = list(bench.ports.entries)
    for name in ("Dario", "Mira", "Noor"):
        effects = await bench.do(bench.cog.forget(member(name).id))
        assert of_kind(effects, Put) == []
    case = await bench.case()
    assert (case.author, case.decided_by) == (None, None)
    assert await bench.ports.of(Report).count() == 0
    assert bench.ports.entries == trail
    text = plain(only(await bench.do(bench.cog.case(bench.ports.call("case"), 1)), Ask).body)
    assert "a former moderator" in text
    assert "erased" in text


async def test_an_author_who_decided_their_own_case_before_accounts_were_linked_is_forgotten_in_one_change(bench):
    await bench.opened(author="Noor")
    rows = bench.ports.of(Case)
    case = await bench.case()
    rows.rows[rows.key_of(case)] = replace(case, decided_by=case.author)
    effects = await bench.do(bench.cog.forget(member("Noor").id))
    assert len(of_kind(effects, Swap)) == 1
    assert ((await bench.case()).author, (await bench.case()).decided_by) == (None, None)


async def test_forgetting_takes_a_members_words_and_name_off_every_card(bench):
    """Their own case, a case that they reported, and one that only quotes them; their messages may be there still."""
    bench.said("I live in Quay Street.", author="Dario")
    other = await bench.opened("You fool.", author="Mira")
    await bench.do(bench.cog.reported(reported(other, "says Dario", by="Dario")))
    await bench.opened("You absolute liar.", author="Dario")
    edits = of_kind(await bench.do(bench.cog.forget(member("Dario").id)), Edit)
    assert {edit.label for edit in edits} == {"case:1", "case:2"}
    texts = " ".join(plain(edit.body) for edit in edits)
    assert "You fool." in texts
    for gone in ("Dario", "Quay", "absolute"):
        assert gone not in texts
    assert await bench.ports.of(Shown).count({"author": member("Dario").id}) == 0


async def test_moderators_are_told_of_open_cases_whose_author_is_gone_and_only_of_those(bench):
    await bench.opened(author="Dario")
    await bench.opened(author="Mira")
    await bench.opened(author="Dario")
    await bench.opened("You fool, too.", author="Dario")
    await bench.press("dismiss", label="case:4")
    said = only(await bench.do(bench.cog.forget(member("Dario").id)), Say)
    text = plain(said.body)
    assert "The cases 1, 3 are about somebody who was erased" in text
    assert "Dario" not in text
    assert said.conversation == room("moderators").id
    assert await bench.do(bench.cog.forget(member("Dario").id)) == [], "it is asked until nothing is left"


async def test_forgetting_a_member_of_a_community_that_is_gone_from_the_configuration(bench):
    await bench.opened(author="Dario")
    bench.ports.known.clear()
    effects = await bench.do(bench.cog.forget(member("Dario").id))
    assert of_kind(effects, Edit) == []
    (case,) = await bench.ports.of(Case).find()
    assert case.author is None


async def test_commands_are_no_neighbours(bench):
    bench.said("!summarize", author="Dario")
    said = bench.said("You fool.")
    bench.said("!report", author="Dario")
    ask = only(await bench.do(bench.cog.flagged(bench.flag(said))), Ask)
    assert "!summarize" not in plain(ask.body)
    assert "“!report" not in plain(ask.body)


async def test_what_says_nothing_is_no_neighbour(bench):
    bench.said(" ", author="Dario")
    bench.said("", author="Dario", attachments=("plan.png",))
    said = bench.said("You fool.")
    text = plain(only(await bench.do(bench.cog.flagged(bench.flag(said))), Ask).body)
    assert text.count("Dario") == 1


async def test_how_many_neighbours_is_the_communitys_choice(bench):
    bench.ports.values = ReviewSettings(neighbours=0)
    bench.said("Before.", author="Dario")
    ask = only(await bench.do(bench.cog.flagged(bench.flag(bench.said("You fool.")))), Ask)
    assert "Before." not in plain(ask.body)


def arrived(bench, label):
    where = room("moderators").id
    return bench.do(bench.cog.applied(EffectApplied("review", "Ask", label, 1, where, bench.ports.clock.now())))


async def test_words_that_went_while_their_card_was_on_its_way_are_taken_off_it(bench):
    """Nothing was stored about the quote yet when the message was deleted."""
    await bench.opened()
    neighbour = bench.said("My street is Quay Street.", author="Dario")
    on_its_way = await bench.cog.case(bench.ports.call("case"), 1)
    assert await bench.vanish(neighbour) == []
    assert "Quay" in plain(only(bench.ports.apply(on_its_way), Ask).body)
    edits = of_kind(await arrived(bench, "case:1:1"), Edit)
    assert {edit.label for edit in edits} == {"case:1", "case:1:1"}
    assert not any("Quay" in plain(edit.body) for edit in edits)
    assert await arrived(bench, "case:1") == [], "an arrival that finds all well changes nothing"


async def test_a_card_shown_again_while_the_case_is_decided_is_drawn_from_the_decision(bench):
    await bench.opened()
    on_its_way = await bench.cog.case(bench.ports.call("case"), 1)
    await bench.press("dismiss")
    with pytest.raises(Conflict):
        bench.ports.apply(on_its_way)


async def test_arrivals_of_posts_that_are_no_card_change_nothing(bench):
    assert await arrived(bench, None) == []
    assert await arrived(bench, "case:9") == []


async def test_a_decision_worked_out_before_another_card_was_shown_is_worked_out_again(bench):
    await bench.opened()
    decision = await bench.cog.uphold(bench.ports.call("uphold"), 1)
    await bench.do(bench.cog.case(bench.ports.call("case"), 1))
    with pytest.raises(Conflict):
        bench.ports.apply(decision)
    edits = of_kind(await bench.do(bench.cog.uphold(bench.ports.call("uphold"), 1)), Edit)
    assert {edit.label for edit in edits} == {"case:1", "case:1:1"}


# --- what lists say of the author ---------------------------------------------------------------------------------


async def test_a_card_shows_in_one_faint_line_what_lists_say_of_the_author(bench):
    said = bench.said("You fool.", author="Otto")
    assert "On the list" not in await _card_of(bench, said)
    bench.ports.listed[said.author.id] = (Remark("Spam, tracked", "spam."), Remark("Elsewhere", "sold\n\n# cars"))
    text = await _card_of(bench, said)
    assert text.splitlines()[-1] == "On the list “Spam, tracked”: spam. On the list “Elsewhere”: sold # cars."


async def test_lists_that_say_much_take_no_more_than_their_line(bench):
    said = bench.said("You fool.", author="Otto")
    bench.ports.listed[said.author.id] = tuple(Remark("s" * 9000, f"line\n{'x' * 9000}") for _ in range(5))
    last = (await _card_of(bench, said)).splitlines()[-1]
    assert last.count("On the list “") == 3
    assert last.endswith("On 2 more lists.")
    assert len(last) < 1000


async def test_an_erased_authors_card_shows_no_list(bench):
    said = await bench.opened("You fool.", author="Otto")
    bench.ports.listed[said.author.id] = (Remark("Spam", "sells cars"),)
    edits = of_kind(bench.ports.apply(await bench.cog.forget(said.author.id)), Edit)
    assert edits
    assert not any("On the list" in plain(edit.body) for edit in edits)


async def _card_of(bench, said):
    effects = await bench.do(bench.cog.flagged(bench.flag(said, rule=f"rule {len(bench.ports.entries)}")))
    (drawn,) = [effect for effect in effects if isinstance(effect, Ask | Edit)]
    return plain(drawn.body)


async def test_what_arrives_and_is_no_card_changes_nothing(bench):
    await bench.opened()
    where = room("moderators").id
    assert (
        await bench.cog.applied(EffectApplied("review", "Say", f"moved:{where}", 1, where, bench.ports.clock.now()))
        is None
    )
