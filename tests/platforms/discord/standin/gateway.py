"""The gateway: sockets, identified and resumed connections, heartbeats, and who is told of which event."""

import asyncio
import json
import secrets
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.platforms.discord.standin import intents
from tests.platforms.discord.standin.channels import Channel
from tests.platforms.discord.standin.members_asked import chunks
from tests.platforms.discord.standin.permissions import Can
from tests.platforms.discord.standin.portal import Portal
from tests.platforms.discord.standin.posts import Post
from tests.platforms.discord.standin.servers import Server
from tests.platforms.discord.standin.world import World

_REMEMBERED = 5_000
"""Events that a connection can be resumed over."""
_LARGEST = 4_096
"""Bytes of what a client may send."""
_MOST_IN_A_MINUTE = 120


class Socket:
    """One open connection; what is sent goes out in order, in the background."""

    def __init__(self, ws: web.WebSocketResponse, transport: asyncio.Transport, *, compressed: bool) -> None:
        self.ws, self.transport = ws, transport
        self._compress = zlib.compressobj() if compressed else None
        self._waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._writing = asyncio.create_task(self._write(), name="gateway socket")
        self.received: deque[float] = deque()

    def send(self, payload: dict[str, Any]) -> None:
        self._waiting.put_nowait(payload)

    async def _write(self) -> None:
        with suppress(ConnectionError, RuntimeError):
            while True:
                text = json.dumps(await self._waiting.get())
                if self._compress is None:
                    await self.ws.send_str(text)
                else:
                    data = self._compress.compress(text.encode()) + self._compress.flush(zlib.Z_SYNC_FLUSH)
                    await self.ws.send_bytes(data)

    async def end(self) -> None:
        self._writing.cancel()
        with suppress(asyncio.CancelledError):
            await self._writing

    async def close(self, code: int) -> None:
        """After what waits has gone out, as far as that goes."""
        with suppress(ConnectionError):
            await self.ws.close(code=code)


@dataclass(eq=False)
class Session:
    """What a client identified as; it outlives its sockets until it is made invalid.

    `mute`: it gets nothing any more, heartbeats included, and its socket stays open.
    """

    id: str
    intents: int
    shard: tuple[int, int]
    identify: Mapping[str, Any]
    socket: Socket | None = None
    sequence: int = 0
    sent: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    mute: bool = False
    resumed: int = 0

    def tell(self, event: str, data: Mapping[str, Any]) -> None:
        self.sequence += 1
        payload = {"op": 0, "t": event, "s": self.sequence, "d": data}
        self.sent.append(payload)
        if self.socket is not None and not self.mute:
            self.socket.send(payload)


@dataclass
class Loss:
    """Events that never arrive: the next `times` of a kind for which `where` holds."""

    event: str
    times: int
    where: Callable[[Mapping[str, Any]], bool]


