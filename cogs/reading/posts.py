"""What the reading cog says: prompts, and what became of those that did not go out."""

from collections.abc import Sequence
from datetime import datetime

from bot.api import Block, Code, Document, Faint, Inline, Moment, Strong, heading, listing, paragraph
from cogs.reading.deck import HINTS, Prompt
from cogs.reading.draw import Draw

_MOST_NAMED = 5


def prompt_blocks(title: str, prompt: Prompt) -> list[Block]:
    blocks: list[Block] = [heading(title, level=2), paragraph(Strong(prompt.question))]
    if prompt.format in HINTS:
        blocks.append(paragraph(Faint(f"{prompt.format.capitalize()}: {HINTS[prompt.format]}")))
    if prompt.follow_up:
        blocks.append(paragraph(Faint("And then: "), prompt.follow_up))
    return blocks


def posted(title: str, prompt: Prompt, *notes: Block) -> Document:
    return Document((*notes, *prompt_blocks(title, prompt)))


def late(due: datetime, zone: str) -> Block:
    return paragraph(Faint("This comes late: it was due "), Moment(due, zone), Faint(", and I was not running then."))


def missed(times: Sequence[datetime], zone: str) -> Block:
    """One line, however many they were."""
    shown: list[str | Inline] = []
    for time in times[-_MOST_NAMED:]:
        shown += [", " if shown else "", Moment(time, zone)]
    more = len(times) - _MOST_NAMED
    count = "One prompt" if len(times) == 1 else f"{len(times)} prompts"
    which = f" (the last {_MOST_NAMED}: " if more > 0 else " ("
    return paragraph(f"{count} did not go out while I was not running", which, *shown, ").")


def skipped(times: Sequence[datetime], following: datetime | None, zone: str) -> Document:
    after = [paragraph("The next one comes ", Moment(following, zone), ".")] if following else []
    return Document((missed(times, zone), *after))


def preview(title: str, draw: Draw, size: int, prefix: str) -> Document:
    return Document(
        (
            paragraph(f"Next is prompt {draw.place} of {size}:"),
            *prompt_blocks(title, draw.prompt),
            paragraph(Code(f"{prefix}prompt skip"), " passes it over, ", Code(f"{prefix}prompt now"), " posts it now."),
        )
    )


def timetable(room: str, rule: str, zone: str, times: Sequence[datetime], prefix: str) -> Document:
    return Document(
        (
            paragraph("A discussion prompt goes to ", Strong(room), f": {rule} ({zone}). The next ones:"),
            listing(*(Moment(time, zone) for time in times)),
            paragraph(
                Code(f"{prefix}prompt"), " shows which comes first, ", Code(f"{prefix}weekly off"), " stops them."
            ),
        )
    )


def not_scheduled(prefix: str) -> Document:
    return Document.of("No weekly prompt is planned. To plan one: ", Code(f"{prefix}weekly mon 18:00"))
