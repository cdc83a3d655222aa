"""What `folkmoot doctor` finds about the store in use: its size, its trails, what waits, what was left, backups."""

import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.commandline import sound
from bot.commandline.backup import backups, folder_of
from bot.commandline.finding import Finding, mend, note, ok
from bot.config.secret import is_secret, secret
from bot.errors import ConfigError, StorageError
from bot.storage.copies.inspection import Inspection, inspecting
from bot.storage.copies.replacing import Places, side_files
from bot.storage.copies.snapshot import DRAFT
from bot.storage.file.lock import holder

_OLD_BACKUP = timedelta(days=7)
_LATELY = timedelta(hours=24)
_LONG = timedelta(minutes=15)
_LARGE_LOG = 256 * 2**20
_OTHERS = 0o077


def around(store: Path, now: datetime) -> Iterator[Finding]:
    """What the files beside the store tell, without opening it."""
    running = holder(store)
    yield ok("in use", f"a bot runs on the store now: {running}" if running else "no bot runs on the store now")
    yield from _size(store)
    yield from _interrupted(store)
    yield from _backups(store, now)


async def inside(store: Path, now: datetime) -> list[Finding]:
    """What the store itself tells: trails, what waits, what is planned."""
    running = holder(store) is not None
    found: list[Finding] = []
    try:
        async with inspecting(store) as file:
            found += [finding async for finding in sound.trails(file)]
            found += [finding async for finding in _waiting(file, now)]
            found.append(await _planned(file, now, running=running))
    except StorageError as error:
        found.append(mend("store", str(error), error.exit_code))
    return found


def secrets(environment: Mapping[str, str]) -> Iterator[Finding]:
    """The secrets that the environment gives: whether each can be read."""
    prefix, ending = "FOLKMOOT_", "_FILE"
    for variable in sorted(environment):
        name = variable.removeprefix(prefix).removesuffix(ending).lower()
        if not variable.startswith(prefix) or not is_secret(name):
            continue
        try:
            secret(name, environment)
        except ConfigError as error:
            yield mend("secret", str(error), error.exit_code)
            continue
        file = Path(environment[variable]) if variable.endswith(ending) else None
        if file and file.stat().st_mode & _OTHERS:
            yield mend("secret", f"others can read {file}; `chmod 600 {file}` shuts them out", 75)
        else:
            yield ok("secret", f"{variable} is well formed")


def _size(store: Path) -> Iterator[Finding]:
    size = store.stat().st_size
    log = sum(side.stat().st_size for side in side_files(store) if side.name.endswith("-wal"))
    free = shutil.disk_usage(store.parent).free
    words = f"{sound.size_in_words(size)}, {sound.size_in_words(free)} free"
    if free < 2 * size:
        yield note("size", f"{words}: a backup and a restore need as much again; make room")
    else:
        yield ok("size", words)
    if log > _LARGE_LOG:
        yield note(
            "log",
            f"the write-ahead log has {sound.size_in_words(log)}: some process reads the store without end; if no "
            "backup is being made, stop and start the bot",
        )


def _interrupted(store: Path) -> Iterator[Finding]:
    places = Places.of(store)
    if places.decided.exists():
        yield note(
            "restore", "one was broken off just before its end: `folkmoot run` or `folkmoot restore` finishes it"
        )
    elif places.prepared.exists() and holder(store) is None:
        yield note("restore", f"one was broken off and changed nothing; {places.prepared} goes at the next start")
    for kept in places.kept():
        yield note(
            "restore", f"{kept} is an old store, with members' words beyond their time: remove it once all is well"
        )


def _backups(store: Path, now: datetime) -> Iterator[Finding]:
    folder = folder_of(store)
    made = backups(store)
    if folder.is_dir() and folder.stat().st_mode & _OTHERS:
        yield mend("backups", f"others can open {folder}; `chmod 700 {folder}` shuts them out", 75)
    open_to_others = [file for file in made if file.stat().st_mode & _OTHERS]
    if open_to_others:
        yield mend("backups", f"others can read {open_to_others[0]}; `chmod 600 {folder}/*` shuts them out", 75)
    for draft in folder.glob(f".*{DRAFT}"):
        if now - _modified(draft) > _LATELY:
            yield note("backups", f"{draft} is what a backup that was killed left: remove it")
    if not made:
        yield note("backups", f"there is none in {folder}: `folkmoot backup` makes one")
        return
    newest = made[-1]
    age = now - _modified(newest)
    words = f"{sound.many(len(made), 'backup')} in {folder}, the newest {_ago(age)}"
    if age > _OLD_BACKUP:
        yield note("backups", f"{words}: make one with `folkmoot backup`")
    else:
        yield ok("backups", words)


async def _waiting(file: Inspection, now: datetime) -> AsyncIterator[Finding]:
    contents, since = await file.contents(), await file.waiting_since()
    words = f"{sound.many(contents.events_waiting, 'event')} and {sound.many(contents.posts_waiting, 'post')} wait"
    if since is not None and now - since > _LONG:
        yield note("waiting", f"{words}, the oldest event came {_ago(now - since)}; a running bot deals with them")
    else:
        yield ok("waiting", words)
    failed = await file.failed_since(now - _LATELY)
    if failed:
        were = "was" if failed == 1 else "were"
        yield note("posts", f"{sound.many(failed, 'post')} {were} given up in the last 24 hours: the log says why")


async def _planned(file: Inspection, now: datetime, *, running: bool) -> Finding:
    planned = [(upcoming.next_due, cog, upcoming.schedule) for cog, upcoming in await file.schedules()]
    dated = sorted((due, cog, schedule.name) for due, cog, schedule in planned if due is not None)
    if not dated:
        return ok("schedules", f"{sound.many(len(planned), 'schedule')}, nothing is due")
    due, cog, name = dated[0]
    words = f"{sound.many(len(planned), 'schedule')}; next {name} of {cog}, {due:%a %Y-%m-%d %H:%M} UTC"
    if due < now - _LONG and running:
        return note("schedules", f"{words}: it is overdue; is the cog {cog} loaded?")
    if due < now:
        return note("schedules", f"{words}: it is late, and made up for once the bot runs")
    return ok("schedules", words)


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _ago(age: timedelta) -> str:
    if age.days:
        return f"{sound.many(age.days, 'day')} ago"
    hours = age.seconds // 3600
    return f"{sound.many(hours, 'hour')} ago" if hours else "less than an hour ago"
