"""A member of a test's rooms: does through the client-server API what people do with a client, and looks at rooms."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode

import aiohttp

from tests.platforms.matrix.homeserver.synapse import Account
from tests.platforms.matrix.homeserver.view import Json, Post, posts

_PATIENCE = 60.0
"""Seconds after which what is waited for counts as not coming; a stop, not a measure."""
_LOOK_AGAIN = 0.05


class Refused(Exception):
    """The homeserver said no."""

    def __init__(self, status: int, answer: Json, asked: str) -> None:
        super().__init__(f"{asked}: HTTP {status} {answer.get('errcode')} {answer.get('error')}")
        self.status, self.errcode = status, answer.get("errcode")


class Person:
    """Somebody with an account and a client without encryption.

    Attributes:
        user: "@ada-1:test.local".
        patience: seconds after which an awaited condition fails.
    """

    def __init__(self, url: str, account: Account, *, patience: float = _PATIENCE) -> None:
        self.url, self.user, self.token, self.device = url, account.user, account.token, account.device
        self.patience = patience
        self._session = aiohttp.ClientSession()
        self._transactions = count(1)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._session.close()

    # --- requests -----------------------------------------------------------------------------------------------

    async def call(
        self, method: str, path: str, body: Json | bytes | None = None, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """One request; `path` begins below /_matrix/client, or with /_synapse or /_matrix."""
        whole = path if path.startswith(("/_synapse", "/_matrix")) else f"/_matrix/client{path}"
        where = f"{self.url}{whole}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Authorization": f"Bearer {self.token}"}
        sent = {"data": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        async with self._session.request(method, _address(where), headers=headers, **sent) as response:
            answer: dict[str, Any] = await response.json(content_type=None)
            if response.status != 200:
                raise Refused(response.status, answer, f"{method} {whole}")
            return answer

    async def until(self, true: Callable[[], Any], what: str = "what was awaited") -> Any:
        """Look again until the (possibly awaitable) condition gives something true, and give that."""
        try:
            async with asyncio.timeout(self.patience):
                while True:
                    found = true()
                    found = await found if asyncio.iscoroutine(found) else found
                    if found:
                        return found
                    await asyncio.sleep(_LOOK_AGAIN)
        except TimeoutError:
            raise AssertionError(f"{self.user} did not see {what} within {self.patience:.0f} s") from None

    # --- rooms --------------------------------------------------------------------------------------------------

    async def create_room(
        self,
        *invited: str,
        version: str = "11",
        encrypted: bool = False,
        public: bool = False,
        direct: bool = False,
        name: str | None = "a room",
        alias: str | None = None,
        powers: Mapping[str, int] | None = None,
        levels: Json | None = None,
        state: Iterable[Json] = (),
    ) -> str:
        """A room with these people invited, some with `powers` of their own; gives its id."""
        encryption = {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
        creator = {} if int(version) >= 12 else {self.user: 100}  # from 12 on creators stand above all levels
        users = {"users": {**creator, **powers}} if powers else {}
        body: dict[str, Any] = {
            "room_version": version,
            "preset": "public_chat" if public else "private_chat",
            "invite": list(invited),
            "is_direct": direct,
            "initial_state": [*state, *([encryption] if encrypted else ())],
            "power_level_content_override": {**users, **(levels or {})},
        }
        body |= {"name": name} if name else {}
        body |= {"room_alias_name": alias} if alias else {}
        room: str = (await self.call("POST", "/v3/createRoom", body))["room_id"]
        return room

    async def join(self, room: str, *via: str) -> None:
        where = "".join(f"{'&' if number else '?'}via={quote(one)}" for number, one in enumerate(via))
        await self.call("POST", f"/v3/join/{quote(room, safe='')}{where}", {})

    async def leave(self, room: str) -> None:
        await self._room("POST", room, "leave", body={})

    async def invite(self, room: str, user: str) -> None:
        await self._room("POST", room, "invite", body={"user_id": user})

    async def kick(self, room: str, user: str, reason: str = "") -> None:
        await self._room("POST", room, "kick", body={"user_id": user, "reason": reason})

    async def ban(self, room: str, user: str, reason: str = "") -> None:
        await self._room("POST", room, "ban", body={"user_id": user, "reason": reason})

    async def unban(self, room: str, user: str) -> None:
        await self._room("POST", room, "unban", body={"user_id": user})

    async def upgrade(self, room: str, version: str) -> str:
        """Gives the new room's id; nobody is invited to it by that."""
        answer = await self._room("POST", room, "upgrade", body={"new_version": version})
        return str(answer["replacement_room"])

    async def report(self, room: str, event: str, reason: str = "") -> None:
        await self._room("POST", room, "report", event, body={"reason": reason})

    async def state(self, room: str, kind: str, key: str = "") -> dict[str, Any] | None:
        """The content of a state event; None where there is none."""
        try:
            return await self._room("GET", room, "state", kind, key)
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    async def set_state(self, room: str, kind: str, content: Json, key: str = "") -> str:
        return str((await self._room("PUT", room, "state", kind, key, body=content))["event_id"])

    async def set_power(self, room: str, levels: Mapping[str, int], **others: Any) -> None:
        """Levels of some users, and other parts of the power levels (`events_default=50`), the rest left as it is."""
        content = await self.state(room, "m.room.power_levels") or {}
        await self.set_state(
            room, "m.room.power_levels", {**content, **others, "users": {**content.get("users", {}), **levels}}
        )

    async def power_of(self, room: str, user: str) -> int:
        content = await self.state(room, "m.room.power_levels") or {}
        return int(content.get("users", {}).get(user, content.get("users_default", 0)))

    async def membership(self, room: str, user: str | None = None) -> str | None:
        """Somebody's, or one's own: "join", "invite", "leave", "ban"."""
        member = await self.state(room, "m.room.member", user or self.user)
        return member and str(member["membership"])

    async def in_room(self, room: str, user: str) -> None:
        """Wait until somebody has joined."""
        await self.until(lambda: self._is(room, user, "join"), f"{user} in {room}")

    async def _is(self, room: str, user: str, membership: str) -> bool:
        return await self.membership(room, user) == membership

    async def invitations(self) -> list[str]:
        """Rooms that this person is asked into."""
        # Synapse gives the same answer for two minutes to the same question.
        anew = {"timeline": {"limit": 0}, "not_rooms": [f"!{next(self._transactions)}:nowhere"]}
        query = {"timeout": "0", "filter": json.dumps({"room": anew})}
        answer = await self.call("GET", "/v3/sync", query=query)
        return list(answer.get("rooms", {}).get("invite", {}))

    async def accept_invitations(self) -> None:
        for room in await self.invitations():
            await self.join(room)

    async def log_out(self) -> None:
        """The device is gone, the account stays."""
        await self.call("POST", "/v3/logout", {})

    async def devices_with_keys(self, user: str) -> list[str]:
        """Devices of somebody that others can encrypt for."""
        found = await self.call("POST", "/v3/keys/query", {"device_keys": {user: []}})
        return list(found["device_keys"].get(user, {}))

    async def _room(self, method: str, room: str, *rest: str, body: Json | None = None) -> dict[str, Any]:
        path = "/".join(quote(part, safe="") for part in (room, *rest))
        return await self.call(method, f"/v3/rooms/{path}", body)

    # --- speaking -----------------------------------------------------------------------------------------------

    async def send(self, room: str, kind: str, content: Json, *, transaction: str | None = None) -> str:
        """Any event; gives its id. The same transaction gives the same event."""
        transaction = transaction or f"{self.device} {next(self._transactions)}"
        return str((await self._room("PUT", room, "send", kind, transaction, body=content))["event_id"])

    async def say(
        self,
        room: str,
        text: str,
        *,
        reply_to: str | None = None,
        thread: str | None = None,
        html: str | None = None,
        mentions: Iterable[str] = (),
        kind: str = "m.text",
        transaction: str | None = None,
    ) -> str:
        content: dict[str, Any] = {"msgtype": kind, "body": text, "m.mentions": _mentions(mentions)}
        if html is not None:
            content |= {"format": "org.matrix.custom.html", "formatted_body": html}
        if relation := _relation(reply_to, thread):
            content["m.relates_to"] = relation
        return await self.send(room, "m.room.message", content, transaction=transaction)

    async def edit(self, room: str, event: str, text: str) -> str:
        new = {"msgtype": "m.text", "body": text, "m.mentions": {}}
        relation = {"rel_type": "m.replace", "event_id": event}
        content = {**new, "body": f"* {text}", "m.new_content": new, "m.relates_to": relation}
        return await self.send(room, "m.room.message", content)

    async def react(self, room: str, event: str, emoji: str) -> str:
        relation = {"rel_type": "m.annotation", "event_id": event, "key": emoji}
        return await self.send(room, "m.reaction", {"m.relates_to": relation})

    async def redact(self, room: str, event: str, reason: str = "") -> str:
        transaction = f"{self.device} {next(self._transactions)}"
        body = {"reason": reason} if reason else {}
        return str((await self._room("PUT", room, "redact", event, transaction, body=body))["event_id"])

    async def upload(self, content: bytes, name: str) -> str:
        """Gives the file's mxc address."""
        return str((await self.call("POST", "/_matrix/media/v3/upload", content, {"filename": name}))["content_uri"])

    async def download(self, address: str) -> bytes:
        where = f"{self.url}/_matrix/client/v1/media/download/{address.removeprefix('mxc://')}"
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self._session.get(_address(where), headers=headers) as response:
            assert response.status == 200, f"{address}: HTTP {response.status}"
            return await response.read()

    # --- looking ------------------------------------------------------------------------------------------------

    async def events(self, room: str) -> list[dict[str, Any]]:
        """Everything that happened in a room as far as this person may see it, oldest first, in clear if possible."""
        found, token = [], ""
        while True:
            query = {"dir": "f", "limit": "500", **({"from": token} if token else {})}
            answer = await self.call("GET", f"/v3/rooms/{quote(room, safe='')}/messages", query=query)
            found += [self.in_clear(room, event) for event in answer["chunk"]]
            token = answer.get("end", "")
            if not token:
                return found

    def in_clear(self, room: str, event: dict[str, Any]) -> dict[str, Any]:
        """The event as this person's client shows it."""
        return event

    async def posts(self, room: str, sender: str | None = None) -> list[Post]:
        """What stands in the room, of all or of one sender, oldest first."""
        found = posts(await self.events(room))
        return [post for post in found if sender in {None, post.sender}]

    async def sees(self, room: str, words: str, sender: str | None = None) -> Post:
        """Wait for a post with these words in its newest form."""

        async def found() -> Post | None:
            standing = await self.posts(room, sender)
            return next((post for post in standing if words in post.text and not post.redacted), None)

        post: Post = await self.until(found, f"{words!r} in {room}")
        return post

    async def joined_rooms(self) -> list[str]:
        return list((await self.call("GET", "/v3/joined_rooms"))["joined_rooms"])


def _address(where: str) -> Any:
    from yarl import URL  # noqa: PLC0415 - comes with aiohttp; encoded here already

    return URL(where, encoded=True)


def _mentions(users: Iterable[str]) -> dict[str, Any]:
    named = list(users)
    return {"user_ids": named} if named else {}


def _relation(reply_to: str | None, thread: str | None) -> dict[str, Any]:
    answered = {"m.in_reply_to": {"event_id": reply_to or thread}} if reply_to or thread else {}
    if thread is None:
        return answered
    return {"rel_type": "m.thread", "event_id": thread, "is_falling_back": reply_to is None, **answered}
