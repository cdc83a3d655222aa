"""The bot as far as it posts and acts: all behind `Outgoing` is real; it reads rooms only when a test says so."""

import asyncio
import contextlib
from itertools import count
from pathlib import Path
from typing import Any, Self

from pydantic import SecretStr

from bot.domain.ids import ConversationId
from bot.platforms.matrix import names
from bot.platforms.matrix.connection.homeserver import Homeserver
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.crypto.machine import Machine
from bot.platforms.matrix.errands import Errands
from bot.platforms.matrix.options import Options
from bot.platforms.matrix.outgoing.outgoing import Outgoing
from bot.platforms.matrix.outgoing.sender import Sender
from bot.platforms.matrix.rooms.rooms import Rooms
from bot.ports.platform import Delivery, Receipt
from bot.scheduling import SystemClock
from bot.testing.clock import FakeClock
from tests.platforms.matrix.homeserver.synapse import PASSWORD, Account
from tests.platforms.matrix.notebook import Notebook

_keys = count(1)


class Bot:
    """One run of the bot; its notes and its key store outlive it when given to the next run."""

    def __init__(
        self,
        url: str,
        account: Account,
        folder: Path,
        *,
        notes: Notebook | None = None,
        clock: FakeClock | None = None,
        encryption: bool = True,
        **options: Any,
    ) -> None:
        self.options = Options(
            homeserver=url,
            user=account.user,
            folder=folder,
            password=SecretStr(PASSWORD),
            encryption=encryption,
            **options,
        )
        self.notes, self.clock = notes or Notebook(), clock or FakeClock()
        self.homeserver = Homeserver(self.options)
        self.machine = Machine(self.homeserver, self.options, SystemClock()) if encryption else None
        self.rooms = Rooms(self.homeserver)
        self.sender = Sender(self.homeserver, self.rooms, self.machine, self.clock)
        kinds: dict[str, Any] = {}
        self.errands = Errands(kinds, self.notes, self.clock)
        self.outgoing = Outgoing(
            self.homeserver, self.rooms, self.sender, self.options, self.notes, self.errands, self.clock, self.machine
        )
        kinds.update(self.outgoing.kinds)
        self._since: str | None = None
        self._doing: asyncio.Task[None] | None = None

    @property
    def user(self) -> str:
        return self.options.user

    async def __aenter__(self) -> Self:
        if self.machine is not None:
            await self.machine.open()
        await self.read()
        self._doing = asyncio.create_task(self.errands.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._doing is not None:
            self._doing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._doing
        if self.machine is not None:
            self.machine.close()
        await self.homeserver.aclose()

    async def read(self) -> None:
        """Take what has happened in the rooms, and see to the keys.

        Synapse gives the same answer to the same question for two minutes: no two of ours are the same.
        """
        query = {"timeout": str(next(_keys)), **({"since": self._since} if self._since else {})}
        answer = await self.homeserver.call("GET", v3("sync"), query=query)
        self._since = answer["next_batch"]
        for room in answer.get("rooms", {}).get("invite", {}):
            await self.homeserver.call("POST", v3("join", room), {})
        for room, told in answer.get("rooms", {}).get("join", {}).items():
            known = self.rooms.entered(room)
            for event in [*told["state"]["events"], *told["timeline"]["events"]]:
                if "state_key" in event:
                    known.apply(event)
        for room in answer.get("rooms", {}).get("leave", {}):
            self.rooms.left(room)
        if self.machine is not None:
            await self.machine.take(answer)
            await self.machine.upkeep()

    async def do(self, effect: Any, *, key: str | None = None, attempt: int = 1, target: Any = None) -> Receipt:
        """Read, then carry out."""
        await self.read()
        return await self.outgoing.apply(Delivery(key or f"key {next(_keys)}", "cog", effect, attempt, target))

    @staticmethod
    def conversation(room: str, thread: str | None = None) -> ConversationId:
        return names.conversation_id(room, thread)
