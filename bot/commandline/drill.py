"""The drill: a backup is restored into a scratch folder and gone through with the bot's own code."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

from bot.commandline import sound
from bot.commandline.finding import Finding, Verdict, mend, note, ok
from bot.commandline.progress import Steps
from bot.commandline.trial import Trial, try_cogs
from bot.config import Config
from bot.errors import DataError, SchemaTooNew, StorageError
from bot.storage.copies.inspection import Contents, Inspection, inspecting
from bot.storage.copies.snapshot import copied

_MIB = 2**20
_MAGIC = b"SQLite format 3\0"


class Drill:
    """One drill; `contents` is what the restored copy holds, None where it did not get as far as that.

    Args:
        config: names the cogs that read their rows.
        backup: the file; it is only read.
        copy: where it is restored to; brought up to this version's schema on the way.
    """

    def __init__(self, config: Config, backup: Path, copy: Path) -> None:
        self.contents: Contents | None = None
        self.schema = ""
        self._config = config
        self._backup = backup
        self._copy = copy

    async def findings(self, shown: Steps) -> list[Finding]:
        """Every line; nothing after one that makes the rest meaningless.

        Raises:
            StorageError: the copy cannot be written.
        """
        return [finding async for finding in self._lines(shown)]

    async def _lines(self, shown: Steps) -> AsyncIterator[Finding]:
        try:
            require_store(self._backup)
            step = shown.step("Restoring into a scratch folder")
            copied(self._backup, self._copy, lambda done, total: step(done // _MIB, total and total // _MIB))
        except DataError as error:
            yield mend("file", str(error), error.exit_code)
            return
        yield ok("file", f"{self._backup}, {sound.size_in_words(self._copy.stat().st_size)}")
        shown.step("Looking at every page")
        before: Mapping[str, int] = {}
        async with inspecting(self._copy) as file:
            sick = False
            async for finding in sound.whole(file):
                sick = sick or finding.verdict is Verdict.MEND
                yield finding
            if sick:
                yield note("the rest", "was not looked at: take another backup")
                return
            refused = await self._schema(file)
            if refused:
                yield refused
                return
            before = await file.rows()
        shown.step("Reading all of it")
        async for finding in self._upgraded(before):
            yield finding

    async def _schema(self, file: Inspection) -> Finding | None:
        """Why this version cannot take the file, if so."""
        try:
            await file.is_current(self._backup)
            self.schema = await file.schema()
        except SchemaTooNew as error:
            return mend("schema", str(error), error.exit_code)
        except StorageError as error:
            return mend("schema", str(error), sound.DAMAGED)
        if not self.schema:
            return mend("schema", "it holds nothing: it is no backup of a Folkmoot store", sound.DAMAGED)
        return None

    async def _upgraded(self, before: Mapping[str, int]) -> AsyncIterator[Finding]:
        try:
            tried = await try_cogs(self._config, self._copy)
        except StorageError as error:
            yield mend("schema", f"{self.schema}, and it cannot be brought up to date: {_why(error)}", sound.DAMAGED)
            return
        async with inspecting(self._copy) as file:
            missing = await file.missing()
            if missing:
                yield mend("schema", f"{self.schema}, but {', '.join(missing)} is missing", sound.DAMAGED)
                return
            now = await file.schema()
            yield ok("schema", self.schema if now == self.schema else f"{self.schema}, brought up to {now}")
            yield _counted(before, await file.rows())
            async for finding in sound.trails(file):
                yield finding
            yield await _read("reading", file)
            for cog, trial in tried.items():
                yield await _read_cog(cog, trial, file)
            size = self._backup.stat().st_size
            self.contents = replace(await file.contents(), schema=self.schema, size=size)


def require_store(path: Path) -> None:
    """Refuse what is no SQLite file before anything opens it.

    Raises:
        DataError: the text says what it is instead.
    """
    try:
        if path.is_dir():
            raise DataError(f"{path} is a folder: name one of the files in it")
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except FileNotFoundError:
        raise DataError(f"there is no file {path}") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    if not start:
        raise DataError(f"{path} is empty: it is no backup")
    if start != _MAGIC:
        raise DataError(f"{path} is no backup of a Folkmoot store, nor any SQLite file")


def _counted(before: Mapping[str, int], after: Mapping[str, int]) -> Finding:
    lost = {name: count - after.get(name, 0) for name, count in before.items() if after.get(name, 0) < count}
    if lost:
        words = ", ".join(f"{count:,} of {name}" for name, count in lost.items())
        return mend("counts", f"rows are lost on the way: {words}", sound.DAMAGED)
    return ok("counts", f"all {sum(before.values()):,} rows of the backup are there")


async def _read(subject: str, file: Inspection) -> Finding:
    try:
        read = await file.read_all()
    except StorageError as error:
        return mend(subject, _why(error), sound.DAMAGED)
    return ok(subject, f"the bot's own code read {read:,} messages, events, posts and prompts")


async def _read_cog(cog: str, trial: Trial, file: Inspection) -> Finding:
    subject = f"cog {cog}"
    if trial.problem:
        return mend(subject, trial.problem, 78)
    try:
        read = sum([await file.read_rows(cog, row) for row in trial.rows])
    except StorageError as error:
        return mend(subject, _why(error), sound.DAMAGED)
    return ok(subject, f"{sound.many(read, 'row')} read" if trial.rows else "it stores nothing")


def _why(error: StorageError) -> str:
    """One's own words where they are; else the database's, without advice meant for a store in use."""
    return sound.reason(error) if str(error).startswith("the store ") else str(error)
