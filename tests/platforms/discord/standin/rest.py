"""REST: reads requests, finds their route, refuses as Discord does, and writes its answers."""

import asyncio
import json
import re
from collections import defaultdict, deque
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from tests.platforms.discord.standin.asked import Asked, Route, Site
from tests.platforms.discord.standin.faults import HTML, Fault
from tests.platforms.discord.standin.refusals import Refused, malformed
from tests.platforms.discord.standin.routes import (
    application,
    channels,
    commands,
    interactions,
    members,
    messages,
    servers,
    threads,
    webhooks,
)

PREFIX = "/api/v10"
_LONGEST_REASON = 512
_LARGEST_FILE = 10 << 20
_INVALID = {401, 403, 429}


class Rest:
    """The API. What no route knows, and keys that no route knows, are remembered for the test to fail on."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.asked: list[Asked] = []
        self.unknown: list[str] = []
        """Requests for which there is no route."""
        self.odd: list[str] = []
        """Keys in bodies that Discord would not know."""
        self.faults: list[Fault] = []
        self._limits: list[tuple[re.Pattern[str], int, float]] = []
        self._spent: dict[str, deque[float]] = defaultdict(deque)
        parts = (application, channels, messages, threads, members, servers, commands, interactions, webhooks)
        self._routes: list[Route] = [route for part in parts for route in part.routes.all]

    def limit(self, expression: str, count: int, seconds: float) -> None:
        """From now on really no more than `count` such requests in so many seconds."""
        self._limits.append((re.compile(expression), count, seconds))

    def requests(self, expression: str) -> list[Asked]:
        """Those whose "METHOD /path" the expression finds."""
        return [asked for asked in self.asked if re.search(expression, asked.line)]

    @property
    def invalid(self) -> int:
        """Answers that count towards Cloudflare's limit of 10,000 in ten minutes."""
        return sum(asked.status in _INVALID for asked in self.asked)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """An attachment, as the CDN gives it."""
        content = self.site.world.files.get(request.path.rpartition("/")[0])
        return web.Response(body=content) if content is not None else web.Response(status=404)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(request.method, request.rel_url.raw_path.removeprefix(PREFIX), request.query, {}, (), None)
        self.asked.append(asked)
        try:
            answer = await self._served(request, asked)
        except Refused as refused:
            answer = _json(refused.body(), refused.status)
        asked.status = answer.status if answer is not None else None
        if answer is not None and answer.status >= 400 and answer.content_type == "application/json":
            body = answer.body
            assert isinstance(body, bytes)
            asked.code = json.loads(body).get("code")
            self._blame(asked)
        self.site.world.bell.ring()
        if answer is None:
            return _cut(request)
        return answer

    async def _served(self, request: web.Request, asked: Asked) -> web.Response | None:
        library = request.headers.get("User-Agent", "").startswith("DiscordBot (")
        if not library and not asked.path.startswith(("/interactions/", "/webhooks/")):
            return web.Response(status=403, text=HTML, content_type="text/html")
        await _read(request, asked)
        fault = next((one for one in self.faults if one.fits(asked)), None)
        if fault is not None:
            fault.met += 1
            self.site.world.bell.ring()
            await fault.waits()
            if fault.reset == "before":
                return None
            if fault.status is not None and not fault.effective:
                return _failed(fault)
        limited = self._limited(asked)
        if limited is not None:
            return limited
        answer = self._routed(request, asked)
        if fault is not None and fault.reset == "after":
            return None
        return _failed(fault) if fault is not None and fault.status is not None else answer

    def _routed(self, request: web.Request, asked: Asked) -> web.Response:
        path = asked.path
        for route in self._routes:
            found = route.pattern.fullmatch(path) if route.method == asked.method else None
            if found is None:
                continue
            if not route.open and request.headers.get("Authorization") != f"Bot {self.site.portal.token}":
                return _json({"message": "401: Unauthorized", "code": 0}, 401)
            self._look_at_keys(route, asked)
            parts = [int(part) if part.isdigit() else unquote(part) for part in found.groups()]
            data = route.handler(self.site, asked, *parts)
            if asked.left:
                self.odd.append(f"{asked.line.partition('/callback')[0]}: {sorted(asked.left)}")
            headers = self._headers(route, found.group(1) if found.groups() else "")
            return web.Response(status=204, headers=headers) if data is None else _json(data, 200, headers)
        self.unknown.append(asked.line)
        return _json({"message": "404: Not Found", "code": 0}, 404)

    def _look_at_keys(self, route: Route, asked: Asked) -> None:
        if route.fields is None or not isinstance(asked.body, dict):
            return
        unknown = set(asked.body) - set(route.fields)
        if unknown:
            self.odd.append(f"{asked.line}: {sorted(unknown)}")

    def _headers(self, route: Route, major: str) -> dict[str, str]:
        return {
            "X-RateLimit-Bucket": f"{abs(hash((route.method, route.pattern.pattern))):016x}"[:16],
            "X-RateLimit-Limit": "10000",
            "X-RateLimit-Remaining": "9999",
            "X-RateLimit-Reset": f"{self.site.world.time.now().timestamp() + 1:.3f}",
            "X-RateLimit-Reset-After": "1.000",
        }

    def _limited(self, asked: Asked) -> web.Response | None:
        now = asyncio.get_running_loop().time()
        for expression, count, seconds in self._limits:
            if not expression.search(asked.line):
                continue
            spent = self._spent[expression.pattern]
            while spent and spent[0] <= now - seconds:
                spent.popleft()
            if len(spent) >= count:
                return _failed(Fault("", status=429, retry_after=round(spent[0] + seconds - now, 3)))
            spent.append(now)
        return None

    def _blame(self, asked: Asked) -> None:
        """A refusal about an interaction is remembered with it."""
        for token, interaction in self.site.world.interactions.items():
            if token in asked.path:
                interaction.failed.append(f"{asked.method} {asked.status} {asked.code}")


