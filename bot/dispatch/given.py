"""A command as somebody gave it, by text or by the platform's own means, before it is looked up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.commands.arguments import Scope
from bot.commands.parse import bind_named, bind_text, read_line
from bot.commands.spec import CommandSpec
from bot.domain.conversation import Conversation
from bot.domain.event import CommandInvoked, Event, MessagePosted
from bot.domain.ids import MemberId, MessageId
from bot.domain.member import Member, MemberKind, Standing
from bot.domain.message import Message

_LONGEST_NAME = 40
"""Characters of a command's name: more can be no command's."""


@dataclass(frozen=True, slots=True)
class Given:
    """Who gave which command where; `arguments` are what followed it, or named ones.

    Attributes:
        id: of the message that gave it, or of the platform's own invocation.
        message: None for an invocation.
    """

    id: MessageId
    name: str
    arguments: str | Mapping[str, str]
    caller: Member
    standing: Standing
    conversation: Conversation
    message: Message | None = None
    target: MessageId | None = None

    def bind(self, spec: CommandSpec, scope: Scope) -> dict[str, Any]:
        """The handler's arguments. Raises UserError where they do not fit."""
        if isinstance(self.arguments, str):
            return bind_text(spec, self.arguments, scope)
        return bind_named(spec, self.arguments, scope)

    def with_accounts(self, mentioned: Mapping[str, MemberId]) -> "Given":
        """The same, with the shown names of people whom the message mentions replaced by their ids.

        Clients write a mention as the name they show, which may hold spaces and belong to several people.
        """
        if not isinstance(self.arguments, str):
            return self
        arguments = self.arguments
        for name in sorted(mentioned, key=len, reverse=True):
            written = rf"(?<!\S)@?{re.escape(name)}:?(?!\S)"
            arguments = re.sub(written, mentioned[name].replace("\\", r"\\"), arguments)
        return replace(self, arguments=arguments)


def given_in(event: Event, prefix: str) -> Given | None:
    """The command that an event gives; bots give none."""
    if isinstance(event, CommandInvoked):
        return Given(
            event.id,
            event.name[:_LONGEST_NAME],
            event.arguments,
            event.caller,
            event.standing,
            event.conversation,
            target=event.target,
        )
    if not isinstance(event, MessagePosted) or event.message.author.kind is not MemberKind.PERSON:
        return None
    message = event.message
    line = read_line(message.text, prefix)
    if line is None:
        return None
    return Given(
        message.id,
        line.name,
        line.rest,
        message.author,
        event.standing,
        message.conversation,
        message,
        message.reply_to,
    )
