"""Everything that can be found out about the bot on Matrix, in the order in which one thing needs the other."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise

from bot.domain.ids import ConversationId, MessageId
from bot.errors import PlatformError, StorageError
from bot.platforms.found import Found, State, later, mend, note, ok
from bot.platforms.matrix.checkup.account import Entry, entry, folder_found, homeserver_found
from bot.platforms.matrix.checkup.addresses import Addresses, look_up_all, moved_found
from bot.platforms.matrix.checkup.deciders import deciders_found
from bot.platforms.matrix.checkup.keys import ask_keys, keys_found, keys_stored
from bot.platforms.matrix.checkup.lag import Stored, lag_found, newest, sealed_found
from bot.platforms.matrix.checkup.lists import list_found
from bot.platforms.matrix.checkup.room import Seen, look_along, room_found, upgraded_found
from bot.platforms.matrix.checkup.server import admin_found, rates_found
from bot.platforms.matrix.connection.aliases import AliasFile
from bot.platforms.matrix.connection.asking import Asking, asking
from bot.platforms.matrix.names import place_of
from bot.platforms.matrix.options import Options


class Checkup:
    """One look at everything. Nothing is changed, nothing is synced: the bot may run meanwhile.

    Args:
        options: as the bot is told them.
        aliases: addresses by which the configuration names rooms.
        with_rooms: the options with ids in place of the addresses that are known.
        stored: what the store holds; None: there is none that can be read.
        running: whether the bot runs now.
    """

    def __init__(
        self,
        options: Options,
        *,
        aliases: Iterable[str],
        with_rooms: Callable[[Mapping[str, str]], Options],
        stored: Stored | None,
        running: bool,
        now: datetime,
    ) -> None:
        self._options, self._aliases, self._with_rooms = options, tuple(aliases), with_rooms
        self._stored, self._running, self._now = stored, running, now
        self._waiting: Mapping[ConversationId, int] = {}

    async def findings(self) -> AsyncIterator[Found]:
        """One after the other; ends early where nothing else can be looked at.

        Raises:
            ConfigError: the platform's folder cannot be opened, or the homeserver's address is none.
        """
        options = self._options
        for found in folder_found(options.folder):
            yield found
        async with asking(options.homeserver) as homeserver:
            answering = await homeserver_found(homeserver, options.homeserver, self._now)
            for found in answering:
                yield found
            if answering[-1].state is not State.OK:
                return
            async with entry(homeserver, options) as entered:
                for found in entered.found:
                    yield found
                if entered.token is not None:
                    homeserver.token = entered.token
                    async for found in self._as_account(homeserver, entered):
                        yield found

    async def _as_account(self, homeserver: Asking, entered: Entry) -> AsyncIterator[Found]:
        options = self._options
        if options.encryption:
            async for found in self._keys(homeserver, entered):
                yield found
        else:
            yield note("encryption", "switched off by [matrix] encryption: the bot stays out of what is encrypted")
        yield _inviters(options)
        addresses = await look_up_all(homeserver, self._aliases, AliasFile(options.folder).known())
        for found in addresses.found:
            yield found
        options = self._with_rooms(addresses.rooms)
        self._waiting = await self._undecryptable()
        for room in dict.fromkeys(room for rooms in options.communities for room in sorted(rooms)):
            async for found in self._room(homeserver, options, addresses, room, review=False):
                yield found
        for room in sorted(options.review_rooms):
            async for found in self._room(homeserver, options, addresses, room, review=True):
                yield found
        for listed in options.policy_lists:
            yield await list_found(homeserver, listed, options.user)
        if options.admin_token is not None:
            yield await admin_found(homeserver, options.admin_token)
        yield await rates_found(homeserver, options)

    async def _keys(self, homeserver: Asking, entered: Entry) -> AsyncIterator[Found]:
        try:
            published = await ask_keys(homeserver, self._options.user)
        except PlatformError as error:
            yield later("encryption", f"the keys could not be looked at: {error}")
            return
        for found in keys_found(published, entered.device, stored=keys_stored(self._options.folder, entered.device)):
            yield found

    async def _room(
        self, homeserver: Asking, options: Options, addresses: Addresses, room: ConversationId, *, review: bool
    ) -> AsyncIterator[Found]:
        identity = place_of(room).room
        if identity.startswith("#"):
            return  # said already: it has no id
        alias = next((alias for alias, found in addresses.rooms.items() if found == identity), None)
        subject = f"{'review room' if review else 'room'} {alias or identity}"
        try:
            line = await look_along(homeserver, identity, options.user)
            for before, after in pairwise(line):
                yield upgraded_found(subject, before, after)
            seen = line[-1]
            for found in room_found(subject, seen, options.user, review=review, encryption=options.encryption):
                yield found
            if review and seen.membership == "join":
                undecided = await deciders_found(homeserver, options, subject, seen)
                if undecided is not None:
                    yield undecided
            if alias is not None and alias in addresses.moved:
                file = AliasFile(options.folder).path
                yield moved_found(subject, identity, addresses.moved[alias], [one.room.id for one in line], file)
            if seen.membership == "join" and self._stored is not None:
                days = options.retention_days.get(room, 1)
                async for found in self._behind(homeserver, options, subject, seen, timedelta(days=days)):
                    yield found
        except PlatformError as error:
            yield later(subject, f"it could not be looked at: {error}")

    async def _behind(
        self, homeserver: Asking, options: Options, subject: str, seen: Seen, kept: timedelta
    ) -> AsyncIterator[Found]:
        sent = await newest(homeserver, options, seen, self._now, kept)
        known = await self._known([one.id for one in sent])
        yield lag_found(subject, sent, known, self._now, running=self._running)
        for found in sealed_found(subject, seen.room.id, self._waiting):
            yield found

    async def _known(self, messages: list[MessageId]) -> frozenset[MessageId]:
        assert self._stored is not None
        try:
            return frozenset(await self._stored.known(messages))
        except StorageError:
            return frozenset(messages)  # what is wrong with the store is said where the store is looked at

    async def _undecryptable(self) -> Mapping[ConversationId, int]:
        if self._stored is None:
            return {}
        try:
            return await self._stored.undecryptable()
        except StorageError:
            return {}


def _inviters(options: Options) -> Found:
    if options.inviters:
        return ok("invitations", f"accepted from {', '.join(options.inviters)}; all others are declined")
    return mend(
        "invitations",
        'nobody may invite the bot: name a steward with a Matrix account, or set inviters = ["@you:example.org"] under '
        "[matrix]",
    )
