"""Raw requests and sockets, for what a well-behaved library would not do."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.platforms.discord.standin.standin import Standin

AGENT = "DiscordBot (https://example.org, 1)"


class Answer:
    """Of a request; `errors` lists the codes in the tree of errors with their paths."""

    def __init__(self, status: int, data: Any) -> None:
        self.status, self.data = status, data

    @property
    def code(self) -> int | None:
        return self.data.get("code") if isinstance(self.data, dict) else None

    @property
    def errors(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}

        def visit(tree: Any, path: str) -> None:
            for name, inner in tree.items():
                if name == "_errors":
                    found[path] = [each["code"] for each in inner]
                else:
                    visit(inner, f"{path}.{name}".lstrip("."))

        visit(self.data.get("errors", {}), "")
        return found


async def call(standin: Standin, line: str, body: Any = None, *, token: str | None = None, **headers: str) -> Answer:
    """`line`: "POST /channels/1/messages"; header names with underscores for hyphens."""
    method, path = line.split(" ", 1)
    sent = {"User-Agent": AGENT, "Authorization": f"Bot {token or standin.token}"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, standin.api_base + path, json=body, headers=sent) as answer,
    ):
        text = await answer.text()
        return Answer(answer.status, json.loads(text) if answer.content_type == "application/json" else text)


class Client:
    """A socket to the gateway; what arrives is kept, in order."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.seen: list[dict[str, Any]] = []

    async def send(self, op: int, data: Any) -> None:
        await self.ws.send_str(json.dumps({"op": op, "d": data}))

    async def identify(self, standin: Standin, intents: int, **more: Any) -> None:
        properties = {"os": "test", "browser": "test", "device": "test"}
        await self.send(2, {"token": standin.token, "intents": intents, "properties": properties, **more})

    async def event(self, name: str) -> dict[str, Any]:
        """The next one of that name."""
        while True:
            frame = await self.ws.receive_json(timeout=20)
            self.seen.append(frame)
            if frame.get("t") == name:
                return frame["d"]

    async def code(self) -> int | None:
        """With which the socket is closed."""
        while True:
            frame = await self.ws.receive(timeout=20)
            if frame.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING):
                return self.ws.close_code

    async def op(self, number: int) -> dict[str, Any]:
        while True:
            frame = await self.ws.receive_json(timeout=20)
            self.seen.append(frame)
            if frame["op"] == number:
                return frame


@asynccontextmanager
async def gateway(standin: Standin, query: str = "?v=10&encoding=json") -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session, session.ws_connect(standin.gateway_address + query) as ws:
        yield Client(ws)
