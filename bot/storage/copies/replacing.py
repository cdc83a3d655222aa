"""Putting a prepared file in the place of a store: at every moment there is the old one or the new one, whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from bot.errors import StorageError
from bot.fault_points import FaultPoint, Phase, reached
from bot.storage.copies.snapshot import settle

_SIDE_FILES = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Places:
    """What lies beside a store while another one takes its place.

    Attributes:
        prepared: the new store while it is being made and checked; without worth if that was broken off.
        decided: the new store from the moment on from which it is the one that counts.
    """

    store: Path

    @classmethod
    def of(cls, store: Path) -> "Places":
        return cls(store.resolve())  # where the store is a link, what it leads to is replaced

    @property
    def prepared(self) -> Path:
        return self.store.with_name(f"{self.store.name}.restoring")

    @property
    def decided(self) -> Path:
        return self.store.with_name(f"{self.store.name}.restored")

    def hold(self, file: Path) -> bool:
        """Whether a file is the store, or what is to become of it."""
        return file.resolve() in (self.store, self.prepared, self.decided)

    def aside(self, now: datetime) -> Path:
        """Where the old store is kept; a name that is free."""
        name = f"{self.store.name}.before-restore-{now:%Y%m%dT%H%M%SZ}"
        place = self.store.with_name(name)
        number = 1
        while place.exists():
            number += 1
            place = self.store.with_name(f"{name}-{number}")
        return place

    def kept(self) -> list[Path]:
        """Old stores that restores have put aside, the oldest first."""
        found = self.store.parent.glob(f"{self.store.name}.before-restore-*")
        return sorted(path for path in found if not path.name.endswith(_SIDE_FILES))


def side_files(store: Path) -> list[Path]:
    """The write-ahead log and its index, where they are there."""
    sides = (store.with_name(store.name + ending) for ending in _SIDE_FILES)
    return [side for side in sides if side.exists()]


class Recovered(StrEnum):
    """What was found of a restore that was broken off."""

    NOTHING = "nothing"
    DROPPED = "dropped"
    """It had changed nothing yet; what it had prepared is gone."""
    FINISHED = "finished"
    """It was decided already; the restored store is in place now."""


async def recover(places: Places) -> Recovered:
    """Settle what a restore that was broken off left behind. The caller holds the store's lock.

    Raises:
        StorageError: a file cannot be removed or renamed.
    """
    if await finish(places):
        return Recovered.FINISHED
    begun = places.prepared.exists()
    with _changing(places):
        drop_prepared(places)
        for name in places.kept():
            if places.store.exists() and name.samefile(places.store):  # only a second name, of a store in use
                _remove(name)
                begun = True
    return Recovered.DROPPED if begun else Recovered.NOTHING


async def settle_restore(store: Path) -> str:
    """`recover` at the start of the bot; gives what an operator should know of it, "" if there was nothing."""
    match await recover(Places.of(store)):
        case Recovered.FINISHED:
            return "a restore had been broken off just before its end; it is finished, the restored store is in place"
        case Recovered.DROPPED:
            return "a restore had been broken off before it changed anything; to restore, give `folkmoot restore` again"
        case Recovered.NOTHING:
            return ""


def drop_prepared(places: Places) -> None:
    """Remove what was made for a restore that does not come about."""
    _remove(places.prepared)


def _remove(store: Path) -> None:
    for side in side_files(store):
        side.unlink()
    store.unlink(missing_ok=True)


async def put_in_place(places: Places, now: datetime) -> Path | None:
    """Have the prepared file take the store's place; gives where the old one is kept, None if there was none.

    The caller holds the store's lock, and neither file is open. A process that dies before the decision leaves the old
    store as it was; from then on `finish` does the rest, here or at the next start.

    Raises:
        StorageError: a file cannot be written or renamed; the text says what holds now.
    """
    with _changing(places):
        settle(places.prepared)
        await reached(FaultPoint.KEEP_ASIDE, Phase.BEFORE)
        aside = _keep_aside(places, now)
        await reached(FaultPoint.KEEP_ASIDE, Phase.AFTER)
        await reached(FaultPoint.DECIDE, Phase.BEFORE)
        places.prepared.rename(places.decided)
        settle(places.store.parent)
        await reached(FaultPoint.DECIDE, Phase.AFTER)
    await finish(places)
    return aside


async def finish(places: Places) -> bool:
    """Finish a replacement that was decided; gives whether there was one. The caller holds the store's lock.

    Raises:
        StorageError: a file cannot be removed or renamed.
    """
    if not places.decided.exists():
        return False
    with _changing(places):
        # Left in place, the old store's log would be taken for the new one's.
        for side in side_files(places.store):
            await reached(FaultPoint.DROP_LOG, Phase.BEFORE)
            side.unlink()
            await reached(FaultPoint.DROP_LOG, Phase.AFTER)
        settle(places.store.parent)
        await reached(FaultPoint.PUT_IN_PLACE, Phase.BEFORE)
        places.decided.replace(places.store)
        settle(places.store.parent)
        await reached(FaultPoint.PUT_IN_PLACE, Phase.AFTER)
    return True


def _keep_aside(places: Places, now: datetime) -> Path | None:
    if not places.store.exists():
        return None
    aside = places.aside(now)
    for file in (places.store, *side_files(places.store)):
        if file.name.endswith("-shm"):
            continue  # made anew from the log
        _also_known_as(file, aside.with_name(aside.name + file.name[len(places.store.name) :]))
    settle(places.store.parent)
    return aside


def _also_known_as(file: Path, name: Path) -> None:
    """A second name for the file, so that none is without a name in between; a copy where there are no links."""
    try:
        os.link(file, name)
    except FileExistsError:
        raise
    except OSError:
        shutil.copy2(file, name)
        settle(name)
    name.chmod(0o600)


@contextmanager
def _changing(places: Places) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if places.decided.exists():
            state = "the restored store counts, and takes its place at the next start"
        else:
            state = "the store is as it was"
        raise StorageError(f"{error.filename or places.store}: {error.strerror}; {state}") from error
