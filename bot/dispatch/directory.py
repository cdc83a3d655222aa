"""Which room belongs to which community, and who may read what at this moment."""

from collections.abc import Mapping, Sequence

from bot.domain.community import Community
from bot.domain.conversation import Conversation
from bot.domain.ids import CommunityId, ConversationId, MemberId, platform_of
from bot.domain.member import Member
from bot.errors import ConfigError, PlatformError
from bot.ports.knowledge import Counts
from bot.ports.platform import Platform
from bot.ports.stores import People


class CommunityDirectory:
    """Implements the port `Directory`; threads are known from `load`, new ones from their events."""

    def __init__(self, communities: Sequence[Community], people: People, platforms: Mapping[str, Platform]) -> None:
        """Raises ConfigError where two communities share a room."""
        self._communities = {community.id: community for community in communities}
        self._people = people
        self._platforms = platforms
        self._rooms: dict[ConversationId, Community] = {}
        for community in communities:
            for room in community.rooms | ({community.review_room} if community.review_room else set()):
                other = self._rooms.setdefault(room, community)
                if other is not community:
                    raise ConfigError(f"the room {room} belongs to the communities '{other.id}' and '{community.id}'")
        self._parents: dict[ConversationId, ConversationId] = {}

    async def load(self) -> None:
        """Get to know the threads that were seen before."""
        for thread in await self._people.threads():
            self.learn(thread)

    def learn(self, conversation: Conversation) -> None:
        if conversation.parent is not None and conversation.parent in self._rooms:
            self._parents[conversation.id] = conversation.parent

    def communities(self) -> Sequence[Community]:
        return tuple(self._communities.values())

    def community(self, community: CommunityId) -> Community | None:
        return self._communities.get(community)

    def community_of(self, room: ConversationId) -> Community | None:
        return self._rooms.get(self._parents.get(room, room))

    async def conversation(self, conversation: ConversationId) -> Conversation | None:
        return await self._people.conversation(conversation)

    async def member(self, member: MemberId) -> Member | None:
        return await self._people.member(member)

    async def counts(self, conversation: ConversationId) -> Counts:
        return await self._people.counts(conversation)

    async def may_read(self, member: MemberId, conversation: ConversationId) -> bool:
        platform = self._platforms.get(platform_of(conversation))
        if platform is None:
            return False
        try:
            return await platform.may_read(member, conversation)
        except PlatformError:
            return False
