"""What must hold after a kill run: compared are the script, the town's server and the bot's store."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from bot.domain.effect import Audience
from bot.domain.event import MessagePosted
from bot.domain.ids import CommunityId
from bot.storage import open_store
from tests.endurance.resident import COMMUNITY
from tests.endurance.town import Town

Row = tuple[Any, ...]

_TELLING = 60
"""Characters from which words are most likely those of one message only."""


class Store:
    """The bot's file, read from outside."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, statement: str) -> list[Row]:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            return connection.execute(statement).fetchall()

    def count(self, statement: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {statement}")[0][0])

    async def broken_link(self) -> int | None:
        """The first line of the trail that does not fit the chain."""
        store = await open_store(self.path)
        try:
            return await store.audit.verify(CommunityId(COMMUNITY))
        finally:
            await store.aclose()


def counts(town: Town, store: Store) -> Mapping[str, int]:
    """Figures that two runs of one script must share."""
    found = {
        "messages": store.count("messages WHERE author IS NOT NULL"),
        "messages taken back": store.count("messages WHERE deleted_at IS NOT NULL"),
        "members": store.count("members"),
        "cards": len(town.cards),
        "public posts": len(town.said),
        "private words, counted once": len({key for key, _ in town.whispers}),
        "measures": len(town.measures),
    }
    for state, action, number in store.rows(
        "SELECT state, action, count(*) FROM cog_review__cases GROUP BY state, action"
    ):
        found[f"cases {state}, {action}"] = number
    for outcome, number in store.rows("SELECT outcome, count(*) FROM cog_civility__assessments GROUP BY outcome"):
        found[f"judged {outcome}"] = number
    for action, number in store.rows("SELECT action, count(*) FROM audit GROUP BY action"):
        found[f"trail {action}"] = number
    return found


async def deviations(town: Town, store: Store) -> list[str]:
    """Everything that is not as it must be, in words; empty where all is well."""
    found = [*_sound(store), *_messages(town, store), *_flags(town, store), *_answers(town), *_decisions(town, store)]
    broken = await store.broken_link()
    if broken is not None:
        found.append(f"the trail does not verify from line {broken} on")
    return found


def _sound(store: Store) -> Iterator[str]:
    for check in ("integrity_check", "foreign_key_check"):
        found = store.rows(f"PRAGMA {check}")
        if found not in ([], [("ok",)]):
            yield f"{check}: {found[:3]}"
    unsettled = store.count("outbox WHERE state IN ('waiting', 'leased')")
    if unsettled:
        yield f"{unsettled} posts are still in the outbox"
    failed = store.rows("SELECT state, reason, count(*) FROM outbox WHERE state IN ('failed', 'unknown') GROUP BY 1, 2")
    yield from (f"{number} posts {state}: {reason}" for state, reason, number in failed)
    left = store.count("journal WHERE finished = 0")
    if left:
        yield f"{left} events are unfinished"


def _messages(town: Town, store: Store) -> Iterator[str]:
    """Stored once, in their newest form, in the order in which they were said, per room and so per sender."""
    expected = defaultdict(list)
    for event in town.timeline:
        if isinstance(event, MessagePosted):
            expected[event.message.conversation.id].append(event.message)
    gone = town.script.deleted.keys() | town.gone.keys()
    stored = defaultdict(list)
    for room, identity, author, text in store.rows(
        "SELECT conversation, id, author, text FROM messages WHERE author IS NOT NULL ORDER BY number"
    ):
        stored[room].append((identity, author, text))
    for room, said in expected.items():
        wanted = [
            (one.id, one.author.id, town.script.newest.get(one.id, one.text)) for one in said if one.id not in gone
        ]
        if stored[room] != wanted:
            wrong = Counter(stored[room])
            wrong.subtract(Counter(wanted))
            differing = [(one[0], number) for one, number in wrong.items() if number]
            counted = f"{len(stored[room])} messages are stored, not {len(wanted)}"
            yield f"{room}: {counted}, or in another order: {differing[:5]}"
    tombstones = {identity for (identity,) in store.rows("SELECT id FROM messages WHERE deleted_at IS NOT NULL")}
    if tombstones != gone:
        yield f"{len(tombstones)} messages were taken back, not {len(gone)}"
    texts = [event.message.text for event in town.timeline if isinstance(event, MessagePosted)]
    for identity, text in (town.script.deleted | town.gone).items():
        beginning = _beginning(text)
        said_by_others = sum(beginning in other for other in texts) > 1  # who answers may quote it
        if len(beginning) == _TELLING and not said_by_others:
            showing = [post for post, words in town.shown.items() if beginning in words]
            if showing:
                yield f"{showing} still show words of {identity}, which was taken back"


def _beginning(text: str) -> str:
    return text.strip()[:_TELLING]


def _flags(town: Town, store: Store) -> Iterator[str]:
    """Each attack is in the trail once, and has one case and one card."""
    raised = store.rows("SELECT subject, details FROM audit WHERE action = 'flag.raised'")
    by_message = Counter(message for message, _ in raised)
    wrong = {one: by_message[one] for one in town.script.flags.keys() | by_message.keys() if by_message[one] != 1}
    extra = by_message.keys() - town.script.flags.keys()
    if wrong or extra:
        yield f"flags that are not there once: {dict(list(wrong.items())[:5])}, flags of fair words: {list(extra)[:5]}"
    wanted = town.script.flags.keys() | town.script.reported
    cases = Counter(message for (message,) in store.rows("SELECT message FROM cog_review__cases"))
    if cases != Counter(wanted):
        yield f"{cases.total()} cases about {len(cases)} messages, not {len(wanted)}"
    cards = Counter(card.label for card in town.cards.values())
    labels = Counter(f"case:{number}" for (number,) in store.rows("SELECT number FROM cog_review__cases"))
    if cards != labels:
        yield f"cards that are not there once: {list((cards - labels) + (labels - cards))[:5]}"


def _answers(town: Town) -> Iterator[str]:
    """Each command is answered once, or privately at least once; each room is told once that it is watched."""
    public = Counter(say.reply_to for say in town.said.values() if say.reply_to is not None)
    private: dict[Any, set[str]] = defaultdict(set)
    for key, who in town.whispers:
        private[who].add(key)
    posted = {event.message.id: event.message for event in town.timeline if isinstance(event, MessagePosted)}
    for command in town.script.commands | town.commands:
        answers = public[command] + len(private[posted[command].author.id])
        alone = posted[command].author.id.startswith("town:asker")
        if public[command] > 1 or (answers != 1 if alone else public[command] != 1):
            yield f"{command} ({posted[command].text}) was answered {answers} times"
    notices = Counter(say.label for say in town.said.values() if say.label and say.label.startswith("notice:"))
    if any(number != 1 for number in notices.values()):
        yield f"rooms were told that they are watched more than once: {notices}"
    asked_privately = [say for say in town.said.values() if say.audience in (Audience.ASKER, Audience.ASIDE)]
    if asked_privately:
        yield f"{len(asked_privately)} private answers were posted in public"


def _decisions(town: Town, store: Store) -> Iterator[str]:
    """Each decision is in the trail once, its measure was carried out once and is in the trail once."""
    actions = "'case.upheld', 'case.dismissed', 'case.reopened', 'case.opened', 'sanction.applied'"
    lines = store.rows(
        f"SELECT subject, action, json_extract(details, '$.case') FROM audit WHERE action IN ({actions})"
    )
    twice = [line for line, number in Counter(lines).items() if number > 1]
    if twice:
        yield f"lines that are in the trail twice: {twice[:5]}"
    measures = Counter(effect.case for effect in town.measures.values())
    applied = Counter(int(case) for _, action, case in lines if action == "sanction.applied")
    wanted = Counter(
        number
        for (number,) in store.rows("SELECT number FROM cog_review__cases WHERE action != 'none' AND state = 'upheld'")
    )
    if not measures == applied == wanted:
        yield f"{wanted.total()} measures were decided, {measures.total()} carried out, {applied.total()} written down"