class Gateway:
    """`heartbeat`: seconds between heartbeats that clients are asked for."""

    def __init__(self, world: World, portal: Portal, heartbeat: float) -> None:
        self.world, self.portal, self.heartbeat = world, portal, heartbeat
        self.address = ""
        self.sessions: dict[str, Session] = {}
        self.heartbeats = 0
        self.identified: list[dict[str, Any]] = []
        """What each IDENTIFY said."""
        self.closed_with: list[int] = []
        """Codes that sockets were closed with, refusals among them."""
        self._losses: list[Loss] = []
        self._sockets: set[Socket] = set()
        world.emit = self.tell

    # --- what tests pull at -------------------------------------------------------------------------------------

    @property
    def open(self) -> list[Session]:
        """Sessions with a socket."""
        return [session for session in self.sessions.values() if session.socket is not None]

    def lose(self, event: str, times: int = 1, where: Callable[[Mapping[str, Any]], bool] = lambda _: True) -> None:
        """The next events of this kind never arrive, also not after a RESUME."""
        self._losses.append(Loss(event, times, where))

    async def drop(self, how: str, *, code: int = 4000, resumable: bool = True) -> None:
        """Of all sockets. `how`: abort, close (with `code`), reconnect (op 7), invalid (op 9, `resumable`), zombie."""
        for session in self.open:
            socket = session.socket
            assert socket is not None
            match how:
                case "abort":
                    socket.transport.abort()
                    session.socket = None
                case "close":
                    session.socket = None
                    await socket.close(code)
                case "reconnect":
                    socket.send({"op": 7, "d": None})
                case "invalid":
                    if not resumable:
                        del self.sessions[session.id]
                    socket.send({"op": 9, "d": resumable})
                case "zombie":
                    session.mute = True
                case _:
                    raise ValueError(how)

    def forget(self) -> None:
        """No connection can be resumed any more, as after a long outage."""
        self.sessions = {identity: session for identity, session in self.sessions.items() if session.socket}

    # --- telling ------------------------------------------------------------------------------------------------

    def tell(
        self,
        event: str,
        data: dict[str, Any],
        *,
        server: Server | None = None,
        channel: Channel | None = None,
        post: Post | None = None,
    ) -> None:
        """Every session that the event concerns and that asked for its kind."""
        server = server or (channel.server if channel else None)
        if self._concerns(event, server, channel) and not self._lost(event, data):
            data = json.loads(json.dumps(data))  # what changes later does not change what was told
            wanted = intents.needed(event, direct=server is None)
            for session in list(self.sessions.values()):
                number, count = session.shard
                mine = number == (0 if server is None else (server.id >> 22) % count)
                if mine and (not wanted or session.intents & wanted):
                    session.tell(event, self._for(session, event, data, post))
        self.world.bell.ring()

    def _for(self, session: Session, event: str, data: dict[str, Any], post: Post | None) -> dict[str, Any]:
        if post is None or not event.startswith("MESSAGE_") or post.channel.server is None:
            readable = True
        else:
            readable = bool(session.intents & intents.CONTENT) or self.portal.is_open(post, self.world.bot.id)
        shown = data if readable else emptied(data)
        if post is not None and event == "MESSAGE_CREATE" and post.nonce is not None:
            shown = {**shown, "nonce": post.nonce}
        if event == "GUILD_CREATE" and session.intents & intents.PRESENCES:
            shown = {**shown, "members": list(self.world.servers[int(data["id"])].members.values())}
        return shown

    def _concerns(self, event: str, server: Server | None, channel: Channel | None) -> bool:
        bot = self.world.bot.id
        if server is not None and bot not in server.members and event != "GUILD_DELETE":
            return False
        if server is not None and not server.available and event != "GUILD_DELETE":
            return False
        return channel is None or bool(channel.can(bot) & Can.VIEW)

    def _lost(self, event: str, data: Mapping[str, Any]) -> bool:
        for loss in self._losses:
            if loss.event == event and loss.where(data):
                loss.times -= 1
                if not loss.times:
                    self._losses.remove(loss)
                return True
        return False

    # --- sockets ------------------------------------------------------------------------------------------------

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One socket, from HELLO to its end."""
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        assert request.transport is not None
        socket = Socket(ws, request.transport, compressed=request.query.get("compress") == "zlib-stream")  # type: ignore[arg-type]
        self._sockets.add(socket)
        session: Session | None = None
        try:
            if request.query.get("v", "10") != "10":
                await self._refuse(socket, 4012)
                return ws
            socket.send({"op": 10, "d": {"heartbeat_interval": int(self.heartbeat * 1000)}})
            async for frame in ws:
                if frame.type is not aiohttp.WSMsgType.TEXT:
                    await self._refuse(socket, 4002)
                    break
                before = session
                session = await self._heard(socket, session, frame.data)
                if ws.closed or (before is not None and session is None):
                    break
        finally:
            if session is not None and session.socket is socket:
                session.socket = None
                if ws.close_code in (1000, 1001):  # the client ended it for good
                    self.sessions.pop(session.id, None)
            await socket.end()
            self._sockets.discard(socket)
            self.world.bell.ring()
        return ws

    async def _refuse(self, socket: Socket, code: int) -> None:
        self.closed_with.append(code)
        await socket.close(code)

    async def _heard(self, socket: Socket, session: Session | None, text: str) -> Session | None:
        """What a client sent; gives the session that the socket belongs to from now on."""
        loop = asyncio.get_running_loop()
        socket.received.append(loop.time())
        while socket.received[0] < loop.time() - 60:
            socket.received.popleft()
        if len(text.encode()) > _LARGEST:
            await self._refuse(socket, 4002)
            return session
        if len(socket.received) > _MOST_IN_A_MINUTE:
            await self._refuse(socket, 4008)
            return session
        try:
            payload = json.loads(text)
            code, data = payload["op"], payload.get("d")
        except (ValueError, KeyError, TypeError):
            await self._refuse(socket, 4002)
            return session
        return await self._answer(socket, session, code, data)

    async def _answer(self, socket: Socket, session: Session | None, code: int, data: Any) -> Session | None:
        match code:
            case 1:
                self.heartbeats += 1
                if session is None or not session.mute:
                    socket.send({"op": 11})
                self.world.bell.ring()
                return session
            case 2 | 6 if session is not None:
                await self._refuse(socket, 4005)
            case 2:
                return await self._identify(socket, data)
            case 6:
                return await self._resume(socket, data)
            case _ if session is None:
                await self._refuse(socket, 4003)
            case 3 | 4:
                pass
            case 8:
                await self._members(socket, session, data)
            case _:
                await self._refuse(socket, 4001)
        return session

    async def _identify(self, socket: Socket, data: Mapping[str, Any]) -> Session | None:
        self.identified.append(dict(data))
        wanted = data.get("intents")
        shard = tuple(data.get("shard") or (0, 1))
        refused = None
        if data.get("token", "").removeprefix("Bot ") != self.portal.token:
            refused = 4004
        elif not isinstance(wanted, int) or wanted & ~intents.KNOWN or wanted < 0:
            refused = 4013
        elif len(shard) != 2 or not 0 <= shard[0] < shard[1]:
            refused = 4010
        elif len(self.world.servers) > self.portal.servers_per_shard * shard[1]:
            refused = 4011
        elif wanted & ~self.portal.allowed_intents():
            refused = 4014
        if refused is not None:
            await self._refuse(socket, refused)
            return None
        assert isinstance(wanted, int)
        session = Session(secrets.token_hex(16), wanted, (shard[0], shard[1]), data, socket)
        self.sessions[session.id] = session
        self._ready(session)
        self.world.bell.ring()
        return session

    def _ready(self, session: Session) -> None:
        number, count = session.shard
        bot = self.world.bot
        mine = [
            server for server in self.world.servers.values()
            if bot.id in server.members and (server.id >> 22) % count == number
        ]  # fmt: skip
        ready = {
            "v": 10,
            "user": {**bot.data, "verified": True, "mfa_enabled": False, "email": None, "flags": 0},
            "guilds": [{"id": str(server.id), "unavailable": True} for server in mine],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.address,
            "shard": [number, count],
            "application": {"id": str(self.world.application_id), "flags": self.portal.flags},
            "private_channels": [],
            "presences": [],
            "relationships": [],
            "_trace": [],
        }
        session.tell("READY", ready)
        if session.intents & intents.GUILDS:
            for server in mine:
                if server.available:
                    whole = server.whole(presences=bool(session.intents & intents.PRESENCES))
                    session.tell("GUILD_CREATE", json.loads(json.dumps(whole)))

    async def _resume(self, socket: Socket, data: Mapping[str, Any]) -> Session | None:
        session = self.sessions.get(data["session_id"])
        if data["token"].removeprefix("Bot ") != self.portal.token:
            await self._refuse(socket, 4004)
            return None
        oldest = session.sent[0]["s"] if session and session.sent else 1
        if session is None or data["seq"] is None or data["seq"] < oldest - 1:
            if session is not None:
                del self.sessions[session.id]
            socket.send({"op": 9, "d": False})
            return None
        if data["seq"] > session.sequence:
            await self._refuse(socket, 4007)
            return None
        earlier, session.socket, session.mute = session.socket, socket, False
        if earlier is not None and earlier is not socket:
            earlier.transport.abort()
        for payload in [each for each in session.sent if each["s"] > data["seq"]]:
            socket.send(payload)
        session.tell("RESUMED", {"_trace": []})
        session.resumed += 1
        self.world.bell.ring()
        return session

    async def _members(self, socket: Socket, session: Session, data: Mapping[str, Any]) -> None:
        """Op 8. Everybody may be asked for only with the intent."""
        everybody = not data.get("user_ids") and data.get("query", "") == "" and not data.get("limit")
        if everybody and not session.intents & intents.MEMBERS:
            await self._refuse(socket, 4014)
            return
        server = self.world.servers.get(int(data["guild_id"]))
        if server is not None and self.world.bot.id in server.members:
            for chunk in chunks(server, data):
                session.tell("GUILD_MEMBERS_CHUNK", chunk)

    async def aclose(self) -> None:
        for socket in list(self._sockets):
            socket.transport.abort()


def emptied(data: Mapping[str, Any]) -> dict[str, Any]:
    """A message for who may not read content."""
    shown = {**data, "content": "", "embeds": [], "attachments": [], "components": []}
    shown.pop("poll", None)
    if "message_snapshots" in shown:
        shown["message_snapshots"] = [
            {"message": {**each["message"], **_NOTHING}} for each in shown["message_snapshots"]
        ]
    return shown


_NOTHING: Mapping[str, Any] = {"content": "", "embeds": [], "attachments": [], "components": []}
