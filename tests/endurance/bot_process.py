"""The bot as a process of its own: started, killed, stopped; its store read from outside."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RESIDENT = ("-m", "tests.endurance.chatting")
_PATIENCE = 60.0


class BotProcess:
    """One bot on one store, in one process after the other."""

    def __init__(self, folder: Path, configuration: str, environment: Mapping[str, str]) -> None:
        self.folder, self.store, self.log = folder, folder / "bot.sqlite", folder / "bot.log"
        self.config = folder / "config.toml"
        self.config.write_text(configuration)
        self._environment = {**os.environ, **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self.lives = 0

    def start(self, arguments: Sequence[str] = RESIDENT) -> None:
        """Start it; it is at work somewhat later."""
        line = [sys.executable, *arguments, *(() if "--config" in arguments else (str(self.config),))]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                line, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment
            )
        self.lives += 1

    def kill(self) -> bool:
        """Like a power cut; whether it still ran."""
        if self._process is None:
            return False
        ran = self._process.poll() is None
        self._process.kill()
        self._process.wait()
        self._process = None
        return ran

    def stop(self) -> int:
        """Ask it to stop; gives its exit code."""
        assert self._process is not None
        self._process.terminate()
        try:
            return self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        finally:
            self._process = None

    @property
    def ended(self) -> bool:
        return self._process is not None and self._process.poll() is not None

    @property
    def processor_seconds(self) -> float:
        """Time on a processor that the running process has used."""
        assert self._process is not None
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-3_000:] if self.log.exists() else ""

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Of its store; none before it was made."""
        return rows_of(self.store, statement)

    def count(self, rest: str) -> int:
        found = self.rows(f"SELECT count(*) FROM {rest}")
        return int(found[0][0]) if found else 0

    @property
    def reached(self) -> object:
        """How far it has read, by whatever its platform resumes by."""
        raise NotImplementedError

    @property
    def at_rest(self) -> bool:
        """Nothing that came is unfinished, nothing waits to be posted."""
        waiting = self.count("outbox WHERE state IN ('waiting', 'leased')")
        return not waiting and not self.count("journal WHERE finished = 0")


def rows_of(store: Path, statement: str) -> list[tuple[Any, ...]]:
    """Of a store that a bot is writing; none before it was made."""
    if not store.exists():
        return []
    try:
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(statement).fetchall()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return []
        raise


def table(head: str, values: Mapping[str, Any]) -> str:
    """Strings, numbers, truths and lists of strings are written alike in JSON and TOML."""
    return "\n".join([head, *(f"{name} = {json.dumps(value)}" for name, value in values.items()), ""])
