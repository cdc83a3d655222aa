"""What the bot says: answers, prompts, files, private words, each by the way that its audience needs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.document import Document
from bot.domain.effect import Ask, Attach, Audience, DirectMessage, Priority, Say, Warn, prompt_in
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.errors import Unsupported
from bot.platforms.discord import names
from bot.platforms.discord.interactions.custom_ids import choice_id
from bot.platforms.discord.interactions.tokens import Token
from bot.platforms.discord.options import Options
from bot.platforms.discord.outgoing import post
from bot.platforms.discord.outgoing.answers import Answers
from bot.platforms.discord.outgoing.letters import Letter
from bot.platforms.discord.outgoing.post import Attachment, Post
from bot.platforms.discord.outgoing.private import Private, Told, Words, answering, lettered
from bot.platforms.discord.outgoing.sender import Place, Sender
from bot.platforms.discord.render.cards import MOST_BUTTONS, CustomIdOf, card
from bot.platforms.discord.render.contents import in_parts
from bot.platforms.discord.servers.servers import Servers
from bot.ports.platform import Delivery, Receipt

_LARGEST = 10 * 1024 * 1024
"""Bytes of a file that every server and direct message takes; boosted servers take more."""


@dataclass(frozen=True, slots=True)
class Aim:
    """To whom something is said, and where."""

    conversation: ConversationId
    audience: Audience = Audience.ROOM
    asker: MemberId | None = None
    reply_to: MessageId | None = None
    priority: Priority = Priority.ANSWER
    labelled: bool = False


class Posts:
    def __init__(self, servers: Servers, options: Options, sender: Sender, answers: Answers, private: Private) -> None:
        self._servers, self._options = servers, options
        self._sender, self._answers, self._private = sender, answers, private

    # --- by effect ----------------------------------------------------------------------------------------------

    async def say(self, delivery: Delivery, effect: Say) -> Receipt:
        aim = _aim(effect, effect.priority, labelled=effect.label is not None)
        return await self._out(delivery, aim, self.said(effect.body), Words(effect.body))

    async def ask(self, delivery: Delivery, effect: Ask) -> Receipt:
        words = Words(effect.body, effect.choices, custom_ids(delivery.cog, effect.label))
        return await self._out(delivery, _aim(effect, effect.priority, labelled=True), [self.asked(words)], words)

    async def attach(self, delivery: Delivery, effect: Attach) -> Receipt:
        """The file under the last of the words; the receipt names the message with the file."""
        if len(effect.content) > _LARGEST:
            raise Unsupported(f"the file is larger than Discord takes ({_LARGEST // 1024**2} MiB)")
        *before, last = self.said(effect.body)
        file = Attachment(post.file_name(effect.name), effect.content)
        posts = [*before, replace(last, files=(*last.files, file))]
        return await self._out(delivery, _aim(effect, Priority.ANSWER), posts, Words(effect.body))

    async def write(self, delivery: Delivery, effect: DirectMessage | Warn) -> Told:
        """Private words; with choices they are a prompt."""
        asks = prompt_in(effect)
        words = Words(effect.body)
        if asks is not None:
            words = Words(effect.body, asks.choices, custom_ids(delivery.cog, asks.label))
        posts = [self.asked(words)] if asks else self.said(effect.body)
        return await self._private.write(delivery, effect.member, effect.conversation, posts, words)

    async def here(
        self,
        delivery: Delivery,
        place: Place,
        posts: Sequence[Post],
        *,
        priority: Priority = Priority.ANSWER,
        first: int = 0,
        after: int = 0,
    ) -> int:
        """Post into a channel what is left of a delivery from the part `first` on; gives the number of the first."""
        earlier, number, named = self._sender.earlier(delivery), after, 0
        for part, each in enumerate(posts, first):
            number = await self._sender.send(
                delivery, place, each, part, priority=priority, earlier=earlier, after=number
            )
            named = named or number
        return named

    async def place(self, conversation: ConversationId) -> Place:
        """Raises Gone, Unsupported where nothing can be posted; Forbidden where the bot may not."""
        channel = await self._servers.messageable(conversation)
        return Place(channel, names.channel_of(conversation) or 0, self._servers.where(conversation))

    # --- as messages --------------------------------------------------------------------------------------------

    def said(self, body: Document) -> list[Post]:
        return [post.of_content(content) for content in in_parts(body, self._servers.link_to)]

    def asked(self, words: Words) -> Post:
        if len(words.choices) > MOST_BUTTONS:
            raise Unsupported(f"Discord shows no more than {MOST_BUTTONS} choices under one message")
        return post.of_card(card(words.body, words.choices, self._servers.link_to, words.custom_id_of))

    def lettered(self, words: Words) -> Letter:
        return lettered(words, self._servers.link_to)

    # --- by audience --------------------------------------------------------------------------------------------

    async def _out(self, delivery: Delivery, aim: Aim, posts: Sequence[Post], words: Words) -> Receipt:
        match aim.audience:
            case Audience.ASKER:
                return await self._to_asker(delivery, aim, posts, words)
            case Audience.ASIDE:
                token = await self._answers.of(aim.reply_to, aim.asker, aim.conversation)
                return await self._aside(delivery, aim, posts, token)
            case Audience.MODERATORS if not self._is_review_room(aim.conversation):
                where = self._servers.where(aim.conversation)
                raise Unsupported(f"{where} is no moderators' room, and Discord shows nothing to moderators alone")
            case _:
                return await self._to_all(delivery, aim, posts)

    async def _to_asker(self, delivery: Delivery, aim: Aim, posts: Sequence[Post], words: Words) -> Receipt:
        if aim.asker is None:
            raise Unsupported("it is for the asker alone, and nobody is named")
        token = await self._answers.of(aim.reply_to, aim.asker, aim.conversation)
        if token is not None and (receipt := await self._alone(delivery, aim, posts, token)) is not None:
            return receipt
        told = await self._private.write(
            delivery, aim.asker, aim.conversation, posts, words, aim.priority, aim.reply_to
        )
        return Receipt(names.message_id(told.place.id, told.message))

    async def _aside(self, delivery: Delivery, aim: Aim, posts: Sequence[Post], token: Token | None) -> Receipt:
        if token is not None and (receipt := await self._alone(delivery, aim, posts, token)) is not None:
            return receipt
        return await self._in_place(delivery, aim, posts)

    async def _alone(self, delivery: Delivery, aim: Aim, posts: Sequence[Post], token: Token) -> Receipt | None:
        """None: nothing could be shown, so that all of it has to go another way; what is left of it goes there, too."""
        shown = await self._answers.privately(delivery, token, posts, aim.priority)
        if len(shown) < len(posts):
            return None
        message = names.message_id(names.channel_of(token.conversation) or 0, shown[0])
        if aim.labelled:
            await self._answers.remember(token, message)
        return Receipt(message)

    async def _to_all(self, delivery: Delivery, aim: Aim, posts: Sequence[Post]) -> Receipt:
        """In place of a promise where one was made, so that nobody waits for it; the rest as ever."""
        token = await self._answers.to(aim.reply_to)
        if token is not None and token.deferred and token.ephemeral:
            return await self._aside(delivery, aim, posts, token)
        first = await self._answers.promised(delivery, token, posts[0], aim.priority) if token else None
        if first is None or token is None:
            return await self._in_place(delivery, aim, posts)
        place = await self.place(token.conversation)
        await self.here(delivery, place, posts[1:], priority=aim.priority, first=1, after=first)
        return Receipt(names.message_id(place.id, first))

    async def _in_place(self, delivery: Delivery, aim: Aim, posts: Sequence[Post]) -> Receipt:
        place = await self.place(aim.conversation)
        self._may_write(aim.conversation, posts)
        number = await self.here(delivery, place, answering(posts, aim.reply_to, place), priority=aim.priority)
        return Receipt(names.message_id(place.id, number))

    def _may_write(self, conversation: ConversationId, posts: Sequence[Post]) -> None:
        is_thread = self._room(conversation) != conversation
        needed = ["view_channel", "send_messages_in_threads" if is_thread else "send_messages"]
        if any(each.files for each in posts):
            needed.append("attach_files")
        self._servers.needs(conversation, "write", *needed)

    def _is_review_room(self, conversation: ConversationId) -> bool:
        return bool({conversation, self._room(conversation)} & self._options.review_rooms)

    def _room(self, conversation: ConversationId) -> ConversationId:
        channel = self._servers.channel(conversation)
        return self._servers.conversation(channel).room if channel is not None else conversation


def custom_ids(cog: str, label: str) -> CustomIdOf:
    return lambda choice: choice_id("choice", cog, label, choice)


def _aim(effect: Say | Ask | Attach, priority: Priority, *, labelled: bool = False) -> Aim:
    return Aim(effect.conversation, effect.audience, effect.asker, effect.reply_to, priority, labelled)
