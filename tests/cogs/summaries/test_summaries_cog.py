from dataclasses import replace
from datetime import timedelta

import pytest

from bot.api import (
    Announced,
    CogStarted,
    DeadlineExceeded,
    Edit,
    EffectApplied,
    EffectFailed,
    Jump,
    MemberKind,
    Mention,
    ModelUnavailable,
    Put,
    Quote,
    Say,
    UserError,
    plain,
)
from bot.testing.clock import START
from bot.testing.factories import deleted, edited, member, message, room, thread
from cogs.summaries.posted import Citation, Posted, Withheld
from cogs.summaries.span import Span


def asked(ports, **others):
    return ports.call("summarize", conversation=others.pop("conversation", room()), **others)


async def posted(ports, cog, span=None):
    [say, *_] = ports.apply(await cog.summarize(asked(ports), span))
    return say


def quotes(effect):
    return [block for block in effect.body.blocks if isinstance(block, Quote)]


def one(effects, kind):
    [found] = [effect for effect in effects or [] if isinstance(effect, kind)]
    return found


async def test_a_summary_shows_who_said_what_and_links_each_line(ports, cog, talk):
    say = await posted(ports, cog)
    text = plain(say.body)
    assert "8 messages by 5 people" in text
    assert "1. bus lane / parking · 3 messages, 3 people" in text
    assert "1 person agreed in replies · 2 likes" in text
    assert "Still open" in text
    assert "word for word" in text
    assert say.label == "summary:1"
    by_id = {message.id: message for message in talk}
    assert len(quotes(say)) == 6
    for quote in quotes(say):
        [name] = [span for span in quote.source if isinstance(span, Mention)]
        [jump] = [span for span in quote.source if isinstance(span, Jump)]
        assert by_id[jump.message].author.id == name.member
        assert not name.notify
        assert quote.text in " ".join(by_id[jump.message].text.split())


async def test_what_is_kept_holds_none_of_the_quoted_words(ports, cog, talk):
    await posted(ports, cog)
    kept = repr([table.rows for table in ports.tables.values()])
    assert "bus lane / parking" in kept
    assert not any(word in kept for word in ("council", "Shops", "Buses", "third of", "pays"))


async def test_nobody_is_quoted_twice_on_one_issue(ports, cog, talk, summary, summarizer):
    _, parking, _, _, _, shop, *_ = talk
    both = replace(summary.issues[0], lines=(summary.issues[0].lines[0], summary.issues[1].lines[0]))
    assert parking.author == shop.author
    summarizer.summary = replace(summary, issues=(both,), agreements=(), open_questions=(), about=None)
    assert [quote.text for quote in quotes(await posted(ports, cog))] == [
        "A bus lane takes the parking away. Shops live by parking."
    ]


async def test_a_quote_that_its_message_does_not_hold_is_never_shown(ports, cog, summary, summarizer):
    [first, second] = summary.issues[0].lines
    invented = replace(first, quote="A bus lane takes all the parking away.")
    issue = replace(summary.issues[0], lines=(invented, second))
    summarizer.summary = replace(summary, issues=(issue,))
    assert "all the parking" not in plain((await posted(ports, cog)).body)


async def test_the_settings_bound_what_is_read_and_shown(ports, cog, summarizer, talk):
    ports.values = ports.values.model_copy(update={"messages": 6, "issues": 3, "lines_per_issue": 1})
    await cog.summarize(asked(ports))
    assert [given.id for given in summarizer.given] == [one.id for one in talk[-6:]]
    assert summarizer.options == {"title": None, "issues": 3, "lines_per_issue": 1}


async def test_a_span_of_time_reads_since_then(ports, cog, here, talk):
    now = talk[-1].sent_at + timedelta(hours=1)
    await cog.summarize(asked(ports, at=now), Span(time=timedelta(hours=24)))
    assert [since for _, since in here.asked] == [now - timedelta(hours=24)]


