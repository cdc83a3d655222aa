"""`folkmoot verify-audit`: whether anybody changed a line of a trail."""

import asyncio
import tempfile
from pathlib import Path

from rich.console import Console

from bot.config import Config
from bot.domain.ids import CommunityId
from bot.ports.knowledge import AuditEntry
from bot.storage import examine_store, open_store
from bot.storage.copies.inspection import inspecting
from bot.storage.copies.snapshot import copied

BROKEN = 65
_SHOWN = 12

Trails = dict[CommunityId, tuple[int | None, AuditEntry]]
"""Community to the first line that does not fit, if there is one, and the last."""


async def verify(config: Config, console: Console) -> int:
    """Check every trail in the store, which is only read; gives the exit code.

    Raises:
        StorageError: there is no store, or it cannot be read.
    """
    store = config.beside(config.store.path).absolute()
    found = await _trails(store) if await examine_store(store) else await _trails_of_older(store)
    for community, (line, last) in found.items():
        if line is None:
            head = f"{last.number} lines, digest {last.digest[:_SHOWN]}"
            console.print(f"{community}: every line fits the one before it; {head}.", markup=False, soft_wrap=True)
        else:
            console.print(f"{community}: line {line} was changed, removed or put in afterwards.", markup=False)
    for missing in sorted({community.id for community in config.communities} - found.keys()):
        console.print(f"{missing}: there is no line yet.", markup=False)
    return BROKEN if any(line is not None for line, _ in found.values()) else 0


async def _trails(store: Path) -> Trails:
    async with inspecting(store) as file:
        last = await file.last_lines()
        return {community: (line, last[community]) for community, line in (await file.trails()).items()}


async def _trails_of_older(store: Path) -> Trails:
    """Those of a store that was not brought up to date yet can be read once it is: in a copy."""
    with tempfile.TemporaryDirectory(prefix="folkmoot-audit-") as folder:
        copy = Path(folder) / store.name
        await asyncio.to_thread(copied, store, copy, lambda *_: None)
        await (await open_store(copy)).aclose()
        return await _trails(copy)
