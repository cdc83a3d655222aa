"""A homeserver that answers as a test scripts it, and remembers what it was asked in which order."""

import asyncio
from collections import deque
from urllib.parse import unquote

from bot.errors import Gone


class ScriptedHomeserver:
    """`limits`: for a room (or "*", the account) the errors that its next posts meet, one each.

    `going`: while it is not set, no post is answered; `waiting`: one has begun to wait.
    """

    user = "@folkmoot:test.local"

    def __init__(self):
        self.asked, self.posted, self.limits = [], [], {}
        self.going, self.waiting = asyncio.Event(), asyncio.Event()
        self.going.set()
        self._transactions = {}

    def refuse(self, room, *errors):
        self.limits.setdefault(room, deque()).extend(errors)

    async def call(self, method, path, body=None, **others):
        parts = [unquote(part) for part in path.split("/")[4:]]
        self.asked.append((method, *parts))
        match (method, parts):
            case ("PUT", ["rooms", room, "send", _, transaction]):
                return await self._post(room, transaction, body)
            case ("GET", ["rooms", room, "messages"]):
                chunk = [event for event in reversed(self.posted) if event["room_id"] == room]
                return {"chunk": [*chunk, None, {"sender": self.user, "content": 3}, {"sender": self.user}]}
            case _:
                raise Gone("the homeserver does not know it")

    async def _post(self, room, transaction, body):
        if not self.going.is_set():
            self.waiting.set()
        await self.going.wait()
        for name in (room, "*"):
            if self.limits.get(name):
                raise self.limits[name].popleft()
        if transaction not in self._transactions:
            event = {"event_id": f"$e{len(self.posted)}", "sender": self.user, "content": body, "room_id": room}
            self.posted.append(event)
            self._transactions[transaction] = event["event_id"]
        return {"event_id": self._transactions[transaction]}

    def forget_transactions(self):
        self._transactions.clear()

    def bodies(self):
        return [event["content"].get("body") for event in self.posted]

    def posts_asked(self):
        return [parts[2] for parts in self.asked if parts[0] == "PUT"]
