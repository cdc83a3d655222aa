"""Words for somebody who takes no direct messages: kept for a while, and shown to them alone when they ask."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

import discord

from bot.platforms.discord import names
from bot.platforms.discord.interactions.custom_ids import letter_id
from bot.platforms.discord.outgoing.marks import letter_name
from bot.platforms.discord.outgoing.post import Post, under
from bot.platforms.discord.render.cards import Button
from bot.ports.clock import Clock
from bot.ports.platform import Note, Notes

SCOPE = "letter"
_KEPT = timedelta(days=14)
_NOTICE = "<@{user}>, there are words for you alone: press the button to read them."


@dataclass(frozen=True, slots=True)
class Letter:
    """`parts` are contents of messages, in order; `rows` are buttons to stand under the last of them."""

    parts: tuple[str, ...]
    rows: tuple[tuple[Button, ...], ...] = ()

    def view(self) -> discord.ui.View | None:
        """The buttons as discord.py sends them; None where there are none."""
        return under(self.rows) if self.rows else None


class Letters:
    def __init__(self, notes: Notes, clock: Clock) -> None:
        self._notes, self._clock = notes, clock

    async def write(self, key: str, user: int, letter: Letter) -> Post:
        """Keep a letter under a delivery's key; gives the post that tells of it, without a word of what it says."""
        name, until = letter_name(key), self._clock.now() + _KEPT
        await self._notes.write([Note(SCOPE, name, _text(letter), member=names.member_id(user), until=until)])
        read = Button("Read it", "✉️", danger=False, custom_id=letter_id(name))
        return Post(_NOTICE.format(user=user), meant=(user,), rows=((read,),))

    async def rewrite(self, note: str, letter: Letter) -> None:
        """Whoever opens it from now on reads this; one that is kept no longer is not written anew."""
        if (found := await self._notes.get(SCOPE, note)) is not None:
            await self._notes.write([replace(found, text=_text(letter))])

    async def read(self, note: str, user: int) -> Letter | None:
        """The letter, for whom it was written; None: for somebody else, or it is kept no longer."""
        found = await self._notes.get(SCOPE, note)
        if found is None or not found.text or found.member != names.member_id(user):
            return None
        kept = json.loads(found.text)
        rows = tuple(tuple(Button(**button) for button in row) for row in kept["rows"])
        return Letter(tuple(kept["parts"]), rows)


def _text(letter: Letter) -> str:
    rows = [[asdict(button) for button in row] for row in letter.rows]
    return json.dumps({"parts": list(letter.parts), "rows": rows})
