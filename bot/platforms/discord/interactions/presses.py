"""Buttons and forms of prompts: which choice was meant, what is still to be asked, and the answer handed on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import discord

from bot.domain.conversation import Conversation
from bot.domain.effect import Ask, Audience, Choice
from bot.domain.event import PromptAnswered
from bot.domain.ids import ConversationId, MessageId, native_of
from bot.domain.member import Standing
from bot.errors import StorageError
from bot.log import logger
from bot.platforms.discord import names
from bot.platforms.discord.interactions import custom_ids, forms
from bot.platforms.discord.interactions.answering import Answering
from bot.platforms.discord.interactions.custom_ids import Pressed
from bot.platforms.discord.interactions.handing import Handing, named, stands_on
from bot.platforms.discord.interactions.places import Place, place_of
from bot.platforms.discord.servers.servers import Servers
from bot.ports.platform import Prompts

_log = logger("discord")

SETTLED = "That is settled already."
NOTED = "Noted."
LEFT = "Nothing was done."
LATER = "I cannot look that up at the moment: please press it again shortly."
_NOWHERE = "I cannot take that here: I do not know this kind of channel."


@dataclass(frozen=True, slots=True)
class Chosen:
    """A press with the prompt that it belongs to; `ask` is None for one that is not open (any more).

    Attributes:
        message: the native id of the message that the prompt stands on, where the prompt was found by that.
    """

    cog: str
    label: str
    choice: str
    conversation: ConversationId
    ask: Ask | None = None
    message: str | None = None

    @property
    def open(self) -> Choice | None:
        """The choice, if it is among those that remain."""
        return next((each for each in self.ask.choices if each.id == self.choice), None) if self.ask else None

    def custom_id(self, step: str) -> str:
        """Of a further step, which stands elsewhere."""
        if self.message is not None:
            return custom_ids.choice_id(step, "", self.message, self.choice)
        return custom_ids.choice_id(step, self.cog, self.label, self.choice)


@dataclass(frozen=True, slots=True)
class Press:
    """One interaction on a prompt."""

    interaction: discord.Interaction
    place: Place
    chosen: Chosen
    fields: Mapping[str, str] = field(default_factory=dict)


class Presses:
    """What the core settles is left to it: two who press at once are both handed on, and the second is told."""

    def __init__(self, servers: Servers, handing: Handing, answering: Answering, prompts: Prompts) -> None:
        self._servers = servers
        self._handing = handing
        self._answering = answering
        self._prompts = prompts

    async def pressed(self, interaction: discord.Interaction, read: Pressed) -> None:
        """A button, of a prompt or of its second step, or a form that was filled in."""
        if read.step == "no":
            await self._close(interaction, LEFT)
            return
        place = place_of(interaction, self._servers)
        if place is None:
            await self._answering.say(interaction, _NOWHERE)
            return
        try:
            chosen = await self._handing.looked_up(interaction, self._found(interaction, place, read))
        except (StorageError, TimeoutError) as error:
            _log.warning("a prompt could not be looked up", error=type(error).__name__)
            await self._answering.say(interaction, LATER)
            return
        if chosen is None:
            await self._answering.say(interaction, SETTLED)
        else:
            await self._went_on(Press(interaction, place, chosen, _filled_in(interaction, read)), read.step)

    # --- which prompt -------------------------------------------------------------------------------------------------

    async def _found(self, interaction: discord.Interaction, place: Place, read: Pressed) -> Chosen | None:
        """By the message that it stands on, else by its name in this conversation. None: nobody knows which."""
        named_message = read.label if not read.cog and read.label else None
        message = MessageId(f"{names.PLATFORM}:{named_message}") if named_message else stands_on(interaction)
        post = await self._prompts.at(message) if message is not None else None
        if post is not None and message is not None and (not read.cog or _same(read, post.cog, post.ask)):
            native = native_of(message)
            return Chosen(post.cog, post.ask.label, read.choice, post.ask.conversation, post.ask, native)
        if not read.cog:
            return None
        here = place.conversation.id
        ask = await self._prompts.open_under(here, read.cog, read.label)
        return Chosen(read.cog, read.label, read.choice, here, ask)

    # --- what comes of it ---------------------------------------------------------------------------------------------

    async def _went_on(self, press: Press, step: str) -> None:
        choice, ask = press.chosen.open, press.chosen.ask
        if choice is None or ask is None or _is_hopeless(ask, press):
            await self._answered(press, step)
        elif choice.form and step != "form":
            opened = forms.form(choice, press.chosen.custom_id("form"))
            await self._answering.give(press.interaction, lambda: press.interaction.response.send_modal(opened))
        elif step == "form" and (lacking := forms.missing(choice.form, press.fields)) is not None:
            await self._answering.say(press.interaction, f"“{lacking.text}” must not be empty: please press it again.")
        elif choice.confirm is not None and step == "choice":
            await self._question(press, choice)
        else:
            await self._answered(press, step)

    async def _question(self, press: Press, choice: Choice) -> None:
        """For the eyes of whoever pressed alone."""
        words, view = forms.question(choice, press.chosen.custom_id("yes"), press.chosen.custom_id("no"))
        quiet = discord.AllowedMentions.none()
        await self._answering.give(
            press.interaction,
            lambda: press.interaction.response.send_message(words, view=view, ephemeral=True, allowed_mentions=quiet),
        )

    async def _answered(self, press: Press, step: str) -> None:
        chosen, interaction = press.chosen, press.interaction
        asked = {each.id for each in chosen.open.form} if chosen.open else set()
        conversation, standing = self._asked_in(press)
        event = PromptAnswered(
            id=named(interaction),
            cog=chosen.cog,
            label=chosen.label,
            choice=chosen.choice,
            member=press.place.member,
            standing=standing,
            conversation=conversation,
            at=interaction.created_at,
            fields={name: text for name, text in press.fields.items() if name in asked and text},
        )
        response = interaction.response
        if step == "yes":
            await self._handing.hand_on(interaction, event, lambda: response.edit_message(content=NOTED, view=None))
        else:
            await self._handing.hand_on(interaction, event, response.defer)

    def _asked_in(self, press: Press) -> tuple[Conversation, Standing]:
        """The conversation of the prompt, and what the member may do there: it may be answered in private elsewhere."""
        wanted, place = press.chosen.conversation, press.place
        if wanted == place.conversation.id:
            return place.conversation, place.standing
        channel = self._servers.channel(wanted)
        if channel is None:
            return Conversation(wanted, place.conversation.name), Standing.MEMBER
        return self._servers.conversation(channel), self._servers.standing(press.interaction.user, channel)

    async def _close(self, interaction: discord.Interaction, words: str) -> None:
        """A question takes back its buttons."""
        await self._answering.give(interaction, lambda: interaction.response.edit_message(content=words, view=None))


def _same(read: Pressed, cog: str, ask: Ask) -> bool:
    return (read.cog, read.label) == (cog, ask.label)


def _is_hopeless(ask: Ask, press: Press) -> bool:
    """Whether the core will surely refuse: it says so in words, and nothing is asked before."""
    expired = ask.expires_at is not None and press.interaction.created_at >= ask.expires_at
    return expired or (ask.audience is Audience.ASKER and ask.asker != press.place.member.id)


def _filled_in(interaction: discord.Interaction, read: Pressed) -> dict[str, str]:
    if read.step != "form":
        return {}
    return forms.filled_in(dict(interaction.data or {}).get("components"))