async def _read(request: web.Request, asked: Asked) -> None:
    """Body, files, reason."""
    if request.content_type.startswith("multipart/"):
        try:
            await _read_parts(request, asked)
        except (ValueError, AssertionError):  # parts that cannot be told apart
            raise Refused(50109) from None
    elif request.can_read_body:
        text = await request.read()
        try:
            asked.body = json.loads(text) if text else {}
        except ValueError:
            raise Refused(50109) from None
    reason = request.headers.get("X-Audit-Log-Reason")
    if reason is not None:
        if not reason.isascii():
            raise malformed(["reason"], "HEADER_INVALID", "The header is not percent-encoded.")
        asked.reason = unquote(reason)
        if len(asked.reason) > _LONGEST_REASON:
            raise malformed(["reason"], "BASE_TYPE_MAX_LENGTH", f"Must be {_LONGEST_REASON} or fewer in length.")


async def _read_parts(request: web.Request, asked: Asked) -> None:
    files: dict[int, tuple[str, bytes]] = {}
    async for part in await request.multipart():
        name = part.name or ""
        content = bytes(await part.read(decode=False))
        if name == "payload_json":
            asked.body = json.loads(content)
        elif found := re.fullmatch(r"files\[(\d{1,2})\]", name):
            files[int(found[1])] = (part.filename or "file", content)
        else:
            raise malformed([name], "UNKNOWN_PART", "This part is not known.")
    if any(len(content) > _LARGEST_FILE for _, content in files.values()):
        raise Refused(40005, status=413, message="Request entity too large")
    asked.files = [files[number] for number in sorted(files)]


def _json(data: Any, status: int, headers: Mapping[str, str] | None = None) -> web.Response:
    """The content type bears no charset, as Discord's."""
    more = {"Via": "1.1 google", "Content-Type": "application/json", **(headers or {})}
    return web.Response(body=json.dumps(data).encode(), status=status, headers=more)


def _failed(fault: Fault) -> web.Response:
    assert fault.status is not None
    if fault.html:
        return web.Response(text=HTML, status=fault.status, content_type="text/html")
    if fault.status != 429:
        return _json({"message": f"{fault.status}: refused", "code": fault.code}, fault.status)
    headers = {
        "Content-Type": "application/json",
        "Retry-After": str(max(1, round(fault.retry_after))),
        "X-RateLimit-Scope": fault.scope,
        **({"Via": "1.1 google"} if fault.via else {}),
        **({"X-RateLimit-Global": "true"} if fault.scope == "global" else {}),
    }
    body = {
        "message": "You are being rate limited.",
        "retry_after": fault.retry_after,
        "global": fault.scope == "global",
    }
    return web.Response(body=json.dumps(body | {"code": fault.code}).encode(), status=429, headers=headers)


def _cut(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()  # type: ignore[attr-defined]
    return web.Response(status=500)
