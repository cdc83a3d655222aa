"""Modes bind what is automatic, never what a human decided."""

import pytest

from bot.dispatch.consequences import weigh
from bot.domain.document import Document
from bot.domain.effect import Flag, Hide, Say
from bot.domain.ids import CommunityId, MessageId
from bot.domain.moderation import Evidence, Ground, Mode, Origin
from bot.testing.clock import START
from bot.testing.factories import member, room

ROOM = room().id
HERE = CommunityId("riverton")


def flag(message: str = "fake:1", reason: str = "insult", revision: int = 0) -> Flag:
    evidence = Evidence(0.91, 0.8, "participant", "attacks-1", spans=((0, 3),))
    return Flag(MessageId(message), revision, member("Dario"), ROOM, Ground("respect", reason, evidence))


def hide(origin: Origin) -> Hide:
    return Hide(conversation=ROOM, ground=Ground("respect", "insult"), origin=origin, message=MessageId("fake:1"))


@pytest.mark.parametrize(("mode", "told"), [(Mode.OBSERVE, False), (Mode.SUGGEST, True), (Mode.ENFORCE, True)])
def test_flags_are_always_recorded_and_told_unless_observing(mode: Mode, told: bool) -> None:
    result = weigh([flag()], mode=mode, community=HERE, at=START)
    assert bool(result.flagged) is told
    assert [record.action for record in result.records] == ["flag.raised" if told else "flag.observed"]
    assert result.records[0].details["score"] == "0.9100"
    assert result.records[0].details["model"] == "attacks-1"


@pytest.mark.parametrize(("mode", "leaves"), [(Mode.OBSERVE, False), (Mode.SUGGEST, False), (Mode.ENFORCE, True)])
def test_automatic_sanctions_leave_only_when_enforcing(mode: Mode, leaves: bool) -> None:
    result = weigh([hide(Origin.AUTOMATIC)], mode=mode, community=HERE, at=START)
    assert bool(result.allowed) is leaves
    assert [record.action for record in result.records] == ([] if leaves else ["sanction.withheld"])


@pytest.mark.parametrize("mode", list(Mode))
def test_what_a_human_decided_is_carried_out_in_every_mode(mode: Mode) -> None:
    sanction = hide(Origin.HUMAN)
    assert weigh([sanction], mode=mode, community=HERE, at=START).allowed == [sanction]


def test_flags_of_one_message_are_merged() -> None:
    flags = [flag(reason="insult"), flag(reason="threat"), flag("fake:2"), flag(revision=1)]
    result = weigh(flags, mode=Mode.SUGGEST, community=HERE, at=START)
    assert [(one.message, one.revision, [g.reason for g in one.grounds]) for one in result.flagged] == [
        ("fake:1", 0, ["insult", "threat"]),
        ("fake:2", 0, ["insult"]),
        ("fake:1", 1, ["insult"]),
    ]


def test_outside_a_community_nobody_is_flagged() -> None:
    result = weigh([flag(), hide(Origin.AUTOMATIC)], mode=Mode.OBSERVE, community=None, at=START)
    assert (result.allowed, result.flagged, result.records) == ([], [], [])


def test_posts_pass() -> None:
    say = Say(ROOM, Document.of("hello"))
    assert weigh([say], mode=Mode.OBSERVE, community=HERE, at=START).allowed == [say]
