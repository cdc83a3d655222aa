"""Lists of people and servers that others have banned (m.policy.rule): shown to moderators, never acted on."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any

from bot.domain.text import harmless
from bot.errors import Gone, PlatformError, RateLimited, Unavailable
from bot.log import logger
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.fields import is_room
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.rooms.room import POLICY_RULES, Room
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.platforms.matrix.sources.globs import is_bearable, is_plain, matches
from bot.platforms.patience import Patience
from bot.ports.clock import Clock
from bot.ports.platform import Remark

_MOST_RULES, _MOST_WITH_MARKS = 50_000, 1_000
"""Looked at in one list; so many at most with question marks, which cost more."""

_MOST_REMARKS = 5
"""Of one list on one member."""

_LONGEST_REASON, _LONGEST_ENTITY = 300, 100
_BANS = frozenset({"m.ban", "org.matrix.mjolnir.ban"})

Rule = tuple[tuple[str, str], Mapping[str, Any]]

_log = logger("matrix")


class PolicyLists:
    """The rooms that the configuration names; the bot joins them and only reads. `run` while the sync runs."""

    def __init__(self, options: Options, homeserver: Homeserver, rooms: Rooms, clock: Clock) -> None:
        self._options = options
        self._homeserver = homeserver
        self._rooms = rooms
        self._clock = clock
        self._ids: dict[str, str] = {name: name for name in options.policy_lists if is_room(name)}
        self._redacted: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

    async def run(self) -> None:
        """Join the lists, then look after what `redacted` names, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name in dict.fromkeys(self._options.policy_lists):
                group.create_task(self._patiently(partial(self._join, name), name), name="matrix joins a policy list")
            group.create_task(self._rereading(), name="matrix reads redacted rules again")

    def is_list(self, room: str) -> bool:
        """Whether a room is there only for its rules: nothing said in it is read."""
        if any(room in (identity, self._current(identity)) for identity in self._ids.values()):
            return True
        # Until the homeserver has said which room an address is, the room's own word keeps it from being read.
        known = self._rooms.get(room)
        alias = known.alias if known else None
        return alias is not None and alias in self._options.policy_lists and alias not in self._ids

    def redacted(self, room: str, event: str) -> None:
        """An event was redacted in a list, perhaps a rule, which is gone then: the homeserver is asked what it was."""
        self._redacted.put_nowait((room, event))

    async def remarks(self, user: str) -> list[Remark]:
        """What the lists say of a user, in the order of the configuration."""
        said: list[Remark] = []
        for name in dict.fromkeys(self._options.policy_lists):
            room = self._room(name)
            if room is None or not room.state:
                continue
            rules = list(islice(room.state.items(), _MOST_RULES))
            source = name if name.startswith("#") else room.alias or room.name or name
            found = await asyncio.to_thread(_said_of, user, rules)
            said += [Remark(harmless(source), text) for text in found]
        return said

    def _room(self, name: str) -> Room | None:
        identity = self._ids.get(name)
        return self._rooms.get(self._current(identity)) if identity else None

    def _current(self, room: str) -> str:
        return self._rooms.current(room) if self._rooms.get(room) else room

    async def _join(self, name: str) -> None:
        via = "" if name.startswith("#") else names.server_of(name)
        answer = await self._homeserver.call("POST", v3("join", name), {}, query={"via": via} if via else None)
        identity = answer.get("room_id")
        if isinstance(identity, str) and is_room(identity):
            self._ids[name] = identity

    async def _rereading(self) -> None:
        while True:
            room, event = await self._redacted.get()
            await self._patiently(partial(self._reread, room, event), room)

    async def _reread(self, identity: str, redacted: str) -> None:
        """Set the rule to what holds now: another may have taken its place long ago."""
        event = await self._homeserver.call("GET", v3("rooms", identity, "event", redacted))
        kind, key, room = event.get("type"), event.get("state_key"), self._rooms.get(identity)
        if room is None or not isinstance(kind, str) or not isinstance(key, str) or kind not in POLICY_RULES:
            return
        try:
            content = await self._homeserver.call("GET", v3("rooms", identity, "state", kind, key))
        except Gone:
            content = {}
        room.apply({"type": kind, "state_key": key, "content": content})

    async def _patiently(self, act: Callable[[], Awaitable[None]], room: str) -> None:
        patience = Patience()
        while True:
            try:
                return await act()
            except (Unavailable, RateLimited) as error:
                await self._clock.sleep(patience.after(error))
            except PlatformError as error:
                _log.warning("a policy list cannot be read", room=room, error=str(error))
                return None


def _said_of(user: str, rules: Iterable[Rule]) -> list[str]:
    return list(islice(_matching(user, rules), _MOST_REMARKS))


def _matching(user: str, rules: Iterable[Rule]) -> Iterator[str]:
    """What rules say that name the user or their server."""
    server = names.server_of(user).lower()
    host = server.rpartition(":")[0] if server.rpartition(":")[2].isdigit() else server
    subjects = {"user": (user,), "server": tuple(dict.fromkeys((server, host)))}
    marked = 0
    for (kind, _), content in rules:
        about = POLICY_RULES.get(kind)
        entity = content.get("entity")
        if about not in subjects or not isinstance(entity, str):
            continue
        pattern = entity.lower() if about == "server" else entity
        if pattern in subjects[about]:
            yield _words(entity, user, content)
        elif not is_plain(pattern):
            marked += "?" in pattern
            bearable = is_bearable(pattern) and ("?" not in pattern or marked <= _MOST_WITH_MARKS)
            if bearable and any(matches(pattern, subject) for subject in subjects[about]):
                yield _words(entity, user, content)


def _words(entity: str, user: str, content: Mapping[str, Any]) -> str:
    """What a rule recommends, of whom if not of this user by name, and its reason."""
    wanted, reason = content.get("recommendation"), content.get("reason")
    advice = "ban" if wanted in _BANS else "listed" if not isinstance(wanted, str) else f"“{_short(wanted)}”"
    if entity != user:
        pattern = "" if is_plain(entity) else ", a pattern"
        advice += f" (by the rule on {_short(entity)}{pattern})"
    said = harmless(reason)[:_LONGEST_REASON].strip() if isinstance(reason, str) else ""
    return f"{advice}: {said}" if said else advice


def _short(text: str) -> str:
    return harmless(text)[:_LONGEST_ENTITY]
