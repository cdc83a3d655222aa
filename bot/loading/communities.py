"""From the configuration's communities to those of the domain."""

from bot.config import CommunitySection, StewardSection
from bot.domain.community import Community, Rule, Steward
from bot.domain.ids import CommunityId, ConversationId, MemberId
from bot.domain.member import Standing
from bot.domain.moderation import Mode


def community_of(section: CommunitySection) -> Community:
    return Community(
        id=CommunityId(section.id),
        rooms=frozenset(map(ConversationId, section.rooms)),
        review_room=ConversationId(section.review_room) if section.review_room else None,
        rules=tuple(Rule(rule.id, rule.text) for rule in section.rules),
        stewards=tuple(map(_steward_of, section.stewards)),
        mode=Mode(section.mode),
        zone=section.zone,
        retention_days=section.retention_days,
        off_record_hours=section.off_record_hours,
    )


def _steward_of(section: StewardSection) -> Steward:
    return Steward(
        name=section.name,
        accounts=frozenset(map(MemberId, section.accounts)),
        standing=Standing[section.standing.upper()],
    )
