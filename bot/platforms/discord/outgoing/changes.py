"""What is changed about messages that stand: the bot's own edited, reactions left."""

from typing import cast

import discord

from bot.domain.effect import Edit, Priority, React
from bot.domain.ids import MessageId, platform_of
from bot.errors import Gone, Unsupported
from bot.platforms.discord import names
from bot.platforms.discord.interactions.custom_ids import read_letter
from bot.platforms.discord.outgoing.answers import Answers
from bot.platforms.discord.outgoing.letters import Letters
from bot.platforms.discord.outgoing.marks import marker
from bot.platforms.discord.outgoing.post import Post, layout
from bot.platforms.discord.outgoing.posts import Posts, custom_ids
from bot.platforms.discord.outgoing.private import Words
from bot.platforms.discord.outgoing.sender import Place, Sender
from bot.platforms.discord.render.cards import in_one
from bot.platforms.discord.servers.servers import Servers
from bot.ports.platform import Delivery, Receipt

_NO_EMOJI = frozenset({10014, 50035})
"""Unknown emoji; nothing that could be one."""


class Changes:
    def __init__(self, servers: Servers, sender: Sender, posts: Posts, answers: Answers, letters: Letters) -> None:
        self._servers, self._sender = servers, sender
        self._posts, self._answers, self._letters = posts, answers, letters

    async def edit(self, delivery: Delivery, effect: Edit) -> Receipt:
        """A card stays one for good, since Discord takes that flag from no message; text may become one.

        Raises:
            Gone: nothing was posted under the label, or it is not there any more.
        """
        target = names.message_of(delivery.target) if delivery.target else None
        if target is None or delivery.target is None:
            raise Gone(f"nothing was posted under {effect.label!r}")
        words = Words(effect.body, effect.choices, custom_ids(delivery.cog, effect.label))
        place = await self._posts.place(names.conversation_id(target[0]))
        standing = await self._standing(delivery.target, place, effect.priority)
        card = self._posts.asked(words)
        if standing is None:
            if await self._answers.change(delivery, delivery.target, card, effect.priority):
                return Receipt(delivery.target)
            raise Gone("the post to edit is not there (any more), or was for one person's eyes and is over")
        if (note := _letter_in(standing)) is not None:
            await self._letters.rewrite(note, self._posts.lettered(words))
            return Receipt(delivery.target, "the letter says so from now on")
        message = _partial(place, target[1])
        async with self._sender.asking(effect.priority, "edit its post", place.name, "View Channels"):
            if effect.choices or standing.flags.components_v2:
                await _draw(message, standing, card, delivery.key)
            else:
                content = in_one(effect.body, self._servers.link_to)
                await message.edit(content=content.text, allowed_mentions=Post(meant=content.meant).allowed)
        return Receipt(delivery.target)

    async def _standing(self, target: MessageId, place: Place, priority: Priority) -> discord.Message | None:
        """The post as it is; None where it is not there for all."""
        found = names.message_of(target)
        if found is None or await self._answers.is_shown_alone(target):
            return None
        try:
            async with self._sender.asking(priority, "edit its post", place.name, "Read Message History"):
                return await place.channel.fetch_message(found[1])
        except Gone:
            return None

    async def react(self, effect: React) -> Receipt:
        """Raises Gone where there is no such message, Unsupported for what is no emoji of Discord's."""
        target = names.message_of(effect.message)
        if target is None and platform_of(effect.message) == names.PLATFORM and is_withheld(effect.message):
            return Receipt(note="AutoMod let the message not through: there is nothing to react to")
        if target is None:
            raise Gone("there is no such message to react to")
        conversation = names.conversation_id(target[0])
        place = await self._posts.place(conversation)
        self._servers.needs(conversation, "react", "read_message_history", "add_reactions")
        try:
            async with self._sender.asking(Priority.ANSWER, "react", place.name, "Add Reactions"):
                await _partial(place, target[1]).add_reaction(effect.emoji)
        except (Gone, Unsupported) as refused:
            if getattr(refused, "code", 0) in _NO_EMOJI:
                raise Unsupported("that is no emoji that Discord knows") from refused
            raise
        return Receipt()


def is_withheld(message: MessageId) -> bool:
    """Whether AutoMod let it not through, so that Discord knows no such message."""
    return "/automod-" in message


def _letter_in(message: discord.Message) -> str | None:
    """The letter that a post tells of: its words must not come to stand in the room."""
    for row in message.components:
        for each in row.children if isinstance(row, discord.ActionRow) else ():
            custom_id = each.custom_id if isinstance(each, discord.Button) else None
            if custom_id and (note := read_letter(custom_id)) is not None:
                return note
    return None


def _partial(place: Place, message: int) -> discord.PartialMessage:
    return discord.PartialMessage(channel=cast("discord.TextChannel", place.channel), id=message)


async def _draw(message: discord.PartialMessage, standing: discord.Message, card: Post, key: str) -> None:
    """Its frame keeps the number that it has."""
    assert card.card is not None
    frame = next((each.id for each in standing.components if isinstance(each, discord.Container)), None)
    view = layout(card.card, frame or marker(key))
    if standing.flags.components_v2:
        await message.edit(view=view, attachments=card.attached(), allowed_mentions=card.allowed)
    else:  # what only text may have is taken away first
        await message.edit(
            content=None, embeds=[], view=view, attachments=card.attached(), allowed_mentions=card.allowed
        )
