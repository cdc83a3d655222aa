"""The bot of the Discord scripts as a process: configured for channels of the stand-in."""

from collections.abc import Sequence
from pathlib import Path

from bot.platforms.discord import names
from tests.endurance.bot_process import BotProcess, table
from tests.platforms.discord.standin.channels import Channel
from tests.platforms.discord.standin.standin import Standin


class Bot(BotProcess):
    """One bot on one store, in one process after the other."""

    def __init__(
        self, folder: Path, standin: Standin, rooms: Sequence[Channel], desk: Channel, *, cogs: Sequence[str]
    ) -> None:
        super().__init__(folder, _configuration(standin, rooms, desk, cogs), {"FOLKMOOT_DISCORD_TOKEN": standin.token})

    @property
    def reached(self) -> tuple[str, ...]:
        """How far it has read, by the newest message of each channel."""
        found = self.rows("SELECT scope, token FROM checkpoints WHERE platform = 'discord' ORDER BY scope")
        return tuple(f"{scope} {token}" for scope, token in found)


def _configuration(standin: Standin, rooms: Sequence[Channel], desk: Channel, cogs: Sequence[str]) -> str:
    community = {
        "id": "square",
        "rooms": [names.conversation_id(room.id) for room in rooms],
        "review_room": names.conversation_id(desk.id),
    }
    tables = [
        table("[store]", {"path": "bot.sqlite"}),
        table("[cogs]", {"enabled": list(cogs)}),
        table("[discord]", {"api_base": standin.api_base, "gateway": standin.gateway_address}),
        table("[[community]]", community),
        table("[[community.rules]]", {"id": "respect", "text": "Argue with the claim, not with the person."}),
    ]
    return "\n".join(tables)
