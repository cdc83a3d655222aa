"""Reasons in the audit log: short enough for the header that carries them, whatever is in them."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.effect import Kick, Unban
from bot.domain.ids import ConversationId, MemberId
from bot.domain.moderation import Ground, Origin
from bot.platforms.discord.outgoing.marks import marker, nonce
from bot.platforms.discord.outgoing.reasons import reason_of


def kick(reason, case=7, rule="respect"):
    ground = Ground(rule, reason)
    where = ConversationId("discord:1")
    return Kick(conversation=where, ground=ground, origin=Origin.HUMAN, case=case, member=MemberId("discord:2"))


def test_a_reason_names_case_rule_reason_and_who_asked():
    assert reason_of(kick("an attack"), "Noor") == "case 7: respect: an attack, by Noor's account"
    assert reason_of(kick("an attack", case=None), None) == "respect: an attack"


def test_what_rests_on_no_rule_names_none():
    assert reason_of(kick("It was reported.", rule=""), "Noor") == "case 7: It was reported, by Noor's account"


def test_what_is_taken_back_does_not_read_like_a_punishment():
    done = kick("an attack")
    undone = Unban(
        conversation=done.conversation, ground=done.ground, origin=done.origin, case=7, member=MemberId("discord:2")
    )
    assert reason_of(undone, "Noor") == "case 7: taken back: respect: an attack, by Noor's account"


@given(st.text(), st.integers(0, 400), st.one_of(st.none(), st.text()))
def test_no_reason_is_too_long_or_breaks_the_header(words, times, by):
    reason = reason_of(kick(words * times), by)
    assert len(quote(reason, safe="/ ")) <= 512
    assert "\n" not in reason
    assert reason.startswith("case 7: respect:")


@pytest.mark.parametrize("words", ["a" * 600, "é" * 600, "😀" * 600, "%" * 600, "\n" * 600])
def test_what_is_cut_is_the_reason_and_not_who_asked(words):
    assert reason_of(kick(words), "Noor").endswith(", by Noor's account")


def test_marks_are_what_discord_takes_and_differ_by_part():
    for key in ("k/0", "k/1", "ü", "\ud83d"):
        assert len(nonce(key)) == 25
        assert 1_000 <= marker(key) < 2**31
    assert nonce("k/0") != nonce("k/1")
    assert marker("k/0") != marker("k/1")
