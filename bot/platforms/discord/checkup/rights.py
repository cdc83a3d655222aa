"""What somebody may do in a server and in a channel, from roles and overwrites. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.platforms.discord.checkup.answers import entries, flag, ids, named, number, text
from bot.platforms.discord.checkup.needed import EVERYTHING, Right

_ROLE, _MEMBER = 0, 1
_MODERATING = Right.MANAGE_MESSAGES | Right.KICK_MEMBERS | Right.BAN_MEMBERS | Right.TIME_OUT_MEMBERS
_ADMINISTERING = Right.ADMINISTRATOR | Right.MANAGE_SERVER


@dataclass(frozen=True, slots=True)
class Role:
    """`managed`: it belongs to a bot or an integration, and people cannot be given it."""

    id: int
    name: str
    position: int
    rights: Right
    managed: bool

    @property
    def rank(self) -> tuple[int, int]:
        """Higher stands above; of two at one position the older one does."""
        return (self.position, -self.id)


@dataclass(frozen=True, slots=True)
class Server:
    """As far as permissions go.

    Attributes:
        two_factor: whoever moderates must have a second factor; for a bot that is its application's owner.
    """

    id: int
    name: str
    owner: int
    roles: dict[int, Role] = field(default_factory=dict)
    two_factor: bool = False

    def held(self, roles: Iterable[int]) -> list[Role]:
        return [self.roles[role] for role in {self.id, *roles} if role in self.roles]

    def rights(self, user: int, roles: Iterable[int]) -> Right:
        """In the server as a whole."""
        found = Right(0)
        for role in self.held(roles):
            found |= role.rights
        return EVERYTHING if user == self.owner or found & Right.ADMINISTRATOR else found

    def top(self, roles: Iterable[int]) -> Role | None:
        return max(self.held(roles), key=lambda role: role.rank, default=None)


def server_of(answer: Any) -> Server:
    """From the answer to GET /guilds/ID."""
    roles = (
        Role(
            number(one, "id"),
            named(text(one, "name")),
            number(one, "position"),
            Right(number(one, "permissions") & int(EVERYTHING)),
            flag(one, "managed"),
        )
        for one in entries(answer, "roles")
    )
    return Server(
        number(answer, "id"),
        named(text(answer, "name")),
        number(answer, "owner_id"),
        {role.id: role for role in roles},
        number(answer, "mfa_level") > 0,
    )


def in_channel(server: Server, overwrites: Any, user: int, roles: frozenset[int]) -> Right:
    """In one channel; `overwrites` is its `permission_overwrites`, of a thread its parent's."""
    found = server.rights(user, roles)
    if found == EVERYTHING:
        return found
    listed = list(entries(overwrites))
    own = [one for one in listed if number(one, "id") == server.id]
    of_roles = [one for one in listed if number(one, "type") == _ROLE and number(one, "id") in roles - {server.id}]
    of_user = [one for one in listed if number(one, "type") == _MEMBER and number(one, "id") == user]
    for level in (own, of_roles, of_user):
        denied = allowed = 0
        for one in level:
            denied |= number(one, "deny")
            allowed |= number(one, "allow")
        found = Right((int(found) & ~denied | allowed) & int(EVERYTHING))
    return found if found & Right.VIEW_CHANNEL else Right(0)


def may_decide(rights: Right) -> bool:
    """Whether the bot counts somebody with these as a moderator or an admin."""
    return bool(rights & (_MODERATING | _ADMINISTERING))


def roles_of(member: Any) -> frozenset[int]:
    """From the answer to GET /guilds/ID/members/ID."""
    return ids(member, "roles")
