"""A document as the messages that say it, each short enough for Discord and whole by itself. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.domain.document import Document, Picture, plain
from bot.domain.text import harmless
from bot.platforms.discord.render.blocks import Passage, Setting, gap, passages
from bot.platforms.discord.render.escaping import units
from bot.platforms.discord.render.spans import LinkTo

LIMIT = 2_000
"""Units of one message's text; Discord counts characters, which are as many or fewer."""

MOST = 8
"""Messages that one document may become: more would flood the channel, and Discord takes five in five seconds."""

EMPTY = "…"
_GOES_ON = "-# …the whole text is in the attached file"
_PICTURES = 10
"""Files on one message."""


@dataclass(frozen=True, slots=True)
class Content:
    """What one message says.

    Attributes:
        text: may be empty where there are pictures.
        meant: accounts that it is meant to notify.
        whole: the document as plain text, to be attached where it was too long to be posted.
    """

    text: str
    meant: tuple[int, ...] = ()
    pictures: tuple[Picture, ...] = ()
    whole: str | None = None


def in_parts(document: Document, link_to: LinkTo, *, limit: int = LIMIT, most: int | None = MOST) -> list[Content]:
    """The document as messages in order, pictures under the text before them; at least one, and none is empty.

    `limit` is in units of each text. A document of more than `most` messages ends with the whole of it in a file;
    None: it becomes as many as it takes.
    """
    parts = list(_parts(document, link_to, limit))
    if most is None or len(parts) <= most:
        return _told_once(parts) or [Content(EMPTY)]
    pictures = tuple(picture for part in parts[most - 1 :] for picture in part.pictures)[: _PICTURES - 1]
    last = Content(_GOES_ON, pictures=pictures, whole=harmless(plain(document)))
    return _told_once([*parts[: most - 1], last])


def _parts(document: Document, link_to: LinkTo, limit: int) -> Iterator[Content]:
    run: list[Passage] = []
    pictures: list[Picture] = []
    for block in document.blocks:
        if isinstance(block, Picture):
            pictures.append(block)
            if len(pictures) == _PICTURES:
                yield from _flushed(run, pictures, limit)
                run, pictures = [], []
            continue
        for passage in passages(block, Setting(link_to, limit)):
            if pictures:
                yield from _flushed(run, pictures, limit)
                run, pictures = [], []
            run.append(passage)
    yield from _flushed(run, pictures, limit)


def _flushed(run: Sequence[Passage], pictures: Sequence[Picture], limit: int) -> Iterator[Content]:
    contents = [_content(each) for each in packed(run, limit)]
    if pictures:
        last = contents.pop() if contents else Content("")
        contents.append(replace(last, pictures=tuple(pictures)))
    yield from contents


def packed(run: Sequence[Passage], limit: int) -> Iterator[list[Passage]]:
    """Neighbours together as long as one message bears them."""
    kept: list[Passage] = []
    taken = 0
    for passage in run:
        heavy = units(passage.text) + (len(gap(kept[-1].kind, passage.kind)) if kept else 0)
        if kept and taken + heavy > limit:
            yield kept
            kept, taken, heavy = [], 0, units(passage.text)
        kept.append(passage)
        taken += heavy
    if kept:
        yield kept


def together(run: Sequence[Passage]) -> str:
    text = ""
    for number, passage in enumerate(run):
        text += (gap(run[number - 1].kind, passage.kind) if number else "") + passage.text
    return text


def _content(run: Sequence[Passage]) -> Content:
    """Discord strips white space around a message; done here, what stands there can be compared with it."""
    return Content(together(run).strip(), tuple(user for passage in run for user in passage.meant))


def _told_once(parts: Sequence[Content]) -> list[Content]:
    """Whoever an earlier part notifies is left in peace by the later ones."""
    told: set[int] = set()
    contents = []
    for part in parts:
        contents.append(replace(part, meant=tuple(dict.fromkeys(user for user in part.meant if user not in told))))
        told.update(part.meant)
    return contents
