"""What a summary reads: which messages, and what is left out and why."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from bot.api import Counts, MemberKind, Message, MessageId


@dataclass(frozen=True, slots=True)
class Material:
    """Messages to sum up, oldest first; `left_out` says in words what is not among them."""

    messages: tuple[Message, ...]
    left_out: tuple[str, ...]


def choose(
    read: Sequence[Message],
    *,
    is_command: Callable[[str], bool],
    withheld: Collection[MessageId],
    asking: MessageId | None,
    limit: int,
) -> Material:
    """Leave out what nobody argued: bots, commands, files without words; and what nobody may or should repeat.

    Args:
        read: the messages of the span, oldest first; more than `limit` where there are older ones.
        is_command: whether a text gives one of the commands that there are.
        withheld: messages that the moderators have before them or found against.
        asking: the message that asked for the summary; it is not counted at all.
        limit: how many were to be read at most.
    """
    others = [message for message in read if message.id != asking]
    others, older = others[-limit:], others[:-limit]
    bots = [message for message in others if message.author.kind is MemberKind.BOT]
    people = [message for message in others if message.author.kind is not MemberKind.BOT]
    asked = [message for message in people if is_command(message.text)]
    off_record = [message for message in people if message.off_record]
    wordless = [message for message in people if not message.off_record and not message.text.strip()]
    reviewed = [message for message in people if message.id in withheld]
    dropped = {message.id for message in (*asked, *off_record, *wordless, *reviewed)}
    reasons = [
        _counted(len(bots), "message by a bot", "messages by bots"),
        _counted(len(asked), "command", "commands"),
        _counted(len(wordless), "message without words", "messages without words"),
        _counted(len(off_record), "message off the record", "messages off the record"),
        _counted(len(reviewed), "message under review", "messages under review"),
    ]
    if older:
        reasons.append(f"everything before the newest {limit} messages")
    return Material(
        tuple(message for message in people if message.id not in dropped), tuple(reason for reason in reasons if reason)
    )


def from_on(read: list[Message], start: MessageId) -> list[Message]:
    """The messages without those said in the same moment as the start, but before it."""
    before = next((place for place, message in enumerate(read) if message.id == start), 0)
    return read[before:]


def unreadable(counts: Counts) -> tuple[str, ...]:
    """What of the whole room could never be read."""
    told = _counted(
        counts.undecryptable, "message here that I could not decrypt", "messages here that I could not decrypt"
    )
    return (told,) if told else ()


def _counted(number: int, one: str, many: str) -> str:
    return "" if number == 0 else f"{number} {one if number == 1 else many}"
