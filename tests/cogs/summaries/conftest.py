"""A discussion of eight messages, a summarizer that says what it is told to, and the cog over both."""

from dataclasses import dataclass, field

import pytest

from bot.api import Agreement, Counts, Issue, Line, ThreadSummary
from bot.testing.factories import message
from cogs.summaries import Summaries
from cogs.summaries.settings import SummarySettings

TALK = [
    ("Mira", "The council wants a bus lane on Mill Street."),
    ("Dario", "A bus lane takes the parking away.\nShops live by parking."),
    ("Noor", "Buses carry more people than  parked cars do."),
    ("Otto", "Who pays for the bus lane?"),
    ("Mira", "I agree with Noor."),
    ("Dario", "My shop lost a third of its customers."),
    ("Ines", "Cyclists would be safer too."),
    ("Otto", "Nobody answered me."),
]


@dataclass
class Room:
    """The ports `History` and `Directory` for one conversation."""

    ports: object
    readable: bool = True
    undecryptable: int = 0
    asked: list = field(default_factory=list)

    async def recent(self, conversation, *, limit, since=None):
        self.asked.append((limit, since))
        fitting = [m for m in self.ports.stored.values() if m.conversation.id == conversation]
        return [m for m in fitting if since is None or m.sent_at >= since][-limit:]

    async def message(self, message):
        return self.ports.stored.get(message)

    async def messages(self, wanted):
        return await self.ports.messages(wanted)

    async def may_read(self, member, conversation):
        return self.readable

    async def counts(self, conversation):
        return Counts(len(self.ports.stored), 5, 0, self.undecryptable)


class ScriptedSummarizer:
    model = "scripted 1"

    def __init__(self, summary):
        self.summary = summary
        self.error = None
        self.given = []
        self.options = {}
        self.while_reading = lambda: None

    async def summarize(self, messages, **options):
        self.given, self.options = list(messages), options
        if self.error:
            raise self.error
        self.while_reading()
        return self.summary


def line(message, quote=None):
    return Line(message.id, message.author.id, " ".join((quote or message.text).split()))


@pytest.fixture
def talk(ports):
    said = [message(text, author=who) for who, text in TALK]
    ports.store(*said)
    return said


@pytest.fixture
def summary(talk):
    opening, parking, people, pays, _, shop, *_ = talk
    return ThreadSummary(
        messages=8,
        people=5,
        about=line(opening),
        issues=(
            Issue("bus lane / parking", (opening.id, parking.id, people.id), 3, (line(parking), line(people))),
            Issue("customers", (shop.id,), 1, (line(shop),)),
        ),
        agreements=(Agreement(line(people), replies=1, likes=2),),
        open_questions=(line(pays),),
    )


@pytest.fixture
def summarizer(summary):
    return ScriptedSummarizer(summary)


@pytest.fixture
def here(ports):
    return Room(ports)


@pytest.fixture
def cog(ports, here, summarizer):
    ports.values = SummarySettings()
    return Summaries(history=here, directory=here, summarizer=summarizer, tables=ports, settings=ports, catalog=ports)
