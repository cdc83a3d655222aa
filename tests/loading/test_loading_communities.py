from typing import get_args

from bot.config import CommunitySection
from bot.config.core import StandingName
from bot.domain.community import Community, Rule, Steward
from bot.domain.member import Standing
from bot.domain.moderation import Mode
from bot.loading.communities import community_of


def test_every_part_of_a_community_arrives():
    section = CommunitySection.model_validate(
        {
            "id": "tarnwick",
            "rooms": ["console:square"],
            "review_room": "console:desk",
            "mode": "observe",
            "zone": "Europe/Berlin",
            "retention_days": 7,
            "rules": [{"id": "respect", "text": "Argue with the claim."}],
            "stewards": [{"name": "Noor", "accounts": ["console:noor", "discord:1"], "standing": "admin"}],
        }
    )
    assert community_of(section) == Community(
        id="tarnwick",
        rooms=frozenset({"console:square"}),
        review_room="console:desk",
        rules=(Rule("respect", "Argue with the claim."),),
        stewards=(Steward("Noor", frozenset({"console:noor", "discord:1"}), Standing.ADMIN),),
        mode=Mode.OBSERVE,
        zone="Europe/Berlin",
        retention_days=7,
    )


def test_the_defaults_of_both_agree():
    assert community_of(CommunitySection(id="a")) == Community(id="a", rooms=frozenset())


def test_the_configuration_knows_the_same_names_as_the_domain():
    assert set(get_args(StandingName)) == {standing.name.lower() for standing in Standing}
    assert set(get_args(CommunitySection.model_fields["mode"].annotation)) == {mode.value for mode in Mode}
