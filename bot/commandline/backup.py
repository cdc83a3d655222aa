"""`folkmoot backup`: a copy of the store, made while the bot runs, that has passed its own examination."""

import asyncio
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bot.commandline import sound
from bot.commandline.finding import Finding, Verdict
from bot.commandline.progress import steps
from bot.config import Config
from bot.errors import ConfigError, DataError, StorageError
from bot.storage import open_store
from bot.storage.copies.inspection import Contents, Inspection, inspecting
from bot.storage.copies.replacing import Places
from bot.storage.copies.snapshot import copied, snapshot

FOLDER = "backups"
_ENDING = ".sqlite"
_MIB = 2**20


def back_up(config: Config, console: Console, target: Path | None, *, keep: int | None, force: bool) -> int:
    """Make a backup and say what is in it; gives the exit code: 65 where a trail in it is broken.

    Args:
        config: whose store.
        console: where to say it.
        target: a file, or a folder in which the backup is named; by default `backups` beside the store.
        keep: remove all but the newest so many in the folder that were named like this one.
        force: overwrite `target`.

    Raises:
        ConfigError: `target` is there, or `keep` was given with a file.
        StorageError: there is no store, or it cannot be read, or the backup cannot be written.
        DataError: the copy is not sound; it was not kept.
    """
    store = config.beside(config.store.path).absolute()
    if Places.of(store).decided.exists():
        raise StorageError(
            "a restore was broken off just before its end: `folkmoot run` finishes it; back up after that"
        )
    if not store.exists():
        raise StorageError(f"there is no store at {store}: it is made at the first start")
    named = target is None or target.is_dir()
    if keep is not None and not named:
        raise ConfigError("--keep removes older backups that Folkmoot named itself: name a folder, or leave FILE out")
    file = _named(store, folder_of(store) if target is None else target) if named else target
    assert file is not None, "either it was given or it was named"
    found: list[tuple[Contents, list[Finding]]] = []
    with steps() as shown:
        step = shown.step("Copying")
        snapshot(
            store,
            file,
            lambda done, total: step(done // _MIB, total and total // _MIB),
            lambda draft: found.append(asyncio.run(_examined(draft))),
            replace=force,
        )
    ((contents, broken),) = found
    console.print(f"{file} holds {sound.contents_in_words(contents)}", markup=False, soft_wrap=True)
    for finding in broken:
        console.print(f"{finding.subject}: {finding.words}", style="bold red", markup=False, soft_wrap=True)
    if broken:
        console.print("The backup was kept, and so was every older one.")
        return sound.DAMAGED
    if keep is not None:
        for old in backups(store, file.parent)[:-keep]:
            if old != file:
                old.unlink()
    return 0


def folder_of(store: Path) -> Path:
    return store.parent / FOLDER


def backups(store: Path, folder: Path | None = None) -> list[Path]:
    """The backups that Folkmoot named itself, the oldest first."""
    pattern = re.compile(re.escape(store.stem) + r"-\d{8}T\d{6}Z" + re.escape(_ENDING))
    folder = folder or folder_of(store)
    return sorted(path for path in folder.glob(f"*{_ENDING}") if pattern.fullmatch(path.name))


def _named(store: Path, folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StorageError(f"the folder {folder} cannot be made: {error.strerror}") from error
    return folder / f"{store.stem}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{_ENDING}"


async def _examined(draft: Path) -> tuple[Contents, list[Finding]]:
    """What is in a copy, and which trails in it are broken.

    Raises:
        DataError: it is damaged.
    """
    async with inspecting(draft) as file:
        faults = [finding.words async for finding in sound.whole(file) if finding.verdict is Verdict.MEND]
        if not faults and not await file.is_current(draft):
            return await file.contents(), await _broken_in_older(draft)
        faults += [f"{name} is missing" for name in await file.missing()] if not faults else []
        if faults:
            raise DataError(
                f"the copy was not kept, {'; '.join(faults)}: the store itself may be so too; `folkmoot doctor` looks, "
                "and older backups are as they were"
            )
        return await file.contents(), await _broken(file)


async def _broken_in_older(draft: Path) -> list[Finding]:
    """The trails of a store that was not brought up to date yet can be read once it is: in a copy of the copy."""
    with tempfile.TemporaryDirectory(prefix="folkmoot-backup-") as folder:
        copy = Path(folder) / draft.name
        await asyncio.to_thread(copied, draft, copy, lambda *_: None)
        await (await open_store(copy)).aclose()
        async with inspecting(copy) as file:
            return await _broken(file)


async def _broken(file: Inspection) -> list[Finding]:
    return [finding async for finding in sound.trails(file) if finding.verdict is Verdict.MEND]
