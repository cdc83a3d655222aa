"""A member's way through a choice on a prompt: the confirmation, then the form, one question after the other.

Where the form is one field that may be left out, both are one question: other words than yes or no fill it in.
"""

from datetime import datetime

from bot.domain.conversation import Conversation
from bot.domain.effect import Choice
from bot.domain.event import PromptAnswered
from bot.domain.ids import MessageId
from bot.platforms.console.stage import Person
from bot.ports.platform import PromptPost

_YES = frozenset({"y", "yes"})
_NO = frozenset({"n", "no"})


class Answering:
    """Ask until `question` is None; then `cancelled` is set, or `event` tells the answer."""

    def __init__(self, prompt: PromptPost, choice: Choice, person: Person, room: Conversation) -> None:
        self.cancelled = False
        self._prompt, self._choice, self._person, self._room = prompt, choice, person, room
        self._confirmed = choice.confirm is None
        self._left = list(choice.form)
        self._together = choice.confirm is not None and len(choice.form) == 1 and not choice.form[0].required
        self._fields: dict[str, str] = {}

    @property
    def question(self) -> str | None:
        if self.cancelled:
            return None
        if not self._confirmed and self._together:
            return f"{self._choice.confirm} (yes or no; or, meaning yes: {_uncapitalized(self._left[0].text)})"
        if not self._confirmed:
            return f"{self._choice.confirm} (yes or no)"
        if not self._left:
            return None
        return f"{self._left[0].text} ({'/cancel to stop' if self._left[0].required else 'empty to leave it out'})"

    def take(self, line: str) -> None:
        """An answer to `question`; one that does not fit leaves the question standing."""
        answer = line.strip()
        if not self._confirmed and self._together:
            self._take_both(answer)
        elif not self._confirmed:
            self._confirmed = answer.lower() in _YES
            self.cancelled = answer.lower() in _NO
        elif answer or not self._left[0].required:
            field = self._left.pop(0)
            if answer:
                self._fields[field.id] = answer

    def _take_both(self, answer: str) -> None:
        self.cancelled = answer.lower() in _NO
        if not answer or self.cancelled:
            return
        self._confirmed = True
        field = self._left.pop()
        if answer.lower() not in _YES:
            self._fields[field.id] = answer

    def event(self, identity: MessageId, at: datetime) -> PromptAnswered:
        return PromptAnswered(
            id=identity,
            cog=self._prompt.cog,
            label=self._prompt.ask.label,
            choice=self._choice.id,
            member=self._person.member,
            standing=self._person.standing,
            conversation=self._room,
            at=at,
            fields=self._fields,
        )


def _uncapitalized(text: str) -> str:
    return text[:1].lower() + text[1:]
