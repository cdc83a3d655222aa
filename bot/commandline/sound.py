"""Whether a store's file is whole, and what is in it, in words: for a backup that was just made, and for the drill."""

from collections.abc import AsyncIterator

from bot.commandline.finding import Finding, mend, note, ok
from bot.errors import FolkmootError
from bot.storage.copies.inspection import Contents, Inspection

DAMAGED = 65
_SHOWN = 3
_NEXT_UNIT = 1024


async def whole(file: Inspection) -> AsyncIterator[Finding]:
    """Pages, tables, indexes, and that every row finds the rows it refers to."""
    try:
        faults, dangling = await file.faults(), await file.dangling()
    except FolkmootError as error:
        yield mend("integrity", f"it is damaged: {reason(error)}", DAMAGED)
        return
    if faults:
        yield mend("integrity", f"it is damaged: {_some(faults)}", DAMAGED)
    else:
        yield ok("integrity", "every page, table and index is whole")
    if dangling:
        rows = _some([f"{count} in {table}" for table, count in dangling.items()])
        yield mend("references", f"rows refer to others that are not there: {rows}", DAMAGED)
    else:
        yield ok("references", "every row finds what it refers to")


async def trails(file: Inspection) -> AsyncIterator[Finding]:
    """The audit trail of every community that has one."""
    found = await file.trails()
    for community, line in found.items():
        subject = f"trail of {community}"
        if line is None:
            yield ok(subject, "every line fits the one before it")
        else:
            yield mend(subject, f"line {line} was changed, removed or put in afterwards", DAMAGED)
    if not found:
        yield note("audit trails", "there are none yet")


def contents_in_words(contents: Contents) -> str:
    """In two lines: how much, and from when and in which form."""
    newest = f"newest of {contents.newest:%Y-%m-%d %H:%M} UTC" if contents.newest else "none yet"
    trailed = many(len(contents.communities), "community", "communities")
    return (
        f"{many(contents.messages, 'message')} ({newest}) by {many(contents.people, 'person', 'people')} in "
        f"{many(contents.rooms, 'room')}; the trails of {trailed} with {many(contents.lines, 'line')}\n"
        f"schema {contents.schema}, {size_in_words(contents.size)}"
    )


def many(count: int, one: str, several: str = "") -> str:
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def size_in_words(size: float) -> str:
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < _NEXT_UNIT or unit == "GiB":
            break
        size /= _NEXT_UNIT
    return f"{size:,.0f} {unit}" if unit == "bytes" else f"{size:,.1f} {unit}"


def reason(error: FolkmootError) -> str:
    """What the database itself said, without advice for a store that is in use."""
    cause = error.__cause__
    return str(getattr(cause, "orig", None) or cause or error)


def _some(things: list[str]) -> str:
    more = f" and {len(things) - _SHOWN} more" if len(things) > _SHOWN else ""
    return "; ".join(things[:_SHOWN]) + more
