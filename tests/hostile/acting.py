"""Hostile texts in every place where people can put one into a running bot."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.conversation import Conversation, ConversationKind
from bot.domain.event import (
    AccessLost,
    CommandInvoked,
    ConversationReplaced,
    MemberJoined,
    MessageEdited,
    MessagePosted,
    ModerationObserved,
    Undecryptable,
)
from bot.domain.ids import ConversationId, MemberId, MessageId
from bot.domain.member import Member, Standing
from bot.domain.message import Message
from bot.testing.harness import Harness
from bot.testing.server import FakePost


class Actor:
    """Acts on a harness's server; `said` holds each message's last text."""

    def __init__(self, bot: Harness) -> None:
        self.bot = bot
        self.server = bot.server
        self.said: dict[MessageId, str] = {}
        self._number = 0

    def talk(self, text: str, other: str) -> None:
        """`text` as a message's words, its author's and room's name, an edit, a reaction, a report, ids."""
        server, square = self.server, self.bot.square
        author = self._person(text)
        thread = self._thread(text)
        plainly = self._post(author, square, text)
        harsh = self._post(author, thread, f"you idiot {text}")
        self._post(self._person(other), thread, other, reply_to=MessageId(f"fake:{text}"))
        full = replace(
            self._unsaid(author, square, text),
            mentions=(MemberId(f"fake:{text}"), MemberId(text)),
            attachments=(text, other),
            link=text,
        )
        self._add(MessagePosted(full))
        self.said[full.id] = text
        changed = server.edit(plainly, other)
        self.said[changed.id] = other
        self._add(MessageEdited(replace(self._unsaid(author, square, text), edited_at=server.clock.now())))
        for _ in range(2):  # as a platform delivers again
            server.react(author, harsh, text)
            server.react(author, harsh, f"👍{text}")
        server.unreact(author, harsh, text)
        server.report(self._person(other), harsh, text)
        self._post(self._person(other), square, f"!report {text}", reply_to=harsh.id)
        self._add(MemberJoined(author, thread, server.clock.now()))
        self._add(ModerationObserved(text, MemberId(f"fake:{text}"), square, server.clock.now(), author, text))
        self._add(AccessLost(replace(square, name=text), self._now(), reason=text, by=author, banned=True))
        self._add(AccessLost(thread, self._now(), reason=other, by=self._person(other)))
        self._add(Undecryptable(MessageId(f"fake:u{text}"), square, author, server.clock.now()))
        self._add(ConversationReplaced(thread, replace(thread, name=other), server.clock.now()))

    def command(self, text: str) -> None:
        """Every command with `text` as its arguments, by a member and by an admin, typed and invoked."""
        bot, server = self.bot, self.server
        admin, target = bot.person("Ada"), MessageId(f"fake:{text}")
        for spec in bot.app.loader.registry.commands.all():
            member = self._person(text)
            self._post(member, bot.square, f"!{spec.name} {text}")
            server.invoke(member, bot.square, spec.name, dict.fromkeys(spec.arguments, text), target=target)
            self._post(admin, bot.desk, f"!{spec.name} {text}")
            self._post(admin, bot.desk, f"!{spec.name} 1 {text}")
            for name in (*spec.arguments, text):
                server.invoke(admin, bot.desk, spec.name, {name: text}, target=target)
        self._add(self._invoked(text))
        self._post(admin, bot.desk, f"!{text}")
        self._post(admin, bot.desk, f"!set {text} {text}")
        for setting in ("civility.rule", "civility.threshold", "review.timeout_minutes"):
            self._post(admin, bot.desk, f"!set {setting} {text}")

    def _invoked(self, text: str) -> CommandInvoked:
        place = self.bot.square
        return CommandInvoked(
            MessageId(f"fake:{text}"), text, {text: text}, self._person(text), Standing.ADMIN, place, self._now()
        )

    def press(self, post: FakePost, text: str) -> None:
        """Every choice of a prompt; forms are filled in with `text`."""
        for choice in post.choices:
            fields = {field.id: text for field in choice.form} if text else {}
            self.server.press(self.bot.person("Mira"), post, choice.id, fields=fields)

    # --- what hostile people are made of ---------------------------------------------------------------------

    def _person(self, name: str) -> Member:
        self._number += 1
        return Member(MemberId(f"fake:p{self._number}"), name)

    def _thread(self, name: str) -> Conversation:
        self._number += 1
        inside = ConversationId(f"{self.bot.square.id}/t{self._number}")
        return self.server._open(Conversation(inside, name, ConversationKind.THREAD, self.bot.square.id), False)

    def _post(self, who: Member, where: Conversation, text: str, *, reply_to: MessageId | None = None) -> Message:
        message = self.server.post(who, where, text, reply_to=reply_to)
        self.said[message.id] = text
        return message

    def _unsaid(self, who: Member, where: Conversation, text: str) -> Message:
        self._number += 1
        return Message(MessageId(f"fake:x{self._number}"), where, who, text, self._now())

    def _add(self, event) -> None:
        self.server.timeline.add(self.bot.square.id, event)

    def _now(self):
        self.bot.clock.advance(timedelta(seconds=1))
        return self.bot.clock.now()
