"""Reactions and replies that mean more than themselves: presses on prompts, answers to questions, reports."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain.conversation import Conversation
from bot.domain.effect import Ask, Audience, Choice
from bot.domain.event import PromptAnswered
from bot.domain.ids import ConversationId, MessageId
from bot.domain.member import Standing
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.homeserver import Json
from bot.platforms.matrix.errands import Errands
from bot.platforms.matrix.fields import event_id, mapping, relation
from bot.platforms.matrix.incoming import gestures, steps
from bot.platforms.matrix.incoming.flags import Flags
from bot.platforms.matrix.incoming.following_up import ASK, RUN, SETTLE, TIDY
from bot.platforms.matrix.incoming.gestures import Reaction, Reply, same_emoji
from bot.platforms.matrix.incoming.questions import Origin, Questions, origin
from bot.platforms.matrix.incoming.steps import Move, Step
from bot.platforms.matrix.incoming.taken import Taken
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.render import bodies
from bot.platforms.matrix.render import content as contents
from bot.platforms.matrix.rooms.room import Room
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.ports.clock import Clock
from bot.ports.platform import Note, Notes, Prompts

_MOST_QUESTIONS = 8
"""Open at once under one prompt, from when on only those are asked who surely have a say in it."""

_MOST_COMING, _MOST_POSTED = 1_000, 5_000

_SETTLING = timedelta(seconds=10)
"""After a prompt was changed, until the core has surely taken note of it."""

Gesture = Reaction | Reply


class Presses:
    """Told of everything in the order of its room, the bot's own posts among it; asks nothing of the homeserver.

    None: the event is no press, and is treated as usual.
    """

    def __init__(
        self, options: Options, rooms: Rooms, prompts: Prompts, notes: Notes, errands: Errands, clock: Clock
    ) -> None:
        self._options = options
        self._rooms = rooms
        self._prompts = prompts
        self._errands = errands
        self._clock = clock
        self._questions = Questions(notes, clock)
        self._flags = Flags(options, rooms, errands)
        self._coming: OrderedDict[str, tuple[MessageId, str]] = OrderedDict()
        """Presses whose question was not heard yet: on which prompt, by whom."""
        self._posted: OrderedDict[str, None] = OrderedDict()
        """What the bot posted lately: nobody reports it."""

    # --- what the reading loop tells ----------------------------------------------------------------------------------

    async def own(self, room: Room, event: Json) -> Taken | None:
        """Something that the bot itself posted, in clear: what it asks is remembered until it is answered."""
        identity, content = event_id(event.get("event_id")), mapping(event.get("content"))
        if event.get("sender") != self._options.user or identity is None:
            return None
        self._remember(identity)
        marker, related = mapping(content.get(contents.MARKER)), relation(content)
        if event.get("type") != "m.room.message":
            return None
        if related.get("rel_type") == "m.replace":
            return await self._changed(room, event_id(related.get("event_id")), identity)
        message = names.message_id(room.id, identity)
        step = Step.read(marker.get("step"))
        if step is not None:
            self._coming.pop(step.press, None)
            note = await self._questions.opened(message, step)
            return Taken(notes=(note,) if note else ())
        thread = related.get("event_id") if related.get("rel_type") == "m.thread" else None
        posted = origin(marker, names.conversation_id(room.id, event_id(thread)))
        if posted is None or await self._prompts.at(message) is not None:
            return None
        return Taken(notes=(await self._questions.posted(message, posted),))

    async def reaction(self, room: Room, event: Json) -> Taken | None:
        pressed = gestures.reaction(event, self._clock.now())
        if pressed is None or not self._counts(room, pressed.sender):
            return None
        target = names.message_id(room.id, pressed.target)
        step = await self._questions.at(target, pressed.id)
        if step is not None:
            return await self._answered(room, target, step, pressed)
        found = await self._prompt(target)
        if found is None:
            return None if pressed.target in self._posted else self._flags.report(room, pressed)
        where, ask = found
        choice = next((each for each in ask.choices if same_emoji(each.emoji, pressed.emoji)), None)
        if choice is None:
            return None
        first = Step(where.cog, where.label, where.conversation, pressed.target, choice.id, pressed.sender, pressed.id)
        return await self._pressed(room, first, (ask, choice), pressed)

    async def reply(self, room: Room, event: Json) -> Taken | None:
        said = gestures.reply(event, self._clock.now())
        if said is None or not self._counts(room, said.sender):
            return None
        for answered in said.targets:
            target = names.message_id(room.id, answered)
            step = await self._questions.at(target, said.id)
            if step is not None:
                return await self._answered(room, target, step, said)
        return None

    async def withdrawn(self, room: Room, event: str) -> Taken | None:
        """An event was redacted, by whomever: a question, or the reaction from which one came."""
        message, by = names.message_id(room.id, event), f"redaction of {event}"
        if await self._questions.at(message, by) is not None:
            return Taken(notes=(self._questions.closed(message, by),))
        asked = await self._questions.pressed_by(room.id, event, by)
        called_off = [event] if event in self._coming else []
        notes = (*self._called_off(called_off), *self._dropped(room, asked, by))
        return Taken(notes=notes) if notes else None

    # --- what it means ------------------------------------------------------------------------------------------------

    async def _answered(self, room: Room, question: MessageId, step: Step, gesture: Gesture) -> Taken | None:
        """A reaction on a question of ours, or a reply to it."""
        if gesture.sender != step.member:
            return None
        ask = await self._prompts.open_under(step.conversation, step.cog, step.label)
        choice = next((each for each in ask.choices if each.id == step.choice), None) if ask else None
        if ask is None or choice is None:
            tidied = self._dropped(room, [question], gesture.id)
            return Taken((self._event(room, step, gesture),), tidied)
        if isinstance(gesture, Reaction):
            move = steps.by_emoji(step, choice, gesture.emoji)
        else:
            move = steps.by_words(step, choice, gesture.words)
        if move is None:
            return None
        taken = await self._moved(room, move, (ask, choice), gesture)
        return Taken(taken.events, (*self._dropped(room, [question], gesture.id), *taken.notes))

    async def _pressed(self, room: Room, first: Step, chosen: tuple[Ask, Choice], press: Reaction) -> Taken:
        """A press on the prompt itself. What the same member was asked about it before is asked no longer."""
        prompt = names.message_id(room.id, first.prompt)
        same = (prompt, press.sender)
        earlier = [message for message, _ in await self._questions.of(prompt, press.id, press.sender)]
        overtaken = [other for other, whose in self._coming.items() if whose == same and other != press.id]
        tidied = (*self._called_off(overtaken), *self._dropped(room, earlier, press.id))
        taken = await self._moved(room, Move(first), chosen, press)
        if not taken.events:
            if self._may_lack_a_say(room, first, chosen[0]) and await self._are_many(prompt, press.id):
                return Taken(notes=tidied)
            self._coming[press.id] = same
            _bound(self._coming, _MOST_COMING)
        return Taken(taken.events, (*tidied, *taken.notes))

    def _may_lack_a_say(self, room: Room, first: Step, ask: Ask) -> bool:
        """By the room's own power; the core alone knows the communities' stewards, so they are asked all the same."""
        return room.power.standing(first.member) < ask.standing

    async def _are_many(self, prompt: MessageId, press: str) -> bool:
        coming = sum(1 for other, (where, _) in self._coming.items() if where == prompt and other != press)
        return len(await self._questions.of(prompt, press)) + coming >= _MOST_QUESTIONS

    async def _moved(self, room: Room, move: Move, chosen: tuple[Ask, Choice], gesture: Gesture) -> Taken:
        """Hand the answer on, or ask what is still to be asked."""
        ask, choice = chosen
        if move.step is None:
            return Taken()
        question = steps.question(move.step, choice, room.member(gesture.sender).name, move.problem)
        if question is None or _is_hopeless(ask, gesture):
            return Taken((self._event(room, move.step, gesture),))
        return Taken(notes=(self._ask(room, move.step, question, gesture),))

    def _ask(self, room: Room, step: Step, question: steps.Question, gesture: Gesture) -> Note:
        body = bodies.in_one(question.body, lambda _: None)
        place = names.place_of(step.conversation)
        threaded = place.room == room.id and place.thread is not None and place.thread != step.prompt
        content = contents.message(body, loud=True) | {
            "m.relates_to": contents.in_thread(place.thread or "", reply_to=step.prompt)
            if threaded
            else contents.reply(step.prompt),
            contents.MARKER: {"step": step.content()},
        }
        asks = {"content": content, "emojis": list(question.emojis)}
        data = {"room": room.id, "gesture": gesture.id, "run": RUN, **asks}
        return self._errands.note(ASK, gesture.id, data, room=room.id, member=names.member_id(step.member))

    def _dropped(self, room: Room, questions: Iterable[MessageId], event: str) -> tuple[Note, ...]:
        """Forget questions and take them out of the room."""
        notes: list[Note] = []
        for message in list(questions):
            found = names.event_of(message)
            notes.append(self._questions.closed(message, event))
            if found is not None:
                data = {"room": found[0], "event": found[1]}
                notes.append(self._errands.note(TIDY, found[1], data, room=room.id))
        return tuple(notes)

    def _called_off(self, presses: Sequence[str]) -> tuple[Note, ...]:
        """Questions that may not have been posted yet."""
        for press in presses:
            del self._coming[press]
        return tuple(self._errands.forgotten(ASK, press) for press in presses)

    async def _changed(self, room: Room, prompt: str | None, edit: str) -> Taken | None:
        """The bot edited one of its posts: questions whose choice that closed are tidied away in a moment."""
        if prompt is None:
            return None
        due, notes = self._clock.now() + _SETTLING, list[Note]()
        for message, step in await self._questions.of(names.message_id(room.id, prompt), edit):
            found = names.event_of(message)
            if found is not None:
                data = {"room": found[0], "event": found[1], "step": step.content()}
                member = names.member_id(step.member)
                notes.append(self._errands.note(SETTLE, found[1], data, room=room.id, due=due, member=member))
        return Taken(notes=tuple(notes)) if notes else None

    async def _prompt(self, message: MessageId) -> tuple[Origin, Ask] | None:
        """The prompt that an event shows, also while the core does not yet know that it arrived."""
        post = await self._prompts.at(message)
        if post is not None:
            return Origin(post.cog, post.ask.label, post.ask.conversation), post.ask
        where = await self._questions.prompt_at(message)
        ask = await self._prompts.open_under(where.conversation, where.cog, where.label) if where else None
        return (where, ask) if where and ask else None

    def _remember(self, event: str) -> None:
        self._posted[event] = None
        _bound(self._posted, _MOST_POSTED)

    def _counts(self, room: Room, user: str) -> bool:
        """Whether this is somebody, heard here: not a bot, nor somebody whom the bot hears on another network."""
        return not self._options.is_bot(user) and not self._options.heard_elsewhere(user, *room.known_as())

    def _event(self, room: Room, step: Step, gesture: Gesture) -> PromptAnswered:
        place = names.place_of(step.conversation)
        asked = room if place.room == room.id else self._rooms.get(place.room)
        return PromptAnswered(
            id=names.message_id(room.id, gesture.id),
            cog=step.cog,
            label=step.label,
            choice=step.choice,
            member=(asked or room).member(gesture.sender),
            standing=asked.power.standing(gesture.sender) if asked else Standing.MEMBER,
            conversation=asked.conversation(place.thread) if asked else _unknown(step.conversation, room),
            at=gesture.at,
            fields=step.fields,
        )


def _is_hopeless(ask: Ask, gesture: Gesture) -> bool:
    """Whether the core will surely refuse: it says so in words, and nothing is asked before."""
    return _expired(ask, gesture.at) or (
        ask.audience is Audience.ASKER and ask.asker != names.member_id(gesture.sender)
    )


def _expired(ask: Ask, at: datetime) -> bool:
    return ask.expires_at is not None and at >= ask.expires_at


def _unknown(conversation: ConversationId, near: Room) -> Conversation:
    """A room that the bot has left since it asked."""
    return Conversation(conversation, near.name or near.id)


def _bound(entries: OrderedDict[str, Any], most: int) -> None:
    while len(entries) > most:
        entries.popitem(last=False)