async def test_a_silent_room_is_said_to_be_silent(ports, cog, summarizer):
    with pytest.raises(UserError, match="Nobody has said anything"):
        await cog.summarize(asked(ports, at=START + timedelta(days=90)), Span(time=timedelta(hours=1)))
    assert summarizer.given == []


async def test_nobody_is_sent_to_a_longer_time_who_named_none(ports, cog):
    with pytest.raises(UserError, match="Nobody has said anything here yet"):
        await cog.summarize(asked(ports, conversation=room("docks")))


async def test_a_number_reads_so_many_messages(ports, cog, summarizer, talk):
    await cog.summarize(asked(ports), Span(messages=5))
    assert [given.id for given in summarizer.given] == [one.id for one in talk[-5:]]


# --- from a message on ----------------------------------------------------------------------------------------------


async def test_a_summary_begins_with_the_message_replied_to_or_chosen_in_a_menu(ports, cog, summarizer, talk):
    await cog.summarize(asked(ports, target=talk[2].id))
    assert [given.id for given in summarizer.given] == [one.id for one in talk[2:]]


async def test_what_was_said_in_the_same_moment_before_it_is_left_out(ports, cog, summarizer, talk):
    same = [message(f"Fine words, number {n}.", at=talk[-1].sent_at + timedelta(minutes=1)) for n in range(3)]
    ports.store(*same)
    with pytest.raises(UserError, match="too little"):  # the scripted summary quotes what was said before
        await cog.summarize(asked(ports, target=same[1].id))
    assert [given.id for given in summarizer.given] == [one.id for one in same[1:]]


async def test_from_a_message_on_reads_as_much_as_any_summary_may(ports, cog, here, summarizer, talk):
    ports.values = ports.values.model_copy(update={"messages": 2, "most_messages": 5})
    [say, *_] = ports.apply(await cog.summarize(asked(ports, target=talk[1].id)))
    assert [given.id for given in summarizer.given] == [one.id for one in talk[-5:]]
    assert "everything before the newest 5 messages" in plain(say.body)
    assert here.asked == [(5 + 2, talk[1].sent_at)]


async def test_a_length_that_was_named_counts_more_than_the_message_replied_to(ports, cog, summarizer, talk):
    await cog.summarize(asked(ports, target=talk[0].id), Span(messages=3))
    await cog.summarize(asked(ports, target="fake:unknown"), Span(messages=3))
    assert [given.id for given in summarizer.given] == [one.id for one in talk[-3:]]


@pytest.mark.parametrize("where", ["unknown", "another room", "a thread here"])
async def test_a_message_of_another_conversation_is_none_to_begin_with(ports, cog, here, summarizer, talk, where):
    elsewhere = {"another room": room("secret"), "a thread here": thread(room())}.get(where)
    target = "fake:unknown"
    if elsewhere is not None:
        said = message("Between us: the plan is off.", conversation=elsewhere)
        ports.store(said)
        target = said.id
    with pytest.raises(UserError, match="I keep no such message of this conversation"):
        await cog.summarize(asked(ports, target=target))
    assert (summarizer.given, here.asked) == ([], [])


async def test_the_message_that_a_thread_hangs_on_begins_its_summary_with_words_of_the_thread_alone(
    ports, cog, summarizer, talk
):
    inside = thread(room())
    said = [message(f"In the thread, number {n}.", conversation=inside) for n in range(3)]
    ports.store(*said)
    with pytest.raises(UserError, match="too little"):  # the scripted summary quotes the room, which is not repeated
        await cog.summarize(asked(ports, conversation=inside, target=talk[3].id))
    assert [given.id for given in summarizer.given] == [one.id for one in said]


async def test_whoever_may_not_read_the_conversation_gets_nothing_from_any_message_on(
    ports, cog, here, summarizer, talk
):
    here.readable = False
    with pytest.raises(UserError, match="cannot see that you can"):
        await cog.summarize(asked(ports, target=talk[0].id))
    assert summarizer.given == []


