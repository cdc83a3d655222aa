"""What must hold after the kills: compared are what was said, the bot's store, and what people see."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from bot.domain.ids import MessageId
from bot.platforms.discord import names
from tests.endurance.discord.process import Bot
from tests.endurance.discord.square import PUBLIC, Square, label_of
from tests.platforms.discord.standin.posts import Post

_OPEN_CHOICES = {"Uphold", "Dismiss"}


def deviations(square: Square, bot: Bot) -> list[str]:
    """Everything that is not as it must be, in words; empty where all is well."""
    return [
        *_sound(bot),
        *_messages(square, bot),
        *_posts(square),
        *_cards(square, bot),
        *_answers(square),
        *_whispers(square),
        *_slashes(square),
        *_decisions(square, bot),
        *square.standin.complaints(),
    ]


def counts(square: Square, bot: Bot) -> dict[str, int]:
    """What there was of everything."""
    private = [one for name, one in square.slashes if name not in PUBLIC and one.callback]
    return {
        "messages": len(square.said),
        "places": len(square.places),
        "commands as messages": len(square.typed) + sum(map(len, square.whispered.values())),
        "slash commands": len(square.slashes),
        "of them acknowledged": sum(one.callback is not None for _, one in square.slashes),
        "of them answered in private by several posts": sum(len(one.posts) > 1 for one in private),
        "stored": bot.count("messages WHERE author IS NOT NULL"),
        "flag cards": sum(label_of(post) is not None for post in square.desk.by_bot()),
        "decided by button": len(square.pressed),
        "presses": square.presses,
        "posts of the bot": sum(len(posts) for posts in _all_posts(square).values()),
        "requests refused": sum(
            asked.status is not None and asked.status >= 400 for asked in square.standin.requests()
        ),
        "sessions begun": len(square.standin.gateway.identified),
        "lives of the bot": bot.lives,
    }


def _all_posts(square: Square) -> dict[str, list[Post]]:
    """The bot's posts that stand anywhere, by place."""
    channels = [channel for channel in square.standin.world.channels.values() if channel.by_bot()]
    return {f"{channel.name or 'direct'} {channel.id}": channel.by_bot() for channel in channels}


def _sound(bot: Bot) -> Iterator[str]:
    """The store is whole, and nothing was given up."""
    for check in ("integrity_check", "foreign_key_check"):
        found = bot.rows(f"PRAGMA {check}")
        if found not in ([], [("ok",)]):
            yield f"{check}: {found[:3]}"
    for place, state, reason in bot.rows(
        "SELECT conversation, state, reason FROM outbox WHERE state NOT IN ('applied', 'expired')"
    ):
        yield f"a post in {place} is {state}: {reason}"


def _messages(square: Square, bot: Bot) -> Iterator[str]:
    """Each stored once, with its text, in the order of its channel."""
    said = {post.id for post in square.said}
    stored: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for identity, author, text in bot.rows(
        "SELECT id, author, text FROM messages WHERE author IS NOT NULL ORDER BY number"
    ):
        channel, message = names.message_of(MessageId(identity)) or (0, 0)
        stored[channel].append((message, author, text))
    for place in square.places:
        wanted = [
            (post.id, names.member_id(post.author_id), post.content) for post in place.standing if post.id in said
        ]
        found = [one for one in stored[place.id] if one[0] in said]
        if found != wanted:
            wrong = Counter(found)
            wrong.subtract(Counter(wanted))
            differing = [(one[0], number) for one, number in wrong.items() if number]
            words = f"{len(found)} messages are stored, not {len(wanted)}, or in another order"
            yield f"{place.name}: {words}: {differing[:5]}"
    strange = [
        one
        for place in square.places
        for one in stored[place.id]
        if one[0] not in said and one[1] not in _known(square)
    ]
    if strange:
        yield f"stored, and never said: {strange[:3]}"


def _known(square: Square) -> set[str]:
    """Mira began a thread and a post."""
    return {names.member_id(square.mira.id)}


def _posts(square: Square) -> Iterator[str]:
    """No delivery of the bot's arrived twice: no nonce stands twice, nor the same words where nothing is answered."""
    for place, posts in _all_posts(square).items():
        twice = {
            nonce: number for nonce, number in Counter(post.nonce for post in posts if post.nonce).items() if number > 1
        }
        if twice:
            yield f"{place}: nonces that stand there more than once: {list(twice.items())[:3]}"
        alone = Counter(post.text for post in posts if post.reply_to is None and "webhook_id" not in post.data)
        same = [text[:60] for text, number in alone.items() if number > 1]
        if same and not place.startswith("direct"):
            yield f"{place}: the same words were posted more than once: {same[:3]}"


