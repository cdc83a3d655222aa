"""The bot's side of a test of encryption: a homeserver login and a machine, and a sync loop turned by hand."""

import json
from pathlib import Path
from typing import Any, Self

from pydantic import SecretStr

from bot.platforms.matrix.connection.homeserver import Homeserver, Json
from bot.platforms.matrix.connection.paths import v3
from bot.platforms.matrix.crypto.machine import Machine
from bot.platforms.matrix.options import Options
from bot.scheduling import SystemClock
from tests.platforms.matrix.homeserver.person import Person
from tests.platforms.matrix.homeserver.synapse import PASSWORD, Account

_FILTER = json.dumps({"presence": {"types": []}, "room": {"timeline": {"limit": 1000}}})


class Bot:
    """One run of the bot; what it keeps lies in `folder`, so the next run on it goes on."""

    def __init__(self, url: str, account: Account, folder: Path, **options: Any) -> None:
        given = {"password": SecretStr(PASSWORD)} | options
        self.options = Options(homeserver=url, user=account.user, folder=folder, **given)
        self.homeserver = Homeserver(self.options)
        self.machine = Machine(self.homeserver, self.options, SystemClock())
        self.since: str | None = None
        self.seen: dict[str, tuple[str, dict[str, Any]]] = {}
        self.came: set[tuple[str, str]] = set()

    async def __aenter__(self) -> Self:
        await self.machine.open()
        await self.caught_up()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.machine.close()
        await self.homeserver.aclose()

    async def sync(self) -> dict[str, Any]:
        query = {"timeout": "0", "filter": _FILTER} | ({"since": self.since} if self.since else {})
        return await self.homeserver.call("GET", v3("sync"), query=query)

    async def caught_up(self) -> None:
        """Take what is there, see to the keys, and remember the encrypted events."""
        answer = await self.sync()
        self.came |= await self.machine.take(answer)
        await self.machine.upkeep()
        self.since = answer["next_batch"]
        for room, joined in answer.get("rooms", {}).get("join", {}).items():
            for event in joined["timeline"]["events"]:
                if event["type"] == "m.room.encrypted":
                    self.seen[event["event_id"]] = (room, event)

    def reads(self, event: str) -> dict[str, Any] | None:
        """An event that came, in clear."""
        room, sealed = self.seen[event]
        return self.machine.decrypt(room, sealed)

    async def reads_of(self, person: Person, event: str) -> str | None:
        """Wait for an event, however many answers it takes; its words, None where it stays sealed."""
        await person.until(lambda: self._has(event), f"{event} at the bot")
        clear = self.reads(event)
        return clear and clear["content"]["body"]

    async def _has(self, event: str) -> bool:
        await self.caught_up()
        return event in self.seen

    async def join(self, room: str) -> None:
        await self.homeserver.call("POST", v3("join", room))

    async def say(self, room: str, users: list[str], text: str, **content: Any) -> str:
        sealed = await self.sealed(room, users, text, **content)
        path = v3("rooms", room, "send", "m.room.encrypted", f"t{hash(sealed['ciphertext'])}")
        return str((await self.homeserver.call("PUT", path, sealed))["event_id"])

    async def sealed(self, room: str, users: list[str], text: str, **content: Any) -> Json:
        body = {"msgtype": "m.text", "body": text, **content}
        return await self.machine.encrypt(room, users, "m.room.message", body)