async def test_nothing_worth_a_summary_since_is_said_so(ports, cog, summarizer, talk):
    late = message("   ", at=talk[-1].sent_at + timedelta(minutes=1))
    ports.store(late)
    with pytest.raises(UserError, match="since that message"):
        await cog.summarize(asked(ports, target=late.id))


async def test_too_large_a_number_is_refused_with_the_limit(ports, cog):
    with pytest.raises(UserError, match="1000 messages at most"):
        await cog.summarize(asked(ports), Span(messages=1001))


async def test_bots_commands_and_files_without_words_are_left_out_and_said_so(ports, cog, here, summarizer):
    here.undecryptable = 1
    ports.store(
        message("beep", author=member("Relay", kind=MemberKind.BOT)),
        message("boop", author=member("Relay", kind=MemberKind.BOT)),
        message("!summarize 24h"),
        message("!!! look", author="Ines"),
        message("  ", author="Ines", attachments=("map.png",)),
    )
    text = plain((await posted(ports, cog)).body)
    assert [given.text for given in summarizer.given[8:]] == ["!!! look"]
    assert "2 messages by bots, 1 command, 1 message without words, 1 message here that I could not decrypt" in text


async def test_a_span_that_holds_everything_leaves_nothing_out(ports, cog):
    assert "everything before" not in plain((await posted(ports, cog, Span(messages=8))).body)


async def test_a_span_that_was_cut_off_is_said_to_be(ports, cog):
    assert "everything before the newest 7 messages" in plain((await posted(ports, cog, Span(messages=7))).body)


async def test_the_message_that_asks_is_not_part_of_it(ports, cog, summarizer):
    asking = message("could somebody !summarize this")
    ports.store(asking)
    await cog.summarize(replace(asked(ports), message=asking))
    assert asking not in summarizer.given


async def test_in_a_thread_its_name_is_the_title(ports, cog, summarizer):
    ports.store(message("What about lorries?", conversation=thread()))
    with pytest.raises(UserError, match="too little here to sum up"):
        await cog.summarize(asked(ports, conversation=thread()))
    assert summarizer.options["title"] == "bus-lanes"


async def test_who_cannot_open_the_room_gets_no_summary(ports, cog, here, summarizer):
    here.readable = False
    with pytest.raises(UserError, match="people who can open it"):
        await cog.summarize(asked(ports))
    assert summarizer.given == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ModelUnavailable("no weights at /srv"), "no model is loaded"),
        (DeadlineExceeded("20 s"), "fewer messages"),
        (UserError("5 messages; a summary needs 8"), "a summary needs 8"),
    ],
)
async def test_when_it_cannot_be_done_the_asker_is_told_why(ports, cog, summarizer, error, words):
    summarizer.error = error
    with pytest.raises(UserError, match=words) as raised:
        await cog.summarize(asked(ports))
    assert "/srv" not in str(raised.value)


async def test_a_deleted_message_leaves_the_summary_at_once(ports, cog, talk):
    await posted(ports, cog)
    people = talk[2]
    del ports.stored[people.id]
    effects = ports.apply(await cog.changed(deleted(people)))
    edit = one(effects, Edit)
    text = plain(edit.body)
    assert (edit.label, edit.conversation) == ("summary:1", room().id)
    assert "Buses carry" not in text
    assert "Openly agreed with" not in text
    assert "A bus lane takes the parking away" in text
    assert "2 lines were taken out since" in text
    [kept] = await ports.of(Posted).find()
    assert people.id not in {line.message for line in kept.lines()}
    assert await ports.of(Citation).get(people.id, "summary:1") is None


async def test_an_issue_without_lines_goes_with_its_label(ports, cog, talk):
    await posted(ports, cog)
    shop = talk[5]
    del ports.stored[shop.id]
    edit = one(ports.apply(await cog.changed(deleted(shop))), Edit)
    assert "customers" not in plain(edit.body)
    assert "customers" not in repr(await ports.of(Posted).find())


