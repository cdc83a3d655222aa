"""People in a room of a real homeserver, for the contract of platforms."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

from bot.domain.conversation import Conversation
from bot.domain.effect import Choice
from bot.domain.ids import MemberId, MessageId
from bot.domain.member import Member
from bot.platforms.matrix import names
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.platform import MatrixPlatform
from bot.ports.core import Core
from bot.ports.platform import Platform, PromptPost
from bot.scheduling import SystemClock
from bot.testing.contracts.platform_driver import Listener, PlatformDriver
from tests.platforms.matrix.homeserver.encrypted import EncryptedPerson
from tests.platforms.matrix.homeserver.people import People
from tests.platforms.matrix.homeserver.synapse import PASSWORD, Account
from tests.platforms.matrix.homeserver.view import Post

YES, SKIP = "✅", "⏭️"


class MatrixDriver(PlatformDriver):
    """Mira in a room with the bot, which may kick, ban and redact there; what is shown is what Mira's client shows."""

    def __init__(self, mira: EncryptedPerson, bot: Account, room: str, folder: Path, *, encrypted: bool) -> None:
        self.mira, self.bot, self.room_id = mira, bot.user, room
        self.room = Conversation(names.conversation_id(room), "a room", encrypted=encrypted)
        self.member = Member(names.member_id(mira.user), mira.user)
        self.options = Options(
            homeserver=mira.url,
            user=bot.user,
            folder=folder,
            password=SecretStr(PASSWORD),
            inviters=(mira.user,),
            communities=(frozenset({self.room.id}),),
        )

    @classmethod
    async def made(cls, people: People, folder: Path, *, version: str, encrypted: bool) -> "MatrixDriver":
        """With a fresh room that the bot has joined."""
        mira = await people.encrypted("mira")
        account = people.server.register("folkmoot")
        bot = await people.of(account)
        room = await mira.create_room(bot.user, version=version, encrypted=encrypted, powers={bot.user: 50})
        await bot.join(room)
        await bot.log_out()
        return cls(mira, account, room, folder, encrypted=encrypted)

    def connect(self, core: Core) -> Platform:
        return MatrixPlatform(self.options, SystemClock(), core)

    async def connected(self, listener: Listener) -> None:
        """A fresh install hears what comes after its first batch; others can encrypt for it once its keys are known."""
        if not listener.checkpoints:
            await listener.hear_batches(1)
        if self.room.encrypted:
            await self.mira.until(lambda: self.mira.devices_with_keys(self.bot), "keys of the bot's device")

    # --- what Mira does -----------------------------------------------------------------------------------------

    async def say(self, text: str) -> None:
        await self.mira.say(self.room_id, text)

    async def edit(self, message: MessageId, text: str) -> None:
        room, event = _event(message)
        await self.mira.edit(room, event, text)

    async def delete(self, message: MessageId) -> None:
        room, event = _event(message)
        await self.mira.redact(room, event)

    async def answer(self, prompt: PromptPost, choice: str, fields: Mapping[str, str]) -> None:
        room, card = _event(prompt.message)
        await self.mira.accept_invitations()
        chosen = next(each for each in prompt.ask.choices if each.id == choice)
        await self._offered(room, card, chosen.emoji)
        await self.mira.react(room, card, chosen.emoji)
        await self._confirm(room, chosen)
        for each in chosen.form:
            question = await self._asked(room, each.text)
            if each.id in fields:
                await self.mira.say(room, fields[each.id], reply_to=question.id)
            else:
                await self._offered(room, question.id, SKIP)
                await self.mira.react(room, question.id, SKIP)

    async def _confirm(self, room: str, choice: Choice) -> None:
        if choice.confirm is not None:
            question = await self._asked(room, choice.confirm)
            await self._offered(room, question.id, YES)
            await self.mira.react(room, question.id, YES)

    async def _offered(self, room: str, event: str, emoji: str) -> None:
        """Wait until the bot has set the reaction that Mira only needs to press."""

        async def stands() -> bool:
            posts = await self.mira.posts(room, self.bot)
            return any(post.id == event and post.reactions[emoji, self.bot] for post in posts)

        await self.mira.until(stands, f"the choice {emoji}")

    async def _asked(self, room: str, words: str) -> Post:
        """Wait for a question that the bot puts to Mira by name."""

        async def stands() -> Post | None:
            posts = await self.mira.posts(room, self.bot)
            mine = (post for post in posts if self.mira.user in post.pinged and not post.redacted)
            return next((post for post in mine if words in post.text), None)

        post: Post = await self.mira.until(stands, f"the question {words!r}")
        return post

    # --- what Mira sees -----------------------------------------------------------------------------------------

    async def shown(self) -> list[str]:
        return [f"{post.text}\n{post.html}" for _, post in await self._posted()]

    async def handed_over(self) -> list[tuple[MemberId | None, bytes]]:
        return [
            (None if room == self.room_id else await self._alone_with(room), await self.mira.open_file(post.content))
            for room, post in await self._posted()
            if post.content.get("msgtype") in {"m.file", "m.image", "m.video", "m.audio"}
        ]

    async def pinged(self) -> list[str]:
        return sorted(user for _, post in await self._posted() for user in post.pinged)

    async def _posted(self) -> list[tuple[str, Post]]:
        """The bot's posts in all rooms, oldest first."""
        await self.mira.accept_invitations()
        found = [
            (room, post) for room in await self.mira.joined_rooms() for post in await self.mira.posts(room, self.bot)
        ]
        return sorted((pair for pair in found if not pair[1].redacted), key=lambda pair: pair[1].at)

    async def _alone_with(self, room: str) -> MemberId:
        """Mira, if nobody but her and the bot can see the room."""
        people = await self.mira.call("GET", f"/v3/rooms/{room}/joined_members")
        assert set(people["joined"]) == {self.mira.user, self.bot}
        return self.member.id


def _event(message: MessageId) -> tuple[str, str]:
    found = names.event_of(message)
    assert found is not None, f"{message} names no event"
    return found
