"""Which room belongs to which community, and who may read what at this moment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.dispatch.successors import Role, Successors
from bot.domain.community import Community
from bot.domain.conversation import Conversation
from bot.domain.event import AccessLost, ConversationReplaced, Event
from bot.domain.ids import CommunityId, ConversationId, MemberId, platform_of
from bot.domain.member import Member
from bot.errors import ConfigError, PlatformError
from bot.log import logger
from bot.ports.knowledge import Counts
from bot.ports.platform import Platform, Remark
from bot.ports.stores import People

_log = logger("directory")


class CommunityDirectory:
    """Implements the port `Directory`; threads are known from `load`, new ones from their events.

    Rooms that took the place of configured ones belong to the same communities, after a restart too.
    """

    def __init__(self, communities: Sequence[Community], people: People, platforms: Mapping[str, Platform]) -> None:
        """Raises ConfigError where two communities share a room."""
        self._configured = communities
        self._people = people
        self._platforms = platforms
        self._successors = Successors(_roles(communities))
        self._communities: dict[CommunityId, Community] = {}
        self._rooms: dict[ConversationId, CommunityId] = {}
        self._parents: dict[ConversationId, ConversationId] = {}
        self._settle()

    async def load(self) -> None:
        """Get to know what was seen before: which rooms were replaced, and the threads."""
        for old, new in await self._people.successors():
            self._add(old, new)
        self._settle()
        await self._load_threads()
        moved = [room for community in self._configured for room in community.places if self.current(room) != room]
        for room in moved:
            _log.info("a room of the configuration has a new id; it is followed", room=room, now=self.current(room))

    async def _load_threads(self) -> None:
        for thread in await self._people.threads():
            self.learn(thread)

    def learn(self, conversation: Conversation) -> None:
        if conversation.parent is not None and conversation.parent in self._rooms:
            self._parents[conversation.id] = conversation.parent

    async def heed(self, event: Event) -> None:
        """Follow what happened to a room, once it is stored, ahead of whoever hears of it."""
        match event:
            case ConversationReplaced(old=old, new=new) if event.is_move and self._add(old.id, new.id):
                self._settle()
                await self._load_threads()  # some of the new room may have been seen before it was known whose they are
            case AccessLost(conversation=conversation):
                self._lost(conversation, banned=event.banned)

    def _lost(self, conversation: Conversation, *, banned: bool) -> None:
        community = self.community_of(conversation.id)
        if community is None or conversation.id in community.former:
            return
        if conversation.id == community.review_room:
            words = "the bot was sent out of the moderators' room: nobody sees flags until it is invited again"
            _log.critical(words, community=community.id, room=conversation.id, banned=banned)
        else:
            _log.warning("the bot was sent out of a room", room=conversation.id, banned=banned)

    def _add(self, old: ConversationId, new: ConversationId) -> bool:
        refusal = self._successors.add(old, new)
        if refusal is not None:
            _log.warning("a room's replacement is not followed", room=old, new=new, why=refusal)
        return refusal is None

    def _settle(self) -> None:
        """Put every room where it belongs."""
        roles, former = self._successors.roles(), self._successors.former
        self._rooms = {room: role.community for room, role in roles.items()}
        for community in self._configured:
            mine = {room: role for room, role in roles.items() if role.community == community.id}
            review = community.review_room
            self._communities[community.id] = replace(
                community,
                rooms=frozenset(room for room, role in mine.items() if not role.review),
                review_room=self._successors.newest(review) if review else None,
                former=former & mine.keys(),
            )

    def communities(self) -> Sequence[Community]:
        return tuple(self._communities.values())

    def community(self, community: CommunityId) -> Community | None:
        return self._communities.get(community)

    def community_of(self, room: ConversationId) -> Community | None:
        found = self._rooms.get(self._parents.get(room, room))
        return self._communities[found] if found is not None else None

    def current(self, conversation: ConversationId) -> ConversationId:
        room = self._parents.get(conversation, conversation)
        newest = self._successors.newest(room)
        return conversation if newest == room else newest

    async def conversation(self, conversation: ConversationId) -> Conversation | None:
        return await self._people.conversation(conversation)

    async def member(self, member: MemberId) -> Member | None:
        return await self._people.member(member)

    async def counts(self, conversation: ConversationId) -> Counts:
        return await self._people.counts(conversation)

    async def undecryptable(self, community: CommunityId) -> Mapping[ConversationId, int]:
        mine = self._communities[community].places if community in self._communities else frozenset()
        return {room: count for room, count in (await self._people.undecryptable()).items() if room in mine}

    async def may_read(self, member: MemberId, conversation: ConversationId) -> bool:
        platform = self._platforms.get(platform_of(conversation))
        if platform is None:
            return False
        try:
            return await platform.may_read(member, conversation)
        except PlatformError:
            return False

    async def remarks(self, member: MemberId) -> Sequence[Remark]:
        platform = self._platforms.get(platform_of(member))
        if platform is None:
            return ()
        try:
            return await platform.remarks(member)
        except PlatformError:
            return ()


def _roles(communities: Iterable[Community]) -> dict[ConversationId, Role]:
    roles: dict[ConversationId, Role] = {}
    for community in communities:
        for room in sorted(community.places):
            role = Role(community.id, review=room == community.review_room)
            other = roles.setdefault(room, role)
            if other.community != community.id:
                raise ConfigError(
                    f"the room {room} belongs to the communities '{other.community}' and '{community.id}'"
                )
    return roles
