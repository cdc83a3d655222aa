"""What must hold after the kills: compared are what was said, the bot's store, and what members see."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from bot.platforms.matrix import names
from tests.endurance.matrix.process import Bot
from tests.endurance.matrix.square import MARKER, Square, label_of
from tests.platforms.matrix.homeserver.view import Post

Shown = Mapping[str, list[Post]]

_CHOICES = {"✅", "❌"}
"""Two of those that stand under each open card."""


async def deviations(square: Square, bot: Bot) -> list[str]:
    """Everything that is not as it must be, in words; empty where all is well."""
    shown, timeline = await square.shown(), await square.timeline()
    return [
        *_sound(bot),
        *_messages(square, bot, timeline),
        *_posts(shown),
        *_cards(square, bot, shown[square.desk]),
        *_answers(square, shown),
        *_whispers(square, await square.private()),
        *_decisions(square, bot, shown[square.desk]),
    ]


def counts(square: Square, bot: Bot, shown: Shown) -> dict[str, int]:
    """What there was of everything."""
    posts = [post for each in shown.values() for post in each]
    return {
        "messages": len(square.said),
        "of them encrypted": sum(one.room in {square.rooms[1], square.rooms[3]} for one in square.said),
        "of them commands": len(square.commands),
        "of them commands with a private answer": sum(map(len, square.whispered.values())),
        "stored": bot.count("messages WHERE author IS NOT NULL"),
        "flag cards": sum(label_of(post) is not None for post in shown[square.desk]),
        "decided by reaction": len(square.pressed),
        "posts of the bot": len(posts),
        "reactions of the bot": sum(post.reactions.total() for post in posts),
        "lives of the bot": bot.lives,
    }


def _sound(bot: Bot) -> Iterator[str]:
    for check in ("integrity_check", "foreign_key_check"):
        found = bot.rows(f"PRAGMA {check}")
        if found not in ([], [("ok",)]):
            yield f"{check}: {found[:3]}"
    for state, reason, number in bot.rows(
        "SELECT state, reason, count(*) FROM outbox WHERE state NOT IN ('applied', 'expired') GROUP BY 1, 2"
    ):
        yield f"{number} posts are {state}: {reason}"
    unread = bot.count("undecryptable")
    if unread:
        yield f"{unread} messages could not be decrypted"


def _messages(square: Square, bot: Bot, timeline: Mapping[str, list[str]]) -> Iterator[str]:
    """Each stored once, with its text, in the order of its room and so of each sender."""
    texts = {one.id: (f"matrix:{one.sender}", one.text) for one in square.said}
    stored = defaultdict(list)
    for identity, author, text in bot.rows(
        "SELECT id, author, text FROM messages WHERE author IS NOT NULL ORDER BY number"
    ):
        room, event = names.event_of(identity) or ("", "")
        stored[room].append((event, author, text))
    for room, events in timeline.items():
        wanted = [(event, *texts[event]) for event in events if event in texts]
        if stored[room] == wanted:
            continue
        wrong = Counter(stored[room])
        wrong.subtract(Counter(wanted))
        differing = [(one[0], number) for one, number in wrong.items() if number]
        counted = f"{len(stored[room])} messages are stored, not {len(wanted)}"
        yield f"{room}: {counted}, or in another order: {differing[:5]}"
    lost = texts.keys() - {event for events in timeline.values() for event in events}
    if lost:
        yield f"{len(lost)} messages never stood in their room"


def _posts(shown: Shown) -> Iterator[str]:
    """No delivery of the bot's arrived twice; no reaction stands twice."""
    for room, posts in shown.items():
        keys = Counter(str((post.first.get(MARKER) or {}).get("key")) for post in posts)
        twice = {key: number for key, number in keys.items() if number > 1}
        if twice:
            yield f"{room}: posts that stand there more than once, or without a marker: {list(twice.items())[:3]}"
        reactions = [pair for post in posts for pair, number in post.reactions.items() if number > 1]
        if reactions:
            yield f"{room}: reactions that stand twice: {reactions[:3]}"
        alone = Counter(post.text for post in posts if not post.reply_to and not post.redacted)
        same = [text[:60] for text, number in alone.items() if number > 1]
        if same:
            yield f"{room}: the same words were posted more than once: {same[:3]}"


