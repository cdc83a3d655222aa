"""Everything that can be found out about the bot on Discord, in the order in which one thing needs the other."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta

from bot.domain.ids import ConversationId
from bot.errors import Forbidden, Gone, PlatformError, StorageError
from bot.platforms.discord.checkup.account import Account, account_found, connecting_found
from bot.platforms.discord.checkup.answers import entries
from bot.platforms.discord.checkup.deciders import deciders_found
from bot.platforms.discord.checkup.lag import ASKED, Stored, lag_found, sent
from bot.platforms.discord.checkup.room import (
    Seen,
    kind_found,
    look_at_room,
    missing_found,
    privacy_found,
    room_found,
)
from bot.platforms.discord.checkup.server import Place, commands_found, look_at_server, server_found
from bot.platforms.discord.connection.asking import Asking, asking
from bot.platforms.discord.names import channel_of
from bot.platforms.discord.options import Options
from bot.platforms.found import Found, later, mend


class Checkup:
    """One look at everything. Nothing is changed, and nothing logs in as the bot does: it may run meanwhile.

    Args:
        options: as the bot is told them.
        application: as the configuration names it.
        kept: for how long each room's texts are.
        stored: what the store holds; None: there is none that can be read.
        running: whether the bot runs now.
    """

    def __init__(
        self,
        options: Options,
        *,
        application: int | None,
        kept: Mapping[ConversationId, timedelta],
        stored: Stored | None,
        running: bool,
        now: datetime,
    ) -> None:
        self._options, self._application, self._kept = options, application, kept
        self._stored, self._running, self._now = stored, running, now

    async def findings(self) -> AsyncIterator[Found]:
        """One after the other; ends early where nothing else can be looked at.

        Raises:
            ConfigError: the address of another server is none.
        """
        options = self._options
        async with asking(options.token, options.api_base) as discord:
            account, seen = await account_found(discord, options.token.get_secret_value(), self._application, self._now)
            for found in seen:
                yield found
            if account is None:
                return
            yield await connecting_found(discord, options.shard_count)
            async for found in self._rooms(discord, account):
                yield found

    async def _rooms(self, discord: Asking, account: Account) -> AsyncIterator[Found]:
        if await _is_nowhere(discord):
            yield mend(
                "servers",
                "the bot is in none yet: whoever may manage yours opens the invite link, which stands below",
            )
            return
        options, places = self._options, dict[int, Place]()
        named = [(room, False) for rooms in options.communities for room in sorted(rooms)]
        named += [(room, True) for room in sorted(options.review_rooms)]
        for room, review in named:
            subject = f"{'review room' if review else 'room'} {channel_of(room)}"
            try:
                async for found in self._room(discord, account, places, room, subject, review=review):
                    yield found
            except PlatformError as error:
                yield later(subject, f"it could not be looked at: {error}")
        for place in places.values():
            for found in server_found(place, automod=options.automod):
                yield found
            yield await commands_found(discord, place, options.command_servers)

    async def _room(
        self,
        discord: Asking,
        account: Account,
        places: dict[int, Place],
        room: ConversationId,
        subject: str,
        *,
        review: bool,
    ) -> AsyncIterator[Found]:
        channel = channel_of(room)
        assert channel is not None, "the configuration takes numbers alone"
        try:
            seen = await look_at_room(discord, channel)
        except (Gone, Forbidden) as error:
            yield await missing_found(discord, subject, channel, error)
            return
        if wrong := kind_found(subject, seen):
            yield wrong
            return
        if seen.server not in places:
            place = await look_at_server(discord, seen.server, account)
            if place is None:
                yield mend(subject, "the bot is not in its server: open the invite link, which stands below")
                return
            places[seen.server] = place
        place = places[seen.server]
        for found in room_found(subject, seen, place, review=review):
            yield found
        if review:
            yield privacy_found(subject, seen, place)
            if undecided := await deciders_found(discord, subject, seen, place, self._options.stewards):
                yield undecided
        async for found in self._behind(discord, subject, seen, self._kept.get(room, timedelta(days=1))):
            yield found

    async def _behind(self, discord: Asking, subject: str, seen: Seen, kept: timedelta) -> AsyncIterator[Found]:
        """What stands in a forum stands in its posts."""
        if self._stored is None or seen.is_forum:
            return
        try:
            messages = sent(await discord.ask("channels", seen.id, "messages", limit=ASKED), seen.id, self._now, kept)
        except Forbidden:
            return  # said where its permissions are
        try:
            known = await self._stored.known([one.id for one in messages])
        except StorageError:
            return  # what is wrong with the store is said where the store is looked at
        for found in lag_found(subject, messages, frozenset(known), self._now, running=self._running):
            yield found


async def _is_nowhere(discord: Asking) -> bool:
    """Whether no server has the bot; False where that cannot be known."""
    try:
        return not list(entries(await discord.ask("users", "@me", "guilds")))
    except PlatformError:
        return False
