"""One room as its state events tell it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.ids import ConversationId
from bot.domain.member import Member
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.homeserver import Json
from bot.platforms.matrix.fields import is_room, is_user
from bot.platforms.matrix.rooms.power import LEVELS, Power, power_of
from bot.platforms.matrix.rooms.shown import LONGEST_NAME, LONGEST_ROOM_NAME, likeness, shown

PRESENT = frozenset({"join", "invite"})
"""Memberships of those who are in a room or may enter it."""

POLICY_RULES: Mapping[str, str] = {
    f"{prefix}.{kind}": kind
    for prefix in ("m.policy.rule", "m.room.rule", "org.matrix.mjolnir.rule")
    for kind in ("user", "room", "server")
}
"""Types of state that hold policy rules, with what they are about; two of the prefixes are older than the standard."""

_MEMBERSHIPS = frozenset({"join", "invite", "leave", "ban", "knock"})
_LIKE_USER = re.compile(r"@[^\s:@]*:[^\s/]")
_SERVER = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
_MARK = "org.folkmoot"
_SEVERAL = 3


@dataclass(slots=True)
class Person:
    """Membership ("join", "invite", "leave", "ban", "knock") and display name, as far as known.

    `direct`: the invitation was to a private conversation.
    """

    membership: str
    name: str | None = None
    direct: bool = False


@dataclass(slots=True)
class Room:
    """Brought up to date by `apply`, one state event at a time.

    Attributes:
        people: those that were heard of; with lazy loading never all.
        replaced_by: the room that a tombstone points to.
        direct: private, by the invitation or by the account's own list (`m.direct`, set by who reads that).
        state: content of other state that somebody reads (policy rules), by type and state key.
        own: the bot's user id.
        made_for: with whom alone the bot made it, by the mark in its first event, which nobody can change.
        public: whether anybody may join.
        complete: `people` holds all who are joined or invited.
        unsure: people whose membership may have changed while events were left out.
        heroes, joined, invited: the homeserver's summary: whom to name a room after, and how many there are.
    """

    id: str
    version: str = "1"
    name: str | None = None
    alias: str | None = None
    encrypted: bool = False
    power: Power = field(default_factory=Power)
    people: dict[str, Person] = field(default_factory=dict)
    replaced_by: str | None = None
    predecessor: str | None = None
    direct: bool = False
    state: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    own: str = ""
    made_for: str | None = None
    public: bool = False
    complete: bool = False
    unsure: set[str] = field(default_factory=set)
    heroes: tuple[str, ...] = ()
    joined: int | None = None
    invited: int | None = None
    _create: tuple[dict[str, Any], str] = field(default=({}, ""), repr=False)
    _levels: dict[str, Any] | None = field(default=None, repr=False)
    _alike: dict[str, set[str]] = field(default_factory=dict, repr=False)
    _servers: dict[str, int] = field(default_factory=dict, repr=False)
    _via: list[str] | None = field(default=None, repr=False)

    # --- what events say ----------------------------------------------------------------------------------------

    def apply(self, event: Json) -> None:
        """Take a state event; malformed ones change nothing."""
        kind, key, content = event.get("type"), event.get("state_key"), event.get("content")
        if not isinstance(kind, str) or not isinstance(key, str) or not isinstance(content, Mapping):
            return
        if kind == "m.room.member":
            self._member(key, content, event)
        elif kind in POLICY_RULES:
            self._policy(kind, key, content)
        elif key == "" and kind in _APPLIED:
            _APPLIED[kind](self, content, event)

    def take_summary(self, summary: Any) -> None:
        """The `summary` of a sync answer; what it leaves out has not changed."""
        if not isinstance(summary, Mapping):
            return
        heroes = summary.get("m.heroes")
        if isinstance(heroes, list):
            self.heroes = tuple(user for user in heroes if is_user(user))
        self.joined = _count(summary.get("m.joined_member_count"), self.joined)
        self.invited = _count(summary.get("m.invited_member_count"), self.invited)

    def aside(self) -> "Room":
        """A copy that can be told of people of old without the room itself hearing of them."""
        alike = {like: set(users) for like, users in self._alike.items()}
        return replace(
            self, people=dict(self.people), _alike=alike, _servers=dict(self._servers), unsure=set(self.unsure)
        )

    def missed(self) -> None:
        """Events were left out: who is there is no longer sure, and must be asked for again."""
        self.complete = False
        self.unsure = set(self.people)

    def _created(self, content: Json, event: Json) -> None:
        version, sender = content.get("room_version", "1"), event.get("sender")
        if not isinstance(version, str) or not isinstance(sender, str):
            return
        predecessor = content.get("predecessor")
        before = predecessor.get("room_id") if isinstance(predecessor, Mapping) else None
        self.version, self.predecessor = version, before if is_room(before) else None
        self._create = (dict(content), sender)
        if sender == self.own:
            self.made_for = _made_for(content)
            self.direct = self.direct or self.made_for is not None
        self._power_changed()

    def _empowered(self, content: Json, _: Json) -> None:
        self._levels = dict(content)
        self._power_changed()

    def _power_changed(self) -> None:
        content, sender = self._create
        self.power, self._via = power_of(self.version, content, sender, self._levels), None

    def _named(self, content: Json, _: Json) -> None:
        name = content.get("name")
        if name is None or isinstance(name, str):
            self.name = shown(name, LONGEST_ROOM_NAME)

    def _aliased(self, content: Json, _: Json) -> None:
        alias = content.get("alias")
        if alias is None or isinstance(alias, str):
            self.alias = shown(alias, LONGEST_ROOM_NAME)

    def _encrypt(self, content: Json, _: Json) -> None:
        """Never switched off again, whatever a later event says."""
        self.encrypted = self.encrypted or isinstance(content.get("algorithm"), str)

    def _join_rules(self, content: Json, _: Json) -> None:
        if isinstance(content.get("join_rule"), str):
            self.public = content["join_rule"] == "public"

    def _replaced(self, content: Json, _: Json) -> None:
        if is_room(content.get("replacement_room")):
            self.replaced_by = content["replacement_room"]

    def _policy(self, kind: str, key: str, content: Json) -> None:
        if isinstance(content.get("entity"), str):
            self.state[kind, key] = dict(content)
        else:  # that is how a rule is taken back
            self.state.pop((kind, key), None)

    def _member(self, user: str, content: Json, event: Json) -> None:
        membership, name = content.get("membership"), content.get("displayname")
        if not isinstance(membership, str) or membership not in _MEMBERSHIPS or not is_user(user):
            return
        before, present = self.people.get(user), membership in PRESENT
        invited = content.get("is_direct") is True or _before(event).get("is_direct") is True
        direct = present and (invited or (before is not None and before.direct))
        # Whoever removes somebody need not repeat their name: they are still called by it.
        called = name if isinstance(name, str) else before.name if before and not present else None
        self._alike_without(user, before)
        self._counted(user, before, membership)
        self.people[user] = Person(membership, called, direct)
        if present:
            self._alike.setdefault(likeness(self._plain_name(user)), set()).add(user)
        # Anybody may call any invitation private: only one of the bot, or by it, says so of the room.
        self.direct = self.direct or (direct and self.own in (user, event.get("sender")))
        self._via = None
        self.unsure.discard(user)

    def _counted(self, user: str, before: Person | None, membership: str) -> None:
        """How many of each server are joined."""
        server, was = names.server_of(user), before is not None and before.membership == "join"
        if not _SERVER.fullmatch(server) or was == (membership == "join"):
            return
        self._servers[server] = self._servers.get(server, 0) + (-1 if was else 1)
        if not self._servers[server]:
            del self._servers[server]

    def _alike_without(self, user: str, before: Person | None) -> None:
        if before is None or before.membership not in PRESENT:
            return
        like = likeness(self._plain_name(user))
        self._alike.get(like, set()).discard(user)
        if not self._alike.get(like):
            self._alike.pop(like, None)

    # --- what follows from them ---------------------------------------------------------------------------------

    def present(self) -> Iterator[str]:
        """Users who are known to be joined or invited."""
        return (user for user, person in self.people.items() if person.membership in PRESENT)

    @property
    def private(self) -> bool:
        """A conversation of the bot with one person alone, as far as is known."""
        return self.direct and self.is_of_two

    @property
    def is_of_two(self) -> bool:
        """Nobody but the bot and one person is there or asked in, nor may anybody come."""
        if self.public:
            return False
        counted = None if self.joined is None else self.joined + (self.invited or 0)
        known = sum(1 for _ in self.present())
        return max(known, counted or 0) <= 2  # noqa: PLR2004 - the bot and somebody

    def other(self) -> str | None:
        """Who else is in a private room."""
        return next((user for user in (*self.present(), *self.heroes) if user != self.own), None)

    def conversation(self, thread: str | None = None) -> Conversation:
        """The room, or a thread in it, as the core knows it."""
        room, name = names.conversation_id(self.id), self._title()
        if thread is not None:
            place = names.conversation_id(self.id, thread)
            return Conversation(place, name, ConversationKind.THREAD, room, self.encrypted)
        kind = ConversationKind.DIRECT if self.private else ConversationKind.ROOM
        return Conversation(room, name, kind, None, self.encrypted)

    def member(self, user: str) -> Member:
        """Name made unambiguous; kind PERSON (who is a bot is decided by `incoming`)."""
        return self.member_called(user, self._name_of(user))

    def member_called(self, user: str, name: str | None) -> Member:
        """Likewise, under a name that the room need not know yet."""
        clean = shown(name)
        if clean is None:
            return Member(names.member_id(user), shown(user) or user)
        others = self._alike.get(likeness(clean), set()) - {user}
        # A name that is written like an account passes for that account, in the room or not.
        if clean != user and (others or _LIKE_USER.search(clean)):
            clean = f"{clean[:LONGEST_NAME]} ({user})"
        return Member(names.member_id(user), clean)

    def known_as(self) -> tuple[ConversationId, ...]:
        """Its id, and that of the room it replaced: configurations may still name that one."""
        return tuple(names.conversation_id(room) for room in (self.id, self.predecessor) if room is not None)

    def via(self) -> list[str]:
        """Up to three servers through which others can reach the room: the mightiest member's, then the fullest."""
        if self._via is None:
            mighty = names.server_of(self._mightiest() or "")
            counts = self._servers
            ordered = sorted(counts, key=lambda server: (server != mighty, -counts[server], server))
            self._via = ordered[:_SEVERAL]
        return self._via

    def _mightiest(self) -> str | None:
        """Of those who are joined and stand above the rest, if only by name."""
        listed = self.power.levels.get("users")
        candidates = {*self.power.creators, *(listed if isinstance(listed, Mapping) else ())}
        here = [user for user in sorted(candidates) if user in self.people and self.people[user].membership == "join"]
        return max(here, key=self.power.of, default=None)

    def _title(self) -> str:
        if self.name:
            return self.name
        other = self.other() if self.private else None
        if other:
            return self.member(other).name
        if self.alias:
            return self.alias
        heroes = [user for user in self.heroes if user != self.own][:_SEVERAL]
        people = heroes or list(islice((user for user in self.present() if user != self.own), _SEVERAL))
        return ", ".join(self.member(user).name for user in people)[:LONGEST_ROOM_NAME] or self.id

    def _name_of(self, user: str) -> str | None:
        person = self.people.get(user)
        return person.name if person else None

    def _plain_name(self, user: str) -> str:
        return shown(self._name_of(user)) or user


