"""Which prompt comes next: none twice until all were used, and formats taking turns."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.api import CommunityId, CreateTable, Migration, table
from cogs.reading.deck import Deck, Prompt


@table("drawn", key=("community", "round", "prompt"))
@dataclass(frozen=True, slots=True)
class Drawn:
    """A prompt that was used up: posted, or passed over by a moderator."""

    community: CommunityId
    round: int
    prompt: str
    at: datetime
    posted: bool


@table("begun", key=("community",))
@dataclass(frozen=True, slots=True)
class Begun:
    """The schedule that the configuration gives this community was set up; from then on `!weekly` decides."""

    community: CommunityId
    at: datetime


MIGRATIONS = (Migration(1, (CreateTable(Drawn), CreateTable(Begun))),)


@dataclass(frozen=True, slots=True)
class Draw:
    """`place` counts within the round, from 1."""

    prompt: Prompt
    round: int
    place: int


def next_draw(deck: Deck, community: CommunityId, drawn: Sequence[Drawn]) -> Draw:
    """The same answer until a prompt is used up, so that a preview is true.

    Args:
        deck: what there is to draw from.
        community: each has an order of its own.
        drawn: what this community has used up.
    """
    current = max((row.round for row in drawn), default=1)
    used = {row.prompt for row in drawn if row.round == current}
    remaining = [prompt for prompt in deck.prompts if prompt.id not in used]
    if not remaining:
        current, used, remaining = current + 1, set(), list(deck.prompts)
    last = max(drawn, key=lambda row: (row.round, row.at), default=None)
    last_format = next((prompt.format for prompt in deck.prompts if last and prompt.id == last.prompt), None)

    def order(prompt: Prompt) -> tuple[bool, bool, str]:
        shuffled = hashlib.sha256(f"{community} {current} {prompt.id}".encode()).hexdigest()
        return (last is not None and prompt.id == last.prompt, prompt.format == last_format, shuffled)

    return Draw(min(remaining, key=order), current, len(deck.prompts) - len(remaining) + 1)
