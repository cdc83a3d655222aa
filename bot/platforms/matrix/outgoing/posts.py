"""What the bot says: answers, prompts, edits, files, private words, threads."""

from bot.domain.document import Document, Faint, Heading, Picture, Text, inlines, paragraph
from bot.domain.effect import (
    Ask,
    Attach,
    Choice,
    DirectMessage,
    Edit,
    OpenThread,
    Priority,
    React,
    Say,
    Warn,
    prompt_in,
)
from bot.domain.ids import ConversationId, MessageId, platform_of
from bot.errors import Forbidden, Gone
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.refusals import Refused
from bot.platforms.matrix.outgoing.files import Files
from bot.platforms.matrix.outgoing.reactions import Reactions
from bot.platforms.matrix.outgoing.sender import Sender
from bot.platforms.matrix.outgoing.spots import Spot, Spots
from bot.platforms.matrix.render import content
from bot.platforms.matrix.render.bodies import Body, in_one, in_parts
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.ports.platform import Delivery, Receipt

_MESSAGE = "m.room.message"


class Posts:
    def __init__(self, sender: Sender, rooms: Rooms, spots: Spots, reactions: Reactions) -> None:
        self._sender, self._rooms, self._spots, self._reactions = sender, rooms, spots, reactions
        self._files = Files(sender)

    def link_to(self, message: MessageId) -> str | None:
        """The address that opens a message, with servers that know its room."""
        found = names.event_of(message) if platform_of(message) == names.PLATFORM else None
        if found is None:
            return None
        known = self._rooms.get(found[0])
        return names.link_to(*found, via=known.via() if known else ())

    async def say(self, delivery: Delivery, effect: Say) -> Receipt:
        spot = await self._spots.of(effect)
        return await self._post(delivery, effect.body, spot, effect.priority, loud=spot.private)

    async def write_privately(self, delivery: Delivery, effect: DirectMessage | Warn) -> Receipt:
        spot, ask = await self._spots.private(effect.member), prompt_in(effect)
        if ask is not None:
            return await self._prompt(delivery, ask, spot)
        return await self._post(delivery, effect.body, spot, Priority.ANSWER, loud=True)

    async def open_thread(self, delivery: Delivery, effect: OpenThread) -> Receipt:
        """The first message names the thread and is its root, the rest of the body follows in it."""
        body = Document((Heading((Text(effect.name),)), *effect.body.blocks))
        room = names.place_of(effect.conversation).room
        return await self._post(delivery, body, Spot(room), Priority.ANSWER, opens_thread=True)

    async def ask(self, delivery: Delivery, effect: Ask) -> Receipt:
        return await self._prompt(delivery, effect, await self._spots.of(effect))

    async def edit(self, delivery: Delivery, effect: Edit) -> Receipt:
        target = names.event_of(delivery.target) if delivery.target else None
        if target is None:
            raise Gone(f"nothing was posted under {effect.label!r}")
        room, event = target
        body = in_one(effect.body, self.link_to, _legend(effect.choices))
        said = content.replacement(body, event, loud=bool(effect.choices))
        said[content.MARKER] = said["m.new_content"][content.MARKER] = _asked(
            delivery.cog, effect.label, effect.conversation
        )
        try:
            await self._sender.send(
                room,
                _MESSAGE,
                said,
                transaction=delivery.key,
                priority=effect.priority,
                seek=delivery.attempt > 1,
                follow=False,
            )
            note = await self._reactions.bring_up_to_date(room, event, effect.choices, delivery.key)
        except (Refused, Forbidden) as refused:
            if self._rooms.current(room) != room:  # locked by its upgrade: what stands there stands for good
                return Receipt(delivery.target, "left as it is, in a room that was replaced")
            if isinstance(refused, Forbidden):
                raise
            raise Gone("the post to edit is not there (any more)") from refused
        return Receipt(delivery.target, note)

    async def react(self, delivery: Delivery, effect: React) -> Receipt:
        target = names.event_of(effect.message)
        if target is None:
            raise Gone("there is no such message to react to")
        await self._reactions.leave(*target, effect.emoji, delivery.key)
        return Receipt()

    async def attach(self, delivery: Delivery, effect: Attach) -> Receipt:
        """The line of text, and the file in a message of its own: old clients would show a caption as its name."""
        spot = await self._spots.of(effect)
        await self._post(delivery, effect.body, spot, Priority.ANSWER, loud=spot.private)
        room, transaction = self._rooms.current(spot.room), f"{delivery.key}/file"
        event = await self._sender.earlier(spot.room, transaction, seek=delivery.attempt > 1)
        if event is None:
            said = await self._files.file(room, effect.name, effect.content)
            event = await self._send(spot, said, transaction, Priority.ANSWER)
        return Receipt(names.message_id(room, event))

    async def quote(self, delivery: Delivery, body: Document, spot: Spot) -> Receipt:
        """A document of the adapter's own."""
        return await self._post(delivery, body, spot, Priority.ANSWER)

    async def _prompt(self, delivery: Delivery, ask: Ask, spot: Spot) -> Receipt:
        said = content.message(in_one(ask.body, self.link_to, _legend(ask.choices)), loud=True)
        said[content.MARKER] = _asked(delivery.cog, ask.label, ask.conversation)
        event = await self._send(spot, said, f"{delivery.key}/0", ask.priority, seek=delivery.attempt > 1)
        room = self._rooms.current(spot.room)
        note = await self._reactions.offer(room, event, ask.choices, delivery.key)
        return Receipt(names.message_id(room, event), note)

    async def _post(
        self,
        delivery: Delivery,
        document: Document,
        spot: Spot,
        priority: Priority,
        *,
        loud: bool = False,
        opens_thread: bool = False,
    ) -> Receipt:
        """Each part under a transaction of its own; the first text names the post."""
        first: str | None = None
        event: str | None = None
        seek = delivery.attempt > 1
        for number, part in enumerate(in_parts(document, self.link_to)):
            transaction = f"{delivery.key}/{number}"
            latest, event = event, await self._sender.earlier(spot.room, transaction, seek=seek)
            seek = seek and event is not None  # parts go in order: none of those after it has arrived either
            if event is None:
                said = await self._part(spot, part, loud=loud)
                event = await self._send(spot, said, transaction, priority, latest=latest)
            if isinstance(part, Body) and first is None:
                first = event
            if opens_thread and spot.thread is None:
                spot = Spot(self._rooms.current(spot.room), event)
        assert event is not None  # a document has one part at least
        return Receipt(names.message_id(self._rooms.current(spot.room), first or event))

    async def _part(self, spot: Spot, part: Body | Picture, *, loud: bool) -> content.Content:
        if isinstance(part, Body):
            return content.message(part, loud=loud)
        return await self._files.picture(self._rooms.current(spot.room), part)

    async def _send(
        self,
        spot: Spot,
        said: content.Content,
        transaction: str,
        priority: Priority,
        *,
        latest: str | None = None,
        seek: bool = False,
    ) -> str:
        """In its place; where the homeserver takes no such relation (the thread's root is gone), without one."""
        relation = spot.relation(latest)
        related = {**said, "m.relates_to": relation} if relation else said
        try:
            return await self._sender.send(
                spot.room, _MESSAGE, related, transaction=transaction, priority=priority, seek=seek
            )
        except Refused as refused:
            if relation is None or refused.status != 400:  # noqa: PLR2004 - HTTP's own number
                raise
        return await self._sender.send(spot.room, _MESSAGE, said, transaction=transaction, priority=priority)


def _asked(cog: str, label: str, conversation: ConversationId) -> content.Content:
    """By this a press finds the prompt that it answers, also where the prompt was put to somebody in private."""
    return {"prompt": {"cog": cog, "label": label, "conversation": conversation}}


def _legend(choices: tuple[Choice, ...]) -> Document | None:
    """What each reaction means."""
    if not choices:
        return None
    lines = "\n".join(f"{choice.emoji} {choice.text}" for choice in choices)
    return Document((paragraph(Faint("React to answer:"), "\n", *inlines(lines)),))