def _cards(square: Square, bot: Bot, desk: list[Post]) -> Iterator[str]:
    """Each flagged message has one case and one card, nothing else has any; open cards can be decided."""
    cases = bot.rows("SELECT number, message, state FROM cog_review__cases")
    flagged = Counter((names.event_of(message) or ("", ""))[1] for _, message, _ in cases)
    if flagged != Counter(square.flagged):
        missing, extra = Counter(square.flagged) - flagged, flagged - Counter(square.flagged)
        counted = f"{flagged.total()} cases, not {len(square.flagged)}"
        yield f"{counted}: missing {list(missing)[:3]}, too many {list(extra)[:3]}"
    cards = Counter(label_of(post) for post in desk if label_of(post))
    labels = Counter(f"case:{number}" for number, _, _ in cases)
    if cards != labels:
        yield f"cards that are not there once: {list((cards - labels) + (labels - cards))[:5]}"
    undecided = {f"case:{number}" for number, _, state in cases if state == "open"}
    for post in desk:
        if label_of(post) in undecided:
            missing_choices = {emoji for emoji in _CHOICES if post.reactions[emoji, square.bot.user] != 1}
            if missing_choices:
                yield f"{label_of(post)} cannot be decided with {missing_choices}"


def _answers(square: Square, shown: Shown) -> Iterator[str]:
    """Each command is answered in its room, with one post that answers it."""
    answered = Counter(post.reply_to for posts in shown.values() for post in posts if post.reply_to)
    said = {one.id: one for one in square.said}
    wrong = {event: answered[event] for event in square.commands if answered[event] != 1}
    for event, number in list(wrong.items())[:5]:
        yield f"{event} ({said[event].text}) was answered {number} times"
    stray = [event for event in answered if event in said and event not in square.commands]
    if stray:
        yield f"answers to what was no question: {stray[:3]}"


def _whispers(square: Square, private: Mapping[str, list[list[Post]]]) -> Iterator[str]:
    """Who asked privately has one private room, with one answer for each time, that they can read; nobody else has."""
    for one in square.senders:
        asked, rooms = len(square.whispered[one.user]), private.get(one.user, [])
        if len(rooms) != min(asked, 1):
            yield f"{one.user} asked {asked} times in private and has {len(rooms)} rooms with the bot"
        answers = [post for posts in rooms for post in posts]
        if len(answers) != asked:
            yield f"{one.user} asked {asked} times in private and was answered {len(answers)} times"
        unread = sum(not post.text for post in answers)
        if unread:
            yield f"{one.user} cannot read {unread} private answers"


def _decisions(square: Square, bot: Bot, desk: list[Post]) -> Iterator[str]:
    """Each press of Mira's decided its case, once, and the card says so."""
    wanted = {"✅": "upheld", "❌": "dismissed"}
    states = {f"case:{number}": state for number, state in bot.rows("SELECT number, state FROM cog_review__cases")}
    wrong = {label: states.get(label) for label, emoji in square.pressed.items() if states.get(label) != wanted[emoji]}
    if wrong:
        yield f"cases that are not as decided: {list(wrong.items())[:3]}"
    lines = Counter(bot.rows("SELECT subject, action FROM audit WHERE action IN ('case.upheld', 'case.dismissed')"))
    if lines.total() != len(square.pressed) or any(number > 1 for number in lines.values()):
        yield f"{lines.total()} decisions are in the trail, {len(lines)} different ones, not {len(square.pressed)}"
    for post in desk:
        emoji = square.pressed.get(label_of(post) or "")
        if emoji and wanted[emoji].capitalize() not in post.text:
            yield f"the card of {label_of(post)} does not show how it was decided"
