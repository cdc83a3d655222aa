"""Two homeservers that federate, and a bot on one of them: `make federation-matrix`.

Somebody from the other homeserver is flagged, banned and unbanned, in a room of version 11 and an encrypted one of
version 12; the bot is the real one, as a process. Exits with 1 where it does not come about.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from bot.log import configure_logging
from tests.endurance.matrix.federated import federation
from tests.endurance.matrix.process import Account, Bot
from tests.endurance.matrix.square import label_of
from tests.endurance.verdicts import is_flagged
from tests.platforms.matrix.homeserver.encrypted import EncryptedPerson
from tests.platforms.matrix.homeserver.people import People
from tests.platforms.matrix.homeserver.person import Refused
from tests.platforms.matrix.homeserver.synapse import missing

COGS = ("civility", "review", "admin", "help", "gate")
KINDS = (("11", False), ("12", True))
_PATIENCE = 120.0


class Story:
    """Mira moderates at home; Rem comes from the other homeserver."""

    def __init__(self, mira: EncryptedPerson, rem: EncryptedPerson, bot: Bot, account: str, desk: str) -> None:
        self.mira, self.rem, self.bot, self.account, self.desk = mira, rem, bot, account, desk

    async def play(self, room: str, version: str) -> None:
        home = self.mira.user.partition(":")[2]
        await self.rem.join(room, home)
        await self.mira.in_room(room, self.rem.user)
        if await self.mira.is_encrypted(room):
            await self.rem.until(lambda: self.rem.devices_with_keys(self.account), "the bot's keys, from afar")
        words = next(text for n in range(10_000) if is_flagged(text := f"You people never listen, {version} {n}"))
        await self.rem.say(room, words)
        card = await self.mira.until(lambda: self._card(words), "a card about the message from afar")
        self._tell(version, f"flagged: {label_of(card)} about {self.rem.user}")
        await self.mira.say(room, f"!ban {self.rem.user}")
        await self.mira.until(lambda: self._is("ban", room), "the ban at home")
        await self.rem.until(lambda: self._kept_out(room), "the ban on the other homeserver")
        self._tell(version, "banned: the other homeserver keeps them out, too")
        await self.mira.say(room, f"!unban {self.rem.user}")
        await self.mira.until(lambda: self._is("leave", room), "the ban lifted")
        await self.rem.until(lambda: self._let_in(room, home), "a way back in")
        await self.mira.in_room(room, self.rem.user)
        self._tell(version, "unbanned: back in the room")

    async def _card(self, words: str):  # a post, or nothing yet
        assert not self.bot.ended, "the bot ended by itself"
        posts = await self.mira.posts(self.desk, self.account)
        return next((post for post in posts if label_of(post) and words in post.text), None)

    async def _is(self, membership: str, room: str) -> bool:
        assert not self.bot.ended, "the bot ended by itself"
        return await self.mira.membership(room, self.rem.user) == membership

    async def _kept_out(self, room: str) -> bool:
        try:
            await self.rem.say(room, "still here?")
        except Refused as refused:
            return refused.status == 403
        return False

    async def _let_in(self, room: str, home: str) -> bool:
        try:
            await self.rem.join(room, home)
        except Refused:
            return False
        return True

    @staticmethod
    def _tell(version: str, line: str) -> None:
        print(f"room version {version}: {line}", flush=True)


async def main() -> int:
    configure_logging("warning", "console")
    if reason := missing():
        print(reason, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="folkmoot-federation-") as name, federation(Path(name)) as (home, afar):
        async with People(home) as here, People(afar) as there:
            mira, rem = await here.encrypted("mira"), await there.encrypted("rem")
            mira.patience = rem.patience = _PATIENCE
            account = home.register("folkmoot").user
            powers = {account: 50}
            rooms = [
                await mira.create_room(account, version=version, encrypted=sealed, public=True, powers=powers)
                for version, sealed in KINDS
            ]
            desk = await mira.create_room(account, version="12", encrypted=True, name="moderators", powers=powers)
            bot = Bot(Path(name), Account(home.url, account, rooms, desk, [mira.user]), cogs=COGS)
            bot.start()
            try:
                for room in (*rooms, desk):
                    await mira.in_room(room, account)
                story = Story(mira, rem, bot, account, desk)
                for room, (version, _) in zip(rooms, KINDS, strict=True):
                    await story.play(room, version)
            except AssertionError as failed:
                print(bot.last_words, file=sys.stderr)
                print(f"\nWRONG: {failed}")
                return 1
            finally:
                bot.kill()
    print("\nflagged, banned and unbanned across homeservers")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