async def test_a_label_goes_when_nobody_left_says_its_words(ports, cog, talk, summary, summarizer):
    hedge = message("That hedge again!", author="Ines")
    ports.store(hedge)
    issue = replace(summary.issues[0], label="parking / hedge", messages=(*summary.issues[0].messages, hedge.id))
    summarizer.summary = replace(summary, issues=(issue,))
    assert "parking / hedge" in plain((await posted(ports, cog)).body)
    del ports.stored[hedge.id]
    edit = one(ports.apply(await cog.changed(deleted(hedge))), Edit)
    assert "hedge" not in plain(edit.body)
    assert "hedge" not in repr(await ports.of(Posted).find())


async def test_a_changed_message_is_no_longer_quoted_as_it_was(ports, cog, talk):
    await posted(ports, cog)
    newer = ports.edit(talk[1], "I was wrong about the parking.")
    edit = one(ports.apply(await cog.changed(edited(newer, newer.text))), Edit)
    assert "takes the parking away" not in plain(edit.body)


async def test_a_message_that_no_summary_rests_on_changes_nothing(ports, cog, talk):
    await posted(ports, cog)
    del ports.stored[talk[6].id]
    assert not await cog.changed(deleted(talk[6]))


async def test_when_all_quotes_are_gone_the_summary_is_taken_back(ports, cog, talk):
    await posted(ports, cog)
    for said in talk:
        del ports.stored[said.id]
    effects = ports.apply(await cog.changed(deleted(talk[0])))
    assert "took this summary back" in plain(one(effects, Edit).body)
    assert await ports.of(Posted).find() == []
    assert await ports.of(Citation).find() == []


async def test_a_message_deleted_while_the_model_reads_is_not_quoted(ports, cog, talk, summarizer):
    summarizer.while_reading = lambda: ports.stored.pop(talk[2].id)
    text = plain((await posted(ports, cog)).body)
    assert "Buses carry" not in text
    assert "taken out since" not in text


async def test_a_message_deleted_before_the_post_arrived_goes_when_it_has(ports, cog, talk):
    """Its deletion was heard before the citation was stored."""
    await posted(ports, cog)
    del ports.stored[talk[2].id]
    arrived = EffectApplied("summaries", "Say", "summary:1", 1, room().id, START, message("x").id)
    assert "Buses carry" not in plain(one(ports.apply(await cog.applied(arrived)), Edit).body)


async def test_a_summary_that_arrived_whole_is_left_alone(ports, cog):
    await posted(ports, cog)
    arrived = EffectApplied("summaries", "Say", "summary:1", 1, room().id, START, message("x").id)
    assert not await cog.applied(arrived)


async def test_a_summary_that_could_not_be_posted_is_forgotten(ports, cog):
    await posted(ports, cog)
    ports.apply(await cog.failed(EffectFailed("summaries", "Say", "summary:1", 1, room().id, START, "forbidden")))
    assert await ports.of(Posted).find() == []
    assert await ports.of(Citation).find() == []


def word(said, topic="message.withheld"):
    return Announced("review", topic, START, said.conversation.id, {"message": said.id})


async def test_a_message_under_review_is_not_read_and_that_is_said(ports, cog, talk, summarizer):
    ports.apply(await cog.reviewed(word(talk[2])))
    ports.apply(await cog.reviewed(word(talk[5])))
    text = plain((await posted(ports, cog)).body)
    assert [given.id for given in summarizer.given] == [one.id for one in talk if one not in (talk[2], talk[5])]
    assert "2 messages under review" in text
    assert "Buses carry" not in text, "whatever the model answers"


async def test_a_message_that_comes_under_review_leaves_posted_summaries_at_once(ports, cog, talk):
    await posted(ports, cog)
    effects = ports.apply(await cog.reviewed(word(talk[5])))
    text = plain(one(effects, Edit).body)
    assert "My shop" not in text
    assert "customers" not in text, "the label is made of its words"
    assert "1 line was taken out since" in text
    assert await ports.of(Citation).get(talk[5].id, "summary:1") is None
    assert not ports.apply(await cog.reviewed(word(talk[5]))), "heard before"


