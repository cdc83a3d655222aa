"""A server that answers what a test tells it to: for answers that no sound homeserver gives."""

import json
from collections.abc import Callable
from typing import Any, Self

from aiohttp import web

Answer = Callable[[web.Request, dict[str, Any]], "web.StreamResponse | tuple[int, Any] | dict[str, Any]"]


class Imitation:
    """Answers by the path's end; `asked` is what it heard. Knows the questions of a login by itself."""

    def __init__(self, user: str = "@bot:test") -> None:
        self.user = user
        self.answers: dict[str, Answer] = {
            "/versions": lambda *_: {"versions": ["v1.11"]},
            "/whoami": lambda *_: {"user_id": user, "device_id": "DEVICE"},
        }
        self.asked: list[tuple[str, str, dict[str, Any], str | None]] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**30)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def paths(self, end: str) -> int:
        """How often something with this end was asked for."""
        return sum(path.endswith(end) for _, path, _, _ in self.asked)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = json.loads(await request.read() or "{}")
        self.asked.append((request.method, request.path, body, _token(request)))
        made = next((made for end, made in self.answers.items() if request.path.endswith(end)), None)
        answer = made(request, body) if made else (404, {"errcode": "M_UNRECOGNIZED"})
        if isinstance(answer, web.StreamResponse):
            return answer
        status, content = answer if isinstance(answer, tuple) else (200, answer)
        return web.json_response(content, status=status)


def _token(request: web.Request) -> str | None:
    return request.headers.get("Authorization", "").removeprefix("Bearer ") or None
