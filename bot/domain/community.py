"""The unit that moderators run: rooms on any platform, rules, moderators, one review room."""

from dataclasses import dataclass

from bot.domain.ids import CommunityId, ConversationId, MemberId
from bot.domain.member import Standing
from bot.domain.moderation import Mode


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Steward:
    """A person who moderates, with all their accounts: "another moderator" means another steward."""

    name: str
    accounts: frozenset[MemberId]
    standing: Standing = Standing.MODERATOR


@dataclass(frozen=True, slots=True)
class Community:
    """What moderators run together.

    Attributes:
        rooms: where members speak; those that another one took the place of are among them.
        former: rooms, and rooms of moderators, that another one took the place of.
        zone: the IANA time zone in which its schedules are read.
        retention_days: how long texts are kept.
        off_record_hours: how long those are kept that were said off the record.
    """

    id: CommunityId
    rooms: frozenset[ConversationId]
    review_room: ConversationId | None = None
    rules: tuple[Rule, ...] = ()
    stewards: tuple[Steward, ...] = ()
    mode: Mode = Mode.SUGGEST
    zone: str = "UTC"
    retention_days: int = 30
    off_record_hours: int = 72
    former: frozenset[ConversationId] = frozenset()

    @property
    def rooms_now(self) -> frozenset[ConversationId]:
        """Where members can speak at this moment."""
        return self.rooms - self.former

    @property
    def places(self) -> frozenset[ConversationId]:
        """Every room of it, the moderators' and former ones too."""
        return self.rooms | self.former | (frozenset({self.review_room}) if self.review_room else frozenset())

    def steward(self, member: MemberId) -> Steward | None:
        return next((steward for steward in self.stewards if member in steward.accounts), None)

    def same_person(self, one: MemberId, other: MemberId) -> bool:
        steward = self.steward(one)
        return one == other or (steward is not None and other in steward.accounts)

    def standing(self, member: MemberId, on_platform: Standing) -> Standing:
        """The higher of what the platform grants and what the configuration grants."""
        steward = self.steward(member)
        return max(on_platform, steward.standing) if steward else on_platform

    def rule(self, rule_id: str) -> Rule | None:
        return next((rule for rule in self.rules if rule.id == rule_id), None)
