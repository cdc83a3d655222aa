"""What review tells the other cogs about messages that nobody should repeat."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.api import Announce, Announced
from cogs.review.policy import withheld
from cogs.review.rows import Case, State
from tests.cogs.review.steps import dismiss, only, report, undo, uphold


def word(effects):
    announced = only(effects, Announce)
    return announced.topic, announced.data["message"], announced.conversation


async def test_a_flag_and_a_report_withhold_a_message(bench):
    said = bench.said()
    assert word(await bench.do(bench.cog.flagged(bench.flag(said)))) == (
        "message.withheld",
        said.id,
        said.conversation.id,
    )
    other = bench.said("Rude.")
    assert word(await report(bench, other))[:2] == ("message.withheld", other.id)


async def test_a_decision_and_its_undoing_tell_how_the_message_stands(bench):
    said = await bench.opened()
    assert word(await uphold(bench, 1))[:2] == ("message.withheld", said.id)
    assert word(await undo(bench, 1))[:2] == ("message.withheld", said.id)
    assert word(await dismiss(bench, 1))[:2] == ("message.cleared", said.id)
    assert word(await undo(bench, 1))[:2] == ("message.withheld", said.id)
    assert word(await bench.press("hide"))[:2] == ("message.withheld", said.id)


async def test_a_later_case_about_an_edited_message_counts_more(bench):
    said = await bench.opened()
    await dismiss(bench, 1)
    edited = bench.ports.edit(said, "You utter fool.")
    await bench.do(bench.cog.flagged(bench.flag(edited)))
    await uphold(bench, 2)
    await undo(bench, 1)
    assert word(await dismiss(bench, 1))[0] == "message.withheld"
    await undo(bench, 2)
    assert word(await dismiss(bench, 2))[0] == "message.cleared"


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("open", True),
        ("upheld", True),
        ("dismissed", False),
        ("upheld dismissed", False),
        ("dismissed upheld", True),
        ("open dismissed", True),
    ],
)
async def test_one_open_case_or_the_newest_upheld_withholds(bench, states, expected):
    await bench.opened()
    case: Case = await bench.case()
    cases = [replace(case, number=number, state=State(state)) for number, state in enumerate(states.split(), start=1)]
    assert withheld(cases[::-1]) == withheld(cases) == expected


async def test_who_was_not_there_to_hear_is_told_when_they_ask(bench):
    cleared, held, gone = [await bench.opened(text) for text in ("Fool.", "Liar.", "Clown.")]
    await dismiss(bench, 1)
    del bench.ports.stored[gone.id]
    asking = Announced("other", "withheld.asked", bench.ports.clock.now())
    told = await bench.do(bench.cog.asked(asking))
    assert [(effect.topic, effect.data["message"]) for effect in told] == [
        ("message.cleared", cleared.id),
        ("message.withheld", held.id),
    ]
    assert await bench.cog.asked(replace(asking, topic="else")) is None
    later = replace(asking, at=asking.at + timedelta(days=31))
    assert await bench.cog.asked(later) == [], "by then no text is stored"
