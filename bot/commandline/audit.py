"""`folkmoot verify-audit`: whether anybody changed a line of the trail."""

from rich.console import Console

from bot.config import Config
from bot.domain.ids import CommunityId
from bot.storage import open_store

BROKEN = 65


async def verify(config: Config, console: Console) -> int:
    """Check the trail of every configured community; gives the exit code.

    Raises:
        StorageError: the store cannot be opened.
    """
    store = await open_store(config.beside(config.store.path))
    code = 0
    try:
        for community in config.communities:
            entry = await store.audit.verify(CommunityId(community.id))
            if entry is None:
                console.print(f"{community.id}: every entry fits the one before it.")
            else:
                console.print(f"{community.id}: entry {entry} was changed, removed or put in afterwards.")
                code = BROKEN
    finally:
        await store.aclose()
    return code
