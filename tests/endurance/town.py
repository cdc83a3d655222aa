"""The chat server of a kill run: it lives in the supervisor's process, so that it survives the bot."""

import asyncio
import random
import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.domain.document import Block, Jump, plain
from bot.domain.effect import AnySanction, Ask, Audience, DirectMessage, Edit, Hide, Sanction, Say, Warn
from bot.domain.event import Incoming, MessageDeleted, MessagePosted, PromptAnswered
from bot.domain.ids import MemberId, MessageId
from bot.domain.member import Member, MemberKind, Standing
from bot.domain.message import Message
from bot.ports.platform import Delivery, Receipt
from tests.endurance.script import DESK, MIRA, NOOR, PLATFORM, Script

_BOT = Member(MemberId(f"{PLATFORM}:folkmoot"), "folkmoot", MemberKind.BOT)
_REDELIVERED = 20
_PRESSES = {0: "uphold", 1: "uphold", 2: "uphold", 3: "dismiss", 4: "dismiss", 5: "hide", 6: "warn", 7: "timeout"}
_COMMANDS_IT, _TAKES_IT_BACK = 8, 9
"""What moderators and authors make of a card, by the message's checksum."""


@dataclass
class Card:
    """A prompt about a case as it stands in the moderators' room."""

    label: str
    about: MessageId | None
    choices: frozenset[str]

    @property
    def number(self) -> int:
        return int(self.label.split(":")[1])


