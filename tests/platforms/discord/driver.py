"""People in a channel or thread of the stand-in for Discord, for the contract of platforms."""

from collections.abc import Mapping

from pydantic import SecretStr

from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.effect import Choice
from bot.domain.ids import MemberId, MessageId
from bot.domain.member import Member
from bot.platforms.discord import names
from bot.platforms.discord.options import Options
from bot.platforms.discord.platform import DiscordPlatform
from bot.ports.core import Core
from bot.ports.platform import Platform, PromptPost
from bot.scheduling import SystemClock
from bot.testing.contracts.platform_driver import Listener, PlatformDriver
from tests.platforms.discord.standin.posts import Post
from tests.platforms.discord.standin.standin import Standin

YES = "Yes"


class DiscordDriver(PlatformDriver):
    """Mira, a member like others, on a server that the bot has its usual permissions on."""

    def __init__(self, standin: Standin, *, in_thread: bool) -> None:
        self.standin = standin
        owner, self.mira = standin.person("owner"), standin.person("mira")
        self.server = standin.server("Agora", owner)
        self.server.join(self.mira)
        channel = self.server.channel("general")
        self.channel = self.mira.opens_thread(channel, "aside") if in_thread else channel
        self.room = Conversation(
            names.conversation_id(self.channel.id),
            self.channel.name,
            ConversationKind.THREAD if in_thread else ConversationKind.ROOM,
            parent=names.conversation_id(channel.id) if in_thread else None,
        )
        self.member = Member(names.member_id(self.mira.id), self.mira.name)
        self.options = Options(
            token=SecretStr(standin.token),
            api_base=standin.api_base,
            gateway=standin.gateway_address,
            communities=(frozenset({names.conversation_id(channel.id)}),),
        )
        self._identified = 0

    def connect(self, core: Core) -> Platform:
        self._identified = len(self.standin.gateway.identified)
        return DiscordPlatform(self.options, SystemClock(), core)

    async def connected(self, listener: Listener) -> None:
        """Whatever is said once it has identified is told to it."""
        gateway = self.standin.gateway
        await self.standin.until(lambda: len(gateway.identified) > self._identified and gateway.open, "the bot")

    # --- what Mira does -----------------------------------------------------------------------------------------

    async def say(self, text: str) -> None:
        self.mira.says(self.channel, text)

    async def edit(self, message: MessageId, text: str) -> None:
        self.mira.edits(self._post(message), text)

    async def delete(self, message: MessageId) -> None:
        self.mira.deletes(self._post(message))

    async def answer(self, prompt: PromptPost, choice: str, fields: Mapping[str, str]) -> None:
        chosen: Choice = next(each for each in prompt.ask.choices if each.id == choice)
        pressed = self.mira.presses(self._post(prompt.message), chosen.text)
        if chosen.form:
            await pressed.form()
            self.mira.submits(pressed, fields)
        elif chosen.confirm is not None:
            question = await pressed.answered()
            assert question.only_for == self.mira.id
            self.mira.presses(question, YES)

    def _post(self, message: MessageId) -> Post:
        found = names.message_of(message)
        assert found is not None, f"{message} names no message"
        return self.standin.world.channels[found[0]].posts[found[1]]

    # --- what Mira sees -----------------------------------------------------------------------------------------

    async def shown(self) -> list[str]:
        """Texts, the labels of buttons, and files of text, which clients show below a message."""
        return [
            "\n".join([post.text, *(str(each.get("label") or "") for each in post.buttons), *_texts(post)])
            for post in self._posted()
        ]

    async def handed_over(self) -> list[tuple[MemberId | None, bytes]]:
        return [
            (self.member.id if post.only_for or post.channel.server is None else None, content)
            for post in self._posted()
            for _, content in post.files
        ]

    async def pinged(self) -> list[str]:
        return sorted(each for post in self._posted() for each in post.pinged)

    def _posted(self) -> list[Post]:
        """The bot's posts that Mira can see, oldest first."""
        bot = self.standin.bot.id
        channels = list(self.standin.world.channels.values())
        found = [post for channel in channels for post in self.mira.sees(channel) if post.author_id == bot]
        return sorted(found, key=lambda post: post.id)


def _texts(post: Post) -> list[str]:
    return [content.decode() for name, content in post.files if name.endswith(".txt")]