def _cards(square: Square, bot: Bot) -> Iterator[str]:
    """Each flagged message has one case and one card, nothing else has any; open cards can be decided."""
    cases = bot.rows("SELECT number, message, state FROM cog_review__cases")
    flagged = Counter((names.message_of(MessageId(message)) or (0, 0))[1] for _, message, _ in cases)
    if flagged != Counter(square.flagged):
        missing, extra = Counter(square.flagged) - flagged, flagged - Counter(square.flagged)
        counted = f"{flagged.total()} cases, not {len(square.flagged)}"
        yield f"{counted}: missing {list(missing)[:3]}, too many {list(extra)[:3]}"
    cards = Counter(label_of(post) for post in square.desk.by_bot() if label_of(post))
    labels = Counter(f"case:{number}" for number, _, _ in cases)
    if cards != labels:
        yield f"cards that are not there once: {list((cards - labels) + (labels - cards))[:5]}"
    undecided = {f"case:{number}" for number, _, state in cases if state == "open"}
    for post in square.desk.by_bot():
        lacking = _OPEN_CHOICES - {str(each.get("label")) for each in post.buttons}
        if label_of(post) in undecided and lacking:
            yield f"{label_of(post)} cannot be decided with {lacking}"


def _answers(square: Square) -> Iterator[str]:
    """Each command that was typed is answered in its channel, by one post."""
    posts = [post for each in _all_posts(square).values() for post in each]
    answered = Counter(post.reply_to for post in posts if post.reply_to)
    wrong = {one.id: (answered[one.id], one.content) for one in square.typed if answered[one.id] != 1}
    for message, (number, text) in list(wrong.items())[:5]:
        yield f"{message} ({text}) was answered {number} times"
    asked = {one.id for one in square.typed}
    stray = [message for message in answered if message in {one.id for one in square.said} - asked]
    if stray:
        yield f"answers to what was no question: {stray[:3]}"


def _whispers(square: Square) -> Iterator[str]:
    """Who asked privately is answered directly, once each time; more only for slash commands that were too late."""
    for one in square.members:
        asked = len(square.whispered[one.id])
        late = sum(name not in PUBLIC and not each.posts for name, each in square.slashes if each.person is one)
        first_lines = [post.text.partition("\n")[0] for post in one.inbox]
        answers = first_lines.count(first_lines[0]) if first_lines else 0
        if not asked <= answers <= asked + late or (answers and len(first_lines) % answers):
            words = f"was answered {answers} times in {len(first_lines)} parts"
            yield f"{one.name} asked {asked} times in private ({late} late) and {words}"
        if not all(first_lines):
            yield f"{one.name} got empty words"


def _slashes(square: Square) -> Iterator[str]:
    """What was promised is kept: in the channel once, in private once at least."""
    for name, one in square.slashes:
        if one.callback is None:
            continue
        if one.pending:
            yield f"/{name} by {one.person.name} was promised an answer that never came: {one.failed}"
        elif name in PUBLIC and (many := sum(not post.ephemeral for post in one.posts)) > 1:
            yield f"/{name} by {one.person.name} was answered {many} times"
        elif not one.posts:
            yield f"/{name} by {one.person.name} was not answered: {one.failed}"


def _decisions(square: Square, bot: Bot) -> Iterator[str]:
    """What Mira pressed decided its case, once, and the card says so."""
    wanted = {"Uphold": "upheld", "Dismiss": "dismissed"}
    states = {f"case:{number}": state for number, state in bot.rows("SELECT number, state FROM cog_review__cases")}
    wrong = {
        label: states.get(label) for label, choice in square.pressed.items() if states.get(label) != wanted[choice]
    }
    if wrong:
        yield f"cases that are not as decided: {list(wrong.items())[:3]}"
    lines = Counter(bot.rows("SELECT subject, action FROM audit WHERE action IN ('case.upheld', 'case.dismissed')"))
    if lines.total() != len(square.pressed) or any(number > 1 for number in lines.values()):
        yield f"{lines.total()} decisions are in the trail, {len(lines)} different ones, not {len(square.pressed)}"
    for post in square.desk.by_bot():
        choice = square.pressed.get(label_of(post) or "")
        if choice and wanted[choice].capitalize() not in post.text:
            yield f"the card of {label_of(post)} does not show how it was decided"