@dataclass
class Town:
    """Rooms whose happenings are published step by step, and people who react to what the bot posts.

    Attributes:
        timeline: what has happened; a client reads on from the position it stored.
        said: public posts by key: a real server knows the key of what it carried out.
        shown: what stands in the rooms, cards and other posts.
        whispers: (key, member) of private words, each time they were sent.
        measures: sanctions by key; `carried_out` counts the requests.
        pressed_in_vain: presses that the bot refused although the card stood open.
    """

    script: Script
    random: random.Random
    timeline: list[Incoming] = field(default_factory=list)
    said: dict[str, Say] = field(default_factory=dict)
    cards: dict[MessageId, Card] = field(default_factory=dict)
    shown: dict[MessageId, str] = field(default_factory=dict)
    whispers: list[tuple[str, MemberId]] = field(default_factory=list)
    measures: dict[str, AnySanction] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    commands: set[MessageId] = field(default_factory=set)
    gone: dict[MessageId, str] = field(default_factory=dict)
    undone: set[int] = field(default_factory=set)
    pressed_in_vain: int = 0

    def __post_init__(self) -> None:
        self._coming: list[Incoming] = list(reversed(self.script.events))
        self._receipts: dict[str, Receipt] = {}
        self._texts = {
            event.message.id: event.message for event in self.script.events if isinstance(event, MessagePosted)
        }
        self._presses = 0
        self.news = asyncio.Event()

    # --- happenings ---------------------------------------------------------------------------------------------

    @property
    def left(self) -> int:
        """What is still to happen."""
        return len(self._coming)

    def publish(self, count: int) -> None:
        """Let the next `count` things happen."""
        for _ in range(min(count, len(self._coming))):
            self.timeline.append(self._coming.pop())
        self.news.set()

    def since(self, position: int, limit: int) -> tuple[list[Incoming], int]:
        events = self.timeline[position : position + limit]
        return events, position + len(events)

    def resumed(self, position: int) -> int:
        """Where a client that has stored `position` is sent on from: some things come twice."""
        return max(0, position - self.random.randrange(_REDELIVERED))

    def _soon(self, event: Incoming) -> None:
        """It happens in between what the script holds, or next."""
        ahead = self.random.randint(1, 40)
        self._coming.insert(max(0, len(self._coming) - ahead), event)

    # --- requests of the bot ------------------------------------------------------------------------------------

    def carry_out(self, delivery: Delivery) -> Receipt:
        """Public posts and measures once per key, private words as often as they are sent, edits to the same end."""
        self.requests[delivery.key] += 1
        effect = delivery.effect
        match effect:
            case Say(audience=Audience.ASKER | Audience.ASIDE) | DirectMessage() | Warn():
                self._whisper(delivery)
                return Receipt(MessageId(f"{PLATFORM}:private {len(self.whispers)}"))
            case Edit():
                self._change(delivery, effect)
                return Receipt(delivery.target)
        if delivery.key not in self._receipts:
            self._receipts[delivery.key] = self._first(delivery)
        return self._receipts[delivery.key]

    def _first(self, delivery: Delivery) -> Receipt:
        effect, identity = delivery.effect, MessageId(f"{PLATFORM}:post {delivery.key}")
        match effect:
            case Say():
                self.said[delivery.key] = effect
                self.shown[identity] = plain(effect.body)
                return Receipt(identity)
            case Ask():
                card = Card(effect.label, _about(effect.body.blocks), _ids(effect))
                self.cards[identity] = card
                self.shown[identity] = plain(effect.body)
                self._react(card)
                return Receipt(identity)
            case Sanction():
                self.measures[delivery.key] = effect
                if isinstance(effect, Hide):
                    self._take_back(effect.message, _BOT.id)
                return Receipt()
        raise AssertionError(f"nobody asks a town for {effect}")

    def _whisper(self, delivery: Delivery) -> None:
        effect = delivery.effect
        assert isinstance(effect, Say | DirectMessage | Warn)
        who = effect.asker if isinstance(effect, Say) else effect.member
        assert who is not None
        self.whispers.append((delivery.key, who))
        if isinstance(effect, Warn):
            self.measures.setdefault(delivery.key, effect)
        if who == MIRA.id and "settled already" in plain(effect.body):
            self.pressed_in_vain += 1

    def _change(self, delivery: Delivery, effect: Edit) -> None:
        assert delivery.target is not None
        self.shown[delivery.target] = plain(effect.body)
        card = self.cards.get(delivery.target)
        if card is None:
            return  # a summary whose source was taken back
        card.choices = _ids(effect)
        about = card.about
        if "undo" not in card.choices or about is None or card.number in self.undone:
            return
        if _checksum(about) % 30 in {0, 3}:  # some of those that were upheld or dismissed with a press
            self.undone.add(card.number)
            self._command(f"!undo {card.number}", card.number)

    # --- what people make of a card -----------------------------------------------------------------------------

    @staticmethod
    def _choice(card: Card) -> str | None:
        return _PRESSES.get(_checksum(card.about) % 10) if card.about else None

    def _react(self, card: Card) -> None:
        if card.about is None:
            return
        what = _checksum(card.about) % 10
        if what in _PRESSES:
            self._press(card, MIRA)
        elif what == _COMMANDS_IT:
            self._command(f"!dismiss {card.number} banter", card.number)
        elif what == _TAKES_IT_BACK:
            self._take_back(card.about, self._texts[card.about].author.id)

    def _press(self, card: Card, who: Member) -> None:
        choice = self._choice(card)
        assert choice is not None
        self._presses += 1
        fields = {"words": "Please keep to the claim."} if choice == "warn" else {}
        identity = MessageId(f"{PLATFORM}:press{self._presses}")
        now = datetime.now(UTC)
        self._soon(PromptAnswered(identity, "review", card.label, choice, who, Standing.MODERATOR, DESK, now, fields))

    def _command(self, text: str, number: int) -> None:
        identity = MessageId(f"{PLATFORM}:{text[1:].split(maxsplit=1)[0]} of case {number}")
        message = Message(identity, DESK, NOOR, text, datetime.now(UTC))
        self.commands.add(identity)
        self._texts[identity] = message
        self._soon(MessagePosted(message, Standing.MODERATOR))

    def _take_back(self, message: MessageId, by: MemberId) -> None:
        if message not in self.gone:
            self.gone[message] = self._texts[message].text
            self._soon(MessageDeleted(message, self._texts[message].conversation, datetime.now(UTC), by))


def _checksum(message: MessageId) -> int:
    return zlib.crc32(message.encode())


def _ids(prompt: Ask | Edit) -> frozenset[str]:
    return frozenset(choice.id for choice in prompt.choices)


def _about(blocks: tuple[Block, ...]) -> MessageId | None:
    """The message that a card opens."""
    spans = (span for block in blocks for span in getattr(block, "spans", ()))
    return next((span.message for span in spans if isinstance(span, Jump)), None)