_APPLIED: Mapping[str, Callable[[Room, Json, Json], None]] = {
    "m.room.create": Room._created,  # noqa: SLF001 - a table of the class's own, which cannot stand inside it
    "m.room.name": Room._named,  # noqa: SLF001
    "m.room.canonical_alias": Room._aliased,  # noqa: SLF001
    "m.room.encryption": Room._encrypt,  # noqa: SLF001
    "m.room.join_rules": Room._join_rules,  # noqa: SLF001
    LEVELS: Room._empowered,  # noqa: SLF001
    "m.room.tombstone": Room._replaced,  # noqa: SLF001
}


def mark_of_private(user: str) -> dict[str, Any]:
    """For `creation_content`: the bot makes the room for itself and this user alone."""
    return {_MARK: {"private": user}}


def _made_for(content: Json) -> str | None:
    mark = content.get(_MARK)
    user = mark.get("private") if isinstance(mark, Mapping) else None
    return user if is_user(user) else None


def _before(event: Json) -> Mapping[str, Any]:
    """What the state was before this event, as the homeserver says beside it."""
    unsigned = event.get("unsigned")
    content = unsigned.get("prev_content") if isinstance(unsigned, Mapping) else None
    return content if isinstance(content, Mapping) else {}


def _count(value: Any, before: int | None) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else before