async def test_a_message_flagged_while_the_model_reads_is_not_quoted(ports, cog, talk, summarizer):
    summarizer.while_reading = lambda: ports.apply([Put(Withheld(talk[2].id, talk[2].author.id))])
    assert "Buses carry" not in plain((await posted(ports, cog)).body)


async def test_a_message_flagged_before_the_post_arrived_goes_when_it_has(ports, cog, talk):
    await posted(ports, cog)
    ports.apply([Put(Withheld(talk[2].id, talk[2].author.id))])
    arrived = EffectApplied("summaries", "Say", "summary:1", 1, room().id, START, message("x").id)
    assert "Buses carry" not in plain(one(ports.apply(await cog.applied(arrived)), Edit).body)


async def test_a_cleared_message_may_be_quoted_again(ports, cog, talk):
    ports.apply(await cog.reviewed(word(talk[2])))
    ports.apply(await cog.reviewed(word(talk[2], "message.cleared")))
    text = plain((await posted(ports, cog)).body)
    assert "Buses carry" in text
    assert "under review" not in text
    assert not await cog.reviewed(word(talk[2], "message.cleared"))


async def test_other_words_and_unknown_messages_change_nothing(ports, cog, talk):
    assert await cog.reviewed(word(talk[2], "reassessed")) is None
    assert not await cog.reviewed(word(message("never stored")))
    assert await ports.of(Withheld).find() == []


async def test_what_is_withheld_leaves_with_its_message(ports, cog, talk):
    ports.apply(await cog.reviewed(word(talk[6])))
    del ports.stored[talk[6].id]
    ports.apply(await cog.changed(deleted(talk[6])))
    assert await ports.of(Withheld).find() == []


async def test_what_is_withheld_is_exported_and_forgotten(ports, cog, talk):
    ports.apply(await cog.reviewed(word(talk[6])))
    author = talk[6].author.id
    assert (await cog.export(author))["not to be quoted"] == [talk[6].id]
    ports.apply(await cog.forget(author))
    assert await ports.of(Withheld).find() == []


async def test_at_its_start_it_asks_for_what_it_may_have_missed(cog):
    assert (await cog.started(CogStarted("summaries", START))).topic == "withheld.asked"


async def test_an_export_names_the_summaries_that_quote_a_member(ports, cog, talk):
    await posted(ports, cog)
    assert await cog.export(talk[3].author.id) == {
        "quoted": [{"summary": "summary:1", "message": talk[3].id}],
        "not to be quoted": [],
    }
    assert await cog.export(talk[6].author.id) == {"quoted": [], "not to be quoted": []}


async def test_who_is_forgotten_is_quoted_no_longer(ports, cog, talk):
    """Whether or not the messages themselves are gone by then."""
    await posted(ports, cog)
    dario = talk[1].author.id
    edit = one(ports.apply(await cog.forget(dario)), Edit)
    assert "Dario" not in plain(edit.body)
    assert "shop" not in plain(edit.body).lower()
    assert "Noor" in plain(edit.body)
    assert await cog.export(dario) == {"quoted": [], "not to be quoted": []}
    assert await cog.forget(dario) == ()


async def test_hostile_words_stay_words(ports, cog, talk, summary, summarizer):
    nasty = message("@everyone \u202e**bold** \x1b[31m {0.__class__} \ud800 " + "a" * 60_000, author="Ines")
    ports.store(nasty)
    quote = replace(summary.about, message=nasty.id, author=nasty.author.id, quote=" ".join(nasty.text.split()))
    summarizer.summary = replace(summary, about=quote)
    say = await posted(ports, cog)
    assert quotes(say)[0].text == f"{' '.join(nasty.text.split())[:1_000]}…"


async def test_a_second_run_of_the_handler_says_the_same(ports, cog):
    call = asked(ports)
    first, second = await cog.summarize(call), await cog.summarize(call)
    assert first == second
    assert isinstance(first[0], Say)
    assert all(isinstance(effect, Put) for effect in first[1:])
