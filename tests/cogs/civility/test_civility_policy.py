import pytest

from bot.api import MemberKind, Standing, Verdict
from bot.testing.factories import member
from cogs.civility import policy
from cogs.civility.settings import CivilitySettings


@pytest.mark.parametrize(
    ("score", "target", "flag"),
    [
        (0.70, "participant", True),
        (0.69, "participant", False),
        (0.70, "third_person", True),
        (0.84, "idea", False),
        (0.85, "idea", True),
        (0.84, "group", False),
        (0.85, "none", True),
    ],
)
def test_attacks_on_persons_are_flagged_from_the_threshold_others_only_when_much_surer(score, target, flag):
    decision = policy.decide(Verdict(score, target), 0.7)
    assert decision.flag is flag
    assert decision.threshold == pytest.approx(0.7 if target in policy.PERSONS else 0.85)


def test_an_abstention_is_never_a_flag_whatever_the_score():
    assert not policy.decide(Verdict(1.0, "participant", abstained="the text is not English"), 0.5).flag


@pytest.mark.parametrize(("target", "doubtful"), [("participant", False), ("third_person", False), ("none", True)])
def test_the_reason_says_where_the_target_is_in_doubt(target, doubtful):
    """The target itself is part of the evidence."""
    assert ("not clear" in policy.decide(Verdict(1, target), 0.5).reason) is doubtful


def test_zero_stands_for_the_models_own_threshold():
    assert policy.threshold_of(0.0, 0.62) == 0.62
    assert policy.threshold_of(0.9, 0.62) == 0.9


def test_nobody_is_exempt_unless_the_community_says_so_and_bots_always_are():
    assert not policy.exempt(member(), Standing.ADMIN, "nobody")
    assert policy.exempt(member(), Standing.MODERATOR, "moderator")
    assert policy.exempt(member(), Standing.ADMIN, "moderator")
    assert not policy.exempt(member(), Standing.TRUSTED, "moderator")
    assert policy.exempt(member(kind=MemberKind.BOT), Standing.MEMBER, "nobody")


def test_presets_are_valid_and_ordered_from_strict_to_gentle():
    presets = {name: CivilitySettings(**values) for name, values in CivilitySettings.presets.items()}
    assert presets["strict"].threshold < presets["gentle"].threshold
    assert presets["balanced"].threshold == 0, "balanced is what the model's makers recommend"
