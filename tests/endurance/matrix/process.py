"""The bot of the Matrix scripts as a process: configured for rooms of a homeserver."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.endurance.bot_process import BotProcess, table
from tests.platforms.matrix.homeserver.synapse import PASSWORD

COMMUNITY = "square"


@dataclass(frozen=True)
class Account:
    """Where the bot lives on Matrix, and who moderates."""

    homeserver: str
    user: str
    rooms: Sequence[str]
    review_room: str | None = None
    moderators: Sequence[str] = ()
    inviters: Sequence[str] = ()


class Bot(BotProcess):
    """One bot on one store, in one process after the other."""

    def __init__(self, folder: Path, account: Account, *, cogs: Sequence[str], models: bool = True) -> None:
        configuration = _configuration(account, cogs, models=models)
        super().__init__(folder, configuration, {"FOLKMOOT_MATRIX_PASSWORD": PASSWORD})

    @property
    def reached(self) -> str | None:
        """How far it has read, by the homeserver's token."""
        found = self.rows("SELECT token FROM checkpoints WHERE platform = 'matrix' AND scope = 'sync'")
        return str(found[0][0]) if found else None


def _configuration(account: Account, cogs: Sequence[str], *, models: bool) -> str:
    matrix = {"homeserver": account.homeserver, "user": account.user, "inviters": list(account.inviters)}
    community: dict[str, Any] = {"id": COMMUNITY, "rooms": [f"matrix:{room}" for room in account.rooms]}
    if account.review_room:
        community["review_room"] = f"matrix:{account.review_room}"
    rule = {"id": "respect", "text": "Argue with the claim, not with the person."}
    stewards = [{"name": one[1:].partition("-")[0], "accounts": [f"matrix:{one}"]} for one in account.moderators]
    tables = [
        table("[store]", {"path": "bot.sqlite"}),
        table("[cogs]", {"enabled": list(cogs), "paths": [str(Path(__file__).parent / "cogs")]}),
        table("[models]", {"enabled": models}),
        table("[matrix]", matrix),
        table("[[community]]", community),
        table("[[community.rules]]", rule),
        *(table("[[community.stewards]]", steward) for steward in stewards),
    ]
    return "\n".join(tables)
