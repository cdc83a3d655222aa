"""`folkmoot restore`: the drill, and a backup in the place of the store, without undoing what members took back."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.commandline import sound
from bot.commandline.drill import Drill
from bot.commandline.finding import Finding, Verdict, lines
from bot.commandline.progress import steps
from bot.config import Config
from bot.errors import DataError
from bot.storage import held
from bot.storage.copies.carrying import Carried, carry_over
from bot.storage.copies.replacing import Places, Recovered, drop_prepared, put_in_place, recover
from bot.storage.copies.snapshot import fold_log
from bot.storage.file.database import Database

SOUND = 0


async def rehearse(config: Config, backup: Path, console: Console) -> int:
    """`--verify`: restore into a scratch folder and say what was found; nothing else is touched. Gives the exit code.

    Raises:
        StorageError: the scratch folder is too small; TMPDIR names another.
    """
    with tempfile.TemporaryDirectory(prefix="folkmoot-drill-") as folder:
        drill = Drill(config, backup, Path(folder) / "store.sqlite")
        code = await _shown(drill, console)
    if code == SOUND and drill.contents is not None:
        _say(console, f"The backup is sound. It holds {sound.contents_in_words(drill.contents)}")
    return code


async def restore_from(config: Config, backup: Path, console: Console, *, agreed: Callable[[str], bool]) -> int:
    """Put the backup in the store's place, after the drill; gives the exit code.

    Args:
        config: whose store.
        backup: the file; it stays as it is.
        console: where to say what is done.
        agreed: is asked before anything changes.

    Raises:
        DataError: the backup is the store itself.
        StorageError: a bot runs on the store, or a file cannot be written; the text says what holds then.
    """
    places = Places.of(config.beside(config.store.path).absolute())
    if places.hold(backup):
        raise DataError(f"{backup} is the store itself: name one of its backups")
    with held(places.store):
        if await recover(places) is Recovered.FINISHED:
            _say(console, "An earlier restore had been broken off just before its end; it is finished now.")
        try:
            drill = Drill(config, backup, places.prepared)
            code = await _shown(drill, console)
            if code != SOUND or drill.contents is None:
                _say(console, "Nothing was changed.")
                return code
            _say(console, f"The backup holds {sound.contents_in_words(drill.contents)}")
            if not agreed(f"Put it in the place of {places.store}?"):
                _say(console, "Nothing was changed.")
                return SOUND
            await _put(places, drill, console)
        finally:
            drop_prepared(places)
    return SOUND


async def _put(places: Places, drill: Drill, console: Console) -> None:
    now = datetime.now(UTC)
    prepared = Database(places.prepared)
    try:
        carried = await carry_over(places.store if places.store.exists() else None, prepared, now)
    finally:
        await prepared.aclose()
    if places.store.exists():
        fold_log(places.store)
    aside = await put_in_place(places, now)
    _say(console, f"{places.store} is restored.")
    _tell(console, carried, drill)
    if aside is not None:
        _say(
            console,
            f"The store that it replaces is kept as {aside}. It holds members' words beyond their time: "
            "remove it once all is well.",
        )
    _say(console, "Next: `folkmoot doctor`, then `folkmoot run`.")


def _tell(console: Console, carried: Carried, drill: Drill) -> None:
    if carried.deletions or carried.erasures:
        erased = sound.many(carried.erasures, "member who was erased", "members who were erased")
        gone = sound.many(carried.deletions, "message that was deleted", "messages that were deleted")
        _say(console, f"Since the backup: {gone} and {erased}; they stay so, cogs follow at the next start.")
    if carried.unread:
        newest = drill.contents.newest if drill.contents else None
        since = f" after {newest:%Y-%m-%d %H:%M} UTC" if newest else " after the backup"
        _say(
            console,
            f"Not known of the store that it replaces: {', '.join(carried.unread)}. What members deleted or had erased"
            f"{since} may be back: let them know, so that they can ask again.",
            style="yellow",
        )
    if carried.posts:
        posts = sound.many(carried.posts, "post was", "posts were")
        _say(
            console,
            f"{posts} waiting in the backup; each platform is asked whether it arrived before it is sent again.",
        )


async def _shown(drill: Drill, console: Console) -> int:
    with steps() as shown:
        found = await drill.findings(shown)
    console.print(lines(found))
    wrong: list[Finding] = [finding for finding in found if finding.verdict is Verdict.MEND]
    if wrong:
        things = "one thing is" if len(wrong) == 1 else f"{len(wrong)} things are"
        _say(console, f"This backup is not to be relied on: {things} wrong with it. Try an older one.")
    return max((finding.exit_code for finding in wrong), default=SOUND)


def _say(console: Console, words: str, style: str = "") -> None:
    console.print(Text(words, style), soft_wrap=True)
