"""A member's way through a choice on a prompt: the confirmation, then the form, one question after the other. Pure.

Where the form is one field that may be left out, both are one question: a reply means yes, and fills in the field.
How far somebody has come stands in the content of the question that the bot put to them, and nowhere else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from bot.domain.document import Document, Faint, Inline, Mention, Paragraph, Strong, inlines
from bot.domain.effect import Choice, Field
from bot.domain.ids import ConversationId
from bot.platforms.matrix import names
from bot.platforms.matrix.fields import event_id, user_id
from bot.platforms.matrix.incoming.gestures import same_emoji

YES, NO, SKIP = "✅", "❌", "⏭️"

_LEFT_OUT = "-"
_AFFIRMATIONS = frozenset({"yes", "y", "ok"})
_REFUSALS = frozenset({"no", "n", "stop", "wait"})
_YES_AND = re.compile(r"(?:yes|ok)\s{0,9}[,:;]\s{0,9}(?=\S)", re.IGNORECASE)
"""What may stand before the words that a reply to both questions gives."""

_CANCEL = "cancel"
_LONGEST = {True: 2000, False: 300}
"""Characters of an answer, by whether its field is a box: a page of words, a line."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far somebody has come.

    Attributes:
        cog, label, conversation: which prompt, as the core knows it.
        prompt: the event that shows the prompt.
        choice: id of what was chosen.
        member: the user who chose, whose answers alone count.
        press: the reaction that chose.
        answers: field id to answer; empty for one that was left out.
    """

    cog: str
    label: str
    conversation: ConversationId
    prompt: str
    choice: str
    member: str
    press: str
    confirmed: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """As it stands in a question's content."""
        texts = {name: getattr(self, name) for name in _TEXTS}
        return {**texts, "confirmed": self.confirmed, "answers": dict(self.answers)}

    @classmethod
    def read(cls, content: object) -> Self | None:
        """None for what is no whole step."""
        if not isinstance(content, Mapping):
            return None
        texts = {name: text for name in _TEXTS if isinstance(text := content.get(name), str)}
        confirmed, answers = content.get("confirmed"), content.get("answers")
        if len(texts) < len(_TEXTS) or not isinstance(confirmed, bool) or not isinstance(answers, Mapping):
            return None
        if not all(isinstance(name, str) and isinstance(answer, str) for name, answer in answers.items()):
            return None
        cog, label, conversation, prompt, choice, member, press = (texts[name] for name in _TEXTS)
        if user_id(member) is None or event_id(prompt) is None or event_id(press) is None:
            return None
        place = ConversationId(conversation)
        return cls(cog, label, place, prompt, choice, member, press, confirmed, dict(answers))

    @property
    def fields(self) -> dict[str, str]:
        """What was filled in."""
        return {name: answer for name, answer in self.answers.items() if answer}


_TEXTS = ("cog", "label", "conversation", "prompt", "choice", "member", "press")


@dataclass(frozen=True, slots=True)
class Move:
    """What somebody's gesture did: a step further, none any more (cancelled), or the same again with what was wrong."""

    step: Step | None
    problem: str = ""


CANCELLED = Move(None)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked next, and the reactions that answer it."""

    body: Document
    emojis: tuple[str, ...]


def by_emoji(step: Step, choice: Choice, emoji: str) -> Move | None:
    """What a reaction by the member on their question means; None: nothing."""
    if same_emoji(emoji, NO):
        return CANCELLED
    if _unconfirmed(step, choice):
        return Move(_confirmed(step, choice)) if same_emoji(emoji, YES) else None
    asked = _asked(step, choice)
    if asked is None or asked.required or not same_emoji(emoji, SKIP):
        return None
    return Move(_with(step, asked, ""))


def by_words(step: Step, choice: Choice, words: str) -> Move | None:
    """What a reply by the member to their question means; None: nothing."""
    plain = words.lower().strip(" .!")
    if plain == _CANCEL:
        return CANCELLED
    if _unconfirmed(step, choice):
        if plain in _AFFIRMATIONS:
            return Move(_confirmed(step, choice))
        if plain in _REFUSALS:
            return CANCELLED
        rider = _rider(choice)
        return None if rider is None or not plain else _filled_along(step, rider, words)
    asked = _asked(step, choice)
    return None if asked is None else _filled(step, asked, words)


def _confirmed(step: Step, choice: Choice) -> Step:
    """A yes without words: a field that is asked along with the confirmation is left out."""
    rider = _rider(choice)
    return replace(step if rider is None else _with(step, rider, ""), confirmed=True)


def _filled_along(step: Step, rider: Field, words: str) -> Move:
    """A reply to the confirmation that is more than yes or no: yes, and what goes into the field."""
    move = _filled(step, rider, _YES_AND.sub("", words, count=1) if _YES_AND.match(words) else words)
    return move if move.problem or move.step is None else Move(replace(move.step, confirmed=True))


def _filled(step: Step, asked: Field, words: str) -> Move:
    left_out, longest = words in ("", _LEFT_OUT), _LONGEST[asked.long]
    if left_out and asked.required:
        return Move(step, "This one is needed.")
    if len(words) > longest:
        return Move(step, f"That is too long: {longest:,} characters at most, it had {len(words):,}.")
    return Move(_with(step, asked, "" if left_out else words))


def question(step: Step, choice: Choice, name: str, problem: str = "") -> Question | None:
    """What is to be asked of the member, called by `name`; None: everything is answered."""
    called = Mention(names.member_id(step.member), name, notify=True)
    if _unconfirmed(step, choice):
        hint = f"React {YES} to go on, {NO} to leave it."
        rider = _rider(choice)
        if rider is not None:
            hint += f" A reply to this message means yes, too; its text counts as “{rider.text}”."
        return Question(_document(called, f": {choice.confirm}", hint, problem), (YES, NO))
    asked = _asked(step, choice)
    if asked is None:
        return None
    place = f" ({len(step.answers) + 1} of {len(choice.form)})" if len(choice.form) > 1 else ""
    way_out = f"react {NO} to stop" if asked.required else f"react {SKIP} to leave it out, {NO} to stop"
    hint = f"Answer by replying to this message, or {way_out}."
    asks = (f", for “{choice.text}”{place}: ", Strong(asked.text))
    return Question(_document(called, *asks, hint, problem), (NO,) if asked.required else (SKIP, NO))


def _document(called: Inline, *parts: str | Inline) -> Document:
    """The last two parts are the hint and what was wrong with the answer before, if anything was."""
    *asks, hint, problem = parts
    above = [Paragraph(inlines(problem))] if problem else []
    return Document((*above, Paragraph(inlines(called, *asks)), Paragraph(inlines(Faint(str(hint))))))


def _unconfirmed(step: Step, choice: Choice) -> bool:
    return choice.confirm is not None and not step.confirmed


def _rider(choice: Choice) -> Field | None:
    """The field that is asked along with the confirmation: the only one, where it may be left out."""
    if choice.confirm is None or len(choice.form) != 1 or choice.form[0].required:
        return None
    return choice.form[0]


def _asked(step: Step, choice: Choice) -> Field | None:
    """The first field without an answer."""
    return next((each for each in choice.form if each.id not in step.answers), None)


def _with(step: Step, asked: Field, answer: str) -> Step:
    return replace(step, answers={**step.answers, asked.id: answer})
