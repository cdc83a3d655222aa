"""What a typed line means: an order to the console, an answer to a prompt, or something said in a room."""

import re
from dataclasses import replace

from bot.domain.effect import Ask, Audience
from bot.domain.event import Incoming, MessageDeleted, MessageEdited, MessagePosted
from bot.domain.ids import MessageId
from bot.domain.member import Standing
from bot.domain.message import Message
from bot.domain.text import storable
from bot.errors import UserError
from bot.platforms.console.answering import Answering
from bot.platforms.console.screen import Screen
from bot.platforms.console.stage import Stage
from bot.ports.clock import Clock
from bot.ports.platform import Prompts

HELP = """\
/as NAME [member|trusted|moderator|admin]   speak as somebody else
/room NAME               go to a room
/who                     who is there, and which rooms
/reply MESSAGE TEXT      answer a message by its number
/edit MESSAGE TEXT       change a message of yours
/delete MESSAGE          take a message back
/cancel                  leave a question of a prompt unanswered
/quit                    end
A number answers the newest prompt in the room, a number and a post's name (2 b5) that one.
Everything else is said in the room; the bot's commands too. Enter alone shows who and where you are."""

_CHOICE = re.compile(r"(\d{1,3})(?:\s+#?(b\d{1,6}))?", re.ASCII)

_STANDINGS = {standing.name.lower(): standing for standing in Standing}


class Interpreter:
    def __init__(self, stage: Stage, screen: Screen, clock: Clock, prompts: Prompts, prefix: str) -> None:
        """`prefix` is what the bot's commands begin with."""
        self._stage, self._screen, self._clock, self._prompts = stage, screen, clock, prompts
        self._prefix = prefix
        self._answering: Answering | None = None

    async def understand(self, line: str) -> Incoming | None:
        """The event that a line stands for; orders to the console are carried out here.

        Raises:
            UserError: the line cannot be understood, or is not allowed; the text says what to type.
        """
        text = storable(line).rstrip("\r\n")
        if text.startswith("/"):
            self._answering = None
            return self._order(text)
        if self._answering is not None:
            self._answering.take(text)
            return self._go_on(self._answering)
        if (choice := _CHOICE.fullmatch(text.strip())) and await self._choose(int(choice[1]), choice[2]):
            return self._go_on(self._answering) if self._answering else None
        if not text.strip():
            self.introduce()
            return None
        return self._say(text)

    def introduce(self) -> None:
        """Say who and where the person is, and how to get help."""
        person, room = self._stage.person, self._stage.room.name
        self._screen.notice(
            f"You are {person.member.name} ({person.standing.name.lower()}) in {room}. "
            f"{self._prefix}help lists the bot's commands, /help those of this console."
        )

    def _order(self, text: str) -> Incoming | None:
        order, _, rest = text.partition(" ")
        match order:
            case "/as":
                self._speak_as(rest)
            case "/room":
                self._stage.enter(rest)
                self._screen.notice(f"You are in {self._stage.room.name}.")
            case "/who":
                self._screen.people(self._stage)
            case "/help":
                self._screen.notice(HELP)
            case "/cancel":
                self._screen.notice("Nothing was answered.")
            case "/reply":
                reference, words = _two(rest, "/reply MESSAGE TEXT")
                return self._say(words, self._stage.message_id(reference))
            case "/edit":
                return self._edit(*_two(rest, "/edit MESSAGE TEXT"))
            case "/delete":
                return self._delete(rest.strip())
            case _:
                raise UserError(f"There is no {order}; /help shows what there is.")
        return None

    def _speak_as(self, rest: str) -> None:
        words = rest.split()
        standing = _STANDINGS.get(words[-1].lower()) if len(words) > 1 else None
        moved = self._stage.become(" ".join(words if standing is None else words[:-1]), standing)
        person, where = self._stage.person, f", and in {self._stage.room.name} now" if moved else ""
        self._screen.notice(f"You are {person.member.name} ({person.standing.name.lower()}){where}.")

    async def _choose(self, number: int, post: str | None) -> bool:
        """Begin to answer a prompt here, the newest unless `post` names one.

        False where none is open, so that what was typed is just said.

        Raises:
            UserError: that post is no open prompt here, or it has no such choice.
        """
        prompts = [one for one in await self._prompts.open_in(self._stage.room.id) if self._is_put_to(one.ask)]
        if not prompts:
            return False
        wanted = self._stage.message_id(post) if post else prompts[0].message
        prompt = next((prompt for prompt in prompts if prompt.message == wanted), None)
        if prompt is None:
            raise UserError(f"{post} is no prompt that can be answered in {self._stage.room.name}.")
        choices = prompt.ask.choices
        if not 1 <= number <= len(choices):
            which = f"The prompt {post}" if post else "The newest prompt here"
            raise UserError(f"{which} has the choices 1 to {len(choices)}.")
        self._answering = Answering(prompt, choices[number - 1], self._stage.person, self._stage.room)
        return True

    def _is_put_to(self, ask: Ask) -> bool:
        """Whether the person sees the prompt, and may still answer it."""
        mine = ask.audience is not Audience.ASKER or ask.asker == self._stage.person.member.id
        return mine and (ask.expires_at is None or self._clock.now() < ask.expires_at)

    def _go_on(self, answering: Answering) -> Incoming | None:
        if (question := answering.question) is not None:
            self._screen.question(question)
            return None
        self._answering = None
        if answering.cancelled:
            self._screen.notice("Nothing was answered.")
            return None
        return answering.event(self._stage.new_id(), self._clock.now())

    def _say(self, text: str, reply_to: MessageId | None = None) -> MessagePosted:
        stage, person = self._stage, self._stage.person
        if (until := stage.silenced(person.member.id)) and until > self._clock.now():
            raise UserError(f"{person.member.name} may not speak until {until:%d %B %Y, %H:%M} UTC.")
        message = Message(stage.new_id(), stage.room, person.member, text, self._clock.now(), reply_to)
        stage.remember(message)
        self._screen.numbered(message)
        return MessagePosted(message, person.standing)

    def _edit(self, reference: str, text: str) -> MessageEdited:
        message, person = self._stage.message(reference), self._stage.person
        if message.author.id != person.member.id:
            raise UserError(f"Message {reference} is by {message.author.name}; only they can change it.")
        form = replace(message, text=text, edited_at=self._clock.now())
        self._stage.remember(form)
        return MessageEdited(form, person.standing)

    def _delete(self, reference: str) -> MessageDeleted:
        message, person = self._stage.message(reference), self._stage.person
        if message.author.id != person.member.id and person.standing < Standing.MODERATOR:
            raise UserError(f"Message {reference} is by {message.author.name}; only they or a moderator can delete it.")
        return MessageDeleted(message.id, message.conversation, self._clock.now(), person.member.id)


def _two(rest: str, usage: str) -> tuple[str, str]:
    reference, _, words = rest.strip().partition(" ")
    if not words.strip():
        raise UserError(f"Type {usage}")
    return reference, words.strip()
