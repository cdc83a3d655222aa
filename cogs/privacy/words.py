"""What the privacy cog says: what is kept and why, what erasing takes and leaves, what off the record means."""

from collections.abc import Sequence

from bot.api import (
    Block,
    Choice,
    Code,
    Community,
    Document,
    Faint,
    Keeping,
    Strong,
    heading,
    inlines,
    listing,
    paragraph,
)

ERASE, KEEP = "erase", "keep"


def kept(keepings: Sequence[Keeping], markers: Sequence[str], prefix: str) -> Document:
    """The answer to `!privacy`."""
    rows = [inlines(Strong(_capital(one.what)), f", {one.why}. Kept {one.until}.") for one in keepings]
    return Document.of(
        heading("What I keep about you", level=2),
        listing(*rows),
        heading("Who can see it", level=3),
        paragraph(
            "Moderators of the community see the messages that were flagged or reported, what was decided, and the "
            "audit trail. Whoever runs the machine can open the file in which all of it lies, and backups of that "
            "file. Nobody else. A backup holds what there was on its day until it is thrown away; if it is put back, "
            "what was deleted or erased since is taken out of it."
        ),
        heading("What leaves that machine", level=3),
        paragraph("Nothing. The models run on it too; no company or service is asked."),
        heading("What you can do", level=3),
        listing(
            inlines(Code(f"{prefix}my-data"), " sends you all of it, privately, as a file."),
            inlines(Code(f"{prefix}forget-me"), " erases it, after one more question."),
            inlines(Code(f"{prefix}off-the-record on"), f" keeps all that you write off the record. {_one(markers)}"),
            inlines("Delete a message in its room, and it is deleted here at once, with every line that quoted it."),
        ),
    )


def handed_over(count: int) -> Document:
    """Beside the first file."""
    many = f" It fills {count} files, each complete in itself." if count > 1 else ""
    return Document.of(f"This is all that I keep about you.{many} Only you can see this.")


def one_more(number: int, count: int) -> Document:
    return Document.of(f"File {number} of {count}.")


def question(keepers: Sequence[str], prefix: str, minutes: int) -> Document:
    """What `!forget-me` would do; `keepers` are the parts of the bot that keep something of members."""
    blocks: list[Block] = [
        heading("Erase all that I keep about you?", level=2),
        paragraph(Strong("This goes, for good: ")),
        listing(
            "your messages as I keep them, in every room; summaries and moderators' cards lose your words at once",
            "your name, your reactions, mentions of you, your reports, your wish to be off the record",
            *([f"what these parts of me keep of you: {', '.join(keepers)}"] if keepers else []),
        ),
        paragraph(Strong("This stays: ")),
        listing(
            "your messages in the rooms themselves: only you or the moderators can delete those",
            "what others copied of your words into messages of their own",
            "cases that moderators opened or decided, and lines in the audit trail, with nobody's name where yours was",
            "backups that whoever runs me has made, until they are thrown away; one that is put back loses you, too",
            "a fingerprint of your account, which sees to that",
            "what you write from now on: to me you are somebody new then",
        ),
        paragraph(
            Faint(
                f"It is about this account; another one of yours asks for itself. {prefix}my-data gives you a copy "
                "first. Nobody can bring it back, not even the moderators."
            )
        ),
        paragraph(f"Choose below within {minutes} minutes, or write ", Code(f"{prefix}forget-me {SPELLED_OUT}"), "."),
    ]
    return Document(tuple(blocks))


SPELLED_OUT = "erase everything"
"""What stands behind the command where somebody confirms it by text."""


def choices() -> tuple[Choice, ...]:
    sure = "Erase all that is kept about you here, for good?"
    return (
        Choice(ERASE, "Erase everything", "🗑️", danger=True, confirm=sure),
        Choice(KEEP, "Leave it as it is", "✋"),
    )


def begun() -> Document:
    return Document.of("I erase what I keep about you now, and tell you when it is done.")


def left_alone() -> Document:
    return Document.of("Nothing was erased.")


def off_record(*, wanted: bool, community: Community | None, markers: Sequence[str], prefix: str) -> Document:
    """How it is from now on, or still is."""
    if not wanted:
        return Document.of(
            paragraph(
                Strong("What you write from now on is on the record: "),
                "summaries may quote it, and it is kept as long as everybody's messages. ",
                "What was off the record stays so.",
            ),
            paragraph(_one(markers), " ", Code(f"{prefix}off-the-record on"), " keeps all of them so."),
        )
    when = f"after {community.off_record_hours} hours" if community else "soon"
    return Document.of(
        paragraph(
            Strong("What you write from now on is off the record, in every room: "),
            f"never quoted, never summed up, and deleted here {when}. The moderators see such a message only if it is "
            "flagged or reported.",
        ),
        paragraph(
            "What you wrote before stays as it was: ",
            Code(f"{prefix}forget-me"),
            " erases that. ",
            Code(f"{prefix}off-the-record off"),
            " ends it.",
        ),
    )


def _one(markers: Sequence[str]) -> str:
    """How a single message is kept off the record."""
    if not markers:
        return ""
    return f"Begin a single message with {' or '.join(markers)} to keep just that one off the record."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
